//! Settings of groups and how long groups live.

use super::declare::resource;

resource! {
    /// A set of settings of the directory, such as `Group.Unified`. What is not set is as its
    /// template says. <https://learn.microsoft.com/graph/api/resources/groupsetting>
    pub struct GroupSetting {
        /// The id.
        id: String,
        /// The name of its template.
        display_name: String,
        /// The template.
        template_id: String,
        /// The settings.
        values: Vec<SettingValue>,
    }
}

resource! {
    /// A setting. <https://learn.microsoft.com/graph/api/resources/settingvalue>
    pub struct SettingValue {
        /// The name.
        name: String,
        /// The value as text, such as `true`.
        value: String,
    }
}

resource! {
    /// How long Microsoft 365 groups live unless they are renewed.
    /// <https://learn.microsoft.com/graph/api/resources/grouplifecyclepolicy>
    pub struct GroupLifecyclePolicy {
        /// The id.
        id: String,
        /// For how many days.
        group_lifetime_in_days: i32,
        /// `All`, `Selected` or `None`.
        managed_group_types: String,
        /// Who is told of groups without owner, separated by semicolons.
        alternate_notification_emails: String,
    }
}
