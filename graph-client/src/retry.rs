//! How often and how long a call is tried.

use std::time::Duration;

use crate::clock::Random;
use crate::error::{Error, Result};

/// The budget of one call: a page, a get, a batch. Whichever runs out first ends it.
///
/// Time spent waiting for a limit that the client keeps to by itself does not count: it is bounded
/// by [`queue_time`](Self::queue_time), so that many calls at a small limit take as long as they
/// have to, and the rest is left for what the service refuses.
///
/// ```
/// use std::time::Duration;
/// use graph_client::RetryOptions;
///
/// let patient = RetryOptions::default().total_time(Duration::from_secs(900));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryOptions {
    /// How often a request is sent at most, the first time included. Default 8.
    pub max_attempts: u32,
    /// How long a call may take, waits included but those in [`queue_time`](Self::queue_time).
    /// Default five minutes. A wait that would end later is not begun.
    pub total_time: Duration,
    /// The wait after the first failure when the service names none. It doubles with every further
    /// failure. Default one second.
    pub base_delay: Duration,
    /// The longest wait that is not asked for by the service. Default one minute.
    pub max_delay: Duration,
    /// How long one attempt may take, or asking a source of credentials. Default 100 seconds.
    pub attempt_timeout: Duration,
    /// How long a call may stand in line for limits that the client keeps to by itself. Default: as
    /// long as [`total_time`](Self::total_time), and an hour for a client that is
    /// [patient](crate::Client::patient). A call that would stand longer, by those before it, does not
    /// begin to and ends with [`Error::is_throttled`] at once.
    pub queue_time: Option<Duration>,
}

impl Default for RetryOptions {
    fn default() -> Self {
        Self {
            max_attempts: 8,
            total_time: Duration::from_secs(300),
            base_delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(60),
            attempt_timeout: Duration::from_secs(100),
            queue_time: None,
        }
    }
}

impl RetryOptions {
    /// For somebody who waits for the answer, as behind a web page: three attempts within some ten
    /// seconds, standing in line included. A longer wait is [`Error::is_throttled`] at once, with
    /// [`Error::retry_after`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use graph_client::RetryOptions;
    ///
    /// assert!(RetryOptions::interactive().total_time < Duration::from_secs(10));
    /// ```
    #[must_use]
    pub const fn interactive() -> Self {
        Self {
            max_attempts: 3,
            total_time: Duration::from_secs(8),
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(2),
            attempt_timeout: Duration::from_secs(8),
            queue_time: Some(Duration::from_secs(2)),
        }
    }

    /// Sets [`max_attempts`](Self::max_attempts).
    #[must_use]
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets [`total_time`](Self::total_time).
    #[must_use]
    pub const fn total_time(mut self, time: Duration) -> Self {
        self.total_time = time;
        self
    }

    /// Sets [`base_delay`](Self::base_delay).
    #[must_use]
    pub const fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets [`max_delay`](Self::max_delay).
    #[must_use]
    pub const fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Sets [`attempt_timeout`](Self::attempt_timeout).
    #[must_use]
    pub const fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Sets [`queue_time`](Self::queue_time).
    #[must_use]
    pub const fn queue_time(mut self, time: Duration) -> Self {
        self.queue_time = Some(time);
        self
    }

    pub(crate) fn validated(self) -> Result<Self> {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        let wrong = if !(1..=100).contains(&self.max_attempts) {
            "max_attempts must be from 1 to 100"
        } else if self.total_time.is_zero() || self.total_time > DAY {
            "total_time must be longer than zero and at most a day"
        } else if self.base_delay.is_zero() || self.base_delay > self.max_delay {
            "base_delay must be longer than zero and at most max_delay"
        } else if self.max_delay > DAY {
            "max_delay must be at most a day"
        } else if self.attempt_timeout.is_zero() || self.attempt_timeout > DAY {
            "attempt_timeout must be longer than zero and at most a day"
        } else if self.queue_time.is_some_and(|time| time > DAY) {
            "queue_time must be at most a day"
        } else {
            return Ok(self);
        };
        Err(Error::invalid_request(format!("retry options: {wrong}")))
    }

    /// The wait after the given number of failures when the service named none: doubling, capped,
    /// and between half of that and all of it.
    pub(crate) fn backoff(&self, failures: u32, random: &dyn Random) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let full = self
            .base_delay
            .saturating_mul(1 << doublings)
            .min(self.max_delay);
        full.mul_f64(0.5 + fraction(random) / 2.0)
    }

    /// What the service asked for and a little more, so that not all who were told the same come
    /// back in the same instant.
    pub(crate) fn spread(asked: Duration, random: &dyn Random) -> Duration {
        let most = (asked / 10).min(Duration::from_secs(1));
        asked.saturating_add(most.mul_f64(fraction(random)))
    }
}

/// From 0 to 1, whatever the source of chance says.
fn fraction(random: &dyn Random) -> f64 {
    Some(random.next_f64())
        .filter(|fraction| !fraction.is_nan())
        .unwrap_or_default()
        .clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Always(f64);

    impl Random for Always {
        fn next_f64(&self) -> f64 {
            self.0
        }

        fn next_u64(&self) -> u64 {
            0
        }
    }

    #[test]
    fn backoff_doubles_within_jitter_and_is_capped() {
        let options = RetryOptions::default();
        let waits: Vec<u64> = (1..=9)
            .map(|n| options.backoff(n, &Always(1.0)).as_secs())
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(options.backoff(3, &Always(0.0)), Duration::from_secs(2));
        assert_eq!(
            options.backoff(u32::MAX, &Always(1.0)),
            Duration::from_secs(60)
        );
    }

    #[test]
    fn chance_that_is_none_makes_no_wait_that_is_none() {
        let options = RetryOptions::default();
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, -1.0] {
            let wait = options.backoff(1, &Always(odd));
            assert!(wait >= Duration::from_millis(500) && wait <= Duration::from_secs(1));
            let asked = Duration::from_secs(10);
            assert!(RetryOptions::spread(asked, &Always(odd)) >= asked);
        }
    }

    #[test]
    fn jitter_never_shortens_a_wait() {
        assert_eq!(
            RetryOptions::spread(Duration::from_secs(10), &Always(0.0)),
            Duration::from_secs(10)
        );
        assert_eq!(
            RetryOptions::spread(Duration::from_secs(100), &Always(1.0)),
            Duration::from_secs(101)
        );
        assert_eq!(
            RetryOptions::spread(Duration::MAX, &Always(1.0)),
            Duration::MAX
        );
    }

    #[test]
    fn out_of_range_options_are_refused() {
        let ok = RetryOptions::default();
        assert!(ok.validated().is_ok());
        assert!(RetryOptions::interactive().validated().is_ok());
        for bad in [
            ok.max_attempts(0),
            ok.max_attempts(101),
            ok.total_time(Duration::ZERO),
            ok.base_delay(Duration::ZERO),
            ok.base_delay(Duration::from_secs(61)),
            ok.max_delay(Duration::MAX),
            ok.attempt_timeout(Duration::ZERO),
            ok.queue_time(Duration::MAX),
        ] {
            assert!(bad.validated().unwrap_err().is_invalid_request());
        }
    }
}
