//! Rows about how access is given, reviewed and taken away.

use super::row::row;
use crate::Timestamp;

row! {
    /// A guest account, key `identity.guests`; no row at all means that there are no guests.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/user>.
    GuestFact by user {
        /// `Accepted` or `PendingAcceptance`.
        invitation: String,
        /// When the invitation came into that state.
        invited: Timestamp,
        /// Object ids of those who answer for the guest.
        sponsors: Vec<String>,
        /// Last successful sign-in.
        last_sign_in: Timestamp,
    }
}

row! {
    /// An access review, key `identity.access_reviews`.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/accessreviewsv2-overview>.
    AccessReviewFact by id {
        /// Name shown to people.
        name: String,
        /// What is reviewed: `users`, `guests`, `roles`, `applications` or `groups`.
        scope: String,
        /// When its last instance was completed.
        last_completed: Timestamp,
    }
}

row! {
    /// What activating an eligible role asks for, key `identity.pim`; one row for each role.
    ///
    /// Who is eligible stands in `identity.role_assignments`. See
    /// <https://learn.microsoft.com/en-us/graph/api/resources/unifiedrolemanagementpolicy>.
    PimRuleFact by role {
        /// Whether somebody must approve.
        approval_required: bool,
        /// Whether MFA is asked for.
        mfa_required: bool,
        /// Longest activation in minutes.
        activation_minutes: u32,
    }
}

row! {
    /// A recorded change of an account or role, key `identity.lifecycle_events`.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/directoryaudit>.
    LifecycleEventFact by id {
        /// When.
        time: Timestamp,
        /// `create`, `disable`, `delete`, `role_change` or the service's own name for it.
        action: String,
        /// Who did it: a person or an application.
        actor: String,
        /// Object id of the account.
        target: String,
    }
}

row! {
    /// A partner with delegated administration, key `org.partners`.
    ///
    /// See <https://learn.microsoft.com/en-us/graph/api/resources/delegatedadminrelationship>.
    PartnerFact by id {
        /// Name of the partner.
        name: String,
        /// `active`, or why it is not: `expired`, `terminated`, `approvalPending`.
        status: String,
        /// Directory roles that the partner can use, by display name or template id.
        roles: Vec<String>,
        /// When the relationship ends.
        ends: Timestamp,
    }
}

row! {
    /// Whether what a framework protects is in this tenant at all, key `attest.scope`.
    ///
    /// A row without a framework speaks for every framework whose scope has to be declared.
    ScopeFact if framework {
        /// The framework's id, for example `pci-dss-4.0.1`.
        framework: String,
        /// Whether the tenant handles, or can affect, what the framework protects.
        in_scope: bool,
        /// What was declared, for people to read.
        statement: String,
    }
}

row! {
    /// A person's statement that a control is met, key `attest.document`.
    AttestationFact by control {
        /// Which document shows it.
        document: String,
        /// Who signed.
        signer: String,
        /// When, as RFC 3339.
        date: String,
        /// Until when it holds, as RFC 3339.
        expires: String,
    }
}
