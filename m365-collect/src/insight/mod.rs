//! What a tenant's picture says beyond compliance: pure functions over a snapshot.

pub mod licence;
