//! The tests that use the crate from outside, as one program: it is linked once.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

mod areas;
mod catalogue;
mod clock;
mod common;
mod custom;
mod delta;
mod estate;
mod example_tenant;
mod faults;
mod hostile;
mod program;
mod reading;
mod report;
mod shapes;
mod tenants;
mod token;
