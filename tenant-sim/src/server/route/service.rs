//! The health of the service and its messages.

use crate::server::route::Row;

pub(super) const ROWS: &[Row] = &[];
