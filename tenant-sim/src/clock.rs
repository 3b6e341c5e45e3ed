//! The tenant's clock, and dates as Graph writes them.

use std::cell::Cell;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;

/// Seconds in a day.
pub(crate) const DAY: i64 = 86_400;

thread_local! {
    /// The moment of the request that is answered on this thread, where its caller said so.
    static MOMENT: Cell<Option<Moment>> = const { Cell::new(None) };
}

/// A moment by both sorts of clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    monotonic: Instant,
    wall: SystemTime,
}

/// The real time, or that of the caller who asks without a server.
pub(crate) fn monotonic() -> Instant {
    MOMENT
        .get()
        .map_or_else(Instant::now, |moment| moment.monotonic)
}

/// The same as a date.
pub(crate) fn wall() -> SystemTime {
    MOMENT
        .get()
        .map_or_else(SystemTime::now, |moment| moment.wall)
}

/// Answers as of a moment.
pub(crate) fn at<R>(moment: Moment, answer: impl FnOnce() -> R) -> R {
    struct Reset(Option<Moment>);
    impl Drop for Reset {
        fn drop(&mut self) {
            MOMENT.set(self.0);
        }
    }
    let _reset = Reset(MOMENT.replace(Some(moment)));
    answer()
}

/// A clock that starts at a chosen time and then runs at the real pace.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    base: i64,
    started: Instant,
}

impl Clock {
    pub(crate) fn starting_at(time: SystemTime) -> Self {
        Self {
            base: unix_seconds(time),
            started: monotonic(),
        }
    }

    /// The tenant's time now, in seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        let elapsed = monotonic().saturating_duration_since(self.started);
        self.base + i64::try_from(elapsed.as_secs()).unwrap_or(0)
    }

    /// The moment that is so long after the start.
    pub(crate) fn moment(&self, elapsed: Duration) -> Moment {
        let base = Duration::from_secs(u64::try_from(self.base).unwrap_or(0));
        Moment {
            monotonic: self.started + elapsed,
            wall: UNIX_EPOCH + base + elapsed,
        }
    }
}

/// Seconds since 1970; negative before.
pub(crate) fn unix_seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => {
            i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds)
        }
    }
}

/// `2026-01-31T09:30:00Z`, the form Graph uses for `Edm.DateTimeOffset`.
pub(crate) fn iso(unix: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(unix).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// Seconds as a span, for waits computed in floating point; never negative.
pub(crate) fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value.max(0.0)).unwrap_or(Duration::ZERO)
}
