//! What a tenant's picture says beyond compliance: pure functions over a snapshot.

pub mod application;
pub mod license;
pub mod relation;
