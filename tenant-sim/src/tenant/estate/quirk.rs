//! What Intune does against the documentation, where somebody asks for it.

/// The deviations that are on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Quirks {
    /// Listings of managed devices give some rows a second time, on a later page.
    pub(crate) repeated_rows: bool,
}
