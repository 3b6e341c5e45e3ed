//! Every template that is served, with the type of what it answers, and a path that fits it.

use serde_json::Value;
use tenant_sim::{Area, templates};

use super::Reader;

/// What a template answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// A list of this entity type.
    List(&'static str),
    /// One entity of this type.
    One(&'static str),
    /// A number as text.
    Count,
    /// A redirect to a file.
    File,
}

use Answer::{Count, File, List, One};

/// The answer of each template. A template that is missing here fails the tests that go through all of them.
#[rustfmt::skip]
pub const ANSWERS: &[(&str, Answer)] = &[
    ("organization", List("organization")),
    ("organization/{id}", One("organization")),
    ("domains", List("domain")),
    ("domains/{id}", One("domain")),
    ("domains/{id}/serviceConfigurationRecords", List("domainDnsRecord")),
    ("domains/{id}/verificationDnsRecords", List("domainDnsRecord")),
    ("users", List("user")),
    ("users/$count", Count),
    ("users/delta", List("user")),
    ("users/{id}", One("user")),
    ("groups", List("group")),
    ("groups/$count", Count),
    ("groups/delta", List("group")),
    ("groups/{id}", One("group")),
    ("groups/{id}/members", List("directoryObject")),
    ("groups/{id}/members/$count", Count),
    ("groups/{id}/members/microsoft.graph.user", List("user")),
    ("groups/{id}/members/microsoft.graph.group", List("group")),
    ("groups/{id}/owners", List("directoryObject")),
    ("groups/{id}/transitiveMembers", List("directoryObject")),
    ("directoryObjects/{id}", One("directoryObject")),
    ("directory/deletedItems/microsoft.graph.user", List("user")),
    ("directory/deletedItems/microsoft.graph.group", List("group")),
    ("directory/administrativeUnits", List("administrativeUnit")),
    ("directory/administrativeUnits/{id}", One("administrativeUnit")),
    ("directory/administrativeUnits/{id}/members", List("directoryObject")),
    ("devices", List("device")),
    ("devices/$count", Count),
    ("devices/{id}", One("device")),
    ("devices/{id}/registeredOwners", List("directoryObject")),
    ("contacts", List("orgContact")),
    ("roleManagement/directory/roleDefinitions", List("unifiedRoleDefinition")),
    ("roleManagement/directory/roleDefinitions/{id}", One("unifiedRoleDefinition")),
    ("roleManagement/directory/roleAssignments", List("unifiedRoleAssignment")),
    ("roleManagement/directory/roleAssignments/{id}", One("unifiedRoleAssignment")),
    ("roleManagement/directory/roleAssignmentScheduleInstances", List("unifiedRoleAssignmentScheduleInstance")),
    ("roleManagement/directory/roleEligibilityScheduleInstances", List("unifiedRoleEligibilityScheduleInstance")),
    ("roleManagement/directory/roleEligibilitySchedules", List("unifiedRoleEligibilitySchedule")),
    ("policies/roleManagementPolicies", List("unifiedRoleManagementPolicy")),
    ("policies/roleManagementPolicyAssignments", List("unifiedRoleManagementPolicyAssignment")),
    ("identityGovernance/accessReviews/definitions", List("accessReviewScheduleDefinition")),
    ("identityGovernance/accessReviews/definitions/{id}", One("accessReviewScheduleDefinition")),
    ("identityGovernance/accessReviews/definitions/{id}/instances", List("accessReviewInstance")),
    ("reports/authenticationMethods/userRegistrationDetails", List("userRegistrationDetails")),
    ("reports/authenticationMethods/userRegistrationDetails/{id}", One("userRegistrationDetails")),
    ("users/{id}/authentication/methods", List("authenticationMethod")),
    ("users/{id}/authentication/requirements", One("strongAuthenticationRequirements")),
    ("identity/conditionalAccess/policies", List("conditionalAccessPolicy")),
    ("identity/conditionalAccess/policies/{id}", One("conditionalAccessPolicy")),
    ("identity/conditionalAccess/namedLocations", List("namedLocation")),
    ("identity/conditionalAccess/namedLocations/{id}", One("namedLocation")),
    ("policies/identitySecurityDefaultsEnforcementPolicy", One("identitySecurityDefaultsEnforcementPolicy")),
    ("policies/authenticationMethodsPolicy", One("authenticationMethodsPolicy")),
    ("policies/authenticationStrengthPolicies", List("authenticationStrengthPolicy")),
    ("policies/authenticationStrengthPolicies/{id}", One("authenticationStrengthPolicy")),
    // A list of one in beta.
    ("policies/authorizationPolicy", One("authorizationPolicy")),
    ("policies/authorizationPolicy/authorizationPolicy", One("authorizationPolicy")),
    ("policies/adminConsentRequestPolicy", One("adminConsentRequestPolicy")),
    ("policies/crossTenantAccessPolicy/default", One("crossTenantAccessPolicyConfigurationDefault")),
    ("policies/crossTenantAccessPolicy/partners", List("crossTenantAccessPolicyConfigurationPartner")),
    ("policies/crossTenantAccessPolicy/partners/{id}", One("crossTenantAccessPolicyConfigurationPartner")),
    ("groupSettings", List("groupSetting")),
    ("policies/activityBasedTimeoutPolicies", List("activityBasedTimeoutPolicy")),
    ("identityProtection/riskyUsers", List("riskyUser")),
    ("identityProtection/riskyUsers/{id}", One("riskyUser")),
    ("identityProtection/riskDetections", List("riskDetection")),
    ("applications", List("application")),
    ("applications(appId='{id}')", One("application")),
    ("applications/{id}", One("application")),
    ("applications/{id}/owners", List("directoryObject")),
    ("servicePrincipals", List("servicePrincipal")),
    ("servicePrincipals(appId='{id}')", One("servicePrincipal")),
    ("servicePrincipals/{id}", One("servicePrincipal")),
    ("servicePrincipals/{id}/owners", List("directoryObject")),
    ("servicePrincipals/{id}/appRoleAssignedTo", List("appRoleAssignment")),
    ("oauth2PermissionGrants", List("oAuth2PermissionGrant")),
    ("policies/defaultAppManagementPolicy", One("tenantAppManagementPolicy")),
    ("subscribedSkus", List("subscribedSku")),
    ("subscribedSkus/{id}", One("subscribedSku")),
    ("directory/subscriptions", List("companySubscription")),
    ("directory/subscriptions/{id}", One("companySubscription")),
    ("security/secureScores", List("secureScore")),
    ("security/secureScoreControlProfiles", List("secureScoreControlProfile")),
    ("security/alerts_v2", List("security.alert")),
    ("security/alerts_v2/{id}", One("security.alert")),
    ("security/incidents", List("security.incident")),
    ("security/incidents/{id}", One("security.incident")),
    ("auditLogs/signIns", List("signIn")),
    ("auditLogs/directoryAudits", List("directoryAudit")),
    ("admin/reportSettings", One("adminReportSettings")),
    ("reports/getOffice365ActiveUserDetail(period='{id}')", File),
    ("reports/getOffice365ActivationsUserDetail", File),
    ("reports/getMailboxUsageDetail(period='{id}')", File),
    ("reports/getEmailActivityUserDetail(period='{id}')", File),
    ("reports/getTeamsUserActivityUserDetail(period='{id}')", File),
    ("reports/getOneDriveUsageAccountDetail(period='{id}')", File),
    ("reports/getSharePointSiteUsageDetail(period='{id}')", File),
    ("admin/serviceAnnouncement/healthOverviews", List("serviceHealth")),
    ("admin/serviceAnnouncement/issues", List("serviceHealthIssue")),
    ("admin/serviceAnnouncement/messages", List("serviceUpdateMessage")),
    ("deviceManagement", One("deviceManagement")),
    ("deviceManagement/managedDevices", List("managedDevice")),
    ("deviceManagement/managedDevices/{id}", One("managedDevice")),
    ("deviceManagement/managedDevices/{id}/windowsProtectionState", One("windowsProtectionState")),
    ("deviceManagement/deviceCompliancePolicies", List("deviceCompliancePolicy")),
    ("deviceManagement/deviceCompliancePolicies/{id}", One("deviceCompliancePolicy")),
    ("deviceManagement/deviceCompliancePolicies/{id}/deviceStatuses", List("deviceComplianceDeviceStatus")),
    ("deviceManagement/deviceConfigurations", List("deviceConfiguration")),
    ("deviceManagement/deviceConfigurations/{id}", One("deviceConfiguration")),
    ("deviceManagement/deviceConfigurations/{id}/deviceStatuses", List("deviceConfigurationDeviceStatus")),
    ("deviceManagement/configurationPolicies", List("deviceManagementConfigurationPolicy")),
    ("deviceManagement/configurationPolicies/{id}", One("deviceManagementConfigurationPolicy")),
    ("deviceManagement/configurationPolicies/{id}/settings", List("deviceManagementConfigurationSetting")),
    ("deviceManagement/detectedApps", List("detectedApp")),
    ("deviceManagement/detectedApps/{id}/managedDevices", List("managedDevice")),
    ("deviceAppManagement/mobileApps", List("mobileApp")),
    ("deviceAppManagement/mobileApps/{id}", One("mobileApp")),
    ("teams", List("team")),
    ("teams/{id}", One("team")),
    ("teams/{id}/channels", List("channel")),
    ("teams/{id}/members", List("conversationMember")),
    ("users/{id}/mailboxSettings", One("mailboxSettings")),
    ("admin/sharepoint/settings", One("sharepointSettings")),
    ("sites/getAllSites", List("site")),
    ("security/dataSecurityAndGovernance/sensitivityLabels", List("sensitivityLabel")),
];

/// A template as it can be asked for.
#[derive(Debug, Clone)]
pub struct Served {
    pub template: &'static str,
    pub area: Area,
    pub answer: Answer,
    /// With the version.
    pub path: String,
}

/// What some paths have to be asked with.
fn query(template: &str) -> &'static str {
    match template {
        "policies/roleManagementPolicies" => {
            "?$filter=scopeId eq '/' and scopeType eq 'DirectoryRole'&$expand=rules"
        }
        "policies/roleManagementPolicyAssignments" => {
            "?$filter=scopeId eq '/' and scopeType eq 'DirectoryRole'"
        }
        "deviceManagement/deviceCompliancePolicies"
        | "deviceManagement/deviceConfigurations"
        | "deviceManagement/configurationPolicies"
        | "deviceAppManagement/mobileApps" => "?$expand=assignments",
        _ => "",
    }
}

