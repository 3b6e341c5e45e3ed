//! The transactions that write: whose store it is, leases, commits.

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::apply::{Apply, LIVE, STAGED};
use super::finish;
use super::schema::failed;
use super::{erase, read};
use crate::id::SourceId;
use crate::id::SyncMode;
use crate::store::crash;
use crate::store::oblivion::Oblivion;
use crate::store::{Begin, Commit, Committed, Finish, Lease, Leaves, StoreError, StoredTenant};
use crate::timestamp;

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

pub(super) fn write(connection: &mut Connection) -> Result<Transaction<'_>, StoreError> {
    connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| failed("begin a commit", error))
}

pub(super) fn bind(connection: &mut Connection, tenant: &StoredTenant) -> Result<(), StoreError> {
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

pub(super) fn lease(
    connection: &mut Connection,
    source: SourceId,
    mode: SyncMode,
) -> Result<Lease, StoreError> {
    let transaction = write(connection)?;
    let taken = transaction.query_row(
        "INSERT INTO source (id, epoch, round, phase, in_round, in_part, is_full)
         VALUES (?1, 1, 0, 0, 0, 0, ?2)
         ON CONFLICT (id) DO UPDATE SET epoch = epoch + 1, is_full = ?2
         RETURNING epoch, checkpoint, in_round",
        params![source.as_str(), mode == SyncMode::Full],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    );
    let (epoch, checkpoint, in_round) = taken
        .and_then(|taken| transaction.commit().map(|()| taken))
        .map_err(|error| failed("take a lease", error))?;
    Ok(Lease::new(source, mode, epoch, checkpoint).in_round(in_round))
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
    mode: SyncMode,
    began_at: i64,
}

impl SourceRow {
    fn apply<'a>(
        &self,
        transaction: &'a Transaction<'a>,
        commit: &'a Commit,
        oblivion: Option<&'a Oblivion>,
        at: i64,
    ) -> Apply<'a> {
        let is_staged = self.phase == Phase::StagedGeneration;
        Apply {
            transaction,
            tables: if is_staged { &STAGED } else { &LIVE },
            commit,
            oblivion,
            is_staged,
            has_history: self.was_complete,
            round: self.round,
            at,
            upserted: 0,
            removed: 0,
            collided: 0,
        }
    }
}

fn source_row(
    transaction: &Transaction<'_>,
    source: &SourceId,
) -> rusqlite::Result<Option<SourceRow>> {
    transaction
        .query_row(
            "SELECT epoch, round, phase, completed_at IS NOT NULL, is_full, coalesce(began_at, 0)
             FROM source WHERE id = ?1",
            params![source.as_str()],
            |row| {
                Ok(SourceRow {
                    epoch: row.get(0)?,
                    round: row.get(1)?,
                    phase: Phase::from_column(row.get(2)?),
                    was_complete: row.get(3)?,
                    mode: if row.get(4)? {
                        SyncMode::Full
                    } else {
                        SyncMode::Delta
                    },
                    began_at: row.get(5)?,
                })
            },
        )
        .optional()
}

