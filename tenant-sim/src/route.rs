//! A path that was understood.

use crate::area::Area;

/// A path that was understood.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) template: &'static str,
    /// In v1.0; see [`Area::in_version`]. `None` for a path that is not built in.
    pub(crate) area: Option<Area>,
    /// The first `{id}` of the template, percent-decoded; empty if it has none. The path if it is not built in.
    pub(crate) id: String,
}
