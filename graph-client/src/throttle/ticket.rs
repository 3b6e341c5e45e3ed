//! A place in the line, and what it turns into.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

use super::admission::{Admission, AdmissionStage};
use super::flow::FlowKey;
use super::limiter::{Blocked, RateLimiter};
use super::limiter_state::LimiterState;
use super::queue::{FlowState, Place, Waiting};
use super::request_cost::RequestCost;
use crate::observer::WaitReason;
use crate::pulse::{GRACE, Pulse, SHORT_GRACE, Watch};
use crate::sync::lock;

/// A place in the line. Dropping it gives it up.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(super) limiter: Arc<RateLimiter>,
    pub(super) id: u64,
    pub(super) cost: Arc<RequestCost>,
    pub(super) flow: Arc<FlowKey>,
    pub(super) wake: Arc<Notify>,
    pub(super) line: Mutex<Line>,
    pub(super) expected: Duration,
}

/// The time in line.
#[derive(Debug)]
pub(super) struct Line {
    /// For limits of our own, up to the last look.
    ours: Duration,
    looked: Duration,
    /// What it was told to wait for then.
    reason: WaitReason,
}

impl Line {
    pub(super) fn new(now: Duration) -> Self {
        Self {
            ours: Duration::ZERO,
            looked: now,
            reason: WaitReason::RateLimit,
        }
    }

    fn ours(&self, now: Duration) -> Duration {
        if self.reason == WaitReason::RateLimit {
            self.ours.saturating_add(now.saturating_sub(self.looked))
        } else {
            self.ours
        }
    }

    fn look(&mut self, now: Duration, reason: WaitReason) {
        self.ours = self.ours(now);
        (self.looked, self.reason) = (now, reason);
    }
}

/// When a request was sent, and as which of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) at: Duration,
    pub(super) number: u64,
}

impl Ticket {
    pub(super) fn waiting(&self, now: Duration) -> Waiting {
        Waiting {
            ticket: self.id,
            cost: Arc::clone(&self.cost),
            wake: Arc::clone(&self.wake),
            expected: now,
            called: false,
        }
    }

    /// How long it was to stand in line for limits of our own when it began to.
    pub(crate) fn expected(&self) -> Duration {
        self.expected
    }

    /// Leave to send, or what to wait for. Never waits itself.
    pub(crate) fn poll(&self, now: Duration) -> Result<Permit, Blocked> {
        let polled = self.look(now);
        let reason = match &polled {
            Ok(_) => WaitReason::RateLimit,
            Err(Blocked::Until(_, reason) | Blocked::Turn(_, reason)) => *reason,
        };
        lock(&self.line).look(now, reason);
        polled
    }

    fn look(&self, now: Duration) -> Result<Permit, Blocked> {
        let mut state = lock(&self.limiter.state);
        let state = &mut *state;
        let limits = &self.limiter.limits;
        let workload = self.cost.workload;
        if let Some(queue) = state.queues.get_mut(&workload) {
            if queue.came(&self.flow, self.id, now) {
                state.want(limits, &self.cost, true);
            } else if let Some((FlowState::Place(place), ..)) = queue.stands(&self.flow, self.id) {
                let place = place.clone();
                state.look(workload, place);
            }
        }
        state.dispatch(limits, workload, now);
        let paused_until = state.paused_until(&self.cost);
        if state
            .admissions
            .get(&self.id)
            .is_some_and(Admission::is_granted)
        {
            if paused_until <= now {
                return Ok(self.take(state, now));
            }
            // It was paused in between.
            self.stand_aside(state, now);
            if let Some(queue) = state.queues.get_mut(&workload)
                && queue.came(&self.flow, self.id, now)
            {
                state.want(limits, &self.cost, true);
            }
        }
        Err(self.wait(state, paused_until, now))
    }

