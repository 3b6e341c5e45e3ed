//! What a source works with while it is read.

pub(crate) mod accepted;
mod channel;
mod end;
mod link;
pub(crate) mod metrics;
pub(crate) mod progress;
mod rate;
mod writer;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use futures::{Stream, TryStreamExt};
use graph_client::{Client, Clock};
use serde::Serialize;

use self::link::Link;
use self::metrics::SourceMetrics;
use self::writer::Writer;
use crate::descriptor::Descriptor;
use crate::error::{Error, Result};
use crate::id::SyncMode;
use crate::kind::Kind;
use crate::outcome::RunStats;
use crate::record::{Change, Edge, RawItem, Record, Relation};
use crate::store::{Begin, Conflict, Finish, HeldSweep, Lease, Store};

pub use channel::{ProgressEvents, ProgressSender, progress_channel};
pub use progress::{Progress, ProgressEvent, Silent, WaitCause};

/// One run of one source: its client, its checkpoint and the way into the store.
///
/// Pages go into the store together where they come faster than it can write them, always with
/// the checkpoint behind the last of them, and while the next ones are read.
pub struct Run<'a> {
    client: Client,
    store: Arc<dyn Store>,
    descriptor: &'a Descriptor,
    lease: Lease,
    clock: Arc<dyn Clock>,
    metrics: Arc<SourceMetrics>,
    writer: Writer,
    terms: Terms,
    link: Link,
    begin: Option<Begin>,
    has_begun: bool,
    sweeps_nothing: bool,
    stats: RunStats,
    malformed: u64,
    is_finished: bool,
}

/// How a source is to be read this time.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub(crate) struct Terms {
    pub(crate) finish: Finish,
    /// Everything is to be read, whatever is stored.
    pub(crate) full_resync: bool,
    pub(crate) partitioned: bool,
    /// The run before this one stood where this one begins, and received nothing.
    pub(crate) is_stuck: bool,
    /// The last round that ended lacked something.
    pub(crate) is_in_part: bool,
}

impl fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("lease", &self.lease)
            .field("stats", &self.stats)
            .finish_non_exhaustive()
    }
}

