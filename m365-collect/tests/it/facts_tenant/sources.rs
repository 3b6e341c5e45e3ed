//! A small tenant, source by source, in the forms that the service documents.

use m365_collect::{Kind, Relation};
use serde_json::{Value, json};

use super::Read;
use super::holdings::{devices, rest};

pub(crate) const GLOBAL: &str = "62e90394-69f5-4237-9190-012177145e10";
pub(crate) const GRAPH_ROLE: &str = "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8";
pub(crate) const E5: &str = "06ebc4ee-1bb5-47dd-8120-11324bc54e06";

/// Every source of the tenant.
pub(crate) fn all() -> Vec<Read> {
    [
        people(),
        roles(),
        authentication(),
        applications(),
        devices(),
        rest(),
    ]
    .concat()
}

/// The sources with these names.
pub(crate) fn named(names: &[&str]) -> Vec<Read> {
    let all = all();
    names
        .iter()
        .map(|name| {
            let found = all.iter().find(|read| read.source == *name);
            found.unwrap_or_else(|| panic!("no source {name}")).clone()
        })
        .collect()
}

/// One source with other records.
pub(crate) fn instead(source: &'static str, kind: &Kind, objects: Value) -> Read {
    Read::of(source, kind, objects)
}

fn people() -> Vec<Read> {
    let user = |id: &str, kind: &str, enabled: bool| {
        json!({"id": id, "userPrincipalName": format!("{id}@contoso.example"), "displayName": id,
            "accountEnabled": enabled, "userType": kind, "createdDateTime": "2025-01-01T00:00:00Z",
            "onPremisesSyncEnabled": null, "department": "D", "jobTitle": null, "employeeId": "7",
            "assignedLicenses": []})
    };
    let mut worker = user("u2", "Member", true);
    worker["assignedLicenses"] =
        json!([{"skuId": E5, "disabledPlans": []}, {"skuId": "unknown-sku"}]);
    let mut guest = user("u4", "Guest", true);
    guest["externalUserState"] = json!("Accepted");
    guest["externalUserStateChangeDateTime"] = json!("2025-02-01T00:00:00Z");
    vec![
        Read::of(
            "users",
            &Kind::USER,
            json!([user("u1", "Member", true), worker, user("u3", "Member", false), guest]),
        ),
        Read::of("user_managers", &Kind::new("manager"), json!([]))
            .with(&Relation::MANAGER, &[("u2", "u1"), ("u3", "u1")]),
        Read::of(
            "sign_in_activity",
            &Kind::SIGN_IN_ACTIVITY,
            json!([
                {"id": "u1", "signInActivity": {"lastSignInDateTime": "2026-11-20T08:00:00Z",
                    "lastSuccessfulSignInDateTime": "2026-11-20T08:00:00Z"}},
                {"id": "u2", "signInActivity": {"lastSignInDateTime": "2026-11-19T08:00:00Z",
                    "lastSuccessfulSignInDateTime": "0001-01-01T00:00:00Z"}},
                {"id": "u4", "signInActivity": {"lastSignInDateTime": "2026-11-18T08:00:00Z",
                    "lastSuccessfulSignInDateTime": "2026-11-17T08:00:00Z"}},
            ]),
        ),
        Read::of(
            "groups",
            &Kind::GROUP,
            json!([{"id": "g1", "displayName": "All", "groupTypes": ["Unified", "DynamicMembership"], "mailEnabled": true,
                "securityEnabled": false, "isAssignableToRole": null, "resourceProvisioningOptions": ["Team"]}]),
        )
        .with(&Relation::MEMBER, &[("g1", "u1"), ("g1", "u2")])
        .with(&Relation::OWNER, &[("g1", "u1")]),
    ]
}

