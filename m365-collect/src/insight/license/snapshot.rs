//! What an audit looks at.

use std::time::SystemTime;

use crate::evidence::EvidenceState;

/// What an audit looks at.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Snapshot {
    /// The subscriptions.
    pub skus: Vec<Sku>,
    /// Everybody who holds a seat.
    pub holders: Vec<Holder>,
    /// How far the subscriptions can be relied upon.
    pub skus_evidence: EvidenceState,
    /// How far the holders can be relied upon.
    pub users_evidence: EvidenceState,
    /// How far the sign-in activity can be relied upon.
    pub sign_ins_evidence: EvidenceState,
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

impl Snapshot {
    /// A snapshot that was read whole at this time.
    pub fn new(skus: Vec<Sku>, holders: Vec<Holder>, as_of: SystemTime) -> Self {
        let read = EvidenceState::Ok { as_of, note: None };
        Self {
            skus,
            holders,
            skus_evidence: read.clone(),
            users_evidence: read.clone(),
            sign_ins_evidence: read,
        }
    }
}
