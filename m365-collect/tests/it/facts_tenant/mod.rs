//! A store filled by hand: what each source of a small tenant would have left there.

#![allow(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    reason = "each test file uses a part; what a test expects, its helpers expect too"
)]

mod holdings;
pub(crate) mod sources;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use compliance_map::Facts;
use m365_collect::sources::catalogue;
use m365_collect::store::{Begin, Commit, Finish, RunEntry};
use m365_collect::{
    Change, Edge, Kind, MemoryStore, Outcome, PartialReason, Record, Relation, RunStats, SourceId,
    Store, SyncMode, facts,
};
use serde_json::Value;
use serde_json::value::RawValue;

/// 2026-11-21T11:00:00Z, when everything was read.
pub(crate) const READ_AT: u64 = 1_795_258_800;
/// An hour later, when it is assessed.
pub(crate) const NOW: &str = "2026-11-21T12:00:00Z";

/// What a source leaves in the store.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    pub(crate) source: &'static str,
    pub(crate) records: Vec<(Kind, String, Value)>,
    pub(crate) edges: Vec<Edge>,
}

impl Read {
    /// Records that carry their own id.
    pub(crate) fn of(source: &'static str, kind: &Kind, objects: Value) -> Self {
        let Value::Array(objects) = objects else {
            panic!("a list of objects");
        };
        let records = objects.into_iter().map(|object| {
            let id = object["id"].as_str().expect("an id").to_owned();
            (kind.clone(), id, object)
        });
        Self {
            source,
            records: records.collect(),
            edges: Vec::new(),
        }
    }

    /// A record under a key of another kind than its id.
    pub(crate) fn keyed(
        source: &'static str,
        kind: &Kind,
        objects: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Self {
        let records = objects
            .into_iter()
            .map(|(key, object)| (kind.clone(), key.to_owned(), object));
        Self {
            source,
            records: records.collect(),
            edges: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, relation: &Relation, pairs: &[(&str, &str)]) -> Self {
        let edges = pairs
            .iter()
            .map(|(from, to)| Edge::new(relation.clone(), *from, *to));
        self.edges.extend(edges);
        self
    }
}

pub(crate) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// How the reading of a source ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Whole,
    /// Whole, but there is nothing.
    Empty,
    /// Everything that is there was stored, and yet the reading was cut off.
    Part,
    /// Every other record was not reached.
    Half,
    Denied,
    Unlicensed,
    Failed,
    NotRead,
}

#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) store: Box<dyn Store>,
}

impl Tenant {
    pub(crate) fn new() -> Self {
        Self::on(MemoryStore::new())
    }

    pub(crate) fn on(store: impl Store + 'static) -> Self {
        Self {
            store: Box::new(store),
        }
    }

    pub(crate) async fn read(&self, read: &Read) {
        self.end(read, Ending::Whole).await;
    }

    pub(crate) async fn end(&self, read: &Read, ending: Ending) {
        self.end_at(read, ending, READ_AT).await;
    }

    pub(crate) async fn end_at(&self, read: &Read, ending: Ending, second: u64) {
        let outcome = match ending {
            Ending::NotRead => return,
            Ending::Whole | Ending::Empty => Outcome::Complete,
            Ending::Part | Ending::Half => Outcome::Partial {
                reason: PartialReason::Interrupted {
                    error: "reset".to_owned(),
                },
            },
            Ending::Denied => Outcome::Denied {
                permission: permission(read.source),
                code: None,
            },
            Ending::Unlicensed => Outcome::Unlicensed {
                plan: "Entra ID P2 (AAD_PREMIUM_P2)".to_owned(),
            },
            Ending::Failed => Outcome::Failed {
                error: "reset".to_owned(),
            },
        };
        let source = SourceId::new(read.source);
        if matches!(outcome, Outcome::Complete | Outcome::Partial { .. }) {
            let step = if ending == Ending::Half { 2 } else { 1 };
            let mut changes: Vec<Change> = Vec::new();
            if ending != Ending::Empty {
                for (kind, id, object) in read.records.iter().step_by(step) {
                    let raw = RawValue::from_string(object.to_string()).expect("JSON");
                    changes.push(Change::Upsert(Record::new(kind.clone(), id, raw)));
                }
                changes.extend(read.edges.iter().cloned().map(Change::Link));
            }
            let lease = self.store.lease(&source, SyncMode::Full).await;
            let mut commit = Commit::new(&lease.expect("a lease"), at(second));
            commit.event_time = catalogue()
                .iter()
                .find(|one| one.descriptor().id == source)
                .and_then(|one| one.descriptor().event_time.clone());
            commit.begin = Some(Begin::Generation);
            commit.changes = changes;
            commit.finish = Some(match outcome {
                Outcome::Complete => Finish::confirmed(true),
                _ => Finish::confirmed(true).in_part(),
            });
            self.store.commit(commit).await.expect("a commit");
        }
        let run = RunEntry::new(source, at(second), at(second), outcome, RunStats::default());
        self.store.log_run(&run).await.expect("a run");
    }

    pub(crate) async fn facts(&self) -> Facts {
        facts(self.store.as_ref()).await.expect("facts")
    }
}

/// What is said to be missing of a source that is denied.
pub(crate) fn permission(source: &str) -> String {
    format!("Read.{source}")
}

/// Facts of a few sources alone.
pub(crate) async fn facts_of(reads: &[Read]) -> Facts {
    let tenant = Tenant::new();
    for read in reads {
        tenant.read(read).await;
    }
    tenant.facts().await
}
