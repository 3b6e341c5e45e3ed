//! The paths that are served, as a table: template, what answers it, and the area it belongs to.

use percent_encoding::percent_decode_str;

use crate::area::Area;

/// What answers a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource {
    Organizations,
    Organization,
    Domains,
    Domain,
    SubscribedSkus,
    SubscribedSku,
    Users,
    UserCount,
    UserDelta,
    User,
    AuthenticationMethods,
    PerUserMfa,
    Groups,
    GroupCount,
    GroupDelta,
    Group,
    Members,
    MemberCount,
    MemberUsers,
    MemberGroups,
    Owners,
    TransitiveMembers,
    RoleDefinitions,
    RoleDefinition,
    RoleAssignments,
    RoleAssignment,
    RoleAssignmentInstances,
    EligibilityInstances,
    EligibilitySchedules,
    RegistrationDetails,
    RegistrationDetail,
    Policies,
    Policy,
    NamedLocations,
    NamedLocation,
    SecurityDefaults,
    DirectoryObject,
    DeletedUsers,
    DeletedGroups,
}

/// Literal segments before `{id}`: the first match wins.
const TABLE: &[(&str, Resource, Area)] = &[
    ("organization", Resource::Organizations, Area::Organization),
    (
        "organization/{id}",
        Resource::Organization,
        Area::Organization,
    ),
    ("domains", Resource::Domains, Area::Domains),
    ("domains/{id}", Resource::Domain, Area::Domains),
    (
        "subscribedSkus",
        Resource::SubscribedSkus,
        Area::SubscribedSkus,
    ),
    (
        "subscribedSkus/{id}",
        Resource::SubscribedSku,
        Area::SubscribedSkus,
    ),
    ("users", Resource::Users, Area::Users),
    ("users/$count", Resource::UserCount, Area::Users),
    ("users/delta", Resource::UserDelta, Area::Users),
    ("users/{id}", Resource::User, Area::Users),
    (
        "users/{id}/authentication/methods",
        Resource::AuthenticationMethods,
        Area::AuthenticationMethods,
    ),
    (
        "users/{id}/authentication/requirements",
        Resource::PerUserMfa,
        Area::PerUserMfa,
    ),
    ("groups", Resource::Groups, Area::Groups),
    ("groups/$count", Resource::GroupCount, Area::Groups),
    ("groups/delta", Resource::GroupDelta, Area::Groups),
    ("groups/{id}", Resource::Group, Area::Groups),
    ("groups/{id}/members", Resource::Members, Area::Groups),
    (
        "groups/{id}/members/$count",
        Resource::MemberCount,
        Area::Groups,
    ),
    (
        "groups/{id}/members/microsoft.graph.user",
        Resource::MemberUsers,
        Area::Groups,
    ),
    (
        "groups/{id}/members/microsoft.graph.group",
        Resource::MemberGroups,
        Area::Groups,
    ),
    ("groups/{id}/owners", Resource::Owners, Area::Groups),
    (
        "groups/{id}/transitiveMembers",
        Resource::TransitiveMembers,
        Area::Groups,
    ),
    (
        "roleManagement/directory/roleDefinitions",
        Resource::RoleDefinitions,
        Area::RoleDefinitions,
    ),
    (
        "roleManagement/directory/roleDefinitions/{id}",
        Resource::RoleDefinition,
        Area::RoleDefinitions,
    ),
    (
        "roleManagement/directory/roleAssignments",
        Resource::RoleAssignments,
        Area::RoleAssignments,
    ),
    (
        "roleManagement/directory/roleAssignments/{id}",
        Resource::RoleAssignment,
        Area::RoleAssignments,
    ),
    (
        "roleManagement/directory/roleAssignmentScheduleInstances",
        Resource::RoleAssignmentInstances,
        Area::RoleAssignmentSchedules,
    ),
    (
        "roleManagement/directory/roleEligibilityScheduleInstances",
        Resource::EligibilityInstances,
        Area::RoleEligibility,
    ),
    (
        "roleManagement/directory/roleEligibilitySchedules",
        Resource::EligibilitySchedules,
        Area::RoleEligibility,
    ),
    (
        "reports/authenticationMethods/userRegistrationDetails",
        Resource::RegistrationDetails,
        Area::RegistrationDetails,
    ),
    (
        "reports/authenticationMethods/userRegistrationDetails/{id}",
        Resource::RegistrationDetail,
        Area::RegistrationDetails,
    ),
    (
        "identity/conditionalAccess/policies",
        Resource::Policies,
        Area::ConditionalAccess,
    ),
    (
        "identity/conditionalAccess/policies/{id}",
        Resource::Policy,
        Area::ConditionalAccess,
    ),
    (
        "identity/conditionalAccess/namedLocations",
        Resource::NamedLocations,
        Area::NamedLocations,
    ),
    (
        "identity/conditionalAccess/namedLocations/{id}",
        Resource::NamedLocation,
        Area::NamedLocations,
    ),
    (
        "policies/identitySecurityDefaultsEnforcementPolicy",
        Resource::SecurityDefaults,
        Area::SecurityDefaults,
    ),
    (
        "directoryObjects/{id}",
        Resource::DirectoryObject,
        Area::DirectoryObjects,
    ),
    (
        "directory/deletedItems/microsoft.graph.user",
        Resource::DeletedUsers,
        Area::Users,
    ),
    (
        "directory/deletedItems/microsoft.graph.group",
        Resource::DeletedGroups,
        Area::Groups,
    ),
];

/// A path that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) template: &'static str,
    pub(crate) resource: Resource,
    pub(crate) area: Area,
    /// The `{id}` of the template, percent-decoded; empty if it has none.
    pub(crate) id: String,
}

impl Route {
    /// The route of a path below the version, for instance `users/delta`.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let segments: Vec<String> = path
            .trim_matches('/')
            .split('/')
            .map(|segment| {
                percent_decode_str(segment)
                    .decode_utf8()
                    .map(std::borrow::Cow::into_owned)
            })
            .collect::<Result<_, _>>()
            .ok()?;
        TABLE.iter().find_map(|(template, resource, area)| {
            let mut id = String::new();
            let parts: Vec<&str> = template.split('/').collect();
            let fits = parts.len() == segments.len()
                && parts.iter().zip(&segments).all(|(part, segment)| {
                    if *part == "{id}" {
                        id.clone_from(segment);
                        !segment.is_empty()
                    } else {
                        // Functions may be called with empty brackets.
                        part.eq_ignore_ascii_case(segment.trim_end_matches("()"))
                    }
                });
            fits.then_some(Self {
                template,
                resource: *resource,
                area: *area,
                id,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_segment_wins_over_an_id() {
        assert_eq!(
            Route::parse("users/delta").unwrap().resource,
            Resource::UserDelta
        );
        assert_eq!(
            Route::parse("users/delta()").unwrap().resource,
            Resource::UserDelta
        );
        assert_eq!(
            Route::parse("users/$count").unwrap().resource,
            Resource::UserCount
        );
        assert_eq!(
            Route::parse("users/%24count").unwrap().resource,
            Resource::UserCount
        );
        let user = Route::parse("/Users/a%2Fb%23EXT%23%40c").unwrap();
        assert_eq!(
            (user.resource, user.id.as_str()),
            (Resource::User, "a/b#EXT#@c")
        );
        assert_eq!(Route::parse("users/1/mailFolders"), None);
    }
}
