//! `Retry-After` in every form that Graph sends it.
//!
//! <https://learn.microsoft.com/graph/throttling> and RFC 9110 §10.2.3.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::RETRY_AFTER;

/// A wait longer than this is stored as this; no budget is as long, so it is refused either way.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// How long the service asked to stay away.
pub(crate) struct RetryAfter;

impl RetryAfter {
    /// Reads the header; nothing when it is absent or makes no sense.
    pub(crate) fn of(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
        Self::parse(headers.get(RETRY_AFTER)?.to_str().ok()?, now)
    }

    /// Whole seconds, seconds with a fraction, or an HTTP date. A past date means at once; a
    /// negative number, `NaN` and text mean nothing.
    pub(crate) fn parse(text: &str, now: SystemTime) -> Option<Duration> {
        let text = text.trim();
        if let Some(seconds) = seconds(text) {
            return Some(seconds);
        }
        let date = httpdate::parse_http_date(text).ok()?;
        Some(date.duration_since(now).unwrap_or_default().min(LONGEST))
    }
}

/// Decimal seconds, rounded up to the millisecond so that the wait is never too short.
fn seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return None;
    }
    // Too many digits for an integer is a very long time, not an error.
    let whole = if whole.is_empty() {
        0
    } else {
        whole.parse::<u64>().unwrap_or(u64::MAX)
    };
    let mut millis: u64 = 0;
    for place in 0..3 {
        let digit = fraction
            .as_bytes()
            .get(place)
            .map_or(0, |b| u64::from(b - b'0'));
        millis = millis * 10 + digit;
    }
    if fraction.bytes().skip(3).any(|b| b != b'0') {
        millis += 1;
    }
    Some(
        Duration::from_secs(whole)
            .saturating_add(Duration::from_millis(millis))
            .min(LONGEST),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn parse(text: &str) -> Option<Duration> {
        RetryAfter::parse(text, SystemTime::UNIX_EPOCH + Duration::from_secs(NOW))
    }

    #[test]
    fn reads_retry_after_in_whole_and_decimal_seconds() {
        assert_eq!(parse("10"), Some(Duration::from_secs(10)));
        assert_eq!(parse(" 0 "), Some(Duration::ZERO));
        assert_eq!(parse("2.128"), Some(Duration::from_millis(2128)));
        assert_eq!(parse("2.1281"), Some(Duration::from_millis(2129)));
        assert_eq!(parse(".5"), Some(Duration::from_millis(500)));
        assert_eq!(parse("0.9999"), Some(Duration::from_secs(1)));
    }

    #[test]
    fn reads_retry_after_as_all_forms_of_http_dates_and_clamps_past_ones() {
        let at = |s| httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(s));
        assert_eq!(parse(&at(NOW + 4)), Some(Duration::from_secs(4)));
        assert_eq!(parse(&at(NOW - 4)), Some(Duration::ZERO));
        assert_eq!(parse("Sun Nov  6 08:49:37 1994"), Some(Duration::ZERO));
        assert_eq!(
            parse("Sunday, 06-Nov-94 08:49:37 GMT"),
            Some(Duration::ZERO)
        );
    }

    #[test]
    fn a_retry_after_that_makes_no_sense_is_absent() {
        for text in [
            "", "-1", "NaN", "inf", "1e3", "soon", ".", "1.2.3", "+5", "5 s",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn absurd_waits_are_bounded_and_still_long() {
        assert_eq!(parse("99999999999999999999999999"), Some(LONGEST));
        assert_eq!(parse("18446744073709551615.999"), Some(LONGEST));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,30}") {
            let _ = parse(&text);
        }

        #[test]
        fn a_retry_after_is_never_shorter_than_asked(whole in 0u64..100_000, fraction in "[0-9]{0,9}") {
            let text = format!("{whole}.{fraction}");
            let asked: f64 = text.parse().unwrap();
            let read = parse(&text).unwrap().as_secs_f64();
            prop_assert!(read >= asked - 1e-9 && read < asked + 0.002, "{text} -> {read}");
        }
    }
}