fn roles() -> Vec<Read> {
    let held = |id: &str, principal: &str| json!({"id": id, "principalId": principal, "roleDefinitionId": GLOBAL, "directoryScopeId": "/"});
    let mut until = held("s1", "u1");
    until["endDateTime"] = json!("2026-12-01T00:00:00Z");
    until["assignmentType"] = json!("Activated");
    vec![
        Read::of(
            "role_definitions",
            &Kind::ROLE_DEFINITION,
            json!([{"id": GLOBAL, "templateId": GLOBAL, "displayName": "Global Administrator", "isBuiltIn": true}]),
        ),
        Read::of(
            "role_assignments",
            &Kind::ROLE_ASSIGNMENT,
            json!([held("a1", "u1")]),
        ),
        Read::of(
            "role_eligibilities",
            &Kind::ROLE_ELIGIBILITY,
            json!([held("e1", "u1")]),
        ),
        Read::of(
            "role_assignment_schedules",
            &Kind::ROLE_ASSIGNMENT_INSTANCE,
            json!([until]),
        ),
        Read::of(
            "role_management_policies",
            &Kind::ROLE_POLICY,
            json!([role_policy("p1")]),
        ),
        Read::of(
            "role_management_policy_assignments",
            &Kind::ROLE_POLICY_ASSIGNMENT,
            json!([{"id": "pa1", "policyId": "p1", "roleDefinitionId": GLOBAL, "scopeId": "/", "scopeType": "DirectoryRole"}]),
        ),
        Read::of(
            "access_reviews",
            &Kind::ACCESS_REVIEW,
            json!([{"id": "d1", "displayName": "Guests", "status": "InProgress",
                "scope": {"@odata.type": "#microsoft.graph.accessReviewQueryScope", "queryType": "MicrosoftGraph",
                    "query": "/groups/g1/transitiveMembers/microsoft.graph.user/?$count=true&$filter=(userType eq 'Guest')"}}]),
        ),
        Read::of(
            "access_review_instances",
            &Kind::ACCESS_REVIEW_INSTANCE,
            json!([
                {"id": "i1", "status": "Completed", "endDateTime": "2026-08-01T00:00:00Z"},
                {"id": "i2", "status": "Completed", "endDateTime": "2026-11-01T00:00:00Z"},
                {"id": "i3", "status": "InProgress", "endDateTime": "2026-12-01T00:00:00Z"},
            ]),
        )
        .with(
            &Relation::REVIEW_INSTANCE,
            &[("d1", "i1"), ("d1", "i2"), ("d1", "i3")],
        ),
    ]
}

pub(crate) fn role_policy(id: &str) -> Value {
    let target = |caller: &str, level: &str| json!({"caller": caller, "level": level, "operations": ["All"]});
    json!({"id": id, "displayName": "DirectoryRole", "scopeId": "/", "scopeType": "DirectoryRole", "rules": [
        {"@odata.type": "#microsoft.graph.unifiedRoleManagementPolicyExpirationRule", "id": "Expiration_Admin_Eligibility",
            "isExpirationRequired": true, "maximumDuration": "P365D", "target": target("Admin", "Eligibility")},
        {"@odata.type": "#microsoft.graph.unifiedRoleManagementPolicyExpirationRule", "id": "Expiration_EndUser_Assignment",
            "isExpirationRequired": true, "maximumDuration": "PT8H", "target": target("EndUser", "Assignment")},
        {"@odata.type": "#microsoft.graph.unifiedRoleManagementPolicyEnablementRule", "id": "Enablement_EndUser_Assignment",
            "enabledRules": ["MultiFactorAuthentication", "Justification"], "target": target("EndUser", "Assignment")},
        {"@odata.type": "#microsoft.graph.unifiedRoleManagementPolicyApprovalRule", "id": "Approval_EndUser_Assignment",
            "setting": {"isApprovalRequired": true, "approvalMode": "SingleStage"}, "target": target("EndUser", "Assignment")},
        {"@odata.type": "#microsoft.graph.unifiedRoleManagementPolicyEnablementRule", "id": "Enablement_Admin_Assignment",
            "enabledRules": [], "target": target("Admin", "Assignment")},
    ]})
}

