//! Staying within what the service allows: reading `Retry-After`, pausing together, keeping to
//! documented limits.

mod gate;
mod limits;
mod retry_after;
mod workload;

pub(crate) use gate::{Blocked, Gates, Permit, Scope};
pub use limits::{Limit, LimitScope, Limits};
pub(crate) use retry_after::{RetryAfter, throttle_scope};
pub use workload::Workload;
