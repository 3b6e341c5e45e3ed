//! JSON → facts. What does not have the documented form is left out, and a problem names its place and
//! what was expected there, never what stood there.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::error::FactsError;
use super::problem::{Problems, TWICE, at};
use super::repair::{Members, typed};
use super::{FactKey, Facts};
use crate::similar::similar;

impl Facts {
    /// Reads facts from their JSON form.
    ///
    /// Keys and members that this version does not know are kept. A member of the wrong type costs that
    /// member: it counts as not told, its fact as not complete, so that it can prove a failure and never
    /// success; the note of the fact names the place. A row that lacks a member without which it says
    /// nothing is left out in the same way. A fact whose envelope or list cannot be read is
    /// [`State::Error`](super::State::Error). All of it is in [`Facts::problems`].
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
                // The last one is read, as other JSON readers do, and its fact is not complete.
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
                    let keys = FactKey::ALL.iter().map(|known| known.key);
                    if let Some(meant) = similar(key, keys) {
                        let expected = format!("there is no such fact; did you mean {meant}?");
                        unknown.tell(key, &expected);
                    }
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
