//! A limit that the service's answers correct.

use std::time::Duration;

/// Kept of a limit that a refusal showed to be too high.
const DECREASE: f64 = 0.85;
/// Kept when refused close to where it was refused before: only a little too much.
const NUDGE: f64 = 0.93;
/// No refusal lowers a limit to less than this part at once.
const DEEPEST: f64 = 0.5;
/// How close to the last refusal the limit may come by itself.
const EDGE: f64 = 0.97;
/// How much of the edge comes back in a window.
const RECOVERY: f64 = 0.05;
/// How much of the documented figure is tried for in a window beyond the edge.
const PROBING: f64 = 0.01;
/// Windows after a refusal before trying beyond the edge; twice as many after each that fails.
const HOLD: u32 = 8;
const LONGEST_HOLD: u32 = 64;
/// The share of the limit from which the service is taken at its warning.
const WARNING: f64 = 0.95;

/// A limit between one and the documented figure.
///
/// One congestion lowers it once, however many requests were refused in it. It comes back up to
/// just below where it was refused, rests there, and only then tries for more.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AdaptiveLimit {
    ceiling: f64,
    limit: f64,
    refused_at: Option<f64>,
    window: Duration,
    /// Requests sent before this moment tell of the same congestion.
    epoch: Duration,
    /// Not to be lowered below this by the same congestion.
    least: f64,
    hold: u32,
    hold_until: Duration,
    grown: Duration,
}

impl AdaptiveLimit {
    pub(super) fn new(ceiling: u32, window: Duration) -> Self {
        let ceiling = f64::from(ceiling);
        Self {
            ceiling,
            limit: ceiling,
            refused_at: None,
            window,
            epoch: Duration::ZERO,
            least: ceiling,
            hold: HOLD,
            hold_until: Duration::ZERO,
            grown: Duration::ZERO,
        }
    }

    /// Goes on from a limit that was learned earlier, and rests on it before trying for more.
    pub(super) fn restore(&mut self, limit: f64, refused_at: Option<f64>, now: Duration) {
        if !limit.is_finite() {
            return;
        }
        self.limit = limit.clamp(1.0, self.ceiling);
        self.refused_at = refused_at.filter(|at| at.is_finite() && *at >= 1.0);
        self.rest(now);
    }

    pub(super) fn limit(&self) -> f64 {
        self.limit
    }

    pub(super) fn refused_at(&self) -> Option<f64> {
        self.refused_at
    }

