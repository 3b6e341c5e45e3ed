//! Members that no fact models. What one of them means is not known, so it may narrow whatever
//! stands beside it: it is carried, and the assessment proves less by it. Only what a page of
//! Microsoft shows to change nothing is left behind.

use std::collections::BTreeMap;

use compliance_map::facts::{is_annotation, says_something};
use serde_json::Value;

/// What a struct that models an object leaves over, by name.
pub(super) type Members = BTreeMap<String, Value>;

/// One level of an object: the page that names its members, when that was read, and which of them
/// change nothing of what the object does, or are read elsewhere.
type Level = (&'static str, &'static str, &'static [&'static str]);

pub(super) const POLICY: Level = (
    "https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy",
    "2026-11-29",
    &[
        "id",
        "description",
        "createdDateTime",
        "modifiedDateTime",
        "templateId",
    ],
);
pub(super) const CONDITIONS: Level = (
    "https://learn.microsoft.com/graph/api/resources/conditionalaccessconditionset",
    "2026-11-29",
    &[],
);
pub(super) const USERS: Level = (
    "https://learn.microsoft.com/graph/api/resources/conditionalaccessusers",
    "2026-11-29",
    &[],
);
pub(super) const GUESTS: Level = (
    "https://learn.microsoft.com/graph/api/resources/conditionalaccessguestsorexternalusers",
    "2026-11-29",
    &[],
);
/// Which tenants are meant is carried whole.
pub(super) const EXTERNAL_TENANTS: Level = (
    "https://learn.microsoft.com/graph/api/resources/conditionalaccessenumeratedexternaltenants",
    "2026-11-29",
    &["membershipKind", "members"],
);
pub(super) const APPLICATIONS: Level = (
    "https://learn.microsoft.com/graph/api/resources/conditionalaccessapplications",
    "2026-11-29",
    &[],
);
pub(super) const PLATFORMS: Level = (
    "https://learn.microsoft.com/graph/api/resources/conditionalaccessplatforms",
    "2026-11-29",
    &[],
);
pub(super) const LOCATIONS: Level = (
    "https://learn.microsoft.com/graph/api/resources/conditionalaccesslocations",
    "2026-11-29",
    &[],
);
pub(super) const GRANT: Level = (
    "https://learn.microsoft.com/graph/api/resources/conditionalaccessgrantcontrols",
    "2026-11-29",
    &[],
);
/// The strength is carried whole. Configurations of a combination only ever ask for more.
pub(super) const STRENGTH: Level = (
    "https://learn.microsoft.com/graph/api/resources/authenticationstrengthpolicy",
    "2026-11-29",
    &[
        "id",
        "displayName",
        "description",
        "createdDateTime",
        "modifiedDateTime",
        "policyType",
        "requirementsSatisfied",
        "allowedCombinations",
        "combinationConfigurations",
    ],
);
/// Other controls than those of the frequency limit sessions further, each by itself.
pub(super) const SESSION: Level = (
    "https://learn.microsoft.com/graph/api/resources/conditionalaccesssessioncontrols",
    "2026-11-29",
    &[
        "applicationEnforcedRestrictions",
        "cloudAppSecurity",
        "disableResilienceDefaults",
        "secureSignInSession",
        "continuousAccessEvaluation",
        "globalSecureAccessFilteringProfile",
    ],
);
pub(super) const SIGN_IN_FREQUENCY: Level = (
    "https://learn.microsoft.com/graph/api/resources/signinfrequencysessioncontrol",
    "2026-11-29",
    &[],
);
pub(super) const PERSISTENT_BROWSER: Level = (
    "https://learn.microsoft.com/graph/api/resources/persistentbrowsersessioncontrol",
    "2026-11-29",
    &[],
);
pub(super) const SECURITY_DEFAULTS: Level = (
    "https://learn.microsoft.com/graph/api/resources/identitysecuritydefaultsenforcementpolicy",
    "2026-11-29",
    &["id", "displayName", "description"],
);
/// What is asked of people while they register does not decide what they may use.
pub(super) const METHODS_POLICY: Level = (
    "https://learn.microsoft.com/graph/api/resources/authenticationmethodspolicy",
    "2026-11-29",
    &[
        "id",
        "displayName",
        "description",
        "lastModifiedDateTime",
        "policyVersion",
        "reconfirmationInDays",
        "registrationEnforcement",
        "reportSuspiciousActivitySettings",
        "systemCredentialPreferences",
    ],
);
/// What the types derived from it say of how a method works, and not of who may use it.
pub(super) const METHOD: Level = (
    "https://learn.microsoft.com/graph/api/resources/authenticationmethodconfiguration",
    "2026-11-29",
    &[
        "isSelfServiceRegistrationAllowed",
        "isAttestationEnforced",
        "keyRestrictions",
        "defaultPasskeyProfile",
        "passkeyProfiles",
        "isSoftwareOathEnabled",
        "allowExternalIdToUseEmailOtp",
        "isOfficePhoneAllowed",
        "defaultLength",
        "defaultLifetimeInMinutes",
        "minimumLifetimeInMinutes",
        "maximumLifetimeInMinutes",
        "isUsableOnce",
        "authenticationModeConfiguration",
        "certificateUserBindings",
        "certificateAuthorityScopes",
        "crlValidationConfiguration",
        "issuerHintsConfiguration",
        "standardQRCodeLifetimeInDays",
        "pinLength",
    ],
);
pub(super) const METHOD_TARGET: Level = (
    "https://learn.microsoft.com/graph/api/resources/microsoftauthenticatorauthenticationmethodtarget",
    "2026-11-29",
    &[
        "id",
        "targetType",
        "isRegistrationRequired",
        "authenticationMode",
        "isUsableForSignIn",
    ],
);
/// Features beside the two that are told.
pub(super) const METHOD_FEATURES: Level = (
    "https://learn.microsoft.com/graph/api/resources/microsoftauthenticatorfeaturesettings",
    "2026-11-29",
    &["companionAppAllowedState", "numberMatchingRequiredState"],
);
pub(super) const METHOD_FEATURE: Level = (
    "https://learn.microsoft.com/graph/api/resources/authenticationmethodfeatureconfiguration",
    "2026-11-29",
    &[],
);
pub(super) const FEATURE_TARGET: Level = (
    "https://learn.microsoft.com/graph/api/resources/featuretarget",
    "2026-11-29",
    &["targetType"],
);
pub(super) const ASSIGNMENT: Level = (
    "https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-devicecompliancepolicyassignment",
    "2026-11-29",
    &["id", "source", "sourceId", "target"],
);
pub(super) const ASSIGNMENT_TARGET: Level = (
    "https://learn.microsoft.com/graph/api/resources/intune-shared-deviceandappmanagementassignmenttarget",
    "2026-11-29",
    &[
        "groupId",
        "collectionId",
        "deviceAndAppManagementAssignmentFilterId",
        "deviceAndAppManagementAssignmentFilterType",
    ],
);
/// Who is told of an activation, and which authentication context it asks for.
pub(super) const ROLE_RULE: Level = (
    "https://learn.microsoft.com/graph/api/resources/unifiedrolemanagementpolicyrule",
    "2026-11-29",
    &[
        "claimValue",
        "notificationType",
        "recipientType",
        "notificationLevel",
        "isDefaultRecipientsEnabled",
        "notificationRecipients",
    ],
);
pub(super) const ROLE_TARGET: Level = (
    "https://learn.microsoft.com/graph/api/resources/unifiedrolemanagementpolicyruletarget",
    "2026-11-29",
    &["operations", "inheritableSettings", "enforcedSettings"],
);
pub(super) const APPROVAL: Level = (
    "https://learn.microsoft.com/graph/api/resources/approvalsettings",
    "2026-11-29",
    &[
        "approvalMode",
        "approvalStages",
        "isApprovalRequiredForExtension",
        "isRequestorJustificationRequired",
    ],
);
/// What is let in and out, by default or of one tenant
/// (<https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicyconfigurationpartner>), says
/// nothing of whose MFA is accepted.
pub(super) const CROSS_TENANT: Level = (
    "https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicyconfigurationdefault",
    "2026-11-29",
    &[
        "id",
        "isServiceDefault",
        "appServiceConnectInbound",
        "automaticUserConsentSettings",
        "b2bCollaborationInbound",
        "b2bCollaborationOutbound",
        "b2bDirectConnectInbound",
        "b2bDirectConnectOutbound",
        "blockServiceProviderOutboundAccess",
        "deletedDateTime",
        "identitySynchronization",
        "invitationRedemptionIdentityProviderConfiguration",
        "isInMultiTenantOrganization",
        "isServiceProvider",
        "m365CollaborationInbound",
        "m365CollaborationOutbound",
        "tenantId",
        "tenantRestrictions",
    ],
);
pub(super) const INBOUND_TRUST: Level = (
    "https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicyinboundtrust",
    "2026-11-29",
    &[
        "isCompliantDeviceAccepted",
        "isHybridAzureADJoinedDeviceAccepted",
    ],
);

/// The members of a level that may narrow, under their names.
pub(super) fn carried(level: Level, members: Members) -> Members {
    let (_, _, harmless) = level;
    members
        .into_iter()
        .filter(|(name, value)| {
            !is_annotation(name) && !harmless.contains(&name.as_str()) && says_something(value)
        })
        .collect()
}

/// The same for a level without a place of its own: under dotted names, in the place above it.
pub(super) fn carried_as(
    path: &str,
    level: Level,
    members: Members,
) -> impl Iterator<Item = (String, Value)> {
    let path = path.to_owned();
    carried(level, members)
        .into_iter()
        .map(move |(name, value)| (format!("{path}.{name}"), value))
}

/// The members of an object that is kept as it was received.
pub(super) fn members_of(value: &Value) -> Members {
    let members = value.as_object().into_iter().flatten();
    members
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
