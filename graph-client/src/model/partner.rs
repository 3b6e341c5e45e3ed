//! What partners may do for customers: granular delegated administration (GDAP).

use super::DateTime;
use super::declare::{open_enum, resource};

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
        /// What it allows at most.
        access_details: DelegatedAdminAccessDetails,
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

resource! {
    /// What is allowed.
    /// <https://learn.microsoft.com/graph/api/resources/delegatedadminaccessdetails>
    pub struct DelegatedAdminAccessDetails {
        /// By which roles.
        unified_roles: Vec<UnifiedRole>,
    }
}

resource! {
    /// A role. <https://learn.microsoft.com/graph/api/resources/unifiedrole>
    pub struct UnifiedRole {
        /// The role, by the id that it has in every tenant.
        role_definition_id: String,
    }
}

resource! {
    /// Who of the partner has what of a relationship.
    /// <https://learn.microsoft.com/graph/api/resources/delegatedadminaccessassignment>
    pub struct DelegatedAdminAccessAssignment {
        /// The id.
        id: String,
        /// Where it stands.
        status: DelegatedAdminAccessAssignmentStatus,
        /// Who.
        access_container: DelegatedAdminAccessContainer,
        /// What.
        access_details: DelegatedAdminAccessDetails,
        /// When it was created.
        created_date_time: DateTime,
        /// When it was changed.
        last_modified_date_time: DateTime,
    }
}

open_enum! {
    /// Where an assignment stands.
    pub enum DelegatedAdminAccessAssignmentStatus {
        /// Being made.
        Pending = "pending",
        /// In force.
        Active = "active",
        /// Being taken away.
        Deleting = "deleting",
        /// Taken away.
        Deleted = "deleted",
        /// It could not be made.
        Error = "error",
    }
}

resource! {
    /// Those of the partner.
    /// <https://learn.microsoft.com/graph/api/resources/delegatedadminaccesscontainer>
    pub struct DelegatedAdminAccessContainer {
        /// The group.
        access_container_id: String,
        /// `securityGroup`.
        access_container_type: String,
    }
}

resource! {
    /// A customer of the partner.
    /// <https://learn.microsoft.com/graph/api/resources/delegatedadmincustomer>
    pub struct DelegatedAdminCustomer {
        /// The id.
        id: String,
        /// The id of the customer's tenant.
        tenant_id: String,
        /// The customer's name.
        display_name: String,
    }
}

resource! {
    /// Where a service of a customer is administered.
    /// <https://learn.microsoft.com/graph/api/resources/delegatedadminservicemanagementdetail>
    pub struct DelegatedAdminServiceManagementDetail {
        /// The id.
        id: String,
        /// The service.
        service_name: String,
        /// The address.
        service_management_url: String,
    }
}

resource! {
    /// What was asked for of a relationship.
    /// <https://learn.microsoft.com/graph/api/resources/delegatedadminrelationshiprequest>
    pub struct DelegatedAdminRelationshipRequest {
        /// The id.
        id: String,
        /// `lockForApproval`, `approve`, `terminate` or `reject`.
        action: String,
        /// Where it stands.
        status: String,
        /// When it was asked.
        created_date_time: DateTime,
        /// When that changed.
        last_modified_date_time: DateTime,
    }
}

resource! {
    /// What is being done about a relationship.
    /// <https://learn.microsoft.com/graph/api/resources/delegatedadminrelationshipoperation>
    pub struct DelegatedAdminRelationshipOperation {
        /// The id.
        id: String,
        /// What is being done.
        operation_type: String,
        /// Where it stands.
        status: String,
        /// More about it, as JSON in text.
        data: String,
        /// When it began.
        created_date_time: DateTime,
        /// When that changed.
        last_modified_date_time: DateTime,
    }
}

resource! {
    /// A customer of a partner in the older shape.
    /// <https://learn.microsoft.com/graph/api/resources/contract>
    pub struct Contract {
        /// The id.
        id: String,
        /// The id of the customer's tenant.
        customer_id: String,
        /// The customer's name.
        display_name: String,
        /// The customer's domain.
        default_domain_name: String,
        /// `SyndicationPartner`, `BreadthPartner` or `ResellerPartner`.
        contract_type: String,
    }
}

resource! {
    /// What is public of a tenant.
    /// <https://learn.microsoft.com/graph/api/resources/tenantinformation>
    pub struct TenantInformation {
        /// The id.
        tenant_id: String,
        /// The name.
        display_name: String,
        /// The domain.
        default_domain_name: String,
        /// The name that it is shown with when signing in.
        federation_brand_name: String,
    }
}
