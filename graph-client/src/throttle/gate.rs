//! The gate that all requests of one application to one workload of one tenant pass.
//!
//! A 429 closes it for everyone until the time asked for. It opens slowly: one request first, then
//! twice as many with every success, so that those who waited do not rush in and close it again.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

use super::{LimitScope, Limits, Workload};
use crate::observer::WaitReason;
use crate::sync::lock;
use crate::tenant::TenantId;

/// Requests in flight from which a reopened gate counts as fully open again.
const FULLY_OPEN: u32 = 64;

/// Whom a refusal concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The application in every tenant.
    App,
    /// This tenant.
    Tenant,
}

/// Why a request may not go yet.
#[derive(Debug)]
pub(crate) enum Blocked {
    /// Not before this moment of the monotonic clock.
    Until(Duration, WaitReason),
    /// Not before one of those in flight is back.
    Reopening(OwnedNotified),
}

type Key = (Option<TenantId>, Workload);

/// All gates of one application.
#[derive(Debug)]
pub(crate) struct Gates {
    limits: Limits,
    lanes: Mutex<HashMap<Key, Lane>>,
}

#[derive(Debug, Default)]
struct Lane {
    closed_until: Duration,
    /// How many may be in flight while reopening; nothing when fully open.
    window: Option<u32>,
    in_flight: u32,
    back: Arc<Notify>,
    /// When the requests of the longest window went out, a list per limit.
    sent: Vec<VecDeque<Duration>>,
}

impl Gates {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            lanes: Mutex::default(),
        }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Lets `cost` requests through, or says what to wait for. Never waits itself.
    pub(crate) fn pass(
        self: &Arc<Self>,
        tenant: &TenantId,
        workload: Workload,
        cost: u32,
        now: Duration,
    ) -> Result<Permit, Blocked> {
        let mut lanes = lock(&self.lanes);
        let mut until = Duration::ZERO;
        let mut reason = WaitReason::Gate;
        for key in keys(tenant, workload) {
            let lane = lanes.entry(key.clone()).or_default();
            if lane.closed_until > now.max(until) {
                (until, reason) = (lane.closed_until, WaitReason::Throttled);
            }
            let free = lane.free_at(&self.limits, &key, cost, now);
            if free > now.max(until) {
                (until, reason) = (free, WaitReason::Gate);
            }
        }
        if until > now {
            return Err(Blocked::Until(until, reason));
        }
        for key in keys(tenant, workload) {
            let lane = lanes.entry(key).or_default();
            if lane.window.is_some_and(|window| lane.in_flight >= window) {
                return Err(Blocked::Reopening(Arc::clone(&lane.back).notified_owned()));
            }
        }
        for key in keys(tenant, workload) {
            let lane = lanes.entry(key.clone()).or_default();
            lane.in_flight += 1;
            lane.record(&self.limits, &key, cost, now);
        }
        Ok(Permit {
            gates: Arc::clone(self),
            tenant: tenant.clone(),
            workload,
        })
    }

    /// Closes until a moment, or longer if it is closed for longer already.
    pub(crate) fn close(
        &self,
        tenant: &TenantId,
        workload: Workload,
        scope: Scope,
        until: Duration,
    ) {
        let mut lanes = lock(&self.lanes);
        let [app, tenant] = keys(tenant, workload);
        let key = if scope == Scope::App { app } else { tenant };
        let lane = lanes.entry(key).or_default();
        lane.closed_until = lane.closed_until.max(until);
        lane.window = Some(1);
    }

    /// The moment until which a workload is closed.
    #[cfg(test)]
    fn closed_until(&self, tenant: &TenantId, workload: Workload) -> Duration {
        let lanes = lock(&self.lanes);
        keys(tenant, workload)
            .iter()
            .filter_map(|key| lanes.get(key))
            .map(|lane| lane.closed_until)
            .max()
            .unwrap_or_default()
    }
}

fn keys(tenant: &TenantId, workload: Workload) -> [Key; 2] {
    [(None, workload), (Some(tenant.clone()), workload)]
}

