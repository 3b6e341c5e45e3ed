//! Applies the changes of a commit inside its transaction.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{SORT_CONTAINER, SORT_OBJECT};
use crate::members;
use crate::record::{Change, Edge, Kind, Record, Relation, RemovedReason};
use crate::source::SourceId;
use crate::store::Reading;
use crate::store::rule::{self, Action, Row};

/// The statements on one set of tables: those that readers see, or the staged ones.
pub(super) struct Statements {
    find_record: &'static str,
    /// The row that readers see, where another set of tables is about to replace it.
    find_replaced: Option<&'static str>,
    insert_record: &'static str,
    write_record: &'static str,
    touch_record: &'static str,
    bury_record: &'static str,
    find_edge: &'static str,
    write_edge: &'static str,
    touch_edge: &'static str,
    cut_edge: &'static str,
    cut_unconfirmed: &'static str,
}

macro_rules! statements {
    ($record:literal, $edge:literal, $replaced:expr) => {
        Statements {
            find_replaced: $replaced,
            find_record: concat!(
                "SELECT removed_at IS NULL, round, revived, raw FROM ", $record,
                " WHERE kind = ?1 AND id = ?2"
            ),
            insert_record: concat!(
                "INSERT INTO ", $record,
                " (kind, id, source, raw, round, revived, changed_at)
                  VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6) ON CONFLICT (kind, id) DO NOTHING"
            ),
            write_record: concat!(
                "INSERT INTO ", $record,
                " (kind, id, source, raw, round, revived, changed_at)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                  ON CONFLICT (kind, id) DO UPDATE SET source = ?3, raw = ?4, round = ?5,
                  revived = ?6, changed_at = ?7, removed_at = NULL, removed_reason = NULL"
            ),
            touch_record: concat!(
                "UPDATE ", $record, " SET round = ?3 WHERE kind = ?1 AND id = ?2"
            ),
            bury_record: concat!(
                "INSERT INTO ", $record,
                " (kind, id, source, raw, round, revived, changed_at, removed_at, removed_reason)
                  VALUES (?1, ?2, ?3, NULL, ?4, ?5, ?6, ?6, ?7)
                  ON CONFLICT (kind, id) DO UPDATE SET source = ?3, raw = NULL, round = ?4,
                  changed_at = ?6, removed_at = coalesce(removed_at, ?6), removed_reason = ?7"
            ),
            find_edge: concat!(
                "SELECT removed_at IS NULL, round, revived FROM ", $edge,
                " WHERE relation = ?1 AND from_id = ?2 AND to_id = ?3"
            ),
            write_edge: concat!(
                "INSERT INTO ", $edge,
                " (relation, from_id, to_id, source, round, revived, confirmed, changed_at)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                  ON CONFLICT (relation, from_id, to_id) DO UPDATE SET source = ?4, round = ?5,
                  revived = ?6, confirmed = ?7, changed_at = ?8, removed_at = NULL"
            ),
            touch_edge: concat!(
                "UPDATE ", $edge, " SET round = ?4, confirmed = max(confirmed, ?5)
                  WHERE relation = ?1 AND from_id = ?2 AND to_id = ?3"
            ),
            cut_edge: concat!(
                "INSERT INTO ", $edge,
                " (relation, from_id, to_id, source, round, revived, confirmed, changed_at, removed_at)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?7)
                  ON CONFLICT (relation, from_id, to_id) DO UPDATE SET source = ?4, round = ?5,
                  changed_at = ?7, removed_at = coalesce(removed_at, ?7)"
            ),
            cut_unconfirmed: concat!(
                "UPDATE ", $edge, " SET removed_at = ?4, changed_at = ?4, round = ?5
                  WHERE relation = ?1 AND from_id = ?2 AND removed_at IS NULL AND confirmed < ?3"
            ),
        }
    };
}

pub(super) const LIVE: Statements = statements!("record", "edge", None);
pub(super) const STAGED: Statements = statements!(
    "staged_record",
    "staged_edge",
    Some("SELECT removed_at IS NULL, round, revived FROM record WHERE kind = ?1 AND id = ?2")
);

/// No lease has this epoch.
const UNCONFIRMED: u64 = 0;

/// The changes of one source on their way into the tables.
pub(super) struct Apply<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    pub(super) statements: &'static Statements,
    pub(super) source: &'a SourceId,
    pub(super) reading: Reading,
    pub(super) epoch: u64,
    pub(super) round: u64,
    pub(super) at: i64,
    pub(super) upserted: u64,
    pub(super) removed: u64,
}

