//! What is known about how a fact was read, kept beside the rows themselves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Timestamp;

/// How the reading of one fact ended.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// Read to the end.
    Ok,
    /// The service refused: a permission is missing.
    Denied,
    /// The tenant has no license that includes this data.
    Unlicensed,
    /// The reading failed for another reason.
    Error,
    /// Only a part was read; the rows that are there were really seen.
    Truncated,
    /// Nobody tried. Also the state of a fact that is absent from the file.
    #[default]
    NotCollected,
}

impl State {
    /// The word used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Denied => "denied",
            Self::Unlicensed => "unlicensed",
            Self::Error => "error",
            Self::Truncated => "truncated",
            Self::NotCollected => "not_collected",
        }
    }
}

/// One fact: the rows and how they were read.
///
/// Only a fact that is `ok`, complete and fresh may lead to a satisfied control. A truncated one may
/// prove a failure. Every other state means "unknown", never "none".
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fact<T> {
    /// How the reading ended.
    pub state: State,
    /// When the rows were read; a fact without it cannot be shown to be fresh.
    pub collected_at: Option<Timestamp>,
    /// Whether the rows are all there are.
    pub complete: bool,
    /// What went wrong, for people to read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// A remark on the reading, for people to read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The permission that the reading needs or lacked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    /// The rows. Of two rows about the same object the later one counts.
    pub items: Vec<T>,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl<T> Default for Fact<T> {
    fn default() -> Self {
        Self {
            state: State::NotCollected,
            collected_at: None,
            complete: false,
            error: None,
            note: None,
            permission: None,
            items: Vec::new(),
            extra: BTreeMap::new(),
        }
    }
}

impl<T> Fact<T> {
    /// Nobody tried to read this.
    pub fn not_collected() -> Self {
        Self::default()
    }

    /// Everything was read at `collected_at`.
    pub fn ok(collected_at: Timestamp, items: Vec<T>) -> Self {
        Self {
            state: State::Ok,
            collected_at: Some(collected_at),
            complete: true,
            items,
            ..Self::default()
        }
    }

    /// The service refused because `permission` is missing.
    pub fn denied(permission: impl Into<String>) -> Self {
        Self {
            state: State::Denied,
            permission: Some(permission.into()),
            ..Self::default()
        }
    }

    /// The tenant lacks `plan`, the license that includes this data.
    pub fn unlicensed(plan: impl Into<String>) -> Self {
        Self {
            state: State::Unlicensed,
            note: Some(plan.into()),
            ..Self::default()
        }
    }

    /// The reading failed.
    pub fn error(message: impl Into<String>) -> Self {
        Self {
            state: State::Error,
            error: Some(message.into()),
            ..Self::default()
        }
    }

    /// Only `items` were read before the reading ended early, as `note` says.
    pub fn truncated(collected_at: Timestamp, items: Vec<T>, note: impl Into<String>) -> Self {
        Self {
            state: State::Truncated,
            collected_at: Some(collected_at),
            note: Some(note.into()),
            items,
            ..Self::default()
        }
    }

    /// The envelope without the rows.
    pub fn envelope(&self) -> Envelope<'_> {
        Envelope {
            state: self.state,
            collected_at: self.collected_at,
            complete: self.complete,
            error: self.error.as_deref(),
            note: self.note.as_deref(),
            permission: self.permission.as_deref(),
            rows: self.items.len(),
        }
    }

    /// Whether the fact says nothing at all, as if its key were absent.
    pub(crate) fn is_absent(&self) -> bool {
        self.state == State::NotCollected
            && self.collected_at.is_none()
            && !self.complete
            && self.error.is_none()
            && self.note.is_none()
            && self.permission.is_none()
            && self.items.is_empty()
            && self.extra.is_empty()
    }
}

/// How a fact was read, whatever its rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Envelope<'a> {
    /// How the reading ended.
    pub state: State,
    /// When the rows were read.
    pub collected_at: Option<Timestamp>,
    /// Whether the rows are all there are.
    pub complete: bool,
    /// What went wrong.
    pub error: Option<&'a str>,
    /// A remark on the reading.
    pub note: Option<&'a str>,
    /// The permission that the reading needs or lacked.
    pub permission: Option<&'a str>,
    /// How many rows there are.
    pub rows: usize,
}
