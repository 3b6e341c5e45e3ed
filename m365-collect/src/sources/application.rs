//! Applications: their credentials and owners, and what they may do.

use std::sync::Arc;

use super::shape::{FanOutSource, ListSource, SingletonSource};
use super::{DAILY, Family, SOMETIMES};
use crate::descriptor::Descriptor;
use crate::endpoint::Endpoint;
use crate::id::SourceId;
use crate::kind::Kind;
use crate::record::Relation;

const APPLICATION: &[&str] = &[
    "id",
    "appId",
    "displayName",
    "createdDateTime",
    "signInAudience",
    "publisherDomain",
    "disabledByMicrosoftStatus",
    "passwordCredentials",
    "keyCredentials",
    "requiredResourceAccess",
    "servicePrincipalLockConfiguration",
    "appRoles",
    "tags",
];

const SERVICE_PRINCIPAL: &[&str] = &[
    "id",
    "appId",
    "displayName",
    "accountEnabled",
    "appOwnerOrganizationId",
    "appRoleAssignmentRequired",
    "appRoles",
    "oauth2PermissionScopes",
    "servicePrincipalType",
    "signInAudience",
    "verifiedPublisher",
    "passwordCredentials",
    "keyCredentials",
    "tags",
    "disabledByMicrosoftStatus",
];

pub(super) fn sources() -> Family {
    vec![
        Arc::new(
            ListSource::new(
                Descriptor::full("applications", "registered applications with credentials and owners")
                    .permission("Application.Read.All")
                    .page("https://learn.microsoft.com/graph/api/application-list"),
                Kind::APPLICATION,
                Endpoint::new("applications")
                    .select(APPLICATION)
                    .expand("owners($select=id)")
                    .top(999),
            )
            .related("owners", Relation::APPLICATION_OWNER),
        ),
        Arc::new(
            ListSource::new(
                Descriptor::full("service_principals", "applications as they stand in the tenant")
                    .permission("Application.Read.All")
                    .page("https://learn.microsoft.com/graph/api/serviceprincipal-list"),
                Kind::SERVICE_PRINCIPAL,
                Endpoint::new("servicePrincipals")
                    .select(SERVICE_PRINCIPAL)
                    .expand("owners($select=id)")
                    .top(999),
            )
            .related("owners", Relation::SERVICE_PRINCIPAL_OWNER),
        ),
        Arc::new(ListSource::new(
            Descriptor::full("oauth2_permission_grants", "delegated permissions that were consented to")
                .permission("Directory.Read.All")
                .every(SOMETIMES)
                .page("https://learn.microsoft.com/graph/api/oauth2permissiongrant-list"),
            Kind::PERMISSION_GRANT,
            Endpoint::new("oauth2PermissionGrants").top(999),
        )),
        Arc::new(
            FanOutSource::new(
                Descriptor::full("app_role_assignments", "who and what holds roles of applications")
                    .permission("Application.Read.All")
                    .after(SourceId::new("service_principals"))
                    .every(DAILY)
                    .page("https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignedto")
                    .remark("asked of the application that has the role, so that each assignment comes once"),
                Kind::APP_ROLE_ASSIGNMENT,
                Kind::SERVICE_PRINCIPAL,
                Endpoint::new("servicePrincipals/{id}/appRoleAssignedTo").top(999),
            )
            .collection(),
        ),
        Arc::new(SingletonSource::new(
            Descriptor::full("app_management_policy", "what credentials of applications may be like")
                .permission("Policy.Read.All")
                .every(SOMETIMES)
                .page("https://learn.microsoft.com/graph/api/tenantappmanagementpolicy-get"),
            Kind::APP_MANAGEMENT_POLICY,
            "policies/defaultAppManagementPolicy",
        )),
    ]
}
