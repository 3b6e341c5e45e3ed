//! Directory roles, who holds them, and what governs that.

use crate::area::Area;
use crate::resource::{access_review, role, role_policy};
use crate::server::row::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(
        "roleManagement/directory/roleDefinitions",
        role::definitions,
        Area::RoleDefinitions,
    ),
    row(
        "roleManagement/directory/roleDefinitions/{id}",
        role::definition,
        Area::RoleDefinitions,
    ),
    row(
        "roleManagement/directory/roleAssignments",
        role::assignments,
        Area::RoleAssignments,
    ),
    row(
        "roleManagement/directory/roleAssignments/{id}",
        role::assignment,
        Area::RoleAssignments,
    ),
    row(
        "roleManagement/directory/roleAssignmentScheduleInstances",
        role::assignment_instances,
        Area::RoleAssignmentSchedules,
    ),
    row(
        "roleManagement/directory/roleEligibilityScheduleInstances",
        role::eligibility_instances,
        Area::RoleEligibility,
    ),
    row(
        "roleManagement/directory/roleEligibilitySchedules",
        role::eligibility_schedules,
        Area::RoleEligibility,
    ),
    row(
        "policies/roleManagementPolicies",
        role_policy::policies,
        Area::RoleManagementPolicies,
    ),
    row(
        "policies/roleManagementPolicyAssignments",
        role_policy::assignments,
        Area::RoleManagementPolicyAssignments,
    ),
    row(
        "identityGovernance/accessReviews/definitions",
        access_review::definitions,
        Area::AccessReviews,
    ),
    row(
        "identityGovernance/accessReviews/definitions/{id}",
        access_review::definition,
        Area::AccessReviews,
    ),
    row(
        "identityGovernance/accessReviews/definitions/{id}/instances",
        access_review::instances,
        Area::AccessReviewInstances,
    ),
];
