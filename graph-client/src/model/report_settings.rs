//! What usage reports show.

use super::declare::resource;

resource! {
    /// What usage reports show. When names are concealed, rows cannot be matched with people.
    /// <https://learn.microsoft.com/graph/api/resources/adminreportsettings>
    pub struct AdminReportSettings {
        /// Whether names and ids are concealed.
        display_concealed_names: bool,
    }
}