impl Lane {
    fn limits<'a>(
        limits: &'a Limits,
        key: &Key,
    ) -> impl Iterator<Item = (u32, Duration)> + use<'a> {
        let scope = if key.0.is_none() {
            LimitScope::App
        } else {
            LimitScope::Tenant
        };
        limits
            .of(key.1)
            .filter(move |limit| limit.scope == scope)
            // Requests do not arrive at the distance they were sent at: keep a twentieth in hand.
            .map(|limit| (limit.requests, limit.per + limit.per / 20))
    }

    fn free_at(&self, limits: &Limits, key: &Key, cost: u32, now: Duration) -> Duration {
        let mut free = now;
        for ((requests, per), sent) in Self::limits(limits, key).zip(&self.sent) {
            let room = requests.saturating_sub(cost.min(requests)) as usize;
            let in_window = sent.iter().filter(|at| **at + per > now).count();
            // So many of those still in the window have to leave it first.
            if let Some(leaving) = in_window.checked_sub(room).filter(|n| *n > 0) {
                let first = sent.len() - in_window;
                if let Some(at) = sent.get(first + leaving - 1) {
                    free = free.max(*at + per);
                }
            }
        }
        free
    }

    fn record(&mut self, limits: &Limits, key: &Key, cost: u32, now: Duration) {
        for (index, (requests, _)) in Self::limits(limits, key).enumerate() {
            if self.sent.len() <= index {
                self.sent.push(VecDeque::new());
            }
            if let Some(sent) = self.sent.get_mut(index) {
                sent.extend(std::iter::repeat_n(now, cost.min(requests) as usize));
                while sent.len() > requests as usize {
                    sent.pop_front();
                }
            }
        }
    }
}

/// Leave to have one request in flight. Dropping it, even in the middle of the request, gives the
/// place to the next.
#[derive(Debug)]
pub(crate) struct Permit {
    gates: Arc<Gates>,
    tenant: TenantId,
    workload: Workload,
}

impl Permit {
    /// The service took the request: open further.
    pub(crate) fn succeeded(&self) {
        let mut lanes = lock(&self.gates.lanes);
        for key in keys(&self.tenant, self.workload) {
            if let Some(lane) = lanes.get_mut(&key) {
                lane.window = lane
                    .window
                    .map(|window| window.saturating_mul(2))
                    .filter(|window| *window < FULLY_OPEN);
            }
        }
    }

