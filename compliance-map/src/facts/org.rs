//! Rows about the organisation: subscriptions, the tenant itself, trust in other tenants.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::row::{Subject, TENANT};
use crate::Timestamp;

/// A subscription, key `org.licenses`.
///
/// See <https://learn.microsoft.com/en-us/graph/api/resources/subscribedsku>.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LicenseFact {
    /// SKU part number, for example `SPE_E3`.
    pub sku: String,
    /// SKU id, where accounts name their subscriptions by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku_id: Option<String>,
    /// Seats bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchased: Option<u64>,
    /// Seats assigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<u64>,
    /// `active`, `trial`, `warning`, `suspended` or `expired`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Names of the service plans inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_plans: Option<Vec<String>>,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// The tenant's own record, key `org.tenant`; one row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TenantFact {
    /// Verified domains, federation, sync state: kept as received.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl TenantFact {
    /// Whether accounts are synchronised from a directory on premises, member `on_premises_sync` or
    /// Graph's `onPremisesSyncEnabled`, which is null where that was never so.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/organization>.
    pub fn is_synchronised(&self) -> Option<bool> {
        let value = self.member(["on_premises_sync", "onPremisesSyncEnabled"])?;
        if value.is_null() {
            Some(false)
        } else {
            value.as_bool()
        }
    }

    /// When accounts were last synchronised, member `last_sync` or `onPremisesLastSyncDateTime`.
    pub fn last_sync(&self) -> Option<Timestamp> {
        let value = self.member(["last_sync", "onPremisesLastSyncDateTime"])?;
        Timestamp::parse(value.as_str()?).ok()
    }

    /// Whether hashes of passwords are synchronised too, member `password_hash_sync` or
    /// `passwordHashSyncEnabled`.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/onpremisesdirectorysynchronizationfeature>.
    pub fn synchronises_password_hashes(&self) -> Option<bool> {
        let value = self.member(["password_hash_sync", "passwordHashSyncEnabled"])?;
        value.as_bool()
    }

    fn member(&self, names: [&str; 2]) -> Option<&Value> {
        names.into_iter().find_map(|name| self.extra.get(name))
    }
}

impl Subject for TenantFact {
    fn subject(&self) -> &str {
        TENANT
    }
}

impl Subject for LicenseFact {
    fn subject(&self) -> &str {
        &self.sku
    }
}

/// What is accepted from other tenants, key `org.cross_tenant`; one row.
///
/// See <https://learn.microsoft.com/en-us/entra/external-id/cross-tenant-access-overview>.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CrossTenantFact {
    /// Whether MFA done in a guest's home tenant is accepted by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_inbound_trust_mfa: Option<bool>,
    /// Members that this version does not know; kept and written back.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}
