//! People at risk, and what was seen of it.
//! <https://learn.microsoft.com/graph/api/resources/riskyuser>,
//! <https://learn.microsoft.com/graph/api/resources/riskdetection>

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::{DAY, iso};
use crate::guid;
use crate::list;
use crate::reply::{Reply, Result};
use crate::tenant::Tenant;
use crate::tenant::name::PLACES;
use crate::tenant::user::User;
use crate::tenant::user_property::{display_name, principal_name};

const USERS: &str = "identityProtection/riskyUsers";
const RISKY: &str = "#microsoft.graph.riskyUser";
const DETECTIONS: &str = "identityProtection/riskDetections";
const DETECTION: &str = "#microsoft.graph.riskDetection";
/// Of so many people one is at risk.
const ONE_OF: usize = 60;

/// What a detection was, when it is told, and how it ended: the first ones are still open.
const KINDS: [(&str, &str, &str, &str, &str); 4] = [
    ("unfamiliarFeatures", "realtime", "medium", "atRisk", "none"),
    ("anonymizedIPAddress", "realtime", "high", "atRisk", "none"),
    (
        "leakedCredentials",
        "offline",
        "high",
        "remediated",
        "userPerformedSecuredPasswordReset",
    ),
    (
        "unlikelyTravel",
        "offline",
        "low",
        "dismissed",
        "adminDismissedAllRiskForUser",
    ),
];

pub(crate) fn users(call: &Call<'_>) -> Result<Reply> {
    list::documents(call, USERS, RISKY, people(call.tenant), |(at, user)| {
        describe(call.tenant, at, user)
    })
}

pub(crate) fn user(call: &Call<'_>) -> Result<Reply> {
    let found = people(call.tenant)
        .find(|(_, user)| guid::parse(&call.route.id) == Some(user.id))
        .ok_or_else(|| call.not_found())?;
    Ok(list::document(
        call,
        USERS,
        "/$entity",
        &describe(call.tenant, found.0, found.1),
    ))
}

pub(crate) fn detections(call: &Call<'_>) -> Result<Reply> {
    let all = people(call.tenant).flat_map(|(at, user)| {
        (0..count_of(call.tenant, at)).map(move |number| (at, user, number))
    });
    list::documents(call, DETECTIONS, DETECTION, all, |(at, user, number)| {
        detection(call.tenant, at, user, number)
    })
}

/// Everybody at risk: every so many-th member.
pub(crate) fn people(tenant: &Tenant) -> impl Iterator<Item = (usize, &User)> + Clone {
    tenant
        .users
        .iter()
        .enumerate()
        .filter(|(at, user)| at % ONE_OF == 17 && user.live())
}

/// Detections of the person at this place.
pub(crate) fn count_of(tenant: &Tenant, at: usize) -> u64 {
    1 + tenant.draw_below("risk detections", at as u64, 3)
}

fn kind(
    tenant: &Tenant,
    at: usize,
) -> (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
) {
    tenant
        .draw_from("risk kind", at as u64, &KINDS)
        .copied()
        .unwrap_or_default()
}

fn detected(tenant: &Tenant, at: usize, number: u64) -> i64 {
    let days = i64::try_from(tenant.draw_below("risk days", at as u64, 25)).unwrap_or(0);
    let earlier = i64::try_from(number).unwrap_or(0) * 20;
    tenant.days_ago("risk second", at as u64 * 16 + number, days + earlier)
}

pub(crate) fn describe(tenant: &Tenant, at: usize, user: &User) -> Value {
    let (_, _, level, state, detail) = kind(tenant, at);
    json!({
        "id": guid::text(user.id),
        "isDeleted": false,
        "isProcessing": false,
        "riskDetail": detail,
        "riskLastUpdatedDateTime": iso(detected(tenant, at, 0)),
        "riskLevel": if state == "atRisk" { level } else { "none" },
        "riskState": state,
        "userDisplayName": display_name(user),
        "userPrincipalName": principal_name(tenant, user),
    })
}

pub(crate) fn detection(tenant: &Tenant, at: usize, user: &User, number: u64) -> Value {
    let (event, timing, level, state, detail) = kind(tenant, at);
    let unique = at as u64 * 16 + number;
    let at = detected(tenant, at, number);
    let (city, country) = tenant
        .draw_from("risk place", unique, &PLACES)
        .map_or(("", ""), |(city, _, code, _)| (*city, *code));
    // Older ones were dealt with.
    let open = number == 0;
    json!({
        "id": format!("{:064x}", tenant.derived_id("risk detection", unique)),
        "requestId": tenant.derived_text("risk request", unique),
        "correlationId": tenant.derived_text("risk correlation", unique),
        "riskEventType": event,
        "riskState": if open { state } else { "remediated" },
        "riskLevel": level,
        "riskDetail": if open { detail } else { "userPerformedSecuredPasswordChange" },
        "source": "IdentityProtection",
        "detectionTimingType": timing,
        "activity": if event == "leakedCredentials" { "user" } else { "signin" },
        "tokenIssuerType": "AzureAD",
        "ipAddress": format!("198.51.100.{}", unique % 250 + 1),
        "location": {"city": city, "state": null, "countryOrRegion": country, "geoCoordinates": null},
        "activityDateTime": iso(at - 90),
        "detectedDateTime": iso(at),
        "lastUpdatedDateTime": iso(at + if open { 0 } else { DAY }),
        "userId": guid::text(user.id),
        "userDisplayName": display_name(user),
        "userPrincipalName": principal_name(tenant, user),
        "additionalInfo": "[{\"Key\":\"userAgent\",\"Value\":\"Mozilla/5.0 (Windows NT 10.0; Win64; x64)\"}]",
    })
}
