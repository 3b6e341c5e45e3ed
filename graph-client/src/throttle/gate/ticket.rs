//! A place in the line, and what it turns into.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

use super::super::queue::{At, FlowKey, Place, Waiting};
use super::holder::{Held, Holder};
use super::state::State;
use super::{Blocked, Demand, Gates};
use crate::observer::WaitReason;
use crate::pulse::{GRACE, Pulse, SHORT_GRACE, Watch};
use crate::sync::lock;

/// A place in the line. Dropping it gives it up.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(super) gates: Arc<Gates>,
    pub(super) id: u64,
    pub(super) demand: Arc<Demand>,
    pub(super) flow: Arc<FlowKey>,
    pub(super) wake: Arc<Notify>,
    pub(super) line: Mutex<Line>,
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
            reason: WaitReason::Gate,
        }
    }

    fn ours(&self, now: Duration) -> Duration {
        if self.reason == WaitReason::Gate {
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
            demand: Arc::clone(&self.demand),
            wake: Arc::clone(&self.wake),
            expected: now,
            called: false,
        }
    }

    /// Leave to send, or what to wait for. Never waits itself.
    pub(crate) fn poll(&self, now: Duration) -> Result<Permit, Blocked> {
        let polled = self.look(now);
        let reason = match &polled {
            Ok(_) => WaitReason::Gate,
            Err(Blocked::Until(_, reason) | Blocked::Turn(_, reason)) => *reason,
        };
        lock(&self.line).look(now, reason);
        polled
    }

    fn look(&self, now: Duration) -> Result<Permit, Blocked> {
        let mut state = lock(&self.gates.state);
        let state = &mut *state;
        let limits = &self.gates.limits;
        let workload = self.demand.workload;
        if let Some(queue) = state.queues.get_mut(&workload) {
            if queue.came(&self.flow, self.id, now) {
                state.want(limits, &self.demand, true);
            } else if let Some((At::Place(place), ..)) = queue.stands(&self.flow, self.id) {
                let place = place.clone();
                state.look(workload, place);
            }
        }
        state.dispatch(limits, workload, now);
        let closed_until = state.closed_until(&self.demand);
        if state.holders.get(&self.id).is_some_and(Holder::is_grant) {
            if closed_until <= now {
                return Ok(self.take(state, now));
            }
            // It was closed in between.
            self.stand_aside(state, now);
            if let Some(queue) = state.queues.get_mut(&workload)
                && queue.came(&self.flow, self.id, now)
            {
                state.want(limits, &self.demand, true);
            }
        }
        Err(self.wait(state, closed_until, now))
    }

    /// What to wait for.
    fn wait(&self, state: &mut State, closed_until: Duration, now: Duration) -> Blocked {
        let soon = now.saturating_add(GRACE);
        let Some(queue) = state.queues.get_mut(&self.demand.workload) else {
            return Blocked::Turn(soon, WaitReason::Gate);
        };
        let blocked = match queue.stands(&self.flow, self.id) {
            _ if closed_until > now => Blocked::Until(closed_until, WaitReason::Throttled),
            Some((At::Until(at, reason), 0, _)) => Blocked::Until(*at, *reason),
            Some((at, before, alarm)) => {
                let (due, reason) = match at {
                    At::Until(at, reason) => (*at, *reason),
                    // It is narrow only because of a refusal.
                    At::Place(Place::Lane(_)) => (soon, WaitReason::Throttled),
                    At::Place(Place::Bucket(_)) | At::Ready | At::Deserted => {
                        (soon, WaitReason::Gate)
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
            None => Blocked::Turn(soon, WaitReason::Gate),
        };
        let (Blocked::Until(at, _) | Blocked::Turn(at, _)) = blocked;
        queue.expect(&self.flow, self.id, at);
        blocked
    }

    /// Turns what was given into a permit.
    fn take(&self, state: &mut State, now: Duration) -> Permit {
        state.sent += 1;
        let pulse = Arc::<Pulse>::default();
        let latest = now.saturating_add(self.gates.attempt).saturating_add(GRACE);
        if let Some(holder) = state.holders.get_mut(&self.id) {
            holder.held = Held::Permit(Arc::clone(&pulse), Watch::default(), latest);
        }
        Permit {
            gates: Arc::clone(&self.gates),
            id: self.id,
            pulse,
            sent: Sent {
                at: now,
                number: state.sent,
            },
        }
    }

    /// Gives a place back and stands in line as before, passed over until it looks.
    fn stand_aside(&self, state: &mut State, now: Duration) {
        state.leave_unsent(&self.gates.limits, self.id);
        state.stand_aside(&self.flow, self.waiting(now));
    }

    /// Gives back a permit that nothing was sent with, and keeps the place in the line for
    /// [`poll`](Self::poll).
    pub(crate) fn put_back(&self, permit: Permit, now: Duration) {
        self.stand_aside(&mut lock(&self.gates.state), now);
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
        let mut state = lock(&self.gates.state);
        let state = &mut *state;
        let limits = &self.gates.limits;
        if let Some(holder) = state.holders.get(&self.id) {
            if holder.is_grant() {
                state.leave_unsent(limits, self.id);
            }
            return;
        }
        let Some(queue) = state.queues.get_mut(&self.demand.workload) else {
            return;
        };
        let removed = queue.remove(&self.flow, self.id);
        if queue.is_empty() {
            state.queues.remove(&self.demand.workload);
        }
        if let Some((_, false)) = removed {
            state.want(limits, &self.demand, false);
        }
    }
}

/// Leave to have one request in flight. Dropping it, even in the middle of the request, gives the
/// place to the next.
#[derive(Debug)]
pub(crate) struct Permit {
    pub(super) gates: Arc<Gates>,
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
        lock(&self.gates.state).leave(&self.gates.limits, self.id);
    }
}
