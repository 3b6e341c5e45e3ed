//! What the organisation has subscribed to commercially.
//! <https://learn.microsoft.com/graph/api/resources/companysubscription>

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::{DAY, iso};
use crate::guid;
use crate::list;
use crate::reply::{Reply, Result};
use crate::tenant::Tenant;

const SET: &str = "directory/subscriptions";

pub(crate) fn list(call: &Call<'_>) -> Result<Reply> {
    let entity = "#microsoft.graph.companySubscription";
    list::documents(call, SET, entity, all(call).iter(), Value::clone)
}

pub(crate) fn one(call: &Call<'_>) -> Result<Reply> {
    let found = all(call)
        .into_iter()
        .find(|subscription| subscription["id"].as_str() == Some(&call.route.id));
    let found = found.ok_or_else(|| call.not_found())?;
    Ok(list::document(call, SET, "/$entity", &found))
}

fn all(call: &Call<'_>) -> Vec<Value> {
    describe(call.tenant)
}

/// One for each SKU with seats for people, a trial, and one that was not paid for and warns. The last two are
/// products that no seats are assigned of.
pub(crate) fn describe(tenant: &Tenant) -> Vec<Value> {
    let subscription = |number: u64,
                        id: String,
                        (sku, part): (&str, &str),
                        seats: u32,
                        trial: bool,
                        status: &str| {
        let next = if status == "Warning" {
            -6
        } else {
            20 + 30 * i64::try_from(number).unwrap_or(0)
        };
        json!({
            "id": id,
            "commerceSubscriptionId": tenant.derived_text("commerce subscription", number),
            "createdDateTime": iso(tenant.base - 400 * DAY),
            "isTrial": trial,
            "nextLifecycleDateTime": iso(tenant.base + next * DAY),
            "ownerId": tenant.derived_text("subscription owner", 0),
            "ownerTenantId": guid::text(tenant.id),
            "ownerType": "User",
            "serviceStatus": [],
            "skuId": sku,
            "skuPartNumber": part,
            "status": status,
            "totalLicenses": seats,
        })
    };
    let bought = tenant.skus.iter().zip(0_u64..).map(|(sku, number)| {
        subscription(
            number,
            guid::text(sku.subscription),
            (sku.id, sku.part_number),
            sku.seats,
            false,
            "Enabled",
        )
    });
    let teams = (
        "36a0f3b3-adb5-49ea-bf66-762134cf063a",
        "Microsoft_Teams_Premium",
    );
    let visio = ("c5928f49-12ba-48f7-ada3-0d743a3601d5", "VISIOCLIENT");
    bought
        .chain([
            subscription(
                20,
                tenant.derived_text("subscription", 1),
                teams,
                25,
                true,
                "Enabled",
            ),
            subscription(
                21,
                tenant.derived_text("subscription", 2),
                visio,
                5,
                false,
                "Warning",
            ),
        ])
        .collect()
}
