//! Which combinations of methods are strong enough, and contexts in which to ask.

use super::DateTime;
use super::declare::{open_resource, resource};

resource! {
    /// Which combinations of methods are strong enough.
    /// <https://learn.microsoft.com/graph/api/resources/authenticationstrengthpolicy>
    pub struct AuthenticationStrengthPolicy {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for.
        description: String,
        /// `builtIn` or `custom`.
        policy_type: String,
        /// `mfa` when all combinations are multifactor authentication, else `none`.
        requirements_satisfied: String,
        /// Methods, or several joined by commas.
        allowed_combinations: Vec<String>,
        /// When it was created.
        created_date_time: DateTime,
        /// When it was changed.
        modified_date_time: DateTime,
    }
}

open_resource! {
    /// What else a method must fulfil.
    /// <https://learn.microsoft.com/graph/api/resources/authenticationcombinationconfiguration>
    pub struct AuthenticationCombinationConfiguration {
        /// The id.
        id: String,
        /// To which combinations.
        applies_to_combinations: Vec<String>,
        /// Of keys: which models, by identifier.
        #[serde(rename = "allowedAAGUIDs")]
        allowed_aagui_ds: Vec<String>,
        /// Of certificates: of which issuers, by key identifier.
        allowed_issuer_skis: Vec<String>,
        /// Of certificates: of which policies.
        #[serde(rename = "allowedPolicyOIDs")]
        allowed_policy_oi_ds: Vec<String>,
    }
}

resource! {
    /// A context that applications may ask for, such as `c1`.
    /// <https://learn.microsoft.com/graph/api/resources/authenticationcontextclassreference>
    pub struct AuthenticationContextClassReference {
        /// The id, from `c1` to `c99`.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for.
        description: String,
        /// Whether it is offered to applications.
        is_available: bool,
    }
}
