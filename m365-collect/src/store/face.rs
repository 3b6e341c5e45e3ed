//! The face of every store: what is asked of it. Whatever is a [`Backend`] has it.

use std::fmt;
use std::time::SystemTime;

use async_trait::async_trait;

use super::backend::{Backend, Mode, Work};
use super::row::Text;
use super::{
    Claim, Commit, Committed, Conflict, Erased, Expired, Expiry, FeedEntry, Lease, RunEntry, Scan,
    SourceState, StoreError, StoredTenant, Tombstone, Version, arrival, crash, erase, expire, log,
    read, round, scan,
};
use crate::id::SourceId;
use crate::id::SyncMode;
use crate::kind::Kind;
use crate::record::{Edge, Record, Relation};

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
    async fn conflicts(&self, source: &SourceId, limit: usize)
    -> Result<Vec<Conflict>, StoreError>;

    /// What is known of a source; `None` where it never ran.
    async fn source_state(&self, source: &SourceId) -> Result<Option<SourceState>, StoreError>;

    /// Notes that a run ended, with its outcome. Of each source the latest [`RUNS_KEPT`](super::RUNS_KEPT) are kept.
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

    /// The next live objects of a pass over all of a kind, at most `limit` and none at its end, in
    /// whatever order is quickest: with many objects in a file several times as quick as
    /// [`Store::records`].
    ///
    /// Something may be written during the pass. What is there throughout comes exactly once, and each
    /// object as it is when it comes. What is added or removed meanwhile may come or not; what was
    /// removed before the page was read does not. A page that failed or was dropped comes again. A pass
    /// belongs to the store that it began on.
    ///
    /// ```
    /// # use m365_collect::{Kind, MemoryStore, Scan, Store, StoreError};
    /// # async fn every(store: &MemoryStore) -> Result<(), StoreError> {
    /// let mut scan = Scan::new(Kind::USER);
    /// loop {
    ///     let page = store.scan(&mut scan, 1000).await?;
    ///     if page.is_empty() {
    ///         return Ok(());
    ///     }
    ///     for user in page { /* … */ }
    /// }
    /// # }
    /// ```
    async fn scan(&self, scan: &mut Scan, limit: usize) -> Result<Vec<Record>, StoreError> {
        let after = scan.after.as_deref();
        let records = self.records(&scan.kind, after, limit.max(1)).await?;
        if let Some(last) = records.last() {
            scan.after = Some(last.id.clone());
        }
        Ok(records)
    }

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

/// Work from what it does with a transaction.
macro_rules! work {
    ($function:path $(, $argument:expr)* $(,)?) => {
        Box::new(move |tx| Box::pin($function(tx $(, $argument)*)))
    };
}

/// What came of reading.
enum Reading<R> {
    Done(R),
    /// Something arrived that is not where it belongs.
    NotYet(Work<R>),
}

/// Reads with everything that has arrived where it belongs.
async fn read<R: Send + 'static>(backend: &impl Backend, work: Work<R>) -> Result<R, StoreError> {
    if backend.bulk_from().is_none() {
        return backend.transact(Mode::Read, work).await;
    }
    let unless_some_arrived: Work<Reading<R>> = Box::new(move |tx| {
        Box::pin(async move {
            if arrival::has_some(tx, None).await? {
                return Ok(Reading::NotYet(work));
            }
            work(tx).await.map(Reading::Done)
        })
    });
    match backend.transact(Mode::Read, unless_some_arrived).await? {
        Reading::Done(done) => Ok(done),
        Reading::NotYet(work) => {
            backend
                .transact(Mode::Write, work!(round::sort_in_all))
                .await?;
            backend.transact(Mode::Read, work).await
        }
    }
}

async fn write<R: Send + 'static>(backend: &impl Backend, work: Work<R>) -> Result<R, StoreError> {
    backend.transact(Mode::Write, work).await
}

/// What is borrowed, as the work owns it.
trait Owned {
    type Own;
    fn own(self) -> Self::Own;
}

macro_rules! owned {
    ($($from:ty => $to:ty),*) => {$(
        impl Owned for $from {
            type Own = $to;
            fn own(self) -> $to {
                self.to_owned()
            }
        }
    )*};
}

owned!(&str => String, &Kind => Kind, &SourceId => SourceId, &Relation => Relation, &Edge => Edge,
    &StoredTenant => StoredTenant, &RunEntry => RunEntry, u64 => u64, usize => usize,
    SyncMode => SyncMode, SystemTime => SystemTime);

