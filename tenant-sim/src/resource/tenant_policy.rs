//! Policies that hold for the whole tenant.
//! <https://learn.microsoft.com/graph/api/resources/authorizationpolicy>,
//! <https://learn.microsoft.com/graph/api/resources/adminconsentrequestpolicy>,
//! <https://learn.microsoft.com/graph/api/resources/tenantappmanagementpolicy>,
//! <https://learn.microsoft.com/graph/api/resources/groupsetting>,
//! <https://learn.microsoft.com/graph/api/resources/activitybasedtimeoutpolicy>

use serde_json::{Value, json};

use crate::call::Call;
use crate::guid;
use crate::list;
use crate::reply::{Reply, Result};
use crate::tenant::Tenant;

const AUTHORIZATION: &str = "policies/authorizationPolicy";

/// One entity in v1.0, a collection of one in beta.
pub(crate) fn authorization(call: &Call<'_>) -> Result<Reply> {
    let policy = authorization_policy(call.beta);
    if call.beta {
        let entity = "#microsoft.graph.authorizationPolicy";
        return list::documents(
            call,
            AUTHORIZATION,
            entity,
            std::iter::once(&policy),
            Value::clone,
        );
    }
    list::singleton(call, AUTHORIZATION, "/$entity", &policy)
}

/// The one of beta by its id.
pub(crate) fn authorization_by_id(call: &Call<'_>) -> Result<Reply> {
    list::singleton(call, AUTHORIZATION, "/$entity", &authorization_policy(true))
}

pub(crate) fn admin_consent_requests(call: &Call<'_>) -> Result<Reply> {
    let policy = admin_consent_request_policy(call.tenant);
    list::singleton(
        call,
        "policies/adminConsentRequestPolicy",
        "/$entity",
        &policy,
    )
}

pub(crate) fn app_management(call: &Call<'_>) -> Result<Reply> {
    let policy = app_management_policy();
    list::singleton(
        call,
        "policies/defaultAppManagementPolicy",
        "/$entity",
        &policy,
    )
}

pub(crate) fn group_settings(call: &Call<'_>) -> Result<Reply> {
    let all = all_group_settings(call.tenant);
    list::documents(
        call,
        "groupSettings",
        "#microsoft.graph.groupSetting",
        all.iter(),
        Value::clone,
    )
}

pub(crate) fn activity_timeouts(call: &Call<'_>) -> Result<Reply> {
    let policy = activity_timeout_policy(call.tenant);
    let entity = "#microsoft.graph.activityBasedTimeoutPolicy";
    let set = "policies/activityBasedTimeoutPolicies";
    list::documents(call, set, entity, std::iter::once(&policy), Value::clone)
}

/// Guests are restricted, users may consent to little and create groups.
pub(crate) fn authorization_policy(beta: bool) -> Value {
    let consent = "ManagePermissionGrantsForSelf.microsoft-user-default-low";
    let mut policy = json!({
        "id": "authorizationPolicy",
        "deletedDateTime": null,
        "displayName": "Authorization Policy",
        "description": "Used to manage authorization related settings across the company.",
        "allowInvitesFrom": "adminsAndGuestInviters",
        "allowedToSignUpEmailBasedSubscriptions": true,
        "allowedToUseSSPR": true,
        "allowEmailVerifiedUsersToJoinOrganization": false,
        "allowUserConsentForRiskyApps": false,
        "blockMsolPowerShell": false,
        "guestUserRoleId": "10dae51f-b6af-4016-8d66-8c2a99b929b3",
        "defaultUserRolePermissions": {
            "allowedToCreateApps": false,
            "allowedToCreateSecurityGroups": true,
            "allowedToCreateTenants": false,
            "allowedToReadBitlockerKeysForOwnedDevice": true,
            "allowedToReadOtherUsers": true,
            "permissionGrantPoliciesAssigned": [consent],
        },
    });
    if beta {
        policy["enabledPreviewFeatures"] = json!([]);
        policy["permissionGrantPolicyIdsAssignedToDefaultUserRole"] = json!([consent]);
    }
    policy
}

