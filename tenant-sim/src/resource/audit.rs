//! Changes of the directory in the last thirty days, newest first.
//! <https://learn.microsoft.com/graph/api/directoryaudit-list>

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::{DAY, iso};
use crate::guid;
use crate::list;
use crate::reply::{Reply, Result};
use crate::tenant::Tenant;
use crate::tenant::application;
use crate::tenant::user_property::{display_name, principal_name};

const DAYS: u64 = 30;

/// Activity, category, operation, service.
const ACTIVITIES: [(&str, &str, &str, &str); 6] = [
    ("Update user", "UserManagement", "Update", "Core Directory"),
    (
        "Add member to group",
        "GroupManagement",
        "Assign",
        "Core Directory",
    ),
    (
        "Remove member from group",
        "GroupManagement",
        "Unassign",
        "Core Directory",
    ),
    (
        "Reset user password",
        "UserManagement",
        "Update",
        "Core Directory",
    ),
    (
        "User registered security info",
        "UserManagement",
        "Add",
        "Authentication Methods",
    ),
    (
        "Add app role assignment to service principal",
        "ApplicationManagement",
        "Assign",
        "Core Directory",
    ),
];

pub(crate) fn list(call: &Call<'_>) -> Result<Reply> {
    let entity = "#microsoft.graph.directoryAudit";
    list::documents(
        call,
        "auditLogs/directoryAudits",
        entity,
        0..count(call.tenant),
        |number| describe(call.tenant, number),
    )
}

/// Some every day, more in a large tenant.
pub(crate) fn count(tenant: &Tenant) -> u64 {
    DAYS * (4 + tenant.users.len() as u64 / 50)
}

pub(crate) fn describe(tenant: &Tenant, number: u64) -> Value {
    let apart = DAYS * DAY.unsigned_abs() / count(tenant).max(1);
    let at = tenant.base - 1 - i64::try_from(number * apart).unwrap_or(0);
    let (activity, category, operation, service) = tenant
        .draw_from("audit activity", number, &ACTIVITIES)
        .copied()
        .unwrap_or_default();
    let actor = tenant.draw_person("audit actor", number);
    let target = tenant.draw_person("audit target", number);
    let by_app = number.is_multiple_of(9) && tenant.applications > 0;
    let app = usize::try_from(number).unwrap_or(0) % tenant.applications.max(1);
    json!({
        "id": format!("Directory_{}_{number}", tenant.derived_text("audit", number)),
        "category": category,
        "correlationId": tenant.derived_text("audit correlation", number),
        "result": if number.is_multiple_of(31) { "failure" } else { "success" },
        "resultReason": "",
        "activityDisplayName": activity,
        "activityDateTime": iso(at),
        "loggedByService": service,
        "operationType": operation,
        "initiatedBy": {
            "user": if by_app {
                Value::Null
            } else {
                json!({
                    "id": actor.map(|user| guid::text(user.id)),
                    "displayName": actor.map(display_name),
                    "userPrincipalName": actor.map(|user| principal_name(tenant, user)),
                    "ipAddress": format!("203.0.113.{}", number % 250 + 1),
                })
            },
            "app": if by_app {
                json!({
                    "appId": null, "displayName": application::name(app), "servicePrincipalName": null,
                    "servicePrincipalId": application::own_principal_id(tenant, app),
                })
            } else {
                Value::Null
            },
        },
        "targetResources": [{
            "id": target.map(|user| guid::text(user.id)),
            "displayName": target.map(display_name),
            "type": "User",
            "userPrincipalName": target.map(|user| principal_name(tenant, user)),
            "groupType": null,
            "modifiedProperties": [
                {"displayName": "Included Updated Properties", "oldValue": null, "newValue": "\"JobTitle\""},
            ],
        }],
        "additionalDetails": [{"key": "User-Agent", "value": "Mozilla/5.0"}],
    })
}
