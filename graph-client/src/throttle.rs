//! Staying within what the service allows: reading `Retry-After`, pausing together, keeping to
//! documented limits, learning better ones, and sharing them fairly.

mod belief;
mod bucket;
mod cost;
mod documented;
mod gate;
mod learned;
mod limits;
mod path;
mod priority;
mod queue;
mod retry_after;
mod shares;
mod workload;

use url::Url;

pub(crate) use gate::{Blocked, Demand, Gates, Permit, Scope, Sent, Ticket};
pub use learned::LearnedLimits;
pub use limits::{Limit, LimitMethods, LimitScope, LimitUnit, Limits};
pub use priority::Priority;
pub(crate) use retry_after::{RetryAfter, throttle_scope};
pub use workload::Workload;

/// The path of a Graph URL without its version, in lower case.
fn segments(url: &Url) -> Vec<String> {
    url.path_segments()
        .into_iter()
        .flatten()
        .skip(1)
        .map(str::to_ascii_lowercase)
        .collect()
}
