//! Facts and a catalogue in, one answer per control out.

mod options;
mod result;

pub use options::Options;
pub use result::{
    Advisory, Assessment, ClauseResult, ControlResult, EvidenceUse, Excluded, Missing, People,
    PersonName, Status, Subjects,
};

use crate::facts::Facts;
use crate::framework::{Catalogue, ReferenceError};

/// Why nothing was assessed: the request itself is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssessError {
    /// A control was asked for that cannot be assessed.
    #[error("cannot assess {reference}: {source}")]
    Reference {
        /// As asked for.
        reference: String,
        /// Why, with successors where there are any.
        source: ReferenceError,
    },
}

/// Assesses a tenant.
///
/// # Errors
///
/// [`AssessError::Reference`] when a control or framework was asked for that does not exist.
pub fn assess(
    facts: &Facts,
    catalogue: &Catalogue,
    options: &Options,
) -> Result<Assessment, AssessError> {
    let _ = catalogue;
    Ok(Assessment {
        tenant: facts.tenant.clone(),
        as_of: options.as_of,
        results: Vec::new(),
        people: People::default(),
        advisories: Vec::new(),
    })
}
