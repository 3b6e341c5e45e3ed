//! Staying within what the service allows: reading `Retry-After`, pausing together, keeping to
//! documented limits, learning better ones, and sharing them fairly.

mod adaptive_limit;
mod admission;
mod bucket;
mod documented_limit;
mod flow;
mod learned_limit;
mod limit;
mod limit_set;
mod limiter;
mod limiter_state;
mod pause_scope;
mod priority;
mod queue;
mod request_cost;
mod resource_unit;
mod retry_after;
mod tenant_usage;
mod throttle_scope;
mod ticket;

pub use learned_limit::LearnedLimits;
pub use limit::{Limit, LimitMethods, LimitScope, LimitUnit};
pub use limit_set::Limits;
pub(crate) use limiter::{Blocked, RateLimiter};
pub use priority::Priority;
pub(crate) use request_cost::RequestCost;
pub(crate) use retry_after::RetryAfter;
pub(crate) use throttle_scope::ThrottleScope;
pub(crate) use ticket::{Permit, Sent, Ticket};
