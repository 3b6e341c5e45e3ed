//! What a source works with while it is read.

use std::fmt;
use std::sync::Arc;

use graph_client::{Client, Clock};
use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::outcome::{Gap, Tally};
use crate::record::{Change, Kind, Record};
use crate::source::Descriptor;
use crate::store::{Begin, Commit, Committed, Contested, Finish, Held, Lease, Reading, Store};
use crate::sync::meter::Meter;

/// An item of a collection as the service sent it.
pub type RawItem = Box<RawValue>;

/// One run of one source: its client, its checkpoint and the way into the store.
pub struct Run<'a> {
    client: Client,
    store: &'a dyn Store,
    descriptor: &'a Descriptor,
    lease: Lease,
    clock: Arc<dyn Clock>,
    meter: Arc<Meter>,
    finish: Finish,
    afresh: bool,
    begin: Option<Begin>,
    begun_anew: bool,
    tally: Tally,
    malformed: u64,
    held: Option<Held>,
    is_finished: bool,
}

impl fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("lease", &self.lease)
            .field("tally", &self.tally)
            .finish_non_exhaustive()
    }
}

impl<'a> Run<'a> {
    #[expect(
        clippy::too_many_arguments,
        reason = "called in one place, with what the engine holds"
    )]
    pub(super) fn new(
        client: Client,
        store: &'a dyn Store,
        descriptor: &'a Descriptor,
        lease: Lease,
        clock: Arc<dyn Clock>,
        meter: Arc<Meter>,
        tally: Tally,
        finish: Finish,
        afresh: bool,
    ) -> Self {
        Self {
            client,
            store,
            descriptor,
            lease,
            clock,
            meter,
            finish,
            afresh,
            begin: None,
            begun_anew: false,
            tally,
            malformed: 0,
            held: None,
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

    /// Where the last run stopped; `None` at first, and where everything is to be read anew.
    pub fn checkpoint(&self) -> Option<&str> {
        self.lease.checkpoint.as_deref().filter(|_| !self.afresh)
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
    /// When the store fails.
    pub async fn items(&mut self, kind: &Kind, items: Vec<RawItem>) -> Result<()> {
        let mut changes = Vec::with_capacity(items.len());
        for item in items {
            match Record::from_item(kind.clone(), item) {
                Ok(record) => changes.push(Change::Upsert(record)),
                Err(_) => self.malformed(1),
            }
        }
        self.changes(changes).await
    }

    /// Stores changes in one transaction.
    ///
    /// # Errors
    /// When the store fails.
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
        if begin == Begin::Generation {
            self.begun_anew = true;
            if self.checkpoint().is_some() {
                self.meter.resync();
            }
        }
        self.begin = Some(begin);
    }

    /// Items that could not be read: the outcome will be partial, and nothing is swept.
    pub fn malformed(&mut self, items: usize) {
        self.tally.seen += items as u64;
        self.malformed += items as u64;
    }

    /// Objects about which the changes of this round contradict each other.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn contested(&self, limit: usize) -> Result<Vec<Contested>> {
        Ok(self.store.contested(&self.descriptor.id, limit).await?)
    }

    /// How many items could not be read so far, in earlier runs of the round too.
    pub(crate) fn malformed_so_far(&self) -> u64 {
        self.malformed
    }

    /// Items that an earlier run could not read and that this one does not read again: they are
    /// still missing.
    pub(crate) fn still_malformed(&mut self, items: u64) {
        self.malformed += items;
    }

    /// Whether the end of a round was held, so that no other one can begin.
    pub(crate) fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Everything is read again: what was malformed before comes again.
    pub(crate) fn read_again(&mut self) {
        self.malformed = 0;
    }

    /// Ends the round of a delta source. Where items were malformed nothing is removed for not
    /// having come.
    ///
    /// # Errors
    /// When the store fails, or contested objects were not settled.
    pub async fn finish(&mut self, checkpoint: String) -> Result<()> {
        let finish = if self.malformed > 0 {
            self.finish.in_part()
        } else {
            self.finish
        };
        self.commit(Vec::new(), Some(checkpoint), Some(finish))
            .await?;
        self.is_finished = true;
        Ok(())
    }

    async fn commit(
        &mut self,
        changes: Vec<Change>,
        checkpoint: Option<String>,
        finish: Option<Finish>,
    ) -> Result<()> {
        self.tally.seen += changes
            .iter()
            .filter(|change| matches!(change, Change::Upsert(_) | Change::Remove { .. }))
            .count() as u64;
        let mut commit = Commit::new(&self.lease, self.clock.now());
        commit.begin = self.begin.take();
        commit.changes = changes;
        commit.checkpoint = checkpoint;
        commit.finish = finish;
        let Committed {
            upserted,
            removed,
            held,
        } = self.store.commit(commit).await?;
        self.tally.upserted += upserted;
        self.tally.removed += removed;
        self.held = held.or(self.held);
        if let Some(held) = held {
            self.meter.held(held);
        }
        self.meter.stored(self.tally.seen);
        Ok(())
    }

    /// Whether everything was read anew.
    pub(super) fn has_begun_anew(&self) -> bool {
        self.begun_anew
    }

    /// Whether anything was stored.
    pub(super) fn stored_some(&self) -> bool {
        self.tally.upserted > 0
    }

    /// Ends a run whose source came to its end: a listing ends its round here, and is swept unless
    /// something is missing; a delta must have ended it.
    pub(super) async fn complete(&mut self, gap: Option<Gap>) -> Result<Option<Gap>> {
        let gap = gap.or((self.malformed > 0).then_some(Gap::Malformed {
            items: self.malformed,
        }));
        match self.lease.reading {
            Reading::Full if gap.is_some() => {
                let finish = self.finish.in_part();
                self.commit(Vec::new(), None, Some(finish)).await?;
            }
            Reading::Full => self.commit(Vec::new(), None, Some(self.finish)).await?,
            Reading::Delta if !self.is_finished && gap.is_none() => {
                return Err(Error::Contract {
                    source_id: self.descriptor.id.clone(),
                    what: "it ended before the end of its round".to_owned(),
                });
            }
            Reading::Delta => {}
        }
        Ok(gap.or(self.held.map(|held| Gap::HeldRemovals {
            removals: held.removals,
            of: held.of,
        })))
    }

    pub(super) fn tally(&self) -> Tally {
        self.tally
    }
}
