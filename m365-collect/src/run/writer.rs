//! Gathers pages into commits, and writes one while the next is gathered.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use graph_client::Clock;
use tokio::task::JoinHandle;

use crate::descriptor::Descriptor;
use crate::id::History;
use crate::record::Change;
use crate::run::metrics::SourceMetrics;
use crate::store::{Begin, Commit, Committed, Finish, HeldSweep, Lease, Store, StoreError};

/// A commit is written once it holds so many changes …
const CHANGES: usize = 5_000;
/// … or so many bytes …
const BYTES: usize = 4 * 1024 * 1024;
/// … or was begun so long ago, so that little is read twice after a crash.
const AGE: Duration = Duration::from_secs(1);

/// The way of one run into the store.
pub(crate) struct Writer {
    store: Arc<dyn Store>,
    lease: Lease,
    history: History,
    event_time: Option<Cow<'static, str>>,
    clock: Arc<dyn Clock>,
    metrics: Arc<SourceMetrics>,
    gathered: Option<Gathered>,
    writing: Option<Writing>,
    /// A commit failed: what comes behind it must not go in, or a checkpoint would be ahead of rows.
    has_failed: bool,
    /// Items received so far, for the listener.
    pub(crate) seen: u64,
    pub(crate) upserted: u64,
    pub(crate) removed: u64,
    pub(crate) collided: u64,
    /// What is written may have come before in this round.
    pub(crate) repeats: bool,
    pub(crate) forgotten: u64,
    pub(crate) held: Option<HeldSweep>,
    pub(crate) stored_some: bool,
}

struct Writing {
    has_changes: bool,
    done: JoinHandle<Result<Committed, StoreError>>,
}

struct Gathered {
    commit: Commit,
    bytes: usize,
    since: Duration,
}

impl Writer {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        lease: Lease,
        descriptor: &Descriptor,
        clock: Arc<dyn Clock>,
        metrics: Arc<SourceMetrics>,
    ) -> Self {
        Self {
            store,
            lease,
            history: descriptor.remembers(),
            event_time: descriptor.event_time.clone(),
            clock,
            metrics,
            gathered: None,
            writing: None,
            has_failed: false,
            seen: 0,
            upserted: 0,
            removed: 0,
            collided: 0,
            repeats: false,
            forgotten: 0,
            held: None,
            stored_some: false,
        }
    }

    /// Takes changes and the checkpoint behind them: both go in together or not at all.
    pub(crate) async fn write(
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
        gathered.commit.repeats |= self.repeats;
        gathered.commit.begin = gathered.commit.begin.or(begin);
        if gathered.commit.changes.is_empty() {
            gathered.commit.changes = changes;
        } else {
            gathered.commit.changes.extend(changes);
        }
        gathered.commit.checkpoint = checkpoint.or(gathered.commit.checkpoint.take());
        let age = self.clock.monotonic().saturating_sub(gathered.since);
        if gathered.commit.changes.len() >= CHANGES || gathered.bytes >= BYTES || age >= AGE {
            self.start(|_| ()).await?;
        }
        Ok(())
    }

    /// Ends the round with what was gathered.
    pub(crate) async fn finish(&mut self, finish: Finish) -> Result<(), StoreError> {
        self.start(|commit| commit.finish = Some(finish)).await?;
        self.written().await
    }

    /// Writes what was gathered, and waits until it is.
    pub(crate) async fn flush(&mut self) -> Result<(), StoreError> {
        if self.gathered.is_some() {
            self.start(|_| ()).await?;
        }
        self.written().await
    }

    /// Writes what was gathered: nothing more comes for now. After a commit that failed, and was told
    /// as failed, there is nothing left to write.
    pub(crate) async fn give_up(&mut self) -> Result<(), StoreError> {
        self.written().await?;
        if self.has_failed || (self.gathered.is_none() && !self.stored_some) {
            return Ok(());
        }
        self.start(|commit| commit.is_last = true).await?;
        self.written().await
    }

    fn empty(&self) -> Commit {
        let mut commit = Commit::new(&self.lease, self.clock.now());
        commit.history = self.history;
        commit.repeats = self.repeats;
        commit.event_time.clone_from(&self.event_time);
        commit
    }

    fn take(&mut self) -> Commit {
        match self.gathered.take() {
            Some(gathered) => gathered.commit,
            None => self.empty(),
        }
    }

    /// One at a time and in order. Dropped while it waits, nothing of what was gathered is lost.
    async fn start(&mut self, end: impl FnOnce(&mut Commit)) -> Result<(), StoreError> {
        self.written().await?;
        if self.has_failed {
            return Err(StoreError::AfterFailure {
                source_id: self.lease.source.clone(),
            });
        }
        let mut commit = self.take();
        end(&mut commit);
        let store = Arc::clone(&self.store);
        self.writing = Some(Writing {
            has_changes: !commit.changes.is_empty(),
            done: tokio::spawn(async move { store.commit(commit).await }),
        });
        Ok(())
    }

    async fn written(&mut self) -> Result<(), StoreError> {
        let Some(writing) = self.writing.as_mut() else {
            return Ok(());
        };
        let has_changes = writing.has_changes;
        let done = (&mut writing.done).await;
        self.writing = None;
        // Until it is known to have gone well.
        self.has_failed = true;
        let Committed {
            upserted,
            removed,
            collided,
            forgotten,
            held,
        } = done.unwrap_or_else(|error| {
            Err(StoreError::Storage {
                what: "run the task that commits".to_owned(),
                cause: Box::new(error),
            })
        })?;
        self.has_failed = false;
        self.stored_some |= has_changes;
        self.upserted += upserted;
        self.removed += removed;
        self.collided += collided;
        self.forgotten += forgotten;
        self.held = held.or(self.held);
        if let Some(held) = held {
            self.metrics.held(held);
        }
        self.metrics.stored(self.seen);
        Ok(())
    }
}
