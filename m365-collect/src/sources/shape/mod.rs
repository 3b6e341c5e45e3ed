//! The shapes of which most sources are declarations.

mod delta;
mod detail;
mod fan_out;
mod list;
mod related;
mod report;
mod singleton;
mod unread;
mod window;
mod withheld;

pub use delta::{DeltaSource, TrackedRelation};
pub use fan_out::{FanOutSource, Parents};
pub use list::ListSource;
pub use report::ReportSource;
pub use singleton::SingletonSource;
pub use window::WindowSource;
