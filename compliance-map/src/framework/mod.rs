//! Frameworks as data: official ids, what they ask, and what became of old ids.

mod reference;

pub use reference::{ControlRef, ReferenceError};

/// The frameworks that can be assessed.
#[derive(Debug, Clone)]
pub struct Catalogue {}

impl Catalogue {
    /// The frameworks that come with this crate.
    pub fn builtin() -> Self {
        Self {}
    }
}
