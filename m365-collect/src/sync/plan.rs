//! What is due, and why the rest is not.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::outcome::{Gap, Outcome};
use crate::source::{Source, SourceId};
use crate::store::{RunEntry, SourceState, Store, StoreError};
use crate::timestamp;

/// How soon a source that failed is tried again: this long after the first failure, twice as long
/// after each further one, …
const FIRST_REST: Duration = Duration::from_secs(60);
/// … and never longer than this.
const LONGEST_REST: Duration = Duration::from_secs(60 * 60);
/// Failures in a row that are looked for.
const FAILURES: usize = 8;

/// Which sources would be read at a time, in which order, and why the others would not.
///
/// It is made from what the store knows, so that it is the same after a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// The time that it is for.
    #[serde(serialize_with = "timestamp::serialize")]
    pub at: SystemTime,
    /// Every source, each after those that it waits for.
    pub sources: Vec<PlannedSource>,
}

/// What is planned for a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlannedSource {
    /// The source.
    pub id: SourceId,
    /// Those that are read before it.
    pub after: Vec<SourceId>,
    /// How often it is read.
    #[serde(rename = "cadence_seconds", serialize_with = "as_seconds")]
    pub cadence: Duration,
    /// When it was last begun.
    #[serde(serialize_with = "timestamp::option::serialize")]
    pub last_run: Option<SystemTime>,
    /// When it is to be read.
    #[serde(flatten)]
    pub due: Due,
}

fn as_seconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(time.as_secs())
}

/// When a source is to be read, and why.
///
/// Serialised flat: `{"due": "later", "at": "2026-01-01T01:00:00Z", "because": "fresh"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "due", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Due {
    /// Now.
    Now {
        /// Why.
        because: Because,
    },
    /// Not yet.
    Later {
        /// Then.
        #[serde(serialize_with = "timestamp::serialize")]
        at: SystemTime,
        /// Why not now.
        because: Because,
    },
    /// Never: it is not among those that are to be read.
    Off,
}

/// Why a source is due, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Because {
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

impl fmt::Display for Because {
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

impl Plan {
    /// The sources that are to be read now. With those that are due go those that will be within a
    /// twentieth of their cadence, so that what is read together stays together.
    pub fn due(&self) -> impl Iterator<Item = &PlannedSource> {
        let any = self.sources.iter().any(PlannedSource::is_due);
        self.sources
            .iter()
            .filter(move |source| source.is_due() || any && source.is_nearly_due(self.at))
    }

    /// When the next source is due: the time of the plan where one is, `None` where none ever
    /// will be.
    pub fn next(&self) -> Option<SystemTime> {
        self.earliest().map(|(at, _)| at)
    }

    pub(super) fn earliest(&self) -> Option<(SystemTime, Because)> {
        let times = self.sources.iter().filter_map(|source| match source.due {
            Due::Now { because } => Some((self.at, because)),
            Due::Later { at, because } => Some((at, because)),
            Due::Off => None,
        });
        times.min_by_key(|(at, _)| *at)
    }

    /// A source by its id.
    pub fn source(&self, id: &str) -> Option<&PlannedSource> {
        self.sources.iter().find(|source| source.id.as_str() == id)
    }
}

impl PlannedSource {
    /// Whether it is to be read now.
    pub const fn is_due(&self) -> bool {
        matches!(self.due, Due::Now { .. })
    }

    fn is_nearly_due(&self, now: SystemTime) -> bool {
        let soon = now.checked_add(self.cadence / 20).unwrap_or(now);
        matches!(self.due, Due::Later { at, because: Because::Fresh } if at <= soon)
    }
}

/// Plans all sources, of which some are chosen.
pub(super) async fn plan(
    store: &dyn Store,
    catalogue: &[Arc<dyn Source>],
    chosen: &[Arc<dyn Source>],
    cadence: impl Fn(&SourceId, Duration) -> Duration,
    at: SystemTime,
) -> Result<Plan, StoreError> {
    let runs = store.last_runs().await?;
    let mut sources = Vec::with_capacity(catalogue.len());
    for source in in_order(catalogue) {
        let descriptor = source.descriptor();
        let id = &descriptor.id;
        let last = runs.iter().find(|run| run.source == *id);
        let cadence = cadence(id, descriptor.cadence);
        let due = if chosen.iter().any(|source| source.descriptor().id == *id) {
            let facts = Facts {
                last,
                failures: failures(store, last).await?,
                state: store.source_state(id).await?.unwrap_or_default(),
                parents_read_at: parents_read_at(store, &descriptor.after).await?,
            };
            facts.due(cadence, at)
        } else {
            Due::Off
        };
        sources.push(PlannedSource {
            id: id.clone(),
            after: descriptor.after.clone(),
            cadence,
            last_run: last.and_then(|run| run.started_at),
            due,
        });
    }
    Ok(Plan { at, sources })
}

/// Each after those that it waits for, else in the order of the catalogue. Such an order was
/// found to exist for those that are chosen; of the others any will do.
fn in_order(catalogue: &[Arc<dyn Source>]) -> Vec<&Arc<dyn Source>> {
    let mut left: Vec<_> = catalogue.iter().collect();
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let names: Vec<SourceId> = left
            .iter()
            .map(|source| source.descriptor().id.clone())
            .collect();
        let is_free = |source: &Arc<dyn Source>| {
            let mut parents = source.descriptor().after.iter();
            !parents.any(|id| names.contains(id))
        };
        let free = left.iter().position(|source| is_free(source)).unwrap_or(0);
        order.push(left.remove(free));
    }
    order
}

