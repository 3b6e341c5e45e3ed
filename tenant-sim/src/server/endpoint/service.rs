//! The health of the service and its messages.

use crate::area::Area;
use crate::resource::service;
use crate::server::row::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(
        "admin/serviceAnnouncement/healthOverviews",
        service::health,
        Area::ServiceHealth,
    ),
    row(
        "admin/serviceAnnouncement/issues",
        service::issues,
        Area::ServiceIssues,
    ),
    row(
        "admin/serviceAnnouncement/messages",
        service::messages,
        Area::ServiceMessages,
    ),
];
