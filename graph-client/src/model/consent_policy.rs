//! Who may consent to applications, and whom to ask.

use super::AccessReviewReviewerScope;
use super::declare::{open_resource, resource};

resource! {
    /// Whether people may ask administrators to consent.
    /// <https://learn.microsoft.com/graph/api/resources/adminconsentrequestpolicy>
    pub struct AdminConsentRequestPolicy {
        /// Whether they may.
        is_enabled: bool,
        /// Whether reviewers get mail.
        notify_reviewers: bool,
        /// Whether they are reminded.
        reminders_enabled: bool,
        /// For how many days a request stands.
        request_duration_in_days: i32,
        /// Who reviews.
        reviewers: Vec<AccessReviewReviewerScope>,
        /// How often it was changed.
        version: i32,
    }
}

open_resource! {
    /// On what conditions consent may be given.
    /// <https://learn.microsoft.com/graph/api/resources/permissiongrantpolicy>
    pub struct PermissionGrantPolicy {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for.
        description: String,
        /// Permissions that may be consented to: one of these must fit.
        includes: Vec<PermissionGrantConditionSet>,
        /// Permissions that may not: none of these must fit.
        excludes: Vec<PermissionGrantConditionSet>,
    }
}

resource! {
    /// Conditions that all have to hold.
    /// <https://learn.microsoft.com/graph/api/resources/permissiongrantconditionset>
    pub struct PermissionGrantConditionSet {
        /// The id.
        id: String,
        /// `application` or `delegated`.
        permission_type: String,
        /// `low`, `medium`, `high` or `all`.
        permission_classification: String,
        /// The resource by its application id, or `any`.
        resource_application: String,
        /// The permissions, or `all`.
        permissions: Vec<String>,
        /// The applications, or `all`.
        client_application_ids: Vec<String>,
        /// Their publishers, or `all`.
        client_application_publisher_ids: Vec<String>,
        /// The tenants they are registered in, or `all`.
        client_application_tenant_ids: Vec<String>,
        /// Whether only of verified publishers.
        client_applications_from_verified_publisher_only: bool,
    }
}
