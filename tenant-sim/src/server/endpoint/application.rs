//! Applications, service principals and what they may do.

use crate::area::Area;
use crate::resource::application::{grant, principal, registration};
use crate::resource::tenant_policy;
use crate::server::row::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("applications", registration::list, Area::Applications),
    row(
        "applications(appId='{id}')",
        registration::by_app_id,
        Area::Applications,
    ),
    row("applications/{id}", registration::one, Area::Applications),
    row(
        "applications/{id}/owners",
        registration::owners,
        Area::Applications,
    ),
    row(
        "servicePrincipals",
        principal::list,
        Area::ServicePrincipals,
    ),
    row(
        "servicePrincipals(appId='{id}')",
        principal::by_app_id,
        Area::ServicePrincipals,
    ),
    row(
        "servicePrincipals/{id}",
        principal::one,
        Area::ServicePrincipals,
    ),
    row(
        "servicePrincipals/{id}/owners",
        principal::owners,
        Area::ServicePrincipals,
    ),
    row(
        "servicePrincipals/{id}/appRoleAssignedTo",
        grant::assigned_to,
        Area::AppRoleAssignments,
    ),
    row(
        "oauth2PermissionGrants",
        grant::permissions,
        Area::PermissionGrants,
    ),
    row(
        "policies/defaultAppManagementPolicy",
        tenant_policy::app_management,
        Area::AppManagementPolicy,
    ),
];
