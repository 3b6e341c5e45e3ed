//! A graph is made as it is read: nobody waits for all of it, and nothing holds all of it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt};
use m365_collect::insight::relation::{EntityType, Graph, Item, Options, write_json_lines};
use m365_collect::store::{
    Claim, Commit, Committed, Conflict, Erased, Expired, Expiry, Lease, RunEntry, SourceState,
    StoreError,
};
use m365_collect::{
    Edge, FeedEntry, Kind, Record, Relation, SourceId, Store, StoredTenant, SyncMode, Tombstone,
    Version,
};

const USERS: usize = 10_000;
const PAGE: usize = 1000;

/// A tenant of people in one group, who are made up as they are asked for.
#[derive(Debug, Default)]
struct Crowd {
    /// How many people were handed out.
    people: AtomicUsize,
    /// The most that was asked for at a time.
    most: AtomicUsize,
    /// After how many it fails; never where it is zero.
    breaks_after: usize,
}

fn user(number: usize) -> String {
    format!("u{number:05}")
}

impl Crowd {
    fn after(&self, after: Option<&str>, limit: usize) -> std::ops::Range<usize> {
        self.most.fetch_max(limit, Ordering::Relaxed);
        let start = after.map_or(0, |id| id[1..].parse::<usize>().unwrap() + 1);
        start..USERS.min(start + limit)
    }
}

#[async_trait]
impl Store for Crowd {
    async fn records(
        &self,
        kind: &Kind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        if *kind != Kind::USER {
            return Ok(Vec::new());
        }
        let numbers = self.after(after, limit);
        let before = self.people.fetch_add(numbers.len(), Ordering::Relaxed);
        if self.breaks_after > 0 && before >= self.breaks_after {
            return Err(StoreError::Busy);
        }
        let record = |number| {
            let json = serde_json::json!({"id": user(number), "displayName": "P"});
            let raw = serde_json::value::to_raw_value(&json).unwrap();
            Record::new(Kind::USER, user(number), raw)
        };
        Ok(numbers.map(record).collect())
    }

    async fn edges(
        &self,
        relation: &Relation,
        after: Option<&Edge>,
        limit: usize,
    ) -> Result<Vec<Edge>, StoreError> {
        if *relation != Relation::MEMBER {
            return Ok(Vec::new());
        }
        let numbers = self.after(after.map(|edge| edge.to.as_str()), limit);
        let edge = |number| Edge::new(Relation::MEMBER, "everybody", user(number));
        Ok(numbers.map(edge).collect())
    }

    async fn record(&self, _: &Kind, _: &str) -> Result<Option<Record>, StoreError> {
        Ok(None)
    }

    async fn tenant(&self) -> Result<Option<StoredTenant>, StoreError> {
        Ok(None)
    }

    async fn source_state(&self, _: &SourceId) -> Result<Option<SourceState>, StoreError> {
        Ok(None)
    }

    async fn last_runs(&self) -> Result<Vec<RunEntry>, StoreError> {
        Ok(Vec::new())
    }

    async fn runs(
        &self,
        _: Option<&SourceId>,
        _: Option<SystemTime>,
        _: usize,
    ) -> Result<Vec<RunEntry>, StoreError> {
        Ok(Vec::new())
    }

    async fn bind(&self, _: &StoredTenant) -> Result<(), StoreError> {
        unreachable!("a graph only reads")
    }

    async fn claim(&self) -> Result<Claim, StoreError> {
        unreachable!("a graph only reads")
    }

    async fn lease(&self, _: &SourceId, _: SyncMode) -> Result<Lease, StoreError> {
        unreachable!("a graph only reads")
    }

    async fn commit(&self, _: Commit) -> Result<Committed, StoreError> {
        unreachable!("a graph only reads")
    }

    async fn conflicts(&self, _: &SourceId, _: usize) -> Result<Vec<Conflict>, StoreError> {
        unreachable!("a graph does not ask for it")
    }

    async fn log_run(&self, _: &RunEntry) -> Result<(), StoreError> {
        unreachable!("a graph only reads")
    }

    async fn note(&self, _: &str) -> Result<Option<String>, StoreError> {
        unreachable!("a graph does not ask for it")
    }

    async fn set_note(&self, _: &str, _: &str) -> Result<(), StoreError> {
        unreachable!("a graph only reads")
    }

