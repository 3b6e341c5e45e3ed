//! What refusals do to a gate: close it, and open it slowly.

use std::time::Duration;

/// What refusals do.
#[derive(Debug, Default)]
pub(super) struct Lane {
    pub(super) closed_until: Duration,
    /// How many may be in flight while reopening; nothing when fully open.
    pub(super) window: Option<u32>,
    pub(super) in_flight: u32,
    /// Since when it has not been fully open.
    impeded_since: Option<Duration>,
    /// For how long it was not, before.
    impeded: Duration,
}

impl Lane {
    pub(super) fn impeded(&self, now: Duration) -> Duration {
        let since = self
            .impeded_since
            .map_or(Duration::ZERO, |since| now.saturating_sub(since));
        self.impeded.saturating_add(since)
    }

    pub(super) fn close(&mut self, now: Duration, until: Duration) {
        self.closed_until = self.closed_until.max(until);
        self.window = Some(1);
        self.impeded_since.get_or_insert(now);
    }

    pub(super) fn open_further(&mut self, now: Duration, fully: u32) {
        self.window = self
            .window
            .map(|window| window.saturating_mul(2))
            .filter(|window| *window < fully);
        if self.window.is_none() {
            self.impeded = self.impeded(now);
            self.impeded_since = None;
        }
    }
}
