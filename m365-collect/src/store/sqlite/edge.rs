//! Changes of relations inside a transaction.

use rusqlite::{OptionalExtension, params};

use super::SORT_CONTAINER;
use super::apply::Apply;
use crate::record::{Edge, Relation};
use crate::store::rule::{self, Action, Row};

/// The statements on one set of tables: those that readers see, or the staged ones.
pub(super) struct EdgeStatements {
    find: &'static str,
    write: &'static str,
    touch: &'static str,
    cut: &'static str,
    cut_unconfirmed: &'static str,
    forget_confirmed: &'static str,
}

macro_rules! statements {
    ($table:literal) => {
        EdgeStatements {
            find: concat!(
                "SELECT removed_at IS NULL, round, revived FROM ", $table,
                " WHERE relation = ?1 AND from_id = ?2 AND to_id = ?3"
            ),
            write: concat!(
                "INSERT INTO ", $table,
                " (relation, from_id, to_id, source, round, revived, confirmed, changed_at)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                  ON CONFLICT (relation, from_id, to_id) DO UPDATE SET source = ?4, round = ?5,
                  revived = ?6, confirmed = ?7, changed_at = ?8, removed_at = NULL"
            ),
            touch: concat!(
                "UPDATE ", $table, " SET round = ?4, confirmed = max(confirmed, ?5)
                  WHERE relation = ?1 AND from_id = ?2 AND to_id = ?3"
            ),
            cut: concat!(
                "INSERT INTO ", $table,
                " (relation, from_id, to_id, source, round, revived, confirmed, changed_at, removed_at)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?7)
                  ON CONFLICT (relation, from_id, to_id) DO UPDATE SET source = ?4, round = ?5,
                  changed_at = ?7, removed_at = coalesce(removed_at, ?7)"
            ),
            cut_unconfirmed: concat!(
                "UPDATE ", $table, " SET removed_at = ?4, changed_at = ?4, round = ?5
                  WHERE relation = ?1 AND from_id = ?2 AND removed_at IS NULL AND confirmed < ?3"
            ),
            forget_confirmed: concat!(
                "UPDATE ", $table, " SET confirmed = 0
                  WHERE relation = ?1 AND from_id = ?2 AND confirmed > 0"
            ),
        }
    };
}

pub(super) const LIVE: EdgeStatements = statements!("edge");
pub(super) const STAGED: EdgeStatements = statements!("staged_edge");

/// No lease has this epoch.
const UNCONFIRMED: u64 = 0;

impl Apply<'_> {
    pub(super) fn link(&mut self, edge: &Edge) -> rusqlite::Result<()> {
        let row = self.find_edge(edge)?;
        match rule::link(row, self.commit.mode, self.round) {
            Action::Contest => self.contest_container(edge),
            _ => self.write_edge(edge, row, UNCONFIRMED),
        }
    }

    pub(super) fn unlink(&mut self, edge: &Edge) -> rusqlite::Result<()> {
        let row = self.find_edge(edge)?;
        match rule::unlink(row, self.commit.mode, self.round) {
            Action::Contest => self.contest_container(edge),
            Action::Remove => {
                self.transaction
                    .prepare_cached(self.tables.edge.cut)?
                    .execute(params![
                        edge.relation.as_str(),
                        edge.from,
                        edge.to,
                        self.commit.source.as_str(),
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

    pub(super) fn confirmed_all(
        &mut self,
        relation: &Relation,
        from: &str,
    ) -> rusqlite::Result<()> {
        let cut = self
            .transaction
            .prepare_cached(self.tables.edge.cut_unconfirmed)?
            .execute(params![
                relation.as_str(),
                from,
                self.commit.epoch,
                self.at,
                self.round
            ])?;
        self.removed += cut as u64;
        // The next listing of the container confirms anew, under the same lease too.
        self.transaction
            .prepare_cached(self.tables.edge.forget_confirmed)?
            .execute(params![relation.as_str(), from])?;
        self.settle(SORT_CONTAINER, relation.as_str(), from)
    }

    fn find_edge(&self, edge: &Edge) -> rusqlite::Result<Option<Row>> {
        self.transaction
            .prepare_cached(self.tables.edge.find)?
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
    ) -> rusqlite::Result<()> {
        if row.is_some_and(|row| row.live) {
            self.transaction
                .prepare_cached(self.tables.edge.touch)?
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
            .prepare_cached(self.tables.edge.write)?
            .execute(params![
                edge.relation.as_str(),
                edge.from,
                edge.to,
                self.commit.source.as_str(),
                self.round,
                row.is_some(),
                confirmed,
                self.at,
            ])?;
        self.upserted += 1;
        Ok(())
    }

    fn contest_container(&self, edge: &Edge) -> rusqlite::Result<()> {
        self.contest(SORT_CONTAINER, edge.relation.as_str(), &edge.from, None)
    }

    pub(super) fn confirm_link(&mut self, edge: &Edge) -> rusqlite::Result<()> {
        let row = self.find_edge(edge)?;
        self.write_edge(edge, row, self.commit.epoch)
    }
}
