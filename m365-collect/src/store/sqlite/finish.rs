//! Ends a round inside its transaction: sweeps what a generation did not bring, or swaps a staged
//! generation in whole.

use rusqlite::{Row, Transaction, params};

use super::apply::Apply;
use super::arrival::DISCARD_BODIES;
use super::record::Stored;
use crate::id::SourceId;
use crate::kind::Kind;
use crate::record::RemovedReason;
use crate::store::{Finish, Held, rule};
use crate::timestamp;

/// The rows of a source, found by the kinds and relations that it writes.
const RECORDS: &str =
    "kind IN (SELECT name FROM source_yield WHERE source = ?1 AND sort = 0) AND source = ?1";
const EDGES: &str =
    "relation IN (SELECT name FROM source_yield WHERE source = ?1 AND sort = 1) AND source = ?1";

const RECORD_IS_STAGED: &str = "EXISTS (SELECT 1 FROM staged_record s
    WHERE s.kind = record.kind AND s.id = record.id AND s.removed_at IS NULL)";
const EDGE_IS_STAGED: &str = "EXISTS (SELECT 1 FROM staged_edge s
    WHERE s.relation = edge.relation AND s.from_id = edge.from_id AND s.to_id = edge.to_id
    AND s.removed_at IS NULL)";

/// Objects looked at in one go.
const SOME: usize = 500;

impl Apply<'_> {
    /// Removes what the current round did not name from the tables that readers see.
    pub(super) fn sweep(&mut self, finish: Finish) -> rusqlite::Result<Option<Held>> {
        let round = self.round;
        self.remove_all(
            finish,
            &format!("round < {round}"),
            &format!("round < {round}"),
        )
    }

    /// Puts the staged generation in the place of the one that readers see. What it does not have
    /// stays where it is not whole, and where it is too much to believe.
    pub(super) fn swap(&mut self, finish: Finish) -> rusqlite::Result<Option<Held>> {
        let held = if finish.whole {
            self.remove_all(
                finish,
                &format!("NOT {RECORD_IS_STAGED}"),
                &format!("NOT {EDGE_IS_STAGED}"),
            )?
        } else {
            None
        };
        self.swap_records()?;
        let source = self.commit.source.as_str();
        self.upserted += self.transaction.execute(
            "INSERT INTO edge (relation, from_id, to_id, source, round, revived, confirmed, changed_at)
             SELECT relation, from_id, to_id, source, round, revived, confirmed, ?2 FROM staged_edge
             WHERE source = ?1 AND removed_at IS NULL
             ON CONFLICT (relation, from_id, to_id) DO UPDATE SET
                 source = excluded.source, round = excluded.round, revived = 1,
                 changed_at = excluded.changed_at, removed_at = NULL
             WHERE edge.removed_at IS NOT NULL",
            params![source, self.at],
        )? as u64;
        self.transaction.execute(
            "INSERT OR IGNORE INTO record
                 (kind, id, source, round, revived, changed_at, removed_at, removed_reason)
             SELECT kind, id, source, round, revived, ?2, ?2, removed_reason FROM staged_record
             WHERE source = ?1 AND removed_at IS NOT NULL",
            params![source, self.at],
        )?;
        discard_staged(self.transaction, &self.commit.source)?;
        Ok(held)
    }

    /// Removes the objects and relations of the source for which the conditions hold, unless they
    /// are too many to believe.
    fn remove_all(
        &mut self,
        finish: Finish,
        record_is_gone: &str,
        edge_is_gone: &str,
    ) -> rusqlite::Result<Option<Held>> {
        let records = self.how_many("record", RECORDS, record_is_gone)?;
        let edges = self.how_many("edge", EDGES, edge_is_gone)?;
        for gone in [records, edges] {
            if finish.holds(gone.removals, gone.of) {
                return Ok(Some(gone));
            }
        }
        if records.removals > 0 {
            self.remove_records(record_is_gone)?;
        }
        if edges.removals > 0 {
            self.removed += self.transaction.execute(
                &format!(
                    "UPDATE edge SET removed_at = ?2, changed_at = ?2
                     WHERE {EDGES} AND removed_at IS NULL AND {edge_is_gone}"
                ),
                params![self.commit.source.as_str(), self.at],
            )? as u64;
        }
        Ok(None)
    }

    fn how_many(&self, table: &str, its_own: &str, is_gone: &str) -> rusqlite::Result<Held> {
        self.transaction.query_row(
            &format!(
                "SELECT coalesce(sum({is_gone}), 0), count(*) FROM {table}
                 WHERE {its_own} AND removed_at IS NULL"
            ),
            params![self.commit.source.as_str()],
            |row| Ok(Held::new(row.get(0)?, row.get(1)?)),
        )
    }

    fn remove_records(&mut self, is_gone: &str) -> rusqlite::Result<()> {
        let select = format!(
            "SELECT kind, id, removed_at IS NULL, round, revived, changed_at, body,
                    (SELECT s.removed_reason FROM staged_record s
                     WHERE s.kind = record.kind AND s.id = record.id)
             FROM record WHERE {RECORDS} AND removed_at IS NULL AND {is_gone} LIMIT {SOME}"
        );
        loop {
            let gone = self
                .transaction
                .prepare_cached(&select)?
                .query_map(params![self.commit.source.as_str()], |row| {
                    let (kind, id, stored) = object(row)?;
                    let reason = row.get::<_, Option<String>>(7)?;
                    let reason = reason.as_deref().and_then(RemovedReason::parse);
                    Ok((kind, id, stored, reason.unwrap_or(RemovedReason::Absent)))
                })?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            if gone.is_empty() {
                return Ok(());
            }
            for (kind, id, stored, reason) in gone {
                self.transaction
                    .prepare_cached(
                        "UPDATE record SET removed_at = ?3, changed_at = ?3, body = NULL,
                         removed_reason = ?4, dated = NULL, happened_at = NULL WHERE kind = ?1 AND id = ?2",
                    )?
                    .execute(params![kind.as_str(), id, self.at, reason.as_str()])?;
                self.note_change(&kind, &id, Some(&stored), None)?;
                self.removed += 1;
            }
        }
    }

    /// Takes over the staged objects that readers do not see as they are.
    fn swap_records(&mut self) -> rusqlite::Result<()> {
        loop {
            let changed = self
                .transaction
                .prepare_cached(
                    "SELECT s.kind, s.id, coalesce(r.removed_at IS NULL, 0), coalesce(r.round, 0),
                            coalesce(r.revived, 0), coalesce(r.changed_at, 0), r.body,
                            r.kind IS NOT NULL, s.body, s.round, s.revived
                     FROM staged_record s
                     LEFT JOIN record r ON r.kind = s.kind AND r.id = s.id
                     WHERE s.source = ?1 AND s.removed_at IS NULL
                       AND (r.kind IS NULL OR r.removed_at IS NOT NULL OR r.body IS NOT s.body
                            OR r.source <> s.source)
                     LIMIT ?2",
                )?
                .query_map(params![self.commit.source.as_str(), SOME], |row| {
                    let (kind, id, stored) = object(row)?;
                    let old = row.get::<_, bool>(7)?.then_some(stored);
                    Ok((kind, id, old, row.get(8)?, row.get(9)?, row.get(10)?))
                })?
                .collect::<rusqlite::Result<Vec<(Kind, String, _, i64, u64, bool)>>>()?;
            if changed.is_empty() {
                return Ok(());
            }
            for (kind, id, mut old, body, round, revived) in changed {
                let was_removed = old.as_ref().is_some_and(|old| !old.row.live);
                let was_revived = old.as_ref().is_some_and(|old| old.row.revived);
                let raw = self.raw(body)?;
                if let Some(old) = old.as_mut() {
                    old.raw = match old.body {
                        Some(body) => Some(self.raw(body)?),
                        None => None,
                    };
                }
                let event = self.commit.event(&raw);
                self.transaction
                    .prepare_cached(self.tables.record.write)?
                    .execute(params![
                        kind.as_str(),
                        id,
                        self.commit.source.as_str(),
                        body,
                        round,
                        revived || was_revived || was_removed,
                        self.at,
                        event.map(|event| event.is_dated),
                        event.map(|event| timestamp::to_millis(event.at)),
                    ])?;
                // Only what it says may be what it said before, under another source.
                if old.as_ref().is_none_or(|old| old.body != Some(body)) {
                    self.note_change(&kind, &id, old.as_ref(), Some(&raw))?;
                    self.upserted += 1;
                }
            }
        }
    }

    pub(super) fn raw(&self, body: i64) -> rusqlite::Result<String> {
        self.transaction
            .prepare_cached("SELECT raw FROM body WHERE number = ?1")?
            .query_row(params![body], |row| row.get(0))
    }
}

