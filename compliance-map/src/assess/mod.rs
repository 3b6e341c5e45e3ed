//! Facts and a catalogue in, one answer per control out.

mod answer;
mod attestations;
mod declaration;
mod error;
mod exceptions;
mod foreign;
mod judge;
mod names;
mod parameter;
mod remedy;
mod result;
mod roll_up;
mod select;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use error::AssessError;
pub use remedy::Remedy;
pub use result::{Assessment, ClauseResult, ControlResult, Names, People, PersonName};
pub use roll_up::RollUp;

use crate::directory::{Directory, Pool};
use crate::evidence::Evidence;
use crate::facts::Facts;
use crate::framework::Catalogue;
use crate::options::Options;
use crate::rules::Context;
use answer::Assessor;
use attestations::Attestations;
use exceptions::Exceptions;

/// Assesses a tenant: the same facts, catalogue and options give the same answer, byte for byte.
///
/// # Errors
///
/// [`AssessError::Reference`] when a control or framework was asked for that does not exist, is
/// withdrawn, or lies outside what the evidence can bear on. Nothing is assessed then: an answer that
/// silently lacks a control would be read as a clean one. [`AssessError::Parameter`] when the options
/// set a parameter that no rule of the control has. [`AssessError::Packed`] for facts whose people stand
/// in a directory.
pub fn assess(
    facts: &Facts,
    catalogue: &Catalogue,
    options: &Options,
) -> Result<Assessment, AssessError> {
    if facts.people_packed {
        return Err(AssessError::Packed);
    }
    assess_all(facts, &Arc::new(Directory::of(facts)), catalogue, options)
}

/// Assesses a tenant whose people were packed as they were read: what the facts would say of each
/// account stands in `directory`, and the facts hold only how those readings ended.
///
/// The answer is the one that [`assess`] gives for the same rows, and shares the directory: it keeps
/// ids and names there instead of copies.
///
/// # Errors
///
/// As [`assess`]; [`AssessError::NotPacked`] when the facts still have rows about people that were not
/// packed: they would be left out.
pub fn assess_in(
    facts: &Facts,
    directory: &Arc<Directory>,
    catalogue: &Catalogue,
    options: &Options,
) -> Result<Assessment, AssessError> {
    if let Some(account) = directory.lacks(facts) {
        let account = account.to_owned();
        return Err(AssessError::NotPacked { account });
    }
    assess_all(facts, directory, catalogue, options)
}

fn assess_all(
    facts: &Facts,
    directory: &Arc<Directory>,
    catalogue: &Catalogue,
    options: &Options,
) -> Result<Assessment, AssessError> {
    let controls = select::selected(facts, catalogue, options)?;
    declaration::check(catalogue, options)?;
    let context = Context::new(Evidence::new(facts, directory, options));
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
        pool: Pool::default(),
    };
    let results: Vec<ControlResult> = controls.into_iter().map(|c| assessor.answer(c)).collect();
    assessor.note_foreign_rows();
    let themes: BTreeSet<&String> = results.iter().flat_map(|result| &result.themes).collect();
    let crosswalk = themes.into_iter().filter_map(|theme| {
        let sharing = catalogue.sharing(theme)?;
        Some((theme.clone(), sharing.clone()))
    });
    let population = &assessor.context.population;
    let mentioned = names::mentioned(&assessor.findings);
    Ok(Assessment {
        crosswalk: crosswalk.collect(),
        tenant: facts.tenant.clone(),
        as_of: options.as_of,
        people: names::people(population, &mentioned),
        names: names::of_objects(facts, population, &mentioned),
        results,
        advisories: assessor.advisories.into_iter().collect(),
    })
}
