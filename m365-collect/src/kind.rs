//! The kinds of [`Record`](crate::Record).

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of a [`Record`](crate::Record): Graph's own entity type name (`user`, `group`, `subscribedSku`).
///
/// ```
/// use m365_collect::Kind;
/// assert_eq!(Kind::USER.as_str(), "user");
/// assert_eq!(Kind::from("managedDevice").to_string(), "managedDevice");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kind(Cow<'static, str>);

impl Kind {
    /// A person or guest of the directory.
    pub const USER: Self = Self::new("user");
    /// A group of any sort.
    pub const GROUP: Self = Self::new("group");
    /// The tenant itself.
    pub const ORGANIZATION: Self = Self::new("organization");
    /// A domain of the tenant.
    pub const DOMAIN: Self = Self::new("domain");
    /// A DNS record that a domain should have.
    pub const DOMAIN_DNS_RECORD: Self = Self::new("domainDnsRecord");
    /// A part of the directory that is administered by itself.
    pub const ADMINISTRATIVE_UNIT: Self = Self::new("administrativeUnit");
    /// A device that the directory knows.
    pub const DEVICE: Self = Self::new("device");
    /// A contact of the organization.
    pub const ORG_CONTACT: Self = Self::new("orgContact");
    /// When a person last signed in; keyed by the user's id.
    pub const SIGN_IN_ACTIVITY: Self = Self::new("signInActivity");
    /// A directory role.
    pub const ROLE_DEFINITION: Self = Self::new("unifiedRoleDefinition");
    /// An active assignment of a directory role.
    pub const ROLE_ASSIGNMENT: Self = Self::new("unifiedRoleAssignment");
    /// A role that somebody may activate (Privileged Identity Management).
    pub const ROLE_ELIGIBILITY: Self = Self::new("unifiedRoleEligibilityScheduleInstance");
    /// An active assignment as Privileged Identity Management shows it, with its end.
    pub const ROLE_ASSIGNMENT_INSTANCE: Self = Self::new("unifiedRoleAssignmentScheduleInstance");
    /// What activating or holding a role asks for.
    pub const ROLE_POLICY: Self = Self::new("unifiedRoleManagementPolicy");
    /// Which such policy is for which role.
    pub const ROLE_POLICY_ASSIGNMENT: Self = Self::new("unifiedRoleManagementPolicyAssignment");
    /// An access review.
    pub const ACCESS_REVIEW: Self = Self::new("accessReviewScheduleDefinition");
    /// One run of an access review.
    pub const ACCESS_REVIEW_INSTANCE: Self = Self::new("accessReviewInstance");
    /// What a person registered for multifactor authentication; keyed by the user's id.
    pub const REGISTRATION_DETAILS: Self = Self::new("userRegistrationDetails");
    /// The per-user multifactor state; keyed by the user's id.
    pub const PER_USER_MFA: Self = Self::new("strongAuthenticationRequirements");
    /// A method that a person registered; keyed `user/method`.
    pub const AUTHENTICATION_METHOD: Self = Self::new("authenticationMethod");
    /// Which methods may be used.
    pub const AUTHENTICATION_METHODS_POLICY: Self = Self::new("authenticationMethodsPolicy");
    /// A combination of methods that policies may demand.
    pub const AUTHENTICATION_STRENGTH: Self = Self::new("authenticationStrengthPolicy");
    /// A conditional access policy.
    pub const CONDITIONAL_ACCESS_POLICY: Self = Self::new("conditionalAccessPolicy");
    /// A named location that policies refer to.
    pub const NAMED_LOCATION: Self = Self::new("namedLocation");
    /// Whether security defaults are on.
    pub const SECURITY_DEFAULTS: Self = Self::new("identitySecurityDefaultsEnforcementPolicy");
    /// What users and guests may do by themselves.
    pub const AUTHORIZATION_POLICY: Self = Self::new("authorizationPolicy");
    /// Whether users may ask for consent.
    pub const ADMIN_CONSENT_POLICY: Self = Self::new("adminConsentRequestPolicy");
    /// What is accepted from other tenants unless it is said for one of them.
    pub const CROSS_TENANT_DEFAULT: Self = Self::new("crossTenantAccessPolicyConfigurationDefault");
    /// What is accepted from one other tenant; keyed by its tenant id.
    pub const CROSS_TENANT_PARTNER: Self = Self::new("crossTenantAccessPolicyConfigurationPartner");
    /// Settings of the directory, such as password rules.
    pub const GROUP_SETTING: Self = Self::new("groupSetting");
    /// When idle sessions end.
    pub const ACTIVITY_TIMEOUT_POLICY: Self = Self::new("activityBasedTimeoutPolicy");
    /// A person whom the service thinks at risk.
    pub const RISKY_USER: Self = Self::new("riskyUser");
    /// Why the service thinks somebody at risk.
    pub const RISK_DETECTION: Self = Self::new("riskDetection");
    /// An application that is registered here.
    pub const APPLICATION: Self = Self::new("application");
    /// An application as it stands in this tenant.
    pub const SERVICE_PRINCIPAL: Self = Self::new("servicePrincipal");
    /// Delegated permissions that were consented to.
    pub const PERMISSION_GRANT: Self = Self::new("oAuth2PermissionGrant");
    /// A role of an application that a user, group or application holds.
    pub const APP_ROLE_ASSIGNMENT: Self = Self::new("appRoleAssignment");
    /// What credentials of applications may be like.
    pub const APP_MANAGEMENT_POLICY: Self = Self::new("tenantAppManagementPolicy");
    /// A product that was bought, with its seats.
    pub const SUBSCRIBED_SKU: Self = Self::new("subscribedSku");
    /// A purchase: its state, its trial, its end.
    pub const COMPANY_SUBSCRIPTION: Self = Self::new("companySubscription");
    /// A person's licenses, from where and with what errors; keyed by the user's id.
    pub const LICENSE_ASSIGNMENT: Self = Self::new("licenseAssignmentState");
    /// A team.
    pub const TEAM: Self = Self::new("team");
    /// A channel of a team.
    pub const CHANNEL: Self = Self::new("channel");
    /// Somebody's membership of a team.
    pub const TEAM_MEMBER: Self = Self::new("aadUserConversationMember");
    /// What a mailbox is for and its settings; keyed by the user's id.
    pub const MAILBOX_SETTINGS: Self = Self::new("mailboxSettings");
    /// Settings of `SharePoint` and `OneDrive`.
    pub const SHARE_POINT_SETTINGS: Self = Self::new("sharepointSettings");
    /// A site of `SharePoint`.
    pub const SITE: Self = Self::new("site");
    /// A sensitivity label.
    pub const SENSITIVITY_LABEL: Self = Self::new("sensitivityLabel");
    /// A device that Intune manages.
    pub const MANAGED_DEVICE: Self = Self::new("managedDevice");
    /// What Intune asks of a device.
    pub const COMPLIANCE_POLICY: Self = Self::new("deviceCompliancePolicy");
    /// How a device fares under a compliance policy.
    pub const COMPLIANCE_STATUS: Self = Self::new("deviceComplianceDeviceStatus");
    /// A configuration profile or update ring.
    pub const DEVICE_CONFIGURATION: Self = Self::new("deviceConfiguration");
    /// How a device fares under a configuration.
    pub const CONFIGURATION_STATUS: Self = Self::new("deviceConfigurationDeviceStatus");
    /// A policy of the settings catalogue.
    pub const CONFIGURATION_POLICY: Self = Self::new("deviceManagementConfigurationPolicy");
    /// A setting of such a policy; keyed `policy/setting`.
    pub const CONFIGURATION_SETTING: Self = Self::new("deviceManagementConfigurationSetting");
    /// Settings of Intune for the tenant.
    pub const DEVICE_MANAGEMENT: Self = Self::new("deviceManagement");
    /// An app that Intune manages, with its assignments.
    pub const MOBILE_APP: Self = Self::new("mobileApp");
    /// An app that was found on devices.
    pub const DETECTED_APP: Self = Self::new("detectedApp");
    /// How a device is protected against malware; keyed by the managed device's id.
    pub const WINDOWS_PROTECTION_STATE: Self = Self::new("windowsProtectionState");
    /// The Secure Score of a day.
    pub const SECURE_SCORE: Self = Self::new("secureScore");
    /// What raises the Secure Score.
    pub const SECURE_SCORE_CONTROL: Self = Self::new("secureScoreControlProfile");
    /// A security alert.
    pub const ALERT: Self = Self::new("alert");
    /// Alerts that belong together.
    pub const INCIDENT: Self = Self::new("incident");
    /// A sign-in.
    pub const SIGN_IN: Self = Self::new("signIn");
    /// A sign-in as beta shows it, with how it was authenticated.
    pub const SIGN_IN_DETAILS: Self = Self::new("signInDetails");
    /// A change to the directory.
    pub const DIRECTORY_AUDIT: Self = Self::new("directoryAudit");
    /// Whether usage reports conceal names.
    pub const REPORT_SETTINGS: Self = Self::new("adminReportSettings");
    /// When a person last used each service.
    pub const ACTIVE_USER_DETAIL: Self = Self::new("office365ActiveUserDetail");
    /// Where a person activated a product.
    pub const ACTIVATIONS_DETAIL: Self = Self::new("office365ActivationsUserDetail");
    /// How a mailbox is used.
    pub const MAILBOX_USAGE: Self = Self::new("mailboxUsageDetail");
    /// How much a person mails.
    pub const EMAIL_ACTIVITY: Self = Self::new("emailActivityUserDetail");
    /// How a person uses Teams.
    pub const TEAMS_ACTIVITY: Self = Self::new("teamsUserActivityUserDetail");
    /// How a `OneDrive` is used.
    pub const ONE_DRIVE_USAGE: Self = Self::new("oneDriveUsageAccountDetail");
    /// How a site is used.
    pub const SHARE_POINT_SITE_USAGE: Self = Self::new("sharePointSiteUsageDetail");
    /// How a service of Microsoft's fares.
    pub const SERVICE_HEALTH: Self = Self::new("serviceHealth");
    /// What is wrong with a service.
    pub const SERVICE_ISSUE: Self = Self::new("serviceHealthIssue");
    /// What Microsoft announces.
    pub const SERVICE_MESSAGE: Self = Self::new("serviceUpdateMessage");

    /// A kind by its name.
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The name as a value of a row, without a copy of one that is written in the code.
    pub(crate) fn text(&self) -> Cow<'static, str> {
        self.0.clone()
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether records of this kind are directory objects, so that an [`Edge`](crate::Edge) that names a
    /// removed one is not live either.
    pub fn is_directory_object(&self) -> bool {
        DIRECTORY_OBJECTS.contains(&self.as_str())
    }
}

/// The kinds that share one space of ids in the directory.
pub(crate) const DIRECTORY_OBJECTS: [&str; 7] = [
    "user",
    "group",
    "device",
    "orgContact",
    "servicePrincipal",
    "application",
    "administrativeUnit",
];

impl From<&str> for Kind {
    fn from(name: &str) -> Self {
        Self(Cow::Owned(name.to_owned()))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
