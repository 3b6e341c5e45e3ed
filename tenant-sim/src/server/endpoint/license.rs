//! Subscriptions.

use crate::area::Area;
use crate::resource::{organization, subscription};
use crate::server::row::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("subscribedSkus", organization::skus, Area::SubscribedSkus),
    row(
        "subscribedSkus/{id}",
        organization::sku,
        Area::SubscribedSkus,
    ),
    row(
        "directory/subscriptions",
        subscription::list,
        Area::CompanySubscriptions,
    ),
    row(
        "directory/subscriptions/{id}",
        subscription::one,
        Area::CompanySubscriptions,
    ),
];
