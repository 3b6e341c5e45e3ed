//! The tests that use the crate from outside, as one program: it is linked once.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

mod authentication;
mod azure_identity;
mod batch;
mod bounds;
mod credentials;
mod delta;
mod fan_out;
mod guard;
mod hostile;
mod logging;
mod memory;
mod notify;
mod paging;
mod proxy;
mod reading;
mod redaction;
mod report;
mod request;
mod retry;
mod support;
mod throttling;
mod transport;
mod unpolled;
mod writes;
