//! What a tenant bought.

use serde::Deserialize;

/// <https://learn.microsoft.com/graph/api/resources/subscribedsku>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscribedSku {
    pub(crate) sku_part_number: Option<String>,
    pub(crate) sku_id: Option<String>,
    pub(crate) applies_to: Option<String>,
    pub(crate) consumed_units: Option<i64>,
    prepaid_units: Option<PrepaidUnits>,
    pub(crate) capability_status: Option<String>,
    pub(crate) service_plans: Option<Vec<ServicePlan>>,
}

#[derive(Deserialize)]
struct PrepaidUnits {
    enabled: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServicePlan {
    pub(crate) service_plan_name: Option<String>,
}

impl SubscribedSku {
    /// Seats that can be given.
    pub(crate) fn enabled_units(&self) -> Option<i64> {
        self.prepaid_units.as_ref()?.enabled
    }
}