pub(crate) fn frequency_policy() -> Value {
    json!({"id": "ca1", "displayName": "Again each day", "state": "enabled",
        "conditions": {"users": {"includeUsers": ["All"], "excludeUsers": []}, "applications": {"includeApplications": ["All"]},
            "clientAppTypes": ["all"], "signInRiskLevels": []},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
        "sessionControls": {"signInFrequency": {"isEnabled": true, "value": 1, "type": "days", "frequencyInterval": "timeBased",
            "authenticationType": "primaryAndSecondaryAuthentication"}}})
}

#[expect(clippy::too_many_lines, reason = "one entry for each source")]
fn authentication() -> Vec<Read> {
    let idle = r#"{"ActivityBasedTimeoutPolicy":{"Version":1,"ApplicationPolicies":[{"ApplicationId":"default","WebSessionIdleTimeout":"00:15:00"}]}}"#;
    vec![
        Read::of(
            "registration_details",
            &Kind::REGISTRATION_DETAILS,
            json!([
                {"id": "u1", "isMfaCapable": true, "isMfaRegistered": true, "methodsRegistered": ["fido2SecurityKey"]},
                {"id": "u2", "isMfaCapable": true, "isMfaRegistered": true, "methodsRegistered": ["microsoftAuthenticatorPush"]},
                {"id": "u4", "isMfaCapable": true, "isMfaRegistered": true, "methodsRegistered": ["mobilePhone"]},
            ]),
        ),
        Read::keyed(
            "per_user_mfa",
            &Kind::PER_USER_MFA,
            [
                ("u1", json!({"perUserMfaState": "disabled"})),
                ("u2", json!({"perUserMfaState": "enforced"})),
            ],
        ),
        Read::keyed(
            "authentication_methods",
            &Kind::AUTHENTICATION_METHOD,
            [
                (
                    "u1/m1",
                    json!({"@odata.type": "#microsoft.graph.passwordAuthenticationMethod", "id": "m1"}),
                ),
                (
                    "u1/m2",
                    json!({"@odata.type": "#microsoft.graph.fido2AuthenticationMethod", "id": "m2"}),
                ),
            ],
        ),
        Read::of(
            "authentication_methods_policy",
            &Kind::AUTHENTICATION_METHODS_POLICY,
            json!([{"id": "authenticationMethodsPolicy", "authenticationMethodConfigurations": [
                {"@odata.type": "#microsoft.graph.smsAuthenticationMethodConfiguration", "id": "Sms", "state": "disabled"},
                {"@odata.type": "#microsoft.graph.voiceAuthenticationMethodConfiguration", "id": "Voice", "state": "disabled"},
                {"@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethodConfiguration",
                    "id": "MicrosoftAuthenticator", "state": "enabled", "featureSettings": {
                        "displayAppInformationRequiredState": {"state": "enabled", "includeTarget": {"targetType": "group", "id": "all_users"},
                            "excludeTarget": {"targetType": "group", "id": "00000000-0000-0000-0000-000000000000"}},
                        "displayLocationInformationRequiredState": {"state": "enabled", "includeTarget": {"targetType": "group", "id": "all_users"}}}},
            ]}]),
        ),
        Read::of(
            "authentication_strengths",
            &Kind::AUTHENTICATION_STRENGTH,
            json!([{"id": "s1", "displayName": "Keys", "policyType": "custom", "allowedCombinations": ["fido2"]}]),
        ),
        Read::of(
            "conditional_access_policies",
            &Kind::CONDITIONAL_ACCESS_POLICY,
            json!([frequency_policy()]),
        ),
        Read::of(
            "security_defaults",
            &Kind::SECURITY_DEFAULTS,
            json!([{"id": "00000000-0000-0000-0000-000000000005", "isEnabled": false}]),
        ),
        Read::of(
            "activity_timeout_policies",
            &Kind::ACTIVITY_TIMEOUT_POLICY,
            json!([{"id": "t1", "displayName": "Idle", "isOrganizationDefault": true, "definition": [idle]}]),
        ),
        Read::of(
            "group_settings",
            &Kind::GROUP_SETTING,
            json!([{"id": "gs1", "displayName": "Password Rule Settings", "templateId": "5cf42378-d67d-4f36-ba46-e8b86229381d",
                "values": [{"name": "LockoutThreshold", "value": "6"}, {"name": "LockoutDurationInSeconds", "value": "1800"},
                    {"name": "EnableBannedPasswordCheck", "value": "True"}, {"name": "BannedPasswordList", "value": "contoso"}]}]),
        ),
        Read::of(
            "risky_users",
            &Kind::RISKY_USER,
            json!([{"id": "u2", "riskLevel": "low", "riskState": "atRisk", "isDeleted": false, "riskLastUpdatedDateTime": "2026-11-20T00:00:00Z"}]),
        ),
        Read::of(
            "authorization_policy",
            &Kind::AUTHORIZATION_POLICY,
            json!([{"id": "authorizationPolicy", "allowInvitesFrom": "adminsAndGuestInviters", "guestUserRoleId": "2af84b1e-32c8-42b7-82bc-daa82404023b",
                "defaultUserRolePermissions": {"allowedToCreateApps": false, "allowedToCreateTenants": false, "permissionGrantPoliciesAssigned": []}}]),
        ),
        Read::keyed(
            "admin_consent_request_policy",
            &Kind::ADMIN_CONSENT_POLICY,
            [(
                "adminConsentRequestPolicy",
                json!({"isEnabled": true, "notifyReviewers": true, "version": 0}),
            )],
        ),
        Read::keyed(
            "cross_tenant_access_default",
            &Kind::CROSS_TENANT_DEFAULT,
            [(
                "default",
                json!({"isServiceDefault": true, "inboundTrust": {"isMfaAccepted": false, "isCompliantDeviceAccepted": false}}),
            )],
        ),
        Read::keyed(
            "cross_tenant_access_partners",
            &Kind::CROSS_TENANT_PARTNER,
            [("t2", json!({"tenantId": "t2", "inboundTrust": null}))],
        ),
    ]
}

