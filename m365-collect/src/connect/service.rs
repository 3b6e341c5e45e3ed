//! The services behind Graph.

use graph_client::Workload;
use serde::Serialize;

use crate::endpoint::Endpoint;

/// A service behind Graph: a permission or a license opens it or not, and it fails on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Service {
    /// People, groups, devices, applications, domains.
    Directory,
    /// Licenses.
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
    /// Usage reports.
    UsageReports,
    /// Teams and channels.
    Teams,
    /// Mailboxes.
    Mail,
    /// `SharePoint` settings and sites.
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
            Self::UsageReports => "usage_reports",
            Self::Teams => "teams",
            Self::Mail => "mail",
            Self::SharePoint => "share_point",
            Self::ServiceHealth => "service_health",
        }
    }

    /// The service behind an endpoint: what its limits tell apart, and within the directory what
    /// permissions and licenses do. The first path that fits decides.
    pub(super) fn of(endpoint: &Endpoint) -> Self {
        const PATHS: &[(&str, Service)] = &[
            ("subscribedSkus", Service::Licensing),
            ("directory/subscriptions", Service::Licensing),
            (
                "roleManagement/directory/roleDefinitions",
                Service::RoleManagement,
            ),
            (
                "roleManagement/directory/roleAssignments",
                Service::RoleManagement,
            ),
            ("roleManagement", Service::PrivilegedIdentity),
            ("policies/roleManagement", Service::PrivilegedIdentity),
            ("identityGovernance", Service::PrivilegedIdentity),
            ("identityProtection", Service::IdentityProtection),
            ("users/{id}/authentication/requirements", Service::Policies),
            ("users/{id}/mailboxSettings", Service::Mail),
            ("policies", Service::Policies),
            ("groupSettings", Service::Policies),
            ("admin/sharepoint", Service::SharePoint),
            ("admin/reportSettings", Service::UsageReports),
        ];
        let named = PATHS
            .iter()
            .find(|(start, _)| endpoint.path.starts_with(start));
        if let Some((_, service)) = named {
            return *service;
        }
        match endpoint.workload() {
            Workload::IdentityReports => Self::IdentityReports,
            Workload::SignInActivity => Self::SignInActivity,
            Workload::ConditionalAccess => Self::ConditionalAccess,
            Workload::Reports => Self::UsageReports,
            Workload::Intune => Self::Intune,
            Workload::Outlook => Self::Mail,
            Workload::Teams => Self::Teams,
            Workload::Security => Self::Security,
            Workload::ServiceCommunications => Self::ServiceHealth,
            Workload::Files => Self::SharePoint,
            _ => Self::Directory,
        }
    }
}
