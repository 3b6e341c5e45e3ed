//! Areas of the service that are permitted and licensed on their own.

/// A part of Graph whose permission or licence can be taken away.
///
/// The permissions are the least-privileged application permissions of each endpoint's page on
/// <https://learn.microsoft.com/graph/permissions-reference>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Area {
    /// `organization`
    Organization,
    /// `domains`
    Domains,
    /// `subscribedSkus`
    SubscribedSkus,
    /// `users`, their delta and count, and deleted users.
    Users,
    /// `signInActivity` of users; the rest of `users` is not touched.
    SignInActivity,
    /// `groups`, their delta, members and owners.
    Groups,
    /// `roleManagement/directory/roleDefinitions`
    RoleDefinitions,
    /// `roleManagement/directory/roleAssignments`
    RoleAssignments,
    /// `roleManagement/directory/roleAssignmentScheduleInstances`
    RoleAssignmentSchedules,
    /// `roleManagement/directory/roleEligibilityScheduleInstances` and `roleEligibilitySchedules`
    RoleEligibility,
    /// `reports/authenticationMethods/userRegistrationDetails`
    RegistrationDetails,
    /// `users/{id}/authentication/methods`
    AuthenticationMethods,
    /// `users/{id}/authentication/requirements` (beta)
    PerUserMfa,
    /// `identity/conditionalAccess/policies`
    ConditionalAccess,
    /// `identity/conditionalAccess/namedLocations`
    NamedLocations,
    /// `policies/identitySecurityDefaultsEnforcementPolicy`
    SecurityDefaults,
    /// `directoryObjects/{id}`
    DirectoryObjects,
}

impl Area {
    /// Every area.
    pub const ALL: [Self; 17] = [
        Self::Organization,
        Self::Domains,
        Self::SubscribedSkus,
        Self::Users,
        Self::SignInActivity,
        Self::Groups,
        Self::RoleDefinitions,
        Self::RoleAssignments,
        Self::RoleAssignmentSchedules,
        Self::RoleEligibility,
        Self::RegistrationDetails,
        Self::AuthenticationMethods,
        Self::PerUserMfa,
        Self::ConditionalAccess,
        Self::NamedLocations,
        Self::SecurityDefaults,
        Self::DirectoryObjects,
    ];

    /// The application permission that this area asks for.
    pub fn permission(self) -> &'static str {
        match self {
            Self::Organization => "Organization.Read.All",
            Self::Domains => "Domain.Read.All",
            Self::SubscribedSkus => "LicenseAssignment.Read.All",
            Self::Users => "User.Read.All",
            Self::SignInActivity | Self::RegistrationDetails => "AuditLog.Read.All",
            Self::Groups => "Group.Read.All",
            Self::RoleDefinitions | Self::RoleAssignments => "RoleManagement.Read.Directory",
            Self::RoleAssignmentSchedules => "RoleAssignmentSchedule.Read.Directory",
            Self::RoleEligibility => "RoleEligibilitySchedule.Read.Directory",
            Self::AuthenticationMethods => "UserAuthenticationMethod.Read.All",
            Self::PerUserMfa
            | Self::ConditionalAccess
            | Self::NamedLocations
            | Self::SecurityDefaults => "Policy.Read.All",
            Self::DirectoryObjects => "Directory.Read.All",
        }
    }

    /// Whether the area needs Entra ID Premium.
    pub(crate) fn premium(self) -> bool {
        matches!(
            self,
            Self::SignInActivity | Self::RegistrationDetails | Self::RoleEligibility
        )
    }
}
