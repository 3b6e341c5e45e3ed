//! Who changed what in Intune.

use super::DateTime;
use super::declare::resource;

resource! {
    /// A change in Intune.
    /// <https://learn.microsoft.com/graph/api/resources/intune-auditing-auditevent>
    pub struct AuditEvent {
        /// The id of the event.
        id: String,
        /// What it is called.
        display_name: String,
        /// What of Intune.
        component_name: String,
        /// What kind of thing.
        category: String,
        /// What was done.
        activity: String,
        /// The name of that.
        activity_type: String,
        /// `Create`, `Patch`, `Delete` and so on.
        activity_operation_type: String,
        /// How it ended.
        activity_result: String,
        /// When.
        activity_date_time: DateTime,
        /// What ties it to other events.
        correlation_id: String,
        /// Who did it.
        actor: AuditActor,
        /// What it was done to.
        resources: Vec<AuditResource>,
    }
}

resource! {
    /// Who did something in Intune.
    /// <https://learn.microsoft.com/graph/api/resources/intune-auditing-auditactor>
    pub struct AuditActor {
        /// A person or an application.
        audit_actor_type: String,
        /// The person.
        user_id: String,
        /// The sign-in name of that person.
        user_principal_name: String,
        /// What that person may do.
        user_permissions: Vec<String>,
        /// The application.
        application_id: String,
        /// The name of that.
        application_display_name: String,
        /// The service principal.
        service_principal_name: String,
        /// From where.
        ip_address: String,
    }
}

resource! {
    /// What something was done to in Intune.
    /// <https://learn.microsoft.com/graph/api/resources/intune-auditing-auditresource>
    pub struct AuditResource {
        /// The id.
        resource_id: String,
        /// The name.
        display_name: String,
        /// The kind.
        audit_resource_type: String,
        /// What changed.
        modified_properties: Vec<AuditProperty>,
    }
}

resource! {
    /// A property that changed in Intune.
    /// <https://learn.microsoft.com/graph/api/resources/intune-auditing-auditproperty>
    pub struct AuditProperty {
        /// The name.
        display_name: String,
        /// What it was.
        old_value: String,
        /// What it is.
        new_value: String,
    }
}
