//! The tenant itself, its people and its groups.

use std::time::Duration;

use super::shape::{DeltaSource, ListSource, TrackedRelation};
use crate::kind::Kind;
use crate::record::Relation;
use crate::source::{Descriptor, Privacy};

/// The tenant: <https://learn.microsoft.com/graph/api/organization-list>.
pub(super) fn organization() -> ListSource {
    ListSource::new(
        Descriptor::full("organization", "the tenant and its service plans")
            .permission("Organization.Read.All"),
        Kind::ORGANIZATION,
        "organization",
    )
}

/// Its domains: <https://learn.microsoft.com/graph/api/domain-list>.
pub(super) fn domains() -> ListSource {
    ListSource::new(
        Descriptor::full("domains", "domains of the tenant").permission("Domain.Read.All"),
        Kind::DOMAIN,
        "domains",
    )
}

/// Only what is selected is sent, and only its changes are tracked:
/// <https://learn.microsoft.com/graph/api/user-delta>.
const USER: &[&str] = &[
    "id",
    "userPrincipalName",
    "displayName",
    "givenName",
    "surname",
    "mail",
    "accountEnabled",
    "userType",
    "externalUserState",
    "createdDateTime",
    "creationType",
    "department",
    "jobTitle",
    "companyName",
    "employeeId",
    "employeeType",
    "officeLocation",
    "city",
    "country",
    "usageLocation",
    "onPremisesSyncEnabled",
    "onPremisesImmutableId",
    "passwordPolicies",
    "lastPasswordChangeDateTime",
    "assignedLicenses",
    "assignedPlans",
    "proxyAddresses",
];

/// People and guests.
pub(super) fn users() -> DeltaSource {
    DeltaSource::new(
        Descriptor::delta("users", "people and guests")
            .permission("User.Read.All")
            .counted("users")
            .privacy(Privacy::Identity),
        Kind::USER,
        "users",
        USER,
    )
    .parts_by("userPrincipalName")
}

/// When people last signed in. Apart from the people themselves, because a tenant without the
/// licence is refused the whole page: <https://learn.microsoft.com/graph/api/resources/signinactivity>.
pub(super) fn sign_in_activity() -> ListSource {
    ListSource::new(
        Descriptor::full("sign_in_activity", "when people last signed in")
            .permission("AuditLog.Read.All")
            .permission("User.Read.All")
            .licence("Entra ID P1 (AAD_PREMIUM)")
            // An application may ask ten times a minute, over all its tenants together:
            // https://learn.microsoft.com/graph/throttling-limits
            .every(Duration::from_secs(24 * 60 * 60))
            .privacy(Privacy::Behaviour),
        Kind::SIGN_IN_ACTIVITY,
        "users",
    )
    .select(&["id", "signInActivity"])
    // No page with sign-in activity may be larger.
    .top(500)
}

/// <https://learn.microsoft.com/graph/api/group-delta>
const GROUP: &[&str] = &[
    "id",
    "displayName",
    "description",
    "mail",
    "mailEnabled",
    "securityEnabled",
    "groupTypes",
    "membershipRule",
    "visibility",
    "isAssignableToRole",
    "resourceProvisioningOptions",
    "onPremisesSyncEnabled",
    "createdDateTime",
    "assignedLicenses",
    "members",
    "owners",
];

const GROUP_RELATIONS: &[TrackedRelation] = &[
    TrackedRelation {
        property: "members",
        annotation: "members@delta",
        relation: Relation::MEMBER,
    },
    TrackedRelation {
        property: "owners",
        annotation: "owners@delta",
        relation: Relation::OWNER,
    },
];

/// Groups of every sort, with members and owners.
pub(super) fn groups() -> DeltaSource {
    DeltaSource::new(
        Descriptor::delta("groups", "groups with their members and owners")
            .permission("Group.Read.All")
            .counted("groups")
            .privacy(Privacy::Identity),
        Kind::GROUP,
        "groups",
        GROUP,
    )
    .relations(GROUP_RELATIONS)
}
