//! Words and lines that several formats share.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::assess::{Assessment, ControlResult};
use crate::coverage::Covered;
use crate::framework::ControlRef;
use crate::summary::Counts;
use crate::verdict::Status;

/// The status as it stands in a headline.
pub(super) fn headline(status: Status) -> String {
    status.as_str().replace('_', " ").to_uppercase()
}

/// `47/50` with its percentage, or nothing where people are not counted.
pub(super) fn ratio(result: &ControlResult) -> Option<String> {
    let (covered, total) = result.ratio.as_deref()?.split_once('/')?;
    let (covered, total) = (covered.parse().ok()?, total.parse().ok()?);
    Some(Covered { covered, total }.to_string())
}

/// `4 satisfied, 60 manual`, in the order of [`Status`].
pub(super) fn statuses(counts: &Counts) -> String {
    let some = counts.iter().filter(|(_, count)| *count > 0);
    let parts: Vec<String> = some
        .map(|(status, count)| format!("{count} {}", status.as_str().replace('_', " ")))
        .collect();
    parts.join(", ")
}

/// How many controls have which status.
pub(super) fn counts(results: &[&ControlResult]) -> String {
    let counts = Counts::of(results.iter().copied());
    format!("{} of {}", statuses(&counts), results.len())
}

/// The results by framework, in the order of the assessment.
pub(super) fn by_framework(assessment: &Assessment) -> Vec<(&str, Vec<&ControlResult>)> {
    let mut groups: Vec<(&str, Vec<&ControlResult>)> = Vec::new();
    for result in &assessment.results {
        let framework = result.control.framework();
        match groups.last_mut() {
            Some((last, results)) if *last == framework => results.push(result),
            _ => groups.push((framework, vec![result])),
        }
    }
    groups
}

/// One line on who is in the tenant.
pub(super) fn population(assessment: &Assessment) -> String {
    let people = &assessment.people;
    let mut line = format!(
        "{} enabled accounts, {} of them guests",
        people.enabled, people.guests
    );
    let _ = match people.administrators {
        Some(count) => write!(line, ", {count} administrators"),
        None => write!(line, ", administrators not known"),
    };
    let _ = write!(line, "; {} disabled", people.disabled);
    if !people.known {
        line.push_str(" (the account list is missing, old or cut short: these numbers are not the whole tenant)");
    }
    line
}

/// What a control has in common with others, in one line.
pub(super) fn themes(result: &ControlResult) -> String {
    let themes: Vec<&str> = result.themes.iter().map(String::as_str).collect();
    themes.join(", ")
}

/// Controls in one line.
pub(super) fn refs(controls: &BTreeSet<ControlRef>) -> String {
    let refs: Vec<String> = controls.iter().map(ToString::to_string).collect();
    refs.join(", ")
}

/// One line on the facts behind a result, with their age.
pub(super) fn evidence(result: &ControlResult) -> String {
    let parts: Vec<String> = result
        .evidence
        .iter()
        .map(|usage| match usage.age_hours {
            Some(hours) => format!("{} ({}, {hours} h old)", usage.fact, usage.state.as_str()),
            None => format!("{} ({})", usage.fact, usage.state.as_str()),
        })
        .collect();
    parts.join(", ")
}

/// A sentence or word that begins with a capital.
pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
