//! What a sync tells while it runs.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use graph_client::Clock;
use serde::{Deserialize, Serialize};

use crate::id::SourceId;
use crate::outcome::{Outcome, RunStats};
use crate::timestamp;

/// Listens to a sync within the process. Others listen at the other end of a
/// [`progress_channel`](super::progress_channel).
///
/// Called from within the sync, so it must not block.
pub trait Progress: Send + Sync + fmt::Debug {
    /// Something happened.
    fn event(&self, event: &ProgressEvent);

    /// Whether anybody looks: the engine asks for estimates only then.
    fn is_listening(&self) -> bool {
        true
    }
}

/// What happened: source ids, times and figures, and nothing of the tenant's data.
///
/// Serialised with a tag: `{"event": "stored", "source": "users", "seen": 4000, …}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProgressEvent {
    /// A source is being read.
    Started {
        /// Which.
        source: SourceId,
    },
    /// The service was asked how much there is.
    Estimated {
        /// Of which source.
        source: SourceId,
        /// About how many items will come.
        estimate: u64,
    },
    /// Some of it is stored.
    Stored {
        /// Which.
        source: SourceId,
        /// Items received so far.
        seen: u64,
        /// About how many will come, where that is known.
        estimate: Option<u64>,
        /// Items a second, of late.
        per_second: Option<f64>,
    },
    /// The source waits for leave to go on.
    Waiting {
        /// Which.
        source: SourceId,
        /// Not before this time.
        #[serde(with = "timestamp")]
        until: SystemTime,
        /// How long that is.
        #[serde(rename = "wait_milliseconds", with = "milliseconds")]
        wait: Duration,
        /// Why.
        cause: WaitCause,
    },
    /// A request failed and will be sent again.
    Retrying {
        /// Of which source.
        source: SourceId,
        /// After this time.
        #[serde(rename = "wait_milliseconds", with = "milliseconds")]
        wait: Duration,
    },
    /// The service wants everything to be read again. Readers of the store go on seeing what there
    /// was until all of it is here.
    Resync {
        /// Which source.
        source: SourceId,
    },
    /// So much was not listed any more that it was kept all the same; see
    /// [`PartialReason::HeldRemovals`](crate::PartialReason::HeldRemovals).
    HeldRemovals {
        /// Of which source.
        source: SourceId,
        /// How many removals.
        removals: u64,
        /// Of how many stored objects.
        of: u64,
    },
    /// The service counts other than what is stored. It will be asked once more.
    CountDiffers {
        /// Which source.
        source: SourceId,
        /// The objects that are stored.
        stored: u64,
        /// The objects that the service counts.
        counted: u64,
    },
    /// A source is done.
    Finished {
        /// Which.
        source: SourceId,
        /// What came of it.
        outcome: Outcome,
        /// What it did.
        stats: RunStats,
    },
    /// A listener at a channel was slow: events before this one were dropped.
    Missed {
        /// How many.
        events: u64,
    },
}

/// Why a source waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WaitCause {
    /// The service throttled it.
    Throttled,
    /// The next request would exceed what the service allows.
    Limit,
}

impl ProgressEvent {
    /// The source that it is about; `None` for [`ProgressEvent::Missed`].
    pub const fn source(&self) -> Option<&SourceId> {
        match self {
            Self::Started { source }
            | Self::Estimated { source, .. }
            | Self::Stored { source, .. }
            | Self::Waiting { source, .. }
            | Self::Retrying { source, .. }
            | Self::Resync { source }
            | Self::HeldRemovals { source, .. }
            | Self::CountDiffers { source, .. }
            | Self::Finished { source, .. } => Some(source),
            Self::Missed { .. } => None,
        }
    }
}

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        time: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        u64::try_from(time.as_millis())
            .unwrap_or(u64::MAX)
            .serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

/// Nobody listens.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn event(&self, _: &ProgressEvent) {}

    fn is_listening(&self) -> bool {
        false
    }
}

/// Tells the log and every listener.
#[derive(Clone)]
pub(crate) struct ProgressReporter {
    pub(crate) clock: Arc<dyn Clock>,
    listeners: Vec<Arc<dyn Progress>>,
}

impl ProgressReporter {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            listeners: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, listener: Arc<dyn Progress>) {
        self.listeners.push(listener);
    }

    pub(crate) fn is_listened_to(&self) -> bool {
        self.listeners
            .iter()
            .any(|listener| listener.is_listening())
    }

    pub(crate) fn tell(&self, event: &ProgressEvent) {
        log(event);
        for listener in &self.listeners {
            listener.event(event);
        }
    }
}

impl fmt::Debug for ProgressReporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Teller")
            .field("listeners", &self.listeners.len())
            .finish_non_exhaustive()
    }
}

fn log(event: &ProgressEvent) {
    match event {
        ProgressEvent::Started { source } => tracing::debug!(%source, "reading"),
        ProgressEvent::Estimated { source, estimate } => {
            tracing::debug!(%source, estimate, "estimated");
        }
        ProgressEvent::Stored { source, seen, .. } => tracing::trace!(%source, seen, "stored"),
        ProgressEvent::Waiting {
            source,
            wait,
            cause,
            ..
        } => {
            tracing::info!(%source, seconds = wait.as_secs_f64(), ?cause, "waiting");
        }
        ProgressEvent::Retrying { source, wait } => {
            tracing::debug!(%source, seconds = wait.as_secs_f64(), "retrying");
        }
        ProgressEvent::Resync { source } => {
            tracing::warn!(%source, "the service wants everything to be read again");
        }
        ProgressEvent::HeldRemovals {
            source,
            removals,
            of,
        } => tracing::warn!(%source, removals, of, "too many removals to believe: held"),
        ProgressEvent::CountDiffers {
            source,
            stored,
            counted,
        } => tracing::info!(%source, stored, counted, "the count differs"),
        ProgressEvent::Finished {
            source,
            outcome,
            stats,
        } => tracing::info!(
            %source,
            outcome = outcome.name(),
            seen = stats.seen,
            requests = stats.requests,
            milliseconds = stats.elapsed_ms,
            "read"
        ),
        ProgressEvent::Missed { .. } => {}
    }
}
