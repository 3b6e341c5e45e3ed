//! Why and what next, in sentences.

use std::collections::BTreeSet;

use super::judge::Judged;
use crate::evidence::EvidenceUse;
use crate::facts::State;
use crate::framework::Control;
use crate::verdict::{Missing, Status};

pub(super) fn why(judged: &[Judged], open: &[&str]) -> String {
    let mut parts: Vec<String> = match judged {
        [only] => vec![only.result.why.clone()],
        several => several
            .iter()
            .map(|clause| format!("{} {}", clause.result.question, clause.result.why))
            .collect(),
    };
    if !open.is_empty() {
        parts.push(format!("stays with a person: {}", open.join("; ")));
    }
    parts.join(". ")
}

pub(super) fn recommendation(
    status: Status,
    advice: &[&str],
    missing: &BTreeSet<Missing>,
    open: &[&str],
) -> Option<String> {
    if status == Status::Satisfied {
        return None;
    }
    let mut steps: Vec<String> = Vec::new();
    for step in advice {
        if !steps.iter().any(|known| known == step) {
            steps.push((*step).to_owned());
        }
    }
    steps.extend(missing.iter().map(supply));
    if !open.is_empty() {
        steps.push(format!("have a person decide: {}", open.join("; ")));
    }
    (!steps.is_empty()).then(|| steps.join("; "))
}

fn supply(missing: &Missing) -> String {
    let Missing {
        fact,
        problem,
        permission,
        license,
    } = missing;
    match (permission, license) {
        (Some(permission), Some(license)) => {
            format!(
                "{fact} {problem}: it needs the permission {permission} and the license {license}"
            )
        }
        (Some(permission), None) => format!("{fact} {problem}: grant {permission}"),
        (None, Some(license)) => format!("{fact} {problem}: it needs {license}"),
        (None, None) => format!("{fact} {problem}"),
    }
}

pub(super) fn by_hand<'e>(
    control: &Control,
    evidence: impl Iterator<Item = &'e EvidenceUse>,
) -> String {
    let at_hand: Vec<&str> = evidence
        .filter(|usage| usage.state == State::Ok && usage.complete)
        .map(|usage| usage.fact.as_str())
        .collect();
    let facts = if at_hand.is_empty() {
        "none of the facts that bear on it was collected".to_owned()
    } else {
        format!("these facts bear on it: {}", at_hand.join(", "))
    };
    let open: Vec<&str> = control
        .clauses
        .iter()
        .filter_map(|clause| match clause {
            crate::framework::Clause::Open { open } => Some(open.as_str()),
            crate::framework::Clause::Rule { .. } => None,
        })
        .collect();
    if open.is_empty() {
        format!("have a person decide; {facts}")
    } else {
        format!("have a person decide: {}; {facts}", open.join("; "))
    }
}
