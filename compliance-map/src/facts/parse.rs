//! JSON → facts. What has not the documented form costs itself and is told by its place and what was
//! expected there, never by what stood there.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::problem::{Problems, TWICE, at};
use super::repair::{Members, list, typed};
use super::{Fact, Facts, State};

/// Why a text is not a set of facts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FactsError {
    /// The text is not UTF-8.
    #[error(
        "the facts are not UTF-8 text: byte {valid_up_to} cannot be read; save the file as UTF-8"
    )]
    NotUtf8 {
        /// Offset of the first byte that is not UTF-8.
        valid_up_to: usize,
    },
    /// The text is not JSON.
    #[error("the facts are not JSON: line {line}, column {column}: {problem}")]
    NotJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the reader met.
        problem: &'static str,
    },
    /// The text is JSON, but no object.
    #[error("facts: {expected}")]
    Malformed {
        /// What should stand there.
        expected: String,
    },
}

impl Facts {
    /// Reads facts from their JSON form.
    ///
    /// Keys and members that this version does not know are kept. A member of the wrong type costs that
    /// member: it counts as not told, its fact as not complete, so that it can prove a failure and never
    /// success; the note of the fact names the place. A row that lacks a member without which it says
    /// nothing is left out in the same way. A fact whose envelope or list cannot be read is
    /// [`State::Error`]. All of it is in [`Facts::problems`].
    ///
    /// # Errors
    ///
    /// [`FactsError`] when the text is not UTF-8, not JSON, or not a JSON object.
    ///
    /// ```
    /// use compliance_map::Facts;
    ///
    /// let facts = Facts::from_json(r#"{"identity.users": {"state": "ok", "complete": true,
    ///     "items": [{"id": "u1", "enabled": "yes"}, {"id": "u2", "enabled": true}]}}"#)?;
    /// assert_eq!(
    ///     facts.problems[0].to_string(),
    ///     "identity.users.items[0].enabled: expected a boolean"
    /// );
    /// assert_eq!(facts.identity_users.items[0].enabled, None);
    /// assert_eq!(facts.identity_users.items[1].enabled, Some(true));
    /// assert!(!facts.identity_users.complete);
    /// # Ok::<(), compliance_map::FactsError>(())
    /// ```
    pub fn from_json(json: impl AsRef<[u8]>) -> Result<Self, FactsError> {
        let text = std::str::from_utf8(json.as_ref()).map_err(|e| FactsError::NotUtf8 {
            valid_up_to: e.valid_up_to(),
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let members: Members<'_> = serde_json::from_str(text).map_err(|e| not_json(&e))?;

        let mut facts = Self::default();
        let mut overlays = [None, None];
        let mut unknown = Problems::default();
        for (key, raw) in members.by_name() {
            let mut found = Problems::default();
            if raw.len() > 1 {
                // The last one is read, as other readers of JSON do, and is not the whole.
                found.tell(key, TWICE);
            }
            let Some(raw) = raw.last().copied() else {
                continue;
            };
            match key {
                "tenant" => facts.tenant = typed(key, raw, &mut found).flatten(),
                "exceptions" => facts.exceptions = exceptions(raw, &mut found),
                "policy_overlay" => overlays[0] = typed(key, raw, &mut found).flatten(),
                "overlay" => overlays[1] = typed(key, raw, &mut found).flatten(),
                _ if facts.read_fact(key, raw, &mut found) => {}
                _ => {
                    if let Some(value) = typed(key, raw, &mut unknown) {
                        facts.extra.insert(key.to_owned(), value);
                    }
                    continue;
                }
            }
            facts.problems.extend(found.of(key));
        }
        facts.problems.extend(unknown.of("other members"));
        for overlay in overlays.into_iter().flatten() {
            facts.overlay.merge(overlay);
        }
        Ok(facts)
    }
}

/// An exception of which a member cannot be read excepts nobody: the lost member may be what ends it.
fn exceptions<T: DeserializeOwned + Serialize>(raw: &RawValue, found: &mut Problems) -> Vec<T> {
    let rows: Option<Vec<&RawValue>> = match serde_json::from_str(raw.get()) {
        Ok(rows) => rows,
        Err(error) => {
            found.note("exceptions", &error);
            return Vec::new();
        }
    };
    let rows = rows.unwrap_or_default().into_iter().enumerate();
    rows.filter_map(|(n, row)| {
        let before = found.count();
        let read = typed(&format!("exceptions[{n}]"), row, found);
        read.filter(|_| found.count() == before)
    })
    .collect()
}

const ENVELOPE: [&str; 6] = [
    "state",
    "collected_at",
    "complete",
    "error",
    "note",
    "permission",
];

/// A fact; one whose envelope or list cannot be read is an error and holds nothing.
pub(super) fn fact<T: DeserializeOwned + Serialize>(
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

fn not_json(error: &serde_json::Error) -> FactsError {
    if error.is_data() {
        return FactsError::Malformed {
            expected: at(error),
        };
    }
    FactsError::NotJson {
        line: error.line(),
        column: error.column(),
        problem: if error.is_eof() {
            "the text ends too early; the file may be cut off"
        } else {
            "a character that JSON does not allow here"
        },
    }
}
