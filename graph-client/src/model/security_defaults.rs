//! Security defaults.

use super::declare::resource;

resource! {
    /// The basic protection that every tenant can turn on, at
    /// `policies/identitySecurityDefaultsEnforcementPolicy`.
    /// <https://learn.microsoft.com/graph/api/resources/identitysecuritydefaultsenforcementpolicy>
    pub struct IdentitySecurityDefaultsEnforcementPolicy {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for.
        description: String,
        /// Whether it is on.
        is_enabled: bool,
    }
}
