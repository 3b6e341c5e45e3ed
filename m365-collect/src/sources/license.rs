//! What was bought, and who has it.

use std::sync::Arc;

use super::shape::ListSource;
use super::{Family, SOMETIMES};
use crate::descriptor::{Descriptor, Privacy};
use crate::endpoint::Endpoint;
use crate::kind::Kind;

pub(super) fn sources() -> Family {
    vec![
        Arc::new(ListSource::new(
            Descriptor::full("subscribed_skus", "products and their seats")
                .permission("LicenseAssignment.Read.All")
                .page("https://learn.microsoft.com/graph/api/subscribedsku-list"),
            Kind::SUBSCRIBED_SKU,
            "subscribedSkus",
        )),
        Arc::new(ListSource::new(
            Descriptor::full(
                "company_subscriptions",
                "purchases: their state, trials and ends",
            )
            .permission("Organization.Read.All")
            .every(SOMETIMES)
            .page("https://learn.microsoft.com/graph/api/directory-list-subscriptions"),
            Kind::COMPANY_SUBSCRIPTION,
            "directory/subscriptions",
        )),
        Arc::new(ListSource::new(
            Descriptor::full(
                "license_assignments",
                "people's licenses, from where and with what errors",
            )
            .permission("User.Read.All")
            .every(SOMETIMES)
            .privacy(Privacy::Identity)
            .page("https://learn.microsoft.com/graph/api/resources/licenseassignmentstate"),
            Kind::LICENSE_ASSIGNMENT,
            Endpoint::new("users")
                .select(&["id", "assignedLicenses", "licenseAssignmentStates"])
                .top(999),
        )),
    ]
}
