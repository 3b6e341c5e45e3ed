//! Directory roles, who holds them, and what governs that.

use crate::area::Area;
use crate::resource::role;
use crate::server::route::{Row, row};

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
];
