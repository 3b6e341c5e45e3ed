//! Times against a second way of computing them.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use compliance_map::Timestamp;
use proptest::prelude::*;

const fn leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

const fn length(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + leap(year) as i64,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Seconds since 1970 by counting years and months one by one.
fn counted(year: i64, month: i64, day: i64, second_of_day: i64) -> i64 {
    let year_length = |y: i64| 365 + i64::from(leap(y));
    let years: i64 = if year >= 1970 {
        (1970..year).map(year_length).sum()
    } else {
        -(year..1970).map(year_length).sum::<i64>()
    };
    let months: i64 = (1..month).map(|m| length(year, m)).sum();
    (years + months + day - 1) * 86_400 + second_of_day
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_counting(
        year in 0..10_000_i64,
        month in 1..13_i64,
        day_seed in 0..31_i64,
        second in 0..86_400_i64,
        nanos in 0..1_000_000_000_u32,
        offset in -1439..1440_i64,
    ) {
        let day = day_seed % length(year, month) + 1;
        let (hour, minute, rest) = (second / 3600, second / 60 % 60, second % 60);
        let sign = if offset < 0 { '-' } else { '+' };
        let (oh, om) = (offset.abs() / 60, offset.abs() % 60);
        let text = format!(
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{rest:02}.{nanos:09}{sign}{oh:02}:{om:02}"
        );
        let time: Timestamp = text.parse().unwrap();
        prop_assert_eq!(time.unix_seconds(), counted(year, month, day, second) - offset * 60);
        if let Some(whole) = Timestamp::from_unix_seconds(time.unix_seconds()) {
            let written = time.to_string();
            prop_assert_eq!(written.parse::<Timestamp>().unwrap(), time);
            prop_assert!(whole <= time && time.seconds_since(whole) == 0);
        }
    }

    #[test]
    fn spans_are_rounded_down(seconds in -10_000_000_000_i64..10_000_000_000) {
        let start = Timestamp::from_unix_seconds(1_000_000_000).unwrap();
        let end = Timestamp::from_unix_seconds(1_000_000_000 + seconds).unwrap();
        prop_assert_eq!(end.seconds_since(start), seconds);
        prop_assert_eq!(end.days_since(start), seconds.div_euclid(86_400));
        prop_assert_eq!(end.hours_since(start), seconds.div_euclid(3_600));
        prop_assert_eq!(end > start, seconds > 0);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}|[0-9TZ:.+-]{0,40}") {
        let _ = Timestamp::parse(&text);
    }
}

#[test]
fn refuses_what_does_not_exist() {
    for text in [
        "",
        "2026-11-21",
        "2026-11-21T12:00:00",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T12:00:00.Z",
        "2026-11-21T12:00:00.0123456789Z",
        "2026-11-21T12:00:00Z ",
        "next spring",
    ] {
        assert!(Timestamp::parse(text).is_err(), "{text}");
    }
    assert!(Timestamp::parse("2024-02-29t23:59:60z").is_ok());
}
