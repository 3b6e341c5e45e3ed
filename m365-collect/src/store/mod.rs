//! Where a tenant's picture is kept: the [`Store`] trait, its rules and its implementations.
//!
//! A store holds one tenant. Its one way to change the picture is [`Store::commit`]: rows,
//! tombstones and the checkpoint of a source go in together or not at all, so that a checkpoint
//! is never ahead of its rows. A commit carries the epoch of its [`Lease`]; a writer that was
//! overtaken writes nothing.

mod claim;
mod commit;
pub(crate) mod crash;
mod depth;
mod error;
mod event;
mod expiry;
mod history;
mod memory;
mod oblivion;
mod person;
pub mod rule;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::fmt;
use std::time::SystemTime;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::id::{SourceId, SyncMode};
use crate::kind::Kind;
use crate::outcome::{Outcome, RunStats};
use crate::record::{Edge, Record, Relation, RemovedReason};
use crate::timestamp;

pub use claim::Claim;
pub use commit::{Begin, Commit, Committed, Contested, Finish, Held, Lease, Leaves};
pub use error::StoreError;
pub use event::Event;
pub use expiry::{Expired, Expiry};
pub use history::{FeedEntry, FeedEvent, Version};
pub use memory::MemoryStore;
pub use person::{Erased, Mention};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;

/// How many runs of each source the log keeps: with hourly runs, those of three weeks.
pub const RUNS_KEPT: usize = 500;

/// A tenant's stored picture.
///
/// Every method either takes effect whole or not at all, and is cancel safe in that sense: a
/// dropped future leaves a good store, with or without the change.
#[async_trait]
pub trait Store: Send + Sync + fmt::Debug {
    /// The tenant whose picture this is; `None` until [`Store::bind`] said so.
    async fn tenant(&self) -> Result<Option<StoredTenant>, StoreError>;

    /// Says whose picture this is. Later calls may add what was not known.
    ///
    /// # Errors
    /// [`StoreError::OtherTenant`] where the store already holds another tenant.
    async fn bind(&self, tenant: &StoredTenant) -> Result<(), StoreError>;

    /// Takes the right to sync this tenant, until the claim is dropped; in whatever way the
    /// process ends, it must not be left behind. It keeps two syncs out of each other's way. Who
    /// may write is decided by the leases all the same.
    ///
    /// # Errors
    /// [`StoreError::InUse`] at once where somebody else has it, in this process or another.
    async fn claim(&self) -> Result<Claim, StoreError>;

    /// Takes the right to write for a source: earlier leases of it become void.
    async fn lease(&self, source: &SourceId, mode: SyncMode) -> Result<Lease, StoreError>;

    /// Applies changes and checkpoint in one transaction.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] where a later lease was taken; nothing is written then.
    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError>;

    /// Objects about which the changes of the current round contradict each other, by id, at
    /// most `limit` of them.
    async fn contested(
        &self,
        source: &SourceId,
        limit: usize,
    ) -> Result<Vec<Contested>, StoreError>;

    /// What is known of a source; `None` where it never ran.
    async fn source_state(&self, source: &SourceId) -> Result<Option<SourceState>, StoreError>;

    /// Notes that a run ended, with its outcome. Of each source the latest [`RUNS_KEPT`] are kept.
    async fn log_run(&self, run: &RunEntry) -> Result<(), StoreError>;

    /// The log of runs, the one that was logged last first: of one source or of all, those that
    /// ended at `since` or later, at most `limit`.
    async fn runs(
        &self,
        source: Option<&SourceId>,
        since: Option<SystemTime>,
        limit: usize,
    ) -> Result<Vec<RunEntry>, StoreError>;

    /// The last run of every source that ever ran, by source id.
    async fn last_runs(&self) -> Result<Vec<RunEntry>, StoreError>;

    /// A small value that was noted under this name, such as what was learned of the limits.
    async fn note(&self, name: &str) -> Result<Option<String>, StoreError>;

    /// Notes a small value under a name, in the place of any before.
    async fn set_note(&self, name: &str, value: &str) -> Result<(), StoreError>;

    /// Live objects of a kind with an id after `after`, in the order of their ids.
    async fn records(
        &self,
        kind: &Kind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError>;

    /// One live object.
    async fn record(&self, kind: &Kind, id: &str) -> Result<Option<Record>, StoreError>;

    /// Live relations after `after`, in order. A relation is not live while one of its ends is a
    /// removed directory object.
    async fn edges(
        &self,
        relation: &Relation,
        after: Option<&Edge>,
        limit: usize,
    ) -> Result<Vec<Edge>, StoreError>;

    /// Objects of a kind that were removed, with an id after `after`, in the order of their ids.
    async fn tombstones(
        &self,
        kind: &Kind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Tombstone>, StoreError>;

    /// What an object said, earliest first, and what it says now: of sources with
    /// [`History::Versions`](crate::History::Versions).
    async fn versions(&self, kind: &Kind, id: &str) -> Result<Vec<Version>, StoreError>;

    /// The feed of changes after the entry with this number, in order, at most `limit` entries.
    async fn feed(&self, after: u64, limit: usize) -> Result<Vec<FeedEntry>, StoreError>;

    /// Removes what of a source is past its time, for good: events, tombstones, ended versions,
    /// entries of the feed and runs of the log. Live objects that are no events stay, and so does
    /// the last run. A relation to an object goes with the tombstone that hid it.
    ///
    /// However much it is, it is removed in transactions of bounded size: dropped in between, what
    /// is left goes the next time.
    async fn expire(&self, expiry: &Expiry) -> Result<Expired, StoreError>;

    /// Erases a person, who is named by the id of their account, its user principal name or its
    /// mail address: what is of them is deleted in one transaction, without a tombstone, wherever it
    /// stands, a generation under way and the history included. `docs/retention.md` says what that
    /// is. Objects of something else that mention them stay, and are named.
    ///
    /// The person is remembered by keyed digests of their names: a commit drops what is of them and
    /// counts it as [`Committed::forgotten`], until [`Store::readmit`].
    ///
    /// # Errors
    /// [`StoreError::InUse`] while a sync is running; [`StoreError::Nobody`] and
    /// [`StoreError::Ambiguous`] where it is not clear who is meant. Nothing is erased then.
    async fn erase(&self, person: &str) -> Result<Erased, StoreError>;

    /// Lets an erased person be stored again, named by any of the names that they had; whether they
    /// were erased. They come back as the tenant lists them: of what is read by changes, only with
    /// their next change or when everything is read anew.
    async fn readmit(&self, person: &str) -> Result<bool, StoreError>;

    /// How many people were erased.
    async fn erased(&self) -> Result<u64, StoreError>;

    /// When the oldest and the newest stored event of a kind happened, of those that say so, from
    /// an index; `None` where there is none.
    async fn span(&self, kind: &Kind) -> Result<Option<(SystemTime, SystemTime)>, StoreError>;

    /// How many live objects of a kind there are.
    async fn count(&self, kind: &Kind) -> Result<u64, StoreError>;

    /// How many live objects of a kind this source was the last to write.
    async fn count_of(&self, kind: &Kind, source: &SourceId) -> Result<u64, StoreError>;

    /// The kinds of which there is a live object, with how many.
    async fn kinds(&self) -> Result<Vec<(Kind, u64)>, StoreError>;

    /// The relations that are stored, by name.
    async fn relations(&self) -> Result<Vec<Relation>, StoreError>;
}

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
    /// The state of a source that was never read completely, for implementations of [`Store`] to
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
    /// A tombstone of its parts, for implementations of [`Store`].
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
