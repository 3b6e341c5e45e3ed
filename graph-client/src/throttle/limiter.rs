//! The rate limiter that all requests of one application pass.
//!
//! Requests are let through in a fair order, each when the limits have room. A 429 pauses everyone
//! that it concerns until the time asked for, and lowers the limit that was met. After a pause one
//! request goes first, then twice as many with every success, so that those who waited do not rush
//! in and are refused again.
//!
//! A future that nobody polls holds nothing up. Whoever waits says when it looks again at the
//! latest; one that was called, or whose own time has come, and that does not look within a grace
//! is passed over until it does. What it was given goes back, and a request whose answer has been
//! there for as long, unread, no longer counts as under way.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, Method};
use tokio::sync::Notify;
use url::Url;

use super::learned_limit::{LearnedLimit, LearnedLimits};
use super::limit::{LimitScope, LimitUnit};
use super::limit_set::Limits;
use super::limiter_state::{LimiterState, MANY};
use super::pause_scope::Allowance;
use super::priority::Priority;
use super::request_cost::RequestCost;
use super::resource_unit::resource_units;
use super::throttle_scope::ThrottleScope;
use super::ticket::{Line, Sent, Ticket};
use crate::observer::WaitReason;
use crate::path::pattern;
use crate::sync::lock;
use crate::tenant::TenantId;
use crate::workload::Workload;

/// Requests in flight from which a pause counts as over for good.
const UNPAUSED: u32 = 64;
/// A preset wait for refusals that do not say how long is no longer than this.
const LONGEST_PRESET: Duration = Duration::from_secs(60);

/// What to wait for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Blocked {
    /// Not before this moment of the monotonic clock.
    Until(Duration, WaitReason),
    /// Not before [`Ticket::called`]; but look again at this moment, since whoever would call may
    /// not be there.
    Turn(Duration, WaitReason),
}

/// The limits, pauses and queues of one application.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    pub(super) limits: Limits,
    /// The longest that a request is under way.
    pub(super) attempt: Duration,
    pub(super) state: Mutex<LimiterState>,
}

