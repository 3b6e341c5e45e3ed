//! When a source is due, by what is known of it.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::outcome::{Outcome, PartialReason};
use crate::store::{RunEntry, SourceState};
use crate::timestamp;

/// When a source is to be read, and why.
///
/// Serialised flat: `{"due": "later", "at": "2026-01-01T01:00:00Z", "reason": "fresh"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "due", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Due {
    /// Now.
    Now {
        /// Why.
        reason: DueReason,
    },
    /// Not yet.
    Later {
        /// Then.
        #[serde(serialize_with = "timestamp::serialize")]
        at: SystemTime,
        /// Why not now.
        reason: DueReason,
    },
    /// Never: it is not among those that are to be read.
    Off,
}

/// Why a source is due, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DueReason {
    /// It was never read.
    NeverRead,
    /// A reading was cut off, and goes on.
    CutOff,
    /// Its last reading is as old as its cadence.
    Elapsed,
    /// What it waited for was read since.
    ParentsRead,
    /// The last run lies in the future: the clock was set back.
    ClockWentBack,
    /// It was read a short while ago.
    Fresh,
    /// The service throttled it and said until when, or that it did.
    Throttled,
    /// It failed, and rests longer each time that it does.
    Resting,
}

impl fmt::Display for DueReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NeverRead => "never read",
            Self::CutOff => "a reading was cut off",
            Self::Elapsed => "its cadence has elapsed",
            Self::ParentsRead => "what it waited for was read",
            Self::ClockWentBack => "the clock was set back",
            Self::Fresh => "read a short while ago",
            Self::Throttled => "throttled",
            Self::Resting => "resting after a failure",
        })
    }
}

/// How soon a source that failed is tried again: this long after the first failure, twice as long
/// after each further one, …
const FIRST_REST: Duration = Duration::from_secs(60);
/// … and never longer than this.
const LONGEST_REST: Duration = Duration::from_secs(60 * 60);
/// Whether to try again soon may help. What a person has to settle, such as a permission, is
/// looked at again with the cadence.
pub(super) const fn is_failure(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Throttled { .. }
            | Outcome::Failed { .. }
            | Outcome::Unauthenticated { .. }
            | Outcome::Skipped { .. }
            | Outcome::Partial {
                reason: PartialReason::Interrupted { .. }
            }
    )
}

/// How long to rest after so many failures in a row.
pub(super) fn rest(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    FIRST_REST.saturating_mul(1 << doublings).min(LONGEST_REST)
}

/// What is known of a source.
pub(super) struct Known<'a> {
    pub(super) last: Option<&'a RunEntry>,
    pub(super) failures: u32,
    pub(super) state: SourceState,
    pub(super) parents_read_at: Option<SystemTime>,
}

