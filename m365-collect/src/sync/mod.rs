//! The engine: reads the sources of a tenant side by side and keeps the store in step.

mod count;
mod due;
mod engine;
mod job;
mod keeping;
mod limits;
mod once;
mod pass;
mod plan;
mod plans;
mod report;
mod schedule;
mod selection;
mod tenant;

pub use due::{Due, DueReason};
pub use engine::Engine;
pub use plan::{Plan, PlannedSource};
pub use report::{Report, SourceReport};
pub use schedule::Schedule;
