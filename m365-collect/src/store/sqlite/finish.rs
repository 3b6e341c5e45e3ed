//! Ends a round inside its transaction: sweeps what a generation did not bring, or swaps a staged
//! generation in whole.

use rusqlite::{Transaction, params};

use crate::source::SourceId;
use crate::store::{Finish, Held};

/// What the end of a round did, or why it did nothing.
pub(super) enum Ended {
    Done { upserted: u64, removed: u64 },
    Held(Held),
}

/// Removes what the current round did not name from the tables that readers see.
pub(super) fn sweep(
    transaction: &Transaction<'_>,
    source: &SourceId,
    round: u64,
    at: i64,
    finish: Finish,
) -> rusqlite::Result<Ended> {
    for table in ["record", "edge"] {
        let (of, removals) = transaction.query_row(
            &format!(
                "SELECT count(*), coalesce(sum(round < ?2), 0) FROM {table}
                 WHERE source = ?1 AND removed_at IS NULL"
            ),
            params![source.as_str(), round],
            |row| Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?)),
        )?;
        if finish.holds(removals, of) {
            return Ok(Ended::Held(Held::new(removals, of)));
        }
    }
    let mut removed = transaction.execute(
        "UPDATE record SET removed_at = ?3, changed_at = ?3, removed_reason = 'absent', raw = NULL
         WHERE source = ?1 AND removed_at IS NULL AND round < ?2",
        params![source.as_str(), round, at],
    )?;
    removed += transaction.execute(
        "UPDATE edge SET removed_at = ?3, changed_at = ?3
         WHERE source = ?1 AND removed_at IS NULL AND round < ?2",
        params![source.as_str(), round, at],
    )?;
    Ok(Ended::Done {
        upserted: 0,
        removed: removed as u64,
    })
}

const RECORD_IS_STAGED: &str = "EXISTS (SELECT 1 FROM staged_record s
    WHERE s.kind = record.kind AND s.id = record.id AND s.removed_at IS NULL)";
const EDGE_IS_STAGED: &str = "EXISTS (SELECT 1 FROM staged_edge s
    WHERE s.relation = edge.relation AND s.from_id = edge.from_id AND s.to_id = edge.to_id
    AND s.removed_at IS NULL)";

/// Puts the staged generation in the place of the one that readers see. Where it is not whole,
/// what it does not have stays.
pub(super) fn swap(
    transaction: &Transaction<'_>,
    source: &SourceId,
    at: i64,
    finish: Finish,
) -> rusqlite::Result<Ended> {
    let mut removed = 0;
    if finish.whole {
        match remove_what_is_not_staged(transaction, source, at, finish)? {
            Ended::Done { removed: gone, .. } => removed = gone,
            held @ Ended::Held(_) => return Ok(held),
        }
    }
    let mut upserted = transaction.execute(
        "INSERT INTO record (kind, id, source, raw, round, revived, changed_at)
         SELECT kind, id, source, raw, round, revived, ?2 FROM staged_record
         WHERE source = ?1 AND removed_at IS NULL
         ON CONFLICT (kind, id) DO UPDATE SET
             source = excluded.source, raw = excluded.raw, round = excluded.round,
             revived = excluded.revived OR record.revived OR record.removed_at IS NOT NULL,
             changed_at = excluded.changed_at, removed_at = NULL, removed_reason = NULL
         WHERE record.removed_at IS NOT NULL OR record.raw <> excluded.raw
             OR record.source <> excluded.source",
        params![source.as_str(), at],
    )?;
    upserted += transaction.execute(
        "INSERT INTO edge (relation, from_id, to_id, source, round, revived, confirmed, changed_at)
         SELECT relation, from_id, to_id, source, round, revived, confirmed, ?2 FROM staged_edge
         WHERE source = ?1 AND removed_at IS NULL
         ON CONFLICT (relation, from_id, to_id) DO UPDATE SET
             source = excluded.source, round = excluded.round, revived = 1,
             changed_at = excluded.changed_at, removed_at = NULL
         WHERE edge.removed_at IS NOT NULL",
        params![source.as_str(), at],
    )?;
    transaction.execute(
        "INSERT OR IGNORE INTO record
             (kind, id, source, raw, round, revived, changed_at, removed_at, removed_reason)
         SELECT kind, id, source, NULL, round, revived, ?2, ?2, removed_reason FROM staged_record
         WHERE source = ?1 AND removed_at IS NOT NULL",
        params![source.as_str(), at],
    )?;
    discard_staged(transaction, source)?;
    Ok(Ended::Done {
        upserted: upserted as u64,
        removed,
    })
}

fn remove_what_is_not_staged(
    transaction: &Transaction<'_>,
    source: &SourceId,
    at: i64,
    finish: Finish,
) -> rusqlite::Result<Ended> {
    for (table, is_staged) in [("record", RECORD_IS_STAGED), ("edge", EDGE_IS_STAGED)] {
        let (of, removals) = transaction.query_row(
            &format!(
                "SELECT count(*), coalesce(sum(NOT {is_staged}), 0) FROM {table}
                 WHERE source = ?1 AND removed_at IS NULL"
            ),
            params![source.as_str()],
            |row| Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?)),
        )?;
        if finish.holds(removals, of) {
            return Ok(Ended::Held(Held::new(removals, of)));
        }
    }
    let mut removed = transaction.execute(
        &format!(
            "UPDATE record SET removed_at = ?2, changed_at = ?2, raw = NULL,
             removed_reason = coalesce((SELECT s.removed_reason FROM staged_record s
                 WHERE s.kind = record.kind AND s.id = record.id), 'absent')
             WHERE source = ?1 AND removed_at IS NULL AND NOT {RECORD_IS_STAGED}"
        ),
        params![source.as_str(), at],
    )?;
    removed += transaction.execute(
        &format!(
            "UPDATE edge SET removed_at = ?2, changed_at = ?2
             WHERE source = ?1 AND removed_at IS NULL AND NOT {EDGE_IS_STAGED}"
        ),
        params![source.as_str(), at],
    )?;
    Ok(Ended::Done {
        upserted: 0,
        removed: removed as u64,
    })
}

/// Forgets a staged generation.
pub(super) fn discard_staged(
    transaction: &Transaction<'_>,
    source: &SourceId,
) -> rusqlite::Result<()> {
    for table in ["staged_record", "staged_edge"] {
        transaction.execute(
            &format!("DELETE FROM {table} WHERE source = ?1"),
            params![source.as_str()],
        )?;
    }
    Ok(())
}
