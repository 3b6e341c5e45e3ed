//! Devices and apps that Intune manages.

use crate::server::route::Row;

pub(super) const ROWS: &[Row] = &[];
