//! License waste: seats that are paid for and that nobody uses.
//!
//! [`Snapshot::load`] takes what is needed out of a store; [`audit`] is a pure function over it.
//! A seat is unused where its holder never signed in, has not signed in for as long as the caller
//! says, or is disabled. Without sign-in activity only disabled holders are proven, and the audit
//! says so instead of counting nothing.

mod audit;
mod load;
mod names;
mod options;
mod snapshot;
mod waste;

pub use audit::audit;
pub use names::product_name;
pub use options::{Options, Price};
pub use snapshot::{Holder, LastSignIn, Sku, Snapshot};
pub use waste::{Audit, SkuAudit, Unused, UnusedSeat, Waste};
