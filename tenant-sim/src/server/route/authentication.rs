//! How people sign in, what is asked of them, and who is at risk.

use crate::area::Area;
use crate::resource::{policy, registration};
use crate::server::route::{Row, beta, row};

pub(super) const ROWS: &[Row] = &[
    row(
        "reports/authenticationMethods/userRegistrationDetails",
        registration::list,
        Area::RegistrationDetails,
    ),
    row(
        "reports/authenticationMethods/userRegistrationDetails/{id}",
        registration::one,
        Area::RegistrationDetails,
    ),
    row(
        "users/{id}/authentication/methods",
        registration::methods,
        Area::AuthenticationMethods,
    ),
    beta(
        "users/{id}/authentication/requirements",
        registration::requirements,
        Area::PerUserMfa,
    ),
    row(
        "identity/conditionalAccess/policies",
        policy::policies,
        Area::ConditionalAccess,
    ),
    row(
        "identity/conditionalAccess/policies/{id}",
        policy::policy,
        Area::ConditionalAccess,
    ),
    row(
        "identity/conditionalAccess/namedLocations",
        policy::named_locations,
        Area::NamedLocations,
    ),
    row(
        "identity/conditionalAccess/namedLocations/{id}",
        policy::named_location,
        Area::NamedLocations,
    ),
    row(
        "policies/identitySecurityDefaultsEnforcementPolicy",
        policy::security_defaults,
        Area::SecurityDefaults,
    ),
];
