//! Assessments for readers: JSON, CSV, `JUnit`, OSCAL and OCSF for programs, plain text and Markdown
//! for people.
//!
//! All of them give the same bytes for equal assessments. Counts are always written with what they are
//! counted of; a percentage is cut, never rounded up. Text from outside is shown by [`printable`], so
//! that no name and no framework file can steer a terminal or forge a line.

mod csv;
mod html;
mod id;
mod json;
mod junit;
mod markdown;
mod ocsf;
mod oscal;
mod printable;
mod remedy;
mod subjects;
mod text;
mod words;

pub use csv::csv;
pub use html::html;
pub(crate) use json::indented;
pub use json::{json, write_json};
pub use junit::junit;
pub use markdown::markdown;
pub use ocsf::ocsf;
pub use oscal::oscal;
pub use printable::printable;
pub use text::text;
