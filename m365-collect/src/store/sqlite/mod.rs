//! The embedded store: one SQLite file per tenant, write-ahead log, every commit synced to disk.

mod apply;
mod arrival;
mod behind;
mod claim;
mod ddl;
mod delete;
mod edge;
mod erase;
mod expire;
mod finish;
mod history;
mod log;
mod note;
mod place;
mod read;
mod record;
mod schema;
mod write;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use rusqlite::Connection;

use self::behind::Behind;
use self::schema::failed;
use super::{
    Claim, Commit, Committed, Contested, Erased, Expired, Expiry, FeedEntry, Lease, RunEntry,
    SourceState, Store, StoreError, StoredTenant, SyncMode, Tombstone, Version,
};
use crate::id::SourceId;
use crate::kind::Kind;
use crate::record::{Change, Edge, Record, Relation};

/// Commits of so many objects are not sorted in one by one.
const BULK: usize = 200;

const SORT_OBJECT: i64 = 0;
const SORT_CONTAINER: i64 = 1;

/// A tenant's picture in a SQLite file.
///
/// The file is in WAL mode with `synchronous=FULL`: a commit that returned survives a crash of
/// the process and of the machine. Other processes may read it meanwhile. It holds delta links
/// and personal data: keep it where only the service that syncs can read it.
///
/// ```no_run
/// # async fn run() -> Result<(), m365_collect::StoreError> {
/// use m365_collect::{Kind, SqliteStore, Store};
///
/// let store = SqliteStore::open("contoso.m365").await?;
/// println!("{} users", store.count(&Kind::USER).await?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SqliteStore {
    path: PathBuf,
    connection: Arc<Mutex<Connection>>,
    is_read_only: bool,
    bulk: usize,
    behind: Behind,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens the file, and makes it where there is none, for its owner alone. Where others may write
    /// a file of one's own, that is taken from them.
    ///
    /// A link that is named here is resolved once; a store is never made through one.
    ///
    /// # Errors
    /// [`StoreError::NotOurs`], [`StoreError::Altered`] and [`StoreError::Newer`] where the file is
    /// something else, [`StoreError::Unsafe`] where it belongs to another user or its name is a link
    /// to nothing: it is left untouched then.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_by(path.as_ref(), schema::open, false).await
    }

    /// Opens an existing file for reading. It shows what was committed at this moment for as long
    /// as it is open, while a sync of another process may go on: open it anew to see more.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is none; else as [`SqliteStore::open`].
    pub async fn open_read_only(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_by(path.as_ref(), schema::open_read_only, true).await
    }

    /// Deletes a store for good: the file is overwritten and removed, with the log, its index and the
    /// lock beside it. Cut off in between, it is no store any more, and whoever opens the path next
    /// finishes it.
    ///
    /// What a file system or a disk keeps of what was overwritten, such as snapshots, is out of
    /// reach from here, and so are backups and exports.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while a sync is running, [`StoreError::Busy`] where the file is open
    /// elsewhere, [`StoreError::Missing`] and [`StoreError::NotOurs`] where it is no store: it is left
    /// as it was then.
    pub async fn delete(path: impl AsRef<Path>) -> Result<(), StoreError> {
        let path = path.as_ref().to_owned();
        blocking(move || delete::delete(&place::find(&path)?)).await
    }

    /// Lets the file grow by no more than so many pages, as a full disk would; `None` lifts it.
    ///
    /// # Errors
    /// When the storage fails.
    #[cfg(feature = "testing")]
    pub async fn limit_pages(&self, more: Option<u32>) -> Result<(), StoreError> {
        self.reading("limit the file", move |connection| {
            let pages: u32 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
            let limit = more.map_or(u32::MAX - 1, |more| pages + more);
            connection.pragma_update(None, "max_page_count", limit)
        })
        .await
    }

    async fn open_by(
        path: &Path,
        open: fn(&Path) -> Result<Connection, StoreError>,
        is_read_only: bool,
    ) -> Result<Self, StoreError> {
        let named = path.to_owned();
        let (path, connection) = blocking(move || {
            let path = place::find(&named)?;
            let connection = open(&path)?;
            Ok((path, connection))
        })
        .await?;
        let behind = Behind::new(&path);
        Ok(Self {
            path,
            connection: Arc::new(Mutex::new(connection)),
            is_read_only,
            bulk: BULK,
            behind,
        })
    }

    /// Commits with at least so many objects of a first reading or a resync are appended as they
    /// come and sorted in later, many together, which is several times as fast. Until then only
    /// this store sees them, and not another process that reads the file. 200 unless told.
    #[must_use]
    pub fn bulk_from(mut self, objects: usize) -> Self {
        self.bulk = objects;
        self
    }

    /// Runs `work` on the connection, off the async threads.
    async fn with<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<R, StoreError> + Send + 'static,
    {
        let connection = Arc::clone(&self.connection);
        blocking(move || {
            // A panic in between rolled its transaction back: the connection is good.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut connection)
        })
        .await
    }

    /// Removes all of a sort that is past its time, some of it in each transaction, with others
    /// in between.
    async fn expire_all(&self, expiry: &Expiry, step: expire::Step) -> Result<u64, StoreError> {
        let mut gone = 0;
        loop {
            let expiry = expiry.clone();
            let some = self
                .with(move |connection| expire::step(connection, &expiry, step))
                .await?;
            gone += some;
            if some < expire::SOME {
                return Ok(gone);
            }
        }
    }

    /// Dates the events that an earlier version of this program stored.
    async fn date(&self, expiry: &Expiry) -> Result<(), StoreError> {
        let mut after = Some((String::new(), String::new()));
        while let Some(last) = after {
            let expiry = expiry.clone();
            after = self
                .with(move |connection| {
                    let transaction = write::write(connection)?;
                    expire::date(&transaction, &expiry, &last)
                        .and_then(|last| transaction.commit().map(|()| last))
                        .map_err(|error| failed("date events", error))
                })
                .await?;
        }
        Ok(())
    }

    /// Like [`SqliteStore::with`], for reading.
    async fn reading<R, F>(&self, what: &'static str, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<R> + Send + 'static,
    {
        self.with_sorted(move |connection| work(connection).map_err(|error| failed(what, error)))
            .await
    }

    /// Like [`SqliteStore::with`], with everything that has arrived where it belongs.
    async fn with_sorted<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnOnce(&Connection) -> Result<R, StoreError> + Send + 'static,
    {
        let is_read_only = self.is_read_only;
        self.with(move |connection| {
            if !is_read_only {
                write::sort_in_all(connection)?;
            }
            work(connection)
        })
        .await
    }
}

