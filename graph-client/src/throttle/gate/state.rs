//! Who waits, who is under way, and what that leaves to give out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::super::bucket::Bucket;
use super::super::learned::Learned;
use super::super::limits::Limit;
use super::super::queue::Queue;
use super::super::{Limits, Workload};
use super::demand::{BucketKey, LaneKey};
use super::lane::Lane;
use super::{Blocked, Demand};
use crate::observer::WaitReason;

/// The number of gates and budgets from which those of idle resources are forgotten.
pub(super) const MANY: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) lanes: HashMap<LaneKey, Lane>,
    pub(super) buckets: HashMap<BucketKey, Bucket>,
    pub(super) queues: HashMap<Workload, Queue>,
    /// Tickets whose turn has come, until their owner looks.
    pub(super) granted: HashMap<u64, Duration>,
    pub(super) tickets: u64,
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

    pub(super) fn impeded(&self, demand: &Demand, now: Duration) -> Vec<Duration> {
        demand
            .lanes()
            .map(|key| {
                self.lanes
                    .get(&key)
                    .map_or(Duration::ZERO, |lane| lane.impeded(now))
            })
            .collect()
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
    pub(super) fn admit(
        &mut self,
        limits: &Limits,
        demand: &Demand,
        now: Duration,
    ) -> Result<(), Blocked> {
        let closed_until = self.closed_until(demand);
        if closed_until > now {
            return Err(Blocked::Until(closed_until, WaitReason::Throttled));
        }
        let mut free = self.allowed_at(demand, now);
        let mut place = true;
        for (key, limit) in demand.buckets(limits) {
            let bucket = self.bucket(key, &limit, limits, now);
            free = free.max(bucket.free_at(demand.units(&limit), &demand.tenant, now));
            place &= bucket.has_place();
        }
        if free > now {
            return Err(Blocked::Until(free, WaitReason::Gate));
        }
        for key in demand.lanes() {
            let lane = self.lanes.entry(key).or_default();
            place &= lane.window.is_none_or(|window| lane.in_flight < window);
        }
        if !place {
            return Err(Blocked::Turn);
        }
        for key in demand.lanes() {
            self.lanes.entry(key).or_default().enter();
        }
        for (key, limit) in demand.buckets(limits) {
            if let Some(bucket) = self.buckets.get_mut(&key) {
                bucket.record(demand.units(&limit), &demand.tenant, now);
            }
        }
        Ok(())
    }

    /// Lets through whoever's turn it is, and calls them.
    pub(super) fn dispatch(&mut self, limits: &Limits, workload: Workload, now: Duration) {
        let Some(mut order) = self.queues.get(&workload).map(Queue::order) else {
            return;
        };
        while let Some(std::cmp::Reverse((_, ticket, flow))) = order.pop() {
            let Some(demand) = self
                .queues
                .get(&workload)
                .and_then(|queue| Some(Arc::clone(&queue.head(&flow)?.demand)))
            else {
                continue;
            };
            let admitted = self.admit(limits, &demand, now);
            let Some(queue) = self.queues.get_mut(&workload) else {
                return;
            };
            match admitted {
                Ok(()) => {
                    queue.charge(&flow, u64::from(demand.resource_units.max(demand.requests)));
                    if let Some(waiting) = queue.remove(&flow, ticket) {
                        waiting.wake.notify_one();
                    }
                    if let Some(head) = queue.head(&flow) {
                        head.wake.notify_one();
                    }
                    order.extend(queue.turn(&flow));
                    self.want(limits, &demand, false);
                    self.granted.insert(ticket, now);
                }
                Err(blocked) => {
                    if let Some(head) = queue.head_mut(&flow) {
                        head.on_return = blocked == Blocked::Turn;
                    }
                }
            }
        }
        if self.queues.get(&workload).is_some_and(Queue::is_empty) {
            self.queues.remove(&workload);
        }
    }

    /// One of those in flight is back.
    pub(super) fn back(&mut self, limits: &Limits, demand: &Demand) {
        for key in demand.lanes() {
            if let Some(lane) = self.lanes.get_mut(&key) {
                lane.in_flight = lane.in_flight.saturating_sub(1);
            }
        }
        for (key, _) in demand.buckets(limits) {
            if let Some(bucket) = self.buckets.get_mut(&key) {
                bucket.back();
            }
        }
        if let Some(queue) = self.queues.get_mut(&demand.workload) {
            for head in queue.heads().filter(|head| head.on_return) {
                head.wake.notify_one();
            }
        }
    }

    /// Forgets resources that nobody has asked for in a while, of which a tenant has many.
    pub(super) fn prune(&mut self, now: Duration) {
        if self.lanes.len().max(self.buckets.len()) < self.prune_at {
            return;
        }
        self.buckets
            .retain(|key, bucket| key.resource.is_none() || !bucket.is_idle(now));
        self.lanes.retain(|key, lane| {
            key.resource.is_none()
                || lane.in_flight > 0
                || lane.window.is_some()
                || lane.closed_until > now
        });
        self.prune_at = (self.lanes.len().max(self.buckets.len()) * 2).max(MANY);
    }
}