impl<'a> Run<'a> {
    #[expect(
        clippy::too_many_arguments,
        reason = "called in one place, with what the engine holds"
    )]
    pub(crate) fn new(
        client: Client,
        store: Arc<dyn Store>,
        descriptor: &'a Descriptor,
        lease: Lease,
        clock: Arc<dyn Clock>,
        metrics: Arc<SourceMetrics>,
        stats: RunStats,
        terms: Terms,
    ) -> Self {
        let writer = Writer::new(
            Arc::clone(&store),
            lease.clone(),
            descriptor,
            Arc::clone(&clock),
            Arc::clone(&metrics),
        );
        Self {
            client,
            store,
            descriptor,
            begin: (lease.mode == SyncMode::Full).then_some(Begin::Generation),
            lease,
            clock,
            metrics,
            writer,
            link: Link::new(terms.is_stuck),
            terms,
            has_begun: false,
            sweeps_nothing: false,
            stats,
            malformed: 0,
            is_finished: false,
        }
    }

    /// The client for the tenant; its calls are counted for this source.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The source's own descriptor.
    pub fn descriptor(&self) -> &Descriptor {
        self.descriptor
    }

    /// Where the last run stopped; `None` at first, and where everything is to be read anew. A
    /// listing has one only where it was cut off: see [`Run::go_on`].
    pub fn checkpoint(&self) -> Option<&str> {
        let counts = self.lease.mode != SyncMode::Full || self.lease.in_round;
        let checkpoint = self.lease.checkpoint.as_deref();
        checkpoint.filter(|_| counts && !self.terms.full_resync)
    }

    /// The next page of a listing, as [`TryStreamExt::try_next`] gives it.
    ///
    /// Where it is this that fails, and not something that is asked for beside it, the link to the
    /// page may be what is wrong. A link that the service itself gave stops working in more ways than
    /// any list of codes holds, so the engine reads the source once more from nothing, once in a run:
    /// what is stored stays until the new reading is whole, and a refusal that a fresh request meets
    /// as well changes nothing.
    ///
    /// # Errors
    /// As the listing fails.
    ///
    /// # Cancel safety
    /// As the stream's own.
    pub async fn next<P>(
        &mut self,
        pages: &mut (impl Stream<Item = graph_client::Result<P>> + Send + Unpin),
    ) -> Result<Option<P>> {
        let next = pages.try_next().await;
        self.link.note(next.is_ok());
        Ok(next?)
    }

    /// Whether the source is to be read once more, from nothing, after this error; it is prepared for
    /// that then.
    pub(crate) fn begins_anew(&mut self, error: &Error) -> bool {
        let Error::Graph(error) = error else {
            return false;
        };
        let is_stored = self.checkpoint().is_some();
        if self.lease.mode == SyncMode::Window || !self.link.is_given_up(error, is_stored) {
            return false;
        }
        tracing::info!(
            source = self.descriptor.id.as_str(),
            %error,
            "the link where it stood does not work: everything is read again"
        );
        self.terms.full_resync = true;
        self.begin = (self.lease.mode == SyncMode::Full).then_some(Begin::Generation);
        self.read_again();
        true
    }

    /// Whether a link that fails in this way is to be given up: the one that a run began with where
    /// `is_stored`, else one that came with an earlier page.
    pub(crate) fn gives_up_link(&self, error: &graph_client::Error, is_stored: bool) -> bool {
        self.link.is_at_fault(error, is_stored)
    }

    /// Whether the last round that ended lacked something.
    pub(crate) fn is_in_part(&self) -> bool {
        self.terms.is_in_part
    }

    /// Whether a person said that what is no longer listed may go, however much it is.
    pub(crate) fn confirms_removals(&self) -> bool {
        self.terms.finish.confirmed
    }

    /// Everything is read from nothing, whatever is stored.
    pub(crate) fn start_over(&mut self) {
        self.terms.full_resync = true;
    }

    /// Where the last run stopped, whatever is to be read anew.
    pub(crate) fn stood(&self) -> Option<&str> {
        self.lease.checkpoint.as_deref()
    }

    /// What comes next may have come before in this round: parents that are asked about again.
    pub(crate) fn may_repeat(&mut self) {
        self.writer.repeats = true;
    }

    /// The time by the clock of the engine.
    pub fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// Whether a first reading is to be done in parts side by side.
    pub(crate) fn partitioned(&self) -> bool {
        self.terms.partitioned
    }

    /// Whether a round was begun earlier and has not ended.
    pub(crate) fn is_in_round(&self) -> bool {
        self.lease.in_round && !self.terms.full_resync
    }

    /// Goes on with a listing that was cut off, from its checkpoint, instead of beginning anew.
    pub fn go_on(&mut self) {
        if self.lease.in_round {
            self.begin = None;
        }
    }

    /// Stored objects of a kind with an id after `after`, at most `limit`: the parents of a
    /// source that asks for each of them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn stored(
        &self,
        kind: &Kind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Record>> {
        Ok(self.store.records(kind, after, limit).await?)
    }

    /// Stores a page of a collection. An item without an id is counted as malformed, and makes
    /// the outcome partial.
    ///
    /// # Errors
    /// When the store fails, now or for what came before.
    pub async fn items(&mut self, kind: &Kind, items: Vec<RawItem>) -> Result<()> {
        self.page(kind, items, None).await
    }

    /// Stores a page of a listing and where it goes on, in one transaction; see
    /// [`Run::items`] and [`Run::go_on`].
    ///
    /// # Errors
    /// When the store fails, now or for what came before.
    pub async fn page(
        &mut self,
        kind: &Kind,
        items: Vec<RawItem>,
        checkpoint: Option<String>,
    ) -> Result<()> {
        let mut changes = Vec::with_capacity(items.len());
        for item in items {
            match Record::from_item(kind.clone(), item) {
                Ok(record) => changes.push(Change::Upsert(record)),
                Err(_) => self.malformed(1),
            }
        }
        self.commit(changes, checkpoint, None).await
    }

    /// Stores changes, and the checkpoint behind them where there is one, in one transaction.
    pub(crate) async fn store(
        &mut self,
        changes: Vec<Change>,
        checkpoint: Option<String>,
    ) -> Result<()> {
        self.commit(changes, checkpoint, None).await
    }

    /// Items of which nothing but relations is kept.
    pub(crate) fn saw(&mut self, items: u64) {
        self.stats.seen += items;
    }

    /// One stored object.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn stored_one(&self, kind: &Kind, id: &str) -> Result<Option<Record>> {
        Ok(self.store.record(kind, id).await?)
    }

    /// Stored relations after `after`, at most `limit`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn stored_edges(
        &self,
        relation: &Relation,
        after: Option<&Edge>,
        limit: usize,
    ) -> Result<Vec<Edge>> {
        Ok(self.store.edges(relation, after, limit).await?)
    }

    /// A checkpoint as text.
    pub(crate) fn to_json(&self, saved: &impl Serialize) -> Result<String> {
        serde_json::to_string(saved).map_err(|_| Error::Contract {
            source_id: self.descriptor.id.clone(),
            what: "the checkpoint cannot be written".to_owned(),
        })
    }

    /// Stores changes in one transaction.
    ///
    /// # Errors
    /// When the store fails, now or for what came before.
    pub async fn changes(&mut self, changes: Vec<Change>) -> Result<()> {
        self.commit(changes, None, None).await
    }

    /// Stores changes and the checkpoint behind them in one transaction.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn advance(&mut self, changes: Vec<Change>, checkpoint: String) -> Result<()> {
        self.commit(changes, Some(checkpoint), None).await
    }

    /// A round begins with the changes that come next.
    pub fn begin(&mut self, begin: Begin) {
        if begin == Begin::Generation && self.checkpoint().is_some() {
            self.metrics.resync();
        }
        self.begin = Some(begin);
    }

    /// Items that could not be read: the outcome will be partial, and nothing is swept.
    pub fn malformed(&mut self, items: usize) {
        self.stats.seen += items as u64;
        self.malformed += items as u64;
    }

    /// Objects about which the changes of this round contradict each other.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn conflicts(&mut self, limit: usize) -> Result<Vec<Conflict>> {
        self.writer.flush().await?;
        Ok(self.store.conflicts(&self.descriptor.id, limit).await?)
    }

    /// How many items could not be read or kept so far, in earlier runs of the round too.
    pub(crate) fn malformed_so_far(&self) -> u64 {
        self.malformed + self.writer.collided
    }

    /// Items that an earlier run could not read and that this one does not read again: they are
    /// still missing.
    pub(crate) fn still_malformed(&mut self, items: u64) {
        self.malformed += items;
    }

    /// What this listing does not bring stays: it may have been withheld.
    pub(crate) fn sweep_nothing(&mut self) {
        self.sweeps_nothing = true;
    }

    /// The removals that were held at the end of a round.
    pub(crate) fn held(&self) -> Option<HeldSweep> {
        self.writer.held
    }

    /// Everything is read again: what was malformed before comes again.
    pub(crate) fn read_again(&mut self) {
        self.malformed = 0;
    }

    /// Ends the round of a delta or window source. Where items were malformed nothing is removed for not
    /// having come.
    ///
    /// # Errors
    /// When the store fails, or contested objects were not settled.
    pub async fn finish(&mut self, checkpoint: String) -> Result<()> {
        let is_whole = self.malformed == 0;
        self.end(checkpoint, is_whole).await
    }

    /// Ends a round that may lack something.
    pub(crate) async fn end(&mut self, checkpoint: String, is_whole: bool) -> Result<()> {
        let finish = if is_whole {
            self.terms.finish
        } else {
            self.terms.finish.in_part()
        };
        self.commit(Vec::new(), Some(checkpoint), Some(finish))
            .await?;
        self.is_finished = true;
        Ok(())
    }

    pub(crate) async fn commit(
        &mut self,
        changes: Vec<Change>,
        checkpoint: Option<String>,
        finish: Option<Finish>,
    ) -> Result<()> {
        self.stats.seen += changes
            .iter()
            .filter(|change| matches!(change, Change::Upsert(_) | Change::Remove { .. }))
            .count() as u64;
        self.writer.seen = self.stats.seen;
        let begin = self.begin.take();
        self.has_begun |= begin == Some(Begin::Generation);
        self.writer.write(begin, changes, checkpoint).await?;
        if let Some(finish) = finish {
            self.writer.finish(finish).await?;
        }
        Ok(())
    }
}
