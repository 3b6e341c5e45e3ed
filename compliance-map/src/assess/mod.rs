//! Facts and a catalogue in, one answer per control out.

mod answer;
mod attestations;
mod declaration;
mod exceptions;
mod foreign;
mod judge;
mod names;
mod parameter;
mod remedy;
mod result;
mod roll_up;
mod words;

use std::collections::{BTreeMap, BTreeSet};

pub use remedy::Remedy;
pub use result::{Assessment, ClauseResult, ControlResult, People, PersonName};
pub use roll_up::RollUp;

use crate::evidence::{Evidence, Grade};
use crate::facts::Facts;
use crate::framework::{Catalogue, Control, ControlRef, ReferenceError, Rule};
use crate::index::Positions;
use crate::options::Options;
use crate::population::Population;
use crate::rules::{Context, Finding};
use answer::Assessor;
use attestations::Attestations;
use exceptions::Exceptions;

/// Why nothing was assessed: the request itself is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssessError {
    /// A control or framework was asked for that cannot be assessed.
    #[error("cannot assess {reference}: {source}")]
    Reference {
        /// As asked for.
        reference: String,
        /// Why, with successors where there are any.
        source: ReferenceError,
    },
    /// A parameter was declared that no rule of its control has, or one that is zero.
    #[error(
        "{control} takes no parameter {name} of that value; {}",
        if known.is_empty() { "it has none".to_owned() } else { format!("a whole number above 0 can be set for {}", known.join(", ")) }
    )]
    Parameter {
        /// The control.
        control: String,
        /// The parameter.
        name: String,
        /// The parameters that can be set for this control.
        known: Vec<String>,
    },
}

/// Assesses a tenant: the same facts, catalogue and options give the same answer, byte for byte.
///
/// # Errors
///
/// [`AssessError::Reference`] when a control or framework was asked for that does not exist, is
/// withdrawn, or lies outside what the evidence can bear on. Nothing is assessed then: an answer that
/// silently lacks a control would be read as a clean one. [`AssessError::Parameter`] when the options
/// set a parameter that no rule of the control has.
pub fn assess(
    facts: &Facts,
    catalogue: &Catalogue,
    options: &Options,
) -> Result<Assessment, AssessError> {
    let controls = selected(facts, catalogue, options)?;
    declaration::check(catalogue, options)?;
    let context = Context::new(Evidence::new(facts, options));
    let mut advisories = context.population.advisories.clone();
    declaration::advise(facts, catalogue, &mut advisories);
    let exceptions = Exceptions::new(facts, options.as_of, catalogue, &mut advisories);
    let attestations = Attestations::new(context.evidence, catalogue, &mut advisories);
    let mut assessor = Assessor {
        catalogue,
        context,
        exceptions,
        attestations,
        findings: BTreeMap::new(),
        advisories,
    };
    let results: Vec<ControlResult> = controls.into_iter().map(|c| assessor.answer(c)).collect();
    assessor.note_foreign_rows();
    let themes: BTreeSet<&String> = results.iter().flat_map(|result| &result.themes).collect();
    let crosswalk = themes.into_iter().filter_map(|theme| {
        let sharing = catalogue.sharing(theme)?;
        Some((theme.clone(), sharing.clone()))
    });
    let population = &assessor.context.population;
    let mentioned = Mentioned::by(&assessor.findings, population);
    Ok(Assessment {
        crosswalk: crosswalk.collect(),
        tenant: facts.tenant.clone(),
        as_of: options.as_of,
        people: people(population, &mentioned.people),
        names: names::of_objects(facts, population, &mentioned.objects),
        results,
        advisories: assessor.advisories.into_iter().collect(),
    })
}

/// The controls asked for, in the catalogue's order; all of them if none is named.
fn selected<'c>(
    facts: &Facts,
    catalogue: &'c Catalogue,
    options: &Options,
) -> Result<Vec<&'c Control>, AssessError> {
    if options.controls.is_empty() && options.frameworks.is_empty() {
        let demanded = |c: &&Control| is_demanded(facts, catalogue, c);
        return Ok(catalogue.controls().filter(demanded).collect());
    }
    let mut wanted: BTreeSet<&ControlRef> = BTreeSet::new();
    for id in &options.frameworks {
        let framework = catalogue
            .framework(id)
            .ok_or_else(|| AssessError::Reference {
                reference: id.clone(),
                source: ReferenceError::UnknownFramework {
                    known: catalogue.frameworks().map(|f| f.id.clone()).collect(),
                },
            })?;
        wanted.extend(framework.controls().map(|control| &control.reference));
    }
    for reference in &options.controls {
        let refused = |source| AssessError::Reference {
            reference: reference.clone(),
            source,
        };
        match catalogue.resolve(reference) {
            Ok(control) => drop(wanted.insert(&control.reference)),
            // A heading stands for the controls below it.
            Err(ReferenceError::Heading { children }) => {
                let controls = catalogue.controls().map(|control| &control.reference);
                wanted.extend(controls.filter(|reference| children.contains(reference)));
            }
            Err(source) => return Err(refused(source)),
        }
    }
    Ok(catalogue
        .controls()
        .filter(|c| wanted.contains(&c.reference))
        .collect())
}

fn is_demanded(facts: &Facts, catalogue: &Catalogue, control: &Control) -> bool {
    let framework = catalogue.framework(control.reference.framework());
    !framework.is_some_and(|f| f.on_demand) || facts.overlay.demands(control.reference.control())
}

/// Whom the findings list, and what else.
#[derive(Debug)]
struct Mentioned<'f> {
    people: Positions,
    objects: BTreeSet<&'f str>,
}

impl<'f> Mentioned<'f> {
    fn by(findings: &'f BTreeMap<Rule, Finding>, population: &Population<'_>) -> Self {
        let mut people = Positions::below(population.people.len());
        let mut objects = BTreeSet::new();
        for finding in findings.values() {
            let ids = [&finding.failing, &finding.conditional, &finding.unknown];
            let ids = ids.into_iter().flat_map(BTreeMap::keys);
            // Rules that ask about people ask about the same people: each is noted once.
            for id in ids.chain(finding.excluded.iter().map(|excluded| &excluded.id)) {
                match population.position(id) {
                    Some(position) => people.insert(position),
                    None => drop(objects.insert(id.as_str())),
                }
            }
        }
        Self { people, objects }
    }
}

fn people(population: &Population<'_>, mentioned: &Positions) -> People {
    let people = population.people.iter();
    let names = people
        .filter(|person| mentioned.contains(person.position))
        .map(|person| {
            let fact = person.fact;
            let (upn, display_name) = (fact.upn.clone(), fact.display_name.clone());
            (person.id.to_owned(), PersonName { upn, display_name })
        });
    let enabled = || {
        population
            .able_to_sign_in()
            .filter(|p| p.fact.enabled == Some(true))
    };
    People {
        known: population.users == Grade::Whole,
        enabled: enabled().count(),
        guests: enabled().filter(|p| p.guest).count(),
        administrators: (population.roles != Grade::Absent)
            .then(|| enabled().filter(|p| p.is_admin()).count()),
        disabled: population.disabled().count(),
        names: names.collect(),
    }
}
