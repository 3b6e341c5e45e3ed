//! The parts of `OData` that Graph documents: query options, filters, opaque links, paged collections.

pub(crate) mod filter;
pub(crate) mod link;
pub(crate) mod list;
pub(crate) mod query;