impl Known<'_> {
    pub(super) fn due(&self, cadence: Duration, now: SystemTime) -> Due {
        let at_once = |reason| Due::Now { reason };
        let Some(last) = self.last else {
            return at_once(if self.state.in_round {
                DueReason::CutOff
            } else {
                DueReason::NeverRead
            });
        };
        let (Some(started), Some(ended)) = (last.started_at, last.ended_at) else {
            return at_once(DueReason::NeverRead);
        };
        if started > now {
            return at_once(DueReason::ClockWentBack);
        }
        if last.outcome.is_complete() && self.state.in_round {
            return at_once(DueReason::CutOff);
        }
        let was_skipped = matches!(last.outcome, Outcome::Skipped { .. });
        if was_skipped && self.parents_read_at.is_some_and(|read| read > ended) {
            return at_once(DueReason::ParentsRead);
        }
        let (from, wait, reason) = if is_failure(&last.outcome) {
            (ended, rest(self.failures), DueReason::Resting)
        } else {
            (started, cadence, DueReason::Fresh)
        };
        let mut at = timestamp::after(from, wait);
        let mut reason = reason;
        if let Outcome::Throttled { until } = last.outcome {
            at = at.max(until.unwrap_or(at));
            reason = DueReason::Throttled;
        }
        if at <= now {
            return at_once(DueReason::Elapsed);
        }
        Due::Later { at, reason }
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use proptest::prelude::*;

    use super::*;
    use crate::id::SourceId;
    use crate::outcome::RunStats;

    const HOUR: Duration = Duration::from_secs(3600);

    fn minute(minute: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(minute * 60)
    }

    fn failed() -> Outcome {
        Outcome::Failed {
            error: "reset".to_owned(),
        }
    }

    /// When an hourly source is due that ran from minute 100 to 110 with this outcome.
    fn due(outcome: Outcome, failures: u32, now: u64) -> Due {
        let run = RunEntry::new(
            SourceId::new("users"),
            minute(100),
            minute(110),
            outcome,
            RunStats::default(),
        );
        let facts = Known {
            last: Some(&run),
            failures,
            state: SourceState::new(),
            parents_read_at: None,
        };
        facts.due(HOUR, minute(now))
    }

    fn later(minutes: u64, reason: DueReason) -> Due {
        Due::Later {
            at: minute(minutes),
            reason,
        }
    }

    #[test]
    fn a_source_that_never_ran_is_due() {
        let mut facts = Known {
            last: None,
            failures: 0,
            state: SourceState::new(),
            parents_read_at: None,
        };
        let now = |reason| Due::Now { reason };
        assert_eq!(facts.due(HOUR, minute(1)), now(DueReason::NeverRead));
        facts.state.in_round = true;
        assert_eq!(facts.due(HOUR, minute(1)), now(DueReason::CutOff));
    }

    #[test]
    fn the_cadence_counts_from_the_beginning_of_a_run() {
        let complete = || due(Outcome::Complete, 0, 159);
        assert_eq!(complete(), later(160, DueReason::Fresh));
        assert_eq!(
            due(Outcome::Complete, 0, 160),
            Due::Now {
                reason: DueReason::Elapsed
            }
        );
    }

    #[test]
    fn a_cadence_without_an_end_is_never_due_again() {
        let run = RunEntry::new(
            SourceId::new("users"),
            minute(100),
            minute(110),
            Outcome::Complete,
            RunStats::default(),
        );
        let facts = Known {
            last: Some(&run),
            failures: 0,
            state: SourceState::new(),
            parents_read_at: None,
        };
        for cadence in [Duration::MAX, Duration::from_secs(1 << 60)] {
            let due = facts.due(cadence, minute(1_000_000));
            assert!(matches!(due, Due::Later { .. }), "{due:?}");
        }
    }

    #[test]
    fn a_failure_rests_longer_each_time_and_never_more_than_an_hour() {
        for (failures, minutes) in [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (u32::MAX, 60)] {
            assert_eq!(
                due(failed(), failures, 110),
                later(110 + minutes, DueReason::Resting),
                "{failures} failures"
            );
        }
    }

    #[test]
    fn a_throttled_source_is_not_tried_before_its_time() {
        let until = |until: Option<u64>| Outcome::Throttled {
            until: until.map(minute),
        };
        assert_eq!(
            due(until(Some(500)), 1, 499),
            later(500, DueReason::Throttled)
        );
        assert_eq!(
            due(until(Some(500)), 1, 500),
            Due::Now {
                reason: DueReason::Elapsed
            }
        );
        assert_eq!(due(until(None), 3, 110), later(114, DueReason::Throttled));
        assert_eq!(
            due(until(Some(111)), 3, 111),
            later(114, DueReason::Throttled),
            "one that is throttled again and again rests longer than it is told"
        );
    }

    #[test]
    fn what_a_person_has_to_settle_waits_for_the_cadence() {
        let denied = Outcome::Denied {
            permission: "User.Read.All".to_owned(),
            code: None,
        };
        let held = Outcome::Partial {
            reason: PartialReason::HeldRemovals {
                removals: 60,
                of: 100,
            },
        };
        for outcome in [denied, held] {
            assert_eq!(due(outcome, 0, 110), later(160, DueReason::Fresh));
        }
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_stop_a_source() {
        assert_eq!(
            due(Outcome::Complete, 0, 50),
            Due::Now {
                reason: DueReason::ClockWentBack
            }
        );
    }

    #[test]
    fn a_skipped_source_is_due_once_its_parents_were_read() {
        let skipped = RunEntry::new(
            SourceId::new("per_user_mfa"),
            minute(100),
            minute(110),
            Outcome::Skipped {
                reason: "it needs users".to_owned(),
            },
            RunStats::default(),
        );
        let mut facts = Known {
            last: Some(&skipped),
            failures: 4,
            state: SourceState::new(),
            parents_read_at: Some(minute(109)),
        };
        assert_eq!(
            facts.due(HOUR, minute(111)),
            later(118, DueReason::Resting),
            "they were read before"
        );
        facts.parents_read_at = Some(minute(111));
        assert_eq!(
            facts.due(HOUR, minute(111)),
            Due::Now {
                reason: DueReason::ParentsRead
            }
        );
    }

    proptest! {
        #[test]
        fn no_source_waits_longer_than_its_cadence_or_its_rest_or_it_was_told(
            now in 0u64..2000, failures in 0u32..20, until in proptest::option::of(0u64..3000),
            which in 0usize..4
        ) {
            let outcome = match which {
                0 => Outcome::Complete,
                1 => failed(),
                2 => Outcome::Throttled { until: until.map(minute) },
                _ => Outcome::Unlicensed { plan: "P1".to_owned() },
            };
            let latest = minute(now) + HOUR;
            let latest = latest.max(minute(until.unwrap_or(0)));
            match due(outcome, failures, now) {
                Due::Later { at, .. } => {
                    prop_assert!(at > minute(now), "what is due is due now");
                    prop_assert!(at <= latest.max(minute(170)));
                }
                due => prop_assert_ne!(due, Due::Off),
            }
        }
    }
}
