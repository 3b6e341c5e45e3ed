//! What goes into a graph.

/// What goes into a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Whether relationships to something that is not stored are told.
    pub missing: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { missing: true }
    }
}

impl Options {
    /// Leaves out relationships to something that is not stored.
    #[must_use]
    pub const fn without_missing(mut self) -> Self {
        self.missing = false;
        self
    }
}
