//! Evidence facts in, control statuses out.

pub mod assess;
pub mod exception;
pub mod facts;
pub mod framework;
pub mod overlay;
mod time;

pub use assess::{
    Advisory, AssessError, Assessment, ControlResult, Missing, Options, Status, Subjects, assess,
};
pub use exception::Exception;
pub use facts::{Fact, FactKey, Facts, FactsError, State, TenantInfo};
pub use framework::{Catalogue, ControlRef, ReferenceError};
pub use overlay::Overlay;
pub use time::{Timestamp, TimestampError};
