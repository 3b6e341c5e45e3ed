//! Who may do what: directory roles, their holders and those who may become holders.

use super::shape::ListSource;
use crate::kind::Kind;
use crate::source::{Descriptor, Privacy};
use crate::store::History;

/// <https://learn.microsoft.com/graph/api/rbacapplication-list-roledefinitions>
pub(super) fn role_definitions() -> ListSource {
    ListSource::new(
        Descriptor::full("role_definitions", "directory roles")
            .permission("RoleManagement.Read.Directory"),
        Kind::ROLE_DEFINITION,
        "roleManagement/directory/roleDefinitions",
    )
}

/// <https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments>
pub(super) fn role_assignments() -> ListSource {
    ListSource::new(
        Descriptor::full("role_assignments", "active assignments of directory roles")
            .permission("RoleManagement.Read.Directory")
            .privacy(Privacy::Identity)
            .history(History::Versions),
        Kind::ROLE_ASSIGNMENT,
        "roleManagement/directory/roleAssignments",
    )
}

/// Roles that somebody may activate:
/// <https://learn.microsoft.com/graph/api/rbacapplication-list-roleeligibilityscheduleinstances>.
pub(super) fn role_eligibilities() -> ListSource {
    ListSource::new(
        Descriptor::full(
            "role_eligibilities",
            "directory roles that may be activated",
        )
        .permission("RoleEligibilitySchedule.Read.Directory")
        .licence("Entra ID P2 (AAD_PREMIUM_P2)")
        .privacy(Privacy::Identity)
        .history(History::Versions),
        Kind::ROLE_ELIGIBILITY,
        "roleManagement/directory/roleEligibilityScheduleInstances",
    )
}
