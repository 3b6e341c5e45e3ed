//! Delta tokens that are too old.

/// How an old delta token is refused.
/// <https://learn.microsoft.com/graph/delta-query-overview#synchronization-reset>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expiry {
    /// 410 with a `Location` to start again from.
    GoneWithLocation,
    /// 410 without `Location`.
    GoneWithoutLocation,
    /// 400 with the code `syncStateNotFound`.
    SyncStateNotFound,
}
