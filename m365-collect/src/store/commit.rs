//! What goes into a store together, and who may put it there.

use std::borrow::Cow;
use std::fmt;
use std::ops::AddAssign;
use std::time::SystemTime;

use crate::id::SourceId;
use crate::id::{History, SyncMode};
use crate::kind::Kind;
use crate::record::{Change, Relation, RemovedReason};

/// The right to write for one source.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lease {
    /// The source.
    pub source: SourceId,
    /// How it is read.
    pub mode: SyncMode,
    /// Grows with each lease of the source.
    pub epoch: u64,
    /// Where to go on, as it was committed.
    pub checkpoint: Option<String>,
    /// Whether a round was begun and has not ended.
    pub in_round: bool,
}

/// Without the checkpoint, which may hold a delta link.
impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("source", &self.source)
            .field("reading", &self.mode)
            .field("epoch", &self.epoch)
            .field("has_checkpoint", &self.checkpoint.is_some())
            .field("in_round", &self.in_round)
            .finish()
    }
}

impl Lease {
    /// A lease of its parts, for implementations of [`Store`](super::Store).
    pub fn new(source: SourceId, mode: SyncMode, epoch: u64, checkpoint: Option<String>) -> Self {
        Self {
            source,
            mode,
            epoch,
            checkpoint,
            in_round: false,
        }
    }

    /// Where a round was begun and has not ended.
    #[must_use]
    pub const fn in_round(mut self, in_round: bool) -> Self {
        self.in_round = in_round;
        self
    }
}

/// What goes into the store together.
#[derive(Clone)]
#[non_exhaustive]
pub struct Commit {
    /// The source that was read.
    pub source: SourceId,
    /// How it is read.
    pub mode: SyncMode,
    /// The epoch of its lease.
    pub epoch: u64,
    /// When.
    pub at: SystemTime,
    /// Whether a round begins with these changes.
    pub begin: Option<Begin>,
    /// The changes, in the order in which they were received.
    pub changes: Vec<Change>,
    /// The new checkpoint. `None` leaves the old one, except that a listing begins and ends without
    /// any: see [`Commit::checkpoint_update`].
    pub checkpoint: Option<String>,
    /// Whether these changes end the round.
    pub finish: Option<Finish>,
    /// Whether nothing more comes for now, though the round has not ended: what a store holds
    /// back for speed is to be seen by readers from now on.
    pub is_last: bool,
    /// What is remembered of the objects that change.
    pub history: History,
    /// Whether these objects may have come before in this round, and say something else by now: none
    /// of them counts as [collided](Committed::collided).
    pub repeats: bool,
    /// Where the changes are events: the property of an object that says when it happened. By it
    /// [`Store::span`](super::Store::span) finds the oldest and the newest, and
    /// [`Store::expire`](super::Store::expire) those that are past their time.
    pub event_time: Option<Cow<'static, str>>,
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
            mode: lease.mode,
            epoch: lease.epoch,
            at,
            begin: None,
            changes: Vec::new(),
            checkpoint: None,
            finish: None,
            is_last: false,
            history: History::Feed,
            repeats: false,
            event_time: None,
        }
    }
}

/// Where a source goes on after a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckpointUpdate<'a> {
    /// Where it would have gone on before.
    Keep,
    /// It begins anew.
    Clear,
    /// Here.
    Set(&'a str),
}

impl Commit {
    /// What the commit leaves as the checkpoint.
    ///
    /// A listing that has ended has nothing to go on with, whatever came with its last page, and
    /// one that begins must not go on from where an earlier one stood: what it did not list again
    /// would be swept.
    pub fn checkpoint_update(&self) -> CheckpointUpdate<'_> {
        let is_listing = self.mode == SyncMode::Full;
        let begins = self.begin == Some(Begin::Generation);
        if is_listing && self.finish.is_some() {
            return CheckpointUpdate::Clear;
        }
        match &self.checkpoint {
            Some(checkpoint) => CheckpointUpdate::Set(checkpoint),
            None if is_listing && begins => CheckpointUpdate::Clear,
            None => CheckpointUpdate::Keep,
        }
    }
}

/// How a round begins.
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
    /// Objects of a listing that came under the key of another one of the same round and say something
    /// else: only the last of each is stored, so that the round is not complete.
    pub collided: u64,
    /// Objects and relations that were not stored because they are of people who were erased.
    pub forgotten: u64,
    /// Removals that were held at the end of the round: what came is there, the old objects are still
    /// there as well, and the round is not complete.
    pub held: Option<HeldSweep>,
}

impl AddAssign for Committed {
    fn add_assign(&mut self, more: Self) {
        self.upserted += more.upserted;
        self.removed += more.removed;
        self.collided += more.collided;
        self.forgotten += more.forgotten;
        self.held = self.held.or(more.held);
    }
}

/// Removals that were held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeldSweep {
    /// How many the round would have removed.
    pub removals: u64,
    /// Of how many.
    pub of: u64,
}

impl HeldSweep {
    /// So many removals of so many objects.
    pub const fn new(removals: u64, of: u64) -> Self {
        Self { removals, of }
    }
}

/// An object about which one round said two things, so that the service must be asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Conflict {
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
