//! How people prove who they are, and what is demanded of them.

use std::time::Duration;

use super::shape::{FanOutSource, ListSource, SingletonSource};
use crate::kind::Kind;
use crate::source::{Descriptor, Privacy, SourceId};

/// One request for each person: more often would crowd out everything else in a large tenant.
const DAILY: Duration = Duration::from_secs(24 * 60 * 60);

/// What people registered; disabled accounts are not in it:
/// <https://learn.microsoft.com/graph/api/authenticationmethodsroot-list-userregistrationdetails>.
pub(super) fn registration_details() -> ListSource {
    ListSource::new(
        Descriptor::full("registration_details", "registered authentication methods")
            .permission("AuditLog.Read.All")
            .licence("Entra ID P1 (AAD_PREMIUM)")
            .privacy(Privacy::Identity),
        Kind::REGISTRATION_DETAILS,
        "reports/authenticationMethods/userRegistrationDetails",
    )
    // Few requests are allowed in ten seconds, so each is to bring much.
    .top(999)
}

/// The older per-user switch; beta only:
/// <https://learn.microsoft.com/graph/api/authentication-get>.
pub(super) fn per_user_mfa() -> FanOutSource {
    FanOutSource::new(
        Descriptor::full("per_user_mfa", "per-user multifactor state")
            .permission("Policy.Read.All")
            .after(SourceId::new("users"))
            .every(DAILY)
            .privacy(Privacy::Identity),
        Kind::PER_USER_MFA,
        Kind::USER,
        "users",
        &["authentication", "requirements"],
    )
    .beta()
}

/// <https://learn.microsoft.com/graph/api/conditionalaccessroot-list-policies>
pub(super) fn conditional_access_policies() -> ListSource {
    ListSource::new(
        Descriptor::full("conditional_access_policies", "conditional access policies")
            .permission("Policy.Read.All")
            .licence("Entra ID P1 (AAD_PREMIUM)"),
        Kind::CONDITIONAL_ACCESS_POLICY,
        "identity/conditionalAccess/policies",
    )
}

/// <https://learn.microsoft.com/graph/api/conditionalaccessroot-list-namedlocations>
pub(super) fn named_locations() -> ListSource {
    ListSource::new(
        Descriptor::full("named_locations", "named locations").permission("Policy.Read.All"),
        Kind::NAMED_LOCATION,
        "identity/conditionalAccess/namedLocations",
    )
}

/// <https://learn.microsoft.com/graph/api/identitysecuritydefaultsenforcementpolicy-get>
pub(super) fn security_defaults() -> SingletonSource {
    SingletonSource::new(
        Descriptor::full("security_defaults", "whether security defaults are on")
            .permission("Policy.Read.All"),
        Kind::SECURITY_DEFAULTS,
        "policies/identitySecurityDefaultsEnforcementPolicy",
    )
}
