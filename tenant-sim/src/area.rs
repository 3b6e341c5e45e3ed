//! Areas of the service that are permitted and licensed on their own.

/// A license that some areas need, told by its service plan.
/// <https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum License {
    /// Microsoft Entra ID P1: the plan `AAD_PREMIUM`.
    EntraP1,
    /// Microsoft Entra ID P2: the plan `AAD_PREMIUM_P2`.
    EntraP2,
    /// Microsoft Intune: the plan `INTUNE_A`.
    Intune,
}

impl License {
    /// Every license.
    pub const ALL: [Self; 3] = [Self::EntraP1, Self::EntraP2, Self::Intune];

    /// The service plan that brings it.
    pub fn plan(self) -> &'static str {
        match self {
            Self::EntraP1 => "AAD_PREMIUM",
            Self::EntraP2 => "AAD_PREMIUM_P2",
            Self::Intune => "INTUNE_A",
        }
    }

    /// Whether a tenant without this license cannot have the plan; P2 includes P1.
    pub(crate) fn rules_out(self, plan: &str) -> bool {
        plan == self.plan() || (self == Self::EntraP1 && plan == Self::EntraP2.plan())
    }
}

const FREE: Option<License> = None;
const P1: Option<License> = Some(License::EntraP1);
const P2: Option<License> = Some(License::EntraP2);
const INTUNE: Option<License> = Some(License::Intune);

/// Makes the areas from the one table of them: name, what it stands for, permissions (the area is refused without
/// any of them), license.
macro_rules! areas {
    ($($name:ident: $stands_for:literal, [$($permission:literal),+], $license:expr;)*) => {
        /// A part of Graph whose permission or license can be taken away.
        ///
        /// The permissions are the least-privileged application permissions of each endpoint's page on
        /// <https://learn.microsoft.com/graph/permissions-reference>.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Area {
            $(#[doc = $stands_for] $name,)*
        }

        const COUNT: usize = [$(Area::$name),*].len();

        impl Area {
            /// Every area.
            pub const ALL: [Self; COUNT] = [$(Self::$name),*];

            /// The application permissions that this area asks for: all of them.
            pub fn permissions(self) -> &'static [&'static str] {
                match self {
                    $(Self::$name => &[$($permission),+],)*
                }
            }

            /// The license that this area needs, if any.
            pub fn license(self) -> Option<License> {
                match self {
                    $(Self::$name => $license,)*
                }
            }
        }
    };
}

