//! The gate that all requests of one application to one workload of one tenant pass.
//!
//! Those who come to it are let through in a fair order, each when the limits have room. A 429
//! closes it for everyone that it concerns until the time asked for, and lowers what is believed of
//! the limit that was met. It opens slowly: one request first, then twice as many with every
//! success, so that those who waited do not rush in and close it again.
//!
//! A future that nobody polls holds nothing up. Whoever waits says when it looks again at the
//! latest; one that was called, or whose own time has come, and that does not look within a grace
//! is passed over until it does. What it was given goes back, and a request whose answer has been
//! there for as long, unread, no longer counts as under way.

mod demand;
mod holder;
mod lane;
mod state;
mod ticket;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, Method};
use tokio::sync::Notify;
use url::Url;

pub(crate) use self::demand::Demand;
pub(super) use self::demand::{BucketKey, LaneKey};
use self::lane::Allowance;
use self::state::{MANY, State};
use self::ticket::Line;
pub(crate) use self::ticket::{Permit, Sent, Ticket};
use super::learned::Learned;
use super::limits::LimitUnit;
use super::priority::Priority;
use super::{LearnedLimits, LimitScope, Limits, Workload, cost, segments};
use crate::observer::WaitReason;
use crate::sync::lock;
use crate::tenant::TenantId;

/// Requests in flight from which a reopened gate counts as fully open again.
const FULLY_OPEN: u32 = 64;
/// A preset wait for refusals that do not say how long is no longer than this.
const LONGEST_PRESET: Duration = Duration::from_secs(60);

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
    /// Not before [`Ticket::called`]; but look again at this moment, since whoever would call may
    /// not be there.
    Turn(Duration, WaitReason),
}

/// All gates of one application.
#[derive(Debug)]
pub(crate) struct Gates {
    limits: Limits,
    /// The longest that a request is under way.
    attempt: Duration,
    state: Mutex<State>,
}

impl Gates {
    pub(crate) fn new(limits: Limits, learned: LearnedLimits, attempt: Duration) -> Self {
        let state = State {
            restored: learned.0,
            prune_at: MANY,
            ..State::default()
        };
        Self {
            limits,
            attempt,
            state: Mutex::new(state),
        }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What a request needs.
    pub(crate) fn demand(
        &self,
        tenant: &TenantId,
        workload: Workload,
        method: &Method,
        url: &Url,
    ) -> Demand {
        let segments = segments(url);
        let resource_units = if workload == Workload::Identity {
            cost::resource_units(url, &segments)
        } else {
            1
        };
        let rows = self.limits.fitting(workload, method, &segments);
        Demand {
            tenant: tenant.clone(),
            workload,
            requests: 1,
            resource_units,
            resources: rows
                .iter()
                .find_map(|(_, id)| id.clone())
                .into_iter()
                .collect(),
            rows,
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
                bucket.queue(units).max(
                    bucket
                        .free_at(units, &demand.tenant, now)
                        .saturating_sub(now),
                )
            })
            .max()
            .unwrap_or_default()
            .max(state.allowed_at(demand, now).saturating_sub(now));
        if wait > patience {
            return Err(wait);
        }
        state.tickets += 1;
        let ticket = Ticket {
            gates: Arc::clone(self),
            id: state.tickets,
            demand: Arc::clone(demand),
            flow: Arc::new(demand.flow(priority)),
            wake: Arc::new(Notify::new()),
            line: Mutex::new(Line::new(now)),
        };
        state.want(&self.limits, demand, true);
        let queue = state.queues.entry(demand.workload).or_default();
        queue.push(&ticket.flow, ticket.waiting(now), false);
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
        let by_resource = scope == Scope::Tenant && demand.is_by_resource();
        let concerned = demand.lanes().find(|lane| match scope {
            Scope::App => lane.tenant.is_none(),
            Scope::Tenant => lane.tenant.is_some() && lane.resource.is_some() == by_resource,
        });
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
        let Some(lane) = concerned else { return };
        let sent = state.sent;
        let gate = state.lanes.entry(lane.clone()).or_default();
        gate.close(sent, until);
        // Those of them who wait have to see whether they still want to.
        if let Some(queue) = state.queues.get_mut(&demand.workload) {
            queue.call_all(lane.tenant.as_ref(), lane.resource.as_ref());
        }
    }

    /// The service took a request: learn from what it says of its limits.
    /// <https://learn.microsoft.com/graph/throttling-limits>
    pub(crate) fn taken(&self, demand: &Demand, sent: Sent, headers: &HeaderMap, now: Duration) {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
        let share = number("x-ms-throttle-limit-percentage");
        let actual = headers
            .get("x-ms-resource-unit")
            .and_then(|value| value.to_str().ok()?.trim().parse::<u32>().ok());
        let mut state = lock(&self.state);
        for (key, limit) in demand.buckets(&self.limits) {
            let Some(bucket) = state.buckets.get_mut(&key) else {
                continue;
            };
            if let Some(actual) = actual {
                bucket.correct(u64::from(demand.resource_units), u64::from(actual.max(1)));
            }
            match share {
                Some(share) if share >= 0.8 => {
                    if limit.scope == LimitScope::Tenant {
                        bucket.belief.warned(share, sent.at, now);
                    }
                }
                _ => bucket.accepted(sent.at, now),
            }
        }
        let Some(allowance) = Allowance::of(headers, now) else {
            return;
        };
        for key in demand.lanes().filter(|key| key.tenant.is_some()) {
            if let Some(lane) = state.lanes.get_mut(&key) {
                lane.allow(allowance, sent.number);
            }
        }
    }

    /// What was sent came back and was not refused: open further.
    pub(crate) fn passed(&self, demand: &Demand, sent: Sent) {
        let mut state = lock(&self.state);
        let windows = demand.buckets(&self.limits).map(|(_, limit)| limit);
        let fully = windows
            .filter(|limit| limit.unit != LimitUnit::Concurrent)
            .map(|limit| limit.requests)
            .fold(FULLY_OPEN, u32::min);
        for key in demand.lanes() {
            state.open_further(key, sent.number, fully);
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

    /// Takes over what was learned earlier, unless more is known by now.
    pub(crate) fn restore(&self, learned: LearnedLimits) {
        let mut state = lock(&self.state);
        for learned in learned.0 {
            let is_in_use = state
                .buckets
                .keys()
                .any(|key| learned.is_of(key.row, key.tenant.as_ref(), &self.limits));
            if !is_in_use && !state.restored.iter().any(|known| known.is_same(&learned)) {
                state.restored.push(learned);
            }
        }
    }
}

#[cfg(test)]
mod tests;
