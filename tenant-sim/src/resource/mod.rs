//! What each path answers.

mod directory;
mod group;
mod policy;
pub(crate) mod registration;
pub(crate) mod role;
mod user;

pub(crate) mod delta;
pub(crate) mod organization;

use crate::server::call::Call;
use crate::server::reply::{Reply, Result};
use crate::server::route::Resource;

/// Answers a read.
pub(crate) fn answer(call: &Call<'_>) -> Result<Reply> {
    call.access.check(call.route.area)?;
    match call.route.resource {
        Resource::Organizations => organization::organizations(call),
        Resource::Organization => organization::organization(call),
        Resource::Domains => organization::domains(call),
        Resource::Domain => organization::domain(call),
        Resource::SubscribedSkus => organization::skus(call),
        Resource::SubscribedSku => organization::sku(call),
        Resource::Users => user::list(call),
        Resource::UserCount => user::count(call),
        Resource::UserDelta => delta::users(call),
        Resource::User => user::one(call),
        Resource::AuthenticationMethods => registration::methods(call),
        Resource::PerUserMfa => registration::requirements(call),
        Resource::RegistrationDetails => registration::list(call),
        Resource::RegistrationDetail => registration::one(call),
        Resource::Groups => group::list(call),
        Resource::GroupCount => group::count(call),
        Resource::GroupDelta => delta::groups(call),
        Resource::Group => group::one(call),
        Resource::Members | Resource::MemberUsers | Resource::MemberGroups => group::members(call),
        Resource::MemberCount => group::member_count(call),
        Resource::Owners => group::owners(call),
        Resource::TransitiveMembers => group::transitive_members(call),
        Resource::RoleDefinitions => role::definitions(call),
        Resource::RoleDefinition => role::definition(call),
        Resource::RoleAssignments => role::assignments(call),
        Resource::RoleAssignment => role::assignment(call),
        Resource::RoleAssignmentInstances => role::assignment_instances(call),
        Resource::EligibilityInstances => role::eligibility_instances(call),
        Resource::EligibilitySchedules => role::eligibility_schedules(call),
        Resource::Policies | Resource::NamedLocations => policy::list(call),
        Resource::Policy | Resource::NamedLocation => policy::one(call),
        Resource::SecurityDefaults => Ok(policy::security_defaults(call)),
        Resource::DirectoryObject => directory::object(call),
        Resource::DeletedUsers | Resource::DeletedGroups => directory::deleted(call),
    }
}
