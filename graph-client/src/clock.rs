//! Time and chance, injected so that tests decide both.

use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;

/// Where the client takes the time from, and how it waits.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The wall clock, used only to understand an HTTP date in `Retry-After`.
    fn now(&self) -> SystemTime;

    /// Time since some fixed point; it never goes back.
    fn monotonic(&self) -> Duration;

    /// Waits.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future must have no effect but to stop waiting.
    async fn sleep(&self, duration: Duration);

    /// Waits for the end of the time that something else may take, which should be over long
    /// before: the end of an attempt. As [`sleep`](Self::sleep) for a clock that goes by itself; one
    /// that moves by being waited on must not be moved by this.
    ///
    /// # Cancel safety
    ///
    /// As of [`sleep`](Self::sleep).
    async fn deadline(&self, after: Duration) {
        self.sleep(after).await;
    }
}

/// Where jitter and request ids come from. It need not be fit for cryptography.
pub trait Random: Send + Sync {
    /// A number in `[0, 1)`.
    fn next_f64(&self) -> f64;

    /// Any 64 bits.
    fn next_u64(&self) -> u64;
}

/// The machine's clock; waits with the tokio timer.
#[derive(Debug, Clone)]
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// Randomness seeded by the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn next_f64(&self) -> f64 {
        fastrand::f64()
    }

    fn next_u64(&self) -> u64 {
        fastrand::u64(..)
    }
}
