//! One fact from JSON: its envelope and its rows.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::envelope::{Fact, State};
use super::problem::{Problems, TWICE};
use super::repair::{Members, list, typed};

const ENVELOPE: [&str; 6] = [
    "state",
    "collected_at",
    "complete",
    "error",
    "note",
    "permission",
];

/// A fact; one whose envelope or list cannot be read is an error and holds nothing.
pub(super) fn parse<T: DeserializeOwned + Serialize>(
    key: &str,
    raw: &RawValue,
    found: &mut Problems,
) -> Fact<T> {
    let mut fact = enveloped(key, raw, found)
        .unwrap_or_else(|| Fact::error("the facts do not have the documented form"));
    if found.count() > 0 {
        fact.complete = false;
        let told = fact.note.take().map(|note| note + "; ").unwrap_or_default();
        fact.note = found
            .clone()
            .of(key)
            .map(|problem| told + &problem.to_string());
    }
    fact
}

fn enveloped<T: DeserializeOwned + Serialize>(
    key: &str,
    raw: &RawValue,
    found: &mut Problems,
) -> Option<Fact<T>> {
    let members: Members<'_> = match serde_json::from_str(raw.get()) {
        Ok(members) => members,
        Err(error) => {
            found.note(key, &error);
            return None;
        }
    };
    let members = members.by_name();
    let mut fact = Fact::default();
    let (mut state, mut whole) = (None, true);
    for (name, values) in &members {
        let path = format!("{key}.{name}");
        let [value] = values[..] else {
            found.tell(&path, TWICE);
            whole = false;
            continue;
        };
        if *name != "items" && !ENVELOPE.contains(name) {
            if let Some(value) = typed(&path, value, found) {
                fact.extra.insert((*name).to_owned(), value);
            }
            continue;
        }
        let read = match *name {
            "items" => list(&path, value, found).map(|items| fact.items = items),
            "state" => typed(&path, value, found).map(|it: State| state = Some(it)),
            "collected_at" => typed(&path, value, found).map(|it| fact.collected_at = it),
            "complete" => typed(&path, value, found)
                .map(|it: Option<bool>| fact.complete = it.unwrap_or(false)),
            "error" => typed(&path, value, found).map(|it| fact.error = it),
            "note" => typed(&path, value, found).map(|it| fact.note = it),
            _ => typed(&path, value, found).map(|it| fact.permission = it),
        };
        whole &= read.is_some();
    }
    if !members.contains_key("state") {
        found.tell(key, "the member `state` is missing");
    }
    fact.state = state?;
    whole.then_some(fact)
}
