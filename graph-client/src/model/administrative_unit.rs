//! Administrative units: parts of a directory with administrators of their own.

use super::declare::resource;

resource! {
    /// A part of a directory. <https://learn.microsoft.com/graph/api/resources/administrativeunit>
    pub struct AdministrativeUnit {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for.
        description: String,
        /// `HiddenMembership` when members are hidden from others; nothing when they are not.
        visibility: String,
        /// `Dynamic` when a rule decides who is a member.
        membership_type: String,
        /// That rule.
        membership_rule: String,
        /// `On` or `Paused`.
        membership_rule_processing_state: String,
        /// Whether only those with a role in this unit may change its members.
        is_member_management_restricted: bool,
    }
}

resource! {
    /// A role that somebody has in an administrative unit only.
    /// <https://learn.microsoft.com/graph/api/resources/scopedrolemembership>
    pub struct ScopedRoleMembership {
        /// The id.
        id: String,
        /// The unit.
        administrative_unit_id: String,
        /// The role, by the id of the directory role and not of its template.
        role_id: String,
        /// Who has it.
        role_member_info: Identity,
    }
}

resource! {
    /// Who or what something concerns, as far as the service tells.
    /// <https://learn.microsoft.com/graph/api/resources/identity>
    pub struct Identity {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
    }
}
