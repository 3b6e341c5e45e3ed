//! Times as RFC 3339 text in UTC, to the millisecond.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The end of the calendar, in seconds: 9999-12-31T23:59:59Z.
const LAST: Duration = Duration::from_secs(253_402_300_799);

/// So much later, and never beyond the calendar: whoever waits for so long waits for ever.
pub(crate) fn after(time: SystemTime, wait: Duration) -> SystemTime {
    let last = UNIX_EPOCH.checked_add(LAST).unwrap_or(time);
    time.checked_add(wait).map_or(last, |later| later.min(last))
}

/// The time as RFC 3339 text; the Unix epoch where it is beyond the calendar.
pub(crate) fn format(time: SystemTime) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(to_millis(time)) * 1_000_000)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
}

pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000)
        .ok()
        .map(from_millis)
}

/// Milliseconds since the Unix epoch.
pub(crate) fn to_millis(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    }
}

pub(crate) fn from_millis(millis: i64) -> SystemTime {
    let distance = Duration::from_millis(millis.unsigned_abs());
    let time = if millis < 0 {
        UNIX_EPOCH.checked_sub(distance)
    } else {
        UNIX_EPOCH.checked_add(distance)
    };
    time.unwrap_or(UNIX_EPOCH)
}

pub(crate) fn serialize<S: serde::Serializer>(
    time: &SystemTime,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format(*time))
}

pub(crate) fn deserialize<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<SystemTime, D::Error> {
    let text = <String as serde::Deserialize>::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| serde::de::Error::custom("not a time of RFC 3339"))
}

pub(crate) mod option {
    use std::time::SystemTime;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(
        clippy::ref_option,
        reason = "the signature that serde's `with` asks for"
    )]
    pub(crate) fn serialize<S: Serializer>(
        time: &Option<SystemTime>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        time.map(super::format).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<SystemTime>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        Ok(text.as_deref().and_then(super::parse))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_time_is_printed_in_utc() {
        assert_eq!(
            format(from_millis(1_700_000_000_123)),
            "2023-11-14T22:13:20.123Z"
        );
    }

    #[test]
    fn a_wait_that_never_ends_ends_with_the_calendar() {
        let now = from_millis(1_700_000_000_000);
        assert_eq!(
            after(now, Duration::from_secs(1)),
            from_millis(1_700_000_001_000)
        );
        for wait in [Duration::MAX, Duration::from_secs(1 << 40)] {
            assert_eq!(format(after(now, wait)), "9999-12-31T23:59:59Z");
        }
    }

    proptest! {
        #[test]
        fn text_brings_the_time_back(millis in -62_135_596_800_000i64..253_402_300_799_999) {
            prop_assert_eq!(parse(&format(from_millis(millis))), Some(from_millis(millis)));
        }
    }
}
