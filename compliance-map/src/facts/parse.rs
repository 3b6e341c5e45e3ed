//! JSON → facts, with errors that say where and what was expected, and never what stood there.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Fact, Facts, State};
use crate::Timestamp;

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
    /// A member does not have the documented form.
    #[error("{path}: {expected}")]
    Malformed {
        /// Where, for example `identity.users.items[3].enabled`.
        path: String,
        /// What should stand there.
        expected: String,
    },
}

impl Facts {
    /// Reads facts from their JSON form.
    ///
    /// Keys and members that this version does not know are kept. A row that does not have the
    /// documented form is an error: dropping it would change the population unseen.
    ///
    /// # Errors
    ///
    /// [`FactsError`] names the place and what was expected there. It never repeats what stood there.
    ///
    /// ```
    /// use compliance_map::Facts;
    ///
    /// let broken = r#"{"identity.users": {"state": "ok", "complete": true, "items": [{"id": "u1", "enabled": "yes"}]}}"#;
    /// assert_eq!(
    ///     Facts::from_json(broken).unwrap_err().to_string(),
    ///     "identity.users.items[0].enabled: expected a boolean"
    /// );
    /// ```
    pub fn from_json(json: impl AsRef<[u8]>) -> Result<Self, FactsError> {
        let text = std::str::from_utf8(json.as_ref()).map_err(|e| FactsError::NotUtf8 {
            valid_up_to: e.valid_up_to(),
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let members: BTreeMap<String, &RawValue> =
            serde_json::from_str(text).map_err(|e| not_json(&e))?;

        let mut facts = Self::default();
        let mut overlays = [None, None];
        for (key, raw) in members {
            match key.as_str() {
                "tenant" => facts.tenant = typed("tenant", raw)?,
                "exceptions" => facts.exceptions = list("exceptions", raw)?,
                "policy_overlay" => overlays[0] = typed("policy_overlay", raw)?,
                "overlay" => overlays[1] = typed("overlay", raw)?,
                _ if facts.read_fact(&key, raw)? => {}
                _ => {
                    let value = typed(&key, raw)?;
                    facts.extra.insert(key, value);
                }
            }
        }
        for overlay in overlays.into_iter().flatten() {
            facts.overlay.merge(overlay);
        }
        Ok(facts)
    }
}

/// The envelope without rows and unknown members, which are read one by one.
#[derive(Deserialize)]
struct Wire {
    state: State,
    #[serde(default)]
    collected_at: Option<Timestamp>,
    #[serde(default)]
    complete: Option<bool>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    permission: Option<String>,
}

const WIRE_MEMBERS: [&str; 6] = [
    "state",
    "collected_at",
    "complete",
    "error",
    "note",
    "permission",
];

pub(super) fn fact<T: DeserializeOwned>(key: &str, raw: &RawValue) -> Result<Fact<T>, FactsError> {
    let wire: Wire = typed(key, raw)?;
    let members: BTreeMap<String, &RawValue> =
        serde_json::from_str(raw.get()).map_err(|e| at(key, &e))?;
    let mut items = Vec::new();
    let mut extra = BTreeMap::new();
    for (name, value) in members {
        let path = format!("{key}.{name}");
        if name == "items" {
            items = list(&path, value)?;
        } else if !WIRE_MEMBERS.contains(&name.as_str()) {
            extra.insert(name, typed(&path, value)?);
        }
    }
    Ok(Fact {
        state: wire.state,
        collected_at: wire.collected_at,
        complete: wire.complete.unwrap_or(false),
        error: wire.error,
        note: wire.note,
        permission: wire.permission,
        items,
        extra,
    })
}

fn list<T: DeserializeOwned>(path: &str, raw: &RawValue) -> Result<Vec<T>, FactsError> {
    let rows: Option<Vec<&RawValue>> = serde_json::from_str(raw.get()).map_err(|e| at(path, &e))?;
    rows.unwrap_or_default()
        .into_iter()
        .enumerate()
        .map(|(index, row)| {
            serde_json::from_str(row.get())
                .map_err(|e| located::<T>(&format!("{path}[{index}]"), row, &e))
        })
        .collect()
}

fn typed<T: DeserializeOwned>(path: &str, raw: &RawValue) -> Result<T, FactsError> {
    serde_json::from_str(raw.get()).map_err(|e| located::<T>(path, raw, &e))
}

fn not_json(error: &serde_json::Error) -> FactsError {
    if error.is_data() {
        return at("facts", error);
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

fn at(path: &str, error: &serde_json::Error) -> FactsError {
    FactsError::Malformed {
        path: path.to_owned(),
        expected: expectation(error),
    }
}

/// Names the member of `row` that is to blame: the one without which the complaint changes.
///
/// Only done once something is wrong, so that the good path pays nothing for it.
fn located<T: DeserializeOwned>(
    path: &str,
    row: &RawValue,
    error: &serde_json::Error,
) -> FactsError {
    let complaint = expectation(error);
    let members: BTreeMap<String, Value> = serde_json::from_str(row.get()).unwrap_or_default();
    let culprit = members.keys().find(|suspect| {
        let rest: BTreeMap<&String, &Value> =
            members.iter().filter(|(name, _)| name != suspect).collect();
        let without = serde_json::to_string(&rest).unwrap_or_default();
        match serde_json::from_str::<T>(&without) {
            Ok(_) => true,
            Err(other) => expectation(&other) != complaint,
        }
    });
    FactsError::Malformed {
        path: culprit.map_or_else(|| path.to_owned(), |name| format!("{path}.{name}")),
        expected: complaint,
    }
}

/// The "expected …" half of a reader's message: the other half repeats the content.
fn expectation(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(text, _)| text);
    if let Some(field) = message.strip_prefix("missing field ") {
        return format!("the member {field} is missing");
    }
    match message.rsplit_once("expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None if message.starts_with("duplicate field") => "a member stands there twice".to_owned(),
        None => "this is not the documented form".to_owned(),
    }
}
