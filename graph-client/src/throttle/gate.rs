//! The gate that all requests of one application to one workload of one tenant pass.
//!
//! Those who come to it are let through in a fair order, each when the limits have room. A 429
//! closes it for everyone that it concerns until the time asked for, and lowers what is believed of
//! the limit that was met. It opens slowly: one request first, then twice as many with every
//! success, so that those who waited do not rush in and close it again.

mod demand;
mod lane;
mod ticket;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use url::Url;

pub(crate) use self::demand::Demand;
use self::demand::{BucketKey, LaneKey};
use self::lane::Lane;
pub(crate) use self::ticket::{Permit, Ticket};
use super::bucket::Bucket;
use super::learned::Learned;
use super::limits::Limit;
use super::priority::Priority;
use super::queue::{Queue, Waiting};
use super::{LearnedLimits, LimitScope, Limits, Workload, cost, segments};
use crate::observer::WaitReason;
use crate::sync::lock;
use crate::tenant::TenantId;

/// Requests in flight from which a reopened gate counts as fully open again.
const FULLY_OPEN: u32 = 64;
/// A preset wait for refusals that do not say how long is no longer than this.
const LONGEST_PRESET: Duration = Duration::from_secs(60);
/// The number of gates and budgets from which those of idle resources are forgotten.
const MANY: usize = 4096;

/// Whom a refusal concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The application in every tenant.
    App,
    /// This tenant; or when the limits are all by resource, this mailbox or report of it.
    Tenant,
}

/// What to wait for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Blocked {
    /// Not before this moment of the monotonic clock.
    Until(Duration, WaitReason),
    /// Not before [`Ticket::called`].
    Turn,
}

/// All gates of one application.
#[derive(Debug)]
pub(crate) struct Gates {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    lanes: HashMap<LaneKey, Lane>,
    buckets: HashMap<BucketKey, Bucket>,
    queues: HashMap<Workload, Queue>,
    /// Tickets whose turn has come, until their owner looks.
    granted: HashMap<u64, Duration>,
    tickets: u64,
    restored: Vec<Learned>,
    prune_at: usize,
}

