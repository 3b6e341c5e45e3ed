//! Groups.

use super::declare::resource;
use super::{AssignedLicense, DateTime};

resource! {
    /// A group. <https://learn.microsoft.com/graph/api/resources/group>
    pub struct Group {
        /// The id.
        id: String,
        /// The name it is shown with.
        display_name: String,
        /// What it is for.
        description: String,
        /// `Unified` for a Microsoft 365 group, `DynamicMembership` for one with a rule.
        group_types: Vec<String>,
        /// Whether access can be granted to it.
        security_enabled: bool,
        /// Whether it receives mail.
        mail_enabled: bool,
        /// Its mail address.
        mail: String,
        /// The first part of its mail address.
        mail_nickname: String,
        /// `Public`, `Private` or `HiddenMembership`.
        visibility: String,
        /// Whether directory roles can be assigned to it.
        is_assignable_to_role: bool,
        /// The rule that decides who is a member.
        membership_rule: String,
        /// Whether that rule is processed: `On` or `Paused`.
        membership_rule_processing_state: String,
        /// The licenses that its members get.
        assigned_licenses: Vec<AssignedLicense>,
        /// What was made with it, such as `Team`.
        resource_provisioning_options: Vec<String>,
        /// When it was created.
        created_date_time: DateTime,
        /// When it is going to expire.
        expiration_date_time: DateTime,
        /// Whether it is synchronised from an on-premises directory; `None` also when it never was.
        on_premises_sync_enabled: bool,
    }
}
