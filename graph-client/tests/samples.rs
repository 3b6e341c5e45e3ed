//! The models against example answers of the public documentation, where those are at hand.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::path::{Path, PathBuf};

use graph_client::model::*;
use serde::de::DeserializeOwned;
use serde_json::Value;

type Check = fn(Value) -> Result<(), String>;

/// Beginnings of file names and the model of what is in them; the longest that fits counts.
const SAMPLES: &[(&str, Check)] = &[
    (
        "adminconsentrequestpolicy-",
        decodes::<AdminConsentRequestPolicy>,
    ),
    ("application-delta", decodes::<Application>),
    ("application-list", decodes::<Application>),
    ("application-list-owners", decodes::<DirectoryObject>),
    ("authentication-list-", decodes::<AuthenticationMethod>),
    (
        "authenticationmethodspolicy-",
        decodes::<AuthenticationMethodsPolicy>,
    ),
    (
        "authenticationmethodsroot-list-userregistrationdetails",
        decodes::<UserRegistrationDetails>,
    ),
    (
        "userregistrationdetails-get",
        decodes::<UserRegistrationDetails>,
    ),
    (
        "authenticationstrengthroot-list-policies",
        decodes::<AuthenticationStrengthPolicy>,
    ),
    ("channel-get.", decodes::<Channel>),
    ("channel-list.", decodes::<Channel>),
    ("channel-list-2", decodes::<Channel>),
    ("channel-list-messages", decodes::<ChatMessage>),
    ("channel-getallmessages", decodes::<ChatMessage>),
    ("chat-list-members", decodes::<ConversationMember>),
    ("chat-list-messages", decodes::<ChatMessage>),
    ("chatmessage-", decodes::<ChatMessage>),
    ("chats-getallmessages", decodes::<ChatMessage>),
    ("conditionalaccess", decodes::<ConditionalAccessPolicy>),
    ("contract-", decodes::<Contract>),
    ("countrynamedlocation-", decodes::<NamedLocation>),
    ("ipnamedlocation-", decodes::<NamedLocation>),
    (
        "crosstenantaccesspolicy-get",
        decodes::<CrossTenantAccessPolicy>,
    ),
    (
        "crosstenantaccesspolicyconfigurationdefault-",
        decodes::<CrossTenantAccessPolicyConfigurationDefault>,
    ),
    (
        "delegatedadminaccessassignment-",
        decodes::<DelegatedAdminAccessAssignment>,
    ),
    (
        "delegatedadmincustomer-list-servicemanagementdetails",
        decodes::<DelegatedAdminServiceManagementDetail>,
    ),
    (
        "delegatedadminrelationship-get",
        decodes::<DelegatedAdminRelationship>,
    ),
    (
        "delegatedadminrelationship-list-operations",
        decodes::<DelegatedAdminRelationshipOperation>,
    ),
    (
        "delegatedadminrelationship-list-requests",
        decodes::<DelegatedAdminRelationshipRequest>,
    ),
    (
        "tenantrelationship-list-delegatedadmincustomers",
        decodes::<DelegatedAdminCustomer>,
    ),
    ("delta-query-groups", decodes::<Group>),
    ("delta-query-messages", decodes::<Message>),
    ("device-", decodes::<Device>),
    ("directory-deleteditems", decodes::<DirectoryObject>),
    ("directoryaudit-", decodes::<DirectoryAudit>),
    ("directoryrole-delta", decodes::<DirectoryRole>),
    ("directoryrole-list-members", decodes::<DirectoryObject>),
    ("directoryroletemplate-", decodes::<DirectoryRoleTemplate>),
    ("domain-", decodes::<Domain>),
    (
        "domain-list-verificationdnsrecords",
        decodes::<DomainDnsRecord>,
    ),
    ("drive-list", decodes::<Drive>),
    (
        "fido2authenticationmethod-",
        decodes::<AuthenticationMethod>,
    ),
    (
        "fido2authenticationmethodconfiguration-",
        decodes::<AuthenticationMethodConfiguration>,
    ),
    (
        "microsoftauthenticatorauthenticationmethodconfiguration-",
        decodes::<AuthenticationMethodConfiguration>,
    ),
    (
        "temporaryaccesspassauthenticationmethodconfiguration-",
        decodes::<AuthenticationMethodConfiguration>,
    ),
    ("group-", decodes::<Group>),
    ("group-list-members", decodes::<DirectoryObject>),
    ("group-list-owners", decodes::<DirectoryObject>),
    ("group-list-transitivemembers", decodes::<DirectoryObject>),
    (
        "identityprotectionroot-list-riskyserviceprincipals",
        decodes::<RiskyServicePrincipal>,
    ),
    ("riskyserviceprincipal-", decodes::<RiskyServicePrincipal>),
    (
        "identitysecuritydefaults",
        decodes::<IdentitySecurityDefaultsEnforcementPolicy>,
    ),
    ("intune-apps-mobileapp-", decodes::<MobileApp>),
    (
        "intune-apps-mobileappassignment-",
        decodes::<MobileAppAssignment>,
    ),
    ("intune-auditing-auditevent-", decodes::<AuditEvent>),
    (
        "intune-deviceconfig-devicecompliancedevicestatus-",
        decodes::<DeviceComplianceDeviceStatus>,
    ),
    (
        "intune-deviceconfig-devicecompliancepolicyassignment-",
        decodes::<DeviceCompliancePolicyAssignment>,
    ),
    (
        "intune-deviceconfig-devicecompliancepolicydevicestatesummary-",
        decodes::<DeviceCompliancePolicyDeviceStateSummary>,
    ),
    (
        "intune-deviceconfig-deviceconfigurationassignment-",
        decodes::<DeviceConfigurationAssignment>,
    ),
    (
        "intune-deviceconfig-deviceconfigurationdevicestatus-",
        decodes::<DeviceConfigurationDeviceStatus>,
    ),
    (
        "intune-deviceconfig-windows10compliancepolicy-",
        decodes::<DeviceCompliancePolicy>,
    ),
    (
        "intune-deviceconfigv2-",
        decodes::<DeviceManagementConfigurationPolicy>,
    ),
    ("intune-devices-detectedapp-", decodes::<DetectedApp>),
    ("intune-devices-manageddevice-", decodes::<ManagedDevice>),
    (
        "intune-devices-manageddeviceoverview-",
        decodes::<ManagedDeviceOverview>,
    ),
    (
        "intune-enrollment-windowsautopilotdeviceidentity-",
        decodes::<WindowsAutopilotDeviceIdentity>,
    ),
    ("mailfolder-delta", decodes::<MailFolder>),
    ("mailfolder-list-messagerules", decodes::<MessageRule>),
    ("message-", decodes::<Message>),
    ("oauth2permissiongrant-", decodes::<OAuth2PermissionGrant>),
    ("organization-", decodes::<Organization>),
    ("permissiongrantpolicy-", decodes::<PermissionGrantPolicy>),
    (
        "policyroot-list-rolemanagementpolicies",
        decodes::<UnifiedRoleManagementPolicy>,
    ),
    (
        "rbacapplication-list-roleassignments",
        decodes::<UnifiedRoleAssignment>,
    ),
    (
        "rbacapplication-list-roleassignmentscheduleinstances",
        decodes::<UnifiedRoleAssignmentScheduleInstance>,
    ),
    (
        "rbacapplication-list-roledefinitions",
        decodes::<UnifiedRoleDefinition>,
    ),
    (
        "rbacapplication-list-roleeligibilityscheduleinstances",
        decodes::<UnifiedRoleEligibilityScheduleInstance>,
    ),
    ("riskdetection-", decodes::<RiskDetection>),
    ("riskyuser-list.", decodes::<RiskyUser>),
    ("riskyuser-list-history", decodes::<RiskyUserHistoryItem>),
    (
        "securescorecontrolprofile-",
        decodes::<SecureScoreControlProfile>,
    ),
    ("security-list-alerts_v2", decodes::<Alert>),
    (
        "security-list-securescorecontrolprofiles",
        decodes::<SecureScoreControlProfile>,
    ),
    ("security-list-securescores", decodes::<SecureScore>),
    (
        "serviceannouncement-list-issues",
        decodes::<ServiceHealthIssue>,
    ),
    (
        "serviceannouncement-list-messages",
        decodes::<ServiceUpdateMessage>,
    ),
    ("serviceprincipal-", decodes::<ServicePrincipal>),
    (
        "serviceprincipal-list-approleassignments",
        decodes::<AppRoleAssignment>,
    ),
    (
        "serviceprincipal-list-oauth2",
        decodes::<OAuth2PermissionGrant>,
    ),
    ("sharepointsettings-", decodes::<SharepointSettings>),
    ("signin-list", decodes::<SignIn>),
    ("site-", decodes::<Site>),
    ("subscribedsku-", decodes::<SubscribedSku>),
    ("subscription-", decodes::<Subscription>),
    ("team-list-installedapps", decodes::<TeamsAppInstallation>),
    ("team-list-members", decodes::<ConversationMember>),
    ("unifiedroledefinition-", decodes::<UnifiedRoleDefinition>),
    ("user-assignlicense", decodes::<User>),
    ("user-delta", decodes::<User>),
    ("user-get", decodes::<User>),
    ("user-list-approleassignments", decodes::<AppRoleAssignment>),
    ("user-list-licensedetails", decodes::<LicenseDetails>),
    ("user-list-mailfolders", decodes::<MailFolder>),
    ("user-list-memberof", decodes::<DirectoryObject>),
    ("user-list-messages", decodes::<Message>),
    ("user-list-owneddevices", decodes::<DirectoryObject>),
    ("user-list-transitivememberof", decodes::<DirectoryObject>),
];

