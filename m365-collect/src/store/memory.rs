//! A store in memory: for tests, and for callers who read a tenant once and keep nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use serde_json::value::RawValue;

use super::rule::{self, Action, Row};
use super::{
    Begin, Commit, Committed, Contested, Finish, Held, Lease, Reading, RunEntry, SourceState,
    Store, StoreError, StoredTenant, Tombstone,
};
use crate::members;
use crate::record::{Change, DIRECTORY_OBJECTS, Edge, Kind, Record, Relation, RemovedReason};
use crate::source::SourceId;

/// A tenant's picture in memory.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// No method panics while it holds the state half changed.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

#[derive(Default, Clone)]
struct State {
    tenant: Option<StoredTenant>,
    sources: BTreeMap<SourceId, SourceRow>,
    runs: BTreeMap<SourceId, RunEntry>,
    live: Tables,
}

#[derive(Default, Clone)]
struct SourceRow {
    epoch: u64,
    round: u64,
    in_generation: bool,
    state: SourceState,
    began_at: Option<SystemTime>,
    checkpoint: Option<String>,
    contested: BTreeSet<Contested>,
    /// A new generation beside the one that readers see.
    staged: Option<Tables>,
}

#[derive(Default, Clone)]
struct Tables {
    records: BTreeMap<(Kind, String), RecordRow>,
    edges: BTreeMap<Edge, EdgeRow>,
}

#[derive(Clone)]
struct RecordRow {
    source: SourceId,
    row: Row,
    raw: Option<Box<RawValue>>,
    removed: Option<(RemovedReason, SystemTime)>,
}

#[derive(Clone)]
struct EdgeRow {
    source: SourceId,
    row: Row,
    confirmed: u64,
}

/// The changes of one source on their way into the tables.
struct Apply<'a> {
    tables: &'a mut Tables,
    /// What readers see, where the tables are about to replace it.
    replaced: Option<&'a Tables>,
    contested: &'a mut BTreeSet<Contested>,
    source: &'a SourceId,
    reading: Reading,
    epoch: u64,
    round: u64,
    at: SystemTime,
    done: Committed,
}

