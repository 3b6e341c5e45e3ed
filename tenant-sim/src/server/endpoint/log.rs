//! Sign-ins and changes of the directory.

use crate::area::Area;
use crate::resource::{audit, sign_in};
use crate::server::row::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("auditLogs/signIns", sign_in::list, Area::SignIns),
    row(
        "auditLogs/directoryAudits",
        audit::list,
        Area::DirectoryAudits,
    ),
];
