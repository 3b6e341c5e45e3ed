//! Points in time as the service writes them.

use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A point in time as received, with what could be understood of it.
///
/// Graph sends 0 to 7 digits of fraction, `9999-12-31T23:59:59.9999999Z` for "without end" and
/// `0001-01-01T00:00:00Z` for "never". Text that is no date and time with an offset is kept and has
/// no [`unix_seconds`](Self::unix_seconds); it never fails the object it is in.
///
/// ```
/// use graph_client::DateTime;
///
/// assert_eq!(DateTime::new("2026-11-21T04:55:24.1234567Z").unix_seconds(), Some(1_795_236_924));
/// assert!(DateTime::new("0001-01-01T00:00:00Z").is_never());
/// assert_eq!(DateTime::new("soon").unix_seconds(), None);
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DateTime {
    text: Box<str>,
    time: Option<OffsetDateTime>,
}

impl DateTime {
    /// Reads a date; what is none is kept as text.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        let text = text.into();
        let time = OffsetDateTime::parse(text.trim(), &Rfc3339).ok();
        Self { text, time }
    }

    /// The text as received.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Seconds since 1970, if the text was a point in time.
    pub fn unix_seconds(&self) -> Option<i64> {
        self.time.map(OffsetDateTime::unix_timestamp)
    }

    /// The same as the standard library's type, for times from 1970 on.
    pub fn to_system_time(&self) -> Option<SystemTime> {
        let nanos = u128::try_from(self.time?.unix_timestamp_nanos()).ok()?;
        let since = std::time::Duration::new(
            u64::try_from(nanos / 1_000_000_000).ok()?,
            u32::try_from(nanos % 1_000_000_000).ok()?,
        );
        SystemTime::UNIX_EPOCH.checked_add(since)
    }

    /// Whether this is the service's way of writing "never": a day of the year 1.
    pub fn is_never(&self) -> bool {
        self.time.is_some_and(|time| time.year() <= 1)
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DateTime({:?}", self.text)?;
        f.write_str(if self.time.is_some() {
            ")"
        } else {
            ", not understood)"
        })
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(
            Cow::<'de, str>::deserialize(deserializer)?.into_owned(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_last_moment_of_9999_is_accepted() {
        let end = DateTime::new("9999-12-31T23:59:59.9999999Z");
        assert_eq!(end.time.map(OffsetDateTime::year), Some(9999));
        assert!(!end.is_never() && end.to_system_time().is_some());
    }

    #[test]
    fn never_is_the_year_one() {
        assert!(DateTime::new("0001-01-01T00:00:00Z").is_never());
        assert!(DateTime::new("0001-01-01T00:00:00.0000000+00:00").is_never());
        assert!(!DateTime::new("0002-01-01T00:00:00Z").is_never());
        assert!(!DateTime::new("").is_never());
        assert_eq!(DateTime::new("0001-01-01T00:00:00Z").to_system_time(), None);
    }

    #[test]
    fn offsets_count_and_dates_without_one_stay_text() {
        assert_eq!(
            DateTime::new("1970-01-01T01:00:00+01:00").unix_seconds(),
            Some(0)
        );
        for text in [
            "2021-05-18T19:03:10",
            "2021-05-18",
            "",
            "2021-13-01T00:00:00Z",
            "date-time",
        ] {
            let date = DateTime::new(text);
            assert_eq!((date.time, date.as_str()), (None, text));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_kept_as_received(text in "\\PC{0,40}") {
            let json = serde_json::to_string(&text).unwrap();
            let date: DateTime = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(date.as_str(), &text);
            prop_assert_eq!(serde_json::to_string(&date).unwrap(), json);
            let _ = (date.is_never(), date.to_system_time(), date.unix_seconds());
        }

        #[test]
        fn any_number_of_digits_is_understood(seconds in 0i64..253_402_300_799, digits in "[0-9]{0,7}") {
            let whole = OffsetDateTime::from_unix_timestamp(seconds).unwrap().format(&Rfc3339).unwrap();
            let dot = if digits.is_empty() { "" } else { "." };
            let date = DateTime::new(format!("{}{dot}{digits}Z", whole.trim_end_matches('Z')));
            prop_assert_eq!(date.unix_seconds(), Some(seconds));
        }
    }
}