/// How many of the last runs failed in a row.
async fn failures(store: &dyn Store, last: Option<&RunEntry>) -> Result<u32, StoreError> {
    let Some(last) = last.filter(|run| is_failure(&run.outcome)) else {
        return Ok(0);
    };
    let runs = store.runs(Some(&last.source), None, FAILURES).await?;
    let in_a_row = runs.iter().take_while(|run| is_failure(&run.outcome));
    Ok(u32::try_from(in_a_row.count()).unwrap_or(u32::MAX))
}

async fn parents_read_at(
    store: &dyn Store,
    parents: &[SourceId],
) -> Result<Option<SystemTime>, StoreError> {
    let mut latest = None;
    for parent in parents {
        let state = store.source_state(parent).await?;
        latest = latest.max(state.and_then(|state| state.completed_at));
    }
    Ok(latest)
}

/// Whether to try again soon may help. What a person has to settle, such as a permission, is
/// looked at again with the cadence.
const fn is_failure(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Throttled { .. }
            | Outcome::Failed { .. }
            | Outcome::Unauthenticated { .. }
            | Outcome::Skipped { .. }
            | Outcome::Partial {
                reason: Gap::Interrupted { .. }
            }
    )
}

/// How long to rest after so many failures in a row.
pub(super) fn rest(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    FIRST_REST.saturating_mul(1 << doublings).min(LONGEST_REST)
}

/// What is known of a source.
struct Facts<'a> {
    last: Option<&'a RunEntry>,
    failures: u32,
    state: SourceState,
    parents_read_at: Option<SystemTime>,
}

impl Facts<'_> {
    fn due(&self, cadence: Duration, now: SystemTime) -> Due {
        let at_once = |because| Due::Now { because };
        let Some(last) = self.last else {
            return at_once(if self.state.in_round {
                Because::CutOff
            } else {
                Because::NeverRead
            });
        };
        let (Some(started), Some(ended)) = (last.started_at, last.ended_at) else {
            return at_once(Because::NeverRead);
        };
        if started > now {
            return at_once(Because::ClockWentBack);
        }
        if last.outcome.is_complete() && self.state.in_round {
            return at_once(Because::CutOff);
        }
        let was_skipped = matches!(last.outcome, Outcome::Skipped { .. });
        if was_skipped && self.parents_read_at.is_some_and(|read| read > ended) {
            return at_once(Because::ParentsRead);
        }
        let (from, wait, because) = if is_failure(&last.outcome) {
            (ended, rest(self.failures), Because::Resting)
        } else {
            (started, cadence, Because::Fresh)
        };
        let mut at = from.checked_add(wait).unwrap_or(from);
        let mut because = because;
        if let Outcome::Throttled { until } = last.outcome {
            at = at.max(until.unwrap_or(at));
            because = Because::Throttled;
        }
        if at <= now {
            return at_once(Because::Elapsed);
        }
        Due::Later { at, because }
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use proptest::prelude::*;

    use super::*;
    use crate::outcome::Tally;

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
            Tally::default(),
        );
        let facts = Facts {
            last: Some(&run),
            failures,
            state: SourceState::new(),
            parents_read_at: None,
        };
        facts.due(HOUR, minute(now))
    }

    fn later(minutes: u64, because: Because) -> Due {
        Due::Later {
            at: minute(minutes),
            because,
        }
    }

    #[test]
    fn a_source_that_never_ran_is_due() {
        let mut facts = Facts {
            last: None,
            failures: 0,
            state: SourceState::new(),
            parents_read_at: None,
        };
        let now = |because| Due::Now { because };
        assert_eq!(facts.due(HOUR, minute(1)), now(Because::NeverRead));
        facts.state.in_round = true;
        assert_eq!(facts.due(HOUR, minute(1)), now(Because::CutOff));
    }

    #[test]
    fn the_cadence_counts_from_the_beginning_of_a_run() {
        let complete = || due(Outcome::Complete, 0, 159);
        assert_eq!(complete(), later(160, Because::Fresh));
        assert_eq!(
            due(Outcome::Complete, 0, 160),
            Due::Now {
                because: Because::Elapsed
            }
        );
    }

    #[test]
    fn a_failure_rests_longer_each_time_and_never_more_than_an_hour() {
        for (failures, minutes) in [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (u32::MAX, 60)] {
            assert_eq!(
                due(failed(), failures, 110),
                later(110 + minutes, Because::Resting),
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
            later(500, Because::Throttled)
        );
        assert_eq!(
            due(until(Some(500)), 1, 500),
            Due::Now {
                because: Because::Elapsed
            }
        );
        assert_eq!(due(until(None), 3, 110), later(114, Because::Throttled));
        assert_eq!(
            due(until(Some(111)), 3, 111),
            later(114, Because::Throttled),
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
            reason: Gap::HeldRemovals {
                removals: 60,
                of: 100,
            },
        };
        for outcome in [denied, held] {
            assert_eq!(due(outcome, 0, 110), later(160, Because::Fresh));
        }
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_stop_a_source() {
        assert_eq!(
            due(Outcome::Complete, 0, 50),
            Due::Now {
                because: Because::ClockWentBack
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
            Tally::default(),
        );
        let mut facts = Facts {
            last: Some(&skipped),
            failures: 4,
            state: SourceState::new(),
            parents_read_at: Some(minute(109)),
        };
        assert_eq!(
            facts.due(HOUR, minute(111)),
            later(118, Because::Resting),
            "they were read before"
        );
        facts.parents_read_at = Some(minute(111));
        assert_eq!(
            facts.due(HOUR, minute(111)),
            Due::Now {
                because: Because::ParentsRead
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
