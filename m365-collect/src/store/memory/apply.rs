//! Applies the changes of a commit.

use std::collections::BTreeSet;

use serde_json::value::RawValue;

use super::history::Notes;
use super::tables::{EdgeRow, RecordRow, Tables};
use crate::kind::Kind;
use crate::members;
use crate::record::{Change, Edge, Record, Relation, RemovedReason};
use crate::store::rule::{self, Action, Row};
use crate::store::{Commit, Committed, Contested};

/// The changes of one source on their way into the tables.
pub(super) struct Apply<'a, 'n> {
    pub(super) tables: &'a mut Tables,
    /// What readers see, where the tables are about to replace it.
    pub(super) replaced: Option<&'a Tables>,
    pub(super) contested: &'a mut BTreeSet<Contested>,
    /// Where it is noted what readers see otherwise from now on.
    pub(super) notes: Option<&'a mut Notes<'n>>,
    pub(super) commit: &'a Commit,
    pub(super) round: u64,
    pub(super) done: Committed,
}

impl Apply<'_, '_> {
    pub(super) fn change(&mut self, change: &Change) {
        match change {
            Change::Upsert(record) => self.upsert(record),
            Change::Remove { kind, id, reason } => self.remove(kind, id, *reason),
            Change::Link(edge) => {
                let row = self.edge_row(edge);
                match rule::link(row, self.commit.mode, self.round) {
                    Action::Contest => self.contest_container(edge),
                    _ => self.write_edge(edge, row, None),
                }
            }
            Change::Unlink(edge) => {
                let row = self.edge_row(edge);
                match rule::unlink(row, self.commit.mode, self.round) {
                    Action::Contest => self.contest_container(edge),
                    Action::Remove => self.cut(edge, row),
                    _ => {}
                }
            }
            Change::Confirm(record) => {
                self.write_record(record, record.raw.clone());
                self.settle_object(&record.kind, &record.id);
            }
            Change::ConfirmGone { kind, id, reason } => {
                let row = self.record_row(kind, id);
                if row.is_none_or(|row| row.live) {
                    self.bury(kind, id, *reason);
                }
                self.settle_object(kind, id);
            }
            Change::Leave { kind, id } => {
                self.settle_object(kind, id);
            }
            Change::LeaveAll { relation, from } => self.settle_container(relation, from),
            Change::ConfirmLink(edge) => {
                let row = self.edge_row(edge);
                self.write_edge(edge, row, Some(self.commit.epoch));
            }
            Change::ConfirmedAll { relation, from } => {
                let unconfirmed: Vec<Edge> = self
                    .tables
                    .edges
                    .iter()
                    .filter(|(edge, row)| {
                        edge.relation == *relation
                            && edge.from == *from
                            && row.row.live
                            && row.confirmed < self.commit.epoch
                    })
                    .map(|(edge, _)| edge.clone())
                    .collect();
                for edge in &unconfirmed {
                    self.cut(edge, self.edge_row(edge));
                }
                // The next listing of the container confirms anew, under the same lease too.
                for (_, row) in self
                    .tables
                    .edges
                    .iter_mut()
                    .filter(|(edge, _)| edge.relation == *relation && edge.from == *from)
                {
                    row.confirmed = 0;
                }
                self.settle_container(relation, from);
            }
        }
    }

    fn upsert(&mut self, record: &Record) {
        let row = self
            .record_row(&record.kind, &record.id)
            .or_else(|| self.tombstone_replaced(record));
        let is_other = |raw: &RawValue| raw.get() != record.raw.get();
        if !self.commit.repeats
            && rule::collides(row, self.commit.mode, self.round)
            && self.stored(record).is_some_and(is_other)
        {
            self.done.collided += 1;
        }
        let stored = self.stored(record);
        let differs = || stored.is_some_and(|raw| members::disagree(raw.get(), record.raw.get()));
        match rule::upsert(row, self.commit.mode, self.round, differs) {
            Action::Contest => self.contest_object(&record.kind, &record.id, None),
            Action::Merge => {
                // What is not an object has no members to lay over anything.
                let merged = self
                    .stored(record)
                    .and_then(|stored| members::merge(stored.get(), record.raw.get()).ok())
                    .and_then(|merged| RawValue::from_string(merged).ok())
                    .unwrap_or_else(|| record.raw.clone());
                self.write_record(record, merged);
            }
            _ => self.write_record(record, record.raw.clone()),
        }
    }

    fn tombstone_replaced(&self, record: &Record) -> Option<Row> {
        let key = (record.kind.clone(), record.id.clone());
        let row = self.replaced?.records.get(&key)?.row;
        (!row.live).then_some(row)
    }

    fn remove(&mut self, kind: &Kind, id: &str, reason: RemovedReason) {
        let row = self.record_row(kind, id);
        match rule::remove(row, self.commit.mode, self.round) {
            Action::Contest => self.contest_object(kind, id, Some(reason)),
            Action::Keep | Action::Remove => self.bury(kind, id, reason),
            Action::Replace | Action::Merge => {}
        }
    }

