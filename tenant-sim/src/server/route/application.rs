//! Applications, service principals and what they may do.

use crate::server::route::Row;

pub(super) const ROWS: &[Row] = &[];
