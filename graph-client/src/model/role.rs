//! Directory roles, who has them, and who could.

use super::DateTime;
use super::declare::resource;

resource! {
    /// A role. <https://learn.microsoft.com/graph/api/resources/unifiedroledefinition>
    pub struct UnifiedRoleDefinition {
        /// The id; for built-in roles the same in every tenant.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for.
        description: String,
        /// Whether Microsoft defined it.
        is_built_in: bool,
        /// Whether it can be assigned.
        is_enabled: bool,
        /// The id of a built-in role in every tenant.
        template_id: String,
        /// Where it may be assigned, such as `/`.
        resource_scopes: Vec<String>,
        /// What it allows.
        role_permissions: Vec<UnifiedRolePermission>,
        /// The version of the definition.
        version: String,
    }
}

resource! {
    /// What a role allows. <https://learn.microsoft.com/graph/api/resources/unifiedrolepermission>
    pub struct UnifiedRolePermission {
        /// The actions that it allows, such as `microsoft.directory/groups/create`.
        allowed_resource_actions: Vec<String>,
        /// The actions that it takes away again.
        excluded_resource_actions: Vec<String>,
        /// On what condition, such as `$ResourceIsSelf`.
        condition: String,
    }
}

resource! {
    /// A role that somebody has. <https://learn.microsoft.com/graph/api/resources/unifiedroleassignment>
    pub struct UnifiedRoleAssignment {
        /// The id.
        id: String,
        /// The role.
        role_definition_id: String,
        /// The user, group or service principal that has it.
        principal_id: String,
        /// In what part of the directory; `/` is the whole tenant.
        directory_scope_id: String,
        /// In what part of an application.
        app_scope_id: String,
        /// On what condition.
        condition: String,
    }
}

resource! {
    /// A role that somebody may activate. Needs Entra ID P2 or Governance.
    /// <https://learn.microsoft.com/graph/api/resources/unifiedroleeligibilityscheduleinstance>
    pub struct UnifiedRoleEligibilityScheduleInstance {
        /// The id.
        id: String,
        /// The role.
        role_definition_id: String,
        /// The user or group that may activate it.
        principal_id: String,
        /// In what part of the directory; `/` is the whole tenant.
        directory_scope_id: String,
        /// In what part of an application.
        app_scope_id: String,
        /// `Direct`, `Group` or `Inherited`.
        member_type: String,
        /// The schedule that it comes from.
        role_eligibility_schedule_id: String,
        /// From when.
        start_date_time: DateTime,
        /// Until when; nothing is without end.
        end_date_time: DateTime,
    }
}
