//! Devices of the directory.
//! <https://learn.microsoft.com/graph/api/resources/device>

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::iso;
use crate::guid;
use crate::list::{self, Expansion};
use crate::reply::{GraphError, Reply, Result};
use crate::resource::group;
use crate::tenant::Tenant;
use crate::tenant::device::{Device, Os};

const DEVICE: &str = "#microsoft.graph.device";

/// Owner and user are the same person here.
const EXPANSIONS: &[Expansion<Value>] =
    &[("registeredOwners", owners), ("registeredUsers", owners)];

fn owners(call: &Call<'_>, device: &Value, expand: &crate::odata::query::Expand) -> Option<Value> {
    let device = call.tenant.find_device(device["id"].as_str()?)?;
    Some(group::expanded(call, device.owner.into_iter(), expand))
}

pub(crate) fn list(call: &Call<'_>) -> Result<Reply> {
    list::documents_expanding(
        call,
        "devices",
        DEVICE,
        0..call.tenant.device_count(),
        |at| describe(call.tenant, &call.tenant.device(at)),
        EXPANSIONS,
    )
}

pub(crate) fn count(call: &Call<'_>) -> Result<Reply> {
    if !call.query.eventual {
        return Err(GraphError::bad_request(
            "$count is not currently supported.",
        ));
    }
    if call.query.filter.is_some() {
        return Err(GraphError::not_simulated("$filter on this path"));
    }
    let count = if call.emptied() {
        0
    } else {
        call.tenant.device_count()
    };
    Ok(Reply::text(count.to_string()))
}

pub(crate) fn one(call: &Call<'_>) -> Result<Reply> {
    let device = find(call)?;
    Ok(list::document(
        call,
        "devices",
        "/$entity",
        &describe(call.tenant, &device),
    ))
}

pub(crate) fn registered_owners(call: &Call<'_>) -> Result<Reply> {
    let device = find(call)?;
    group::objects(call, &device.owner.into_iter().collect())
}

fn find(call: &Call<'_>) -> Result<Device> {
    call.tenant
        .find_device(&call.route.id)
        .ok_or_else(|| call.not_found())
}

pub(crate) fn describe(tenant: &Tenant, device: &Device) -> Value {
    let at = |relative: i64| iso(tenant.base + relative);
    let joined = device.os == Os::Windows && !device.personal;
    json!({
        "id": guid::text(device.id),
        "deletedDateTime": null,
        "accountEnabled": device.enabled,
        "approximateLastSignInDateTime": at(device.last_seen),
        "complianceExpirationDateTime": null,
        "deviceCategory": null,
        "deviceId": guid::text(device.device_id),
        "deviceMetadata": null,
        "deviceOwnership": if device.personal { "Personal" } else { "Company" },
        "deviceVersion": 2,
        "displayName": device.name(),
        "enrollmentProfileName": null,
        "enrollmentType": if device.managed { Some("UserEnrollment") } else { None },
        "isCompliant": if device.managed { Some(device.compliant) } else { None },
        "isManaged": if device.managed { Some(true) } else { None },
        "isManagementRestricted": null,
        "isRooted": if matches!(device.os, Os::Ios | Os::Android) { Some(false) } else { None },
        "managementType": if device.managed { Some("MDM") } else { None },
        "manufacturer": device.manufacturer,
        "mdmAppId": if device.managed { Some("0000000a-0000-0000-c000-000000000000") } else { None },
        "model": device.model,
        "onPremisesLastSyncDateTime": null,
        "onPremisesSyncEnabled": null,
        "operatingSystem": device.os.name(),
        "operatingSystemVersion": device.version,
        "physicalIds": [],
        "profileType": "RegisteredDevice",
        "registrationDateTime": at(device.registered),
        "systemLabels": [],
        "trustType": if joined { "AzureAd" } else { "Workplace" },
    })
}
