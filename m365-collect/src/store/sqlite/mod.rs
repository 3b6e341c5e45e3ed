//! The embedded store: one SQLite file per tenant, write-ahead log, every commit synced to disk.

mod apply;
mod finish;
mod read;
mod schema;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use self::apply::{Apply, LIVE, STAGED};
use self::finish::Ended;
use self::schema::failed;
use super::{
    Begin, Commit, Committed, Contested, Lease, Reading, RunEntry, SourceState, Store, StoreError,
    StoredTenant, Tombstone,
};
use crate::record::{Edge, Kind, Record, Relation};
use crate::source::SourceId;
use crate::timestamp;

const SORT_OBJECT: i64 = 0;
const SORT_CONTAINER: i64 = 1;

/// Where the rows of a source go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Changes of the picture that readers see.
    Incremental,
    /// A whole picture, written straight into the one that readers see.
    Generation,
    /// A whole picture, written beside the one that readers see.
    StagedGeneration,
}

impl Phase {
    /// Readers go on seeing a generation that was complete until the next one is.
    const fn of(begin: Begin, was_complete: bool) -> Self {
        match (begin, was_complete) {
            (Begin::Round, _) => Self::Incremental,
            (Begin::Generation, true) => Self::StagedGeneration,
            (Begin::Generation, false) => Self::Generation,
        }
    }

    const fn to_column(self) -> i64 {
        match self {
            Self::Incremental => 0,
            Self::Generation => 1,
            Self::StagedGeneration => 2,
        }
    }

