//! Who waits, who is under way, and what that leaves to give out.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::super::bucket::Bucket;
use super::super::learned::Learned;
use super::super::limits::{Limit, LimitUnit};
use super::super::queue::{At, FlowKey, Place, Queue, Waiting};
use super::super::{Limits, Workload};
use super::Demand;
use super::demand::{BucketKey, LaneKey};
use super::holder::{Held, Holder};
use super::lane::Lane;
use crate::observer::WaitReason;
use crate::pulse::GRACE;

/// The number of gates and budgets from which those of idle resources are forgotten.
pub(super) const MANY: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) lanes: HashMap<LaneKey, Lane>,
    pub(super) buckets: HashMap<BucketKey, Bucket>,
    pub(super) queues: HashMap<Workload, Queue>,
    /// Those who have a place, by ticket.
    pub(super) holders: HashMap<u64, Holder>,
    /// Who was let through and has not come yet: until when it has time to, its ticket, and since
    /// when.
    pub(super) granted: BTreeSet<(Duration, u64, Duration)>,
    /// Where somebody has left and others may go on.
    pub(super) opened: Vec<(Workload, Place)>,
    pub(super) tickets: u64,
    /// How many were sent.
    pub(super) sent: u64,
    pub(super) restored: Vec<Learned>,
    pub(super) prune_at: usize,
}

