//! Whether the tenant has a licence.

use serde::Serialize;

use crate::id::SourceId;
use crate::subscription::LicenceState;

/// Whether the tenant has a licence that sources need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LicenceCheck {
    /// The licence, as the sources name it.
    pub licence: String,
    /// The service plans of which any will do.
    pub plans: Vec<&'static str>,
    /// Whether the tenant has it.
    pub state: LicenceState,
    /// The chosen sources that need it.
    pub needed_by: Vec<SourceId>,
}