/// Samples that no model is for, and why.
const WITHOUT_MODEL: &[(&str, &str)] = &[
    (
        "aad-advanced-queries",
        "answers to queries, the first of no certain type",
    ),
    ("errors", "error bodies, read by the error tests"),
    ("throttling", "an error body"),
    (
        "alert-list",
        "the older alerts, which nobody should begin to read",
    ),
    (
        "authenticationmethodsroot-usersregisteredbymethod",
        "counts that no application may read",
    ),
    ("driveitem-", "files, which no collector here reads"),
    ("event-", "calendars, which no collector here reads"),
    ("user-list-calendarview", "calendars"),
    ("user-list-events", "calendars"),
    ("invitation-", "a change"),
    ("user-revokesigninsessions", "a change"),
    ("reportroot-", "rows of reports, which are read by column"),
    (
        "webhooks",
        "notifications, which are read by their own types",
    ),
    ("index", "the index of the samples"),
];

/// Samples whose page prints text where the service sends true or false.
const MISPRINTED: &[&str] = &["delta-query-messages-4.json", "riskyuser-list.json"];

/// Decodes an object or each of a page; what it takes from it must be written back as it was.
fn decodes<T: DeserializeOwned + serde::Serialize>(sample: Value) -> Result<(), String> {
    let items = match sample.get("value") {
        Some(Value::Array(items)) => items.clone(),
        Some(single @ Value::Object(_)) => vec![single.clone()],
        _ => vec![sample],
    };
    for item in items {
        let model: T = serde_json::from_value(item.clone()).map_err(|error| error.to_string())?;
        let written = serde_json::to_value(&model).map_err(|error| error.to_string())?;
        contained(&written, &item)?;
    }
    Ok(())
}