impl State {
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
                    .belief
                    .restore(learned.limit, learned.refused_at, now);
            }
            bucket
        })
    }

    pub(super) fn want(&mut self, limits: &Limits, demand: &Demand, more: bool) {
        for (key, limit) in demand.buckets(limits) {
            if let Some(bucket) = self.buckets.get_mut(&key) {
                let units = demand.units(&limit);
                bucket.wanted = if more {
                    bucket.wanted.saturating_add(units)
                } else {
                    bucket.wanted.saturating_sub(units)
                };
            }
        }
    }

    pub(super) fn closed_until(&self, demand: &Demand) -> Duration {
        demand
            .lanes()
            .filter_map(|key| Some(self.lanes.get(&key)?.closed_until))
            .max()
            .unwrap_or_default()
    }

    /// When one more may go by what the service said is left.
    pub(super) fn allowed_at(&self, demand: &Demand, now: Duration) -> Duration {
        demand
            .lanes()
            .filter_map(|key| Some(self.lanes.get(&key)?.allowed_at(now)))
            .max()
            .unwrap_or(now)
    }

    /// Lets one through if all limits have room now.
    fn admit(
        &mut self,
        limits: &Limits,
        demand: &Demand,
        ticket: u64,
        now: Duration,
    ) -> Result<(), At> {
        let closed_until = self.closed_until(demand);
        if closed_until > now {
            return Err(At::Until(closed_until, WaitReason::Throttled));
        }
        let mut free = self.allowed_at(demand, now);
        let mut full = None;
        for (key, limit) in demand.buckets(limits) {
            let bucket = self.bucket(key.clone(), &limit, limits, now);
            free = free.max(bucket.free_at(demand.units(&limit), &demand.tenant, now));
            if !bucket.has_place() {
                full = Some(Place::Bucket(key));
            }
        }
        if free > now {
            return Err(At::Until(free, WaitReason::Gate));
        }
        let narrow = |key: &LaneKey| self.lanes.get(key).is_some_and(|lane| !lane.has_place());
        if let Some(key) = demand.lanes().find(narrow) {
            full = Some(Place::Lane(key));
        }
        if let Some(place) = full {
            return Err(At::Place(place));
        }
        for key in demand.lanes() {
            self.lanes.entry(key).or_default().enter(ticket);
        }
        for (key, limit) in demand.buckets(limits) {
            if let Some(bucket) = self.buckets.get_mut(&key) {
                bucket.inside.insert(ticket);
                bucket.record(demand.units(&limit), &demand.tenant, now);
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
            let Some((id, key, ticket, demand)) = next else {
                break;
            };
            let mut admitted = self.admit(limits, &demand, ticket, now);
            if let Err(At::Place(place)) = &admitted
                && self.sweep(limits, place, now)
            {
                admitted = self.admit(limits, &demand, ticket, now);
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
        for demand in missed.into_iter().flatten() {
            self.want(limits, &demand, false);
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
        if let Some(queue) = self.queues.get_mut(&waiting.demand.workload) {
            grace = queue.grace(key, now);
            let cost = waiting.demand.resource_units.max(waiting.demand.requests);
            queue.charge(key, u64::from(cost));
            queue.ready(id);
        }
        waiting.wake.notify_one();
        let demand = Arc::clone(&waiting.demand);
        self.want(limits, &demand, false);
        self.granted
            .insert((now.saturating_add(grace), ticket, now));
        let held = Held::Grant(Arc::clone(key), waiting);
        let since = now;
        self.holders.insert(
            ticket,
            Holder {
                demand,
                since,
                held,
            },
        );
    }

    fn park(&mut self, workload: Workload, id: u64, at: At, now: Duration) {
        let Some(queue) = self.queues.get_mut(&workload) else {
            return;
        };
        if let At::Place(place) = &at {
            self.opened.retain(|(_, opened)| opened != place);
            let turn = queue.turn(id);
            let parked = match place {
                Place::Lane(key) => self.lanes.get_mut(key).map(|lane| &mut lane.parked),
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
        let (lanes, buckets) = (&mut self.lanes, &mut self.buckets);
        self.opened.retain(|(of, place)| {
            if *of != workload {
                return true;
            }
            let parked = match place {
                Place::Lane(key) => lanes.get_mut(key).map(|lane| &mut lane.parked),
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
            Place::Lane(key) => self.lanes.get(key).map(|lane| &lane.parked),
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

    /// Opens a gate further after a success.
    pub(super) fn open_further(&mut self, key: LaneKey, sent: u64, fully: u32) {
        if let Some(lane) = self.lanes.get_mut(&key) {
            lane.open_further(sent, fully);
            self.release(key.workload, Place::Lane(key));
        }
    }

    /// One who was let through is back, or no longer counts.
    pub(super) fn leave(&mut self, limits: &Limits, ticket: u64) -> Option<Holder> {
        let holder = self.holders.remove(&ticket)?;
        let workload = holder.demand.workload;
        for key in holder.demand.lanes() {
            if let Some(lane) = self.lanes.get_mut(&key) {
                lane.inside.remove(&ticket);
            }
            self.release(workload, Place::Lane(key));
        }
        for (key, limit) in holder.demand.buckets(limits) {
            if let Some(bucket) = self.buckets.get_mut(&key) {
                bucket.inside.remove(&ticket);
            }
            if limit.unit == LimitUnit::Concurrent {
                self.release(workload, Place::Bucket(key));
            }
        }
        Some(holder)
    }

    /// As [`leave`](Self::leave), of one that sends nothing.
    pub(super) fn leave_unsent(&mut self, limits: &Limits, ticket: u64) -> Option<Holder> {
        let holder = self.leave(limits, ticket)?;
        for (key, limit) in holder.demand.buckets(limits) {
            if let Some(bucket) = self.buckets.get_mut(&key) {
                let units = holder.demand.units(&limit);
                bucket.cancel(units, &holder.demand.tenant, holder.since);
            }
        }
        if let Some(queue) = self.queues.get_mut(&holder.demand.workload) {
            queue.hurry(&holder.demand.tenant);
        }
        Some(holder)
    }

    /// Takes back what was given to those who did not come.
    fn take_back(&mut self, limits: &Limits, now: Duration) {
        while let Some((due, ticket, since)) = self.granted.first().copied()
            && due <= now
        {
            self.granted.pop_first();
            let is_it = |holder: &Holder| holder.is_grant() && holder.since == since;
            if !self.holders.get(&ticket).is_some_and(is_it) {
                continue;
            }
            if let Some(holder) = self.leave_unsent(limits, ticket)
                && let Held::Grant(key, waiting) = holder.held
            {
                let workload = waiting.demand.workload;
                self.stand_aside(&key, waiting);
                if let Some(queue) = self.queues.get_mut(&workload) {
                    queue.alarm(&key, now);
                }
            }
        }
    }

    /// Puts somebody in line who is passed over until it looks.
    pub(super) fn stand_aside(&mut self, key: &Arc<FlowKey>, waiting: Waiting) {
        let queue = self.queues.entry(waiting.demand.workload).or_default();
        queue.push(key, waiting, true);
    }

    /// Those in a place whom nobody polls no longer count; whether there were any.
    fn sweep(&mut self, limits: &Limits, place: &Place, now: Duration) -> bool {
        let inside = match place {
            Place::Lane(key) => self.lanes.get(key).map(|lane| &lane.inside),
            Place::Bucket(key) => self.buckets.get(key).map(|bucket| &bucket.inside),
        };
        let holders = &mut self.holders;
        let mut absent: Vec<u64> = inside
            .into_iter()
            .flatten()
            .filter(|id| {
                holders
                    .get_mut(id)
                    .is_some_and(|holder| holder.is_absent(now))
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
        if self.lanes.len().max(self.buckets.len()) < self.prune_at {
            return;
        }
        self.buckets
            .retain(|key, bucket| key.resource.is_none() || !bucket.is_idle(now));
        self.lanes
            .retain(|key, lane| key.resource.is_none() || !lane.is_idle(now));
        self.prune_at = (self.lanes.len().max(self.buckets.len()) * 2).max(MANY);
    }
}
