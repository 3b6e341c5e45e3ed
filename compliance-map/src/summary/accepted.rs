//! Accepted risks and attestations: how old they are, how long they hold, and what they bear on.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::assess::Assessment;
use crate::facts::Facts;
use crate::framework::{Catalogue, ControlRef};

/// Since when something holds, and for how long, in whole days at the time of the assessment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Term {
    /// As written down.
    pub since: Option<String>,
    /// As written down.
    pub expires: Option<String>,
    /// Days since then; `None` where the time is missing or cannot be read.
    pub age_days: Option<i64>,
    /// Days that are left, rounded down; negative once it expired.
    pub days_left: Option<i64>,
}

impl Term {
    fn new(since: Option<&str>, expires: Option<&str>, as_of: Timestamp) -> Self {
        let read = |text: Option<&str>| Timestamp::parse(text?.trim()).ok();
        Self {
            since: since.map(str::to_owned),
            expires: expires.map(str::to_owned),
            age_days: read(since).map(|since| as_of.days_since(since)),
            days_left: read(expires).map(|expires| expires.days_since(as_of)),
        }
    }
}

/// An exception as it was handed in, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AcceptedRisk {
    /// The organisation's own id.
    pub id: Option<String>,
    /// Object id of the person or object.
    pub subject: Option<String>,
    /// Why the risk is accepted.
    pub reason: Option<String>,
    /// Who accepted it.
    pub approved_by: Option<String>,
    /// Since when and until when.
    pub term: Term,
    /// Why it does not count; `None` when it does.
    pub defect: Option<String>,
    /// The controls in which it takes the subject out of those who fail.
    pub applied: Vec<ControlRef>,
    /// Controls that it names and that were assessed, but in which the subject passes, is not in the
    /// population, or is not decided about.
    pub without_effect: Vec<ControlRef>,
    /// References that lead to no control, with the reason.
    pub unresolved: Vec<String>,
}

pub(super) fn exceptions(
    assessment: &Assessment,
    facts: &Facts,
    catalogue: &Catalogue,
) -> Vec<AcceptedRisk> {
    let risk = |exception: &crate::Exception| {
        let defect = exception.defect(assessment.as_of);
        let named: BTreeSet<&str> = exception.controls.iter().map(|c| c.trim()).collect();
        let (mut applied, mut without_effect) = (Vec::new(), Vec::new());
        for result in &assessment.results {
            if !named.contains(result.control.to_string().as_str()) {
                continue;
            }
            let excepted = |subject: &String| result.subjects.excepted.contains(subject);
            let counts = defect.is_none() && exception.subject.as_ref().is_some_and(excepted);
            let list = if counts {
                &mut applied
            } else {
                &mut without_effect
            };
            list.push(result.control.clone());
        }
        let unresolved = named.iter().filter_map(|reference| {
            let problem = catalogue.resolve(reference).err()?;
            Some(format!("{reference}: {problem}"))
        });
        AcceptedRisk {
            id: exception.id.clone(),
            subject: exception.subject.clone(),
            reason: exception.reason.clone(),
            approved_by: exception.approved_by.clone(),
            term: Term::new(
                exception.approved_at.as_deref(),
                exception.expires.as_deref(),
                assessment.as_of,
            ),
            defect: defect.map(str::to_owned),
            applied,
            without_effect,
            unresolved: unresolved.collect(),
        }
    };
    facts.exceptions.iter().map(risk).collect()
}

/// An attestation as it was handed in.
///
/// Whether it settles a control stands in the control's result; where it does not count, an advisory
/// says why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attestation {
    /// The control, as written down.
    pub control: String,
    /// Which document shows it.
    pub document: Option<String>,
    /// Who signed for it.
    pub signer: Option<String>,
    /// Since when and until when.
    pub term: Term,
    /// Why it does not count, as the assessment says; `None` when it says nothing against it.
    pub defect: Option<String>,
}

pub(super) fn attestations(assessment: &Assessment, facts: &Facts) -> Vec<Attestation> {
    let defect = |control: &str| {
        let about = assessment.advisories.iter().find(|advisory| {
            advisory.subject == control && advisory.message.contains("attestation")
        });
        about.map(|advisory| advisory.message.clone())
    };
    let rows = facts.attest_document.items.iter();
    rows.map(|row| Attestation {
        control: row.control.clone(),
        document: row.document.clone(),
        signer: row.signer.clone(),
        term: Term::new(
            row.date.as_deref(),
            row.expires.as_deref(),
            assessment.as_of,
        ),
        defect: defect(row.control.trim()),
    })
    .collect()
}