areas! {
    Organization: "`organization`", ["Organization.Read.All"], FREE;
    Domains: "`domains`", ["Domain.Read.All"], FREE;
    DomainServiceRecords: "`domains/{id}/serviceConfigurationRecords`", ["Domain.Read.All"], FREE;
    DomainVerificationRecords: "`domains/{id}/verificationDnsRecords`", ["Domain.Read.All"], FREE;
    Users: "`users`, their delta, count and managers, and deleted users.", ["User.Read.All"], FREE;
    SignInActivity: "`signInActivity` of users; the rest of `users` is not touched.",
        ["AuditLog.Read.All", "User.Read.All"], P1;
    Groups: "`groups`, their delta, members and owners.", ["Group.Read.All"], FREE;
    HiddenMembers: "Members of groups and administrative units with hidden membership: withheld and not refused.",
        ["Member.Read.Hidden"], FREE;
    AdministrativeUnits: "`directory/administrativeUnits`", ["AdministrativeUnit.Read.All"], FREE;
    AdministrativeUnitMembers: "`directory/administrativeUnits/{id}/members`",
        ["AdministrativeUnit.Read.All"], FREE;
    Devices: "`devices` of the directory, and their count.", ["Device.Read.All"], FREE;
    OrgContacts: "`contacts` of the organisation.", ["OrgContact.Read.All"], FREE;
    DirectoryObjects: "`directoryObjects/{id}`", ["Directory.Read.All"], FREE;

    RoleDefinitions: "`roleManagement/directory/roleDefinitions`", ["RoleManagement.Read.Directory"], FREE;
    RoleAssignments: "`roleManagement/directory/roleAssignments`", ["RoleManagement.Read.Directory"], FREE;
    RoleAssignmentSchedules: "`roleManagement/directory/roleAssignmentScheduleInstances`",
        ["RoleAssignmentSchedule.Read.Directory"], P2;
    RoleEligibility: "`roleManagement/directory/roleEligibilityScheduleInstances` and `roleEligibilitySchedules`",
        ["RoleEligibilitySchedule.Read.Directory"], P2;
    RoleManagementPolicies: "`policies/roleManagementPolicies`", ["RoleManagement.Read.Directory"], P2;
    RoleManagementPolicyAssignments: "`policies/roleManagementPolicyAssignments`",
        ["RoleManagement.Read.Directory"], P2;
    AccessReviews: "`identityGovernance/accessReviews/definitions`", ["AccessReview.Read.All"], P2;
    AccessReviewInstances: "`identityGovernance/accessReviews/definitions/{id}/instances`",
        ["AccessReview.Read.All"], P2;

    RegistrationDetails: "`reports/authenticationMethods/userRegistrationDetails`", ["AuditLog.Read.All"], P1;
    AuthenticationMethods: "`users/{id}/authentication/methods`", ["UserAuthenticationMethod.Read.All"], FREE;
    PerUserMfa: "`users/{id}/authentication/requirements` (beta)", ["Policy.Read.All"], FREE;
    AuthenticationMethodsPolicy: "`policies/authenticationMethodsPolicy`",
        ["Policy.Read.AuthenticationMethod"], FREE;
    AuthenticationStrengths: "`policies/authenticationStrengthPolicies`",
        ["Policy.Read.AuthenticationMethod"], FREE;
    ConditionalAccess: "`identity/conditionalAccess/policies`", ["Policy.Read.All"], FREE;
    NamedLocations: "`identity/conditionalAccess/namedLocations`", ["Policy.Read.All"], FREE;
    SecurityDefaults: "`policies/identitySecurityDefaultsEnforcementPolicy`", ["Policy.Read.All"], FREE;
    AuthorizationPolicy: "`policies/authorizationPolicy`", ["Policy.Read.All"], FREE;
    AdminConsentRequestPolicy: "`policies/adminConsentRequestPolicy`", ["Policy.Read.All"], FREE;
    CrossTenantAccessDefault: "`policies/crossTenantAccessPolicy/default`", ["Policy.Read.All"], FREE;
    CrossTenantAccessPartners: "`policies/crossTenantAccessPolicy/partners`", ["Policy.Read.All"], FREE;
    GroupSettings: "`groupSettings`", ["GroupSettings.Read.All"], FREE;
    ActivityTimeoutPolicies: "`policies/activityBasedTimeoutPolicies`", ["Policy.Read.All"], FREE;
    RiskyUsers: "`identityProtection/riskyUsers`", ["IdentityRiskyUser.Read.All"], P2;
    RiskDetections: "`identityProtection/riskDetections`", ["IdentityRiskEvent.Read.All"], P2;

    Applications: "`applications`", ["Application.Read.All"], FREE;
    ServicePrincipals: "`servicePrincipals`", ["Application.Read.All"], FREE;
    PermissionGrants: "`oauth2PermissionGrants`", ["Directory.Read.All"], FREE;
    AppRoleAssignments: "`servicePrincipals/{id}/appRoleAssignedTo`", ["Application.Read.All"], FREE;
    AppManagementPolicy: "`policies/defaultAppManagementPolicy`", ["Policy.Read.All"], FREE;

    SubscribedSkus: "`subscribedSkus`", ["LicenseAssignment.Read.All"], FREE;
    CompanySubscriptions: "`directory/subscriptions`", ["Organization.Read.All"], FREE;

    Teams: "`teams`", ["Team.ReadBasic.All"], FREE;
    TeamSettings: "`teams/{id}`", ["TeamSettings.Read.All"], FREE;
    Channels: "`teams/{id}/channels`", ["Channel.ReadBasic.All"], FREE;
    TeamMembers: "`teams/{id}/members`", ["TeamMember.Read.All"], FREE;
    MailboxSettings: "`users/{id}/mailboxSettings`", ["MailboxSettings.Read"], FREE;
    SharePointSettings: "`admin/sharepoint/settings`", ["SharePointTenantSettings.Read.All"], FREE;
    Sites: "`sites/getAllSites`", ["Sites.Read.All"], FREE;
    SensitivityLabels: "`security/dataSecurityAndGovernance/sensitivityLabels`", ["SensitivityLabel.Read"], FREE;

    ManagedDevices: "`deviceManagement/managedDevices`", ["DeviceManagementManagedDevices.Read.All"], INTUNE;
    DeviceCompliancePolicies: "`deviceManagement/deviceCompliancePolicies`",
        ["DeviceManagementConfiguration.Read.All"], INTUNE;
    DeviceComplianceStates: "`deviceManagement/deviceCompliancePolicies/{id}/deviceStatuses`",
        ["DeviceManagementConfiguration.Read.All"], INTUNE;
    DeviceConfigurations: "`deviceManagement/deviceConfigurations`",
        ["DeviceManagementConfiguration.Read.All"], INTUNE;
    DeviceConfigurationStates: "`deviceManagement/deviceConfigurations/{id}/deviceStatuses`",
        ["DeviceManagementConfiguration.Read.All"], INTUNE;
    ConfigurationPolicies: "`deviceManagement/configurationPolicies` (beta)",
        ["DeviceManagementConfiguration.Read.All"], INTUNE;
    ConfigurationPolicySettings: "`deviceManagement/configurationPolicies/{id}/settings` (beta)",
        ["DeviceManagementConfiguration.Read.All"], INTUNE;
    DeviceManagement: "`deviceManagement` itself.", ["DeviceManagementConfiguration.Read.All"], INTUNE;
    MobileApps: "`deviceAppManagement/mobileApps`", ["DeviceManagementApps.Read.All"], INTUNE;
    DetectedApps: "`deviceManagement/detectedApps`", ["DeviceManagementManagedDevices.Read.All"], INTUNE;
    DetectedAppDevices: "`deviceManagement/detectedApps/{id}/managedDevices`",
        ["DeviceManagementManagedDevices.Read.All"], INTUNE;
    WindowsProtectionStates: "`deviceManagement/managedDevices/{id}/windowsProtectionState`",
        ["DeviceManagementManagedDevices.Read.All"], INTUNE;

    SecureScores: "`security/secureScores`", ["SecurityEvents.Read.All"], FREE;
    SecureScoreControls: "`security/secureScoreControlProfiles`", ["SecurityEvents.Read.All"], FREE;
    Alerts: "`security/alerts_v2`", ["SecurityAlert.Read.All"], FREE;
    Incidents: "`security/incidents`", ["SecurityIncident.Read.All"], FREE;

    SignIns: "`auditLogs/signIns`", ["AuditLog.Read.All"], P1;
    SignInDetails: "`auditLogs/signIns` (beta)", ["AuditLog.Read.All"], P1;
    DirectoryAudits: "`auditLogs/directoryAudits`", ["AuditLog.Read.All"], FREE;

    ReportSettings: "`admin/reportSettings`", ["ReportSettings.Read.All"], FREE;
    ActiveUsers: "`reports/getOffice365ActiveUserDetail`", ["Reports.Read.All"], FREE;
    OfficeActivations: "`reports/getOffice365ActivationsUserDetail`", ["Reports.Read.All"], FREE;
    MailboxUsages: "`reports/getMailboxUsageDetail`", ["Reports.Read.All"], FREE;
    EmailActivities: "`reports/getEmailActivityUserDetail`", ["Reports.Read.All"], FREE;
    TeamsActivities: "`reports/getTeamsUserActivityUserDetail`", ["Reports.Read.All"], FREE;
    OneDriveUsages: "`reports/getOneDriveUsageAccountDetail`", ["Reports.Read.All"], FREE;
    SharePointSiteUsages: "`reports/getSharePointSiteUsageDetail`", ["Reports.Read.All"], FREE;

    ServiceHealth: "`admin/serviceAnnouncement/healthOverviews`", ["ServiceHealth.Read.All"], FREE;
    ServiceIssues: "`admin/serviceAnnouncement/issues`", ["ServiceHealth.Read.All"], FREE;
    ServiceMessages: "`admin/serviceAnnouncement/messages`", ["ServiceMessage.Read.All"], FREE;
}

impl Area {
    /// The application permission that tells this area from its neighbours: the first of
    /// [`permissions`](Self::permissions).
    pub fn permission(self) -> &'static str {
        self.permissions().first().copied().unwrap_or_default()
    }

    /// The area of the same path in this version: the sign-in log of beta tells more, and is one of its own.
    pub(crate) fn in_version(self, beta: bool) -> Self {
        if beta && self == Self::SignIns {
            Self::SignInDetails
        } else {
            self
        }
    }
}
