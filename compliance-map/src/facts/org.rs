//! Rows about the organisation: subscriptions, the tenant itself, trust in other tenants.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A subscription, key `org.licenses`.
///
/// See <https://learn.microsoft.com/en-us/graph/api/resources/subscribedsku>.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LicenseFact {
    /// SKU part number, for example `SPE_E3`.
    pub sku: String,
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
