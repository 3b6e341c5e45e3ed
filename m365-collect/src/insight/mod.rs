//! What a tenant's picture says beyond compliance: pure functions over a snapshot.

pub mod application;
pub mod licence;
pub mod relation;
