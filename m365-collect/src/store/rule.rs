//! The rules by which a change meets a stored row, the same for every store.
//!
//! A delta may repeat an object, bring its changes in any order, and replay a change of an
//! earlier round ([delta query](https://learn.microsoft.com/graph/delta-query-overview)). Most
//! changes settle themselves. Where two of one round contradict each other, or a change undoes
//! a removal, the change alone cannot tell an order from its reverse: the row stays as it is, is
//! noted as a conflict, and the service is asked before the round is complete.

use crate::id::SyncMode;

/// What is known of a stored row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// Whether it is there, or removed.
    pub live: bool,
    /// The round in which it was last named.
    pub round: u64,
    /// Whether it was ever removed and came back.
    pub revived: bool,
}

impl Row {
    /// A row of its parts.
    pub const fn new(live: bool, round: u64, revived: bool) -> Self {
        Self {
            live,
            round,
            revived,
        }
    }
}

/// What to do with a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Write the object as received, live.
    Replace,
    /// Lay the object over the stored one.
    Merge,
    /// Write a tombstone.
    Remove,
    /// Leave the row, but note that the round named it.
    Keep,
    /// Leave the row and ask the service.
    Conflict,
}

/// An object arrives. `differs` tells whether it gives a property that is stored another value.
pub fn upsert(
    row: Option<Row>,
    mode: SyncMode,
    round: u64,
    differs: impl FnOnce() -> bool,
) -> Action {
    match (row, mode) {
        (None, _) | (_, SyncMode::Full | SyncMode::Window) => Action::Replace,
        // A restored object, or an old change replayed.
        (Some(Row { live: false, .. }), SyncMode::Delta) => Action::Conflict,
        // Two states of one object, and no telling which is the later one.
        (Some(row), SyncMode::Delta) if row.round == round && differs() => Action::Conflict,
        (Some(_), SyncMode::Delta) => Action::Merge,
    }
}

/// Whether an object arrives under the key of one that this listing has brought already. Where it says
/// something else, one of the two is lost: a service that lists an object twice says the same of it
/// twice. An event that comes again is one event, and a delta is asked about what it repeats.
pub const fn collides(row: Option<Row>, mode: SyncMode, round: u64) -> bool {
    matches!((row, mode), (Some(row), SyncMode::Full) if row.live && row.round == round)
}

/// A removal arrives.
pub const fn remove(row: Option<Row>, mode: SyncMode, round: u64) -> Action {
    match (row, mode) {
        (Some(Row { live: false, .. }), SyncMode::Delta) => Action::Keep,
        (Some(row), SyncMode::Delta) if row.round == round || row.revived => Action::Conflict,
        _ => Action::Remove,
    }
}

/// A relation arrives: like an object that has no properties.
pub fn link(row: Option<Row>, mode: SyncMode, round: u64) -> Action {
    match upsert(row, mode, round, || false) {
        Action::Merge => Action::Keep,
        action => action,
    }
}

/// The end of a relation arrives.
pub const fn unlink(row: Option<Row>, mode: SyncMode, round: u64) -> Action {
    remove(row, mode, round)
}
