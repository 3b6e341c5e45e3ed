//! Rows about passwords, methods, sessions and risk.

use super::row::row;
use crate::Timestamp;

row! {
    /// Password rules of a domain, key `auth.password_policy`.
    ///
    /// See <https://learn.microsoft.com/en-us/entra/identity/authentication/concept-sspr-policy>.
    PasswordPolicyFact by domain {
        /// Shortest password.
        min_length: u32,
        /// How many former passwords cannot be used again.
        history: u32,
        /// After how many days a password ends; 2147483647 for never.
        validity_days: u32,
        /// Whether another identity provider holds the passwords, so that rules here do not apply.
        federated: bool,
    }
}

row! {
    /// Lockout and banned passwords, key `auth.password_protection`; one row.
    ///
    /// See <https://learn.microsoft.com/en-us/entra/identity/authentication/howto-password-smart-lockout>.
    PasswordProtectionFact of TENANT {
        /// Failed attempts before the first lockout.
        lockout_threshold: u32,
        /// Shortest lockout in seconds.
        lockout_seconds: u32,
        /// Whether the tenant's own list of banned passwords is enforced.
        banned_list_enforced: bool,
    }
}

row! {
    /// A limit on sessions, key `auth.session`.
    SessionFact by id {
        /// Whether it is in force.
        enabled: bool,
        /// Whether it applies to everybody and every application.
        everybody: bool,
        /// Idle minutes after which people sign in again.
        idle_minutes: u32,
        /// Hours after which people sign in again, idle or not.
        sign_in_frequency_hours: u32,
    }
}

row! {
    /// What the methods policy says about one method, key `auth.methods_policy`.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/authenticationmethodspolicy>.
    MethodPolicyFact by method {
        /// Whether it can be used; the method is Graph's name, for example `microsoftAuthenticator`,
        /// `sms`, `voice`, `fido2`.
        enabled: bool,
        /// Authenticator: whether a prompt names the application.
        shows_application: bool,
        /// Authenticator: whether a prompt names the place.
        shows_location: bool,
    }
}

row! {
    /// Somebody whom the service thinks at risk, key `auth.risk`; no row means that no risk was seen.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/riskyuser>.
    RiskFact by user {
        /// `low`, `medium`, `high`, `hidden` or `none`.
        level: String,
        /// `atRisk`, `confirmedCompromised`, `remediated`, `dismissed`, `confirmedSafe` or `none`.
        state: String,
        /// When that was last changed.
        updated: Timestamp,
    }
}
