//! Roles for a time: who has them, who may activate them, and who asked.

use super::DateTime;
use super::declare::{open_enum, resource};

resource! {
    /// A role that somebody has or will have for a time. Needs Entra ID P2 or Governance.
    /// <https://learn.microsoft.com/graph/api/resources/unifiedroleassignmentschedule>
    pub struct UnifiedRoleAssignmentSchedule {
        /// The id.
        id: String,
        /// The role.
        role_definition_id: String,
        /// The user, group or service principal.
        principal_id: String,
        /// In what part of the directory; `/` is the whole tenant.
        directory_scope_id: String,
        /// In what part of an application.
        app_scope_id: String,
        /// `Assigned` or `Activated`.
        assignment_type: String,
        /// `Direct`, `Group` or `Inherited`.
        member_type: String,
        /// From when and until when.
        schedule_info: RequestSchedule,
        /// Where it stands, such as `Provisioned`.
        status: String,
        /// The request that it comes from.
        created_using: String,
        /// When it was created.
        created_date_time: DateTime,
        /// When it was changed.
        modified_date_time: DateTime,
    }
}

resource! {
    /// A role that somebody has now by a schedule. Needs Entra ID P2 or Governance.
    /// <https://learn.microsoft.com/graph/api/resources/unifiedroleassignmentscheduleinstance>
    pub struct UnifiedRoleAssignmentScheduleInstance {
        /// The id.
        id: String,
        /// The role.
        role_definition_id: String,
        /// The user, group or service principal.
        principal_id: String,
        /// In what part of the directory; `/` is the whole tenant.
        directory_scope_id: String,
        /// In what part of an application.
        app_scope_id: String,
        /// `Assigned` or `Activated`.
        assignment_type: String,
        /// `Direct`, `Group` or `Inherited`.
        member_type: String,
        /// The assignment that it stands for.
        role_assignment_origin_id: String,
        /// The schedule that it comes from.
        role_assignment_schedule_id: String,
        /// From when.
        start_date_time: DateTime,
        /// Until when; nothing is without end.
        end_date_time: DateTime,
    }
}

resource! {
    /// A role that somebody may activate for a time. Needs Entra ID P2 or Governance.
    /// <https://learn.microsoft.com/graph/api/resources/unifiedroleeligibilityschedule>
    pub struct UnifiedRoleEligibilitySchedule {
        /// The id.
        id: String,
        /// The role.
        role_definition_id: String,
        /// The user or group.
        principal_id: String,
        /// In what part of the directory; `/` is the whole tenant.
        directory_scope_id: String,
        /// In what part of an application.
        app_scope_id: String,
        /// `Direct`, `Group` or `Inherited`.
        member_type: String,
        /// From when and until when.
        schedule_info: RequestSchedule,
        /// Where it stands, such as `Provisioned`.
        status: String,
        /// The request that it comes from.
        created_using: String,
        /// When it was created.
        created_date_time: DateTime,
        /// When it was changed.
        modified_date_time: DateTime,
    }
}

resource! {
    /// Somebody's wish to have, keep or lose a role.
    /// <https://learn.microsoft.com/graph/api/resources/unifiedroleassignmentschedulerequest>
    pub struct UnifiedRoleAssignmentScheduleRequest {
        /// The id.
        id: String,
        /// What was asked for.
        action: UnifiedRoleScheduleRequestActions,
        /// For whom.
        principal_id: String,
        /// The role.
        role_definition_id: String,
        /// In what part of the directory.
        directory_scope_id: String,
        /// In what part of an application.
        app_scope_id: String,
        /// Why.
        justification: String,
        /// Where it stands, such as `Provisioned` or `PendingApproval`.
        status: String,
        /// From when and until when.
        schedule_info: RequestSchedule,
        /// The ticket that it belongs to.
        ticket_info: TicketInfo,
        /// The schedule that it made or changed.
        target_schedule_id: String,
        /// The approval that it waits for.
        approval_id: String,
        /// When it was asked.
        created_date_time: DateTime,
        /// When it was settled.
        completed_date_time: DateTime,
    }
}

resource! {
    /// Somebody's wish to be able to activate a role, or no longer.
    /// <https://learn.microsoft.com/graph/api/resources/unifiedroleeligibilityschedulerequest>
    pub struct UnifiedRoleEligibilityScheduleRequest {
        /// The id.
        id: String,
        /// What was asked for.
        action: UnifiedRoleScheduleRequestActions,
        /// For whom.
        principal_id: String,
        /// The role.
        role_definition_id: String,
        /// In what part of the directory.
        directory_scope_id: String,
        /// In what part of an application.
        app_scope_id: String,
        /// Why.
        justification: String,
        /// Where it stands, such as `Provisioned` or `PendingApproval`.
        status: String,
        /// From when and until when.
        schedule_info: RequestSchedule,
        /// The ticket that it belongs to.
        ticket_info: TicketInfo,
        /// The schedule that it made or changed.
        target_schedule_id: String,
        /// When it was asked.
        created_date_time: DateTime,
        /// When it was settled.
        completed_date_time: DateTime,
    }
}

open_enum! {
    /// What is asked for of a role.
    pub enum UnifiedRoleScheduleRequestActions {
        /// An administrator gives it.
        AdminAssign = "adminAssign",
        /// An administrator changes it.
        AdminUpdate = "adminUpdate",
        /// An administrator takes it away.
        AdminRemove = "adminRemove",
        /// An administrator extends it.
        AdminExtend = "adminExtend",
        /// An administrator renews it.
        AdminRenew = "adminRenew",
        /// Somebody activates it.
        SelfActivate = "selfActivate",
        /// Somebody deactivates it.
        SelfDeactivate = "selfDeactivate",
        /// Somebody wants it extended.
        SelfExtend = "selfExtend",
        /// Somebody wants it renewed.
        SelfRenew = "selfRenew",
    }
}

resource! {
    /// From when and until when. <https://learn.microsoft.com/graph/api/resources/requestschedule>
    pub struct RequestSchedule {
        /// From when.
        start_date_time: DateTime,
        /// Until when.
        expiration: ExpirationPattern,
    }
}

resource! {
    /// How something ends. <https://learn.microsoft.com/graph/api/resources/expirationpattern>
    pub struct ExpirationPattern {
        /// `noExpiration`, `afterDateTime`, `afterDuration` or `notSpecified`.
        #[serde(rename = "type")]
        kind: String,
        /// At what time.
        end_date_time: DateTime,
        /// After how long, as an ISO 8601 duration.
        duration: String,
    }
}

resource! {
    /// A ticket of another system. <https://learn.microsoft.com/graph/api/resources/ticketinfo>
    pub struct TicketInfo {
        /// Its number.
        ticket_number: String,
        /// The system.
        ticket_system: String,
    }
}
