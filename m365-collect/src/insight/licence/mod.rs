//! Licence waste: seats that are paid for and that nobody uses.
//!
//! [`Snapshot::load`] takes what is needed out of a store; [`audit`] is a pure function over it.
//! A seat is unused where its holder never signed in, has not signed in for as long as the caller
//! says, or is disabled. Without sign-in activity only disabled holders are proven, and the audit
//! says so instead of counting nothing.

mod audit;
mod load;
mod names;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::evidence::Standing;

pub use audit::audit;
pub use names::product_name;

/// What an audit looks at.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Snapshot {
    /// The subscriptions.
    pub skus: Vec<Sku>,
    /// Everybody who holds a seat.
    pub holders: Vec<Holder>,
    /// How far the subscriptions can be relied upon.
    pub skus_standing: Standing,
    /// How far the holders can be relied upon.
    pub users_standing: Standing,
    /// How far the sign-in activity can be relied upon.
    pub sign_ins_standing: Standing,
}

/// A subscription to a product.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sku {
    /// Its id, by which seats name it.
    pub id: String,
    /// Its part number: `SPB`, `ENTERPRISEPACK`.
    pub part_number: String,
    /// Seats that were bought and are active; `None` where the service did not say.
    pub purchased: Option<u64>,
    /// Seats that are assigned, as the service counts them; `None` where it did not say.
    pub assigned: Option<u64>,
}

impl Sku {
    /// A subscription of its parts.
    pub fn new(
        id: impl Into<String>,
        part_number: impl Into<String>,
        purchased: u64,
        assigned: u64,
    ) -> Self {
        Self {
            id: id.into(),
            part_number: part_number.into(),
            purchased: Some(purchased),
            assigned: Some(assigned),
        }
    }
}

/// Somebody who holds seats.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Holder {
    /// The user's id.
    pub id: String,
    /// The user principal name.
    pub upn: Option<String>,
    /// The display name.
    pub display_name: Option<String>,
    /// Whether the account can be used; `None` where the service did not say.
    pub enabled: Option<bool>,
    /// The ids of the products.
    pub sku_ids: Vec<String>,
    /// The last sign-in of any sort.
    pub last_sign_in: LastSignIn,
}

impl Holder {
    /// An enabled holder of no seats, whose sign-ins are not known.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            upn: None,
            display_name: None,
            enabled: Some(true),
            sku_ids: Vec::new(),
            last_sign_in: LastSignIn::Unknown,
        }
    }
}

/// When somebody last signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LastSignIn {
    /// Then.
    At(SystemTime),
    /// Never.
    Never,
    /// It was not read.
    Unknown,
}

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
    /// Evidence older than this is told about in [`Audit::unknown`]; a day.
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

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Audit {
    /// Product by product, in the order of their part numbers.
    pub skus: Vec<SkuAudit>,
    /// What could not be told, and why; empty where everything could.
    pub unknown: Vec<String>,
    /// What the unused seats cost together, by currency.
    pub waste: Vec<Waste>,
}

/// The seats of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SkuAudit {
    /// The id of the product.
    pub id: String,
    /// Its part number.
    pub part_number: String,
    /// What Microsoft calls it, where it is one of the [common ones](product_name).
    pub name: Option<&'static str>,
    /// Seats bought; `None` where the service did not say.
    pub purchased: Option<u64>,
    /// Seats assigned; `None` where the service did not say.
    pub assigned: Option<u64>,
    /// Seats bought and not assigned.
    pub unassigned: Option<u64>,
    /// Seats assigned and proven unused.
    pub unused: Vec<UnusedSeat>,
    /// Assigned seats of which it cannot be told whether they are used.
    pub unknown: u64,
    /// What the unused seats cost, where the caller gave a price.
    pub waste: Option<Waste>,
}

/// Money spent on unused seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Waste {
    /// The currency.
    pub currency: String,
    /// Cents a month.
    pub cents_a_month: u64,
    /// Cents a year: twelve months.
    pub cents_a_year: u64,
}

impl Waste {
    fn new(currency: &str, cents_a_month: u64) -> Self {
        Self {
            currency: currency.to_owned(),
            cents_a_month,
            cents_a_year: cents_a_month.saturating_mul(12),
        }
    }
}

/// A seat that nobody uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct UnusedSeat {
    /// The holder's id.
    pub user: String,
    /// The holder's user principal name.
    pub upn: Option<String>,
    /// The holder's display name.
    pub display_name: Option<String>,
    /// Why it is unused.
    pub reason: Unused,
}

/// Why a seat is unused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unused {
    /// The holder's account is disabled.
    Disabled,
    /// The holder never signed in.
    NeverSignedIn,
    /// The holder has not signed in within the window.
    NotWithinWindow,
}

impl Snapshot {
    /// A snapshot that was read whole at this time.
    pub fn new(skus: Vec<Sku>, holders: Vec<Holder>, as_of: SystemTime) -> Self {
        let read = Standing::Read { as_of, note: None };
        Self {
            skus,
            holders,
            skus_standing: read.clone(),
            users_standing: read.clone(),
            sign_ins_standing: read,
        }
    }
}
