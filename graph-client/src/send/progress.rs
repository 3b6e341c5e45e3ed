//! How far a call has come.

use std::sync::Arc;
use std::time::Duration;

use super::budget::Budget;
use crate::throttle::RequestCost;

/// How far one call has come.
pub(super) struct Progress {
    pub(super) budget: Budget,
    pub(super) cost: Arc<RequestCost>,
    pub(super) route: String,
    pub(super) client_request_id: String,
    pub(super) attempts: u32,
    pub(super) max_attempts: u32,
    pub(super) total_time: Duration,
    pub(super) history: RequestHistory,
    /// The generation of the token that Graph refused.
    pub(super) rejected: Option<u64>,
    pub(super) claims: Option<String>,
    /// The last answer was a 503, which the next attempt should meet elsewhere.
    pub(super) unavailable: bool,
}

/// How a request has fared up to now.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RequestHistory {
    pub(crate) redirects: u32,
    /// A token was refused to it, and it was sent again with a new one.
    pub(crate) refreshed: bool,
}
