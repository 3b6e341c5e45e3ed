//! The transactions that write: whose store it is, leases, commits.

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::apply::{Apply, LIVE, STAGED};
use super::finish::{self, Ended};
use super::read;
use super::schema::failed;
use crate::source::SourceId;
use crate::store::{Begin, Commit, Committed, Lease, Reading, StoreError, StoredTenant};
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

fn write(connection: &mut Connection) -> Result<Transaction<'_>, StoreError> {
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

pub(super) fn commit(
    connection: &mut Connection,
    commit: &Commit,
) -> Result<Committed, StoreError> {
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
