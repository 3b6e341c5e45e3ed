//! Passing the gate before an attempt, and closing it after a refusal.

use std::pin::pin;
use std::time::Duration;

use futures::future;

use super::{Call, Progress, SPARE_BUDGET};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::observer::WaitReason;
use crate::retry::RetryOptions;
use crate::throttle::{Blocked, Permit, Scope, Ticket};

impl Client {
    /// Passes the gate, waiting in front of it as long as the budget allows.
    ///
    /// Waiting for limits of our own is not held against the budget, which is for the service's
    /// refusals: a wide fan-out at a small limit takes its time and does not fail by itself. It is
    /// bounded all the same: who would have to wait longer than
    /// [`RetryOptions::queue_time`] is refused at once and does not stand in line.
    pub(super) async fn permit(&self, call: &Call, progress: &Progress) -> Result<Permit> {
        let shared = self.shared();
        let patience = if call.spare {
            SPARE_BUDGET.min(shared.retry.queue_time)
        } else {
            shared.retry.queue_time
        };
        let ticket = shared
            .gates
            .enqueue(
                &progress.demand,
                self.priority(),
                patience,
                shared.clock.monotonic(),
            )
            .map_err(|wait| self.seal(progress, Error::throttled(wait)))?;
        let permit = self.turn(call, progress, &ticket).await;
        progress
            .budget
            .excuse(ticket.quota_wait(shared.clock.monotonic()));
        permit
    }

    /// Waits until it is the turn of a ticket.
    async fn turn(&self, call: &Call, progress: &Progress, ticket: &Ticket) -> Result<Permit> {
        let shared = self.shared();
        loop {
            let now = shared.clock.monotonic();
            let blocked = match ticket.poll(now) {
                Ok(permit) => return Ok(permit),
                Err(blocked) => blocked,
            };
            let remaining = self
                .remaining(progress)
                .saturating_add(ticket.quota_wait(now));
            match blocked {
                Blocked::Until(at, reason) => {
                    let wait = at.saturating_sub(now);
                    if reason == WaitReason::Throttled && wait > remaining {
                        return Err(self.seal(progress, Error::throttled(wait)));
                    }
                    let called = pin!(ticket.called());
                    let waited = pin!(self.wait(call.workload, wait, reason));
                    future::select(called, waited).await;
                }
                Blocked::Turn => {
                    if remaining.is_zero() {
                        return Err(self.seal(progress, Error::throttled(shared.retry.base_delay)));
                    }
                    // Whoever is in flight is back within the timeout of an attempt.
                    ticket.called().await;
                }
            }
        }
    }

    pub(super) fn close_gate(
        &self,
        permit: &Permit,
        (scope, quota): (Scope, bool),
        wait: Duration,
        progress: &Progress,
    ) {
        let shared = self.shared();
        // Some spread, but not so much that a wait that fits the budget no longer does.
        let spread = RetryOptions::spread(wait, &*shared.random)
            .min(self.remaining(progress))
            .max(wait);
        let now = shared.clock.monotonic();
        permit.throttled(scope, quota, now, now.saturating_add(spread));
    }
}