impl Apply<'_> {
    fn change(&mut self, change: &Change) {
        match change {
            Change::Upsert(record) => self.upsert(record),
            Change::Remove { kind, id, reason } => self.remove(kind, id, *reason),
            Change::Link(edge) => {
                let row = self.edge_row(edge);
                match rule::link(row, self.reading, self.round) {
                    Action::Contest => self.contest_container(edge),
                    _ => self.write_edge(edge, row, None),
                }
            }
            Change::Unlink(edge) => {
                let row = self.edge_row(edge);
                match rule::unlink(row, self.reading, self.round) {
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
            Change::ConfirmLink(edge) => {
                let row = self.edge_row(edge);
                self.write_edge(edge, row, Some(self.epoch));
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
                            && row.confirmed < self.epoch
                    })
                    .map(|(edge, _)| edge.clone())
                    .collect();
                for edge in &unconfirmed {
                    self.cut(edge, self.edge_row(edge));
                }
                self.contested.remove(&Contested::Container {
                    relation: relation.clone(),
                    from: from.clone(),
                });
            }
        }
    }

    fn upsert(&mut self, record: &Record) {
        let row = self
            .record_row(&record.kind, &record.id)
            .or_else(|| self.tombstone_replaced(record));
        let stored = self.stored(record);
        let differs = || stored.is_some_and(|raw| members::disagree(raw.get(), record.raw.get()));
        match rule::upsert(row, self.reading, self.round, differs) {
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
        match rule::remove(row, self.reading, self.round) {
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
        self.tables.records.insert(
            (record.kind.clone(), record.id.clone()),
            RecordRow {
                source: self.source.clone(),
                row: Row::new(
                    true,
                    self.round,
                    old.is_some_and(|row| row.revived || !row.live),
                ),
                raw: Some(raw),
                removed: None,
            },
        );
    }

    fn bury(&mut self, kind: &Kind, id: &str, reason: RemovedReason) {
        let key = (kind.clone(), id.to_owned());
        let old = self.tables.records.get(&key);
        self.done.removed += u64::from(old.is_none_or(|old| old.row.live));
        let since = old
            .and_then(|old| old.removed)
            .map_or(self.at, |(_, at)| at);
        let revived = old.is_some_and(|old| old.row.revived);
        self.tables.records.insert(
            key,
            RecordRow {
                source: self.source.clone(),
                row: Row::new(false, self.round, revived),
                raw: None,
                removed: Some((reason, since)),
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
                source: self.source.clone(),
                row: Row::new(true, self.round, revived),
                confirmed: confirmed.unwrap_or(if is_live { before } else { 0 }),
            },
        );
    }

    fn cut(&mut self, edge: &Edge, old: Option<Row>) {
        self.done.removed += u64::from(old.is_some_and(|row| row.live));
        self.tables.edges.insert(
            edge.clone(),
            EdgeRow {
                source: self.source.clone(),
                row: Row::new(false, self.round, old.is_some_and(|row| row.revived)),
                confirmed: 0,
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

    fn contest_container(&mut self, edge: &Edge) {
        self.contested.insert(Contested::Container {
            relation: edge.relation.clone(),
            from: edge.from.clone(),
        });
    }
}

impl Tables {
    /// Removes what `gone` names, unless that is too much to believe.
    fn sweep(
        &mut self,
        source: &SourceId,
        at: SystemTime,
        finish: Finish,
        record_gone: impl Fn(&(Kind, String), &RecordRow) -> bool,
        edge_gone: impl Fn(&Edge, &EdgeRow) -> bool,
    ) -> Result<u64, Held> {
        let records: Vec<_> = self
            .records
            .iter()
            .filter(|(_, row)| row.source == *source && row.row.live)
            .collect();
        let edges: Vec<_> = self
            .edges
            .iter()
            .filter(|(_, row)| row.source == *source && row.row.live)
            .collect();
        let gone_records: Vec<_> = records
            .iter()
            .filter(|(key, row)| record_gone(key, row))
            .map(|(key, _)| (*key).clone())
            .collect();
        let gone_edges: Vec<_> = edges
            .iter()
            .filter(|(edge, row)| edge_gone(edge, row))
            .map(|(edge, _)| (*edge).clone())
            .collect();
        for (gone, of) in [
            (gone_records.len(), records.len()),
            (gone_edges.len(), edges.len()),
        ] {
            if finish.holds(gone as u64, of as u64) {
                return Err(Held::new(gone as u64, of as u64));
            }
        }
        for key in &gone_records {
            if let Some(row) = self.records.get_mut(key) {
                row.row.live = false;
                row.raw = None;
                row.removed = Some((RemovedReason::Absent, at));
            }
        }
        for edge in &gone_edges {
            if let Some(row) = self.edges.get_mut(edge) {
                row.row.live = false;
            }
        }
        Ok((gone_records.len() + gone_edges.len()) as u64)
    }

    /// Puts a staged generation in the place of the one that readers see.
    fn swap(
        &mut self,
        staged: Self,
        source: &SourceId,
        at: SystemTime,
        finish: Finish,
    ) -> Result<Committed, Held> {
        let is_live =
            |key: &(Kind, String)| staged.records.get(key).is_some_and(|row| row.row.live);
        let edge_is_live = |edge: &Edge| staged.edges.get(edge).is_some_and(|row| row.row.live);
        let mut done = Committed::default();
        if finish.whole {
            done.removed = self.sweep(
                source,
                at,
                finish,
                |key, _| !is_live(key),
                |edge, _| !edge_is_live(edge),
            )?;
        }
        for (key, mut row) in staged.records {
            let old = self.records.get(&key);
            if row.row.live {
                let text = |row: &RecordRow| row.raw.as_ref().map(|raw| raw.get().to_owned());
                if old.is_some_and(|old| {
                    old.row.live && old.source == row.source && text(old) == text(&row)
                }) {
                    continue;
                }
                done.upserted += 1;
                row.row.revived |= old.is_some_and(|old| old.row.revived || !old.row.live);
                self.records.insert(key, row);
            } else {
                // Gone since readers see it gone, which is now.
                let reason = row
                    .removed
                    .map_or(RemovedReason::Absent, |(reason, _)| reason);
                row.removed = Some((reason, at));
                let stored = self.records.entry(key).or_insert(row);
                if stored.removed.is_some_and(|(_, since)| since == at) {
                    stored.removed = Some((reason, at));
                }
            }
        }
        for (edge, mut row) in staged.edges {
            let old = self.edges.get(&edge);
            if row.row.live && old.is_none_or(|old| !old.row.live) {
                done.upserted += 1;
                row.row.revived |= old.is_some_and(|old| old.row.revived || !old.row.live);
                self.edges.insert(edge, row);
            }
        }
        Ok(done)
    }

    fn is_removed_object(&self, id: &str) -> bool {
        DIRECTORY_OBJECTS.iter().any(|kind| {
            self.records
                .get(&(Kind::new(kind), id.to_owned()))
                .is_some_and(|row| !row.row.live)
        })
    }

    /// Rows of a kind after an id.
    fn of_kind<'a>(
        &'a self,
        kind: &'a Kind,
        after: Option<&str>,
    ) -> impl Iterator<Item = (&'a str, &'a RecordRow)> {
        let start = match after {
            None => Bound::Included((kind.clone(), String::new())),
            Some(after) => Bound::Excluded((kind.clone(), after.to_owned())),
        };
        self.records
            .range((start, Bound::Unbounded))
            .take_while(move |((its_kind, _), _)| its_kind == kind)
            .map(|((_, id), row)| (id.as_str(), row))
    }
}

impl State {
    fn commit(&mut self, commit: &Commit) -> Result<Committed, StoreError> {
        let source = self
            .sources
            .get_mut(&commit.source)
            .filter(|source| source.epoch == commit.epoch)
            .ok_or_else(|| StoreError::Fenced {
                source_id: commit.source.clone(),
            })?;
        if let Some(how) = commit.begin {
            source.begin(how, commit.at);
        }
        let is_staged = source.staged.is_some();
        let (tables, replaced) = match source.staged.as_mut() {
            Some(staged) => (staged, Some(&self.live)),
            None => (&mut self.live, None),
        };
        let mut apply = Apply {
            tables,
            replaced,
            contested: &mut source.contested,
            source: &commit.source,
            reading: commit.reading,
            epoch: commit.epoch,
            round: source.round,
            at: commit.at,
            done: Committed::default(),
        };
        for change in &commit.changes {
            apply.change(change);
        }
        let mut done = if is_staged {
            Committed::default()
        } else {
            apply.done
        };
        if let Some(finish) = commit.finish {
            if !source.contested.is_empty() {
                return Err(StoreError::Contested {
                    source_id: commit.source.clone(),
                    objects: source.contested.len() as u64,
                });
            }
            let round = source.round;
            let ended = match source.staged.take() {
                Some(staged) => self.live.swap(staged, &commit.source, commit.at, finish),
                None if source.in_generation && finish.whole => self
                    .live
                    .sweep(
                        &commit.source,
                        commit.at,
                        finish,
                        |_, row| row.row.round < round,
                        |_, row| row.row.round < round,
                    )
                    .map(|removed| Committed {
                        removed,
                        ..Committed::default()
                    }),
                None => Ok(Committed::default()),
            };
            match ended {
                Ok(ended) => {
                    done.upserted += ended.upserted;
                    done.removed += ended.removed;
                    source.in_generation = false;
                    source.state.in_round = false;
                    source.state.in_part = !finish.whole;
                    if finish.whole {
                        source.state.completed_at = Some(commit.at);
                        source.state.as_of = source.began_at.or(Some(commit.at));
                    }
                }
                Err(held) => {
                    // The generation is given up: the next run reads everything again.
                    done.held = Some(held);
                    source.in_generation = false;
                    source.checkpoint = None;
                }
            }
        }
        if let Some(checkpoint) = commit.checkpoint.as_ref().filter(|_| done.held.is_none()) {
            source.checkpoint = Some(checkpoint.clone());
        }
        Ok(done)
    }
}

impl SourceRow {
    fn begin(&mut self, how: Begin, at: SystemTime) {
        self.round += 1;
        self.began_at = Some(at);
        self.state.in_round = true;
        self.in_generation = how == Begin::Generation;
        self.contested.clear();
        // Readers go on seeing a generation that was complete until the next one is.
        let is_staged = self.in_generation && self.state.completed_at.is_some();
        self.staged = is_staged.then(Tables::default);
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn tenant(&self) -> Result<Option<StoredTenant>, StoreError> {
        Ok(self.state().tenant.clone())
    }

    async fn bind(&self, tenant: &StoredTenant) -> Result<(), StoreError> {
        let mut state = self.state();
        match &mut state.tenant {
            None => state.tenant = Some(tenant.clone()),
            Some(bound) if bound.is_same(tenant) => {
                bound.organization = tenant.organization.clone().or(bound.organization.take());
                bound.name = tenant.name.clone().or(bound.name.take());
            }
            Some(bound) => {
                return Err(StoreError::OtherTenant {
                    stored: bound.organization.as_ref().unwrap_or(&bound.asked).clone(),
                    asked: tenant.asked.clone(),
                });
            }
        }
        Ok(())
    }

    async fn lease(
        &self,
        source: &SourceId,
        reading: Reading,
        at: SystemTime,
    ) -> Result<Lease, StoreError> {
        let mut state = self.state();
        let row = state.sources.entry(source.clone()).or_default();
        row.epoch += 1;
        if reading == Reading::Full {
            row.begin(Begin::Generation, at);
        }
        Ok(Lease::new(
            source.clone(),
            reading,
            row.epoch,
            row.checkpoint.clone(),
        ))
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        let mut state = self.state();
        if commit.finish.is_none() {
            return state.commit(&commit);
        }
        // The end of a round may be refused after its changes were applied: on a copy, then.
        let mut changed = state.clone();
        let done = changed.commit(&commit)?;
        *state = changed;
        Ok(done)
    }

    async fn contested(
        &self,
        source: &SourceId,
        limit: usize,
    ) -> Result<Vec<Contested>, StoreError> {
        Ok(self
            .state()
            .sources
            .get(source)
            .map_or_else(Vec::new, |row| {
                row.contested.iter().take(limit).cloned().collect()
            }))
    }

    async fn source_state(&self, source: &SourceId) -> Result<Option<SourceState>, StoreError> {
        Ok(self.state().sources.get(source).map(|row| row.state))
    }

    async fn log_run(&self, run: &RunEntry) -> Result<(), StoreError> {
        self.state().runs.insert(run.source.clone(), run.clone());
        Ok(())
    }

    async fn last_runs(&self) -> Result<Vec<RunEntry>, StoreError> {
        Ok(self.state().runs.values().cloned().collect())
    }

    async fn records(
        &self,
        kind: &Kind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        Ok(self
            .state()
            .live
            .of_kind(kind, after)
            .filter_map(|(id, row)| Some(Record::new(kind.clone(), id, row.raw.clone()?)))
            .take(limit)
            .collect())
    }

    async fn record(&self, kind: &Kind, id: &str) -> Result<Option<Record>, StoreError> {
        let state = self.state();
        let row = state.live.records.get(&(kind.clone(), id.to_owned()));
        Ok(row
            .and_then(|row| row.raw.clone())
            .map(|raw| Record::new(kind.clone(), id, raw)))
    }

    async fn edges(
        &self,
        relation: &Relation,
        after: Option<&Edge>,
        limit: usize,
    ) -> Result<Vec<Edge>, StoreError> {
        let state = self.state();
        let start = after.map_or(
            Bound::Included(Edge::new(relation.clone(), "", "")),
            |edge| Bound::Excluded(edge.clone()),
        );
        Ok(state
            .live
            .edges
            .range((start, Bound::Unbounded))
            .take_while(|(edge, _)| edge.relation == *relation)
            .filter(|(edge, row)| {
                row.row.live
                    && !state.live.is_removed_object(&edge.from)
                    && !state.live.is_removed_object(&edge.to)
            })
            .map(|(edge, _)| edge.clone())
            .take(limit)
            .collect())
    }

    async fn tombstones(
        &self,
        kind: &Kind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Tombstone>, StoreError> {
        Ok(self
            .state()
            .live
            .of_kind(kind, after)
            .filter_map(|(id, row)| {
                let (reason, at) = row.removed?;
                Some(Tombstone::new(kind.clone(), id.to_owned(), reason, at))
            })
            .take(limit)
            .collect())
    }

    async fn count(&self, kind: &Kind) -> Result<u64, StoreError> {
        let state = self.state();
        let live = state
            .live
            .of_kind(kind, None)
            .filter(|(_, row)| row.row.live);
        Ok(live.count() as u64)
    }

    async fn kinds(&self) -> Result<Vec<(Kind, u64)>, StoreError> {
        let mut kinds = BTreeMap::new();
        for ((kind, _), row) in &self.state().live.records {
            if row.row.live {
                *kinds.entry(kind.clone()).or_default() += 1;
            }
        }
        Ok(kinds.into_iter().collect())
    }

    async fn relations(&self) -> Result<Vec<Relation>, StoreError> {
        let state = self.state();
        let names: BTreeSet<_> = state.live.edges.keys().map(|edge| &edge.relation).collect();
        Ok(names.into_iter().cloned().collect())
    }
}