    /// The service refused: close for everyone that it concerns.
    pub(crate) fn throttled(&self, scope: Scope, until: Duration) {
        self.gates.close(&self.tenant, self.workload, scope, until);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut lanes = lock(&self.gates.lanes);
        for key in keys(&self.tenant, self.workload) {
            if let Some(lane) = lanes.get_mut(&key) {
                lane.in_flight = lane.in_flight.saturating_sub(1);
                lane.back.notify_waiters();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(name: &str) -> TenantId {
        TenantId::new(name).unwrap()
    }

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn until(result: Result<Permit, Blocked>) -> Duration {
        match result {
            Err(Blocked::Until(at, _)) => at,
            other => panic!("expected a wait, got {other:?}"),
        }
    }

    #[test]
    fn a_refusal_pauses_siblings_but_neither_other_tenants_nor_other_workloads() {
        let gates = Arc::new(Gates::new(Limits::none()));
        let (a, b) = (tenant("a.example"), tenant("b.example"));
        gates
            .pass(&a, Workload::Identity, 1, secs(0))
            .unwrap()
            .throttled(Scope::Tenant, secs(10));
        assert_eq!(
            until(gates.pass(&a, Workload::Identity, 1, secs(3))),
            secs(10)
        );
        assert!(gates.pass(&b, Workload::Identity, 1, secs(3)).is_ok());
        assert!(gates.pass(&a, Workload::Intune, 1, secs(3)).is_ok());
        assert!(gates.pass(&a, Workload::Identity, 1, secs(10)).is_ok());
    }

    #[test]
    fn a_refusal_of_the_application_pauses_every_tenant() {
        let gates = Arc::new(Gates::new(Limits::none()));
        gates
            .pass(&tenant("a.example"), Workload::Identity, 1, secs(0))
            .unwrap()
            .throttled(Scope::App, secs(10));
        assert_eq!(
            until(gates.pass(&tenant("b.example"), Workload::Identity, 1, secs(3))),
            secs(10)
        );
    }

    #[test]
    fn a_shorter_refusal_does_not_reopen_earlier() {
        let gates = Arc::new(Gates::new(Limits::none()));
        let a = tenant("a.example");
        let (first, second) = (
            gates.pass(&a, Workload::Identity, 1, secs(0)).unwrap(),
            gates.pass(&a, Workload::Identity, 1, secs(0)).unwrap(),
        );
        first.throttled(Scope::Tenant, secs(60));
        second.throttled(Scope::Tenant, secs(5));
        assert_eq!(gates.closed_until(&a, Workload::Identity), secs(60));
    }

    #[test]
    fn reopens_one_by_one_and_then_wider() {
        let gates = Arc::new(Gates::new(Limits::none()));
        let a = tenant("a.example");
        gates
            .pass(&a, Workload::Identity, 1, secs(0))
            .unwrap()
            .throttled(Scope::Tenant, secs(10));
        let probe = gates.pass(&a, Workload::Identity, 1, secs(10)).unwrap();
        assert!(matches!(
            gates.pass(&a, Workload::Identity, 1, secs(10)),
            Err(Blocked::Reopening(_))
        ));
        probe.succeeded();
        drop(probe);
        let two: Vec<_> = (0..2)
            .map(|_| gates.pass(&a, Workload::Identity, 1, secs(11)).unwrap())
            .collect();
        assert!(matches!(
            gates.pass(&a, Workload::Identity, 1, secs(11)),
            Err(Blocked::Reopening(_))
        ));
        drop(two);
    }

    #[test]
    fn a_dropped_probe_gives_its_place_away() {
        let gates = Arc::new(Gates::new(Limits::none()));
        let a = tenant("a.example");
        gates
            .pass(&a, Workload::Identity, 1, secs(0))
            .unwrap()
            .throttled(Scope::Tenant, secs(1));
        drop(gates.pass(&a, Workload::Identity, 1, secs(2)).unwrap());
        assert!(gates.pass(&a, Workload::Identity, 1, secs(2)).is_ok());
    }

    #[test]
    fn limits_are_burst_windows() {
        let limits = Limits::none().with(super::super::Limit::new(
            Workload::Reports,
            LimitScope::Tenant,
            3,
            secs(10),
        ));
        let gates = Arc::new(Gates::new(limits));
        let a = tenant("a.example");
        for at in [0, 1, 2] {
            gates.pass(&a, Workload::Reports, 1, secs(at)).unwrap();
        }
        assert_eq!(
            until(gates.pass(&a, Workload::Reports, 1, secs(3))),
            Duration::from_millis(10_500)
        );
        assert_eq!(
            until(gates.pass(&a, Workload::Reports, 2, secs(3))),
            Duration::from_millis(11_500)
        );
        assert!(
            gates
                .pass(&tenant("b.example"), Workload::Reports, 3, secs(3))
                .is_ok()
        );
        gates
            .pass(&a, Workload::Reports, 1, Duration::from_millis(10_500))
            .unwrap();
        assert_eq!(
            until(gates.pass(&a, Workload::Reports, 1, secs(11))),
            Duration::from_millis(11_500)
        );
    }

    #[test]
    fn never_more_in_any_window_than_documented() {
        let gates = Arc::new(Gates::new(Limits::documented()));
        let a = tenant("a.example");
        let mut now = Duration::ZERO;
        let mut sent = Vec::new();
        while sent.len() < 40 {
            match gates.pass(&a, Workload::IdentityReports, 1, now) {
                Ok(_) => sent.push(now),
                Err(Blocked::Until(at, WaitReason::Gate)) => now = at,
                Err(other) => panic!("{other:?}"),
            }
        }
        for (index, at) in sent.iter().enumerate() {
            assert!(
                sent.iter()
                    .skip(index)
                    .take_while(|later| later.saturating_sub(*at) < secs(10))
                    .count()
                    <= 5
            );
        }
        // Five at once, then five every ten and a half seconds.
        assert_eq!(sent.last(), Some(&Duration::from_millis(7 * 10_500)));
    }
}
