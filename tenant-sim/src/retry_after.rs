//! `Retry-After` in the forms that Graph sends it.

use std::time::{Duration, Instant};

use crate::clock::{monotonic, seconds, wall};

/// A wait that a 429 asks for.
#[derive(Debug, Clone)]
pub(crate) struct RetryAfter {
    pub(crate) header: String,
    pub(crate) until: Instant,
}

impl RetryAfter {
    pub(crate) fn whole_seconds(wait: u64) -> Self {
        Self {
            header: wait.to_string(),
            until: monotonic() + Duration::from_secs(wait),
        }
    }

    /// Three digits after the point, rounded up.
    pub(crate) fn decimal(wait: f64) -> Self {
        let wait = (wait * 1000.0).ceil() / 1000.0;
        Self {
            header: format!("{wait:.3}"),
            until: monotonic() + seconds(wait),
        }
    }

    /// A date that has just passed.
    pub(crate) fn now() -> Self {
        Self {
            header: httpdate::fmt_http_date(wall()),
            until: monotonic(),
        }
    }

    /// An HTTP date has whole seconds, so the wait is at least what was asked.
    pub(crate) fn date(wait: Duration) -> Self {
        let now = wall();
        let whole = now + wait + Duration::from_millis(999);
        let text = httpdate::fmt_http_date(whole);
        let at = httpdate::parse_http_date(&text).unwrap_or(now);
        Self {
            header: text,
            until: monotonic() + at.duration_since(now).unwrap_or_default(),
        }
    }
}
