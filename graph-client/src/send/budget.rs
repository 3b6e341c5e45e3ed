//! The time that a call may take.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The budget of a call that can be done without.
pub(super) const SPARE_BUDGET: Duration = Duration::from_secs(10);

/// When a call began, and how much of the time since is not held against it: waiting its turn for
/// limits of our own. Clones count together, as the rounds of a batch do.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    since: Duration,
    queued_micros: Arc<AtomicU64>,
}

impl Budget {
    pub(crate) fn new(now: Duration) -> Self {
        Self {
            since: now,
            queued_micros: Arc::default(),
        }
    }

    /// All the time since it began.
    pub(crate) fn elapsed(&self, now: Duration) -> Duration {
        now.saturating_sub(self.since)
    }

    /// The time that counts.
    pub(crate) fn spent(&self, now: Duration) -> Duration {
        self.elapsed(now).saturating_sub(self.queued())
    }

    /// The time that does not.
    pub(crate) fn queued(&self) -> Duration {
        Duration::from_micros(self.queued_micros.load(Ordering::Relaxed))
    }

    /// Does not count this long.
    pub(crate) fn excuse(&self, wait: Duration) {
        let micros = u64::try_from(wait.as_micros()).unwrap_or(u64::MAX);
        let more = |queued: u64| Some(queued.saturating_add(micros));
        let (write, read) = (Ordering::Relaxed, Ordering::Relaxed);
        let _ = self.queued_micros.fetch_update(write, read, more);
    }
}