    /// What may go out in a window, in whole units.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between one and the documented figure, which is a `u32`"
    )]
    pub(super) fn units(&self) -> u64 {
        self.limit.max(1.0) as u64
    }

    /// A request sent at `sent` was refused, when the service had taken `accepted` of the window.
    pub(super) fn refused(&mut self, sent: Duration, now: Duration, accepted: f64) {
        if sent < self.epoch {
            // The same congestion, whose end shows how much was too much.
            self.limit = self.limit.min(accepted.max(self.least)).max(1.0);
            return;
        }
        self.epoch = now;
        let limit = self.limit;
        let known = self.refused_at.is_some_and(|at| limit >= at * 0.9);
        self.limit = if known {
            self.hold = self.hold.saturating_mul(2).min(LONGEST_HOLD);
            self.least = limit;
            limit * NUDGE
        } else {
            self.least = limit * DEEPEST;
            accepted.min(limit * DECREASE).max(limit * DEEPEST)
        }
        .max(1.0);
        self.refused_at = Some(limit);
        self.rest(now);
    }

    /// The service says which share of its limit is used up, 1 being all of it.
    pub(super) fn warned(&mut self, share: f64, sent: Duration, now: Duration) {
        if !share.is_finite() || share <= WARNING || sent < self.epoch {
            return;
        }
        self.epoch = now;
        self.least = self.limit;
        self.refused_at = Some(self.limit);
        self.limit = (self.limit * (WARNING / share).max(DEEPEST)).max(1.0);
        self.rest(now);
    }

    /// A request sent at `sent` was taken while `used` of the window was in use. What was sent
    /// before the last refusal says nothing of the time after it.
    pub(super) fn accepted(&mut self, sent: Duration, now: Duration, used: f64) {
        if sent < self.epoch {
            return;
        }
        let since = now.saturating_sub(self.grown).min(self.window);
        self.grown = now;
        // Who does not come near the limit learns nothing of it.
        if self.limit >= self.ceiling || used < self.limit.floor() * 0.7 {
            return;
        }
        let windows = since.as_secs_f64() / self.window.as_secs_f64().max(f64::MIN_POSITIVE);
        let edge = self.refused_at.map_or(self.ceiling, |at| at * EDGE);
        if self.limit < edge {
            self.limit = (self.limit + edge * RECOVERY * windows).min(edge);
        } else if now >= self.hold_until {
            self.limit += self.ceiling * PROBING * windows;
        }
        self.limit = self.limit.min(self.ceiling);
    }

    fn rest(&mut self, now: Duration) {
        self.grown = now;
        self.hold_until = now.saturating_add(self.window.saturating_mul(self.hold));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WINDOW: Duration = Duration::from_secs(10);

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn one_congestion_lowers_the_limit_once() {
        let mut adaptive = AdaptiveLimit::new(1000, WINDOW);
        adaptive.refused(secs(100), secs(101), 900.0);
        assert!((adaptive.limit() - 850.0).abs() < 1e-9);
        for sent in [90, 100] {
            adaptive.refused(secs(sent), secs(102), 900.0);
        }
        assert!((adaptive.limit() - 850.0).abs() < 1e-9);
        adaptive.refused(secs(101), secs(103), 800.0);
        assert!(adaptive.limit() < 850.0);
    }

    #[test]
    fn what_the_service_took_in_the_window_is_the_best_guess() {
        let mut adaptive = AdaptiveLimit::new(5, WINDOW);
        adaptive.refused(secs(1), secs(2), 4.0);
        adaptive.refused(secs(1), secs(2), 3.0);
        assert_eq!(adaptive.units(), 3);
    }

    #[test]
    fn comes_back_below_the_refusal_rests_and_then_tries_for_more() {
        let mut adaptive = AdaptiveLimit::new(1000, WINDOW);
        adaptive.refused(secs(0), secs(0), 1000.0);
        for second in 1..=70 {
            adaptive.accepted(secs(second), secs(second), 800.0);
        }
        assert!(
            (adaptive.limit() - 970.0).abs() < 1e-6,
            "{}",
            adaptive.limit()
        );
        for second in 71..200 {
            adaptive.accepted(secs(second), secs(second), 960.0);
        }
        assert!(adaptive.limit() > 990.0, "{}", adaptive.limit());
    }

    #[test]
    fn who_does_not_come_near_the_limit_learns_nothing() {
        let mut adaptive = AdaptiveLimit::new(1000, WINDOW);
        adaptive.refused(secs(0), secs(0), 500.0);
        let before = adaptive.limit();
        for second in 1..1000 {
            adaptive.accepted(secs(second), secs(second), 10.0);
        }
        assert!((adaptive.limit() - before).abs() < 1e-9);
    }

    #[test]
    fn what_was_sent_before_the_refusal_does_not_raise_the_limit_after_it() {
        let mut adaptive = AdaptiveLimit::new(1000, WINDOW);
        adaptive.refused(secs(5), secs(6), 900.0);
        let before = adaptive.limit();
        adaptive.accepted(secs(5), secs(60), 840.0);
        assert!((adaptive.limit() - before).abs() < 1e-9);
        adaptive.accepted(secs(7), secs(60), 840.0);
        assert!(adaptive.limit() > before);
    }

    #[test]
    fn warnings_slow_down_in_proportion() {
        let mut adaptive = AdaptiveLimit::new(1000, WINDOW);
        adaptive.warned(0.8, secs(1), secs(1));
        assert_eq!(adaptive.units(), 1000);
        adaptive.warned(1.0, secs(1), secs(2));
        assert_eq!(adaptive.units(), 950);
        adaptive.warned(1.8, secs(1), secs(3));
        assert_eq!(adaptive.units(), 950);
    }

    proptest! {
        #[test]
        fn stays_between_one_and_the_documented_figure(
            ceiling in 1u32..10_000,
            steps in proptest::collection::vec((0u8..4, 0u64..30, -1.0f64..20_000.0), 0..200),
        ) {
            let mut adaptive = AdaptiveLimit::new(ceiling, WINDOW);
            let mut now = Duration::ZERO;
            for (what, seconds, number) in steps {
                now += secs(seconds);
                match what {
                    0 => adaptive.refused(now, now, number),
                    1 => adaptive.warned(number, now, now),
                    2 => adaptive.restore(number, Some(number), now),
                    _ => adaptive.accepted(now, now, number),
                }
                prop_assert!(adaptive.limit() >= 1.0 && adaptive.limit() <= f64::from(ceiling), "{adaptive:?}");
                prop_assert!(adaptive.units() >= 1);
            }
        }
    }
}
