//! What the caller of an audit asks.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// What the caller asks.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// The time of the audit.
    pub as_of: SystemTime,
    /// A seat whose holder has not signed in for so long is unused; without it only never counts.
    pub unused_after: Option<Duration>,
    /// What a seat costs, by part number or by id of the product.
    pub prices: BTreeMap<String, Price>,
    /// Evidence older than this is told about in [`Audit::unknown`](super::Audit::unknown); a day.
    pub fresh_for: Duration,
}

impl Options {
    /// As of this time, without prices, counting only those who never signed in.
    pub fn new(as_of: SystemTime) -> Self {
        Self {
            as_of,
            unused_after: None,
            prices: BTreeMap::new(),
            fresh_for: Duration::from_secs(24 * 60 * 60),
        }
    }

    /// Counts those too who have not signed in for so long.
    #[must_use]
    pub fn unused_after(mut self, window: Duration) -> Self {
        self.unused_after = Some(window);
        self
    }

    /// A seat of this product costs so much.
    #[must_use]
    pub fn price(mut self, product: impl Into<String>, price: Price) -> Self {
        self.prices.insert(product.into(), price);
        self
    }
}

/// What one seat costs a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Price {
    /// In hundredths of the currency: cents.
    pub cents_a_month: u64,
    /// The currency: `USD`.
    pub currency: String,
}

impl Price {
    /// So many cents of a currency a month.
    pub fn new(cents_a_month: u64, currency: impl Into<String>) -> Self {
        Self {
            cents_a_month,
            currency: currency.into(),
        }
    }
}
