//! Secure scores, alerts and incidents.

use crate::area::Area;
use crate::resource::{alert, secure_score};
use crate::server::row::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(
        "security/secureScores",
        secure_score::scores,
        Area::SecureScores,
    ),
    row(
        "security/secureScoreControlProfiles",
        secure_score::controls,
        Area::SecureScoreControls,
    ),
    row("security/alerts_v2", alert::alerts, Area::Alerts),
    row("security/alerts_v2/{id}", alert::alert_by_id, Area::Alerts),
    row("security/incidents", alert::incidents, Area::Incidents),
    row(
        "security/incidents/{id}",
        alert::incident_by_id,
        Area::Incidents,
    ),
];
