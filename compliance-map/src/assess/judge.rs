//! From findings and exceptions to the status of a clause, and from clauses to a control.
//!
//! The order is: a proven failure, then unknown, then what a person must decide, then success.

use super::result::ClauseResult;
use crate::directory::{ByReason, Exclusions, Ids};
use crate::exception;
use crate::rules::Finding;
use crate::verdict::{Missing, Status, Subjects};

/// A clause with its status and the people behind it.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) result: ClauseResult,
    pub(super) subjects: Subjects,
    /// Whether evidence was cut short or missing.
    pub(super) incomplete: bool,
    /// Whether more exceptions apply than a control can carry.
    pub(super) over_limit: bool,
    pub(super) in_place: bool,
}

impl Judged {
    /// Evidence is too old for the control, so it proves nothing about it.
    pub(super) fn stale(question: &str, missing: &Missing) -> Self {
        Self {
            result: ClauseResult {
                question: question.to_owned(),
                status: Status::Unknown,
                ratio: None,
                why: format!("{} {}", missing.fact, missing.problem),
            },
            subjects: Subjects::default(),
            incomplete: true,
            over_limit: false,
            in_place: false,
        }
    }

    /// An attestation settles what no evidence speaks for or against.
    pub(super) fn settle(&mut self, attested: &str) {
        self.result.status = Status::Satisfied;
        attested.clone_into(&mut self.result.why);
        self.incomplete = false;
    }
}

/// Judges a finding, with the people in `excepted` taken out of it.
///
/// `already` says what of the control every tenant has in place.
pub(super) fn clause(finding: &Finding, excepted: &Ids, already: Option<&str>) -> Judged {
    let mut subjects = Subjects {
        excluded: Exclusions::from(&finding.excluded),
        ..Subjects::default()
    };
    subjects.failing = sorted(&finding.failing, excepted, &mut subjects);
    subjects.conditional = sorted(&finding.conditional, excepted, &mut subjects);
    subjects.unknown = sorted(&finding.unknown, excepted, &mut subjects);

    let listed = [&subjects.failing, &subjects.conditional, &subjects.unknown];
    let listed: usize = listed.into_iter().map(Ids::len).sum();
    let population = finding.passing + listed + subjects.excepted.len();
    let total = population - subjects.excepted.len();
    let lacking = subjects.failing.len() + subjects.conditional.len();
    let over_limit = subjects.excepted.len() > exception::limit(population);
    let in_place = finding.in_place || already.is_some();
    let proven_lack = if in_place {
        Status::PartiallySatisfied
    } else {
        Status::NotSatisfied
    };

    let (status, mut why) = if lacking > 0 {
        (
            proven_lack,
            lack_in_words(&subjects, finding.passing, total),
        )
    } else if let Some(why) = finding.undecidable {
        (Status::Unknown, why.to_owned())
    } else if !subjects.unknown.is_empty() {
        let unknown = subjects.unknown.len();
        (
            Status::Unknown,
            format!("{unknown} of {total} could not be decided about: evidence is missing"),
        )
    } else if !finding.whole {
        (
            Status::Unknown,
            "no failure was seen, but the evidence is not complete".to_owned(),
        )
    } else if over_limit {
        let (count, limit) = (subjects.excepted.len(), exception::limit(population));
        (
            Status::PartiallySatisfied,
            format!("{count} are excepted; more than {limit} of {population} is too many"),
        )
    } else if let (0, Some(why)) = (population, finding.vacuous_pass) {
        (Status::Satisfied, why.to_owned())
    } else if total == 0 {
        (
            proven_lack,
            "everybody is excepted, so nothing is left to be proven".to_owned(),
        )
    } else {
        (Status::Satisfied, format!("all {total} pass"))
    };
    if let (true, Some(already)) = (lacking > 0, already) {
        why = format!("{why}; {already}");
    }
    let counted = status != Status::Unknown && total > 0;
    let incomplete =
        !finding.whole || !subjects.unknown.is_empty() || finding.undecidable.is_some();
    Judged {
        result: ClauseResult {
            question: finding.question.clone(),
            status,
            ratio: counted.then(|| format!("{}/{total}", finding.passing)),
            why,
        },
        subjects,
        incomplete,
        over_limit,
        in_place,
    }
}

/// Those of `from` who are not excepted. The others are added to the excepted; reasons are kept for all.
fn sorted(from: &ByReason, excepted: &Ids, subjects: &mut Subjects) -> Ids {
    for (why, ids) in from.by_reason() {
        subjects.reasons.entry(why.to_owned()).or_default().add(ids);
    }
    let mut kept = from.ids();
    if !excepted.is_empty() {
        subjects.excepted.add(&kept.intersection(excepted));
        kept.remove(excepted);
    }
    kept
}

fn lack_in_words(subjects: &Subjects, passing: usize, total: usize) -> String {
    let mut parts = vec![format!("{passing} of {total} pass")];
    let mut part = |count: usize, word: &str| {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    };
    part(subjects.failing.len(), "fail");
    part(subjects.conditional.len(), "bound only conditionally");
    part(subjects.unknown.len(), "not decided for want of evidence");
    part(subjects.excepted.len(), "excepted");
    parts.join(", ")
}

/// The status of a control from those of its clauses.
///
/// `open` says whether a clause stays with a person. One clause never makes the control satisfied.
pub(super) fn control(clauses: &[Judged], open: bool) -> Status {
    let has = |wanted: Status| clauses.iter().any(|c| c.result.status == wanted);
    let lacking = has(Status::NotSatisfied) || has(Status::PartiallySatisfied);
    let in_place = clauses.iter().any(|c| {
        c.in_place
            || matches!(
                c.result.status,
                Status::Satisfied | Status::PartiallySatisfied
            )
    });
    if lacking && in_place {
        Status::PartiallySatisfied
    } else if lacking {
        Status::NotSatisfied
    } else if has(Status::Unknown) {
        Status::Unknown
    } else if open || clauses.is_empty() {
        Status::Manual
    } else {
        Status::Satisfied
    }
}
