//! What an audit found.

use serde::Serialize;

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
    /// What Microsoft calls it, where it is one of the [common ones](super::product_name).
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
    pub(super) fn new(currency: &str, cents_a_month: u64) -> Self {
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
