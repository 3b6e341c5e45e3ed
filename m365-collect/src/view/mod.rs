//! What is read of the types of Graph that more than one room reads: one description of each.
//!
//! What a single room reads is described where it is read.

mod subscribed_sku;
mod user;

pub(crate) use subscribed_sku::SubscribedSku;
pub(crate) use user::{SignIn, User};
