//! What it takes to get a role: the rules of privileged identity management.

use super::declare::{open_resource, resource};
use super::{DateTime, Identity};

open_resource! {
    /// The rules for a role. The rules come when expanded.
    /// <https://learn.microsoft.com/graph/api/resources/unifiedrolemanagementpolicy>
    pub struct UnifiedRoleManagementPolicy {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for.
        description: String,
        /// Whether it is the tenant's default.
        is_organization_default: bool,
        /// For what; `/` is the whole tenant.
        scope_id: String,
        /// `Directory`, `DirectoryRole` or `Group`.
        scope_type: String,
        /// Who changed it.
        last_modified_by: Identity,
        /// When it was changed.
        last_modified_date_time: DateTime,
        /// The rules, when expanded.
        rules: Vec<UnifiedRoleManagementPolicyRule>,
        /// The rules that are in force, when expanded.
        effective_rules: Vec<UnifiedRoleManagementPolicyRule>,
    }
}

open_resource! {
    /// Which rules hold for which role. The policy comes when expanded.
    /// <https://learn.microsoft.com/graph/api/resources/unifiedrolemanagementpolicyassignment>
    pub struct UnifiedRoleManagementPolicyAssignment {
        /// The id.
        id: String,
        /// The policy.
        policy_id: String,
        /// The role.
        role_definition_id: String,
        /// For what; `/` is the whole tenant.
        scope_id: String,
        /// `Directory`, `DirectoryRole` or `Group`.
        scope_type: String,
        /// The policy, when expanded.
        policy: UnifiedRoleManagementPolicy,
    }
}

open_resource! {
    /// A rule of any kind; the kind says which fields there are.
    /// <https://learn.microsoft.com/graph/api/resources/unifiedrolemanagementpolicyrule>
    pub struct UnifiedRoleManagementPolicyRule {
        /// The id, which says what it is for, such as `Expiration_EndUser_Assignment`.
        id: String,
        /// When it applies.
        target: UnifiedRoleManagementPolicyRuleTarget,
        /// Of approval: who has to approve.
        setting: ApprovalSettings,
        /// Of an authentication context: which.
        claim_value: String,
        /// Of an authentication context: whether it is asked for.
        is_enabled: bool,
        /// Of enablement: `MultiFactorAuthentication`, `Justification`, `Ticketing`.
        enabled_rules: Vec<String>,
        /// Of expiration: whether it may not be without end.
        is_expiration_required: bool,
        /// Of expiration: for how long at most, as an ISO 8601 duration.
        maximum_duration: String,
        /// Of notification: `Email`.
        notification_type: String,
        /// Of notification: `None`, `Critical` or `All`.
        notification_level: String,
        /// Of notification: `Requestor`, `Approver` or `Admin`.
        recipient_type: String,
        /// Of notification: further addresses.
        notification_recipients: Vec<String>,
        /// Of notification: whether the usual people are told.
        is_default_recipients_enabled: bool,
    }
}

resource! {
    /// When a rule applies.
    /// <https://learn.microsoft.com/graph/api/resources/unifiedrolemanagementpolicyruletarget>
    pub struct UnifiedRoleManagementPolicyRuleTarget {
        /// `EndUser` or `Admin`.
        caller: String,
        /// `Eligibility` or `Assignment`.
        level: String,
        /// To what is done, such as `all`.
        operations: Vec<String>,
        /// What is enforced on narrower scopes.
        enforced_settings: Vec<String>,
        /// What narrower scopes inherit.
        inheritable_settings: Vec<String>,
    }
}

resource! {
    /// Who has to approve. <https://learn.microsoft.com/graph/api/resources/approvalsettings>
    pub struct ApprovalSettings {
        /// Whether anybody has to.
        is_approval_required: bool,
        /// Whether anybody has to for an extension.
        is_approval_required_for_extension: bool,
        /// Whether those who ask must say why.
        is_requestor_justification_required: bool,
        /// `SingleStage`, `Serial`, `Parallel` or `NoApproval`.
        approval_mode: String,
        /// Who, one after the other.
        approval_stages: Vec<UnifiedApprovalStage>,
    }
}

resource! {
    /// Those of whom one has to approve.
    /// <https://learn.microsoft.com/graph/api/resources/unifiedapprovalstage>
    pub struct UnifiedApprovalStage {
        /// Within how many days.
        approval_stage_time_out_in_days: i32,
        /// Whether they must say why.
        is_approver_justification_required: bool,
        /// Whether others are asked when nobody answers.
        is_escalation_enabled: bool,
        /// After how many minutes.
        escalation_time_in_minutes: i32,
        /// Those asked.
        primary_approvers: Vec<SubjectSet>,
        /// Those asked then.
        escalation_approvers: Vec<SubjectSet>,
    }
}

open_resource! {
    /// People, named in one way or another.
    /// <https://learn.microsoft.com/graph/api/resources/subjectset>
    pub struct SubjectSet {
        /// Of a single person: the id.
        user_id: String,
        /// Of a group: the id.
        group_id: String,
        /// Of a single person or group: the name.
        description: String,
    }
}
