//! Whether as much is stored as the service counts.
//!
//! `/$count` of a directory collection is answered from an index that is brought up to date a
//! little later than the objects themselves
//! (<https://learn.microsoft.com/graph/aad-advanced-queries>), and a tenant goes on changing while
//! it is read. So a difference is not yet a mismatch:
//!
//! - the service is asked once more, [`LAG`] later;
//! - the stored number may lie anywhere between the lowest and the highest count of the run,
//!   where a run that reads everything asks before it begins, too;
//! - by as many objects as a run received of changes, the index may be behind or ahead;
//! - people who were erased are counted as long as the tenant has their accounts.
//!
//! What differs beyond that is told as [`PartialReason::Count`], and nothing is changed for it: to read
//! everything again is for the caller to decide.

use std::time::Duration;

use graph_client::Client;

use super::engine::Engine;
use crate::descriptor::Descriptor;
use crate::error::Result;
use crate::kind::Kind;
use crate::outcome::PartialReason;
use crate::run::metrics::SourceMetrics;
use crate::run::progress::{ProgressEvent, ProgressReporter};

/// How much later the service is asked again where its count differs.
const LAG: Duration = Duration::from_secs(20);

/// The counts of one run of a source.
pub(super) struct Counts<'a> {
    engine: &'a Engine,
    client: Client,
    descriptor: &'a Descriptor,
    counted: Option<Spread>,
}

/// The lowest and the highest count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spread {
    lowest: u64,
    highest: u64,
}

impl Spread {
    fn with(spread: Option<Self>, count: u64) -> Self {
        let Self { lowest, highest } = spread.unwrap_or(Self {
            lowest: count,
            highest: count,
        });
        Self {
            lowest: lowest.min(count),
            highest: highest.max(count),
        }
    }

    /// Whether a number is explained by counts, by so many people who were erased, and by so many
    /// changes.
    fn explains(self, stored: u64, erased: u64, changes: u64) -> bool {
        stored.saturating_add(erased) >= self.lowest.saturating_sub(changes)
            && stored <= self.highest.saturating_add(changes)
    }
}

impl<'a> Counts<'a> {
    pub(super) fn new(engine: &'a Engine, client: &Client, descriptor: &'a Descriptor) -> Self {
        Self {
            engine,
            client: client.clone(),
            descriptor,
            counted: None,
        }
    }

    /// The path and the kind of what is counted.
    fn countable(&self) -> Option<(&'a str, &'a Kind)> {
        let path = self.descriptor.counted.as_deref()?;
        let kind = self.descriptor.kinds.first()?;
        self.engine.check_counts.then_some((path, kind))
    }

    async fn count(&mut self, path: &str) -> Option<u64> {
        match self.client.count(path).send().await {
            Ok(count) => {
                self.counted = Some(Spread::with(self.counted, count));
                Some(count)
            }
            // It is a check beside the reading, and no part of it.
            Err(error) => {
                tracing::debug!(source = %self.descriptor.id, %error, "not counted");
                None
            }
        }
    }

    /// How much is stored already, as far as that can be told.
    pub(super) async fn stored(&self) -> u64 {
        match self.countable() {
            Some((_, kind)) => self.engine.store.count(kind).await.unwrap_or_default(),
            None => 0,
        }
    }

    /// Asks how much will come where everything will, of which some may be stored already.
    pub(super) async fn estimate(&mut self, stored: u64, metrics: &SourceMetrics) {
        if let Some((path, _)) = self.countable()
            && let Some(count) = self.count(path).await
        {
            metrics.estimated(count.saturating_sub(stored));
        }
    }

    /// Compares what is stored with what the service counts, at the end of a round that brought so
    /// many changes. The count is `None` where there is none.
    pub(super) async fn reconcile(
        &mut self,
        changes: u64,
        reporter: &ProgressReporter,
    ) -> Result<(Option<u64>, Option<PartialReason>)> {
        let Some((path, kind)) = self.countable() else {
            return Ok((None, None));
        };
        let stored = self.engine.store.count(kind).await?;
        let erased = if *kind == Kind::USER {
            self.engine.store.erased().await?
        } else {
            0
        };
        let Some(counted) = self.count(path).await else {
            return Ok((None, None));
        };
        if self.explains(stored, erased, changes) {
            return Ok((Some(counted), None));
        }
        reporter.tell(&ProgressEvent::CountDiffers {
            source: self.descriptor.id.clone(),
            stored,
            counted,
        });
        self.engine.clock.sleep(LAG).await;
        // Where it does not answer any more, its first answer stands.
        let counted = self.count(path).await.unwrap_or(counted);
        let gap = (!self.explains(stored, erased, changes))
            .then_some(PartialReason::Count { stored, counted });
        Ok((Some(counted), gap))
    }

    fn explains(&self, stored: u64, erased: u64, changes: u64) -> bool {
        self.counted
            .is_some_and(|spread| spread.explains(stored, erased, changes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(counts: &[u64]) -> Spread {
        let spread = counts
            .iter()
            .fold(None, |spread, count| Some(Spread::with(spread, *count)));
        spread.unwrap()
    }

    #[test]
    fn one_count_explains_itself_alone() {
        assert!(spread(&[7]).explains(7, 0, 0));
        assert!(!spread(&[7]).explains(6, 0, 0));
        assert!(!spread(&[7]).explains(8, 0, 0));
    }

    #[test]
    fn what_was_counted_in_between_is_explained() {
        let spread = spread(&[100, 90]);
        for stored in 90..=100 {
            assert!(spread.explains(stored, 0, 0), "{stored}");
        }
        assert!(!spread.explains(89, 0, 0));
        assert!(!spread.explains(101, 0, 0));
    }

    #[test]
    fn the_index_may_be_behind_by_as_much_as_changed() {
        assert!(spread(&[100]).explains(97, 0, 3));
        assert!(spread(&[100]).explains(103, 0, 3));
        assert!(!spread(&[100]).explains(104, 0, 3));
        assert!(spread(&[1]).explains(0, 0, u64::MAX), "without overflow");
    }

    #[test]
    fn people_who_were_erased_may_be_counted_or_gone() {
        for stored in [8, 9, 10] {
            assert!(spread(&[10]).explains(stored, 2, 0), "{stored}");
        }
        assert!(!spread(&[10]).explains(7, 2, 0));
        assert!(!spread(&[10]).explains(11, 2, 0));
    }
}
