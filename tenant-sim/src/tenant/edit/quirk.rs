//! Turning on what Intune does against the documentation.

use crate::tenant::Tenant;
use crate::tenant::edit::TenantEdit;

impl Tenant {
    /// Listings of managed devices give some rows a second time, on a later page, as Intune does.
    #[must_use]
    pub fn with_repeated_rows(mut self) -> Self {
        self.quirks.repeated_rows = true;
        self
    }
}

impl TenantEdit<'_> {
    /// Whether listings of managed devices give some rows a second time, on a later page, as Intune does.
    pub fn repeat_rows(&mut self, on: bool) {
        self.tenant.quirks.repeated_rows = on;
    }
}
