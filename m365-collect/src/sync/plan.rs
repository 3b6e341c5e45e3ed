//! What is due, and why the rest is not.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::due::{Due, DueReason, Known, is_failure};
use crate::id::SourceId;
use crate::source::Source;
use crate::store::{RunEntry, Store, StoreError};
use crate::timestamp;

/// Failures in a row that are looked for.
const FAILURES: usize = 8;

/// Which sources would be read at a time, in which order, and why the others would not.
///
/// It is made from what the store knows, so that it is the same after a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// The time that it is for.
    #[serde(serialize_with = "timestamp::serialize")]
    pub at: SystemTime,
    /// Every source, each after those that it waits for.
    pub sources: Vec<PlannedSource>,
}

/// What is planned for a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlannedSource {
    /// The source.
    pub id: SourceId,
    /// Those that are read before it.
    pub after: Vec<SourceId>,
    /// How often it is read.
    #[serde(rename = "cadence_seconds", serialize_with = "as_seconds")]
    pub cadence: Duration,
    /// When it was last begun.
    #[serde(serialize_with = "timestamp::option::serialize")]
    pub last_run: Option<SystemTime>,
    /// When it is to be read.
    #[serde(flatten)]
    pub due: Due,
}

fn as_seconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(time.as_secs())
}

impl Plan {
    /// The sources that are to be read now. With those that are due go those that will be within a
    /// twentieth of their cadence, so that what is read together stays together.
    pub fn due(&self) -> impl Iterator<Item = &PlannedSource> {
        let any = self.sources.iter().any(PlannedSource::is_due);
        self.sources
            .iter()
            .filter(move |source| source.is_due() || any && source.is_nearly_due(self.at))
    }

    /// When the next source is due: the time of the plan where one is, `None` where none ever
    /// will be.
    pub fn next(&self) -> Option<SystemTime> {
        self.earliest().map(|(at, _)| at)
    }

    pub(super) fn earliest(&self) -> Option<(SystemTime, DueReason)> {
        let times = self.sources.iter().filter_map(|source| match source.due {
            Due::Now { reason } => Some((self.at, reason)),
            Due::Later { at, reason } => Some((at, reason)),
            Due::Off => None,
        });
        times.min_by_key(|(at, _)| *at)
    }

    /// A source by its id.
    pub fn source(&self, id: &str) -> Option<&PlannedSource> {
        self.sources.iter().find(|source| source.id.as_str() == id)
    }
}

impl PlannedSource {
    /// Whether it is to be read now.
    pub const fn is_due(&self) -> bool {
        matches!(self.due, Due::Now { .. })
    }

    fn is_nearly_due(&self, now: SystemTime) -> bool {
        let soon = now.checked_add(self.cadence / 20).unwrap_or(now);
        matches!(self.due, Due::Later { at, reason: DueReason::Fresh } if at <= soon)
    }
}

/// Plans all sources, of which some are chosen.
pub(super) async fn plan(
    store: &dyn Store,
    catalogue: &[Arc<dyn Source>],
    chosen: &[Arc<dyn Source>],
    cadence: impl Fn(&SourceId, Duration) -> Duration,
    at: SystemTime,
) -> Result<Plan, StoreError> {
    let runs = store.last_runs().await?;
    let mut sources = Vec::with_capacity(catalogue.len());
    for source in in_order(catalogue) {
        let descriptor = source.descriptor();
        let id = &descriptor.id;
        let last = runs.iter().find(|run| run.source == *id);
        let cadence = cadence(id, descriptor.cadence);
        let due = if chosen.iter().any(|source| source.descriptor().id == *id) {
            let known = Known {
                last,
                failures: failures(store, last).await?,
                state: store.source_state(id).await?.unwrap_or_default(),
                parents_read_at: parents_read_at(store, &descriptor.after).await?,
            };
            known.due(cadence, at)
        } else {
            Due::Off
        };
        sources.push(PlannedSource {
            id: id.clone(),
            after: descriptor.after.clone(),
            cadence,
            last_run: last.and_then(|run| run.started_at),
            due,
        });
    }
    Ok(Plan { at, sources })
}

/// Each after those that it waits for, else in the order of the catalogue. Such an order was
/// found to exist for those that are chosen; of the others any will do.
fn in_order(catalogue: &[Arc<dyn Source>]) -> Vec<&Arc<dyn Source>> {
    let mut left: Vec<_> = catalogue.iter().collect();
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let names: Vec<SourceId> = left
            .iter()
            .map(|source| source.descriptor().id.clone())
            .collect();
        let is_free = |source: &Arc<dyn Source>| {
            let mut parents = source.descriptor().waits_for();
            !parents.any(|id| names.contains(id))
        };
        let free = left.iter().position(|source| is_free(source)).unwrap_or(0);
        order.push(left.remove(free));
    }
    order
}

/// How many of the last runs failed in a row.
async fn failures(store: &dyn Store, last: Option<&RunEntry>) -> Result<u32, StoreError> {
    let Some(last) = last.filter(|run| is_failure(&run.outcome)) else {
        return Ok(0);
    };
    let runs = store.runs(Some(&last.source), None, FAILURES).await?;
    let in_a_row = runs.iter().take_while(|run| is_failure(&run.outcome));
    Ok(u32::try_from(in_a_row.count()).unwrap_or(u32::MAX))
}

async fn parents_read_at(
    store: &dyn Store,
    parents: &[SourceId],
) -> Result<Option<SystemTime>, StoreError> {
    let mut latest = None;
    for parent in parents {
        let state = store.source_state(parent).await?;
        latest = latest.max(state.and_then(|state| state.completed_at));
    }
    Ok(latest)
}
