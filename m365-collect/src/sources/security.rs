//! Scores, alerts and incidents.

use std::sync::Arc;
use std::time::Duration;

use super::shape::{ListSource, WindowSource};
use super::{DAILY, Family, SOMETIMES};
use crate::descriptor::{Descriptor, Privacy};
use crate::endpoint::Endpoint;
use crate::kind::Kind;

/// How long alerts and incidents are kept, here as there: one that is still open must not look closed
/// because it was forgotten.
/// <https://learn.microsoft.com/defender-xdr/data-privacy>.
const KEPT: Duration = Duration::from_secs(180 * 24 * 60 * 60);
const FIRST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

pub(super) fn sources() -> Family {
    vec![
        Arc::new(ListSource::new(
            Descriptor::full("secure_scores", "the Secure Score of each day")
                .permission("SecurityEvents.Read.All")
                .every(SOMETIMES)
                .page("https://learn.microsoft.com/graph/api/security-list-securescores")
                .remark("the service keeps ninety days"),
            Kind::SECURE_SCORE,
            Endpoint::new("security/secureScores"),
        )),
        Arc::new(ListSource::new(
            Descriptor::full("secure_score_controls", "what raises the Secure Score")
                .permission("SecurityEvents.Read.All")
                .every(DAILY)
                .page("https://learn.microsoft.com/graph/api/security-list-securescorecontrolprofiles"),
            Kind::SECURE_SCORE_CONTROL,
            Endpoint::new("security/secureScoreControlProfiles"),
        )),
        // By the time of their last change, so that what becomes of them is seen too.
        Arc::new(
            WindowSource::new(
                Descriptor::window("alerts", "security alerts")
                    .permission("SecurityAlert.Read.All")
                    .retention(KEPT)
                    .privacy(Privacy::Behaviour)
                    .page("https://learn.microsoft.com/graph/api/security-list-alerts_v2")
                    .leaves_out("alerts of products that the tenant has no license for: none raises them"),
                Kind::ALERT,
                "security/alerts_v2",
                "lastUpdateDateTime",
            )
            .first(FIRST)
            .slice(FIRST)
            .kept(KEPT),
        ),
        Arc::new(
            WindowSource::new(
                Descriptor::window("incidents", "alerts that belong together")
                    .permission("SecurityIncident.Read.All")
                    .retention(KEPT)
                    .page("https://learn.microsoft.com/graph/api/security-list-incidents"),
                Kind::INCIDENT,
                "security/incidents",
                "lastUpdateDateTime",
            )
            .first(FIRST)
            .slice(FIRST)
            .kept(KEPT),
        ),
    ]
}
