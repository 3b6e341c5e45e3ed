//! What the cases share: people, a writer that counts seconds, and how to look at a store.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::value::RawValue;

use crate::id::SourceId;
use crate::id::{History, SyncMode};
use crate::kind::Kind;
use crate::record::{Change, Edge, Record, Relation, RemovedReason};
use crate::store::{Begin, Commit, Committed, Finish, Lease, Store, StoreError};

pub(super) const PEOPLE: SourceId = SourceId::new("people");

pub(super) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

pub(super) fn person(id: &str, name: &str) -> Change {
    Change::Upsert(record(
        id,
        &format!(r#"{{"id":"{id}","displayName":"{name}"}}"#),
    ))
}

pub(super) fn record(id: &str, json: &str) -> Record {
    let raw = RawValue::from_string(json.to_owned()).expect("JSON");
    Record::new(Kind::USER, id, raw)
}

pub(super) fn removed(id: &str, reason: RemovedReason) -> Change {
    Change::Remove {
        kind: Kind::USER,
        id: id.to_owned(),
        reason,
    }
}

pub(super) fn member(from: &str, to: &str) -> Edge {
    Edge::new(Relation::MEMBER, from, to)
}

/// A writer of one source that counts seconds.
pub(super) struct Writer<'a, S> {
    store: &'a S,
    pub(super) lease: Lease,
    pub(super) second: u64,
    pub(super) history: History,
    /// A listing begins a generation with its first page.
    begin: Option<Begin>,
}

impl<'a, S: Store> Writer<'a, S> {
    pub(super) async fn new(store: &'a S, source: SourceId, mode: SyncMode) -> Self {
        let lease = store.lease(&source, mode).await;
        let lease = lease.expect("a lease");
        Self {
            store,
            lease,
            second: 0,
            history: History::Feed,
            begin: (mode == SyncMode::Full).then_some(Begin::Generation),
        }
    }

    pub(super) fn commit(&mut self, changes: Vec<Change>) -> Commit {
        self.second += 1;
        let mut commit = Commit::new(&self.lease, at(self.second));
        commit.begin = self.begin.take();
        commit.changes = changes;
        commit.history = self.history;
        commit
    }

    pub(super) async fn begin(&mut self, begin: Begin, changes: Vec<Change>) -> Committed {
        let mut commit = self.commit(changes);
        commit.begin = Some(begin);
        self.store.commit(commit).await.expect("a commit")
    }

    pub(super) async fn page(&mut self, changes: Vec<Change>) -> Committed {
        let commit = self.commit(changes);
        self.store.commit(commit).await.expect("a commit")
    }

    pub(super) async fn finish(&mut self, confirmed: bool) -> Result<Committed, StoreError> {
        let mut commit = self.commit(Vec::new());
        commit.checkpoint = Some("link".to_owned());
        commit.finish = Some(Finish::confirmed(confirmed));
        self.store.commit(commit).await
    }

    /// A whole delta round.
    pub(super) async fn round(&mut self, begin: Begin, changes: Vec<Change>) {
        self.begin(begin, changes).await;
        self.finish(false).await.expect("the end of a round");
    }
}

pub(super) async fn delta<S: Store>(store: &S) -> Writer<'_, S> {
    Writer::new(store, PEOPLE, SyncMode::Delta).await
}

pub(super) async fn names(store: &impl Store) -> Vec<(String, String)> {
    let records = store.records(&Kind::USER, None, 10_000).await;
    let records = records.expect("records");
    assert_eq!(
        store.count(&Kind::USER).await.expect("a count"),
        records.len() as u64,
        "the count is that of the live records"
    );
    records
        .into_iter()
        .map(|record| {
            let value: serde_json::Value = record.view().expect("JSON");
            let name = value["displayName"].as_str().unwrap_or_default().to_owned();
            (record.id, name)
        })
        .collect()
}

pub(super) async fn ids(store: &impl Store) -> Vec<String> {
    names(store).await.into_iter().map(|(id, _)| id).collect()
}

pub(super) async fn members(store: &impl Store) -> Vec<(String, String)> {
    let edges = store.edges(&Relation::MEMBER, None, 10_000).await;
    let edges = edges.expect("relations");
    edges.into_iter().map(|edge| (edge.from, edge.to)).collect()
}

pub(super) async fn graves(store: &impl Store) -> Vec<(String, RemovedReason, SystemTime)> {
    let tombstones = store.tombstones(&Kind::USER, None, 10_000).await;
    let tombstones = tombstones.expect("tombstones");
    tombstones
        .into_iter()
        .map(|grave| (grave.id, grave.reason, grave.removed_at))
        .collect()
}

pub(super) fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect()
}

pub(super) fn crowd(size: usize) -> Vec<Change> {
    (0..size)
        .map(|n| person(&format!("p{n:04}"), "P"))
        .collect()
}
