//! The rules of privileged identity management: a policy for each role, and the assignment that ties it to it.
//! <https://learn.microsoft.com/graph/api/policyroot-list-rolemanagementpolicies>,
//! <https://learn.microsoft.com/graph/identity-governance-pim-rules-overview>

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::{DAY, iso};
use crate::guid;
use crate::list::{self, Expansion};
use crate::odata::query::Expand;
use crate::reply::{GraphError, Reply, Result};
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
    let asked = if privileged {
        json!(["MultiFactorAuthentication", "Justification"])
    } else {
        json!(["Justification"])
    };
    let until = |required: bool, longest: &str| json!({"isExpirationRequired": required, "maximumDuration": longest});
    let asks = |rules: &Value| json!({"enabledRules": rules});
    let active = if privileged { "PT4H" } else { "PT8H" };
    let (admin, user) = ("Admin", "EndUser");
    let mut rules = vec![
        rule(
            "Expiration",
            admin,
            "Eligibility",
            until(privileged, "P365D"),
        ),
        rule("Enablement", admin, "Eligibility", asks(&json!([]))),
        rule(
            "Expiration",
            admin,
            "Assignment",
            until(privileged, "P180D"),
        ),
        rule("Enablement", admin, "Assignment", asks(&asked)),
        rule("Expiration", user, "Assignment", until(true, active)),
        rule("Enablement", user, "Assignment", asks(&asked)),
        rule("Approval", user, "Assignment", approval(tenant, at < 2)),
        rule(
            "AuthenticationContext",
            user,
            "Assignment",
            json!({"isEnabled": false, "claimValue": ""}),
        ),
    ];
    for recipient in ["Admin", "Requestor", "Approver"] {
        for (caller, level) in [
            (admin, "Eligibility"),
            (admin, "Assignment"),
            (user, "Assignment"),
        ] {
            let own = json!({
                "notificationType": "Email", "recipientType": recipient, "notificationLevel": "All",
                "isDefaultRecipientsEnabled": true, "notificationRecipients": [],
            });
            let mut told = rule("Notification", caller, level, own);
            told["id"] = json!(format!("Notification_{recipient}_{caller}_{level}"));
            rules.push(told);
        }
    }
    rules
}

/// A rule of this kind for what somebody does to get a role.
fn rule(kind: &str, caller: &str, level: &str, own: Value) -> Value {
    let mut rule = own;
    rule["@odata.type"] = json!(format!(
        "#microsoft.graph.unifiedRoleManagementPolicy{kind}Rule"
    ));
    rule["id"] = json!(format!("{kind}_{caller}_{level}"));
    rule["target"] = json!({
        "caller": caller, "operations": ["all"], "level": level,
        "inheritableSettings": [], "enforcedSettings": [],
    });
    rule
}

/// Who has to agree when the role is activated.
fn approval(tenant: &Tenant, required: bool) -> Value {
    let approvers: Vec<Value> = tenant
        .administrators()
        .into_iter()
        .take(2)
        .filter(|_| required)
        .map(|id| {
            json!({
                "@odata.type": "#microsoft.graph.singleUser", "userId": guid::text(id), "description": null,
            })
        })
        .collect();
    json!({"setting": {
        "isApprovalRequired": required,
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
    }})
}