async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, StoreError> + Send + 'static,
) -> Result<R, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| {
            Err(StoreError::Storage {
                what: "run the storage task".to_owned(),
                cause: Box::new(error),
            })
        })
}

#[async_trait]
impl Store for SqliteStore {
    async fn tenant(&self) -> Result<Option<StoredTenant>, StoreError> {
        self.reading("read the tenant", read::tenant).await
    }

    async fn bind(&self, tenant: &StoredTenant) -> Result<(), StoreError> {
        let tenant = tenant.clone();
        self.with(move |connection| write::bind(connection, &tenant))
            .await
    }

    async fn claim(&self) -> Result<Claim, StoreError> {
        let path = self.path.clone();
        blocking(move || claim::claim(&path)).await
    }

    async fn lease(&self, source: &SourceId, mode: SyncMode) -> Result<Lease, StoreError> {
        let source = source.clone();
        self.with(move |connection| write::lease(connection, source, mode))
            .await
    }

    async fn commit(&self, mut changes: Commit) -> Result<Committed, StoreError> {
        let (bulk, behind) = (self.bulk, self.behind.clone());
        let bytes = changes.changes.iter().map(Change::size).sum();
        self.with(move |connection| {
            behind.finish(connection);
            let done = write::commit(connection, &mut changes, bulk)?;
            behind.committed(bytes);
            Ok(done)
        })
        .await
    }

    async fn contested(
        &self,
        source: &SourceId,
        limit: usize,
    ) -> Result<Vec<Contested>, StoreError> {
        let source = source.clone();
        self.reading("read contested objects", move |connection| {
            read::contested(connection, &source, limit)
        })
        .await
    }

    async fn source_state(&self, source: &SourceId) -> Result<Option<SourceState>, StoreError> {
        let source = source.clone();
        self.reading("read a source", move |connection| {
            read::source_state(connection, &source)
        })
        .await
    }

    async fn log_run(&self, run: &RunEntry) -> Result<(), StoreError> {
        let run = run.clone();
        self.with(move |connection| log::log_run(connection, &run))
            .await
    }

    async fn last_runs(&self) -> Result<Vec<RunEntry>, StoreError> {
        self.with(|connection| log::last_runs(connection)).await
    }

