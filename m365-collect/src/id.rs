//! What a source is called, how it is read and what is remembered of it.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The name of a source: a plural noun in lower case (`users`, `conditional_access_policies`).
///
/// ```
/// use m365_collect::SourceId;
/// assert!(SourceId::try_from("conditional_access_policies".to_owned()).is_ok());
/// assert!(SourceId::try_from("Robert'); DROP TABLE".to_owned()).is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceId(Cow<'static, str>);

impl SourceId {
    /// A source by its name, known to be well formed.
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The name as a value of a row, without a copy of one that is written in the code.
    pub(crate) fn text(&self) -> Cow<'static, str> {
        self.0.clone()
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name that is written in the code; one from elsewhere is checked by `TryFrom<String>`.
impl From<&'static str> for SourceId {
    fn from(name: &'static str) -> Self {
        Self::new(name)
    }
}

impl TryFrom<String> for SourceId {
    type Error = InvalidSourceId;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.is_empty() || name.len() > 64 || !name.chars().all(is_word) {
            return Err(InvalidSourceId);
        }
        Ok(Self(Cow::Owned(name)))
    }
}

impl From<SourceId> for String {
    fn from(id: SourceId) -> Self {
        id.0.into_owned()
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// A name that no source can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a source id is 1 to 64 lower-case letters, digits and underscores")]
pub struct InvalidSourceId;

/// How a source is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SyncMode {
    /// Changes since a checkpoint.
    Delta,
    /// The whole collection each time; what is not listed any more is swept at the end.
    Full,
    /// What happened since the last time: nothing is swept, and what comes again is the same event
    /// as it stands now.
    Window,
}

/// What is remembered of the objects of a source when they change.
///
/// A history begins when a source was first read completely: until then everything is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum History {
    /// Nothing: for what changes all the time.
    None,
    /// That an object changed, when, and which of its properties.
    Feed,
    /// The same, and what it said before: for settings of the tenant.
    Versions,
}