impl<T: Owned> Owned for Option<T> {
    type Own = Option<T::Own>;
    fn own(self) -> Self::Own {
        self.map(T::own)
    }
}

/// A store whose methods are each one transaction of this work, besides the others.
macro_rules! store {
    ($($how:ident $name:ident($($argument:ident: $type:ty),*) -> $answer:ty = $work:path;)*
     { $($other:tt)* }) => {
        #[async_trait]
        impl<B: Backend> Store for B {
            $(async fn $name(&self, $($argument: $type),*) -> Result<$answer, StoreError> {
                $(let $argument = $argument.own();)*
                $how(self, work!($work $(, $argument)*)).await
            })*
            $($other)*
        }
    };
}

store! {
    read tenant() -> Option<StoredTenant> = log::tenant;
    write bind(tenant: &StoredTenant) -> () = log::bind;
    write lease(source: &SourceId, mode: SyncMode) -> Lease = round::lease;
    read conflicts(source: &SourceId, limit: usize) -> Vec<Conflict> = read::conflicts;
    read source_state(source: &SourceId) -> Option<SourceState> = read::source_state;
    write log_run(run: &RunEntry) -> () = log::log_run;
    read runs(source: Option<&SourceId>, since: Option<SystemTime>, limit: usize)
        -> Vec<RunEntry> = log::runs;
    read last_runs() -> Vec<RunEntry> = log::last_runs;
    read note(name: &str) -> Option<String> = log::note;
    write set_note(name: &str, value: &str) -> () = log::set_note;
    read records(kind: &Kind, after: Option<&str>, limit: usize) -> Vec<Record> = read::records;
    read record(kind: &Kind, id: &str) -> Option<Record> = read::record;
    read edges(relation: &Relation, after: Option<&Edge>, limit: usize) -> Vec<Edge> = read::edges;
    read tombstones(kind: &Kind, after: Option<&str>, limit: usize)
        -> Vec<Tombstone> = read::tombstones;
    read versions(kind: &Kind, id: &str) -> Vec<Version> = read::versions;
    read feed(after: u64, limit: usize) -> Vec<FeedEntry> = read::feed;
    write readmit(person: &str) -> bool = erase::readmit;
    read erased() -> u64 = erase::erased;
    read span(kind: &Kind) -> Option<(SystemTime, SystemTime)> = read::span;
    read count(kind: &Kind) -> u64 = read::count;
    read count_of(kind: &Kind, source: &SourceId) -> u64 = read::count_of;
    read kinds() -> Vec<(Kind, u64)> = read::kinds;
    read relations() -> Vec<Relation> = read::relations;

    {
    async fn claim(&self) -> Result<Claim, StoreError> {
        Backend::claim(self).await
    }

    async fn scan(&self, scan: &mut Scan, limit: usize) -> Result<Vec<Record>, StoreError> {
        let from = scan.clone();
        let (further, records) = read(self, work!(scan::scan, from, limit)).await?;
        *scan = further;
        Ok(records)
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        let bulk = self.bulk_from();
        let done = write(self, work!(round::commit, commit, bulk)).await?;
        crash::point("commit.done");
        Ok(done)
    }

    async fn expire(&self, expiry: &Expiry) -> Result<Expired, StoreError> {
        let mut after = Some((Text::default(), Text::default()));
        while let Some(last) = after {
            let expiry = expiry.clone();
            after = write(self, work!(expire::date, expiry, last)).await?;
        }
        let mut expired = Expired::default();
        for step in expire::Step::ALL {
            loop {
                let expiry = expiry.clone();
                let some = write(self, work!(expire::step, expiry, step)).await?;
                *step.count(&mut expired) += some;
                if some < expire::AT_ONCE as u64 {
                    break;
                }
            }
        }
        Ok(expired)
    }

    async fn erase(&self, person: &str) -> Result<Erased, StoreError> {
        let _claim = Backend::claim(self).await?;
        let person = person.to_owned();
        let erased = write(self, work!(erase::erase, person)).await?;
        crash::point("erase.done");
        // They are erased by now, whatever becomes of the room that they left.
        let is_scrubbed = self.scrub().await.inspect_err(|error| {
            tracing::warn!(%error, "the room of whoever was erased was not overwritten");
        });
        Ok(Erased {
            is_scrubbed: is_scrubbed.unwrap_or(false),
            ..erased
        })
    }
    }
}