/// It has no id.
pub(crate) fn admin_consent_request_policy(tenant: &Tenant) -> Value {
    let reviewers: Vec<Value> = tenant
        .administrators()
        .into_iter()
        .take(2)
        .map(|id| {
            json!({
                "query": format!("/users/{}", guid::text(id)), "queryType": "MicrosoftGraph", "queryRoot": null,
            })
        })
        .collect();
    json!({
        "isEnabled": true,
        "notifyReviewers": true,
        "remindersEnabled": true,
        "requestDurationInDays": 30,
        "version": 1,
        "reviewers": reviewers,
    })
}

/// Secrets live a year at most; certificates are not restricted.
pub(crate) fn app_management_policy() -> Value {
    let since = "2024-07-01T00:00:00Z";
    let restrictions = json!({
        "passwordCredentials": [
            {
                "restrictionType": "passwordLifetime", "state": "enabled", "maxLifetime": "P365D",
                "restrictForAppsCreatedAfterDateTime": since,
            },
            {
                "restrictionType": "customPasswordAddition", "state": "enabled", "maxLifetime": null,
                "restrictForAppsCreatedAfterDateTime": since,
            },
        ],
        "keyCredentials": [],
    });
    let mut for_applications = restrictions.clone();
    for_applications["identifierUris"] = Value::Null;
    json!({
        "id": "00000000-0000-0000-0000-000000000000",
        "deletedDateTime": null,
        "displayName": "Default app management tenant policy",
        "description": "Default tenant policy that enforces app management restrictions on applications and service principals. To apply policy to targeted resources, create a new policy under appManagementPolicies collection.",
        "isEnabled": true,
        "applicationRestrictions": for_applications,
        "servicePrincipalRestrictions": restrictions,
    })
}

/// Password rules, and the rules of Microsoft 365 groups.
pub(crate) fn all_group_settings(tenant: &Tenant) -> Vec<Value> {
    let setting = |number, name: &str, template: &str, values: &[(&str, &str)]| {
        let values: Vec<Value> = values
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect();
        json!({
            "id": tenant.derived_text("group setting", number),
            "displayName": name,
            "templateId": template,
            "values": values,
        })
    };
    vec![
        setting(
            0,
            "Password Rule Settings",
            "5cf42378-d67d-4f36-ba46-e8b86229381d",
            &[
                ("BannedPasswordCheckOnPremisesMode", "Audit"),
                ("EnableBannedPasswordCheckOnPremises", "False"),
                ("EnableBannedPasswordCheck", "True"),
                ("LockoutDurationInSeconds", "60"),
                ("LockoutThreshold", "10"),
                ("BannedPasswordList", "contoso\tsummer\twelcome"),
            ],
        ),
        setting(
            1,
            "Group.Unified",
            "62375ab9-6b52-47ed-826b-58e47e0e304b",
            &[
                ("EnableMIPLabels", "true"),
                ("CustomBlockedWordsList", ""),
                ("EnableMSStandardBlockedWords", "false"),
                ("ClassificationDescriptions", ""),
                ("DefaultClassification", ""),
                ("PrefixSuffixNamingRequirement", ""),
                ("AllowGuestsToBeGroupOwner", "false"),
                ("AllowGuestsToAccessGroups", "true"),
                ("GuestUsageGuidelinesUrl", ""),
                ("GroupCreationAllowedGroupId", ""),
                ("AllowToAddGuests", "true"),
                ("UsageGuidelinesUrl", ""),
                ("ClassificationList", ""),
                ("EnableGroupCreation", "true"),
                ("NewUnifiedGroupWritebackDefault", "true"),
            ],
        ),
    ]
}

/// Idle sessions end after three hours.
pub(crate) fn activity_timeout_policy(tenant: &Tenant) -> Value {
    let definition = json!({"ActivityBasedTimeoutPolicy": {
        "Version": 1,
        "ApplicationPolicies": [{"ApplicationId": "default", "WebSessionIdleTimeout": "03:00:00"}],
    }});
    json!({
        "id": tenant.derived_text("activity timeout", 0),
        "deletedDateTime": null,
        "displayName": "Idle sessions",
        "description": null,
        "definition": [definition.to_string()],
        "isOrganizationDefault": true,
    })
}
