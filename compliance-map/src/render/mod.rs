//! Assessments for readers: JSON, CSV, `JUnit`, OSCAL and OCSF for programs, plain text and Markdown
//! for people.
//!
//! All of them give the same bytes for equal assessments. Counts are always written with what they are
//! counted of; a percentage is cut, never rounded up. Text from outside is shown by [`printable`], so
//! that no name and no framework file can steer a terminal or forge a line.

mod csv;
mod html;
mod id;
mod junit;
mod markdown;
mod ocsf;
mod oscal;
mod printable;
mod remedy;
mod text;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::assess::{Assessment, ControlResult};
use crate::coverage::Covered;
use crate::facts::TENANT;
use crate::framework::ControlRef;
use crate::verdict::{Status, Subjects};

pub use csv::csv;
pub use html::html;
pub use junit::junit;
pub use markdown::markdown;
pub use ocsf::ocsf;
pub use oscal::oscal;
pub use printable::printable;
pub use text::text;

/// The assessment as indented JSON with a final newline, members named as in the facts format.
pub fn json(assessment: &Assessment) -> String {
    indented(assessment)
}

/// Indented JSON with a final newline.
pub(crate) fn indented<T: serde::Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// How many of those about whom nothing could be decided are named; the JSON holds all of them.
const UNDECIDED_SHOWN: usize = 10;

/// The status as it stands in a headline.
fn headline(status: Status) -> String {
    status.as_str().replace('_', " ").to_uppercase()
}

/// `47/50` with its percentage, or nothing where people are not counted.
fn ratio(result: &ControlResult) -> Option<String> {
    let (covered, total) = result.ratio.as_deref()?.split_once('/')?;
    let (covered, total) = (covered.parse().ok()?, total.parse().ok()?);
    Some(Covered { covered, total }.to_string())
}

/// How many controls have which status, in the order of [`Status`].
fn counts(results: &[&ControlResult]) -> String {
    const ORDER: [Status; 6] = [
        Status::Satisfied,
        Status::PartiallySatisfied,
        Status::NotSatisfied,
        Status::Unknown,
        Status::Manual,
        Status::NotApplicable,
    ];
    let mut parts = Vec::new();
    for status in ORDER {
        let count = results
            .iter()
            .filter(|result| result.status == status)
            .count();
        if count > 0 {
            parts.push(format!("{count} {}", status.as_str().replace('_', " ")));
        }
    }
    format!("{} of {}", parts.join(", "), results.len())
}

/// The results by framework, in the order of the assessment.
fn by_framework(assessment: &Assessment) -> Vec<(&str, Vec<&ControlResult>)> {
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
fn population(assessment: &Assessment) -> String {
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

/// People who share a list and a reason.
struct Group<'r> {
    list: &'static str,
    why: &'r str,
    names: Vec<String>,
}

/// The people of a result, list by list and reason by reason.
fn people<'r>(assessment: &Assessment, subjects: &'r Subjects) -> Vec<Group<'r>> {
    let lists = [
        ("failing", &subjects.failing, usize::MAX),
        ("only conditionally", &subjects.conditional, usize::MAX),
        ("not decided", &subjects.unknown, UNDECIDED_SHOWN),
        ("excepted", &subjects.excepted, usize::MAX),
    ];
    let mut groups = Vec::new();
    for (list, ids, limit) in lists {
        for (why, concerned) in &subjects.reasons {
            let concerned: Vec<&String> = concerned.intersection(ids).collect();
            let names = shortened(concerned.iter().map(|id| name(assessment, id)), limit);
            if !names.is_empty() {
                groups.push(Group { list, why, names });
            }
        }
    }
    groups
}

/// The lists of people and objects that do not pass, under the names of the wire form.
fn lists(subjects: &Subjects) -> [(&'static str, &BTreeSet<String>); 4] {
    [
        ("failing", &subjects.failing),
        ("conditional", &subjects.conditional),
        ("unknown", &subjects.unknown),
        ("excepted", &subjects.excepted),
    ]
}

/// Who was not counted, and why.
fn not_counted(subjects: &Subjects) -> Vec<String> {
    let excluded = subjects.excluded.iter();
    excluded
        .map(|excluded| format!("{} ({})", excluded.id, excluded.reason))
        .collect()
}

/// The first entries, and how many more there are.
fn shortened(entries: impl ExactSizeIterator<Item = String>, limit: usize) -> Vec<String> {
    let more = entries.len().saturating_sub(limit);
    let mut shown: Vec<String> = entries.take(limit).collect();
    if more > 0 {
        shown.push(format!("and {more} more, all listed in the JSON"));
    }
    shown
}

/// What a person is called: the sign-in name with the object id, so that it can be found.
fn name(assessment: &Assessment, id: &str) -> String {
    if id == TENANT {
        return "the tenant as a whole".to_owned();
    }
    if let Some(name) = assessment.names.get(id) {
        return format!("{name} ({id})");
    }
    let known = assessment.people.names.get(id);
    match known.map(|name| (&name.display_name, &name.upn)) {
        Some((Some(display_name), Some(upn))) => format!("{display_name} <{upn}> ({id})"),
        Some((None, Some(upn))) if upn != id => format!("{upn} ({id})"),
        Some((Some(display_name), None)) => format!("{display_name} ({id})"),
        _ => id.to_owned(),
    }
}

/// What a control has in common with others, in one line.
fn themes(result: &ControlResult) -> String {
    let themes: Vec<&str> = result.themes.iter().map(String::as_str).collect();
    themes.join(", ")
}

/// Controls in one line.
fn refs(controls: &BTreeSet<ControlRef>) -> String {
    let refs: Vec<String> = controls.iter().map(ToString::to_string).collect();
    refs.join(", ")
}

/// One line on the facts behind a result, with their age.
fn evidence(result: &ControlResult) -> String {
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
fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
