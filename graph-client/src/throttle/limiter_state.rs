//! Who waits, who is under way, and what that leaves to give out.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::admission::{Admission, AdmissionStage};
use super::bucket::Bucket;
use super::flow::FlowKey;
use super::learned_limit::LearnedLimit;
use super::limit::{Limit, LimitUnit};
use super::limit_set::Limits;
use super::pause_scope::PauseScope;
use super::queue::{FlowState, Place, Queue, Waiting};
use super::request_cost::{BucketKey, PauseScopeKey, RequestCost};
use crate::observer::WaitReason;
use crate::pulse::GRACE;
use crate::workload::Workload;

/// The number of pause scopes and budgets from which those of idle resources are forgotten.
pub(super) const MANY: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct LimiterState {
    pub(super) pause_scopes: HashMap<PauseScopeKey, PauseScope>,
    pub(super) buckets: HashMap<BucketKey, Bucket>,
    pub(super) queues: HashMap<Workload, Queue>,
    /// Those who have a place, by ticket.
    pub(super) admissions: HashMap<u64, Admission>,
    /// Who was let through and has not come yet: until when it has time to, its ticket, and since
    /// when.
    pub(super) granted: BTreeSet<(Duration, u64, Duration)>,
    /// Where somebody has left and others may go on.
    pub(super) opened: Vec<(Workload, Place)>,
    pub(super) tickets: u64,
    /// How many were sent.
    pub(super) sent: u64,
    pub(super) restored: Vec<LearnedLimit>,
    pub(super) prune_at: usize,
}

impl LimiterState {
    pub(super) fn bucket(
        &mut self,
        key: BucketKey,
        limit: &Limit,
        limits: &Limits,
        now: Duration,
    ) -> &mut Bucket {
        let restored = &mut self.restored;
        self.buckets.entry(key).or_insert_with_key(|key| {
            let mut bucket = Bucket::new(limit);
            if let Some(at) = restored
                .iter()
                .position(|learned| learned.is_of(key.row, key.tenant.as_ref(), limits))
            {
                let learned = restored.swap_remove(at);
                bucket
                    .adaptive
                    .restore(learned.limit, learned.refused_at, now);
            }
            bucket
        })
    }

    pub(super) fn want(&mut self, limits: &Limits, cost: &RequestCost, more: bool) {
        for (key, limit) in cost.buckets(limits) {
            if let Some(bucket) = self.buckets.get_mut(&key) {
                let units = cost.units(limit);
                bucket.wanted = if more {
                    bucket.wanted.saturating_add(units)
                } else {
                    bucket.wanted.saturating_sub(units)
                };
            }
        }
    }

    pub(super) fn paused_until(&self, cost: &RequestCost) -> Duration {
        cost.pause_scopes()
            .filter_map(|key| Some(self.pause_scopes.get(&key)?.paused_until))
            .max()
            .unwrap_or_default()
    }

    /// When one more may go by what the service said is left.
    pub(super) fn allowed_at(&self, cost: &RequestCost, now: Duration) -> Duration {
        cost.pause_scopes()
            .filter_map(|key| Some(self.pause_scopes.get(&key)?.allowed_at(now)))
            .max()
            .unwrap_or(now)
    }

    /// Lets one through if all limits have room now.
    fn admit(
        &mut self,
        limits: &Limits,
        cost: &RequestCost,
        ticket: u64,
        now: Duration,
    ) -> Result<(), FlowState> {
        let paused_until = self.paused_until(cost);
        if paused_until > now {
            return Err(FlowState::Until(paused_until, WaitReason::Throttled));
        }
        let mut free = self.allowed_at(cost, now);
        let mut full = None;
        for (key, limit) in cost.buckets(limits) {
            let bucket = self.bucket(key.clone(), limit, limits, now);
            free = free.max(bucket.free_at(cost.units(limit), &cost.tenant, now));
            if !bucket.has_place() {
                full = Some(Place::Bucket(key));
            }
        }
        if free > now {
            return Err(FlowState::Until(free, WaitReason::RateLimit));
        }
        let narrow = |key: &PauseScopeKey| {
            self.pause_scopes
                .get(key)
                .is_some_and(|pause_scope| !pause_scope.has_place())
        };
        if let Some(key) = cost.pause_scopes().find(narrow) {
            full = Some(Place::PauseScope(key));
        }
        if let Some(place) = full {
            return Err(FlowState::Place(place));
        }
        for key in cost.pause_scopes() {
            self.pause_scopes.entry(key).or_default().enter(ticket);
        }
        for (key, limit) in cost.buckets(limits) {
            if let Some(bucket) = self.buckets.get_mut(&key) {
                bucket.inside.insert(ticket);
                bucket.record(cost.units(limit), &cost.tenant, now);
            }
        }
        Ok(())
    }

