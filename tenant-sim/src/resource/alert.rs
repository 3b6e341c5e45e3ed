//! Alerts and the incidents they belong to.
//! <https://learn.microsoft.com/graph/api/resources/security-alert>,
//! <https://learn.microsoft.com/graph/api/resources/security-incident>

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::iso;
use crate::guid;
use crate::list;
use crate::reply::{Reply, Result};
use crate::tenant::Tenant;
use crate::tenant::user_property::{display_name, principal_name};

const ALERTS: &str = "security/alerts_v2";
const INCIDENTS: &str = "security/incidents";
/// Alerts of one incident.
const TOGETHER: u64 = 3;

/// Title, category, service, source, severity, technique.
type Kind = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const KINDS: [Kind; 6] = [
    (
        "Unfamiliar sign-in properties",
        "InitialAccess",
        "azureAdIdentityProtection",
        "azureAdIdentityProtection",
        "medium",
        "T1078",
    ),
    (
        "Anonymous IP address",
        "InitialAccess",
        "azureAdIdentityProtection",
        "azureAdIdentityProtection",
        "high",
        "T1090.003",
    ),
    (
        "Email messages containing malicious URL removed after delivery",
        "InitialAccess",
        "microsoftDefenderForOffice365",
        "microsoftDefenderForOffice365",
        "informational",
        "T1566",
    ),
    (
        "Suspicious inbox manipulation rule",
        "Exfiltration",
        "microsoftDefenderForCloudApps",
        "cloudAppSecurity",
        "high",
        "T1114.003",
    ),
    (
        "Malware was detected and blocked",
        "Malware",
        "microsoftDefenderForEndpoint",
        "antivirus",
        "low",
        "T1204",
    ),
    (
        "Creation of forwarding or redirect rule",
        "Exfiltration",
        "microsoftDefenderForOffice365",
        "microsoftDefenderForOffice365",
        "informational",
        "T1114.003",
    ),
];

pub(crate) fn alerts(call: &Call<'_>) -> Result<Reply> {
    let entity = "#microsoft.graph.security.alert";
    list::documents(call, ALERTS, entity, 0..count(call.tenant), |number| {
        alert(call.tenant, number)
    })
}

pub(crate) fn alert_by_id(call: &Call<'_>) -> Result<Reply> {
    let number = call
        .tenant
        .number_of("alert", call.route.id.trim_start_matches("ad"))
        .filter(|number| *number < count(call.tenant))
        .ok_or_else(|| call.not_found())?;
    Ok(list::document(
        call,
        ALERTS,
        "/$entity",
        &alert(call.tenant, number),
    ))
}

pub(crate) fn incidents(call: &Call<'_>) -> Result<Reply> {
    let entity = "#microsoft.graph.security.incident";
    list::documents(
        call,
        INCIDENTS,
        entity,
        0..incident_count(call.tenant),
        |number| incident(call.tenant, number),
    )
}

pub(crate) fn incident_by_id(call: &Call<'_>) -> Result<Reply> {
    let number = (0..incident_count(call.tenant))
        .find(|number| incident_id(call.tenant, *number) == call.route.id)
        .ok_or_else(|| call.not_found())?;
    Ok(list::document(
        call,
        INCIDENTS,
        "/$entity",
        &incident(call.tenant, number),
    ))
}

pub(crate) fn count(tenant: &Tenant) -> u64 {
    6 + tenant.users.len() as u64 / 40
}

pub(crate) fn incident_count(tenant: &Tenant) -> u64 {
    count(tenant).div_ceil(TOGETHER)
}

fn incident_id(tenant: &Tenant, number: u64) -> String {
    (tenant.draw_below("incident id", 0, 900) + 100 + number).to_string()
}

/// When an alert was raised and last touched: the newest first, two days apart.
fn times(tenant: &Tenant, number: u64) -> (i64, i64) {
    let days = i64::try_from(number % 120).unwrap_or(0) * 2;
    let raised = tenant.days_ago("alert second", number, days);
    let touched =
        raised + i64::try_from(tenant.draw_below("alert touched", number, 86_400)).unwrap_or(0);
    (raised, touched.min(tenant.base - 60))
}

