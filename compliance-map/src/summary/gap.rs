//! What was not assessed, and why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::assess::Assessment;
use crate::framework::ControlRef;
use crate::verdict::{Missing, Status};

/// A piece of evidence that is missing, and what it holds up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EvidenceGap {
    /// The wire key of the fact, or the name of an undeclared parameter.
    pub fact: String,
    /// What is wrong with it.
    pub problem: String,
    /// The permission that would let it be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    /// The license that includes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// The controls that stay unknown for want of it.
    pub unknown: Vec<ControlRef>,
    /// Controls with a proven lack in which there may be more than is listed.
    pub incomplete: Vec<ControlRef>,
}

impl EvidenceGap {
    fn weight(&self) -> (usize, usize) {
        (self.unknown.len(), self.incomplete.len())
    }
}

/// Missing evidence, that which keeps most controls unknown first.
pub(super) fn gaps(assessment: &Assessment) -> Vec<EvidenceGap> {
    let mut gaps: BTreeMap<&Missing, EvidenceGap> = BTreeMap::new();
    for result in &assessment.results {
        for missing in &result.missing {
            let gap = gaps.entry(missing).or_insert_with(|| EvidenceGap {
                fact: missing.fact.clone(),
                problem: missing.problem.clone(),
                permission: missing.permission.clone(),
                license: missing.license.clone(),
                unknown: Vec::new(),
                incomplete: Vec::new(),
            });
            if result.status == Status::Unknown {
                gap.unknown.push(result.control.clone());
            } else {
                gap.incomplete.push(result.control.clone());
            }
        }
    }
    let mut gaps: Vec<EvidenceGap> = gaps.into_values().collect();
    gaps.sort_by_key(|gap| std::cmp::Reverse(gap.weight()));
    gaps
}

/// A question that no setting answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OpenQuestion {
    /// What a person has to look at; why the control is manual where no clause says it.
    pub question: String,
    /// The controls that wait for it.
    pub controls: Vec<ControlRef>,
}

/// What waits for a person, in the order in which it first comes up.
pub(super) fn open_questions(assessment: &Assessment) -> Vec<OpenQuestion> {
    let mut questions: Vec<OpenQuestion> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for result in &assessment.results {
        let open = result
            .clauses
            .iter()
            .filter(|clause| clause.status == Status::Manual)
            .map(|clause| clause.question.as_str());
        let mut open: Vec<&str> = open.collect();
        if open.is_empty() && result.status == Status::Manual {
            open.push(&result.why);
        }
        for question in open {
            let place = *places.entry(question.to_owned()).or_insert_with(|| {
                questions.push(OpenQuestion {
                    question: question.to_owned(),
                    controls: Vec::new(),
                });
                questions.len() - 1
            });
            if let Some(entry) = questions.get_mut(place) {
                entry.controls.push(result.control.clone());
            }
        }
    }
    questions
}
