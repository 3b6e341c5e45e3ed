//! Subscriptions to change notifications.

use super::DateTime;
use super::declare::resource;

resource! {
    /// A subscription to change notifications.
    /// <https://learn.microsoft.com/graph/api/resources/subscription>
    pub struct Subscription {
        /// The id.
        id: String,
        /// What it is to, such as `users`.
        resource: String,
        /// What is told of it: `created`, `updated`, `deleted`, separated by commas.
        change_type: String,
        /// Where that is told.
        notification_url: String,
        /// Where is told what becomes of the subscription.
        lifecycle_notification_url: String,
        /// Until when.
        expiration_date_time: DateTime,
        /// The application that made it.
        application_id: String,
        /// Who made it.
        creator_id: String,
        /// Whether the object itself is sent along.
        include_resource_data: bool,
        /// The key that it is encrypted for, in the application's own words.
        encryption_certificate_id: String,
        /// The newest TLS that the address understands.
        latest_supported_tls_version: String,
        /// What is told only, as a query.
        notification_query_options: String,
        /// The application that the service proves itself to.
        notification_url_app_id: String,
    }
}
