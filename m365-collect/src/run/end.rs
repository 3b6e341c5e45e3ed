//! How a run ends.

use super::Run;
use crate::error::{Error, Result};
use crate::id::SyncMode;
use crate::outcome::{PartialReason, RunStats};

impl Run<'_> {
    /// Stores what was received before the run failed.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn give_up(&mut self) -> Result<()> {
        Ok(self.writer.give_up().await?)
    }

    /// Whether a reading from nothing was begun in the store.
    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Whether anything was stored.
    pub(crate) fn stored_some(&self) -> bool {
        self.writer.stored_some
    }

    /// Ends a run whose source came to its end: a listing ends its round here, and is swept unless
    /// something is missing; a delta must have ended it.
    pub(crate) async fn complete(
        &mut self,
        gap: Option<PartialReason>,
    ) -> Result<Option<PartialReason>> {
        // What earlier commits say of the round decides how it ends.
        self.writer.flush().await?;
        let gap = gap
            .or((self.malformed > 0).then_some(PartialReason::Malformed {
                items: self.malformed,
            }))
            .or_else(|| self.collided());
        match self.lease.mode {
            SyncMode::Full => {
                let lacks = gap.as_ref().is_some_and(PartialReason::lacks_objects);
                let finish = if lacks || self.sweeps_nothing {
                    self.terms.finish.in_part()
                } else {
                    self.terms.finish
                };
                self.commit(Vec::new(), None, Some(finish)).await?;
            }
            SyncMode::Delta | SyncMode::Window if !self.is_finished && gap.is_none() => {
                return Err(Error::Contract {
                    source_id: self.descriptor.id.clone(),
                    what: "it ended before the end of its round".to_owned(),
                });
            }
            SyncMode::Delta | SyncMode::Window => {}
        }
        let held = || {
            self.writer.held.map(|held| PartialReason::HeldRemovals {
                removals: held.removals,
                of: held.of,
            })
        };
        Ok(gap.or_else(|| self.collided()).or_else(held))
    }

    fn collided(&self) -> Option<PartialReason> {
        let objects = self.writer.collided;
        (objects > 0).then_some(PartialReason::Collided { objects })
    }

    pub(crate) fn stats(&self) -> RunStats {
        RunStats {
            upserted: self.stats.upserted + self.writer.upserted,
            removed: self.stats.removed + self.writer.removed,
            forgotten: self.stats.forgotten + self.writer.forgotten,
            ..self.stats
        }
    }
}
