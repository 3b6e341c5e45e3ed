//! The tests that run the program, as one program: it is linked once.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

mod check;
mod common;
mod contract;
mod erase;
mod hostile;
mod kill;
mod outputs;
mod paths;
mod relations;
mod running;
