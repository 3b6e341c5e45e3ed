//! The tenant itself.

use super::DateTime;
use super::declare::resource;

resource! {
    /// A tenant. <https://learn.microsoft.com/graph/api/resources/organization>
    pub struct Organization {
        /// The tenant's id.
        id: String,
        /// The tenant's name.
        display_name: String,
        /// When the tenant was created.
        created_date_time: DateTime,
        /// The two-letter code of its country.
        country_letter_code: String,
        /// The language of its communication, such as `en`.
        preferred_language: String,
        /// `AAD`, `CIAM` (external tenant) or `AAD B2C`.
        tenant_type: String,
        /// Its verified domains.
        verified_domains: Vec<VerifiedDomain>,
        /// The service plans it has.
        assigned_plans: Vec<AssignedPlan>,
        /// Whether it is synchronised from an on-premises directory; `None` also when it never was.
        on_premises_sync_enabled: bool,
        /// When it was last synchronised from there.
        on_premises_last_sync_date_time: DateTime,
        /// Where technical notices go.
        technical_notification_mails: Vec<String>,
        /// Where security and compliance notices go.
        security_compliance_notification_mails: Vec<String>,
    }
}

resource! {
    /// A domain that the tenant has proven to own.
    /// <https://learn.microsoft.com/graph/api/resources/verifieddomain>
    pub struct VerifiedDomain {
        /// The domain name.
        name: String,
        /// `Managed` or `Federated`.
        r#type: String,
        /// What it is used for, separated by commas, such as `Email, OfficeCommunicationsOnline`.
        capabilities: String,
        /// Whether new users get it.
        is_default: bool,
        /// Whether it is the first one, `….onmicrosoft.com`.
        is_initial: bool,
    }
}

resource! {
    /// A service plan of a tenant or user. <https://learn.microsoft.com/graph/api/resources/assignedplan>
    pub struct AssignedPlan {
        /// The plan's id.
        service_plan_id: String,
        /// The service, such as `exchange`.
        service: String,
        /// `Enabled`, `Warning`, `Suspended`, `Deleted` or `LockedOut`.
        capability_status: String,
        /// Since when.
        assigned_date_time: DateTime,
    }
}