    fn record_row(&self, kind: &Kind, id: &str) -> Option<Row> {
        let row = self.tables.records.get(&(kind.clone(), id.to_owned()))?;
        Some(row.row)
    }

    fn stored(&self, record: &Record) -> Option<&RawValue> {
        let key = (record.kind.clone(), record.id.clone());
        self.tables.records.get(&key)?.raw.as_deref()
    }

    fn edge_row(&self, edge: &Edge) -> Option<Row> {
        self.tables.edges.get(edge).map(|row| row.row)
    }

    fn write_record(&mut self, record: &Record, raw: Box<RawValue>) {
        let old = self.record_row(&record.kind, &record.id);
        let is_same = old.is_some_and(|row| row.live)
            && self
                .stored(record)
                .is_some_and(|stored| stored.get() == raw.get());
        self.done.upserted += u64::from(!is_same);
        let key = (record.kind.clone(), record.id.clone());
        let stored = self.tables.records.get(&key);
        let since = stored.map_or(self.commit.at, |old| old.changed_at);
        if let Some(notes) = self.notes.as_deref_mut() {
            notes.change(&key, stored, Some(&raw));
        }
        let event = self.commit.event(raw.get());
        self.tables.put(
            key,
            RecordRow {
                source: self.commit.source.clone(),
                row: Row::new(
                    true,
                    self.round,
                    old.is_some_and(|row| row.revived || !row.live),
                ),
                raw: Some(raw),
                removed: None,
                event,
                changed_at: if is_same { since } else { self.commit.at },
            },
        );
    }

    fn bury(&mut self, kind: &Kind, id: &str, reason: RemovedReason) {
        let key = (kind.clone(), id.to_owned());
        let old = self.tables.records.get(&key);
        self.done.removed += u64::from(old.is_none_or(|old| old.row.live));
        let since = old
            .and_then(|old| old.removed)
            .map_or(self.commit.at, |(_, at)| at);
        let revived = old.is_some_and(|old| old.row.revived);
        if let Some(notes) = self.notes.as_deref_mut() {
            notes.change(&key, old, None);
        }
        self.tables.put(
            key,
            RecordRow {
                source: self.commit.source.clone(),
                row: Row::new(false, self.round, revived),
                raw: None,
                removed: Some((reason, since)),
                event: None,
                changed_at: self.commit.at,
            },
        );
    }

    fn write_edge(&mut self, edge: &Edge, old: Option<Row>, confirmed: Option<u64>) {
        let is_live = old.is_some_and(|row| row.live);
        self.done.upserted += u64::from(!is_live);
        let revived = old.is_some_and(|row| row.revived || !row.live);
        let before = self.tables.edges.get(edge).map_or(0, |row| row.confirmed);
        self.tables.edges.insert(
            edge.clone(),
            EdgeRow {
                source: self.commit.source.clone(),
                row: Row::new(true, self.round, revived),
                confirmed: confirmed.unwrap_or(if is_live { before } else { 0 }),
                removed_at: None,
            },
        );
    }

    fn cut(&mut self, edge: &Edge, old: Option<Row>) {
        self.done.removed += u64::from(old.is_some_and(|row| row.live));
        let since = self.tables.edges.get(edge).and_then(|row| row.removed_at);
        self.tables.edges.insert(
            edge.clone(),
            EdgeRow {
                source: self.commit.source.clone(),
                row: Row::new(false, self.round, old.is_some_and(|row| row.revived)),
                confirmed: 0,
                removed_at: since.or(Some(self.commit.at)),
            },
        );
    }

    fn contest_object(&mut self, kind: &Kind, id: &str, reason: Option<RemovedReason>) {
        let known = self.settle_object(kind, id);
        self.contested.insert(Contested::Object {
            kind: kind.clone(),
            id: id.to_owned(),
            reason: reason.or(known),
        });
    }

    /// Takes the object off the list, and gives the reason that was noted there.
    fn settle_object(&mut self, kind: &Kind, id: &str) -> Option<RemovedReason> {
        let mut noted = None;
        self.contested.retain(|contested| match contested {
            Contested::Object {
                kind: its_kind,
                id: its_id,
                reason,
            } if its_kind == kind && its_id == id => {
                noted = *reason;
                false
            }
            _ => true,
        });
        noted
    }

    fn settle_container(&mut self, relation: &Relation, from: &str) {
        self.contested.remove(&Contested::Container {
            relation: relation.clone(),
            from: from.to_owned(),
        });
    }

    fn contest_container(&mut self, edge: &Edge) {
        self.contested.insert(Contested::Container {
            relation: edge.relation.clone(),
            from: edge.from.clone(),
        });
    }
}
