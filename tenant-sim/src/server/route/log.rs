//! Sign-ins and changes of the directory.

use crate::server::route::Row;

pub(super) const ROWS: &[Row] = &[];
