//! A store in memory: for tests, and for callers who read a tenant once and keep nothing.

mod apply;
mod erase;
mod expire;
mod history;
mod journal;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;

use self::apply::Apply;
use self::history::{Notes, Remembered};
use self::journal::Journal;
use self::tables::Tables;
use super::oblivion::Oblivion;
use super::{
    Begin, Claim, Commit, Committed, Contested, Erased, Expired, Expiry, FeedEntry, Lease, Leaves,
    RunEntry, SourceState, Store, StoreError, StoredTenant, SyncMode, Tombstone, Version,
};
use crate::id::SourceId;
use crate::kind::Kind;
use crate::record::{Edge, Record, Relation};
use crate::timestamp;

/// A tenant's picture in memory.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
    journal: Journal,
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
    live: Tables,
    remembered: Remembered,
    oblivion: Option<Box<Oblivion>>,
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
        // While everything is new, nothing has changed.
        let has_history = source.state.completed_at.is_some();
        let mut notes = Notes {
            remembered: has_history.then_some(&mut self.remembered),
            commit,
            oblivion: self.oblivion.as_deref(),
        };
        let (tables, replaced) = match source.staged.as_mut() {
            Some(staged) => (staged, Some(&self.live)),
            None => (&mut self.live, None),
        };
        let mut apply = Apply {
            tables,
            replaced,
            contested: &mut source.contested,
            notes: (!is_staged).then_some(&mut notes),
            commit,
            round: source.round,
            done: Committed::default(),
        };
        for change in &commit.changes {
            apply.change(change);
        }
        let collided = apply.done.collided;
        let mut done = if is_staged {
            Committed::default()
        } else {
            apply.done
        };
        done.collided = collided;
        if let Some(finish) = commit.finish {
            let finish = if collided > 0 {
                finish.in_part()
            } else {
                finish
            };
            if !source.contested.is_empty() {
                return Err(StoreError::Contested {
                    source_id: commit.source.clone(),
                    objects: source.contested.len() as u64,
                });
            }
            let round = source.round;
            let ended = match source.staged.take() {
                Some(staged) => self.live.swap(staged, &mut notes, finish),
                None if source.in_generation && finish.whole => Committed::swept(self.live.sweep(
                    &mut notes,
                    finish,
                    |_, row| row.row.round < round,
                    |_, row| row.row.round < round,
                )),
                None => Committed::default(),
            };
            done.upserted += ended.upserted;
            done.removed += ended.removed;
            done.held = ended.held;
            source.in_generation = false;
            source.state.in_round = false;
            source.state.in_part = !finish.whole || ended.held.is_some();
            if !source.state.in_part {
                source.state.completed_at = Some(commit.at);
                source.state.as_of = source.began_at.or(Some(commit.at));
            }
        }
        match commit.leaves() {
            Leaves::Old => {}
            Leaves::Nothing => source.checkpoint = None,
            Leaves::This(checkpoint) => source.checkpoint = Some(checkpoint.to_owned()),
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

    async fn lease(&self, source: &SourceId, mode: SyncMode) -> Result<Lease, StoreError> {
        let mut state = self.state();
        let row = state.sources.entry(source.clone()).or_default();
        row.epoch += 1;
        let checkpoint = row.checkpoint.clone();
        Ok(Lease::new(source.clone(), mode, row.epoch, checkpoint).in_round(row.state.in_round))
    }

    async fn commit(&self, mut commit: Commit) -> Result<Committed, StoreError> {
        let mut state = self.state();
        let oblivion = state.oblivion.as_deref();
        let forgotten = oblivion.map_or(0, |oblivion| oblivion.drop_forgotten(&mut commit));
        if commit.finish.is_none() {
            let done = state.commit(&commit)?;
            return Ok(Committed { forgotten, ..done });
        }
        // The end of a round may be refused after its changes were applied: on a copy, then.
        let mut changed = state.clone();
        let done = changed.commit(&commit)?;
        *state = changed;
        Ok(Committed { forgotten, ..done })
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

    async fn claim(&self) -> Result<Claim, StoreError> {
        self.journal.claim()
    }

    async fn log_run(&self, run: &RunEntry) -> Result<(), StoreError> {
        self.journal.log(run);
        Ok(())
    }

    async fn last_runs(&self) -> Result<Vec<RunEntry>, StoreError> {
        Ok(self.journal.last_runs())
    }

    async fn runs(
        &self,
        source: Option<&SourceId>,
        since: Option<SystemTime>,
        limit: usize,
    ) -> Result<Vec<RunEntry>, StoreError> {
        Ok(self.journal.runs(source, since, limit))
    }

    async fn note(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self.journal.note(name))
    }

    async fn set_note(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.journal.set_note(name, value);
        Ok(())
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

    async fn versions(&self, kind: &Kind, id: &str) -> Result<Vec<Version>, StoreError> {
        let state = self.state();
        let key = (kind.clone(), id.to_owned());
        let mut versions = state.remembered.versions(&key);
        if let Some(row) = state.live.records.get(&key)
            && let Some(raw) = &row.raw
        {
            versions.push(Version::new(row.changed_at, None, raw.clone()));
        }
        Ok(versions)
    }

    async fn feed(&self, after: u64, limit: usize) -> Result<Vec<FeedEntry>, StoreError> {
        Ok(self.state().remembered.feed(after, limit))
    }

    async fn expire(&self, expiry: &Expiry) -> Result<Expired, StoreError> {
        let mut expired = self.state().expire(expiry);
        expired.runs = self.journal.expire(expiry);
        Ok(expired)
    }

    async fn erase(&self, person: &str) -> Result<Erased, StoreError> {
        let _claim = self.journal.claim()?;
        self.state().erase(person, &self.journal)
    }

    async fn readmit(&self, person: &str) -> Result<bool, StoreError> {
        let mut state = self.state();
        let oblivion = state.oblivion.as_mut();
        Ok(oblivion.is_some_and(|oblivion| oblivion.readmit(person).is_some()))
    }

    async fn erased(&self) -> Result<u64, StoreError> {
        Ok(self.state().oblivion.as_deref().map_or(0, Oblivion::count))
    }

    async fn span(&self, kind: &Kind) -> Result<Option<(SystemTime, SystemTime)>, StoreError> {
        let state = self.state();
        let mut events = state.live.events_of(kind, true).map(|(at, _)| at);
        let oldest = events.next();
        let newest = events.next_back().or(oldest);
        let ends = oldest.map(timestamp::from_millis);
        Ok(ends.zip(newest.map(timestamp::from_millis)))
    }

    async fn count(&self, kind: &Kind) -> Result<u64, StoreError> {
        let state = self.state();
        let live = state
            .live
            .of_kind(kind, None)
            .filter(|(_, row)| row.row.live);
        Ok(live.count() as u64)
    }

    async fn count_of(&self, kind: &Kind, source: &SourceId) -> Result<u64, StoreError> {
        let state = self.state();
        let its_own = state
            .live
            .of_kind(kind, None)
            .filter(|(_, row)| row.row.live && row.source == *source);
        Ok(its_own.count() as u64)
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
