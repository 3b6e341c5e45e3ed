//! Changes of objects inside a transaction.

use rusqlite::{OptionalExtension, params};

use super::SORT_OBJECT;
use super::apply::Apply;
use crate::id::History;
use crate::kind::Kind;
use crate::members;
use crate::record::{Record, RemovedReason};
use crate::store::FeedEvent;
use crate::store::rule::{self, Action, Row};
use crate::timestamp;

/// The statements on one set of tables: those that readers see, or the staged ones.
pub(super) struct RecordStatements {
    find: &'static str,
    /// The row that readers see, where another set of tables is about to replace it.
    find_replaced: Option<&'static str>,
    pub(super) write: &'static str,
    touch: &'static str,
    bury: &'static str,
    /// Forgets what an object said, unless another row still says so.
    pub(super) forget: &'static str,
}

macro_rules! statements {
    ($table:literal, $other:literal, $replaced:expr) => {
        RecordStatements {
            find_replaced: $replaced,
            find: concat!(
                "SELECT r.removed_at IS NULL, r.round, r.revived, r.changed_at, r.body, b.raw FROM ",
                $table,
                " r LEFT JOIN body b ON b.number = r.body WHERE r.kind = ?1 AND r.id = ?2"
            ),
            write: concat!(
                "INSERT INTO ", $table,
                " (kind, id, source, body, round, revived, changed_at, dated, happened_at)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                  ON CONFLICT (kind, id) DO UPDATE SET source = ?3, body = ?4, round = ?5,
                  revived = ?6, changed_at = ?7, removed_at = NULL, removed_reason = NULL,
                  dated = ?8, happened_at = ?9"
            ),
            touch: concat!("UPDATE ", $table, " SET round = ?3 WHERE kind = ?1 AND id = ?2"),
            bury: concat!(
                "INSERT INTO ", $table,
                " (kind, id, source, body, round, revived, changed_at, removed_at, removed_reason)
                  VALUES (?1, ?2, ?3, NULL, ?4, ?5, ?6, ?6, ?7)
                  ON CONFLICT (kind, id) DO UPDATE SET source = ?3, body = NULL, round = ?4,
                  changed_at = ?6, removed_at = coalesce(removed_at, ?6), removed_reason = ?7,
                  dated = NULL, happened_at = NULL"
            ),
            forget: concat!(
                "DELETE FROM body WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM ", $other,
                " WHERE kind = ?2 AND id = ?3 AND body = ?1)
                  AND NOT EXISTS (SELECT 1 FROM version
                      WHERE kind = ?2 AND id = ?3 AND body = ?1)"
            ),
        }
    };
}

pub(super) const LIVE: RecordStatements = statements!("record", "staged_record", None);
pub(super) const STAGED: RecordStatements = statements!(
    "staged_record",
    "record",
    Some(
        "SELECT r.removed_at IS NULL, r.round, r.revived, r.changed_at, r.body, b.raw
         FROM record r LEFT JOIN body b ON b.number = r.body WHERE r.kind = ?1 AND r.id = ?2"
    )
);

/// A stored row and what it says.
pub(super) struct Stored {
    pub(super) row: Row,
    pub(super) changed_at: i64,
    pub(super) body: Option<i64>,
    pub(super) raw: Option<String>,
}