pub(super) fn commit(
    connection: &mut Connection,
    commit: &mut Commit,
    bulk: usize,
) -> Result<Committed, StoreError> {
    let sqlite = |error| failed("commit", error);
    let transaction = write(connection)?;
    let mut row = source_row(&transaction, &commit.source)
        .map_err(sqlite)?
        .filter(|row| row.epoch == commit.epoch)
        .ok_or_else(|| StoreError::Fenced {
            source_id: commit.source.clone(),
        })?;
    let oblivion = erase::oblivion(&transaction).map_err(sqlite)?;
    let oblivion = oblivion.as_ref();
    let forgotten = oblivion.map_or(0, |oblivion| oblivion.drop_forgotten(commit));
    let commit = &*commit;
    let at = timestamp::to_millis(commit.at);
    if let Some(how) = commit.begin {
        row.phase = Phase::of(how, row.was_complete);
        row.round += 1;
        begin(&transaction, &commit.source, row.phase, at).map_err(sqlite)?;
    }
    crash::point("commit.begun");
    let mut apply = row.apply(&transaction, commit, oblivion, at);
    apply
        .changes(row.phase != Phase::Incremental, bulk)
        .map_err(sqlite)?;
    if commit.finish.is_some() || commit.is_last {
        apply.sort_in().map_err(sqlite)?;
    }
    crash::point("commit.applied");
    // What is staged is not yet what readers see: it counts when it is swapped in.
    let collided = apply.collided;
    let mut done = if apply.is_staged {
        Committed::default()
    } else {
        apply.committed()
    };
    done.collided = collided;
    if let Some(how) = commit.finish {
        let how = if collided > 0 { how.in_part() } else { how };
        let open = contested(&transaction, &commit.source).map_err(sqlite)?;
        if open > 0 {
            return Err(StoreError::Contested {
                source_id: commit.source.clone(),
                objects: open,
            });
        }
        let ended = end(&transaction, commit, oblivion, &row, at, how).map_err(sqlite)?;
        done.upserted += ended.upserted;
        done.removed += ended.removed;
        done.held = ended.held;
    }
    done.forgotten = forgotten;
    let checkpoint = match commit.leaves() {
        Leaves::Old => None,
        Leaves::Nothing => Some(None),
        Leaves::This(checkpoint) => Some(Some(checkpoint)),
    };
    if let Some(checkpoint) = checkpoint {
        transaction
            .execute(
                "UPDATE source SET checkpoint = ?2 WHERE id = ?1",
                params![commit.source.as_str(), checkpoint],
            )
            .map_err(sqlite)?;
    }
    crash::point("commit.ended");
    transaction.commit().map_err(sqlite)?;
    crash::point("commit.done");
    Ok(done)
}

/// Sorts in what has arrived for any source, so that whoever reads here sees all of it.
pub(super) fn sort_in_all(connection: &mut Connection) -> Result<(), StoreError> {
    let sqlite = |error| failed("sort in what arrived", error);
    let waiting = connection
        .prepare_cached("SELECT DISTINCT source FROM arrival")
        .and_then(|mut statement| {
            statement
                .query_map([], |row| row.get::<_, String>(0))?
                .collect::<rusqlite::Result<Vec<_>>>()
        })
        .map_err(sqlite)?;
    for source in waiting {
        let source = SourceId::try_from(source).map_err(|_| StoreError::Damaged {
            what: "the id of a source".to_owned(),
        })?;
        let transaction = write(connection)?;
        let Some(row) = source_row(&transaction, &source).map_err(sqlite)? else {
            continue;
        };
        let began_at = timestamp::from_millis(row.began_at);
        let commit = Commit::new(&Lease::new(source, row.mode, row.epoch, None), began_at);
        row.apply(&transaction, &commit, None, row.began_at)
            .sort_in()
            .map_err(sqlite)?;
        transaction.commit().map_err(sqlite)?;
    }
    Ok(())
}

fn contested(transaction: &Transaction<'_>, source: &SourceId) -> rusqlite::Result<u64> {
    transaction.query_row(
        "SELECT count(*) FROM contested WHERE source = ?1",
        params![source.as_str()],
        |row| row.get(0),
    )
}

/// Ends the round of a commit.
fn end(
    transaction: &Transaction<'_>,
    commit: &Commit,
    oblivion: Option<&Oblivion>,
    row: &SourceRow,
    at: i64,
    how: Finish,
) -> rusqlite::Result<Committed> {
    let mut apply = row.apply(transaction, commit, oblivion, at);
    // From here on it is what readers see that changes.
    apply.tables = &LIVE;
    apply.is_staged = false;
    let held = match row.phase {
        Phase::StagedGeneration => apply.swap(how)?,
        Phase::Generation if how.whole => apply.sweep(how)?,
        Phase::Incremental | Phase::Generation => None,
    };
    let is_whole = how.whole && held.is_none();
    transaction.execute(
        "UPDATE source SET phase = 0, in_round = 0, in_part = ?2 IS NULL,
         completed_at = coalesce(?2, completed_at),
         as_of = CASE WHEN ?2 IS NULL THEN as_of ELSE coalesce(began_at, ?2) END
         WHERE id = ?1",
        params![commit.source.as_str(), is_whole.then_some(at)],
    )?;
    Ok(Committed {
        held,
        ..apply.committed()
    })
}