/// The newest are new, then some are in progress, and the old ones are resolved.
fn state(number: u64) -> (&'static str, &'static str, &'static str) {
    match number {
        0..=2 => ("new", "unknown", "unknown"),
        3 => ("inProgress", "unknown", "unknown"),
        _ if number.is_multiple_of(4) => ("resolved", "falsePositive", "notMalicious"),
        _ => ("resolved", "truePositive", "phishing"),
    }
}

pub(crate) fn alert(tenant: &Tenant, number: u64) -> Value {
    let (title, category, service, source, severity, technique) = tenant
        .draw_from("alert kind", number, &KINDS)
        .copied()
        .unwrap_or_default();
    let (raised, touched) = times(tenant, number);
    let (status, classification, determination) = state(number);
    let own = guid::text(tenant.id);
    let id = format!("ad{}", tenant.derived_text("alert", number));
    let incident = incident_id(tenant, number / TOGETHER);
    let person = tenant.draw_person("alert person", number);
    let evidence: Vec<Value> = person
        .map(|user| {
            json!({
                "@odata.type": "#microsoft.graph.security.userEvidence",
                "createdDateTime": iso(raised),
                "verdict": "suspicious",
                "remediationStatus": if status == "resolved" { "remediated" } else { "none" },
                "remediationStatusDetails": null,
                "roles": ["compromised"],
                "detailedRoles": [],
                "tags": [],
                "userAccount": {
                    "accountName": principal_name(tenant, user).split('@').next(),
                    "azureAdUserId": guid::text(user.id),
                    "displayName": display_name(user),
                    "domainName": null,
                    "userPrincipalName": principal_name(tenant, user),
                    "userSid": null,
                },
            })
        })
        .into_iter()
        .collect();
    json!({
        "id": id,
        "providerAlertId": tenant.derived_text("provider alert", number),
        "incidentId": incident,
        "status": status,
        "severity": severity,
        "classification": classification,
        "determination": determination,
        "serviceSource": service,
        "detectionSource": source,
        "detectorId": tenant.derived_text("detector", number % 6),
        "productName": "Microsoft Defender XDR",
        "tenantId": own,
        "title": title,
        "description": format!("{title}. Look at what the account did around that time."),
        "recommendedActions": "Confirm with the person, and reset the password if in doubt.",
        "category": category,
        "assignedTo": null,
        "alertWebUrl": format!("https://security.microsoft.com/alerts/{id}?tid={own}"),
        "incidentWebUrl": format!("https://security.microsoft.com/incidents/{incident}?tid={own}"),
        "actorDisplayName": null,
        "threatDisplayName": null,
        "threatFamilyName": null,
        "mitreTechniques": [technique],
        "createdDateTime": iso(raised),
        "lastUpdateDateTime": iso(touched),
        "resolvedDateTime": if status == "resolved" { Some(iso(touched)) } else { None },
        "firstActivityDateTime": iso(raised - 600),
        "lastActivityDateTime": iso(raised - 60),
        "comments": [],
        "evidence": evidence,
        "systemTags": [],
    })
}

pub(crate) fn incident(tenant: &Tenant, number: u64) -> Value {
    let first = number * TOGETHER;
    let (kind, ..) = tenant
        .draw_from("alert kind", first, &KINDS)
        .copied()
        .unwrap_or_default();
    let last = (first + TOGETHER - 1).min(count(tenant).saturating_sub(1));
    let (raised, _) = times(tenant, last);
    let touched = (first..=last)
        .map(|alert| times(tenant, alert).1)
        .max()
        .unwrap_or(raised);
    let (status, classification, determination) = state(first);
    let own = guid::text(tenant.id);
    let id = incident_id(tenant, number);
    json!({
        "id": id,
        "displayName": format!("{kind} involving one user"),
        "description": null,
        "summary": null,
        "severity": "medium",
        "status": match status {
            "new" => "active",
            other => other,
        },
        "classification": classification,
        "determination": determination,
        "assignedTo": null,
        "comments": [],
        "createdDateTime": iso(raised),
        "lastUpdateDateTime": iso(touched),
        "lastModifiedBy": "Microsoft 365 Defender-AlertCorrelation",
        "customTags": [],
        "systemTags": [],
        "priorityScore": 40,
        "redirectIncidentId": null,
        "resolvingComment": null,
        "incidentWebUrl": format!("https://security.microsoft.com/incidents/{id}?tid={own}"),
        "tenantId": own,
    })
}
