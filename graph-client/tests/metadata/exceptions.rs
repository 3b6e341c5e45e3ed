//! Where models and metadata differ, and why.

/// Models of types that the metadata at hand leave out. Their properties are those of the page that
/// the model links to.
pub(crate) const NOT_IN_METADATA: &[&str] = &[
    "AccessReviewInstance",
    "AccessReviewInstanceDecisionItem",
    "AccessReviewScheduleDefinition",
    "AccessReviewScheduleSettings",
    "AccessReviewScope",
    "AuthenticationDetail",
    "AuthenticationMethodTarget",
    "AuthenticationMethodsRegistrationCampaignIncludeTarget",
    "ConditionalAccessFilter",
    "ConditionalAccessGuestsOrExternalUsers",
    "CrossTenantAccessPolicyTarget",
    "FeatureTarget",
    "OrgContact",
    "SubjectSet",
    "TeamsApp",
    "TeamsAppDefinition",
    "WindowsProtectionState",
];

/// Models whose names are not those of their types, mostly since these live in a namespace.
pub(crate) const NAMES: &[(&str, &str)] = &[
    ("Alert", "security.alert"),
    ("AlertComment", "security.alertComment"),
    ("AlertEvidence", "security.alertEvidence"),
    ("AssignmentTarget", "deviceAndAppManagementAssignmentTarget"),
    ("CountryLookupMethod", "countryLookupMethodType"),
    // Two views of one type.
    ("BetaSignIn", "signIn"),
    ("Incident", "security.incident"),
    ("OAuth2PermissionGrant", "oAuth2PermissionGrant"),
    ("RetentionLabel", "security.retentionLabel"),
    ("UserAccount", "security.userAccount"),
    ("UserSignInActivity", "user"),
    ("AlertClassification", "security.alertClassification"),
    ("AlertDetermination", "security.alertDetermination"),
    ("AlertSeverity", "security.alertSeverity"),
    ("AlertStatus", "security.alertStatus"),
    ("EvidenceVerdict", "security.evidenceVerdict"),
    ("IncidentStatus", "security.incidentStatus"),
    (
        "ExternalTenantsMembershipKind",
        "conditionalAccessExternalTenantsMembershipKind",
    ),
    (
        "UserDefaultAuthenticationMethod",
        "userDefaultAuthenticationMethod",
    ),
];

/// Properties whose type is text in the metadata, or which are not in them, with the reason.
pub(crate) const ODD: &[(&str, &str, &str)] = &[
    (
        "CapabilityStatus",
        "",
        "text in the metadata; the page names the values",
    ),
    (
        "ConditionalAccessDevicePlatform",
        "",
        "the metadata hold only some of the values",
    ),
    (
        "DomainAuthenticationType",
        "",
        "text in the metadata; the page names the values",
    ),
    (
        "FilterMode",
        "",
        "an enumeration that the metadata at hand leave out",
    ),
    (
        "GrantOperator",
        "",
        "text in the metadata; the page names the values",
    ),
    (
        "UserType",
        "",
        "text in the metadata; the page names the values",
    ),
    (
        "ConditionalAccessAuthenticationFlows",
        "transferMethods",
        "an enumeration that the metadata at hand leave out",
    ),
    (
        "ConditionalAccessGrantControls",
        "operator",
        "text in the metadata; the page names the values",
    ),
    (
        "SubscribedSku",
        "capabilityStatus",
        "text in the metadata; the page names the values",
    ),
    (
        "UserRegistrationDetails",
        "userType",
        "the same two values under another name",
    ),
    (
        "DeviceConfiguration",
        "automaticUpdateMode",
        "a property of update rings, which the metadata at hand leave out",
    ),
    (
        "DeviceConfiguration",
        "qualityUpdatesDeferralPeriodInDays",
        "a property of update rings, which the metadata at hand leave out",
    ),
    (
        "DeviceConfiguration",
        "featureUpdatesDeferralPeriodInDays",
        "a property of update rings, which the metadata at hand leave out",
    ),
    (
        "DeviceConfiguration",
        "qualityUpdatesPaused",
        "a property of update rings, which the metadata at hand leave out",
    ),
    (
        "DeviceConfiguration",
        "featureUpdatesPaused",
        "a property of update rings, which the metadata at hand leave out",
    ),
    (
        "DeviceConfiguration",
        "driversExcluded",
        "a property of update rings, which the metadata at hand leave out",
    ),
    (
        "DeviceConfiguration",
        "microsoftUpdateServiceAllowed",
        "a property of update rings, which the metadata at hand leave out",
    ),
    (
        "DeviceManagementConfigurationPolicy",
        "platforms",
        "an enumeration that the metadata at hand leave out",
    ),
    (
        "DeviceManagementConfigurationPolicy",
        "technologies",
        "an enumeration that the metadata at hand leave out",
    ),
    (
        "DeviceManagementConfigurationPolicyTemplateReference",
        "templateFamily",
        "an enumeration that the metadata at hand leave out",
    ),
    (
        "CrossTenantAccessPolicyTargetConfiguration",
        "accessType",
        "an enumeration that the metadata at hand leave out",
    ),
    (
        "DevicesFilter",
        "mode",
        "an enumeration that the metadata at hand leave out",
    ),
    (
        "BetaSignIn",
        "authenticationProtocol",
        "an enumeration that the metadata at hand leave out",
    ),
    (
        "BetaSignIn",
        "crossTenantAccessType",
        "an enumeration that the metadata at hand leave out",
    ),
    (
        "User",
        "userType",
        "text in the metadata; the page names the values",
    ),
    (
        "AuthenticationMethodsRegistrationCampaign",
        "state",
        "an enumeration that the metadata at hand leave out",
    ),
    (
        "AuthenticationMethodFeatureConfiguration",
        "state",
        "an enumeration that the metadata at hand leave out",
    ),
    (
        "ExpirationPattern",
        "type",
        "an enumeration that the metadata at hand leave out",
    ),
    (
        "Domain",
        "authenticationType",
        "text in the metadata; the page names the values",
    ),
    (
        "OnPremisesAccidentalDeletionPrevention",
        "synchronizationPreventionType",
        "an enumeration that the metadata at hand leave out",
    ),
    (
        "PasswordCredentialConfiguration",
        "restrictionType",
        "an enumeration that the metadata at hand leave out",
    ),
    (
        "PasswordCredentialConfiguration",
        "state",
        "an enumeration that the metadata at hand leave out",
    ),
    (
        "KeyCredentialConfiguration",
        "restrictionType",
        "an enumeration that the metadata at hand leave out",
    ),
    (
        "KeyCredentialConfiguration",
        "state",
        "an enumeration that the metadata at hand leave out",
    ),
    (
        "ConditionalAccessExternalTenants",
        "members",
        "of the kind that lists tenants, whose kind is not needed to read it",
    ),
    (
        "IpRange",
        "lowerAddress",
        "of ranges by first and last address, which the metadata at hand leave out",
    ),
    (
        "IpRange",
        "upperAddress",
        "of ranges by first and last address, which the metadata at hand leave out",
    ),
];
