//! The rules of privileged identity management: a policy for each role, and the assignment that ties it to it.
//! <https://learn.microsoft.com/graph/api/policyroot-list-rolemanagementpolicies>,
//! <https://learn.microsoft.com/graph/identity-governance-pim-rules-overview>

use serde_json::{Value, json};

use crate::clock::{DAY, iso};
use crate::guid;
use crate::odata::list::{self, Expansion};
use crate::odata::query::Expand;
use crate::server::call::Call;
use crate::server::reply::{GraphError, Reply, Result};
use crate::tenant::Tenant;
use crate::tenant::role::BUILT_IN;

const POLICY: &str = "#microsoft.graph.unifiedRoleManagementPolicy";
const ASSIGNMENT: &str = "#microsoft.graph.unifiedRoleManagementPolicyAssignment";

const EXPANSIONS: &[Expansion<Value>] =
    &[("rules", expand_rules), ("effectiveRules", expand_rules)];

fn expand_rules(call: &Call<'_>, policy: &Value, _: &Expand) -> Option<Value> {
    let id = policy["id"].as_str()?;
    let at = (0..BUILT_IN.len()).find(|at| policy_id(call.tenant, *at) == id)?;
    Some(Value::Array(rules(call.tenant, at)))
}

pub(crate) fn policies(call: &Call<'_>) -> Result<Reply> {
    scoped(call)?;
    list::documents_expanding(
        call,
        "policies/roleManagementPolicies",
        POLICY,
        0..BUILT_IN.len(),
        |at| describe(call.tenant, at),
        EXPANSIONS,
    )
}

pub(crate) fn assignments(call: &Call<'_>) -> Result<Reply> {
    scoped(call)?;
    list::documents(
        call,
        "policies/roleManagementPolicyAssignments",
        ASSIGNMENT,
        0..BUILT_IN.len(),
        |at| assignment(call.tenant, at),
    )
}

/// Both lists must be asked for one scope.
fn scoped(call: &Call<'_>) -> Result<()> {
    let filter = call.query.filter.as_deref().unwrap_or_default();
    if filter.contains("scopeId") && filter.contains("scopeType") {
        return Ok(());
    }
    Err(GraphError::new(
        400,
        "MissingProvider",
        "The provider is missing: filter by scopeId and scopeType.",
    ))
}

fn policy_id(tenant: &Tenant, at: usize) -> String {
    format!(
        "DirectoryRole_{}_{}",
        guid::text(tenant.id),
        tenant.derived_text("role policy", at as u64)
    )
}

fn role_id(at: usize) -> &'static str {
    BUILT_IN.get(at).map_or("", |role| role.template_id)
}

pub(crate) fn describe(tenant: &Tenant, at: usize) -> Value {
    json!({
        "id": policy_id(tenant, at),
        "displayName": "DirectoryRole",
        "description": "DirectoryRole",
        "isOrganizationDefault": false,
        "scopeId": "/",
        "scopeType": "DirectoryRole",
        "lastModifiedDateTime": iso(tenant.base - 200 * DAY),
        "lastModifiedBy": {"displayName": null, "id": null},
    })
}

pub(crate) fn assignment(tenant: &Tenant, at: usize) -> Value {
    let policy = policy_id(tenant, at);
    json!({
        "id": format!("{policy}_{}", role_id(at)),
        "policyId": policy,
        "scopeId": "/",
        "scopeType": "DirectoryRole",
        "roleDefinitionId": role_id(at),
    })
}

/// The rules of a role: the first ones are guarded more than the service does by itself.
fn rules(tenant: &Tenant, at: usize) -> Vec<Value> {
    let privileged = BUILT_IN.get(at).is_some_and(|role| role.privileged);
    let approved = at < 2;
    let target = |caller: &str, level: &str| {
        json!({
            "caller": caller, "operations": ["all"], "level": level,
            "inheritableSettings": [], "enforcedSettings": [],
        })
    };
    let rule = |kind: &str, id: &str, caller: &str, level: &str, own: Value| {
        let mut rule = own;
        rule["@odata.type"] = json!(format!(
            "#microsoft.graph.unifiedRoleManagementPolicy{kind}Rule"
        ));
        rule["id"] = json!(id);
        rule["target"] = target(caller, level);
        rule
    };
    let asked = if privileged {
        json!(["MultiFactorAuthentication", "Justification"])
    } else {
        json!(["Justification"])
    };
    let approvers: Vec<Value> = tenant
        .administrators()
        .into_iter()
        .take(2)
        .filter(|_| approved)
        .map(|id| {
            json!({
                "@odata.type": "#microsoft.graph.singleUser", "userId": guid::text(id), "description": null,
            })
        })
        .collect();
    let mut rules = vec![
        rule(
            "Expiration",
            "Expiration_Admin_Eligibility",
            "Admin",
            "Eligibility",
            json!({"isExpirationRequired": privileged, "maximumDuration": "P365D"}),
        ),
        rule(
            "Enablement",
            "Enablement_Admin_Eligibility",
            "Admin",
            "Eligibility",
            json!({"enabledRules": []}),
        ),
        rule(
            "Expiration",
            "Expiration_Admin_Assignment",
            "Admin",
            "Assignment",
            json!({"isExpirationRequired": privileged, "maximumDuration": "P180D"}),
        ),
        rule(
            "Enablement",
            "Enablement_Admin_Assignment",
            "Admin",
            "Assignment",
            json!({"enabledRules": asked}),
        ),
        rule(
            "Expiration",
            "Expiration_EndUser_Assignment",
            "EndUser",
            "Assignment",
            json!({"isExpirationRequired": true, "maximumDuration": if privileged { "PT4H" } else { "PT8H" }}),
        ),
        rule(
            "Enablement",
            "Enablement_EndUser_Assignment",
            "EndUser",
            "Assignment",
            json!({"enabledRules": asked}),
        ),
        rule(
            "Approval",
            "Approval_EndUser_Assignment",
            "EndUser",
            "Assignment",
            json!({"setting": {
                "isApprovalRequired": approved,
                "isApprovalRequiredForExtension": false,
                "isRequestorJustificationRequired": true,
                "approvalMode": "SingleStage",
                "approvalStages": [{
                    "approvalStageTimeOutInDays": 1,
                    "isApproverJustificationRequired": true,
                    "escalationTimeInMinutes": 0,
                    "isEscalationEnabled": false,
                    "primaryApprovers": approvers,
                    "escalationApprovers": [],
                }],
            }}),
        ),
        rule(
            "AuthenticationContext",
            "AuthenticationContext_EndUser_Assignment",
            "EndUser",
            "Assignment",
            json!({"isEnabled": false, "claimValue": ""}),
        ),
    ];
    for recipient in ["Admin", "Requestor", "Approver"] {
        for (caller, level) in [
            ("Admin", "Eligibility"),
            ("Admin", "Assignment"),
            ("EndUser", "Assignment"),
        ] {
            let own = json!({
                "notificationType": "Email", "recipientType": recipient, "notificationLevel": "All",
                "isDefaultRecipientsEnabled": true, "notificationRecipients": [],
            });
            let id = format!("Notification_{recipient}_{caller}_{level}");
            rules.push(rule("Notification", &id, caller, level, own));
        }
    }
    rules
}