impl Apply<'_> {
    pub(super) fn upsert(&mut self, record: &Record) -> rusqlite::Result<()> {
        let found = self.find_record(&record.kind, &record.id)?;
        let replaced = self.find_replaced(record)?;
        let known = match &found {
            Some(found) => Some(found.row),
            None => replaced
                .as_ref()
                .map(|stored| stored.row)
                .filter(|row| !row.live),
        };
        let stored = found.as_ref().and_then(|found| found.raw.as_deref());
        let differs = || stored.is_some_and(|raw| members::disagree(raw, record.raw.get()));
        if !self.commit.repeats && rule::collides(known, self.commit.mode, self.round) {
            self.collided += u64::from(stored.is_some_and(|raw| raw != record.raw.get()));
        }
        match rule::upsert(known, self.commit.mode, self.round, differs) {
            Action::Merge => {
                // What is not an object has no members to lay over anything.
                let merged = stored.and_then(|old| members::merge(old, record.raw.get()).ok());
                let raw = merged.as_deref().unwrap_or(record.raw.get());
                self.write_record(record, raw, found.as_ref(), replaced.as_ref())
            }
            Action::Contest => self.contest(SORT_OBJECT, record.kind.as_str(), &record.id, None),
            _ => self.write_record(record, record.raw.get(), found.as_ref(), replaced.as_ref()),
        }
    }

    pub(super) fn remove(
        &mut self,
        kind: &Kind,
        id: &str,
        reason: RemovedReason,
    ) -> rusqlite::Result<()> {
        let found = self.find_record(kind, id)?;
        let row = found.as_ref().map(|found| found.row);
        match rule::remove(row, self.commit.mode, self.round) {
            Action::Contest => self.contest(SORT_OBJECT, kind.as_str(), id, Some(reason)),
            // Deleted for good after having been deleted restorably.
            Action::Keep | Action::Remove => self.bury(kind, id, reason, found.as_ref()),
            Action::Replace | Action::Merge => Ok(()),
        }
    }

    pub(super) fn confirm(&mut self, record: &Record) -> rusqlite::Result<()> {
        let found = self.find_record(&record.kind, &record.id)?;
        let replaced = self.find_replaced(record)?;
        self.write_record(record, record.raw.get(), found.as_ref(), replaced.as_ref())?;
        self.settle(SORT_OBJECT, record.kind.as_str(), &record.id)
    }

    pub(super) fn confirm_gone(
        &mut self,
        kind: &Kind,
        id: &str,
        reason: RemovedReason,
    ) -> rusqlite::Result<()> {
        let found = self.find_record(kind, id)?;
        if found.as_ref().is_none_or(|found| found.row.live) {
            self.bury(kind, id, reason, found.as_ref())?;
        }
        self.settle(SORT_OBJECT, kind.as_str(), id)
    }

    fn find_record(&self, kind: &Kind, id: &str) -> rusqlite::Result<Option<Stored>> {
        self.find(self.tables.record.find, kind, id)
    }

    fn find_replaced(&self, record: &Record) -> rusqlite::Result<Option<Stored>> {
        match self.tables.record.find_replaced {
            Some(statement) => self.find(statement, &record.kind, &record.id),
            None => Ok(None),
        }
    }

    fn find(&self, statement: &str, kind: &Kind, id: &str) -> rusqlite::Result<Option<Stored>> {
        self.transaction
            .prepare_cached(statement)?
            .query_row(params![kind.as_str(), id], |row| {
                Ok(Stored {
                    row: Row::new(row.get(0)?, row.get(1)?, row.get(2)?),
                    changed_at: row.get(3)?,
                    body: row.get(4)?,
                    raw: row.get(5)?,
                })
            })
            .optional()
    }

    /// Writes an object as it is now. What a staged one says is not written again where the one
    /// that it is about to replace says the same.
    fn write_record(
        &mut self,
        record: &Record,
        raw: &str,
        found: Option<&Stored>,
        replaced: Option<&Stored>,
    ) -> rusqlite::Result<()> {
        let says_so = |stored: &&Stored| stored.row.live && stored.raw.as_deref() == Some(raw);
        if found.as_ref().is_some_and(says_so) {
            self.transaction
                .prepare_cached(self.tables.record.touch)?
                .execute(params![record.kind.as_str(), record.id, self.round])?;
            return Ok(());
        }
        let body = match replaced.filter(says_so).and_then(|stored| stored.body) {
            Some(body) => body,
            None => self.append_body(raw)?,
        };
        let event = self.commit.event(raw);
        self.transaction
            .prepare_cached(self.tables.record.write)?
            .execute(params![
                record.kind.as_str(),
                record.id,
                self.commit.source.as_str(),
                body,
                self.round,
                found.is_some_and(|found| found.row.revived || !found.row.live),
                self.at,
                event.map(|event| event.is_dated),
                event.map(|event| timestamp::to_millis(event.at)),
            ])?;
        self.note_change(&record.kind, &record.id, found, Some(raw))?;
        self.upserted += 1;
        Ok(())
    }

    pub(super) fn append_body(&self, raw: &str) -> rusqlite::Result<i64> {
        self.transaction
            .prepare_cached("INSERT INTO body (raw) VALUES (?1)")?
            .insert(params![raw])
    }

    fn bury(
        &mut self,
        kind: &Kind,
        id: &str,
        reason: RemovedReason,
        found: Option<&Stored>,
    ) -> rusqlite::Result<()> {
        self.transaction
            .prepare_cached(self.tables.record.bury)?
            .execute(params![
                kind.as_str(),
                id,
                self.commit.source.as_str(),
                self.round,
                found.is_some_and(|found| found.row.revived),
                self.at,
                reason.as_str(),
            ])?;
        self.note_change(kind, id, found, None)?;
        self.removed += u64::from(found.is_none_or(|found| found.row.live));
        Ok(())
    }

    /// What an object said until now is kept as its earlier version, or forgotten; what readers
    /// see otherwise from now on goes into the feed.
    pub(super) fn note_change(
        &self,
        kind: &Kind,
        id: &str,
        old: Option<&Stored>,
        new: Option<&str>,
    ) -> rusqlite::Result<()> {
        let old_body = old.and_then(|old| old.body);
        if self.is_staged {
            return match old_body {
                Some(body) => self.forget(kind, id, body),
                None => Ok(()),
            };
        }
        if let (Some(body), Some(old)) = (old_body, old) {
            let keeps = self.has_history && self.commit.history == History::Versions;
            if keeps && !self.names_the_forgotten(old, body)? {
                self.keep_version(kind, id, body, old.changed_at)?;
            } else {
                self.forget(kind, id, body)?;
            }
        }
        if !self.has_history || self.commit.history == History::None {
            return Ok(());
        }
        let was_live = old.is_some_and(|old| old.row.live);
        let event = match (old, new) {
            (_, None) if !was_live => return Ok(()),
            (_, None) => FeedEvent::Removed,
            (None, Some(_)) => FeedEvent::Created,
            (Some(_), Some(_)) if !was_live => FeedEvent::Restored,
            (Some(_), Some(_)) => FeedEvent::Updated,
        };
        let properties = match (event, old.and_then(|old| old.raw.as_deref()), new) {
            (FeedEvent::Updated, Some(old), Some(new)) => members::changed(old, new),
            _ => None,
        };
        self.feed(kind, id, event, properties.as_deref())
    }

    /// Whether what an object said until now names somebody who was erased: it is not remembered.
    fn names_the_forgotten(&self, old: &Stored, body: i64) -> rusqlite::Result<bool> {
        let Some(oblivion) = self.oblivion else {
            return Ok(false);
        };
        Ok(match &old.raw {
            Some(raw) => oblivion.is_named_in(raw),
            None => oblivion.is_named_in(&self.raw(body)?),
        })
    }

    fn forget(&self, kind: &Kind, id: &str, body: i64) -> rusqlite::Result<()> {
        self.transaction
            .prepare_cached(self.tables.record.forget)?
            .execute(params![body, kind.as_str(), id])?;
        Ok(())
    }

    fn keep_version(&self, kind: &Kind, id: &str, body: i64, since: i64) -> rusqlite::Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO version (kind, id, number, body, since, until)
                 VALUES (?1, ?2, (SELECT coalesce(max(number), 0) + 1 FROM version
                                  WHERE kind = ?1 AND id = ?2), ?3, ?4, ?5)",
            )?
            .execute(params![kind.as_str(), id, body, since, self.at])?;
        Ok(())
    }

    fn feed(
        &self,
        kind: &Kind,
        id: &str,
        event: FeedEvent,
        properties: Option<&[String]>,
    ) -> rusqlite::Result<()> {
        // A list of names is always text that JSON can hold.
        let properties = properties.and_then(|names| serde_json::to_string(names).ok());
        self.transaction
            .prepare_cached(
                "INSERT INTO feed (at, source, kind, id, event, properties)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                self.at,
                self.commit.source.as_str(),
                kind.as_str(),
                id,
                event.as_str(),
                properties
            ])?;
        Ok(())
    }
}
