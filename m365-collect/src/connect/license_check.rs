//! Whether the tenant has a license.

use serde::Serialize;

use crate::id::SourceId;
use crate::subscription::LicenseState;

/// Whether the tenant has a license that sources need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LicenseCheck {
    /// The license, as the sources name it.
    pub license: String,
    /// The service plans of which any will do.
    pub plans: Vec<&'static str>,
    /// Whether the tenant has it.
    pub state: LicenseState,
    /// The chosen sources that need it.
    pub needed_by: Vec<SourceId>,
}