    /// Lets through whoever's turn it is, and calls them.
    pub(super) fn dispatch(&mut self, limits: &Limits, workload: Workload, now: Duration) {
        self.take_back(limits, now);
        if let Some(queue) = self.queues.get_mut(&workload) {
            queue.pass_time(now);
        }
        loop {
            self.unpark(workload);
            let next = self
                .queues
                .get_mut(&workload)
                .and_then(|queue| queue.next(now));
            let Some((id, key, ticket, cost)) = next else {
                break;
            };
            let mut admitted = self.admit(limits, &cost, ticket, now);
            if let Err(FlowState::Place(place)) = &admitted
                && self.sweep(limits, place, now)
            {
                admitted = self.admit(limits, &cost, ticket, now);
            }
            match admitted {
                Ok(()) => {
                    let queue = self.queues.get_mut(&workload);
                    if let Some((waiting, _)) = queue.and_then(|queue| queue.remove(&key, ticket)) {
                        self.grant(limits, id, &key, waiting, now);
                    }
                }
                Err(at) => self.park(workload, id, at, now),
            }
        }
        let missed = self
            .queues
            .get_mut(&workload)
            .map(|queue| std::mem::take(&mut queue.missed));
        for cost in missed.into_iter().flatten() {
            self.want(limits, &cost, false);
        }
        if self.queues.get(&workload).is_some_and(Queue::is_empty) {
            self.queues.remove(&workload);
        }
    }

    fn grant(
        &mut self,
        limits: &Limits,
        id: u64,
        key: &Arc<FlowKey>,
        waiting: Waiting,
        now: Duration,
    ) {
        let ticket = waiting.ticket;
        let mut grace = GRACE;
        if let Some(queue) = self.queues.get_mut(&waiting.cost.workload) {
            grace = queue.grace(key, now);
            let units = waiting.cost.resource_units.max(waiting.cost.requests);
            queue.charge(key, u64::from(units));
            queue.ready(id);
        }
        waiting.wake.notify_one();
        let cost = Arc::clone(&waiting.cost);
        self.want(limits, &cost, false);
        self.granted
            .insert((now.saturating_add(grace), ticket, now));
        let stage = AdmissionStage::Granted(Arc::clone(key), waiting);
        let since = now;
        self.admissions
            .insert(ticket, Admission { cost, since, stage });
    }

    fn park(&mut self, workload: Workload, id: u64, at: FlowState, now: Duration) {
        let Some(queue) = self.queues.get_mut(&workload) else {
            return;
        };
        if let FlowState::Place(place) = &at {
            self.opened.retain(|(_, opened)| opened != place);
            let turn = queue.turn(id);
            let parked = match place {
                Place::PauseScope(key) => self
                    .pause_scopes
                    .get_mut(key)
                    .map(|pause_scope| &mut pause_scope.parked),
                Place::Bucket(key) => self.buckets.get_mut(key).map(|bucket| &mut bucket.parked),
            };
            if let Some(parked) = parked {
                parked.extend(turn);
            }
        }
        queue.park(id, at, now);
    }

    /// Of each place where somebody has left, the next is to be looked at.
    fn unpark(&mut self, workload: Workload) {
        let Some(queue) = self.queues.get_mut(&workload) else {
            self.opened.retain(|(of, _)| *of != workload);
            return;
        };
        let (pause_scopes, buckets) = (&mut self.pause_scopes, &mut self.buckets);
        self.opened.retain(|(of, place)| {
            if *of != workload {
                return true;
            }
            let parked = match place {
                Place::PauseScope(key) => pause_scopes
                    .get_mut(key)
                    .map(|pause_scope| &mut pause_scope.parked),
                Place::Bucket(key) => buckets.get_mut(key).map(|bucket| &mut bucket.parked),
            };
            let Some(parked) = parked else { return false };
            while let Some(turn) = parked.pop_first() {
                let id = turn.2;
                match queue.turn(id) {
                    _ if !queue.is_parked(id, place) => {}
                    // Its share was given something since.
                    Some(actual) if actual > turn => {
                        parked.insert(actual);
                    }
                    _ => {
                        queue.ready(id);
                        return true;
                    }
                }
            }
            false
        });
    }

    /// Somebody who waits for a place looks whether those in it are still there.
    pub(super) fn look(&mut self, workload: Workload, place: Place) {
        if !self.opened.iter().any(|(_, opened)| *opened == place) {
            self.opened.push((workload, place));
        }
    }

