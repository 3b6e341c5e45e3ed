//! What a request needs of the limits, and which pauses and budgets concern it.

use super::flow::FlowKey;
use super::limit::{Limit, LimitScope, LimitUnit};
use super::limit_set::Limits;
use super::priority::Priority;
use crate::tenant::TenantId;
use crate::workload::Workload;

/// What a request needs of the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestCost {
    pub(super) tenant: TenantId,
    pub(super) workload: Workload,
    /// How many requests the limits count: those inside a batch.
    pub(super) requests: u32,
    pub(super) resource_units: u32,
    /// The limits that hold for it, and what tells its resource apart.
    pub(super) rows: Vec<(usize, Option<String>)>,
    /// Whose pauses concern it besides the tenant's: the mailbox that it is for; of a batch, those of
    /// all that is inside.
    pub(super) resources: Vec<String>,
}

impl RequestCost {
    pub(crate) fn workload(&self) -> Workload {
        self.workload
    }

    /// A batch of requests of one workload, of which this is the first: they count together at the
    /// limits of tenant and application, and a pause of any resource in it holds up the batch.
    pub(crate) fn with(mut self, others: &[&Self]) -> Self {
        self.rows.retain(|(_, resource)| resource.is_none());
        for other in others {
            self.requests = self.requests.saturating_add(other.requests);
            self.resource_units = self.resource_units.saturating_add(other.resource_units);
            self.resources.extend_from_slice(&other.resources);
        }
        self.resources.sort_unstable();
        self.resources.dedup();
        self
    }

    pub(super) fn units(&self, limit: &Limit) -> u64 {
        u64::from(match limit.unit {
            LimitUnit::ResourceUnits => self.resource_units,
            LimitUnit::Requests | LimitUnit::Concurrent => self.requests,
        })
    }

    /// Whether all limits that hold for it are of its resource alone.
    pub(super) fn is_by_resource(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(|(_, resource)| resource.is_some())
    }

    pub(super) fn pause_scopes(&self) -> impl Iterator<Item = PauseScopeKey> + '_ {
        let of = |tenant: Option<&TenantId>, resource: Option<&String>| PauseScopeKey {
            workload: self.workload,
            tenant: tenant.cloned(),
            resource: resource.cloned(),
        };
        let resources = self.resources.iter();
        [of(None, None), of(Some(&self.tenant), None)]
            .into_iter()
            .chain(resources.map(move |resource| of(Some(&self.tenant), Some(resource))))
    }

    pub(super) fn buckets<'a>(
        &'a self,
        limits: &'a Limits,
    ) -> impl Iterator<Item = (BucketKey, &'a Limit)> {
        self.rows.iter().filter_map(move |(row, resource)| {
            let limit = limits.row(*row)?;
            let key = BucketKey {
                row: *row,
                tenant: (limit.scope != LimitScope::App).then(|| self.tenant.clone()),
                resource: resource.clone(),
            };
            Some((key, limit))
        })
    }

    pub(super) fn flow(&self, priority: Priority) -> FlowKey {
        let (rows, resources) = (self.rows.clone(), self.resources.clone());
        (self.tenant.clone(), priority, rows, resources)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PauseScopeKey {
    pub(super) workload: Workload,
    pub(super) tenant: Option<TenantId>,
    pub(super) resource: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct BucketKey {
    pub(super) row: usize,
    pub(super) tenant: Option<TenantId>,
    pub(super) resource: Option<String>,
}
