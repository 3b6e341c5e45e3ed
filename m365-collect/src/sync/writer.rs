//! Gathers pages into commits, and writes one while the next is gathered.

use std::sync::Arc;
use std::time::Duration;

use graph_client::Clock;
use tokio::task::JoinHandle;

use crate::record::Change;
use crate::store::{Begin, Commit, Committed, Finish, Held, History, Lease, Store, StoreError};
use crate::sync::meter::Meter;

/// A commit is written once it holds so many changes …
const CHANGES: usize = 5_000;
/// … or so many bytes …
const BYTES: usize = 4 * 1024 * 1024;
/// … or was begun so long ago, so that little is read twice after a crash.
const AGE: Duration = Duration::from_secs(1);

/// The way of one run into the store.
pub(super) struct Writer {
    store: Arc<dyn Store>,
    lease: Lease,
    history: History,
    clock: Arc<dyn Clock>,
    meter: Arc<Meter>,
    gathered: Option<Gathered>,
    writing: Option<JoinHandle<Result<Committed, StoreError>>>,
    /// Items received so far, for the listener.
    pub(super) seen: u64,
    pub(super) upserted: u64,
    pub(super) removed: u64,
    pub(super) held: Option<Held>,
    pub(super) stored_some: bool,
}

struct Gathered {
    commit: Commit,
    bytes: usize,
    since: Duration,
}

impl Writer {
    pub(super) fn new(
        store: Arc<dyn Store>,
        lease: Lease,
        history: History,
        clock: Arc<dyn Clock>,
        meter: Arc<Meter>,
    ) -> Self {
        Self {
            store,
            lease,
            history,
            clock,
            meter,
            gathered: None,
            writing: None,
            seen: 0,
            upserted: 0,
            removed: 0,
            held: None,
            stored_some: false,
        }
    }

    /// Takes changes and the checkpoint behind them: both go in together or not at all.
    pub(super) async fn write(
        &mut self,
        begin: Option<Begin>,
        changes: Vec<Change>,
        checkpoint: Option<String>,
    ) -> Result<(), StoreError> {
        if begin.is_some() {
            self.flush().await?;
        }
        let bytes = changes.iter().map(Change::size).sum::<usize>();
        let gathered = match &mut self.gathered {
            Some(gathered) => gathered,
            None => self.gathered.insert(Gathered {
                commit: self.empty(),
                bytes: 0,
                since: self.clock.monotonic(),
            }),
        };
        gathered.bytes += bytes;
        gathered.commit.begin = gathered.commit.begin.or(begin);
        if gathered.commit.changes.is_empty() {
            gathered.commit.changes = changes;
        } else {
            gathered.commit.changes.extend(changes);
        }
        gathered.commit.checkpoint = checkpoint.or(gathered.commit.checkpoint.take());
        let age = self.clock.monotonic().saturating_sub(gathered.since);
        if gathered.commit.changes.len() >= CHANGES || gathered.bytes >= BYTES || age >= AGE {
            self.begin_writing().await?;
        }
        Ok(())
    }

    /// Ends the round with what was gathered.
    pub(super) async fn finish(&mut self, finish: Finish) -> Result<(), StoreError> {
        let mut commit = self.take();
        commit.finish = Some(finish);
        self.start(commit).await?;
        self.written().await
    }

    /// Writes what was gathered, and waits until it is.
    pub(super) async fn flush(&mut self) -> Result<(), StoreError> {
        if self.gathered.is_some() {
            self.begin_writing().await?;
        }
        self.written().await
    }

    /// Writes what was gathered: nothing more comes for now.
    pub(super) async fn give_up(&mut self) -> Result<(), StoreError> {
        if self.gathered.is_none() && !self.stored_some && self.writing.is_none() {
            return Ok(());
        }
        let mut commit = self.take();
        commit.is_last = true;
        self.start(commit).await?;
        self.written().await
    }

    fn empty(&self) -> Commit {
        let mut commit = Commit::new(&self.lease, self.clock.now());
        commit.history = self.history;
        commit
    }

    fn take(&mut self) -> Commit {
        match self.gathered.take() {
            Some(gathered) => gathered.commit,
            None => self.empty(),
        }
    }

    async fn begin_writing(&mut self) -> Result<(), StoreError> {
        let commit = self.take();
        self.start(commit).await
    }

    /// One at a time and in order.
    async fn start(&mut self, commit: Commit) -> Result<(), StoreError> {
        self.written().await?;
        let store = Arc::clone(&self.store);
        self.stored_some |= !commit.changes.is_empty();
        self.writing = Some(tokio::spawn(async move { store.commit(commit).await }));
        Ok(())
    }

    async fn written(&mut self) -> Result<(), StoreError> {
        let Some(writing) = self.writing.as_mut() else {
            return Ok(());
        };
        let done = writing.await;
        self.writing = None;
        let Committed {
            upserted,
            removed,
            held,
        } = done.unwrap_or_else(|error| {
            Err(StoreError::Storage {
                what: "run the task that commits".to_owned(),
                cause: Box::new(error),
            })
        })?;
        self.upserted += upserted;
        self.removed += removed;
        self.held = held.or(self.held);
        if let Some(held) = held {
            self.meter.held(held);
        }
        self.meter.stored(self.seen);
        Ok(())
    }
}
