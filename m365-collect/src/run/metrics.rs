//! Counts the calls of one source, and tells how it comes on.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use graph_client::{CallEvent, Observer, WaitReason};

use super::accepted::Accepted;
use super::progress::{ProgressEvent, ProgressReporter, WaitCause};
use super::rate::Rate;
use crate::id::SourceId;
use crate::outcome::RunStats;
use crate::store::HeldSweep;
use crate::timestamp;

/// Shorter waits for a limit of our own are part of going on.
const WORTH_TELLING: Duration = Duration::from_secs(1);

/// Counts what a client does for one source.
pub(crate) struct SourceMetrics {
    source: SourceId,
    reporter: ProgressReporter,
    accepted: Accepted,
    requests: AtomicU64,
    batched: AtomicU64,
    throttled: AtomicU64,
    bytes: AtomicU64,
    flow: Mutex<Flow>,
}

#[derive(Default)]
struct Flow {
    rate: Rate,
    estimate: Option<u64>,
}

impl fmt::Debug for SourceMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl SourceMetrics {
    pub(crate) fn new(source: SourceId, reporter: ProgressReporter, accepted: Accepted) -> Self {
        Self {
            source,
            reporter,
            accepted,
            requests: AtomicU64::new(0),
            batched: AtomicU64::new(0),
            throttled: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            flow: Mutex::default(),
        }
    }

    pub(crate) fn add_to(&self, stats: RunStats) -> RunStats {
        RunStats {
            requests: self.requests.load(Ordering::Relaxed),
            batched: self.batched.load(Ordering::Relaxed),
            throttled: self.throttled.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            ..stats
        }
    }

    pub(crate) fn estimated(&self, estimate: u64) {
        let mut flow = self.flow.lock().unwrap_or_else(PoisonError::into_inner);
        flow.estimate = Some(estimate);
        drop(flow);
        self.reporter.tell(&ProgressEvent::Estimated {
            source: self.source.clone(),
            estimate,
        });
    }

    pub(crate) fn stored(&self, seen: u64) {
        let now = self.reporter.clock.monotonic();
        let mut flow = self.flow.lock().unwrap_or_else(PoisonError::into_inner);
        let per_second = flow.rate.sample(now, seen);
        let estimate = flow.estimate;
        drop(flow);
        self.reporter.tell(&ProgressEvent::Stored {
            source: self.source.clone(),
            seen,
            estimate,
            per_second,
        });
    }

    pub(crate) fn resync(&self) {
        self.reporter.tell(&ProgressEvent::Resync {
            source: self.source.clone(),
        });
    }

    pub(crate) fn held(&self, held: HeldSweep) {
        self.reporter.tell(&ProgressEvent::HeldRemovals {
            source: self.source.clone(),
            removals: held.removals,
            of: held.of,
        });
    }

    pub(crate) fn waiting(&self, wait: Duration, cause: WaitCause) {
        let now = self.reporter.clock.now();
        self.reporter.tell(&ProgressEvent::Waiting {
            source: self.source.clone(),
            until: timestamp::after(now, wait),
            wait,
            cause,
        });
    }
}

impl Observer for SourceMetrics {
    fn event(&self, event: &CallEvent) {
        self.accepted.event(event);
        match event {
            CallEvent::Attempt { status, bytes, .. } => {
                self.requests.fetch_add(1, Ordering::Relaxed);
                self.bytes.fetch_add(*bytes, Ordering::Relaxed);
                if *status == Some(429) {
                    self.throttled.fetch_add(1, Ordering::Relaxed);
                }
            }
            CallEvent::BatchItem { status, .. } => {
                self.batched.fetch_add(1, Ordering::Relaxed);
                if *status == 429 {
                    self.throttled.fetch_add(1, Ordering::Relaxed);
                }
            }
            CallEvent::Wait {
                duration, reason, ..
            } => match reason {
                WaitReason::Backoff => self.reporter.tell(&ProgressEvent::Retrying {
                    source: self.source.clone(),
                    wait: *duration,
                }),
                WaitReason::Throttled => self.waiting(*duration, WaitCause::Throttled),
                WaitReason::RateLimit if *duration >= WORTH_TELLING => {
                    self.waiting(*duration, WaitCause::Limit);
                }
                _ => {}
            },
            _ => {}
        }
    }
}
