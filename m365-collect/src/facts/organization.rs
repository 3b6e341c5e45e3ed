//! The tenant and what it bought.

use std::collections::BTreeMap;

use compliance_map::Fact;
use compliance_map::facts::{LicenseFact, TenantFact};
use serde::Deserialize;
use serde_json::Value;

use super::fact;
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::store::StoreError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SubscribedSku {
    sku_part_number: Option<String>,
    sku_id: Option<String>,
    consumed_units: Option<i64>,
    prepaid_units: Option<PrepaidUnits>,
    capability_status: Option<String>,
    service_plans: Option<Vec<ServicePlan>>,
}

#[derive(Deserialize)]
struct PrepaidUnits {
    enabled: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServicePlan {
    service_plan_name: Option<String>,
}

pub(super) async fn licenses(reader: &Reader<'_>) -> Result<Fact<LicenseFact>, StoreError> {
    let seats = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok());
    fact(
        reader,
        "subscribed_skus",
        &Kind::SUBSCRIBED_SKU,
        |id, sku: SubscribedSku| LicenseFact {
            sku: sku.sku_part_number.or(sku.sku_id).unwrap_or(id),
            purchased: seats(sku.prepaid_units.and_then(|units| units.enabled)),
            assigned: seats(sku.consumed_units),
            status: sku.capability_status.as_deref().map(status),
            service_plans: sku.service_plans.map(|plans| {
                plans
                    .into_iter()
                    .filter_map(|plan| plan.service_plan_name)
                    .collect()
            }),
            ..LicenseFact::default()
        },
    )
    .await
}

/// The words of `capabilityStatus` in the words of the evidence:
/// <https://learn.microsoft.com/graph/api/resources/subscribedsku>.
fn status(capability: &str) -> String {
    match capability {
        "Enabled" => "active",
        "Warning" => "warning",
        "Suspended" | "LockedOut" => "suspended",
        "Deleted" => "expired",
        other => other,
    }
    .to_owned()
}

pub(super) async fn tenant(reader: &Reader<'_>) -> Result<Fact<TenantFact>, StoreError> {
    fact(
        reader,
        "organization",
        &Kind::ORGANIZATION,
        |_, extra: BTreeMap<String, Value>| TenantFact { extra },
    )
    .await
}
