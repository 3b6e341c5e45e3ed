//! How Microsoft's services fare, and what is announced.

use std::sync::Arc;

use super::shape::ListSource;
use super::{Family, SOMETIMES};
use crate::descriptor::Descriptor;
use crate::kind::Kind;

pub(super) fn sources() -> Family {
    vec![
        Arc::new(ListSource::new(
            Descriptor::full("service_health", "how services fare")
                .permission("ServiceHealth.Read.All")
                .page("https://learn.microsoft.com/graph/api/serviceannouncement-list-healthoverviews"),
            Kind::SERVICE_HEALTH,
            "admin/serviceAnnouncement/healthOverviews",
        )),
        Arc::new(ListSource::new(
            Descriptor::full("service_issues", "what is wrong with services")
                .permission("ServiceHealth.Read.All")
                .page("https://learn.microsoft.com/graph/api/serviceannouncement-list-issues"),
            Kind::SERVICE_ISSUE,
            "admin/serviceAnnouncement/issues",
        )),
        Arc::new(ListSource::new(
            Descriptor::full("service_messages", "what Microsoft announces")
                .permission("ServiceMessage.Read.All")
                .every(SOMETIMES)
                .page("https://learn.microsoft.com/graph/api/serviceannouncement-list-messages"),
            Kind::SERVICE_MESSAGE,
            "admin/serviceAnnouncement/messages",
        )),
    ]
}
