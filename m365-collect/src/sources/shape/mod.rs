//! The shapes of which most sources are declarations.

mod delta;
mod fan_out;
mod list;
mod singleton;
mod window;

pub use delta::{DeltaSource, TrackedRelation};
pub use fan_out::FanOutSource;
pub use list::ListSource;
pub use singleton::SingletonSource;
pub use window::WindowSource;
