//! A place in the line, and what it turns into.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use tokio::sync::Notify;

use super::super::LimitScope;
use super::super::limits::LimitUnit;
use super::super::queue::Flow;
use super::lane::Allowance;
use super::{Blocked, Demand, FULLY_OPEN, Gates, Scope};
use crate::observer::WaitReason;
use crate::sync::lock;

/// A place in the line. Dropping it gives it up.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(super) gates: Arc<Gates>,
    pub(super) id: u64,
    pub(super) demand: Arc<Demand>,
    pub(super) flow: Flow,
    pub(super) wake: Arc<Notify>,
    pub(super) since: Duration,
    pub(super) impeded: Vec<Duration>,
}

impl Ticket {
    /// Leave to send, or what to wait for. Never waits itself.
    pub(crate) fn poll(&self, now: Duration) -> Result<Permit, Blocked> {
        let mut state = lock(&self.gates.state);
        let state = &mut *state;
        let limits = &self.gates.limits;
        state.dispatch(limits, self.demand.workload, now);
        if let Some(sent) = state.granted.remove(&self.id) {
            return Ok(Permit {
                gates: Arc::clone(&self.gates),
                demand: Arc::clone(&self.demand),
                sent,
            });
        }
        let closed_until = state.closed_until(&self.demand);
        if closed_until > now {
            return Err(Blocked::Until(closed_until, WaitReason::Throttled));
        }
        let leads = state
            .queues
            .get(&self.demand.workload)
            .is_some_and(|queue| queue.leads(&self.flow, self.id));
        if !leads {
            return Err(Blocked::Turn);
        }
        state.admit(limits, &self.demand, now).and_then(|()| {
            // It cannot be, right after it was not let through; asking again is always safe.
            state.back(limits, &self.demand);
            self.wake.notify_one();
            Err(Blocked::Turn)
        })
    }

    /// Waits until it is worth while to look again.
    ///
    /// # Cancel safety
    ///
    /// A call that came is kept for the next time.
    pub(crate) async fn called(&self) {
        self.wake.notified().await;
    }

    /// How much of the time in line was for limits of our own, and not for a refusal.
    pub(crate) fn quota_wait(&self, now: Duration) -> Duration {
        let state = lock(&self.gates.state);
        let refusals = state
            .impeded(&self.demand, now)
            .iter()
            .zip(&self.impeded)
            .map(|(now, before)| now.saturating_sub(*before))
            .max()
            .unwrap_or_default();
        now.saturating_sub(self.since).saturating_sub(refusals)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = lock(&self.gates.state);
        let state = &mut *state;
        if state.granted.remove(&self.id).is_some() {
            state.back(&self.gates.limits, &self.demand);
            return;
        }
        let Some(queue) = state.queues.get_mut(&self.demand.workload) else {
            return;
        };
        let led = queue.leads(&self.flow, self.id);
        if queue.remove(&self.flow, self.id).is_none() {
            return;
        }
        if led && let Some(head) = queue.head(&self.flow) {
            head.wake.notify_one();
        }
        if queue.is_empty() {
            state.queues.remove(&self.demand.workload);
        }
        state.want(&self.gates.limits, &self.demand, false);
    }
}

/// Leave to have one request in flight. Dropping it, even in the middle of the request, gives the
/// place to the next.
#[derive(Debug)]
pub(crate) struct Permit {
    gates: Arc<Gates>,
    demand: Arc<Demand>,
    sent: Duration,
}

impl Permit {
    /// The service took the request: open further, and learn from what it says of its limits.
    /// <https://learn.microsoft.com/graph/throttling-limits>
    pub(crate) fn succeeded(&self, headers: &HeaderMap, now: Duration) {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
        let share = number("x-ms-throttle-limit-percentage");
        let actual = headers
            .get("x-ms-resource-unit")
            .and_then(|value| value.to_str().ok()?.trim().parse::<u32>().ok());
        let mut state = lock(&self.gates.state);
        let limits = &self.gates.limits;
        let mut fully = FULLY_OPEN;
        for (key, limit) in self.demand.buckets(limits) {
            if limit.unit != LimitUnit::Concurrent {
                fully = fully.min(limit.requests);
            }
            let Some(bucket) = state.buckets.get_mut(&key) else {
                continue;
            };
            if let Some(actual) = actual {
                bucket.correct(
                    u64::from(self.demand.resource_units),
                    u64::from(actual.max(1)),
                );
            }
            match share {
                Some(share) if share >= 0.8 => {
                    if limit.scope == LimitScope::Tenant {
                        bucket.belief.warned(share, self.sent, now);
                    }
                }
                _ => bucket.accepted(now),
            }
        }
        let allowance = Allowance::of(headers, now);
        for key in self.demand.lanes() {
            if let Some(lane) = state.lanes.get_mut(&key) {
                lane.open_further(now, fully);
                if let Some(allowance) = allowance.filter(|_| key.tenant.is_some()) {
                    lane.allow(allowance);
                }
            }
        }
    }

    /// The service refused: close for everyone that it concerns.
    pub(crate) fn throttled(&self, scope: Scope, quota: bool, now: Duration, until: Duration) {
        self.gates
            .refused(&self.demand, (scope, quota), self.sent, now, until);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        lock(&self.gates.state).back(&self.gates.limits, &self.demand);
    }
}
