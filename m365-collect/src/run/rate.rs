//! How fast items come.

use std::collections::VecDeque;
use std::time::Duration;

/// What is older does not count.
const WINDOW: Duration = Duration::from_secs(15);
/// How far apart the samples are.
const STEP: Duration = Duration::from_millis(500);

/// Items a second over the last while.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    samples: VecDeque<(Duration, u64)>,
}

impl Rate {
    /// So many items came until `now`; how many a second that is, once there is enough to tell.
    pub(crate) fn sample(&mut self, now: Duration, seen: u64) -> Option<f64> {
        // A source that begins anew counts anew.
        if self.samples.back().is_some_and(|(_, last)| *last > seen) {
            self.samples.clear();
        }
        if self
            .samples
            .back()
            .is_none_or(|(at, _)| now.saturating_sub(*at) >= STEP)
        {
            self.samples.push_back((now, seen));
        }
        // The newest sample that is old enough stays, so that there is something to measure from.
        while self
            .samples
            .get(1)
            .is_some_and(|(at, _)| now.saturating_sub(*at) >= WINDOW)
        {
            self.samples.pop_front();
        }
        let (since, before) = *self.samples.front()?;
        let time = now.saturating_sub(since);
        (time >= STEP).then(|| as_f64(seen.saturating_sub(before)) / time.as_secs_f64())
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn as_f64(items: u64) -> f64 {
    items as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn second(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn is(rate: Option<f64>, expected: f64) -> bool {
        rate.is_some_and(|rate| (rate - expected).abs() < 1e-9)
    }

    #[test]
    fn the_first_items_tell_no_rate() {
        let mut rate = Rate::default();
        assert_eq!(rate.sample(second(0), 100), None);
        assert_eq!(rate.sample(Duration::from_millis(499), 200), None);
    }

    #[test]
    fn the_rate_is_that_of_late() {
        let mut rate = Rate::default();
        rate.sample(second(0), 0);
        assert!(is(rate.sample(second(10), 1000), 100.0));
        assert!(is(rate.sample(second(20), 3000), 150.0));
        assert!(is(rate.sample(second(30), 3000), 100.0));
        assert!(
            is(rate.sample(second(40), 3000), 0.0),
            "what came twenty seconds ago and before does not count any more"
        );
    }

    #[test]
    fn a_reading_that_begins_anew_is_measured_anew() {
        let mut rate = Rate::default();
        rate.sample(second(0), 0);
        rate.sample(second(10), 1000);
        assert_eq!(rate.sample(second(11), 10), None);
        assert!(is(rate.sample(second(12), 60), 50.0));
    }

    #[test]
    fn memory_is_bounded() {
        let mut rate = Rate::default();
        for millisecond in 0..200_000 {
            rate.sample(Duration::from_millis(millisecond), millisecond);
        }
        assert!(rate.samples.len() <= 32, "{}", rate.samples.len());
    }
}