impl RateLimiter {
    pub(crate) fn new(limits: Limits, learned: LearnedLimits, attempt: Duration) -> Self {
        let state = LimiterState {
            restored: learned.0,
            prune_at: MANY,
            ..LimiterState::default()
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
    pub(crate) fn cost(
        &self,
        tenant: &TenantId,
        workload: Workload,
        method: &Method,
        url: &Url,
    ) -> RequestCost {
        let segments = pattern::segments(url);
        let resource_units = if workload == Workload::Identity {
            resource_units(url, &segments)
        } else {
            1
        };
        let rows = self.limits.fitting(workload, method, &segments);
        RequestCost {
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
    pub(crate) fn preset(&self, cost: &RequestCost) -> Duration {
        cost.buckets(&self.limits)
            .filter(|(_, limit)| !limit.retry_after)
            .map(|(_, limit)| limit.per.min(LONGEST_PRESET))
            .max()
            .unwrap_or_default()
    }

    /// Stands in line for leave to send. Refused with the time it would take when that is longer
    /// than `patience`.
    pub(crate) fn enqueue(
        self: &Arc<Self>,
        cost: &Arc<RequestCost>,
        priority: Priority,
        patience: Duration,
        now: Duration,
    ) -> Result<Ticket, Duration> {
        let mut state = lock(&self.state);
        let state = &mut *state;
        state.prune(now);
        let wait = cost
            .buckets(&self.limits)
            .map(|(key, limit)| {
                let bucket = state.bucket(key, limit, &self.limits, now);
                let units = cost.units(limit);
                bucket
                    .queue(units)
                    .max(bucket.free_at(units, &cost.tenant, now).saturating_sub(now))
            })
            .max()
            .unwrap_or_default()
            .max(state.allowed_at(cost, now).saturating_sub(now));
        if wait > patience {
            return Err(wait);
        }
        state.tickets += 1;
        let ticket = Ticket {
            limiter: Arc::clone(self),
            id: state.tickets,
            cost: Arc::clone(cost),
            flow: Arc::new(cost.flow(priority)),
            wake: Arc::new(Notify::new()),
            line: Mutex::new(Line::new(now)),
            expected: wait,
        };
        state.want(&self.limits, cost, true);
        let queue = state.queues.entry(cost.workload).or_default();
        queue.push(&ticket.flow, ticket.waiting(now), false);
        Ok(ticket)
    }

    /// The service refused: pause everyone that it concerns until a moment, or longer if they pause
    /// for longer already, and, when it was for a quota, lower the limit that was met.
    pub(crate) fn refused(
        &self,
        cost: &RequestCost,
        (scope, quota): (ThrottleScope, bool),
        sent: Duration,
        now: Duration,
        until: Duration,
    ) {
        let mut state = lock(&self.state);
        let state = &mut *state;
        let by_resource = scope == ThrottleScope::Tenant && cost.is_by_resource();
        let concerned = cost.pause_scopes().find(|pause_scope| match scope {
            ThrottleScope::App => pause_scope.tenant.is_none(),
            ThrottleScope::Tenant => {
                pause_scope.tenant.is_some() && pause_scope.resource.is_some() == by_resource
            }
        });
        // Of the limits that it may have been, the fullest.
        let fullest = cost
            .buckets(&self.limits)
            .filter(|(_, limit)| {
                quota && (limit.scope == LimitScope::App) == (scope == ThrottleScope::App)
            })
            .filter_map(|(key, limit)| {
                let fullness = state.buckets.get(&key)?.fullness();
                Some((key, limit, fullness))
            })
            .max_by(|a, b| a.2.total_cmp(&b.2));
        if let Some((key, limit, _)) = fullest
            && let Some(bucket) = state.buckets.get_mut(&key)
        {
            bucket.refused(cost.units(limit), sent, now);
        }
        let Some(pause_scope) = concerned else { return };
        let sent = state.sent;
        state
            .pause_scopes
            .entry(pause_scope.clone())
            .or_default()
            .pause(sent, until);
        // Those of them who wait have to see whether they still want to.
        if let Some(queue) = state.queues.get_mut(&cost.workload) {
            queue.call_all(pause_scope.tenant.as_ref(), pause_scope.resource.as_ref());
        }
    }

    /// The service took a request: learn from what it says of its limits.
    /// <https://learn.microsoft.com/graph/throttling-limits>
    pub(crate) fn taken(&self, cost: &RequestCost, sent: Sent, headers: &HeaderMap, now: Duration) {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
        let share = number("x-ms-throttle-limit-percentage");
        let actual = headers
            .get("x-ms-resource-unit")
            .and_then(|value| value.to_str().ok()?.trim().parse::<u32>().ok());
        let mut state = lock(&self.state);
        for (key, limit) in cost.buckets(&self.limits) {
            let Some(bucket) = state.buckets.get_mut(&key) else {
                continue;
            };
            if let Some(actual) = actual {
                bucket.correct(u64::from(cost.resource_units), u64::from(actual.max(1)));
            }
            match share {
                Some(share) if share >= 0.8 => {
                    if limit.scope == LimitScope::Tenant {
                        bucket.adaptive.warned(share, sent.at, now);
                    }
                }
                _ => bucket.accepted(sent.at, now),
            }
        }
        let Some(allowance) = Allowance::of(headers, now) else {
            return;
        };
        for key in cost.pause_scopes().filter(|key| key.tenant.is_some()) {
            if let Some(pause_scope) = state.pause_scopes.get_mut(&key) {
                pause_scope.allow(allowance, sent.number);
            }
        }
    }

    /// What was sent came back and was not refused: let more through at a time.
    pub(crate) fn passed(&self, cost: &RequestCost, sent: Sent) {
        let mut state = lock(&self.state);
        let windows = cost.buckets(&self.limits).map(|(_, limit)| limit);
        let fully = windows
            .filter(|limit| limit.unit != LimitUnit::Concurrent)
            .map(|limit| limit.requests)
            .fold(UNPAUSED, u32::min);
        for key in cost.pause_scopes() {
            state.ramp_up(key, sent.number, fully);
        }
    }

    /// What refusals have taught, for a later client.
    pub(crate) fn learned(&self) -> LearnedLimits {
        let state = lock(&self.state);
        let mut learned: Vec<LearnedLimit> = state
            .buckets
            .iter()
            .filter(|(key, bucket)| {
                key.resource.is_none() && bucket.adaptive.refused_at().is_some()
            })
            .filter_map(|(key, bucket)| {
                LearnedLimit::new(
                    key.row,
                    key.tenant.as_ref(),
                    &self.limits,
                    bucket.adaptive.limit(),
                    bucket.adaptive.refused_at(),
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
