//! One question, all the controls that ask it: what a single failure touches.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::assess::{Assessment, ClauseResult, ControlResult};
use crate::framework::ControlRef;
use crate::verdict::Status;

/// A question that one or more controls ask with the same parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SharedQuestion {
    /// The question, in our words.
    pub question: String,
    /// What is proven: the worst among the controls, which differ where exceptions do.
    pub status: Status,
    /// Why, as the first of the controls with that status says.
    pub why: String,
    /// How many of how many pass, of the same control.
    pub ratio: Option<String>,
    /// Whether evidence is missing, so that more may fail than are counted and listed.
    pub incomplete: bool,
    /// The controls that ask it, with the status and native word of each as a whole.
    pub controls: Vec<Touched>,
    /// Who does not pass, accepted risks left out; `None` where every control that asks this lacks
    /// something else as well, so that its lists cannot be told apart.
    pub not_passing: Option<BTreeSet<String>>,
}

/// A control that a question touches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Touched {
    /// The control.
    pub control: ControlRef,
    /// What is proven about the control as a whole.
    pub status: Status,
    /// The framework's own word for it.
    pub native: Option<String>,
    /// Whether this question is all that stands between the control and a better status, as far as
    /// facts can show.
    pub only_lack: bool,
}

/// The questions that are failed, or cannot be answered, with all the controls each one touches.
///
/// The first is the one whose cure helps most controls; failures stand before what is unknown.
///
/// ```
/// use compliance_map::{Catalogue, Facts, Options, assess, crosswalk};
///
/// let facts = Facts::from_json(r#"{"email.smtp_auth": {
///     "state": "ok", "complete": true, "collected_at": "2026-11-21T11:00:00Z",
///     "items": [{"disabled": false}]}}"#)?;
/// let options = Options::new("2026-11-21T12:00:00Z".parse()?);
/// let questions = crosswalk(&assess(&facts, &Catalogue::builtin(), &options)?);
/// let legacy = &questions[0];
/// assert!(legacy.question.contains("SMTP AUTH"), "the only failure stands before all that is unknown");
/// assert!(legacy.controls.len() > 1, "it touches controls of several frameworks");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn crosswalk(assessment: &Assessment) -> Vec<SharedQuestion> {
    let mut asked: BTreeMap<&str, Vec<(&ControlResult, &ClauseResult)>> = BTreeMap::new();
    for result in &assessment.results {
        for clause in &result.clauses {
            if is_lack(clause.status) || clause.status == Status::Unknown {
                asked
                    .entry(&clause.question)
                    .or_default()
                    .push((result, clause));
            }
        }
    }
    let mut questions: Vec<SharedQuestion> = asked
        .into_iter()
        .filter_map(|(question, asked)| shared(question, &asked))
        .collect();
    questions.sort_by_key(|question| {
        let unknown = question.status == Status::Unknown;
        (unknown, std::cmp::Reverse(question.controls.len()))
    });
    questions
}

fn is_lack(status: Status) -> bool {
    matches!(status, Status::NotSatisfied | Status::PartiallySatisfied)
}

fn shared(question: &str, asked: &[(&ControlResult, &ClauseResult)]) -> Option<SharedQuestion> {
    let severity = |status: Status| match status {
        Status::NotSatisfied => 0,
        Status::PartiallySatisfied => 1,
        _ => 2,
    };
    let (_, worst) = asked
        .iter()
        .min_by_key(|(_, clause)| severity(clause.status))?;
    let mut not_passing: Option<BTreeSet<String>> = None;
    for (result, clause) in asked {
        if is_lack(clause.status) && only_lack(result, question) {
            let listed = (result.subjects.failing.iter()).chain(&result.subjects.conditional);
            not_passing
                .get_or_insert_default()
                .extend(listed.map(str::to_owned));
        }
    }
    let touched = |(result, _): &(&ControlResult, &ClauseResult)| Touched {
        control: result.control.clone(),
        status: result.status,
        native: result.native.clone(),
        only_lack: only_lack(result, question),
    };
    Some(SharedQuestion {
        question: question.to_owned(),
        status: worst.status,
        why: worst.why.clone(),
        ratio: worst.ratio.clone(),
        incomplete: (asked
            .iter()
            .filter(|(result, _)| only_lack(result, question)))
        .chain(asked)
        .next()
        .is_some_and(|(result, _)| result.incomplete),
        controls: asked.iter().map(touched).collect(),
        not_passing,
    })
}

/// Whether no other clause of the control lacks anything or is undecided.
fn only_lack(result: &ControlResult, question: &str) -> bool {
    let mut others = result.clauses.iter().filter(|c| c.question != question);
    !others.any(|clause| is_lack(clause.status) || clause.status == Status::Unknown)
}
