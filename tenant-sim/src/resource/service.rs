//! The health of the services and what Microsoft announces.
//! <https://learn.microsoft.com/graph/api/resources/servicehealth>,
//! <https://learn.microsoft.com/graph/api/resources/servicehealthissue>,
//! <https://learn.microsoft.com/graph/api/resources/serviceupdatemessage>

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::{DAY, iso};
use crate::list::{self, Expansion};
use crate::odata::query::Expand;
use crate::reply::{Reply, Result};
use crate::tenant::Tenant;

const HEALTH: &str = "admin/serviceAnnouncement/healthOverviews";
const ISSUES: &str = "admin/serviceAnnouncement/issues";
const MESSAGES: &str = "admin/serviceAnnouncement/messages";

/// Name and id of each service.
pub(crate) const SERVICES: [(&str, &str); 11] = [
    ("Exchange Online", "Exchange"),
    ("Microsoft Entra", "AAD"),
    ("Microsoft 365 suite", "OSDPPlatform"),
    ("Microsoft Defender XDR", "Microsoft365Defender"),
    ("Microsoft Intune", "Intune"),
    ("Microsoft OneDrive", "OneDriveForBusiness"),
    ("Microsoft Purview", "MicrosoftPurview"),
    ("Microsoft Teams", "microsoftteams"),
    ("Planner", "Planner"),
    ("Power BI", "PowerBIcom"),
    ("SharePoint Online", "SharePoint"),
];

/// Service, prefix of the id, what happened.
const HAPPENED: [(usize, &str, &str); 6] = [
    (
        0,
        "EX",
        "Some users may experience delays when sending messages",
    ),
    (7, "TM", "Some users can't join meetings from the calendar"),
    (
        10,
        "SP",
        "Users may see errors when they open shared libraries",
    ),
    (4, "IT", "Some devices may not check in on time"),
    (1, "MO", "Some administrators see stale sign-in reports"),
    (0, "EX", "Some messages may be quarantined by mistake"),
];

pub(crate) const ISSUE_COUNT: u64 = 9;
pub(crate) const MESSAGE_COUNT: u64 = 24;
/// Issues that are not resolved.
const OPEN: u64 = 2;

const EXPANSIONS: &[Expansion<Value>] = &[("issues", issues_of)];

fn issues_of(call: &Call<'_>, health: &Value, _: &Expand) -> Option<Value> {
    let service = health["service"].as_str()?;
    let all = (0..ISSUE_COUNT)
        .map(|number| issue(call.tenant, number))
        .filter(|issue| issue["service"] == service);
    Some(all.collect())
}

pub(crate) fn health(call: &Call<'_>) -> Result<Reply> {
    let entity = "#microsoft.graph.serviceHealth";
    list::documents_expanding(
        call,
        HEALTH,
        entity,
        0..SERVICES.len(),
        health_of,
        EXPANSIONS,
    )
}

pub(crate) fn issues(call: &Call<'_>) -> Result<Reply> {
    let entity = "#microsoft.graph.serviceHealthIssue";
    list::documents(call, ISSUES, entity, 0..ISSUE_COUNT, |number| {
        issue(call.tenant, number)
    })
}

pub(crate) fn messages(call: &Call<'_>) -> Result<Reply> {
    let entity = "#microsoft.graph.serviceUpdateMessage";
    list::documents(call, MESSAGES, entity, 0..MESSAGE_COUNT, |number| {
        message(call.tenant, number)
    })
}

pub(crate) fn health_of(at: usize) -> Value {
    let (service, id) = SERVICES.get(at).copied().unwrap_or_default();
    let troubled = (0..OPEN).any(|number| happened(number).0 == at);
    json!({
        "id": id,
        "service": service,
        "status": if troubled { "serviceDegradation" } else { "serviceOperational" },
    })
}

fn happened(number: u64) -> (usize, &'static str, &'static str) {
    let kinds = HAPPENED.len() as u64;
    let at = usize::try_from(number % kinds).unwrap_or(0);
    HAPPENED.get(at).copied().unwrap_or_default()
}

pub(crate) fn issue(tenant: &Tenant, number: u64) -> Value {
    let (service, prefix, title) = happened(number);
    let name = SERVICES.get(service).map_or("", |service| service.0);
    let start = tenant.days_ago(
        "issue second",
        number,
        i64::try_from(number).unwrap_or(0) * 6,
    );
    let open = number < OPEN;
    let changed = start + DAY / 3;
    json!({
        "id": format!("{prefix}{}", 900_000 - number * 317),
        "title": title,
        "startDateTime": iso(start),
        "endDateTime": if open { None } else { Some(iso(changed)) },
        "lastModifiedDateTime": iso(changed.min(tenant.base)),
        "details": [{"name": "NotifyInApp", "value": "True"}],
        "impactDescription": format!("{title}."),
        "classification": if number.is_multiple_of(3) { "incident" } else { "advisory" },
        "origin": "microsoft",
        "status": if open { "serviceDegradation" } else { "serviceRestored" },
        "service": name,
        "feature": "Access",
        "featureGroup": "Service and web access",
        "isResolved": !open,
        "posts": [{
            "createdDateTime": iso(start + 900),
            "postType": "regular",
            "description": {"contentType": "html", "content": format!("Title: {title}<br/>We are looking into it.")},
        }],
    })
}

pub(crate) fn message(tenant: &Tenant, number: u64) -> Value {
    let service = tenant
        .draw_from("message service", number, &SERVICES)
        .map_or("", |service| service.0);
    let start = tenant.days_ago(
        "message second",
        number,
        1 + i64::try_from(number).unwrap_or(0) * 4,
    );
    let major = number.is_multiple_of(7);
    let (category, title) = match number % 3 {
        0 => ("planForChange", "A feature moves to a new place"),
        1 => ("stayInformed", "New options for administrators"),
        _ => ("preventOrFixIssue", "Update before support ends"),
    };
    json!({
        "id": format!("MC{}", 1_000_000 - number * 211),
        "title": format!("{service}: {title}"),
        "startDateTime": iso(start),
        "endDateTime": iso(start + 180 * DAY),
        "lastModifiedDateTime": iso(start + DAY / 2),
        "details": [],
        "actionRequiredByDateTime": if category == "preventOrFixIssue" { Some(iso(start + 60 * DAY)) } else { None },
        "body": {"contentType": "html", "content": format!("<p>{title} of {service}.</p>")},
        "category": category,
        "hasAttachments": false,
        "isMajorChange": major,
        "services": [service],
        "severity": if major { "high" } else { "normal" },
        "tags": if major { json!(["Admin impact", "User impact"]) } else { json!(["Feature update"]) },
        "viewPoint": null,
    })
}
