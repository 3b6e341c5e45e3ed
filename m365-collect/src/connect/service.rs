//! The services behind Graph.

use serde::Serialize;

/// A service behind Graph: a permission or a licence opens it or not, and it fails on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Service {
    /// People, groups, devices, applications, domains.
    Directory,
    /// Licences.
    Licensing,
    /// Directory roles.
    RoleManagement,
    /// Roles that may be activated.
    PrivilegedIdentity,
    /// Policies of the tenant.
    Policies,
    /// Conditional access.
    ConditionalAccess,
    /// Audit logs and registered methods.
    IdentityReports,
    /// When people last signed in.
    SignInActivity,
    /// Risks of people and sign-ins.
    IdentityProtection,
    /// Devices and apps managed by Intune.
    Intune,
    /// Alerts, incidents, scores.
    Security,
    /// `SharePoint` settings.
    SharePoint,
    /// Service health.
    ServiceHealth,
}

impl Service {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::Licensing => "licensing",
            Self::RoleManagement => "role_management",
            Self::PrivilegedIdentity => "privileged_identity",
            Self::Policies => "policies",
            Self::ConditionalAccess => "conditional_access",
            Self::IdentityReports => "identity_reports",
            Self::SignInActivity => "sign_in_activity",
            Self::IdentityProtection => "identity_protection",
            Self::Intune => "intune",
            Self::Security => "security",
            Self::SharePoint => "share_point",
            Self::ServiceHealth => "service_health",
        }
    }
}