    /// Somebody has left a place: the next of those who wait for it is called.
    fn release(&mut self, workload: Workload, place: Place) {
        let parked = match &place {
            Place::PauseScope(key) => self
                .pause_scopes
                .get(key)
                .map(|pause_scope| &pause_scope.parked),
            Place::Bucket(key) => self.buckets.get(key).map(|bucket| &bucket.parked),
        };
        let Some((_, _, id)) = parked.and_then(|parked| parked.first()) else {
            return;
        };
        if let Some(queue) = self.queues.get_mut(&workload) {
            queue.call(*id);
        }
        self.look(workload, place);
    }

    /// Lets more through at a time after a success.
    pub(super) fn ramp_up(&mut self, key: PauseScopeKey, sent: u64, fully: u32) {
        if let Some(pause_scope) = self.pause_scopes.get_mut(&key) {
            pause_scope.ramp_up(sent, fully);
            self.release(key.workload, Place::PauseScope(key));
        }
    }

    /// One who was let through is back, or no longer counts.
    pub(super) fn leave(&mut self, limits: &Limits, ticket: u64) -> Option<Admission> {
        let admission = self.admissions.remove(&ticket)?;
        let workload = admission.cost.workload;
        for key in admission.cost.pause_scopes() {
            if let Some(pause_scope) = self.pause_scopes.get_mut(&key) {
                pause_scope.inside.remove(&ticket);
            }
            self.release(workload, Place::PauseScope(key));
        }
        for (key, limit) in admission.cost.buckets(limits) {
            if let Some(bucket) = self.buckets.get_mut(&key) {
                bucket.inside.remove(&ticket);
            }
            if limit.unit == LimitUnit::Concurrent {
                self.release(workload, Place::Bucket(key));
            }
        }
        Some(admission)
    }

    /// As [`leave`](Self::leave), of one that sends nothing.
    pub(super) fn leave_unsent(&mut self, limits: &Limits, ticket: u64) -> Option<Admission> {
        let admission = self.leave(limits, ticket)?;
        for (key, limit) in admission.cost.buckets(limits) {
            if let Some(bucket) = self.buckets.get_mut(&key) {
                let units = admission.cost.units(limit);
                bucket.cancel(units, &admission.cost.tenant, admission.since);
            }
        }
        if let Some(queue) = self.queues.get_mut(&admission.cost.workload) {
            queue.hurry(&admission.cost.tenant);
        }
        Some(admission)
    }

    /// Takes back what was given to those who did not come.
    fn take_back(&mut self, limits: &Limits, now: Duration) {
        while let Some((due, ticket, since)) = self.granted.first().copied()
            && due <= now
        {
            self.granted.pop_first();
            let is_it = |admission: &Admission| admission.is_granted() && admission.since == since;
            if !self.admissions.get(&ticket).is_some_and(is_it) {
                continue;
            }
            if let Some(admission) = self.leave_unsent(limits, ticket)
                && let AdmissionStage::Granted(key, waiting) = admission.stage
            {
                let workload = waiting.cost.workload;
                self.stand_aside(&key, waiting);
                if let Some(queue) = self.queues.get_mut(&workload) {
                    queue.alarm(&key, now);
                }
            }
        }
    }

    /// Puts somebody in line who is passed over until it looks.
    pub(super) fn stand_aside(&mut self, key: &Arc<FlowKey>, waiting: Waiting) {
        let queue = self.queues.entry(waiting.cost.workload).or_default();
        queue.push(key, waiting, true);
    }

    /// Those in a place whom nobody polls no longer count; whether there were any.
    fn sweep(&mut self, limits: &Limits, place: &Place, now: Duration) -> bool {
        let inside = match place {
            Place::PauseScope(key) => self
                .pause_scopes
                .get(key)
                .map(|pause_scope| &pause_scope.inside),
            Place::Bucket(key) => self.buckets.get(key).map(|bucket| &bucket.inside),
        };
        let admissions = &mut self.admissions;
        let mut absent: Vec<u64> = inside
            .into_iter()
            .flatten()
            .filter(|id| {
                admissions
                    .get_mut(id)
                    .is_some_and(|admission| admission.is_absent(now))
            })
            .copied()
            .collect();
        absent.sort_unstable();
        for ticket in &absent {
            self.leave(limits, *ticket);
        }
        !absent.is_empty()
    }

    /// Forgets resources that nobody has asked for in a while, of which a tenant has many.
    pub(super) fn prune(&mut self, now: Duration) {
        if self.pause_scopes.len().max(self.buckets.len()) < self.prune_at {
            return;
        }
        self.buckets
            .retain(|key, bucket| key.resource.is_none() || !bucket.is_idle(now));
        self.pause_scopes
            .retain(|key, pause_scope| key.resource.is_none() || !pause_scope.is_idle(now));
        self.prune_at = (self.pause_scopes.len().max(self.buckets.len()) * 2).max(MANY);
    }
}