    /// What to wait for.
    fn wait(&self, state: &mut LimiterState, paused_until: Duration, now: Duration) -> Blocked {
        let soon = now.saturating_add(GRACE);
        let Some(queue) = state.queues.get_mut(&self.cost.workload) else {
            return Blocked::Turn(soon, WaitReason::RateLimit);
        };
        let blocked = match queue.stands(&self.flow, self.id) {
            _ if paused_until > now => Blocked::Until(paused_until, WaitReason::Throttled),
            Some((FlowState::Until(at, reason), 0, _)) => Blocked::Until(*at, *reason),
            Some((at, before, alarm)) => {
                let (due, reason) = match at {
                    FlowState::Until(at, reason) => (*at, *reason),
                    // It is narrow only because of a refusal.
                    FlowState::Place(Place::PauseScope(_)) => (soon, WaitReason::Throttled),
                    FlowState::Place(Place::Bucket(_)) | FlowState::Ready | FlowState::Deserted => {
                        (soon, WaitReason::RateLimit)
                    }
                };
                // Twice as many look at each further moment, for the case that none before is there.
                let step = (before + 1).ilog2();
                let at = due.saturating_add((GRACE / 2).saturating_mul(step));
                let at = if alarm > now {
                    let places = u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1);
                    at.min(soon)
                        .min(now.saturating_add(SHORT_GRACE.saturating_mul(places)))
                } else {
                    at
                };
                Blocked::Turn(at, reason)
            }
            None => Blocked::Turn(soon, WaitReason::RateLimit),
        };
        let (Blocked::Until(at, _) | Blocked::Turn(at, _)) = blocked;
        queue.expect(&self.flow, self.id, at);
        blocked
    }

    /// Turns what was given into a permit.
    fn take(&self, state: &mut LimiterState, now: Duration) -> Permit {
        state.sent += 1;
        let pulse = Arc::<Pulse>::default();
        let latest = now
            .saturating_add(self.limiter.attempt)
            .saturating_add(GRACE);
        if let Some(admission) = state.admissions.get_mut(&self.id) {
            admission.stage = AdmissionStage::Sending(Arc::clone(&pulse), Watch::default(), latest);
        }
        Permit {
            limiter: Arc::clone(&self.limiter),
            id: self.id,
            pulse,
            sent: Sent {
                at: now,
                number: state.sent,
            },
        }
    }

    /// Gives a place back and stands in line as before, passed over until it looks.
    fn stand_aside(&self, state: &mut LimiterState, now: Duration) {
        state.leave_unsent(&self.limiter.limits, self.id);
        state.stand_aside(&self.flow, self.waiting(now));
    }

    /// Gives back a permit that nothing was sent with, and keeps the place in the line for
    /// [`poll`](Self::poll).
    pub(crate) fn put_back(&self, permit: Permit, now: Duration) {
        self.stand_aside(&mut lock(&self.limiter.state), now);
        drop(permit);
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
        lock(&self.line).ours(now)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = lock(&self.limiter.state);
        let state = &mut *state;
        let limits = &self.limiter.limits;
        if let Some(admission) = state.admissions.get(&self.id) {
            if admission.is_granted() {
                state.leave_unsent(limits, self.id);
            }
            return;
        }
        let Some(queue) = state.queues.get_mut(&self.cost.workload) else {
            return;
        };
        let removed = queue.remove(&self.flow, self.id);
        if queue.is_empty() {
            state.queues.remove(&self.cost.workload);
        }
        if let Some((_, false)) = removed {
            state.want(limits, &self.cost, false);
        }
    }
}

/// Leave to have one request in flight. Dropping it, even in the middle of the request, gives the
/// place to the next.
#[derive(Debug)]
pub(crate) struct Permit {
    pub(super) limiter: Arc<RateLimiter>,
    pub(super) id: u64,
    pulse: Arc<Pulse>,
    pub(super) sent: Sent,
}

impl Permit {
    pub(crate) fn sent(&self) -> Sent {
        self.sent
    }

    /// Runs the request, so that others see when nobody polls it any longer.
    pub(crate) async fn of<F: Future>(&self, request: F) -> F::Output {
        self.pulse.of(request).await
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        lock(&self.limiter.state).leave(&self.limiter.limits, self.id);
    }
}
