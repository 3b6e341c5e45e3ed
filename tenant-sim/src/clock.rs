//! The tenant's clock, and dates as Graph writes them.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;

/// Seconds in a day.
pub(crate) const DAY: i64 = 86_400;

thread_local! {
    /// The moment of the request that is answered on this thread.
    static MOMENT: Cell<Option<Moment>> = const { Cell::new(None) };
}

/// A moment by both sorts of clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    monotonic: Instant,
    wall: SystemTime,
}

/// The moment of the request that is answered, or the real time.
pub(crate) fn monotonic() -> Instant {
    MOMENT
        .get()
        .map_or_else(Instant::now, |moment| moment.monotonic)
}

/// The same as a date on the reader's clock, which nobody moves.
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

/// A clock that starts at a chosen time, runs at the real pace and can be moved ahead. Clones are moved together.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    base: i64,
    started: Instant,
    /// Nanoseconds.
    ahead: Arc<AtomicU64>,
}

impl Clock {
    pub(crate) fn starting_at(time: SystemTime) -> Self {
        Self {
            base: unix_seconds(time),
            started: Instant::now(),
            ahead: Arc::default(),
        }
    }

    /// Moves it ahead, by a few centuries in all at most.
    pub(crate) fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        // The closure always gives a value.
        let _ = self
            .ahead
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |ahead| {
                Some(ahead.saturating_add(by))
            });
    }

    fn ahead(&self) -> Duration {
        Duration::from_nanos(self.ahead.load(Ordering::Relaxed))
    }

    /// The tenant's time now, in seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        let now = MOMENT.get().unwrap_or_else(|| self.present()).monotonic;
        let elapsed = now.saturating_duration_since(self.started);
        self.base + i64::try_from(elapsed.as_secs()).unwrap_or(0)
    }

    /// The present moment.
    pub(crate) fn present(&self) -> Moment {
        Moment {
            monotonic: Instant::now() + self.ahead(),
            wall: SystemTime::now(),
        }
    }

    /// The moment that is so long after the start.
    pub(crate) fn moment(&self, elapsed: Duration) -> Moment {
        let base = Duration::from_secs(u64::try_from(self.base).unwrap_or(0));
        Moment {
            monotonic: self.started + elapsed + self.ahead(),
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
