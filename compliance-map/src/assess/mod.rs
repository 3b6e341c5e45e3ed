//! Facts and a catalogue in, one answer per control out.

mod attestations;
mod compare;
mod exceptions;
mod judge;
mod options;
mod parameter;
mod remedy;
mod result;
mod words;

use std::collections::{BTreeMap, BTreeSet};

pub use compare::{Change, Comparison, compare};
pub use options::Options;
pub use remedy::{Action, Remedy};
pub use result::{
    Advisory, Assessment, ClauseResult, ControlResult, EvidenceUse, Excluded, Missing, People,
    PersonName, Status, Subjects,
};

use crate::evidence::{Evidence, Grade};
use crate::facts::Facts;
use crate::framework::{
    Catalogue, Clause, Control, ControlRef, Decidability, ReferenceError, Rule,
};
use crate::population::Population;
use crate::rules::{Context, Finding};
use attestations::{Attestations, DOCUMENTS};
use exceptions::Exceptions;
use judge::Judged;

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
}

/// Assesses a tenant: the same facts, catalogue and options give the same answer, byte for byte.
///
/// # Errors
///
/// [`AssessError::Reference`] when a control or framework was asked for that does not exist, is
/// withdrawn, or lies outside what the evidence can bear on. Nothing is assessed then: an answer that
/// silently lacks a control would be read as a clean one.
pub fn assess(
    facts: &Facts,
    catalogue: &Catalogue,
    options: &Options,
) -> Result<Assessment, AssessError> {
    let controls = selected(facts, catalogue, options)?;
    let context = Context::new(Evidence::new(facts, options));
    let mut advisories = context.population.advisories.clone();
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
    Ok(Assessment {
        tenant: facts.tenant.clone(),
        as_of: options.as_of,
        people: people(&assessor.context.population, &results),
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
        let control = catalogue
            .resolve(reference)
            .map_err(|source| AssessError::Reference {
                reference: reference.clone(),
                source,
            })?;
        wanted.insert(&control.reference);
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

struct Assessor<'a> {
    catalogue: &'a Catalogue,
    context: Context<'a>,
    exceptions: Exceptions<'a>,
    attestations: Attestations<'a>,
    /// Several controls ask the same question: it is answered once.
    findings: BTreeMap<Rule, Finding>,
    advisories: BTreeSet<Advisory>,
}

impl Assessor<'_> {
    fn answer(&mut self, control: &Control) -> ControlResult {
        let mut answer = self.blank(control);
        if !is_demanded(self.context.evidence.facts, self.catalogue, control) {
            answer.status = Status::NotApplicable;
            "the organisation does not ask for it in its overlay".clone_into(&mut answer.why);
        } else if control.has_rule() {
            self.answer_by_rules(control, &mut answer);
        } else {
            let usage = control
                .evidence
                .iter()
                .map(|key| self.context.evidence.usage(key));
            answer.evidence = usage.collect();
            answer.why = match control.decidability {
                Decidability::EvidenceOnly => {
                    "a process or a document, which settings cannot show; the facts are attached"
                        .to_owned()
                }
                _ => "no rule of this version decides it; the facts are attached".to_owned(),
            };
            answer.recommendation = Some(words::by_hand(control, answer.evidence.iter()));
            let attested = self.attestations.for_control(&control.reference);
            if control.decidability == Decidability::EvidenceOnly && !self.is_audited(control) {
                answer.remedies = vec![attest(&control.title)];
            }
            if let (Decidability::EvidenceOnly, Some(attested)) = (control.decidability, attested) {
                answer.remedies.clear();
                answer.status = Status::Satisfied;
                answer.why = attested;
                answer.recommendation = None;
            }
        }
        if let Some(note) = &control.note {
            answer.why = format!("{} ({note})", answer.why);
        }
        let framework = self.catalogue.framework(control.reference.framework());
        answer.native = framework
            .and_then(|f| f.native(answer.status))
            .map(str::to_owned);
        answer
    }

    /// Whether only an auditor can settle what settings do not show.
    fn is_audited(&self, control: &Control) -> bool {
        let framework = self.catalogue.framework(control.reference.framework());
        framework.is_some_and(|framework| framework.audited)
    }

    fn blank(&self, control: &Control) -> ControlResult {
        let framework = self.catalogue.framework(control.reference.framework());
        let scope_declared = self.context.evidence.grade("attest.scope") == Grade::Whole
            && self.context.evidence.facts.envelope("attest.scope").rows > 0;
        let assumption = framework.and_then(|f| f.scope_assumption.clone());
        ControlResult {
            control: control.reference.clone(),
            title: control.title.clone(),
            status: Status::Manual,
            native: None,
            why: String::new(),
            ratio: None,
            subjects: Subjects::default(),
            clauses: Vec::new(),
            evidence: Vec::new(),
            missing: Vec::new(),
            recommendation: None,
            remedies: Vec::new(),
            incomplete: false,
            assumptions: assumption.filter(|_| !scope_declared).into_iter().collect(),
            crosswalk: self.catalogue.crosswalk(control),
        }
    }

    fn answer_by_rules(&mut self, control: &Control, answer: &mut ControlResult) {
        let mut judged: Vec<Judged> = Vec::new();
        let (mut evidence, mut missing) = (BTreeSet::new(), BTreeSet::new());
        let mut advice: Vec<&str> = Vec::new();
        let mut open: Vec<&str> = Vec::new();
        let mut remedies: BTreeSet<Remedy> = BTreeSet::new();
        for clause in &control.clauses {
            match clause {
                Clause::Open { open: question } => open.push(question),
                Clause::Rule { rule, already } => {
                    let rule = parameter::apply(
                        *rule,
                        &control.reference,
                        self.context.evidence,
                        &mut self.advisories,
                    );
                    let context = &self.context;
                    let finding = self
                        .findings
                        .entry(rule)
                        .or_insert_with(|| context.find(rule));
                    let excepted = self.exceptions.for_control(&control.reference, finding);
                    let clause = judge::clause(finding, &excepted, already.as_deref());
                    evidence.extend(finding.evidence.iter().copied());
                    if clause.incomplete {
                        missing.extend(finding.missing.iter().cloned());
                    }
                    if !clause.subjects.failing.is_empty()
                        || !clause.subjects.conditional.is_empty()
                    {
                        advice.push(finding.advice);
                    }
                    remedy::help(finding, &clause.subjects, &mut remedies);
                    if clause.over_limit {
                        remedies.insert(Remedy {
                            action: Action::EndExceptions,
                            subjects: clause.subjects.excepted.clone(),
                        });
                        advice.push("end exceptions until no more than two, or 5 %, are left");
                    }
                    judged.push(clause);
                }
            }
        }
        let attested = self.attestations.for_control(&control.reference);
        let settled = match &attested {
            Some(_) => std::mem::take(&mut open),
            None => Vec::new(),
        };
        if !settled.is_empty() {
            evidence.insert(DOCUMENTS);
        }
        answer.status = judge::control(&judged, !open.is_empty());
        answer.why = words::why(&judged, &open);
        answer.ratio = judged
            .first()
            .and_then(|clause| clause.result.ratio.clone());
        if answer.status == Status::Unknown {
            answer.ratio = None;
        }
        answer.incomplete = judged.iter().any(|clause| clause.incomplete);
        answer.evidence = evidence
            .iter()
            .map(|key| self.context.evidence.usage(key))
            .collect();
        answer.recommendation = words::recommendation(answer.status, &advice, &missing, &open);
        remedies.extend(
            missing
                .iter()
                .map(|m| remedy::supply(self.context.evidence, m)),
        );
        if !self.is_audited(control) {
            remedies.extend(open.iter().map(|clause| attest(clause)));
        }
        answer.remedies = remedies.into_iter().collect();
        answer.missing = missing.into_iter().collect();
        for clause in judged {
            merge(&mut answer.subjects, clause.subjects);
            answer.clauses.push(clause.result);
        }
        for question in settled {
            answer.clauses.push(ClauseResult {
                question: question.to_owned(),
                status: Status::Satisfied,
                ratio: None,
                why: attested.clone().unwrap_or_default(),
            });
        }
        for question in open {
            answer.clauses.push(ClauseResult {
                question: question.to_owned(),
                status: Status::Manual,
                ratio: None,
                why: "stays with a person".to_owned(),
            });
        }
    }

    /// Rows about accounts that the account list does not hold: the facts were not read together.
    fn note_foreign_rows(&mut self) {
        if self.context.population.users != Grade::Whole {
            return;
        }
        let facts = self.context.evidence.facts;
        let population = &self.context.population;
        let mut note = |key: &str, users: &mut dyn Iterator<Item = &str>| {
            let users: Vec<&str> = users.collect();
            let positions = population.positions(users.iter().copied());
            let foreign: BTreeSet<&str> = users
                .iter()
                .zip(positions)
                .filter(|(_, position)| position.is_none())
                .map(|(user, _)| *user)
                .collect();
            if !foreign.is_empty() {
                let count = foreign.len();
                self.advisories.insert(Advisory {
                    subject: key.to_owned(),
                    message: format!(
                        "has rows about {count} accounts that the account list does not hold; collect both together"
                    ),
                });
            }
        };
        let registration = facts.auth_registration.items.iter();
        note(
            "auth.registration",
            &mut registration.map(|row| row.user.as_str()),
        );
        let sign_ins = facts.identity_signin_activity.items.iter();
        note(
            "identity.signin_activity",
            &mut sign_ins.map(|row| row.user.as_str()),
        );
        let per_user = facts.auth_per_user_mfa.items.iter();
        note(
            "auth.per_user_mfa",
            &mut per_user.map(|row| row.user.as_str()),
        );
    }
}

fn attest(clause: &str) -> Remedy {
    Remedy::of_tenant(Action::GiveAttestation {
        clause: clause.to_owned(),
    })
}

/// Adds the people of a further clause. Whoever fails one clause fails the control.
fn merge(all: &mut Subjects, clause: Subjects) {
    all.failing.extend(clause.failing);
    all.conditional.extend(clause.conditional);
    all.unknown.extend(clause.unknown);
    all.excepted.extend(clause.excepted);
    all.excluded.extend(clause.excluded);
    for (why, ids) in clause.reasons {
        all.reasons.entry(why).or_default().extend(ids);
    }
    let Subjects {
        failing,
        conditional,
        unknown,
        ..
    } = all;
    conditional.retain(|id| !failing.contains(id));
    unknown.retain(|id| !failing.contains(id) && !conditional.contains(id));
}

fn people(population: &Population<'_>, results: &[ControlResult]) -> People {
    let mentioned: BTreeSet<&String> = results
        .iter()
        .map(|result| &result.subjects)
        .flat_map(|s| {
            s.failing
                .iter()
                .chain(&s.unknown)
                .chain(&s.conditional)
                .chain(&s.excepted)
        })
        .collect();
    let names = mentioned.into_iter().filter_map(|id| {
        let fact = population.person(id)?.fact;
        let (upn, display_name) = (fact.upn.clone(), fact.display_name.clone());
        Some((id.clone(), PersonName { upn, display_name }))
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
