//! What a store says of a tenant, of its sources, of their runs, and of what was removed.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::id::SourceId;
use crate::kind::Kind;
use crate::outcome::{Outcome, RunStats};
use crate::record::RemovedReason;
use crate::timestamp;

/// How many runs of each source the log keeps: with hourly runs, those of three weeks.
pub const RUNS_KEPT: usize = 500;

/// Whose picture a store holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredTenant {
    /// The tenant as it was asked for: an id or a domain.
    pub asked: String,
    /// The id of its organization, once it was read.
    pub organization: Option<String>,
    /// Its display name, once it was read.
    pub name: Option<String>,
}

impl StoredTenant {
    /// A tenant by the name under which it is asked for.
    pub fn new(asked: impl Into<String>) -> Self {
        Self {
            asked: asked.into(),
            organization: None,
            name: None,
        }
    }

    /// With what its organization says.
    #[must_use]
    pub fn with_organization(mut self, id: impl Into<String>, name: Option<String>) -> Self {
        self.organization = Some(id.into());
        self.name = name;
        self
    }

    /// Whether both name the same tenant: by organization where both know it, else by the name
    /// that was asked for.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.organization, &other.organization) {
            (Some(mine), Some(theirs)) => mine.eq_ignore_ascii_case(theirs),
            _ => {
                self.asked.eq_ignore_ascii_case(&other.asked)
                    || [(self, other), (other, self)].iter().any(|(a, b)| {
                        a.organization
                            .as_deref()
                            .is_some_and(|id| id.eq_ignore_ascii_case(&b.asked))
                    })
            }
        }
    }
}

/// What the store knows of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceState {
    /// When a round of it was last complete.
    pub completed_at: Option<SystemTime>,
    /// When that round began: what readers see is at least as new as this.
    pub as_of: Option<SystemTime>,
    /// Whether a round was begun and has not ended.
    pub in_round: bool,
    /// Whether the last round that ended could not read everything, so that something is missing
    /// from the rows.
    pub in_part: bool,
}

impl SourceState {
    /// The state of a source that was never read completely, for implementations of [`Store`](super::Store) to
    /// fill in.
    pub const fn new() -> Self {
        Self {
            completed_at: None,
            as_of: None,
            in_round: false,
            in_part: false,
        }
    }
}

impl Default for SourceState {
    fn default() -> Self {
        Self::new()
    }
}

/// One run of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunEntry {
    /// The source.
    pub source: SourceId,
    /// When it began.
    #[serde(with = "timestamp::option")]
    pub started_at: Option<SystemTime>,
    /// When it ended.
    #[serde(with = "timestamp::option")]
    pub ended_at: Option<SystemTime>,
    /// What came of it.
    pub outcome: Outcome,
    /// What it did.
    pub stats: RunStats,
}

impl RunEntry {
    /// A run of its parts.
    pub const fn new(
        source: SourceId,
        started_at: SystemTime,
        ended_at: SystemTime,
        outcome: Outcome,
        stats: RunStats,
    ) -> Self {
        Self {
            source,
            started_at: Some(started_at),
            ended_at: Some(ended_at),
            outcome,
            stats,
        }
    }
}

/// An object that was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tombstone {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// Why.
    pub reason: RemovedReason,
    /// When the removal was stored.
    pub removed_at: SystemTime,
}

impl Tombstone {
    /// A tombstone of its parts, for implementations of [`Store`](super::Store).
    pub const fn new(
        kind: Kind,
        id: String,
        reason: RemovedReason,
        removed_at: SystemTime,
    ) -> Self {
        Self {
            kind,
            id,
            reason,
            removed_at,
        }
    }
}
