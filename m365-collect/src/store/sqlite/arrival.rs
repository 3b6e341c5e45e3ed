//! The objects of a large first reading: appended as they come, sorted in by the thousand.
//!
//! Ids come in no order, so that each of them, sorted in alone, would touch another page of the
//! file. Sorted together they are one pass over it.

use rusqlite::{OptionalExtension, params};
use serde_json::value::RawValue;

use super::apply::Apply;
use crate::kind::Kind;
use crate::record::Record;
use crate::store::crash;

/// From so many on they are sorted in: some ten megabytes of keys.
const MANY: u64 = 250_000;
/// Objects that came more than once, looked at in one go.
const REPEATED: usize = 500;

pub(super) struct ArrivalStatements {
    sort_in: &'static str,
    sorted: &'static str,
}

macro_rules! statements {
    ($table:literal, $unless:literal) => {
        ArrivalStatements {
            // Of what came more than once the first is the one that the others meet.
            sort_in: concat!(
                "INSERT INTO ",
                $table,
                " (kind, id, source, body, round, revived, changed_at)
                  SELECT kind, id, ?1, body, ?2, 0, at
                  FROM (SELECT kind, id, body, at, min(number) FROM arrival WHERE source = ?1
                        GROUP BY kind, id) a
                  WHERE ",
                $unless,
                " ORDER BY kind, id
                  ON CONFLICT (kind, id) DO NOTHING"
            ),
            // Only the first: one that came later with the same words is still to meet what came in
            // between.
            sorted: concat!(
                "DELETE FROM arrival WHERE source = ?1 AND number IN (SELECT min(number) FROM arrival
                  WHERE source = ?1 GROUP BY kind, id) AND EXISTS (SELECT 1 FROM ",
                $table,
                " r WHERE r.kind = arrival.kind AND r.id = arrival.id AND r.body = arrival.body)"
            ),
        }
    };
}

pub(super) const LIVE: ArrivalStatements = statements!("record", "1");
// What was removed before must not come back by itself.
pub(super) const STAGED: ArrivalStatements = statements!(
    "staged_record",
    "NOT EXISTS (SELECT 1 FROM record r
     WHERE r.kind = a.kind AND r.id = a.id AND r.removed_at IS NOT NULL)"
);

/// An object that came more than once, or of which a row is known.
struct Repeated {
    number: i64,
    at: i64,
    record: Record,
}

impl Apply<'_> {
    pub(super) fn has_arrivals(&self) -> rusqlite::Result<bool> {
        self.transaction
            .prepare_cached("SELECT 1 FROM arrival WHERE source = ?1 LIMIT 1")?
            .exists(params![self.commit.source.as_str()])
    }

    pub(super) fn has_many_arrivals(&self) -> rusqlite::Result<bool> {
        // Numbers are given in order, so that the span is at least the count.
        self.transaction
            .prepare_cached(
                "SELECT coalesce((SELECT max(number) FROM arrival)
                             - (SELECT min(number) FROM arrival), 0)",
            )?
            .query_row([], |row| row.get::<_, u64>(0))
            .map(|span| span >= MANY)
    }

    /// Appends an object. What readers see already is not written once more.
    pub(super) fn arrive(&mut self, record: &Record) -> rusqlite::Result<()> {
        let raw = record.raw.get();
        let known = if self.is_staged {
            self.transaction
                .prepare_cached(
                    "SELECT r.body FROM record r JOIN body b ON b.number = r.body
                     WHERE r.kind = ?1 AND r.id = ?2 AND b.raw = ?3",
                )?
                .query_row(params![record.kind.as_str(), record.id, raw], |row| {
                    row.get(0)
                })
                .optional()?
        } else {
            None
        };
        let body: i64 = match known {
            Some(body) => body,
            None => self.append_body(raw)?,
        };
        self.transaction
            .prepare_cached(
                "INSERT INTO arrival (source, kind, id, body, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                self.commit.source.as_str(),
                record.kind.as_str(),
                record.id,
                body,
                self.at
            ])?;
        Ok(())
    }

    /// Sorts in what arrived; what came more than once, or was there, goes by the rules.
    pub(super) fn sort_in(&mut self) -> rusqlite::Result<()> {
        let source = self.commit.source.as_str();
        let new = self
            .transaction
            .prepare_cached(self.tables.arrival.sort_in)?
            .execute(params![source, self.round])?;
        self.upserted += new as u64;
        let all: usize = self
            .transaction
            .prepare_cached("SELECT count(*) FROM arrival WHERE source = ?1")?
            .query_row(params![source], |row| row.get(0))?;
        // Looking each of them up costs more than sorting them in: only where some are left over.
        let sorted = if new == all {
            "DELETE FROM arrival WHERE source = ?1"
        } else {
            self.tables.arrival.sorted
        };
        self.transaction
            .prepare_cached(sorted)?
            .execute(params![source])?;
        let now = self.at;
        loop {
            let repeated = self.repeated()?;
            let Some(Repeated { number: last, .. }) = repeated.last() else {
                self.at = now;
                crash::point("sorted_in");
                return Ok(());
            };
            for repeated in &repeated {
                self.at = repeated.at;
                self.upsert(&repeated.record)?;
            }
            self.transaction
                .prepare_cached(DISCARD_BODIES)?
                .execute(params![source, last])?;
            self.transaction
                .prepare_cached("DELETE FROM arrival WHERE source = ?1 AND number <= ?2")?
                .execute(params![source, last])?;
        }
    }

    fn repeated(&self) -> rusqlite::Result<Vec<Repeated>> {
        self.transaction
            .prepare_cached(
                "SELECT a.number, a.at, a.kind, a.id, b.raw FROM arrival a JOIN body b ON b.number = a.body
                 WHERE a.source = ?1 ORDER BY a.number LIMIT ?2",
            )?
            .query_map(params![self.commit.source.as_str(), REPEATED], |row| {
                let raw = RawValue::from_string(row.get(4)?).map_err(|error| {
                    rusqlite::Error::FromSqlConversionFailure(
                        4,
                        rusqlite::types::Type::Text,
                        Box::new(error),
                    )
                })?;
                let kind = Kind::from(row.get::<_, String>(2)?.as_str());
                let id: String = row.get(3)?;
                Ok(Repeated {
                    number: row.get(0)?,
                    at: row.get(1)?,
                    record: Record::new(kind, id, raw),
                })
            })?
            .collect()
    }
}

/// Forgets what the first arrivals of a source say, unless an object says so.
pub(super) const DISCARD_BODIES: &str = "DELETE FROM body WHERE number IN (
    SELECT a.body FROM arrival a WHERE a.source = ?1 AND a.number <= ?2
    AND NOT EXISTS (SELECT 1 FROM record r
        WHERE r.kind = a.kind AND r.id = a.id AND r.body = a.body)
    AND NOT EXISTS (SELECT 1 FROM staged_record s
        WHERE s.kind = a.kind AND s.id = a.id AND s.body = a.body)
    AND NOT EXISTS (SELECT 1 FROM version v
        WHERE v.kind = a.kind AND v.id = a.id AND v.body = a.body))";