    async fn runs(
        &self,
        source: Option<&SourceId>,
        since: Option<SystemTime>,
        limit: usize,
    ) -> Result<Vec<RunEntry>, StoreError> {
        let source = source.cloned();
        self.with(move |connection| log::runs(connection, source.as_ref(), since, limit))
            .await
    }

    async fn note(&self, name: &str) -> Result<Option<String>, StoreError> {
        let name = name.to_owned();
        self.reading("read a note", move |connection| {
            note::note(connection, &name)
        })
        .await
    }

    async fn set_note(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.reading("write a note", move |connection| {
            note::set_note(connection, &name, &value)
        })
        .await
    }

    async fn records(
        &self,
        kind: &Kind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let (kind, after) = (kind.clone(), after.map(str::to_owned));
        self.with_sorted(move |connection| {
            read::records(connection, &kind, after.as_deref(), limit)
        })
        .await
    }

    async fn record(&self, kind: &Kind, id: &str) -> Result<Option<Record>, StoreError> {
        let (kind, id) = (kind.clone(), id.to_owned());
        self.with_sorted(move |connection| read::record(connection, &kind, &id))
            .await
    }

    async fn edges(
        &self,
        relation: &Relation,
        after: Option<&Edge>,
        limit: usize,
    ) -> Result<Vec<Edge>, StoreError> {
        let (relation, after) = (relation.clone(), after.cloned());
        self.reading("read relations", move |connection| {
            read::edges(connection, &relation, after.as_ref(), limit)
        })
        .await
    }

    async fn tombstones(
        &self,
        kind: &Kind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Tombstone>, StoreError> {
        let (kind, after) = (kind.clone(), after.map(str::to_owned));
        self.with_sorted(move |connection| {
            read::tombstones(connection, &kind, after.as_deref(), limit)
        })
        .await
    }

    async fn versions(&self, kind: &Kind, id: &str) -> Result<Vec<Version>, StoreError> {
        let (kind, id) = (kind.clone(), id.to_owned());
        self.with_sorted(move |connection| history::versions(connection, &kind, &id))
            .await
    }

    async fn feed(&self, after: u64, limit: usize) -> Result<Vec<FeedEntry>, StoreError> {
        self.with_sorted(move |connection| history::feed(connection, after, limit))
            .await
    }

    async fn expire(&self, expiry: &Expiry) -> Result<Expired, StoreError> {
        self.date(expiry).await?;
        Ok(Expired {
            events: self.expire_all(expiry, expire::events).await?,
            tombstones: self.expire_all(expiry, expire::tombstones).await?,
            relations: self.expire_all(expiry, expire::relations).await?,
            versions: self.expire_all(expiry, expire::versions).await?,
            feed: self.expire_all(expiry, expire::feed).await?,
            runs: self.expire_all(expiry, expire::runs).await?,
        })
    }

    async fn erase(&self, person: &str) -> Result<Erased, StoreError> {
        let _claim = self.claim().await?;
        let person = person.to_owned();
        self.with(move |connection| {
            // What arrived stands where it belongs then.
            write::sort_in_all(connection)?;
            erase::erase(connection, &person)
        })
        .await
    }

    async fn readmit(&self, person: &str) -> Result<bool, StoreError> {
        let person = person.to_owned();
        self.with(move |connection| erase::readmit(connection, &person))
            .await
    }

    async fn erased(&self) -> Result<u64, StoreError> {
        self.with(|connection| {
            let oblivion = erase::oblivion(connection);
            oblivion
                .map(|oblivion| oblivion.map_or(0, |oblivion| oblivion.count()))
                .map_err(|error| failed("count who was erased", error))
        })
        .await
    }

    async fn span(&self, kind: &Kind) -> Result<Option<(SystemTime, SystemTime)>, StoreError> {
        let kind = kind.clone();
        self.reading("read the span of a kind", move |connection| {
            read::span(connection, &kind)
        })
        .await
    }

    async fn count(&self, kind: &Kind) -> Result<u64, StoreError> {
        let kind = kind.clone();
        self.reading("count", move |connection| read::count(connection, &kind))
            .await
    }

    async fn count_of(&self, kind: &Kind, source: &SourceId) -> Result<u64, StoreError> {
        let (kind, source) = (kind.clone(), source.clone());
        self.reading("count", move |connection| {
            read::count_of(connection, &kind, &source)
        })
        .await
    }

    async fn kinds(&self) -> Result<Vec<(Kind, u64)>, StoreError> {
        self.reading("read the kinds", read::kinds).await
    }

    async fn relations(&self) -> Result<Vec<Relation>, StoreError> {
        self.reading("read the relations", read::relations).await
    }
}
