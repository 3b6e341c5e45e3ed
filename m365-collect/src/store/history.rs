//! How objects came to be what they are: earlier versions, and the feed of changes.

use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::id::SourceId;
use crate::kind::Kind;
use crate::timestamp;

/// What an object said for some time, as far as it was read: it may have changed between two
/// readings.
#[derive(Clone)]
#[non_exhaustive]
pub struct Version {
    /// When it was first stored so.
    pub since: SystemTime,
    /// When it was stored otherwise or removed; `None` where it still says so.
    pub until: Option<SystemTime>,
    /// What it said, as received.
    pub raw: Box<RawValue>,
}

impl Version {
    /// A version of its parts, for implementations of [`Store`](super::Store).
    pub const fn new(since: SystemTime, until: Option<SystemTime>, raw: Box<RawValue>) -> Self {
        Self { since, until, raw }
    }
}

/// Without the content.
impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Version")
            .field("since", &self.since)
            .field("until", &self.until)
            .field("bytes", &self.raw.get().len())
            .finish()
    }
}

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FeedEvent {
    /// It is new.
    Created,
    /// It says something else than before.
    Updated,
    /// It is gone.
    Removed,
    /// It is back.
    Restored,
}

impl FeedEvent {
    /// The name under which it is stored and printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Removed => "removed",
            Self::Restored => "restored",
        }
    }

    /// The event of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Created, Self::Updated, Self::Removed, Self::Restored]
            .into_iter()
            .find(|event| event.as_str() == name)
    }
}

/// One entry of the feed of changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FeedEntry {
    /// Where it stands in the feed: a reader goes on after the last number that it saw.
    pub number: u64,
    /// When the change was stored.
    #[serde(serialize_with = "timestamp::serialize")]
    pub at: SystemTime,
    /// The source that read it.
    pub source: SourceId,
    /// The kind of the object.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// What happened to it.
    pub event: FeedEvent,
    /// The names of the properties that say something else; of an update only.
    pub properties: Vec<String>,
}

impl FeedEntry {
    /// An entry of its parts, for implementations of [`Store`](super::Store).
    pub const fn new(
        number: u64,
        at: SystemTime,
        source: SourceId,
        kind: Kind,
        id: String,
        event: FeedEvent,
        properties: Vec<String>,
    ) -> Self {
        Self {
            number,
            at,
            source,
            kind,
            id,
            event,
            properties,
        }
    }
}
