//! Members, owners and others of which the kind is known only when they arrive.

use super::DateTime;
use super::declare::open_resource;

open_resource! {
    /// Whatever a relation leads to. Of an object that the application may not read only kind and
    /// id arrive: all else is then unknown, and not empty.
    /// <https://learn.microsoft.com/graph/api/resources/directoryobject>
    pub struct DirectoryObject {
        /// The id.
        id: String,
        /// When it was deleted, among deleted items.
        deleted_date_time: DateTime,
        /// The name.
        display_name: String,
        /// Of a user: the name it signs in with.
        user_principal_name: String,
        /// Of a user or group: the address.
        mail: String,
        /// Of a user: `Member` or `Guest`.
        user_type: String,
        /// Of a user, device or service principal: whether it can sign in.
        account_enabled: bool,
        /// Of an application or service principal: the application (client) id.
        app_id: String,
        /// Of a service principal: the kind.
        service_principal_type: String,
        /// Of a device: the id that it has itself.
        device_id: String,
        /// Of a group: whether access can be granted to it.
        security_enabled: bool,
        /// Of a group: `Unified` and `DynamicMembership`, or neither.
        group_types: Vec<String>,
    }
}
