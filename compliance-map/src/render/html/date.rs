//! Times as people write them.

use crate::Timestamp;

/// `21 November 2026, 12:00 UTC`.
pub(super) fn long(time: Timestamp) -> String {
    let text = time.to_string();
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    let month = match part(5..7) {
        "01" => "January",
        "02" => "February",
        "03" => "March",
        "04" => "April",
        "05" => "May",
        "06" => "June",
        "07" => "July",
        "08" => "August",
        "09" => "September",
        "10" => "October",
        "11" => "November",
        _ => "December",
    };
    let day = part(8..10).trim_start_matches('0');
    format!("{day} {month} {}, {} UTC", part(0..4), part(11..16))
}

/// `3 days`, `1 day`, `5 hours`.
pub(super) fn age(hours: i64) -> String {
    match hours {
        ..=0 => "less than an hour".to_owned(),
        1 => "1 hour".to_owned(),
        2..=47 => format!("{hours} hours"),
        _ => days(hours / 24),
    }
}

/// `1 day`, `30 days`.
pub(super) fn days(days: i64) -> String {
    match days {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}
