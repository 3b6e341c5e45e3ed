//! Counts the calls of one source and passes its waits on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use graph_client::{CallEvent, Observer};

use crate::outcome::Tally;
use crate::source::SourceId;
use crate::sync::progress::{Progress, ProgressEvent};

/// Counts what a client does for one source.
#[derive(Debug)]
pub(super) struct Meter {
    source: SourceId,
    progress: Arc<dyn Progress>,
    requests: AtomicU64,
    throttled: AtomicU64,
    bytes: AtomicU64,
}

impl Meter {
    pub(super) fn new(source: SourceId, progress: Arc<dyn Progress>) -> Self {
        Self {
            source,
            progress,
            requests: AtomicU64::new(0),
            throttled: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    pub(super) fn add_to(&self, tally: Tally) -> Tally {
        Tally {
            requests: self.requests.load(Ordering::Relaxed),
            throttled: self.throttled.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            ..tally
        }
    }
}

impl Observer for Meter {
    fn event(&self, event: &CallEvent) {
        match event {
            CallEvent::Attempt { status, bytes, .. } => {
                self.requests.fetch_add(1, Ordering::Relaxed);
                self.bytes.fetch_add(*bytes, Ordering::Relaxed);
                if *status == Some(429) {
                    self.throttled.fetch_add(1, Ordering::Relaxed);
                }
            }
            CallEvent::BatchItem { status: 429, .. } => {
                self.throttled.fetch_add(1, Ordering::Relaxed);
            }
            CallEvent::Wait { duration, .. } => {
                self.progress.event(&ProgressEvent::Waiting {
                    source: &self.source,
                    wait: *duration,
                });
            }
            _ => {}
        }
    }
}
