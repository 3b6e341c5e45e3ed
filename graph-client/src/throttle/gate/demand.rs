//! What a request needs of the limits, and whose gates and budgets that concerns.

use super::super::limits::{Limit, LimitUnit};
use super::super::priority::Priority;
use super::super::queue::Flow;
use super::super::{LimitScope, Limits, Workload};
use crate::tenant::TenantId;

/// What a request needs of the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Demand {
    pub(super) tenant: TenantId,
    pub(super) workload: Workload,
    /// How many requests the limits count: those inside a batch.
    pub(super) requests: u32,
    pub(super) resource_units: u32,
    /// The limits that hold for it, and what tells its resource apart.
    pub(super) rows: Vec<(usize, Option<String>)>,
}

impl Demand {
    pub(crate) fn workload(&self) -> Workload {
        self.workload
    }

    /// What of a batch counts together: more requests of the same kind.
    pub(crate) fn batch(mut self, requests: u32, resource_units: u32) -> Self {
        self.requests = requests;
        self.resource_units = resource_units;
        self.rows.retain(|(_, resource)| resource.is_none());
        self
    }

    pub(crate) fn resource_units(&self) -> u32 {
        self.resource_units
    }

    pub(super) fn units(&self, limit: &Limit) -> u64 {
        u64::from(match limit.unit {
            LimitUnit::ResourceUnits => self.resource_units,
            LimitUnit::Requests | LimitUnit::Concurrent => self.requests,
        })
    }

    pub(super) fn resource(&self) -> Option<&String> {
        self.rows.iter().find_map(|(_, resource)| resource.as_ref())
    }

    pub(super) fn lanes(&self) -> impl Iterator<Item = LaneKey> + '_ {
        let of = |tenant: Option<&TenantId>, resource: Option<&String>| LaneKey {
            workload: self.workload,
            tenant: tenant.cloned(),
            resource: resource.cloned(),
        };
        let resource = self
            .resource()
            .map(|resource| of(Some(&self.tenant), Some(resource)));
        [of(None, None), of(Some(&self.tenant), None)]
            .into_iter()
            .chain(resource)
    }

    pub(super) fn buckets(&self, limits: &Limits) -> impl Iterator<Item = (BucketKey, Limit)> {
        self.rows.iter().filter_map(|(row, resource)| {
            let limit = *limits.row(*row)?;
            let key = BucketKey {
                row: *row,
                tenant: (limit.scope != LimitScope::App).then(|| self.tenant.clone()),
                resource: resource.clone(),
            };
            Some((key, limit))
        })
    }

    pub(super) fn flow(&self, priority: Priority) -> Flow {
        (self.tenant.clone(), priority, self.rows.clone())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct LaneKey {
    pub(super) workload: Workload,
    pub(super) tenant: Option<TenantId>,
    pub(super) resource: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct BucketKey {
    pub(super) row: usize,
    pub(super) tenant: Option<TenantId>,
    pub(super) resource: Option<String>,
}
