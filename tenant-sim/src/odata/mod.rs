//! The parts of `OData` that Graph documents: query options, filters and opaque links.

pub(crate) mod filter;
pub(crate) mod link;
pub(crate) mod query;