/// The first seven columns of a row of `record`, without what it says.
fn object(row: &Row<'_>) -> rusqlite::Result<(Kind, String, Stored)> {
    let kind = Kind::from(row.get::<_, String>(0)?.as_str());
    Ok((
        kind,
        row.get(1)?,
        Stored {
            row: rule::Row::new(row.get(2)?, row.get(3)?, row.get(4)?),
            changed_at: row.get(5)?,
            body: row.get(6)?,
            raw: None,
        },
    ))
}

/// Forgets a staged generation, and what has arrived for one.
pub(super) fn discard_staged(
    transaction: &Transaction<'_>,
    source: &SourceId,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(DISCARD_BODIES)?
        .execute(params![source.as_str(), i64::MAX])?;
    transaction.execute(
        "DELETE FROM arrival WHERE source = ?1",
        params![source.as_str()],
    )?;
    transaction.execute(
        "DELETE FROM body WHERE number IN (
             SELECT s.body FROM staged_record s WHERE s.source = ?1 AND s.body IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM record r
                 WHERE r.kind = s.kind AND r.id = s.id AND r.body = s.body)
             AND NOT EXISTS (SELECT 1 FROM version v
                 WHERE v.kind = s.kind AND v.id = s.id AND v.body = s.body))",
        params![source.as_str()],
    )?;
    for table in ["staged_record", "staged_edge"] {
        transaction.execute(
            &format!("DELETE FROM {table} WHERE source = ?1"),
            params![source.as_str()],
        )?;
    }
    Ok(())
}
