//! Domains.

use super::declare::{open_enum, resource};

resource! {
    /// A domain of the tenant, verified or not. <https://learn.microsoft.com/graph/api/resources/domain>
    pub struct Domain {
        /// The domain name.
        id: String,
        /// Who checks passwords of its users.
        authentication_type: DomainAuthenticationType,
        /// Whether the tenant has proven to own it.
        is_verified: bool,
        /// Whether new users get it.
        is_default: bool,
        /// Whether it is the first one, `….onmicrosoft.com`.
        is_initial: bool,
        /// Whether it is no subdomain of another verified one.
        is_root: bool,
        /// Whether its DNS records are in the hands of an administrator.
        is_admin_managed: bool,
        /// What it is used for, such as `Email`.
        supported_services: Vec<String>,
        /// After how many days a password expires; 2147483647 is never.
        password_validity_period_in_days: i32,
        /// How many days before that its user is told.
        password_notification_window_in_days: i32,
    }
}

open_enum! {
    /// Who checks passwords of a domain's users.
    pub enum DomainAuthenticationType {
        /// Entra ID does.
        Managed = "Managed",
        /// Another identity provider does.
        Federated = "Federated",
    }
}
