//! A row of the table of paths.

use crate::area::Area;
use crate::call::Call;
use crate::reply::{Reply, Result};

/// What answers a path.
pub(crate) type Answer = fn(&Call<'_>) -> Result<Reply>;

/// A path that is served.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// `{id}` stands for a segment, or for a part of one: `getReport(period='{id}')`.
    pub(crate) template: &'static str,
    pub(super) answer: Answer,
    pub(crate) area: Area,
    pub(crate) beta_only: bool,
}

/// A path of both versions.
pub(super) const fn row(template: &'static str, answer: Answer, area: Area) -> Row {
    Row {
        template,
        answer,
        area,
        beta_only: false,
    }
}

/// A path of beta alone.
pub(super) const fn beta(template: &'static str, answer: Answer, area: Area) -> Row {
    Row {
        template,
        answer,
        area,
        beta_only: true,
    }
}
