//! Whom a result lists, by list and reason, and what they are called.

use crate::assess::Assessment;
use crate::directory::Ids;
use crate::facts::TENANT;
use crate::verdict::Subjects;

/// How many of those about whom nothing could be decided are named; the JSON holds all of them.
const UNDECIDED_SHOWN: usize = 10;

/// People who share a list and a reason.
pub(super) struct Group<'r> {
    pub(super) list: &'static str,
    pub(super) why: &'r str,
    pub(super) names: Vec<String>,
}

/// The people of a result, list by list and reason by reason.
pub(super) fn people<'r>(assessment: &Assessment, subjects: &'r Subjects) -> Vec<Group<'r>> {
    let groups = listed(subjects).map(|(list, why, ids)| {
        let (list, limit) = match list {
            "conditional" => ("only conditionally", usize::MAX),
            "unknown" => ("not decided", UNDECIDED_SHOWN),
            list => (list, usize::MAX),
        };
        let names = shortened(ids.iter().map(|id| name(assessment, id)), limit);
        Group { list, why, names }
    });
    groups.collect()
}

/// Whoever does not pass, by the list, under its name of the wire form, and the reason.
pub(super) fn listed(subjects: &Subjects) -> impl Iterator<Item = (&'static str, &str, Vec<&str>)> {
    lists(subjects).into_iter().flat_map(move |(list, ids)| {
        let reasons = subjects.reasons.iter();
        let groups = reasons.map(move |(why, concerned)| {
            let both = concerned.iter().filter(|id| ids.contains(id));
            (list, why.as_str(), both.collect())
        });
        groups.filter(|(_, _, both): &(_, _, Vec<&str>)| !both.is_empty())
    })
}

/// The lists of people and objects that do not pass, under the names of the wire form.
pub(super) fn lists(subjects: &Subjects) -> [(&'static str, &Ids); 4] {
    [
        ("failing", &subjects.failing),
        ("conditional", &subjects.conditional),
        ("unknown", &subjects.unknown),
        ("excepted", &subjects.excepted),
    ]
}

/// Who was not counted, and why.
pub(super) fn not_counted(subjects: &Subjects) -> Vec<String> {
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
pub(super) fn name(assessment: &Assessment, id: &str) -> String {
    if id == TENANT {
        return "the tenant as a whole".to_owned();
    }
    if let Some(name) = assessment.names.get(id) {
        return format!("{name} ({id})");
    }
    let known = assessment.people.names.get(id);
    match known.map(|name| (name.display_name, name.upn)) {
        Some((Some(display_name), Some(upn))) => format!("{display_name} <{upn}> ({id})"),
        Some((None, Some(upn))) if upn != id => format!("{upn} ({id})"),
        Some((Some(display_name), None)) => format!("{display_name} ({id})"),
        _ => id.to_owned(),
    }
}
