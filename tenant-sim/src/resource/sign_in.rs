//! The sign-in log. Beta tells more of each sign-in, and has those of apps.
//! <https://learn.microsoft.com/graph/api/signin-list>, <https://learn.microsoft.com/graph/api/resources/signin>

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::iso;
use crate::guid;
use crate::list;
use crate::odata::filter::Filter;
use crate::reply::{Reply, Result};
use crate::tenant::Tenant;
use crate::tenant::application;
use crate::tenant::name::PLACES;
use crate::tenant::sign_in_log::{Actor, Entry};
use crate::tenant::user::{MethodSet, User};
use crate::tenant::user_property::{display_name, principal_name};

const SET: &str = "auditLogs/signIns";
const SIGN_IN: &str = "#microsoft.graph.signIn";

/// What people sign in to: app, its id, resource, its id.
const APPS: [(&str, &str, &str, &str); 4] = [
    (
        "Microsoft Teams",
        "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
        "Microsoft Teams Services",
        "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",
    ),
    (
        "Office 365 Exchange Online",
        "00000002-0000-0ff1-ce00-000000000000",
        "Office 365 Exchange Online",
        "00000002-0000-0ff1-ce00-000000000000",
    ),
    (
        "OfficeHome",
        "4765445b-32c6-49b0-83e6-1d93765276ca",
        "OfficeHome",
        "4765445b-32c6-49b0-83e6-1d93765276ca",
    ),
    (
        "Azure Portal",
        "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
        "Windows Azure Service Management API",
        "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    ),
];

pub(crate) fn list(call: &Call<'_>) -> Result<Reply> {
    let filter = call
        .query
        .filter
        .as_deref()
        .map(Filter::parse)
        .transpose()?;
    let (from, to) = filter
        .as_ref()
        .map_or((None, None), |filter| filter.between("createdDateTime"));
    // Beta leaves out what nobody did at a keyboard unless it is asked for.
    let background = call.beta
        && filter
            .as_ref()
            .is_some_and(|filter| filter.properties().contains(&"signInEventTypes"));
    let all = call.tenant.sign_in_log(from, to, background);
    list::documents(call, SET, SIGN_IN, all, |entry| {
        describe(call.tenant, &entry, call.beta)
    })
}

pub(crate) fn describe(tenant: &Tenant, entry: &Entry, beta: bool) -> Value {
    let number = entry.at.unsigned_abs().wrapping_mul(4_096)
        ^ match entry.actor {
            Actor::Interactive(place) => place as u64,
            Actor::NonInteractive(place) => place as u64 ^ 1 << 40,
            Actor::Application(place) => place as u64 ^ 1 << 41,
        };
    let mut sign_in = common(tenant, entry, number);
    match entry.actor {
        Actor::Interactive(place) | Actor::NonInteractive(place) => {
            if let Some(user) = tenant.users.get(place) {
                by_person(tenant, &mut sign_in, entry, user, number, beta);
            }
        }
        Actor::Application(place) => by_application(tenant, &mut sign_in, place, beta),
    }
    sign_in
}

fn common(tenant: &Tenant, entry: &Entry, number: u64) -> Value {
    let (app, app_id, resource, resource_id) = tenant
        .draw_from("sign-in app", number, &APPS)
        .copied()
        .unwrap_or_default();
    json!({
        "id": tenant.derived_text("sign-in", number),
        "createdDateTime": iso(entry.at),
        "correlationId": tenant.derived_text("sign-in correlation", number),
        "appDisplayName": app,
        "appId": app_id,
        "resourceDisplayName": resource,
        "resourceId": resource_id,
        "clientAppUsed": "Browser",
        "conditionalAccessStatus": "notApplied",
        "ipAddress": format!("203.0.113.{}", number % 250 + 1),
        "isInteractive": matches!(entry.actor, Actor::Interactive(_)),
        "riskDetail": "none",
        "riskEventTypes_v2": [],
        "riskLevelAggregated": "none",
        "riskLevelDuringSignIn": "none",
        "riskState": "none",
        "status": {"errorCode": 0, "failureReason": "Other.", "additionalDetails": null},
        "userDisplayName": null,
        "userId": "",
        "userPrincipalName": "",
        "deviceDetail": {
            "deviceId": "", "displayName": "", "operatingSystem": "Windows10", "browser": "Edge 130.0.0",
            "isCompliant": false, "isManaged": false, "trustType": "",
        },
        "location": null,
        "appliedConditionalAccessPolicies": [],
    })
}

fn by_person(
    tenant: &Tenant,
    sign_in: &mut Value,
    entry: &Entry,
    user: &User,
    number: u64,
    beta: bool,
) {
    let kind = if sign_in["isInteractive"] == true {
        1
    } else {
        2
    };
    if let Some(id) = user.request_id(kind).filter(|_| entry.last) {
        sign_in["id"] = json!(id);
    }
    sign_in["userDisplayName"] = json!(display_name(user));
    sign_in["userId"] = json!(guid::text(user.id));
    sign_in["userPrincipalName"] = json!(principal_name(tenant, user).to_lowercase());
    let (city, country) = PLACES
        .get(usize::from(user.place) % PLACES.len())
        .map_or(("", ""), |(city, _, code, _)| (*city, *code));
    sign_in["location"] = json!({
        "city": city, "state": "", "countryOrRegion": country,
        "geoCoordinates": {"altitude": null, "latitude": 52.5, "longitude": 13.4},
    });
    // The last ones worked: accounts show them as successful.
    let failed = !entry.last && tenant.draw_below("sign-in failed", number, 100) < 4;
    if failed {
        sign_in["status"] = json!({
            "errorCode": 50126,
            "failureReason": "Error validating credentials due to invalid username or password.",
            "additionalDetails": "The user didn't enter the right credentials.",
        });
    }
    let policies = tenant.policies.iter().map(|policy| {
        let result = match policy["state"].as_str() {
            Some("enabled") => "notApplied",
            Some("enabledForReportingButNotEnforced") => "reportOnlyNotApplied",
            _ => "notEnabled",
        };
        json!({
            "id": policy["id"], "displayName": policy["displayName"], "enforcedGrantControls": [],
            "enforcedSessionControls": [], "result": result,
        })
    });
    sign_in["appliedConditionalAccessPolicies"] = policies.collect();
    if beta {
        let multifactor =
            user.methods.second_factor() && tenant.draw_below("sign-in mfa", number, 100) < 80;
        let push = user.methods.has(MethodSet::PUSH);
        let method = if push {
            "Microsoft Authenticator App"
        } else {
            "Text message"
        };
        let step = |method: &str, detail: &str, required: &str| {
            json!({
                "authenticationStepDateTime": sign_in["createdDateTime"], "authenticationMethod": method,
                "authenticationMethodDetail": detail, "succeeded": !failed,
                "authenticationStepResultDetail": if failed { "Invalid credentials" } else { "Correct" },
                "authenticationStepRequirement": required,
            })
        };
        let mut steps = vec![step(
            "Password",
            "Password in the cloud",
            "Primary authentication",
        )];
        if multifactor && !failed {
            steps.push(step(method, "", "Secondary authentication"));
        }
        sign_in["signInEventTypes"] = json!([if kind == 1 {
            "interactiveUser"
        } else {
            "nonInteractiveUser"
        }]);
        sign_in["authenticationRequirement"] = json!(if multifactor {
            "multiFactorAuthentication"
        } else {
            "singleFactorAuthentication"
        });
        sign_in["authenticationDetails"] = Value::Array(steps);
        sign_in["mfaDetail"] = if multifactor && !failed {
            json!({"authMethod": method, "authDetail": null})
        } else {
            Value::Null
        };
        sign_in["crossTenantAccessType"] = json!(if user.guest {
            "b2bCollaboration"
        } else {
            "none"
        });
        sign_in["userType"] = json!(if user.guest { "guest" } else { "member" });
        sign_in["isThroughGlobalSecureAccess"] = json!(false);
        sign_in["tokenIssuerType"] = json!("AzureAD");
        sign_in["servicePrincipalId"] = json!("");
        sign_in["servicePrincipalName"] = Value::Null;
    }
}

fn by_application(tenant: &Tenant, sign_in: &mut Value, place: usize, beta: bool) {
    let name = application::name(place);
    sign_in["appDisplayName"] = json!(name);
    sign_in["appId"] = json!(application::app_id(tenant, place));
    sign_in["resourceDisplayName"] = json!("Microsoft Graph");
    sign_in["resourceId"] = json!(application::GRAPH);
    sign_in["clientAppUsed"] = json!("");
    if beta {
        sign_in["signInEventTypes"] = json!(["servicePrincipal"]);
        sign_in["servicePrincipalId"] = json!(application::own_principal_id(tenant, place));
        sign_in["servicePrincipalName"] = json!(name);
        sign_in["authenticationRequirement"] = json!("singleFactorAuthentication");
        sign_in["authenticationDetails"] = json!([]);
        sign_in["mfaDetail"] = Value::Null;
        sign_in["crossTenantAccessType"] = json!("none");
        sign_in["userType"] = json!("member");
        sign_in["isThroughGlobalSecureAccess"] = json!(false);
        sign_in["tokenIssuerType"] = json!("AzureAD");
    }
}
