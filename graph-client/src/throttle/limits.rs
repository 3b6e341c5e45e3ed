//! Documented limits low enough that running into them is certain.

use std::time::Duration;

use super::Workload;

/// How many requests a workload takes in a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limit {
    /// The workload that is limited.
    pub workload: Workload,
    /// Who shares the limit.
    pub scope: LimitScope,
    /// Requests allowed in any window.
    pub requests: u32,
    /// The length of the window.
    pub per: Duration,
}

impl Limit {
    /// A limit.
    pub const fn new(workload: Workload, scope: LimitScope, requests: u32, per: Duration) -> Self {
        Self {
            workload,
            scope,
            requests,
            per,
        }
    }
}

/// Who shares a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitScope {
    /// The application over all tenants that one client and its siblings read.
    App,
    /// One tenant.
    Tenant,
}

/// The limits that a client keeps to by itself, before the service has to say so.
///
/// A limit is a burst window: requests go out at once until the window is full, then wait. Limits
/// that only a hungry reader would reach are left to the service's answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits(Vec<Limit>);

const SECOND: Duration = Duration::from_secs(1);

/// Figures of <https://learn.microsoft.com/graph/throttling-limits>: "identity and access reports"
/// and "identity protection and conditional access", the latter without `Retry-After`.
const DOCUMENTED: &[Limit] = &[
    Limit::new(
        Workload::IdentityReports,
        LimitScope::Tenant,
        5,
        Duration::from_secs(10),
    ),
    Limit::new(
        Workload::IdentityReports,
        LimitScope::App,
        122,
        Duration::from_secs(10),
    ),
    Limit::new(
        Workload::SignInActivity,
        LimitScope::App,
        10,
        Duration::from_secs(60),
    ),
    Limit::new(Workload::ConditionalAccess, LimitScope::Tenant, 1, SECOND),
];

impl Limits {
    /// What Microsoft documents. The default.
    pub fn documented() -> Self {
        Self(DOCUMENTED.to_vec())
    }

    /// No limits of our own; only the service's answers slow the client down. For simulators.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// With one more limit. All limits of a workload hold together.
    #[must_use]
    pub fn with(mut self, limit: Limit) -> Self {
        self.0.push(limit);
        self
    }

    pub(crate) fn of(&self, workload: Workload) -> impl Iterator<Item = &Limit> {
        self.0
            .iter()
            .filter(move |limit| limit.workload == workload && limit.requests > 0)
    }

    /// The most requests that may go out together.
    pub(crate) fn burst(&self, workload: Workload) -> u32 {
        self.of(workload)
            .map(|limit| limit.requests)
            .min()
            .unwrap_or(u32::MAX)
    }
}
