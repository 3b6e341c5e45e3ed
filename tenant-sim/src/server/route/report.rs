//! Usage reports and their settings.

use crate::server::route::Row;

pub(super) const ROWS: &[Row] = &[];
