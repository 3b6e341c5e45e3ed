//! What each path answers.

pub(crate) mod collaboration;
pub(crate) mod delta;
pub(crate) mod directory;
pub(crate) mod group;
pub(crate) mod intune;
pub(crate) mod organization;
pub(crate) mod policy;
pub(crate) mod registration;
pub(crate) mod role;
pub(crate) mod user;

use crate::server::call::Call;
use crate::server::reply::{GraphError, Reply, Result};

/// Answers a read.
pub(crate) fn answer(call: &Call<'_>) -> Result<Reply> {
    if call.route.beta_only && !call.beta {
        let segment = call.route.template.rsplit('/').next().unwrap_or_default();
        return Err(GraphError::no_segment(segment));
    }
    call.access.check(call.area())?;
    (call.route.answer)(call)
}
