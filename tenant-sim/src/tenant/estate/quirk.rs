//! What the service does against its own documentation, where somebody asks for it.

use crate::tenant::Tenant;
use crate::tenant::edit::TenantEdit;

/// The deviations that are on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Quirks {
    /// Listings of managed devices give some rows a second time, on a later page.
    pub(crate) repeated_rows: bool,
    /// A single entity comes inside `value`, as some pages show it.
    pub(crate) wrapped_entities: bool,
}

impl Tenant {
    /// Listings of managed devices give some rows a second time, on a later page, as Intune does.
    #[must_use]
    pub fn with_repeated_rows(mut self) -> Self {
        self.quirks.repeated_rows = true;
        self
    }

    /// The settings of all sites come inside `value`, as
    /// <https://learn.microsoft.com/graph/api/sharepointsettings-get> shows them.
    #[must_use]
    pub fn with_wrapped_entities(mut self) -> Self {
        self.quirks.wrapped_entities = true;
        self
    }
}

impl TenantEdit<'_> {
    /// Whether listings of managed devices give some rows a second time, on a later page, as Intune does.
    pub fn repeat_rows(&mut self, on: bool) {
        self.tenant.quirks.repeated_rows = on;
    }

    /// Whether single entities that some pages show inside `value` come so.
    pub fn wrap_entities(&mut self, on: bool) {
        self.tenant.quirks.wrapped_entities = on;
    }
}
