//! The embedded store: one SQLite file per tenant, write-ahead log, every commit synced to disk.

mod behind;
mod claim;
mod ddl;
mod delete;
mod place;
mod schema;
mod scrub;
mod transaction;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use rusqlite::Connection;

use self::behind::Behind;
use self::schema::failed;
use self::transaction::SqliteTransaction;
use super::backend::{Backend, Mode, Work, at_once};
use super::{Claim, StoreError};

/// Temporary views over the file of a store, for questions in SQL: `user`, `group_member`,
/// `user_license`, `reading` and more, stable from version to version. `docs/sql.md` lists them, and
/// works through three questions. Execute it on a connection of your own, which may be read-only.
pub const SQL_VIEWS: &str = include_str!("views.sql");

/// Commits of so many objects are not sorted in one by one.
const BULK: usize = 200;

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
    /// Which connection of this process it is.
    opened: u64,
    is_read_only: bool,
    bulk: usize,
    behind: Behind,
}

static OPENED: AtomicU64 = AtomicU64::new(0);

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
        Self::open_by(path.as_ref(), open, false).await
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
        self.with(move |connection| {
            let pages = connection.pragma_query_value(None, "page_count", |row| row.get(0));
            let limited = pages.and_then(|pages: u32| {
                let limit = more.map_or(u32::MAX - 1, |more| pages + more);
                connection.pragma_update(None, "max_page_count", limit)
            });
            limited.map_err(|error| failed("limit the file", error))
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
            opened: OPENED.fetch_add(1, Ordering::Relaxed),
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
}

/// Opens the file for writing, with all that was begun on it finished.
fn open(path: &Path) -> Result<Connection, StoreError> {
    delete::finish(path)?;
    let connection = schema::open(path)?;
    // Somebody was erased, and the process ended before the room was overwritten.
    if let Err(error) = scrub::scrub(&connection) {
        tracing::warn!(%error, "what was erased is not overwritten yet");
    }
    Ok(connection)
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
impl Backend for SqliteStore {
    async fn transact<R: Send + 'static>(
        &self,
        mode: Mode,
        work: Work<R>,
    ) -> Result<R, StoreError> {
        let behind = self.behind.clone();
        let opened = self.opened;
        self.with(move |connection| {
            if mode == Mode::Write {
                behind.finish(connection);
            }
            let mut transaction = SqliteTransaction::begin(connection, opened, mode)?;
            let done = at_once(work(&mut transaction))?;
            let bytes = transaction.bytes;
            transaction.commit()?;
            if bytes > 0 {
                behind.committed(bytes);
            }
            Ok(done)
        })
        .await
    }

    async fn claim(&self) -> Result<Claim, StoreError> {
        let path = self.path.clone();
        blocking(move || claim::claim(&path)).await
    }

    fn bulk_from(&self) -> Option<usize> {
        (!self.is_read_only).then_some(self.bulk)
    }

    async fn scrub(&self) -> Result<bool, StoreError> {
        self.with(|connection| {
            scrub::scrub(connection).map_err(|error| failed("overwrite what was deleted", error))
        })
        .await
    }
}
