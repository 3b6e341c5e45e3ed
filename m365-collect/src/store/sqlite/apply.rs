//! Applies the changes of a commit inside its transaction.

use std::collections::BTreeSet;

use rusqlite::{Transaction, params};

use super::record::RecordStatements;
use super::{SORT_CONTAINER, SORT_OBJECT, arrival, edge, record};
use crate::record::{Change, RemovedReason};
use crate::store::oblivion::Oblivion;
use crate::store::{Commit, Committed};

/// One set of tables: those that readers see, or the staged ones.
pub(super) struct Tables {
    pub(super) record: RecordStatements,
    pub(super) edge: edge::EdgeStatements,
    pub(super) arrival: arrival::ArrivalStatements,
}

pub(super) const LIVE: Tables = Tables {
    record: record::LIVE,
    edge: edge::LIVE,
    arrival: arrival::LIVE,
};
pub(super) const STAGED: Tables = Tables {
    record: record::STAGED,
    edge: edge::STAGED,
    arrival: arrival::STAGED,
};

/// The changes of one source on their way into the tables.
pub(super) struct Apply<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    pub(super) tables: &'static Tables,
    pub(super) commit: &'a Commit,
    pub(super) oblivion: Option<&'a Oblivion>,
    pub(super) is_staged: bool,
    /// Whether what changes is worth remembering: not while everything is new.
    pub(super) has_history: bool,
    pub(super) round: u64,
    pub(super) at: i64,
    pub(super) upserted: u64,
    pub(super) removed: u64,
    pub(super) collided: u64,
}

impl Apply<'_> {
    pub(super) fn committed(&self) -> Committed {
        Committed {
            upserted: self.upserted,
            removed: self.removed,
            collided: self.collided,
            ..Committed::default()
        }
    }

    pub(super) fn changes(&mut self, is_generation: bool, bulk: usize) -> rusqlite::Result<()> {
        self.note_yield()?;
        let changes = &self.commit.changes;
        let objects = changes.iter().filter(|c| matches!(c, Change::Upsert(_)));
        // Events are sorted in one by one: each of them is looked at for its time.
        let mut arrives = is_generation
            && self.commit.event_time.is_none()
            && (objects.count() >= bulk || self.has_arrivals()?);
        for change in changes {
            match change {
                Change::Upsert(record) if arrives => self.arrive(record)?,
                Change::Remove { .. } | Change::Confirm(_) | Change::ConfirmGone { .. }
                    if arrives =>
                {
                    // It meets the rows that came before it.
                    self.sort_in()?;
                    arrives = false;
                    self.change(change)?;
                }
                _ => self.change(change)?,
            }
        }
        if arrives && self.has_many_arrivals()? {
            self.sort_in()?;
        }
        Ok(())
    }

    fn change(&mut self, change: &Change) -> rusqlite::Result<()> {
        match change {
            Change::Upsert(record) => self.upsert(record),
            Change::Remove { kind, id, reason } => self.remove(kind, id, *reason),
            Change::Link(edge) => self.link(edge),
            Change::Unlink(edge) => self.unlink(edge),
            Change::Confirm(record) => self.confirm(record),
            Change::ConfirmGone { kind, id, reason } => self.confirm_gone(kind, id, *reason),
            Change::Leave { kind, id } => self.settle(SORT_OBJECT, kind.as_str(), id),
            Change::LeaveAll { relation, from } => {
                self.settle(SORT_CONTAINER, relation.as_str(), from)
            }
            Change::ConfirmLink(edge) => self.confirm_link(edge),
            Change::ConfirmedAll { relation, from } => self.confirmed_all(relation, from),
        }
    }

    /// Notes which kinds and relations the source writes, so that its rows are found by them.
    fn note_yield(&self) -> rusqlite::Result<()> {
        let mut names = BTreeSet::new();
        for change in &self.commit.changes {
            names.insert(match change {
                Change::Upsert(record) | Change::Confirm(record) => {
                    (SORT_OBJECT, record.kind.as_str())
                }
                Change::Remove { kind, .. } | Change::ConfirmGone { kind, .. } => {
                    (SORT_OBJECT, kind.as_str())
                }
                Change::Link(edge) | Change::Unlink(edge) | Change::ConfirmLink(edge) => {
                    (SORT_CONTAINER, edge.relation.as_str())
                }
                Change::ConfirmedAll { relation, .. } => (SORT_CONTAINER, relation.as_str()),
                Change::Leave { .. } | Change::LeaveAll { .. } => continue,
            });
        }
        for (sort, name) in names {
            self.transaction
                .prepare_cached(
                    "INSERT OR IGNORE INTO source_yield (source, sort, name) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![self.commit.source.as_str(), sort, name])?;
        }
        Ok(())
    }

    pub(super) fn contest(
        &self,
        sort: i64,
        name: &str,
        id: &str,
        reason: Option<RemovedReason>,
    ) -> rusqlite::Result<()> {
        self.transaction
            .prepare_cached(
                "INSERT INTO contested (source, sort, name, id, reason) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (source, sort, name, id)
                 DO UPDATE SET reason = coalesce(?5, reason)",
            )?
            .execute(params![
                self.commit.source.as_str(),
                sort,
                name,
                id,
                reason.map(RemovedReason::as_str)
            ])?;
        Ok(())
    }

    pub(super) fn settle(&self, sort: i64, name: &str, id: &str) -> rusqlite::Result<()> {
        self.transaction
            .prepare_cached(
                "DELETE FROM contested WHERE source = ?1 AND sort = ?2 AND name = ?3 AND id = ?4",
            )?
            .execute(params![self.commit.source.as_str(), sort, name, id])?;
        Ok(())
    }
}