    async fn tombstones(
        &self,
        _: &Kind,
        _: Option<&str>,
        _: usize,
    ) -> Result<Vec<Tombstone>, StoreError> {
        unreachable!("a graph does not ask for it")
    }

    async fn versions(&self, _: &Kind, _: &str) -> Result<Vec<Version>, StoreError> {
        unreachable!("a graph does not ask for it")
    }

    async fn feed(&self, _: u64, _: usize) -> Result<Vec<FeedEntry>, StoreError> {
        unreachable!("a graph does not ask for it")
    }

    async fn expire(&self, _: &Expiry) -> Result<Expired, StoreError> {
        unreachable!("a graph only reads")
    }

    async fn erase(&self, _: &str) -> Result<Erased, StoreError> {
        unreachable!("a graph only reads")
    }

    async fn readmit(&self, _: &str) -> Result<bool, StoreError> {
        unreachable!("a graph only reads")
    }

    async fn erased(&self) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn span(&self, _: &Kind) -> Result<Option<(SystemTime, SystemTime)>, StoreError> {
        unreachable!("a graph does not ask for it")
    }

    async fn count(&self, _: &Kind) -> Result<u64, StoreError> {
        unreachable!("a graph does not ask for it")
    }

    async fn count_of(&self, _: &Kind, _: &SourceId) -> Result<u64, StoreError> {
        unreachable!("a graph does not ask for it")
    }

    async fn kinds(&self) -> Result<Vec<(Kind, u64)>, StoreError> {
        unreachable!("a graph does not ask for it")
    }

    async fn relations(&self) -> Result<Vec<Relation>, StoreError> {
        unreachable!("a graph does not ask for it")
    }
}

#[tokio::test]
async fn people_are_read_as_they_are_told_and_never_all_at_once() {
    let store = Crowd::default();
    let graph = Graph::load(&store, Options::default()).await.unwrap();
    let before = store.people.load(Ordering::Relaxed);
    let mut items = std::pin::pin!(graph.items());
    let mut told = 0;
    while let Some(item) = items.try_next().await.unwrap() {
        if matches!(&item, Item::Entity(entity) if entity.kind == EntityType::User) {
            told += 1;
            // Their ids are read first, all of them; the objects come page by page, not further
            // ahead than a page and what waits to be taken.
            let handed = store.people.load(Ordering::Relaxed) - before;
            let ahead = handed - USERS - told;
            assert!(ahead < 2 * PAGE, "{ahead} people ahead of {told}");
        }
    }
    assert_eq!(told, USERS);
    assert!(store.most.load(Ordering::Relaxed) <= PAGE);
}

#[tokio::test]
async fn what_was_made_before_the_store_failed_comes_before_the_failure() {
    // Once for the ids, and half of them told.
    let store = Crowd {
        breaks_after: USERS + USERS / 2,
        ..Crowd::default()
    };
    let graph = Graph::load(&store, Options::default()).await.unwrap();
    let items: Vec<_> = graph.items().collect().await;
    let (last, before) = items.split_last().unwrap();
    assert!(matches!(last, Err(StoreError::Busy)), "{last:?}");
    let told = before.iter().filter(|item| item.is_ok()).count();
    assert_eq!(
        (told, before.len()),
        (USERS, USERS),
        "a person and a relationship each"
    );
}

/// Counts what it is given and forgets it.
#[derive(Default)]
struct Lines {
    lines: usize,
    longest: usize,
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.longest = self.longest.max(bytes.len());
        self.lines += bytes.split(|byte| *byte == b'\n').count() - 1;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn an_export_is_written_line_by_line() {
    let mut lines = Lines::default();
    let written = write_json_lines(&Crowd::default(), Options::default(), &mut lines)
        .await
        .unwrap();
    assert_eq!(written.entities, USERS as u64);
    // Each has the account, which is not stored, and is in the group, which is not either.
    assert_eq!(written.relationships, 2 * USERS as u64);
    assert_eq!(lines.lines, 1 + 3 * USERS);
    assert!(lines.longest < 4096, "{}", lines.longest);
}

/// Takes so many bytes and no more.
struct Full(usize);

impl io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self
            .0
            .checked_sub(bytes.len())
            .ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_writer_that_is_full_ends_the_export() {
    let ended = write_json_lines(&Crowd::default(), Options::default(), &mut Full(10_000)).await;
    assert!(ended.is_err());
}
