//! Where a tenant's picture is kept: the [`Store`] trait, its rules and its implementations.
//!
//! A store holds one tenant. Its one way to change the picture is [`Store::commit`]: rows,
//! tombstones and the checkpoint of a source go in together or not at all, so that a checkpoint
//! is never ahead of its rows. A commit carries the epoch of its [`Lease`]; a writer that was
//! overtaken writes nothing.

mod memory;
pub mod rule;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::fmt;
use std::time::SystemTime;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::outcome::{Outcome, Tally};
use crate::record::{Change, Edge, Kind, Record, Relation, RemovedReason};
use crate::source::SourceId;
use crate::timestamp;

pub use memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;

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

    /// Takes the right to write for a source: earlier leases of it become void.
    async fn lease(
        &self,
        source: &SourceId,
        reading: Reading,
        at: SystemTime,
    ) -> Result<Lease, StoreError>;

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

    /// Notes that a run ended, with its outcome.
    async fn log_run(&self, run: &RunEntry) -> Result<(), StoreError>;

    /// The last run of every source that ever ran, by source id.
    async fn last_runs(&self) -> Result<Vec<RunEntry>, StoreError>;

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

    /// How many live objects of a kind there are.
    async fn count(&self, kind: &Kind) -> Result<u64, StoreError>;

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

/// How a source is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reading {
    /// Changes since a checkpoint.
    Delta,
    /// The whole collection each time; what is not listed any more is swept at the end.
    Full,
}

/// The right to write for one source.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lease {
    /// The source.
    pub source: SourceId,
    /// How it is read.
    pub reading: Reading,
    /// Grows with each lease of the source.
    pub epoch: u64,
    /// Where to go on, as it was committed.
    pub checkpoint: Option<String>,
}

/// Without the checkpoint, which may hold a delta link.
impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("source", &self.source)
            .field("reading", &self.reading)
            .field("epoch", &self.epoch)
            .field("has_checkpoint", &self.checkpoint.is_some())
            .finish()
    }
}

impl Lease {
    /// A lease of its parts, for implementations of [`Store`].
    pub fn new(source: SourceId, reading: Reading, epoch: u64, checkpoint: Option<String>) -> Self {
        Self {
            source,
            reading,
            epoch,
            checkpoint,
        }
    }
}

/// What goes into the store together.
#[derive(Clone)]
#[non_exhaustive]
pub struct Commit {
    /// The source that was read.
    pub source: SourceId,
    /// How it is read.
    pub reading: Reading,
    /// The epoch of its lease.
    pub epoch: u64,
    /// When.
    pub at: SystemTime,
    /// Whether a round begins with these changes.
    pub begin: Option<Begin>,
    /// The changes, in the order in which they were received.
    pub changes: Vec<Change>,
    /// The new checkpoint; `None` leaves the old one.
    pub checkpoint: Option<String>,
    /// Whether these changes end the round.
    pub finish: Option<Finish>,
}

/// Without checkpoint and content.
impl fmt::Debug for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Commit")
            .field("source", &self.source)
            .field("epoch", &self.epoch)
            .field("begin", &self.begin)
            .field("changes", &self.changes.len())
            .field("has_checkpoint", &self.checkpoint.is_some())
            .field("finish", &self.finish)
            .finish_non_exhaustive()
    }
}

impl Commit {
    /// An empty commit for a lease.
    pub fn new(lease: &Lease, at: SystemTime) -> Self {
        Self {
            source: lease.source.clone(),
            reading: lease.reading,
            epoch: lease.epoch,
            at,
            begin: None,
            changes: Vec::new(),
            checkpoint: None,
            finish: None,
        }
    }
}

/// How a round begins. A lease for [`Reading::Full`] begins a [`Begin::Generation`] by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Begin {
    /// Only what changed since the last round will come.
    Round,
    /// Everything will come: what has not come by the end is gone. Where the source was complete
    /// before, the new generation is written beside the old one, which readers go on seeing.
    Generation,
}

/// How a round ends: what a generation did not bring is removed, unless that is too much to
/// believe.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Finish {
    /// Removals of more than this share of the stored objects …
    pub share: f64,
    /// … and of more than this many are held.
    pub objects: u64,
    /// Remove them all the same: a person said so.
    pub confirmed: bool,
    /// Whether everything was read. Where something was not, nothing is removed for not having
    /// come, and the round does not count as complete.
    pub whole: bool,
}

