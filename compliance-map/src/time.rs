//! Instants, passed in as values: this crate reads no clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const SECONDS_PER_DAY: i64 = 86_400;
const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// An instant in UTC with nanosecond precision, written as RFC 3339.
///
/// Any offset is accepted on input and normalised to `Z` on output.
///
/// ```
/// use compliance_map::Timestamp;
///
/// let noon: Timestamp = "2026-11-21T13:00:00.25+01:00".parse()?;
/// assert_eq!(noon.to_string(), "2026-11-21T12:00:00.25Z");
/// assert_eq!(noon.days_since("2026-11-11T00:00:00Z".parse()?), 10);
/// # Ok::<(), compliance_map::TimestampError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
}

/// A text that is not an RFC 3339 date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time: {reason} (expected for example 2026-11-21T12:00:00Z)")]
pub struct TimestampError {
    reason: &'static str,
}

const fn fail<T>(reason: &'static str) -> Result<T, TimestampError> {
    Err(TimestampError { reason })
}

impl Timestamp {
    /// Reads an RFC 3339 time with an offset and 0 to 9 fraction digits.
    ///
    /// # Errors
    ///
    /// [`TimestampError`] says which part could not be read. A time without an offset is refused:
    /// guessing a zone would shift every age.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        let mut rest = Cursor(text.as_bytes());
        let year = rest.number(4, "the year needs four digits")?;
        rest.one_of(b"-", "a dash must follow the year")?;
        let month = rest.number(2, "the month needs two digits")?;
        rest.one_of(b"-", "a dash must follow the month")?;
        let day = rest.number(2, "the day needs two digits")?;
        rest.one_of(b"Tt ", "a T must stand between date and time")?;
        let hour = rest.number(2, "the hour needs two digits")?;
        rest.one_of(b":", "a colon must follow the hour")?;
        let minute = rest.number(2, "the minute needs two digits")?;
        rest.one_of(b":", "a colon must follow the minute")?;
        let second = rest.number(2, "the second needs two digits")?;
        let nanos = rest.fraction()?;
        let offset = rest.offset()?;
        if !rest.0.is_empty() {
            return fail("there is text after the offset");
        }
        if !(1..=12).contains(&month) {
            return fail("the month is not between 1 and 12");
        }
        if day < 1 || day > days_in_month(year, month) {
            return fail("the month has no such day");
        }
        // RFC 3339 §5.7 allows second 60 for leap seconds; it counts as the next second, as in POSIX time.
        if hour > 23 || minute > 59 || second > 60 {
            return fail("the time of day does not exist");
        }
        let seconds = days_from_epoch(year, month, day) * SECONDS_PER_DAY
            + hour * 3600
            + minute * 60
            + second
            - offset;
        Ok(Self { seconds, nanos })
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    pub const fn unix_seconds(self) -> i64 {
        self.seconds
    }

    /// The instant that many whole seconds after 1970-01-01T00:00:00Z.
    ///
    /// `None` outside the years 0000 to 9999, which RFC 3339 cannot write.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        let first = days_from_epoch(0, 1, 1) * SECONDS_PER_DAY;
        let last = days_from_epoch(10_000, 1, 1) * SECONDS_PER_DAY;
        (first..last)
            .contains(&seconds)
            .then_some(Self { seconds, nanos: 0 })
    }

    /// Nanoseconds since 1970-01-01T00:00:00Z; the nearest that fit beyond the years 1678 to 2262.
    pub(crate) const fn unix_nanos(self) -> i64 {
        let nanos = self.seconds.saturating_mul(NANOS_PER_SECOND);
        nanos.saturating_add(self.nanos as i64)
    }

    pub(crate) fn from_unix_nanos(nanos: i64) -> Self {
        let below_a_second = nanos.rem_euclid(NANOS_PER_SECOND);
        Self {
            seconds: nanos.div_euclid(NANOS_PER_SECOND),
            nanos: u32::try_from(below_a_second).unwrap_or_default(),
        }
    }

    /// Whole seconds from `earlier` to `self`, rounded down; negative when `earlier` is later.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        self.seconds - earlier.seconds - i64::from(self.nanos < earlier.nanos)
    }

    /// Whole hours from `earlier` to `self`, rounded down.
    pub fn hours_since(self, earlier: Self) -> i64 {
        self.seconds_since(earlier).div_euclid(3600)
    }

    /// Whole days of 24 hours from `earlier` to `self`, rounded down.
    pub fn days_since(self, earlier: Self) -> i64 {
        self.seconds_since(earlier).div_euclid(SECONDS_PER_DAY)
    }

    /// Whether more than `limit` seconds lie between `earlier` and `self`.
    pub(crate) fn is_more_than_seconds_after(self, earlier: Self, limit: i64) -> bool {
        let whole = self.seconds_since(earlier);
        whole > limit || (whole == limit && self.nanos != earlier.nanos)
    }

    /// Whether this is the year-1 date by which the service writes "never".
    pub(crate) fn means_never(self) -> bool {
        self.seconds < days_from_epoch(2, 1, 1) * SECONDS_PER_DAY
    }
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn take(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    fn number(&mut self, digits: usize, reason: &'static str) -> Result<i64, TimestampError> {
        let mut value = 0;
        for _ in 0..digits {
            match self.take() {
                Some(digit @ b'0'..=b'9') => value = value * 10 + i64::from(digit - b'0'),
                _ => return fail(reason),
            }
        }
        Ok(value)
    }

    fn one_of(&mut self, accepted: &[u8], reason: &'static str) -> Result<u8, TimestampError> {
        match self.take() {
            Some(byte) if accepted.contains(&byte) => Ok(byte),
            _ => fail(reason),
        }
    }

    fn fraction(&mut self) -> Result<u32, TimestampError> {
        if self.0.first() != Some(&b'.') {
            return Ok(0);
        }
        self.take();
        let (mut nanos, mut digits) = (0_u32, 0_u32);
        while let Some(&digit @ b'0'..=b'9') = self.0.first() {
            if digits == 9 {
                return fail("a fraction may have at most nine digits");
            }
            nanos = nanos * 10 + u32::from(digit - b'0');
            digits += 1;
            self.take();
        }
        if digits == 0 {
            return fail("a digit must follow the decimal point");
        }
        Ok(nanos * 10_u32.pow(9 - digits))
    }

    fn offset(&mut self) -> Result<i64, TimestampError> {
        let sign = match self.one_of(b"Zz+-", "the offset is missing (Z or +hh:mm)")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Ok(0),
        };
        let hours = self.number(2, "the offset needs two digits for hours")?;
        self.one_of(b":", "a colon must stand in the offset")?;
        let minutes = self.number(2, "the offset needs two digits for minutes")?;
        if hours > 23 || minutes > 59 {
            return fail("the offset does not exist");
        }
        Ok(sign * (hours * 3600 + minutes * 60))
    }
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar.
///
/// The year is taken to start in March, so that the leap day is its last day and month lengths
/// follow the line (153 m + 2) / 5.
const fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a day count from 1970-01-01: the inverse of [`days_from_epoch`].
const fn date_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date_from_days(self.seconds.div_euclid(SECONDS_PER_DAY));
        let of_day = self.seconds.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        if self.nanos != 0 {
            let digits = format!("{:09}", self.nanos);
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 time such as 2026-11-21T12:00:00Z")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Timestamp, E> {
                Timestamp::parse(text)
                    .map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}