fn applications() -> Vec<Read> {
    let certificate = json!({"keyId": "k1", "type": "AsymmetricX509Cert", "usage": "Verify",
        "startDateTime": "2026-10-01T00:00:00Z", "endDateTime": "2026-12-30T00:00:00Z"});
    vec![
        Read::of(
            "applications",
            &Kind::APPLICATION,
            json!([{"id": "app1", "appId": "c1", "displayName": "Ours", "passwordCredentials": [], "keyCredentials": [certificate]}]),
        )
        .with(&Relation::APPLICATION_OWNER, &[("app1", "u1")]),
        Read::of(
            "service_principals",
            &Kind::SERVICE_PRINCIPAL,
            json!([
                {"id": "sp1", "appId": "c1", "displayName": "Ours", "accountEnabled": true, "servicePrincipalType": "Application",
                    "appOwnerOrganizationId": "84841066-274d-4ec0-a5c1-276be684bdd3", "passwordCredentials": [], "keyCredentials": [], "appRoles": []},
                {"id": "sp2", "appId": "00000003-0000-0000-c000-000000000000", "displayName": "Microsoft Graph",
                    "appOwnerOrganizationId": "F8CDEF31-A31E-4B4A-93E4-5F571E91255A", "passwordCredentials": [], "keyCredentials": [],
                    "appRoles": [{"id": GRAPH_ROLE, "value": "RoleManagement.ReadWrite.Directory"}]},
            ]),
        )
        .with(&Relation::SERVICE_PRINCIPAL_OWNER, &[("sp1", "u2")]),
        Read::of(
            "app_role_assignments",
            &Kind::APP_ROLE_ASSIGNMENT,
            json!([
                {"id": "ra1", "appRoleId": GRAPH_ROLE, "principalId": "sp1", "principalType": "ServicePrincipal", "resourceId": "sp2"},
                {"id": "ra2", "appRoleId": "00000000-0000-0000-0000-000000000000", "principalId": "u1", "principalType": "User", "resourceId": "sp1"},
            ]),
        ),
    ]
}
