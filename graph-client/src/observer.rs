//! Telemetry for programs: what a client did, call by call.

use std::time::Duration;

use http::Method;

use crate::workload::Workload;

/// Is told of every attempt and every wait of a client. See [`Client::with_observer`](crate::Client::with_observer).
///
/// Called in the middle of requests: return quickly and do not block.
pub trait Observer: Send + Sync {
    /// One thing happened.
    fn event(&self, event: &CallEvent);
}

/// What happened. Holds no secret, id or query.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallEvent {
    /// A request was sent and answered, or failed on the way.
    #[non_exhaustive]
    Attempt {
        /// The HTTP method.
        method: Method,
        /// The part of the service that it counts against.
        workload: Workload,
        /// The path with ids replaced, without version or query.
        route: String,
        /// The status, or nothing when no answer came.
        status: Option<u16>,
        /// The size of the answer's body, decompressed.
        bytes: u64,
        /// From sending to the last byte.
        elapsed: Duration,
    },
    /// One of the requests inside a batch was answered; the batch itself is an
    /// [`Attempt`](Self::Attempt).
    #[non_exhaustive]
    BatchItem {
        /// The part of the service that it counts against.
        workload: Workload,
        /// The path with ids replaced, without version or query.
        route: String,
        /// The status.
        status: u16,
    },
    /// The client is about to wait: for so long, or, behind others for the same limit, about so long,
    /// which is told once when it is a second or more.
    #[non_exhaustive]
    Wait {
        /// The part of the service that is waited for.
        workload: Workload,
        /// How long.
        duration: Duration,
        /// Why.
        reason: WaitReason,
    },
    /// A new token was received.
    #[non_exhaustive]
    TokenRefreshed {
        /// How long it is valid.
        expires_in: Duration,
    },
}

/// Why a client waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitReason {
    /// The service throttled this workload.
    Throttled,
    /// A request failed and is tried again.
    Backoff,
    /// A documented limit would be exceeded.
    RateLimit,
}
