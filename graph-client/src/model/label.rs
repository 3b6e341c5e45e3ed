//! Labels of how sensitive something is and for how long it is kept.

use super::DateTime;
use super::declare::open_resource;

open_resource! {
    /// A label of how sensitive something is.
    /// <https://learn.microsoft.com/graph/api/resources/sensitivitylabel>
    pub struct SensitivityLabel {
        /// The id.
        id: String,
        /// The name.
        name: String,
        /// The name, as people see it.
        display_name: String,
        /// What it is for.
        description: String,
        /// What people are told of it.
        tool_tip: String,
        /// Whether it is put on by itself.
        is_default: bool,
        /// Whether what has it is encrypted or marked.
        has_protection: bool,
        /// Whether it is protected on devices.
        is_endpoint_protection_enabled: bool,
        /// Whether it is for the one who asks.
        is_scoped_to_user: bool,
        /// How sensitive, more being more.
        priority: i32,
        /// Labels below it, when expanded.
        sublabels: Vec<SensitivityLabel>,
    }
}

open_resource! {
    /// A label of for how long something is kept.
    /// <https://learn.microsoft.com/graph/api/resources/security-retentionlabel>
    pub struct RetentionLabel {
        /// The id.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for, to administrators.
        description_for_admins: String,
        /// What it is for, to people.
        description_for_users: String,
        /// Whether it is in a policy.
        is_in_use: bool,
        /// What is done afterwards: `none`, `delete` or `startDispositionReview`.
        action_after_retention_period: String,
        /// What is done until then: `doNotRetain`, `retain`, `retainAsRecord` or
        /// `retainAsRegulatoryRecord`.
        behavior_during_retention_period: String,
        /// `startLocked` or `startUnlocked`.
        default_record_behavior: String,
        /// From when it counts, such as `dateCreated`.
        retention_trigger: String,
        /// The label that it gets afterwards.
        label_to_be_applied: String,
        /// When it was created.
        created_date_time: DateTime,
        /// When it was changed.
        last_modified_date_time: DateTime,
    }
}
