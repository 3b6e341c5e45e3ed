//! What of a set of facts could not be read.

use std::fmt;

/// So many places are named for each fact; the rest is counted.
const NAMED: usize = 10;
/// A name that is longer is cut: it may come from the text itself.
const LONGEST: usize = 120;

/// What of one fact, or of one other member of a set of facts, could not be read and counts as not told.
///
/// It names places and what was expected there, and never what stood there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FactsProblem {
    /// The wire key of the fact, `exceptions`, `tenant`, `overlay`, or `other members`.
    pub key: String,
    /// The first ten places, for example `identity.users.items[3].enabled: expected a boolean`.
    pub places: Vec<String>,
    /// How many more there are.
    pub more: usize,
}

impl fmt::Display for FactsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.places.join("; "))?;
        match self.more {
            0 => Ok(()),
            1 => f.write_str("; and 1 more place"),
            more => write!(f, "; and {more} more places"),
        }
    }
}

/// The problems of one key while it is read.
#[derive(Debug, Clone, Default)]
pub(super) struct Problems {
    places: Vec<String>,
    more: usize,
}

impl Problems {
    /// Something that has another form than `error` says was expected.
    pub(super) fn note(&mut self, path: &str, error: &serde_json::Error) {
        self.tell(path, &at(error));
    }

    pub(super) fn tell(&mut self, path: &str, expected: &str) {
        if self.places.len() < NAMED {
            let path: String = path.chars().take(LONGEST).collect();
            self.places.push(format!("{path}: {expected}"));
        } else {
            self.more += 1;
        }
    }

    pub(super) fn count(&self) -> usize {
        self.places.len() + self.more
    }

    /// What is to be told of `key`, if anything.
    pub(super) fn of(self, key: &str) -> Option<FactsProblem> {
        (!self.places.is_empty()).then(|| FactsProblem {
            key: key.to_owned(),
            places: self.places,
            more: self.more,
        })
    }
}

/// The "expected …" half of a reader's message: the other half repeats the content.
pub(super) fn at(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(text, _)| text);
    if let Some(field) = message.strip_prefix("missing field ") {
        return format!("the member {field} is missing");
    }
    match message.rsplit_once("expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None if message.starts_with("duplicate field") => TWICE.to_owned(),
        None if error.is_data() => "this is not the documented form".to_owned(),
        None => "expected a value that is not nested so deep and no number so large".to_owned(),
    }
}

pub(super) const TWICE: &str = "a member stands there twice";
