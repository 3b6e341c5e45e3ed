//! Access reviews and the times they were held.
//! <https://learn.microsoft.com/graph/api/resources/accessreviewscheduledefinition>,
//! <https://learn.microsoft.com/graph/api/resources/accessreviewinstance>

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::{DAY, iso};
use crate::list;
use crate::reply::{Reply, Result};
use crate::tenant::Tenant;
use crate::tenant::user_property::{display_name, principal_name};

const SET: &str = "identityGovernance/accessReviews/definitions";
const DEFINITION: &str = "#microsoft.graph.accessReviewScheduleDefinition";
const INSTANCE: &str = "#microsoft.graph.accessReviewInstance";

/// A review: its name, what it looks at, months between two, times held.
type Review = (&'static str, &'static str, i64, u64);

pub(crate) const REVIEWS: [Review; 3] = [
    (
        "Guests in Microsoft 365 groups",
        "/v1.0/groups?$filter=(groupTypes/any(c:c eq 'Unified'))&$count=true",
        3,
        4,
    ),
    (
        "Global administrators",
        "/beta/roleManagement/directory/roleAssignmentScheduleInstances?$expand=principal&$filter=(roleDefinitionId eq '62e90394-69f5-4237-9190-012177145e10')",
        1,
        6,
    ),
    (
        "Access to the payroll application",
        "/v1.0/servicePrincipals",
        12,
        0,
    ),
];

pub(crate) fn definitions(call: &Call<'_>) -> Result<Reply> {
    list::documents(call, SET, DEFINITION, 0..REVIEWS.len(), |at| {
        definition_of(call.tenant, at)
    })
}

pub(crate) fn definition(call: &Call<'_>) -> Result<Reply> {
    let at = find(call)?;
    Ok(list::document(
        call,
        SET,
        "/$entity",
        &definition_of(call.tenant, at),
    ))
}

pub(crate) fn instances(call: &Call<'_>) -> Result<Reply> {
    let at = find(call)?;
    let set = format!("{SET}('{}')/instances", call.route.id);
    let held = REVIEWS.get(at).map_or(0, |review| review.3);
    list::documents(call, &set, INSTANCE, 0..held, |number| {
        instance(call.tenant, at, number)
    })
}

fn find(call: &Call<'_>) -> Result<usize> {
    (0..REVIEWS.len())
        .find(|at| definition_id(call.tenant, *at) == call.route.id.to_ascii_lowercase())
        .ok_or_else(|| call.not_found())
}

fn definition_id(tenant: &Tenant, at: usize) -> String {
    tenant.derived_text("access review", at as u64)
}

fn scope(query: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.accessReviewQueryScope",
        "query": query, "queryType": "MicrosoftGraph", "queryRoot": null,
    })
}

fn reviewers() -> Value {
    json!([{"query": "./owners", "queryType": "MicrosoftGraph", "queryRoot": null}])
}

pub(crate) fn definition_of(tenant: &Tenant, at: usize) -> Value {
    let (name, query, months, held) = REVIEWS.get(at).copied().unwrap_or_default();
    let first = first_start(tenant, months, held);
    let creator = tenant.draw_person("review creator", at as u64);
    json!({
        "id": definition_id(tenant, at),
        "displayName": name,
        "descriptionForAdmins": name,
        "descriptionForReviewers": "Please say who still needs access.",
        "createdDateTime": iso(first - DAY),
        "lastModifiedDateTime": iso(first - DAY),
        "status": if held == 0 { "NotStarted" } else { "InProgress" },
        "createdBy": {
            "id": creator.map(|user| crate::guid::text(user.id)),
            "displayName": creator.map(display_name),
            "type": null,
            "userPrincipalName": creator.map(|user| principal_name(tenant, user)),
        },
        "scope": scope(query),
        "instanceEnumerationScope": null,
        "reviewers": reviewers(),
        "fallbackReviewers": [],
        "additionalNotificationRecipients": [],
        "stageSettings": [],
        "settings": {
            "mailNotificationsEnabled": true,
            "reminderNotificationsEnabled": true,
            "justificationRequiredOnApproval": true,
            "defaultDecisionEnabled": at == 0,
            "defaultDecision": if at == 0 { "Deny" } else { "None" },
            "instanceDurationInDays": 14,
            "autoApplyDecisionsEnabled": at == 0,
            "recommendationsEnabled": true,
            "recommendationLookBackDuration": "P30D",
            "decisionHistoriesForReviewersEnabled": false,
            "applyActions": [{"@odata.type": "#microsoft.graph.removeAccessApplyAction"}],
            "recommendationInsightSettings": [],
            "recurrence": {
                "pattern": {
                    "type": "absoluteMonthly", "interval": months, "month": 0, "dayOfMonth": 1,
                    "daysOfWeek": [], "firstDayOfWeek": "sunday", "index": "first",
                },
                "range": {
                    "type": "noEnd", "numberOfOccurrences": 0, "recurrenceTimeZone": null,
                    "startDate": iso(first).get(..10), "endDate": null,
                },
            },
        },
    })
}

/// The last review began five days ago, or begins in ten.
fn first_start(tenant: &Tenant, months: i64, held: u64) -> i64 {
    if held == 0 {
        return tenant.base + 10 * DAY;
    }
    let before = i64::try_from(held - 1).unwrap_or(0);
    tenant.base - 5 * DAY - before * months * 30 * DAY
}

pub(crate) fn instance(tenant: &Tenant, at: usize, number: u64) -> Value {
    let (_, query, months, held) = REVIEWS.get(at).copied().unwrap_or_default();
    let start =
        first_start(tenant, months, held) + i64::try_from(number).unwrap_or(0) * months * 30 * DAY;
    json!({
        "id": tenant.derived_text("access review instance", at as u64 * 1_000 + number),
        "startDateTime": iso(start),
        "endDateTime": iso(start + 14 * DAY),
        "status": if start + 14 * DAY < tenant.base { "Applied" } else { "InProgress" },
        "scope": scope(query),
        "reviewers": reviewers(),
        "fallbackReviewers": [],
    })
}
