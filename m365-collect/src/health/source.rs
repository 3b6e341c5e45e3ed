//! How one source fares.

use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::status::HealthStatus;
use crate::id::SourceId;
use crate::outcome::{Outcome, PartialReason};
use crate::store::RunEntry;
use crate::timestamp;

/// How a source fares.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SourceHealth {
    /// The source.
    pub id: SourceId,
    /// How well it is read.
    pub status: HealthStatus,
    /// When it was last read completely.
    #[serde(serialize_with = "timestamp::option::serialize")]
    pub last_success: Option<SystemTime>,
    /// How long ago that is.
    pub age_seconds: Option<u64>,
    /// How often it is read.
    pub cadence_seconds: u64,
    /// When it was last tried.
    #[serde(serialize_with = "timestamp::option::serialize")]
    pub last_run: Option<SystemTime>,
    /// What came of that: `complete`, `denied`, …; `None` where it was never tried.
    pub outcome: Option<&'static str>,
    /// What is missing and what to do.
    pub reason: Option<String>,
    /// Items that the last run received.
    pub seen: u64,
    /// Objects and relations that it stored, changed or removed.
    pub changed: u64,
    /// How many objects of its own are stored; `None` for a source of relations alone.
    pub stored: Option<u64>,
    /// Its runs of the last [`WINDOW`](super::WINDOW) together.
    pub window: Window,
}

/// Runs added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Window {
    /// How many there were.
    pub runs: u64,
    /// How many of them failed: were throttled, refused or cut off, or failed in another way.
    pub failures: u64,
    /// Items received.
    pub seen: u64,
    /// Objects and relations stored, changed or removed.
    pub changed: u64,
    /// Requests sent.
    pub requests: u64,
    /// Requests that the service throttled.
    pub throttled: u64,
}

impl Window {
    /// The share of the runs that failed; `None` where there were none.
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    pub fn failure_rate(&self) -> Option<f64> {
        (self.runs > 0).then(|| self.failures as f64 / self.runs as f64)
    }

    pub(super) fn add(&mut self, run: &RunEntry) {
        self.runs += 1;
        self.failures += u64::from(is_failure(&run.outcome));
        self.seen += run.stats.seen;
        self.changed += run.stats.upserted + run.stats.removed;
        self.requests += run.stats.requests;
        self.throttled += run.stats.throttled;
    }

    fn mostly_fails(&self) -> bool {
        self.runs >= 4 && self.failures * 2 > self.runs
    }
}

const fn is_failure(outcome: &Outcome) -> bool {
    !matches!(
        outcome,
        Outcome::Complete | Outcome::Unlicensed { .. } | Outcome::Partial { .. }
    ) || matches!(
        outcome,
        Outcome::Partial {
            reason: PartialReason::Interrupted { .. }
        }
    )
}

impl SourceHealth {
    pub(super) fn of(
        id: &SourceId,
        cadence: Duration,
        run: Option<&RunEntry>,
        last_success: Option<SystemTime>,
        window: Window,
        stored: Option<u64>,
        as_of: SystemTime,
    ) -> Self {
        let age = last_success.map(|at| as_of.duration_since(at).unwrap_or_default());
        let outcome = run.map(|run| &run.outcome);
        let stats = run.map(|run| run.stats).unwrap_or_default();
        Self {
            id: id.clone(),
            status: status(outcome, age, cadence, &window),
            last_success,
            age_seconds: age.map(|age| age.as_secs()),
            cadence_seconds: cadence.as_secs(),
            last_run: run.and_then(|run| run.ended_at),
            outcome: outcome.map(Outcome::name),
            reason: outcome.and_then(Outcome::reason),
            seen: stats.seen,
            changed: stats.upserted + stats.removed,
            stored,
            window,
        }
    }
}

