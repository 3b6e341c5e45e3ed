use std::sync::atomic::{AtomicU64, Ordering};

use crate::clock::Random;

/// Randomness that is none: always the same fraction, and whole numbers that count up.
#[derive(Debug)]
pub struct FixedRandom {
    fraction: f64,
    next: AtomicU64,
}

impl FixedRandom {
    /// Always this fraction, which should be in `[0, 1)`.
    pub const fn new(fraction: f64) -> Self {
        Self {
            fraction,
            next: AtomicU64::new(0),
        }
    }
}

impl Random for FixedRandom {
    fn next_f64(&self) -> f64 {
        self.fraction
    }

    fn next_u64(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}