impl Apply<'_> {
    pub(super) fn change(&mut self, change: &Change) -> Result<(), rusqlite::Error> {
        match change {
            Change::Upsert(record) => self.upsert(record),
            Change::Remove { kind, id, reason } => self.remove(kind, id, *reason),
            Change::Link(edge) => self.link(edge),
            Change::Unlink(edge) => self.unlink(edge),
            Change::Confirm(record) => {
                let row = self.find_record(&record.kind, &record.id)?;
                self.write_record(record, record.raw.get(), row.as_ref())?;
                self.settle(SORT_OBJECT, record.kind.as_str(), &record.id)
            }
            Change::ConfirmGone { kind, id, reason } => {
                let row = self.find_record(kind, id)?;
                if row.as_ref().is_none_or(|(row, _)| row.live) {
                    self.bury(kind, id, *reason, row.as_ref())?;
                }
                self.settle(SORT_OBJECT, kind.as_str(), id)
            }
            Change::ConfirmLink(edge) => {
                let row = self.find_edge(edge)?;
                self.write_edge(edge, row, self.epoch)
            }
            Change::ConfirmedAll { relation, from } => self.confirmed_all(relation, from),
        }
    }

    fn upsert(&mut self, record: &Record) -> Result<(), rusqlite::Error> {
        if self.statements.find_replaced.is_none() && self.insert_new(record)? {
            return Ok(());
        }
        let found = self.find_record(&record.kind, &record.id)?;
        let known = match (&found, self.statements.find_replaced) {
            (Some((row, _)), _) => Some(*row),
            (None, Some(replaced)) => self.find(replaced, record)?.filter(|row| !row.live),
            (None, None) => None,
        };
        let stored = found.as_ref().and_then(|(_, raw)| raw.as_deref());
        let differs = || stored.is_some_and(|raw| members::disagree(raw, record.raw.get()));
        let action = rule::upsert(known, self.reading, self.round, differs);
        match (action, &found) {
            (Action::Merge, Some((_, Some(stored)))) => {
                // What is not an object has no members to lay over anything.
                match members::merge(stored, record.raw.get()) {
                    Ok(merged) => self.write_record(record, &merged, found.as_ref()),
                    Err(_) => self.write_record(record, record.raw.get(), found.as_ref()),
                }
            }
            (Action::Contest, _) => {
                self.contest(SORT_OBJECT, record.kind.as_str(), &record.id, None)
            }
            _ => self.write_record(record, record.raw.get(), found.as_ref()),
        }
    }

    fn remove(
        &mut self,
        kind: &Kind,
        id: &str,
        reason: RemovedReason,
    ) -> Result<(), rusqlite::Error> {
        let found = self.find_record(kind, id)?;
        let row = found.as_ref().map(|(row, _)| *row);
        match rule::remove(row, self.reading, self.round) {
            Action::Contest => self.contest(SORT_OBJECT, kind.as_str(), id, Some(reason)),
            // Deleted for good after having been deleted restorably.
            Action::Keep | Action::Remove => self.bury(kind, id, reason, found.as_ref()),
            Action::Replace | Action::Merge => Ok(()),
        }
    }

    fn link(&mut self, edge: &Edge) -> Result<(), rusqlite::Error> {
        let row = self.find_edge(edge)?;
        match rule::link(row, self.reading, self.round) {
            Action::Contest => self.contest_container(edge),
            _ => self.write_edge(edge, row, UNCONFIRMED),
        }
    }

    fn unlink(&mut self, edge: &Edge) -> Result<(), rusqlite::Error> {
        let row = self.find_edge(edge)?;
        match rule::unlink(row, self.reading, self.round) {
            Action::Contest => self.contest_container(edge),
            Action::Remove => {
                self.transaction
                    .prepare_cached(self.statements.cut_edge)?
                    .execute(params![
                        edge.relation.as_str(),
                        edge.from,
                        edge.to,
                        self.source.as_str(),
                        self.round,
                        row.is_some_and(|row| row.revived),
                        self.at,
                    ])?;
                self.removed += u64::from(row.is_some_and(|row| row.live));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn confirmed_all(&mut self, relation: &Relation, from: &str) -> Result<(), rusqlite::Error> {
        let cut = self
            .transaction
            .prepare_cached(self.statements.cut_unconfirmed)?
            .execute(params![
                relation.as_str(),
                from,
                self.epoch,
                self.at,
                self.round
            ])?;
        self.removed += cut as u64;
        self.settle(SORT_CONTAINER, relation.as_str(), from)
    }

    /// Writes an object that is not stored yet, which is most of them in a first sync; `false` where
    /// there is a row for it.
    fn insert_new(&mut self, record: &Record) -> Result<bool, rusqlite::Error> {
        let written = self
            .transaction
            .prepare_cached(self.statements.insert_record)?
            .execute(params![
                record.kind.as_str(),
                record.id,
                self.source.as_str(),
                record.raw.get(),
                self.round,
                self.at,
            ])?;
        self.upserted += written as u64;
        Ok(written > 0)
    }

    fn find(&self, statement: &str, record: &Record) -> Result<Option<Row>, rusqlite::Error> {
        self.transaction
            .prepare_cached(statement)?
            .query_row(params![record.kind.as_str(), record.id], |row| {
                Ok(Row::new(row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()
    }

    fn find_record(
        &self,
        kind: &Kind,
        id: &str,
    ) -> Result<Option<(Row, Option<String>)>, rusqlite::Error> {
        self.transaction
            .prepare_cached(self.statements.find_record)?
            .query_row(params![kind.as_str(), id], |row| {
                Ok((Row::new(row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?))
            })
            .optional()
    }

    fn write_record(
        &mut self,
        record: &Record,
        raw: &str,
        found: Option<&(Row, Option<String>)>,
    ) -> Result<(), rusqlite::Error> {
        if let Some((Row { live: true, .. }, Some(stored))) = found
            && stored == raw
        {
            self.transaction
                .prepare_cached(self.statements.touch_record)?
                .execute(params![record.kind.as_str(), record.id, self.round])?;
            return Ok(());
        }
        self.transaction
            .prepare_cached(self.statements.write_record)?
            .execute(params![
                record.kind.as_str(),
                record.id,
                self.source.as_str(),
                raw,
                self.round,
                found.is_some_and(|(row, _)| row.revived || !row.live),
                self.at,
            ])?;
        self.upserted += 1;
        Ok(())
    }

    fn bury(
        &mut self,
        kind: &Kind,
        id: &str,
        reason: RemovedReason,
        found: Option<&(Row, Option<String>)>,
    ) -> Result<(), rusqlite::Error> {
        self.transaction
            .prepare_cached(self.statements.bury_record)?
            .execute(params![
                kind.as_str(),
                id,
                self.source.as_str(),
                self.round,
                found.is_some_and(|(row, _)| row.revived),
                self.at,
                reason.as_str(),
            ])?;
        self.removed += u64::from(found.is_none_or(|(row, _)| row.live));
        Ok(())
    }

    fn find_edge(&self, edge: &Edge) -> Result<Option<Row>, rusqlite::Error> {
        self.transaction
            .prepare_cached(self.statements.find_edge)?
            .query_row(params![edge.relation.as_str(), edge.from, edge.to], |row| {
                Ok(Row::new(row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()
    }

    fn write_edge(
        &mut self,
        edge: &Edge,
        row: Option<Row>,
        confirmed: u64,
    ) -> Result<(), rusqlite::Error> {
        if row.is_some_and(|row| row.live) {
            self.transaction
                .prepare_cached(self.statements.touch_edge)?
                .execute(params![
                    edge.relation.as_str(),
                    edge.from,
                    edge.to,
                    self.round,
                    confirmed
                ])?;
            return Ok(());
        }
        self.transaction
            .prepare_cached(self.statements.write_edge)?
            .execute(params![
                edge.relation.as_str(),
                edge.from,
                edge.to,
                self.source.as_str(),
                self.round,
                row.is_some(),
                confirmed,
                self.at,
            ])?;
        self.upserted += 1;
        Ok(())
    }

    fn contest_container(&self, edge: &Edge) -> Result<(), rusqlite::Error> {
        self.contest(SORT_CONTAINER, edge.relation.as_str(), &edge.from, None)
    }

    fn contest(
        &self,
        sort: i64,
        name: &str,
        id: &str,
        reason: Option<RemovedReason>,
    ) -> Result<(), rusqlite::Error> {
        self.transaction
            .prepare_cached(
                "INSERT INTO contested (source, sort, name, id, reason) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (source, sort, name, id)
                 DO UPDATE SET reason = coalesce(?5, reason)",
            )?
            .execute(params![
                self.source.as_str(),
                sort,
                name,
                id,
                reason.map(RemovedReason::as_str)
            ])?;
        Ok(())
    }

    fn settle(&self, sort: i64, name: &str, id: &str) -> Result<(), rusqlite::Error> {
        self.transaction
            .prepare_cached(
                "DELETE FROM contested WHERE source = ?1 AND sort = ?2 AND name = ?3 AND id = ?4",
            )?
            .execute(params![self.source.as_str(), sort, name, id])?;
        Ok(())
    }
}