    const fn from_column(column: i64) -> Self {
        match column {
            0 => Self::Incremental,
            1 => Self::Generation,
            _ => Self::StagedGeneration,
        }
    }
}

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
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens the file, and makes it where there is none.
    ///
    /// # Errors
    /// [`StoreError::NotOurs`] and [`StoreError::Newer`] where the file is something else: it is
    /// left untouched then.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_by(path.as_ref(), schema::open).await
    }

    /// Opens an existing file for reading. It shows what was committed at this moment for as long
    /// as it is open, while a sync of another process may go on: open it anew to see more.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is none; else as [`SqliteStore::open`].
    pub async fn open_read_only(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_by(path.as_ref(), schema::open_read_only).await
    }

    async fn open_by(
        path: &Path,
        open: fn(&Path) -> Result<Connection, StoreError>,
    ) -> Result<Self, StoreError> {
        let path = path.to_owned();
        let opened = path.clone();
        let connection = blocking(move || open(&opened)).await?;
        Ok(Self {
            path,
            connection: Arc::new(Mutex::new(connection)),
        })
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

    /// Like [`SqliteStore::with`], for reading.
    async fn reading<R, F>(&self, what: &'static str, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<R> + Send + 'static,
    {
        self.with(move |connection| work(connection).map_err(|error| failed(what, error)))
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

fn write(connection: &mut Connection) -> Result<Transaction<'_>, StoreError> {
    connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| failed("begin a commit", error))
}

fn bind(connection: &mut Connection, tenant: &StoredTenant) -> Result<(), StoreError> {
    let transaction = write(connection)?;
    let bound = read::tenant(&transaction).map_err(|error| failed("bind", error))?;
    if let Some(bound) = bound.as_ref().filter(|bound| !bound.is_same(tenant)) {
        return Err(StoreError::OtherTenant {
            stored: bound.organization.as_ref().unwrap_or(&bound.asked).clone(),
            asked: tenant.asked.clone(),
        });
    }
    transaction
        .execute(
            "INSERT INTO tenant (only, asked, organization, name) VALUES (1, ?1, ?2, ?3)
             ON CONFLICT (only) DO UPDATE SET
             organization = coalesce(?2, organization), name = coalesce(?3, name)",
            params![tenant.asked, tenant.organization, tenant.name],
        )
        .and_then(|_| transaction.commit())
        .map_err(|error| failed("bind", error))
}

fn lease(
    connection: &mut Connection,
    source: SourceId,
    reading: Reading,
    at: i64,
) -> Result<Lease, StoreError> {
    let transaction = write(connection)?;
    let taken = (|| {
        let (epoch, checkpoint, was_complete) = transaction.query_row(
            "INSERT INTO source (id, epoch, round, phase, in_round, in_part)
             VALUES (?1, 1, 0, 0, 0, 0)
             ON CONFLICT (id) DO UPDATE SET epoch = epoch + 1
             RETURNING epoch, checkpoint, completed_at IS NOT NULL",
            params![source.as_str()],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        if reading == Reading::Full {
            // A listing always begins anew.
            let phase = Phase::of(Begin::Generation, was_complete);
            begin(&transaction, &source, phase, at)?;
        }
        Ok((epoch, checkpoint))
    })();
    let (epoch, checkpoint) = taken.map_err(|error| failed("take a lease", error))?;
    transaction
        .commit()
        .map_err(|error| failed("take a lease", error))?;
    Ok(Lease::new(source, reading, epoch, checkpoint))
}

fn begin(
    transaction: &Transaction<'_>,
    source: &SourceId,
    phase: Phase,
    at: i64,
) -> rusqlite::Result<()> {
    transaction.execute(
        "UPDATE source SET round = round + 1, phase = ?2, in_round = 1, began_at = ?3
         WHERE id = ?1",
        params![source.as_str(), phase.to_column(), at],
    )?;
    transaction.execute(
        "DELETE FROM contested WHERE source = ?1",
        params![source.as_str()],
    )?;
    finish::discard_staged(transaction, source)
}

struct SourceRow {
    epoch: u64,
    round: u64,
    phase: Phase,
    was_complete: bool,
}

fn source_row(
    transaction: &Transaction<'_>,
    source: &SourceId,
) -> rusqlite::Result<Option<SourceRow>> {
    transaction
        .query_row(
            "SELECT epoch, round, phase, completed_at IS NOT NULL FROM source WHERE id = ?1",
            params![source.as_str()],
            |row| {
                Ok(SourceRow {
                    epoch: row.get(0)?,
                    round: row.get(1)?,
                    phase: Phase::from_column(row.get(2)?),
                    was_complete: row.get(3)?,
                })
            },
        )
        .optional()
}

fn commit(connection: &mut Connection, commit: &Commit) -> Result<Committed, StoreError> {
    let sqlite = |error| failed("commit", error);
    let transaction = write(connection)?;
    let mut row = source_row(&transaction, &commit.source)
        .map_err(sqlite)?
        .filter(|row| row.epoch == commit.epoch)
        .ok_or_else(|| StoreError::Fenced {
            source_id: commit.source.clone(),
        })?;
    let at = timestamp::to_millis(commit.at);
    if let Some(how) = commit.begin {
        row.phase = Phase::of(how, row.was_complete);
        row.round += 1;
        begin(&transaction, &commit.source, row.phase, at).map_err(sqlite)?;
    }
    let is_staged = row.phase == Phase::StagedGeneration;
    let mut apply = Apply {
        transaction: &transaction,
        statements: if is_staged { &STAGED } else { &LIVE },
        source: &commit.source,
        reading: commit.reading,
        epoch: commit.epoch,
        round: row.round,
        at,
        upserted: 0,
        removed: 0,
    };
    for change in &commit.changes {
        apply.change(change).map_err(sqlite)?;
    }
    // What is staged is not yet what readers see: it counts when it is swapped in.
    let mut done = if is_staged {
        Committed::default()
    } else {
        Committed {
            upserted: apply.upserted,
            removed: apply.removed,
            held: None,
        }
    };
    if let Some(how) = commit.finish {
        let open: u64 = transaction
            .query_row(
                "SELECT count(*) FROM contested WHERE source = ?1",
                params![commit.source.as_str()],
                |row| row.get(0),
            )
            .map_err(sqlite)?;
        if open > 0 {
            return Err(StoreError::Contested {
                source_id: commit.source.clone(),
                objects: open,
            });
        }
        let ended = match row.phase {
            Phase::Generation if how.whole => {
                finish::sweep(&transaction, &commit.source, row.round, at, how)
            }
            Phase::StagedGeneration => finish::swap(&transaction, &commit.source, at, how),
            Phase::Incremental | Phase::Generation => Ok(Ended::Done {
                upserted: 0,
                removed: 0,
            }),
        };
        match ended.map_err(sqlite)? {
            Ended::Done { upserted, removed } => {
                done.upserted += upserted;
                done.removed += removed;
                transaction
                    .execute(
                        "UPDATE source SET phase = 0, in_round = 0, in_part = ?2 IS NULL,
                         completed_at = coalesce(?2, completed_at),
                         as_of = CASE WHEN ?2 IS NULL THEN as_of ELSE coalesce(began_at, ?2) END
                         WHERE id = ?1",
                        params![commit.source.as_str(), how.whole.then_some(at)],
                    )
                    .map_err(sqlite)?;
            }
            Ended::Held(held) => {
                done.held = Some(held);
                // The generation is given up: the next run reads everything again.
                finish::discard_staged(&transaction, &commit.source).map_err(sqlite)?;
                transaction
                    .execute(
                        "UPDATE source SET phase = 0, checkpoint = NULL WHERE id = ?1",
                        params![commit.source.as_str()],
                    )
                    .map_err(sqlite)?;
            }
        }
    }
    if let Some(checkpoint) = commit.checkpoint.as_ref().filter(|_| done.held.is_none()) {
        transaction
            .execute(
                "UPDATE source SET checkpoint = ?2 WHERE id = ?1",
                params![commit.source.as_str(), checkpoint],
            )
            .map_err(sqlite)?;
    }
    transaction.commit().map_err(sqlite)?;
    Ok(done)
}

#[async_trait]
impl Store for SqliteStore {
    async fn tenant(&self) -> Result<Option<StoredTenant>, StoreError> {
        self.reading("read the tenant", read::tenant).await
    }

    async fn bind(&self, tenant: &StoredTenant) -> Result<(), StoreError> {
        let tenant = tenant.clone();
        self.with(move |connection| bind(connection, &tenant)).await
    }

    async fn lease(
        &self,
        source: &SourceId,
        reading: Reading,
        at: SystemTime,
    ) -> Result<Lease, StoreError> {
        let (source, at) = (source.clone(), timestamp::to_millis(at));
        self.with(move |connection| lease(connection, source, reading, at))
            .await
    }

    async fn commit(&self, changes: Commit) -> Result<Committed, StoreError> {
        self.with(move |connection| commit(connection, &changes))
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
        self.with(move |connection| read::log_run(connection, &run))
            .await
    }

    async fn last_runs(&self) -> Result<Vec<RunEntry>, StoreError> {
        self.with(|connection| read::last_runs(connection)).await
    }

    async fn records(
        &self,
        kind: &Kind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let (kind, after) = (kind.clone(), after.map(str::to_owned));
        self.with(move |connection| read::records(connection, &kind, after.as_deref(), limit))
            .await
    }

    async fn record(&self, kind: &Kind, id: &str) -> Result<Option<Record>, StoreError> {
        let (kind, id) = (kind.clone(), id.to_owned());
        self.with(move |connection| read::record(connection, &kind, &id))
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
        self.with(move |connection| read::tombstones(connection, &kind, after.as_deref(), limit))
            .await
    }

    async fn count(&self, kind: &Kind) -> Result<u64, StoreError> {
        let kind = kind.clone();
        self.reading("count", move |connection| read::count(connection, &kind))
            .await
    }

    async fn kinds(&self) -> Result<Vec<(Kind, u64)>, StoreError> {
        self.reading("read the kinds", read::kinds).await
    }

    async fn relations(&self) -> Result<Vec<Relation>, StoreError> {
        self.reading("read the relations", read::relations).await
    }
}
