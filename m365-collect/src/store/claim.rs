//! The right to sync a tenant.

use std::any::Any;
use std::fmt;

/// The right to sync a tenant, from [`Store::claim`](super::Store::claim); given back when dropped.
#[must_use = "dropped, it lets others sync the tenant"]
pub struct Claim {
    _held: Box<dyn Any + Send + Sync>,
}

impl Claim {
    /// A claim that lasts as long as `held`, for implementations of [`Store`](super::Store).
    pub fn new(held: impl Any + Send + Sync) -> Self {
        Self {
            _held: Box::new(held),
        }
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim").finish_non_exhaustive()
    }
}
