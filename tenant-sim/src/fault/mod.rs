//! What can go wrong, and how often.

mod injector;
mod plan;

pub(crate) use injector::{After, Early, Failure, Injector, Situation};
pub use plan::FaultPlan;
