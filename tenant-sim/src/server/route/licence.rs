//! Subscriptions.

use crate::area::Area;
use crate::resource::organization;
use crate::server::route::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("subscribedSkus", organization::skus, Area::SubscribedSkus),
    row(
        "subscribedSkus/{id}",
        organization::sku,
        Area::SubscribedSkus,
    ),
];