impl Gates {
    pub(crate) fn new(limits: Limits, learned: LearnedLimits) -> Self {
        let state = State {
            restored: learned.0,
            prune_at: MANY,
            ..State::default()
        };
        Self {
            limits,
            state: Mutex::new(state),
        }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What a request needs.
    pub(crate) fn demand(&self, tenant: &TenantId, workload: Workload, url: &Url) -> Demand {
        let segments = segments(url);
        let resource_units = if workload == Workload::Identity {
            cost::resource_units(url, &segments)
        } else {
            1
        };
        Demand {
            tenant: tenant.clone(),
            workload,
            requests: 1,
            resource_units,
            rows: self.limits.fitting(workload, &segments),
        }
    }

    /// How long to stay away at least after a refusal that does not say.
    pub(crate) fn preset(&self, demand: &Demand) -> Duration {
        demand
            .buckets(&self.limits)
            .filter(|(_, limit)| !limit.retry_after)
            .map(|(_, limit)| limit.per.min(LONGEST_PRESET))
            .max()
            .unwrap_or_default()
    }

    /// Stands in line for leave to send. Refused with the time it would take when that is longer
    /// than `patience`.
    pub(crate) fn enqueue(
        self: &Arc<Self>,
        demand: &Arc<Demand>,
        priority: Priority,
        patience: Duration,
        now: Duration,
    ) -> Result<Ticket, Duration> {
        let mut state = lock(&self.state);
        let state = &mut *state;
        state.prune(now);
        let wait = demand
            .buckets(&self.limits)
            .map(|(key, limit)| {
                let bucket = state.bucket(key, &limit, &self.limits, now);
                let units = demand.units(&limit);
                bucket
                    .queue(units)
                    .max(bucket.free_at(units, now).saturating_sub(now))
            })
            .max()
            .unwrap_or_default();
        if wait > patience {
            return Err(wait);
        }
        state.tickets += 1;
        let ticket = Ticket {
            gates: Arc::clone(self),
            id: state.tickets,
            demand: Arc::clone(demand),
            flow: demand.flow(priority),
            wake: Arc::new(Notify::new()),
            since: now,
            impeded: state.impeded(demand, now),
        };
        state.want(&self.limits, demand, true);
        state.queues.entry(demand.workload).or_default().push(
            ticket.flow.clone(),
            Waiting {
                ticket: ticket.id,
                demand: Arc::clone(demand),
                wake: Arc::clone(&ticket.wake),
                on_return: false,
            },
        );
        Ok(ticket)
    }

    /// The service refused: close until a moment for everyone that it concerns, or longer if it is
    /// closed for longer already, and, when it was for a quota, believe less of the limit that was
    /// met.
    pub(crate) fn refused(
        &self,
        demand: &Demand,
        (scope, quota): (Scope, bool),
        sent: Duration,
        now: Duration,
        until: Duration,
    ) {
        let mut state = lock(&self.state);
        let state = &mut *state;
        let by_resource = scope == Scope::Tenant
            && demand.resource().is_some()
            && demand.rows.iter().all(|(_, resource)| resource.is_some());
        let concerned = demand.lanes().find(|lane| match scope {
            Scope::App => lane.tenant.is_none(),
            Scope::Tenant => lane.tenant.is_some() && lane.resource.is_some() == by_resource,
        });
        if let Some(lane) = concerned {
            state.lanes.entry(lane).or_default().close(now, until);
        }
        // Of the limits that it may have been, the fullest.
        let fullest = demand
            .buckets(&self.limits)
            .filter(|(_, limit)| quota && (limit.scope == LimitScope::App) == (scope == Scope::App))
            .filter_map(|(key, limit)| {
                let fullness = state.buckets.get(&key)?.fullness();
                Some((key, limit, fullness))
            })
            .max_by(|a, b| a.2.total_cmp(&b.2));
        if let Some((key, limit, _)) = fullest
            && let Some(bucket) = state.buckets.get_mut(&key)
        {
            bucket.refused(demand.units(&limit), sent, now);
        }
        // Those who wait have to see whether they still want to.
        if let Some(queue) = state.queues.get_mut(&demand.workload) {
            for waiting in queue.waiting() {
                waiting.wake.notify_one();
            }
        }
    }

    /// What refusals have taught, for a later client.
    pub(crate) fn learned(&self) -> LearnedLimits {
        let state = lock(&self.state);
        let mut learned: Vec<Learned> = state
            .buckets
            .iter()
            .filter(|(key, bucket)| key.resource.is_none() && bucket.belief.refused_at().is_some())
            .filter_map(|(key, bucket)| {
                Learned::new(
                    key.row,
                    key.tenant.as_ref(),
                    &self.limits,
                    bucket.belief.limit(),
                    bucket.belief.refused_at(),
                )
            })
            .collect();
        // What was restored and never needed again is not forgotten.
        learned.extend(state.restored.iter().cloned());
        learned.sort_by(|a, b| {
            (&a.workload, &a.tenant, &a.path, a.of).cmp(&(&b.workload, &b.tenant, &b.path, b.of))
        });
        LearnedLimits(learned)
    }
}

impl State {
    fn bucket(
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

    fn want(&mut self, limits: &Limits, demand: &Demand, more: bool) {
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

    fn impeded(&self, demand: &Demand, now: Duration) -> Vec<Duration> {
        demand
            .lanes()
            .map(|key| {
                self.lanes
                    .get(&key)
                    .map_or(Duration::ZERO, |lane| lane.impeded(now))
            })
            .collect()
    }

    fn closed_until(&self, demand: &Demand) -> Duration {
        demand
            .lanes()
            .filter_map(|key| Some(self.lanes.get(&key)?.closed_until))
            .max()
            .unwrap_or_default()
    }

    /// Lets one through if all limits have room now.
    fn admit(&mut self, limits: &Limits, demand: &Demand, now: Duration) -> Result<(), Blocked> {
        let closed_until = self.closed_until(demand);
        if closed_until > now {
            return Err(Blocked::Until(closed_until, WaitReason::Throttled));
        }
        let mut free = now;
        let mut place = true;
        for (key, limit) in demand.buckets(limits) {
            let bucket = self.bucket(key, &limit, limits, now);
            free = free.max(bucket.free_at(demand.units(&limit), now));
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
            self.lanes.entry(key).or_default().in_flight += 1;
        }
        for (key, limit) in demand.buckets(limits) {
            if let Some(bucket) = self.buckets.get_mut(&key) {
                bucket.record(demand.units(&limit), &demand.tenant, now);
            }
        }
        Ok(())
    }

    /// Lets through whoever's turn it is, and calls them.
    fn dispatch(&mut self, limits: &Limits, workload: Workload, now: Duration) {
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
    fn back(&mut self, limits: &Limits, demand: &Demand) {
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
    fn prune(&mut self, now: Duration) {
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

#[cfg(test)]
mod tests;
