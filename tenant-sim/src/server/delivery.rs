//! What goes back.

use crate::fault::After;
use crate::reply::Reply;

/// What goes back: an answer, whole or spoilt, or nothing at all.
#[derive(Debug)]
pub(crate) enum Delivery {
    Reply(Reply, Option<After>),
    Dropped,
}
