//! Directory roles in the older shape, in which only activated ones appear.

use super::declare::resource;

resource! {
    /// A role that was activated in the tenant.
    /// <https://learn.microsoft.com/graph/api/resources/directoryrole>
    pub struct DirectoryRole {
        /// The id in this tenant.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for.
        description: String,
        /// The id that it has in every tenant.
        role_template_id: String,
    }
}

resource! {
    /// A role that can be activated.
    /// <https://learn.microsoft.com/graph/api/resources/directoryroletemplate>
    pub struct DirectoryRoleTemplate {
        /// The id that it has in every tenant.
        id: String,
        /// The name.
        display_name: String,
        /// What it is for.
        description: String,
    }
}
