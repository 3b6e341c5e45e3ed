//! Secure scores, alerts and incidents.

use crate::server::route::Row;

pub(super) const ROWS: &[Row] = &[];
