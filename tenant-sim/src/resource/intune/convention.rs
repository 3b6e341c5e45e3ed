//! What all of Intune writes alike.

use crate::reply::GraphError;

/// Far in the future: there is no grace period. And long ago: never.
pub(super) const NO_GRACE: &str = "9999-12-31T23:59:59Z";
pub(super) const NEVER: &str = "0001-01-01T00:00:00Z";

/// Intune's answer to an id it does not know.
pub(super) fn not_found(id: &str) -> GraphError {
    GraphError::new(
        404,
        "ResourceNotFound",
        format!("An object with ID {id} was not found."),
    )
}