/// Holds above 15 % and 50 objects.
impl Default for Finish {
    fn default() -> Self {
        Self {
            share: 0.15,
            objects: 50,
            confirmed: false,
            whole: true,
        }
    }
}

impl Finish {
    /// The default bounds, with removals confirmed or not.
    pub fn confirmed(confirmed: bool) -> Self {
        Self {
            confirmed,
            ..Self::default()
        }
    }

    /// For a round that could not read everything.
    #[must_use]
    pub fn in_part(mut self) -> Self {
        self.whole = false;
        self
    }

    /// Whether so many removals of so many objects are to be held.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a share of counts far below 2^52"
    )]
    pub fn holds(&self, removals: u64, of: u64) -> bool {
        !self.confirmed && removals > self.objects && removals as f64 > of as f64 * self.share
    }
}

/// What a commit did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Committed {
    /// Objects and relations stored or changed, as readers see them.
    pub upserted: u64,
    /// Objects and relations removed, as readers see them.
    pub removed: u64,
    /// Removals that were held at the end of the round; the old objects are still there, and
    /// the round is not complete.
    pub held: Option<Held>,
}

/// Removals that were held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Held {
    /// How many the round would have removed.
    pub removals: u64,
    /// Of how many.
    pub of: u64,
}

impl Held {
    /// So many removals of so many objects.
    pub const fn new(removals: u64, of: u64) -> Self {
        Self { removals, of }
    }
}

/// An object about which one round said two things, so that the service must be asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Contested {
    /// Is the object there?
    Object {
        /// Its kind.
        kind: Kind,
        /// Its id.
        id: String,
        /// Why it would be gone, as far as a change said.
        reason: Option<RemovedReason>,
    },
    /// Which relations does the container have?
    Container {
        /// The relation.
        relation: Relation,
        /// The container.
        from: String,
    },
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
    pub tally: Tally,
}

impl RunEntry {
    /// A run of its parts.
    pub const fn new(
        source: SourceId,
        started_at: SystemTime,
        ended_at: SystemTime,
        outcome: Outcome,
        tally: Tally,
    ) -> Self {
        Self {
            source,
            started_at: Some(started_at),
            ended_at: Some(ended_at),
            outcome,
            tally,
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

/// Why a store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file is something else.
    #[error("{path} is not a store of this program: it was left as it is; name another file")]
    NotOurs {
        /// The file.
        path: String,
    },
    /// The file was written by a later version.
    #[error(
        "{path} was written by a later version (schema {found}, this program knows {known}): update this program"
    )]
    Newer {
        /// The file.
        path: String,
        /// Its schema version.
        found: i64,
        /// The latest that this program knows.
        known: i64,
    },
    /// There is no such file, or nothing was ever stored in it.
    #[error("{path} holds no tenant yet: run a sync first")]
    Missing {
        /// The file.
        path: String,
    },
    /// The store holds another tenant.
    #[error("the store holds tenant {stored}, not {asked}: use a store file per tenant")]
    OtherTenant {
        /// Whose picture it is.
        stored: String,
        /// Who was asked for.
        asked: String,
    },
    /// Another writer took the source over.
    #[error("another sync took over source {source_id}: nothing was written")]
    Fenced {
        /// The source.
        source_id: SourceId,
    },
    /// A round cannot end while the service was not asked about contested objects.
    #[error("source {source_id} has {objects} contested objects: the round cannot end")]
    Contested {
        /// The source.
        source_id: SourceId,
        /// How many.
        objects: u64,
    },
    /// Another process holds the store.
    #[error("the store is in use by another process: try again when it is done")]
    Busy,
    /// There is no room left.
    #[error("no room left for the store: what was committed before is intact")]
    Full,
    /// A stored value cannot be read.
    #[error("the store is damaged: {what}")]
    Damaged {
        /// What cannot be read.
        what: String,
    },
    /// Anything else that the storage said.
    #[error("the store failed: {what}")]
    Storage {
        /// What failed.
        what: String,
        /// Its cause.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}
