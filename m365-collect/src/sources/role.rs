//! Who may do what: directory roles, who holds them or could, what that asks for, and whether it
//! is looked at again.

use std::sync::Arc;

use super::shape::{FanOutSource, ListSource};
use super::{DAILY, Family, SOMETIMES};
use crate::descriptor::{Descriptor, Privacy};
use crate::endpoint::Endpoint;
use crate::id::History;
use crate::id::SourceId;
use crate::kind::Kind;
use crate::record::Relation;

/// The service answers for one scope at a time:
/// <https://learn.microsoft.com/graph/api/policyroot-list-rolemanagementpolicies>.
const OF_DIRECTORY_ROLES: &str = "scopeId eq '/' and scopeType eq 'DirectoryRole'";

pub(super) fn sources() -> Family {
    vec![
        Arc::new(ListSource::new(
            Descriptor::full("role_definitions", "directory roles")
                .permission("RoleManagement.Read.Directory")
                .page("https://learn.microsoft.com/graph/api/rbacapplication-list-roledefinitions"),
            Kind::ROLE_DEFINITION,
            "roleManagement/directory/roleDefinitions",
        )),
        Arc::new(ListSource::new(
            Descriptor::full("role_assignments", "active assignments of directory roles")
                .permission("RoleManagement.Read.Directory")
                .privacy(Privacy::Identity)
                .history(History::Versions)
                .page("https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments"),
            Kind::ROLE_ASSIGNMENT,
            "roleManagement/directory/roleAssignments",
        )),
        Arc::new(ListSource::new(
            Descriptor::full("role_eligibilities", "directory roles that may be activated")
                .permission("RoleEligibilitySchedule.Read.Directory")
                .needs_entra_p2()
                .privacy(Privacy::Identity)
                .history(History::Versions)
                .page("https://learn.microsoft.com/graph/api/rbacapplication-list-roleeligibilityscheduleinstances"),
            Kind::ROLE_ELIGIBILITY,
            "roleManagement/directory/roleEligibilityScheduleInstances",
        )),
        Arc::new(ListSource::new(
            Descriptor::full("role_assignment_schedules", "active assignments with their ends")
                .permission("RoleAssignmentSchedule.Read.Directory")
                .needs_entra_p2()
                .privacy(Privacy::Identity)
                .history(History::Versions)
                .page("https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignmentscheduleinstances"),
            Kind::ROLE_ASSIGNMENT_INSTANCE,
            "roleManagement/directory/roleAssignmentScheduleInstances",
        )),
        Arc::new(ListSource::new(
            Descriptor::full("role_management_policies", "what holding and activating a role asks for")
                .permission("RoleManagement.Read.Directory")
                .needs_entra_p2()
                .every(SOMETIMES)
                .page("https://learn.microsoft.com/graph/api/policyroot-list-rolemanagementpolicies"),
            Kind::ROLE_POLICY,
            Endpoint::new("policies/roleManagementPolicies")
                .filter(OF_DIRECTORY_ROLES)
                .expand("rules"),
        )),
        Arc::new(ListSource::new(
            Descriptor::full("role_management_policy_assignments", "which of these policies is for which role")
                .permission("RoleManagement.Read.Directory")
                .needs_entra_p2()
                .every(SOMETIMES)
                .page("https://learn.microsoft.com/graph/api/policyroot-list-rolemanagementpolicyassignments"),
            Kind::ROLE_POLICY_ASSIGNMENT,
            Endpoint::new("policies/roleManagementPolicyAssignments").filter(OF_DIRECTORY_ROLES),
        )),
        Arc::new(ListSource::new(
            Descriptor::full("access_reviews", "access reviews")
                .permission("AccessReview.Read.All")
                .needs_entra_p2()
                .every(SOMETIMES)
                .page("https://learn.microsoft.com/graph/api/accessreviewset-list-definitions"),
            Kind::ACCESS_REVIEW,
            "identityGovernance/accessReviews/definitions",
        )),
        Arc::new(
            FanOutSource::new(
                Descriptor::full("access_review_instances", "runs of access reviews")
                    .permission("AccessReview.Read.All")
                    .needs_entra_p2()
                    .after(SourceId::new("access_reviews"))
                    .every(DAILY)
                    .page("https://learn.microsoft.com/graph/api/accessreviewscheduledefinition-list-instances"),
                Kind::ACCESS_REVIEW_INSTANCE,
                Kind::ACCESS_REVIEW,
                "identityGovernance/accessReviews/definitions/{id}/instances",
            )
            .collection()
            .related(Relation::REVIEW_INSTANCE),
        ),
    ]
}
