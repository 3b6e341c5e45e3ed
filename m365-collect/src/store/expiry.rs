//! What is past its time.

use std::borrow::Cow;
use std::ops::AddAssign;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::descriptor::Descriptor;
use crate::id::SourceId;

/// Tombstones are kept for so long at least: a deleted object may be restored for thirty days, and
/// a change of before its removal may be replayed for as long as a delta link holds
/// (<https://learn.microsoft.com/graph/delta-query-overview>).
const GRAVES: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What of a source is past its time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expiry {
    /// The source.
    pub source: SourceId,
    /// Events that happened, changes and versions that ended, and runs that ended before this go.
    pub before: SystemTime,
    /// Tombstones of objects and relations that were removed before this go.
    pub removed_before: SystemTime,
    /// The property by which its objects, where they are events, say when they happened. It dates
    /// those that were stored before that was looked at.
    pub event_time: Option<Cow<'static, str>>,
}

impl Expiry {
    /// What is older than `keeps` at the time `now`; tombstones that are older than thirty days,
    /// too.
    pub fn new(source: SourceId, now: SystemTime, keeps: Duration) -> Self {
        let before = |time| now.checked_sub(time).unwrap_or(SystemTime::UNIX_EPOCH);
        Self {
            source,
            before: before(keeps),
            removed_before: before(keeps.max(GRAVES)),
            event_time: None,
        }
    }

    /// What of the source of this descriptor is older than `keeps`.
    pub fn of(descriptor: &Descriptor, now: SystemTime, keeps: Duration) -> Self {
        Self {
            event_time: descriptor.event_time.clone(),
            ..Self::new(descriptor.id.clone(), now, keeps)
        }
    }
}

/// How much of a source was past its time, and is gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Expired {
    /// Events.
    pub events: u64,
    /// Tombstones of objects.
    pub tombstones: u64,
    /// Tombstones of relations.
    pub relations: u64,
    /// Earlier versions of objects.
    pub versions: u64,
    /// Entries of the feed.
    pub feed: u64,
    /// Runs of the log; the last one of a source stays.
    pub runs: u64,
}

impl AddAssign for Expired {
    fn add_assign(&mut self, more: Self) {
        self.events += more.events;
        self.tombstones += more.tombstones;
        self.relations += more.relations;
        self.versions += more.versions;
        self.feed += more.feed;
        self.runs += more.runs;
    }
}
