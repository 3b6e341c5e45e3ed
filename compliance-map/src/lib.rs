//! Evidence facts in, control statuses out.

pub mod assess;
pub mod coverage;
mod evidence;
pub mod exception;
pub mod facts;
pub mod framework;
mod group;
pub mod overlay;
mod population;
mod role;
mod rules;
mod time;

pub use assess::{
    Advisory, AssessError, Assessment, ControlResult, Missing, Options, Status, Subjects, assess,
};
pub use coverage::MfaSummary;
pub use exception::Exception;
pub use facts::{Fact, FactKey, Facts, FactsError, State, TenantInfo};
pub use framework::{Catalogue, CatalogueError, Control, ControlRef, ReferenceError};
pub use overlay::Overlay;
pub use time::{Timestamp, TimestampError};
