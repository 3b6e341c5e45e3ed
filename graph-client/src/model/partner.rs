//! What partners may do for customers: granular delegated administration (GDAP).

use super::{DateTime, open_enum, resource};

resource! {
    /// A relationship with a customer.
    /// <https://learn.microsoft.com/graph/api/resources/delegatedadminrelationship>
    pub struct DelegatedAdminRelationship {
        /// The id of the relationship.
        id: String,
        /// Its name.
        display_name: String,
        /// Where it stands.
        status: DelegatedAdminRelationshipStatus,
        /// The customer.
        customer: DelegatedAdminRelationshipCustomerParticipant,
        /// How long it holds, as an ISO 8601 duration such as `P730D`.
        duration: String,
        /// By how much it is extended of itself; `PT0S` when it is not.
        auto_extend_duration: String,
        /// When it was created.
        created_date_time: DateTime,
        /// When the customer accepted.
        activated_date_time: DateTime,
        /// When it ends.
        end_date_time: DateTime,
        /// When it was changed.
        last_modified_date_time: DateTime,
    }
}

resource! {
    /// The customer of a relationship.
    /// <https://learn.microsoft.com/graph/api/resources/delegatedadminrelationshipcustomerparticipant>
    pub struct DelegatedAdminRelationshipCustomerParticipant {
        /// The id of the customer's tenant.
        tenant_id: String,
        /// The customer's name.
        display_name: String,
    }
}

open_enum! {
    /// Where a relationship stands. Only an active one gives access.
    pub enum DelegatedAdminRelationshipStatus {
        /// Being activated.
        Activating = "activating",
        /// In force.
        Active = "active",
        /// The customer has to accept.
        ApprovalPending = "approvalPending",
        /// Accepted.
        Approved = "approved",
        /// Not offered yet.
        Created = "created",
        /// Over.
        Expired = "expired",
        /// About to be over.
        Expiring = "expiring",
        /// Ended.
        Terminated = "terminated",
        /// Being ended.
        Terminating = "terminating",
        /// To be ended.
        TerminationRequested = "terminationRequested",
    }
}