/// What an `{id}` stands for, where it is not the `id` of the first item of the list before it.
fn known_id(template: &str, user: &str, group: &str) -> Option<String> {
    if template.contains("(period=") {
        return Some("D30".to_owned());
    }
    let known = [
        ("users/{id}", user),
        ("directoryObjects/{id}", user),
        ("reports/authenticationMethods/", user),
        ("groups/{id}", group),
    ];
    known
        .iter()
        .find(|(start, _)| template.starts_with(start))
        .map(|(_, id)| (*id).to_owned())
}

/// Every template in every version that has it. The user and the group stand for theirs.
pub async fn all(reader: &Reader, user: &str, group: &str) -> Vec<Served> {
    let mut served = Vec::new();
    for (template, beta_only, area) in templates() {
        let answer = ANSWERS.iter().find(|(known, _)| *known == template);
        let answer = answer
            .unwrap_or_else(|| panic!("{template} is not in the list"))
            .1;
        for version in ["v1.0", "beta"] {
            if beta_only && version == "v1.0" {
                continue;
            }
            let mut path = format!("{version}/{template}");
            if template.contains("{id}") {
                let id = match known_id(template, user, group) {
                    Some(id) => id,
                    None => first_id(reader, version, template).await,
                };
                path = path.replace("{id}", &id);
            }
            path.push_str(query(template));
            let area = match (area, version) {
                (Area::SignIns, "beta") => Area::SignInDetails,
                (area, _) => area,
            };
            served.push(Served {
                template,
                area,
                answer,
                path,
            });
        }
    }
    served
}

async fn first_id(reader: &Reader, version: &str, template: &str) -> String {
    if let Some((parent, _)) = template.split_once("(appId=") {
        let page = reader.get(&format!("{version}/{parent}")).await;
        return super::text(&page["value"][0], "appId").to_owned();
    }
    let (parent, _) = template.split_once("/{id}").unwrap();
    let page = reader.get(&format!("{version}/{parent}")).await;
    let first = &page["value"][0];
    let id = first["id"].as_str().or(first["tenantId"].as_str());
    id.unwrap_or_else(|| panic!("{parent} has no first item"))
        .to_owned()
}

/// The items of an answer, one or many; an entity inside `value` counts as it does alone.
pub fn items(answer: &Value) -> Vec<&Value> {
    match &answer["value"] {
        Value::Array(items) => items.iter().collect(),
        Value::Object(_) => vec![&answer["value"]],
        _ => vec![answer],
    }
}
