//! A path that was understood.

use crate::area::Area;

/// A path that was understood.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) template: &'static str,
    /// In v1.0; see [`Area::in_version`].
    pub(crate) area: Area,
    pub(crate) beta_only: bool,
    /// The first `{id}` of the template, percent-decoded; empty if it has none.
    pub(crate) id: String,
}
