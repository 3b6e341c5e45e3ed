//! The published JSON schemas (draft 2020-12), for whoever reads or writes this crate's JSON in another
//! language. They stand in the folder `schema` of the crate.

/// The schema of an [`Assessment`](crate::Assessment) as [`render::json`](crate::render::json()) writes
/// it.
pub const ASSESSMENT: &str = include_str!("../schema/assessment.schema.json");

/// The schema of [`Facts`](crate::Facts) as [`Facts::from_json`](crate::Facts::from_json) reads them.
pub const FACTS: &str = include_str!("../schema/facts.schema.json");