fn status(
    outcome: Option<&Outcome>,
    age: Option<Duration>,
    cadence: Duration,
    window: &Window,
) -> HealthStatus {
    let is_old = |times: u32| age.is_none_or(|age| age > cadence.saturating_mul(times));
    match outcome {
        Some(Outcome::Unlicensed { .. }) => HealthStatus::Degraded,
        None => HealthStatus::NotRead,
        // What it asks about was left out, or never read: it could not be asked for.
        Some(Outcome::Skipped { .. }) if age.is_none() => HealthStatus::NotRead,
        Some(Outcome::Denied { .. } | Outcome::Unauthenticated { .. }) => HealthStatus::Failing,
        Some(_) if age.is_none() || is_old(10) => HealthStatus::Failing,
        Some(Outcome::Complete) if !is_old(2) && !window.mostly_fails() => HealthStatus::Healthy,
        Some(_) => HealthStatus::Degraded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn failed() -> Outcome {
        Outcome::Failed {
            error: "reset".to_owned(),
        }
    }

    fn graded(outcome: &Outcome, hours: Option<u32>) -> HealthStatus {
        let age = hours.map(|hours| HOUR * hours);
        status(Some(outcome), age, HOUR, &Window::default())
    }

    #[test]
    fn complete_and_recent_is_healthy() {
        assert_eq!(graded(&Outcome::Complete, Some(2)), HealthStatus::Healthy);
        assert_eq!(graded(&Outcome::Complete, Some(3)), HealthStatus::Degraded);
        assert_eq!(graded(&Outcome::Complete, Some(11)), HealthStatus::Failing);
    }

    #[test]
    fn a_failure_degrades_what_was_read_lately_and_fails_what_was_not() {
        assert_eq!(graded(&failed(), Some(1)), HealthStatus::Degraded);
        assert_eq!(graded(&failed(), Some(11)), HealthStatus::Failing);
        assert_eq!(graded(&failed(), None), HealthStatus::Failing);
    }

    #[test]
    fn a_refusal_fails_however_recent_the_data() {
        let denied = Outcome::Denied {
            permission: "User.Read.All".to_owned(),
            code: None,
        };
        assert_eq!(graded(&denied, Some(0)), HealthStatus::Failing);
    }

    #[test]
    fn what_was_never_asked_for_has_not_failed_and_is_not_healthy() {
        assert_eq!(
            status(None, None, HOUR, &Window::default()),
            HealthStatus::NotRead
        );
        let skipped = Outcome::Skipped {
            reason: "it needs teams, which were never read".to_owned(),
        };
        assert_eq!(graded(&skipped, None), HealthStatus::NotRead);
    }

    #[test]
    fn one_success_among_failures_is_not_healthy() {
        let runs = |failures: u64| Window {
            runs: 10,
            failures,
            ..Window::default()
        };
        let status = |failures| status(Some(&Outcome::Complete), Some(HOUR), HOUR, &runs(failures));
        assert_eq!(status(5), HealthStatus::Healthy);
        assert_eq!(status(6), HealthStatus::Degraded);
    }

    #[test]
    fn runs_are_added_up() {
        let mut window = Window::default();
        assert_eq!(window.failure_rate(), None);
        let interrupted = Outcome::Partial {
            reason: PartialReason::Interrupted {
                error: "reset".to_owned(),
            },
        };
        let malformed = Outcome::Partial {
            reason: PartialReason::Malformed { items: 1 },
        };
        for outcome in [Outcome::Complete, failed(), interrupted, malformed] {
            let mut stats = crate::outcome::RunStats::default();
            (stats.seen, stats.upserted, stats.removed) = (10, 3, 1);
            let now = SystemTime::UNIX_EPOCH;
            window.add(&RunEntry::new(
                SourceId::new("users"),
                now,
                now,
                outcome,
                stats,
            ));
        }
        assert_eq!((window.runs, window.failures), (4, 2));
        assert_eq!((window.seen, window.changed), (40, 16));
        assert_eq!(window.failure_rate(), Some(0.5));
    }
}