/// Everything in `part` is in `whole`; names of enumerations may differ in case.
fn contained(part: &Value, whole: &Value) -> Result<(), String> {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => part.iter().try_for_each(|(key, value)| {
            let other = whole
                .get(key)
                .ok_or_else(|| format!("{key} was not in the sample"))?;
            contained(value, other).map_err(|error| format!("{key}: {error}"))
        }),
        (Value::Array(part), Value::Array(whole)) if part.len() == whole.len() => part
            .iter()
            .zip(whole)
            .try_for_each(|(part, whole)| contained(part, whole)),
        (Value::String(part), Value::String(whole)) if part.eq_ignore_ascii_case(whole) => Ok(()),
        (part, whole) if part == whole => Ok(()),
        (part, whole) => Err(format!("{part} is not {whole}")),
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/graph/samples")
}

#[test]
fn models_decode_documented_samples() {
    let Ok(files) = std::fs::read_dir(folder()) else {
        println!("skipped: the samples are not beside this checkout");
        return;
    };
    let mut checked = 0;
    let mut failures = Vec::new();
    for file in files.map(|file| file.unwrap().path()) {
        let name = file
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
            .to_owned();
        let model = SAMPLES
            .iter()
            .filter(|(start, _)| name.starts_with(start))
            .max_by_key(|(start, _)| start.len());
        let Some((_, check)) = model else {
            let known = WITHOUT_MODEL
                .iter()
                .any(|(start, _)| name.starts_with(start));
            assert!(known, "{name} has no model and no reason for that");
            continue;
        };
        let sample = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        checked += 1;
        match (check(sample), MISPRINTED.contains(&name.as_str())) {
            (Ok(()), false) => {}
            (Err(error), true) => assert!(error.contains("boolean"), "{name}: {error}"),
            (Ok(()), true) => failures.push(format!("{name} is printed well after all")),
            (Err(error), false) => failures.push(format!("{name}: {error}")),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(
        checked >= SAMPLES.len(),
        "only {checked} samples were found"
    );
    // Where printed bodies and metadata disagree, models survive both.
    let deviations = std::fs::read_to_string(folder().join("../sample-deviations.json")).unwrap();
    let deviations: Value = serde_json::from_str(&deviations).unwrap();
    let deviating = deviations["deviations"].as_object().unwrap();
    let survived = |name: &&String| SAMPLES.iter().any(|(start, _)| name.starts_with(start));
    let survived = deviating.keys().filter(survived).count();
    assert!(survived > 40, "only {survived} of {}", deviating.len());
    println!("{checked} samples decoded, {survived} of them known to deviate");
}
