//! What a client has learned of the limits, to be kept over a restart.

use serde::{Deserialize, Serialize};

use super::limit::LimitScope;
use super::limit_set::Limits;
use crate::tenant::TenantId;
use crate::workload::Workload;

/// The limits that the service's refusals have shown to be lower than documented.
///
/// Small quotas are dear to learn: half of the first requests may be refused. Store this when a
/// program ends and give it to [`ClientBuilder::learned_limits`](crate::ClientBuilder::learned_limits)
/// when it starts. It holds tenant ids and figures, nothing secret.
///
/// ```
/// let learned = graph_client::LearnedLimits::default();
/// let stored = serde_json::to_string(&learned)?;
/// let restored: graph_client::LearnedLimits = serde_json::from_str(&stored)?;
/// assert!(restored.is_empty());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LearnedLimits(pub(super) Vec<LearnedLimit>);

impl LearnedLimits {
    /// Whether nothing was learned.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many limits were learned.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// What was learned of this tenant, and of the application over all tenants: to be kept with
    /// the tenant's own data, where nothing of another one belongs.
    #[must_use]
    pub fn of_tenant(mut self, tenant: &TenantId) -> Self {
        self.0.retain(|learned| {
            learned
                .tenant
                .as_deref()
                .is_none_or(|of| of == tenant.as_str())
        });
        self
    }
}

/// One of them. What it is of is kept by its own words and not by its place in the table, which
/// the next version may order otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct LearnedLimit {
    pub(super) workload: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tenant: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) methods: Option<String>,
    /// The figure that it was learned against.
    pub(super) of: u32,
    pub(super) seconds: u64,
    pub(super) limit: f64,
    pub(super) refused_at: Option<f64>,
}

impl LearnedLimit {
    pub(super) fn new(
        row: usize,
        tenant: Option<&TenantId>,
        limits: &Limits,
        limit: f64,
        refused_at: Option<f64>,
    ) -> Option<Self> {
        let of = limits.row(row)?;
        Some(Self {
            workload: of.workload.as_str().to_owned(),
            tenant: tenant.map(|tenant| tenant.as_str().to_owned()),
            path: of.path.as_deref().map(str::to_owned),
            methods: of.methods.as_str().map(str::to_owned),
            of: of.requests,
            seconds: of.per.as_secs(),
            limit,
            refused_at,
        })
    }

    /// Whether both are of the same limit, whatever they say of it.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (
            &self.workload,
            &self.tenant,
            &self.path,
            &self.methods,
            self.of,
            self.seconds,
        ) == (
            &other.workload,
            &other.tenant,
            &other.path,
            &other.methods,
            other.of,
            other.seconds,
        )
    }

    /// Whether it is of this row and tenant. One learned against another figure no longer holds.
    pub(super) fn is_of(&self, row: usize, tenant: Option<&TenantId>, limits: &Limits) -> bool {
        limits.row(row).is_some_and(|limit| {
            let workload: Workload = limit.workload;
            limit.scope != LimitScope::Resource
                && self.workload == workload.as_str()
                && self.tenant.as_deref() == tenant.map(TenantId::as_str)
                && self.path.as_deref() == limit.path.as_deref()
                && self.methods.as_deref() == limit.methods.as_str()
                && (self.of, self.seconds) == (limit.requests, limit.per.as_secs())
        })
    }
}
