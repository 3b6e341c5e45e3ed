//! What was bought.

use super::shape::ListSource;
use crate::kind::Kind;
use crate::source::Descriptor;

/// Subscriptions and their seats: <https://learn.microsoft.com/graph/api/subscribedsku-list>.
pub(super) fn subscribed_skus() -> ListSource {
    ListSource::new(
        Descriptor::full("subscribed_skus", "subscriptions and their seats")
            .permission("LicenseAssignment.Read.All"),
        Kind::SUBSCRIBED_SKU,
        "subscribedSkus",
    )
}
