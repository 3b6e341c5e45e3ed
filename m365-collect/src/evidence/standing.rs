//! How far the stored records of a source can be relied upon.

use std::time::SystemTime;

use crate::outcome::{Gap, Outcome};
use crate::store::{RunEntry, SourceState};

/// How far the stored records of a source can be relied upon.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// They are all there were at that time.
    Read {
        /// When.
        as_of: SystemTime,
        /// What went wrong since.
        note: Option<String>,
    },
    /// They were seen, but they are not all there are.
    InPart {
        /// When.
        as_of: SystemTime,
        /// What is missing.
        note: String,
    },
    /// A permission is missing.
    Denied {
        /// The permission.
        permission: String,
    },
    /// A licence is missing.
    Unlicensed {
        /// The service plan.
        plan: String,
    },
    /// It could not be read.
    Failed {
        /// Why.
        error: String,
    },
    /// Nobody tried.
    NotCollected,
}

impl Standing {
    /// What the last run and the state of a source say together.
    pub(crate) fn of(run: Option<&RunEntry>, state: Option<SourceState>, has_rows: bool) -> Self {
        let completed_at = state.and_then(|state| state.completed_at);
        let Some(run) = run else {
            // Rows without a finished run: the very first one was cut off.
            return match (completed_at, state) {
                (Some(as_of), _) => Self::Read { as_of, note: None },
                (None, Some(_)) if has_rows => Self::InPart {
                    as_of: SystemTime::UNIX_EPOCH,
                    note: "the first sync has not finished".to_owned(),
                },
                _ => Self::NotCollected,
            };
        };
        let ended_at = run.ended_at.unwrap_or(SystemTime::UNIX_EPOCH);
        let reason = || run.outcome.reason().unwrap_or_default();
        match (&run.outcome, completed_at) {
            (Outcome::Denied { permission, .. }, _) => Self::Denied {
                permission: permission.clone(),
            },
            (Outcome::Unlicensed { plan }, _) => Self::Unlicensed { plan: plan.clone() },
            (Outcome::Complete, Some(as_of)) => Self::Read { as_of, note: None },
            // What is missing now is missing from the rows.
            (
                Outcome::Partial {
                    reason: Gap::Malformed { .. } | Gap::Unread { .. } | Gap::Permission { .. },
                },
                _,
            ) => Self::InPart {
                as_of: ended_at,
                note: reason(),
            },
            // The rows of the last complete run are still there.
            (_, Some(as_of)) => Self::Read {
                as_of,
                note: Some(format!("the last sync did not complete: {}", reason())),
            },
            (_, None) if has_rows => Self::InPart {
                as_of: ended_at,
                note: reason(),
            },
            (Outcome::Skipped { .. }, None) => Self::NotCollected,
            (_, None) => Self::Failed { error: reason() },
        }
    }

    /// The worse of two, for a fact that is made of two sources.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (
                Self::Read { as_of: a, note },
                Self::Read {
                    as_of: b,
                    note: other,
                },
            ) => Self::Read {
                as_of: a.min(b),
                note: note.or(other),
            },
            (Self::Read { as_of, .. }, other) | (other, Self::Read { as_of, .. }) => {
                other.in_part(as_of)
            }
            (first, _) => first,
        }
    }

    /// The rest of a fact was read: what is missing makes it partial.
    fn in_part(self, as_of: SystemTime) -> Self {
        let note = match self {
            Self::InPart { note, .. } => note,
            Self::Denied { permission } => format!("a part needs the permission {permission}"),
            Self::Unlicensed { plan } => format!("a part needs {plan}"),
            Self::Failed { error } => format!("a part could not be read: {error}"),
            Self::NotCollected => "a part was not collected".to_owned(),
            Self::Read { .. } => String::new(),
        };
        Self::InPart { as_of, note }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::outcome::Tally;
    use crate::source::SourceId;

    const THEN: SystemTime = UNIX_EPOCH;

    fn run(outcome: Outcome) -> RunEntry {
        let now = UNIX_EPOCH + Duration::from_secs(60);
        RunEntry::new(SourceId::new("users"), now, now, outcome, Tally::default())
    }

    fn completed() -> SourceState {
        SourceState::new(Some(THEN), false)
    }

    #[test]
    fn a_denied_source_is_denied_whatever_was_read_before() {
        let denied = run(Outcome::Denied {
            permission: "User.Read.All".to_owned(),
            code: None,
        });
        for state in [None, Some(completed())] {
            let standing = Standing::of(Some(&denied), state, true);
            assert!(matches!(standing, Standing::Denied { .. }), "{standing:?}");
        }
    }

    #[test]
    fn a_failure_leaves_the_last_reading_with_its_own_time() {
        let failed = run(Outcome::Throttled { until: None });
        let standing = Standing::of(Some(&failed), Some(completed()), true);
        assert!(
            matches!(
                standing,
                Standing::Read {
                    as_of: THEN,
                    note: Some(_)
                }
            ),
            "{standing:?}"
        );
    }

    #[test]
    fn a_failure_without_a_reading_is_a_failure_and_never_an_empty_list() {
        let failed = run(Outcome::Failed {
            error: "reset".to_owned(),
        });
        let standing = Standing::of(Some(&failed), None, false);
        assert!(matches!(standing, Standing::Failed { .. }), "{standing:?}");
    }

    #[test]
    fn rows_of_a_first_sync_that_was_cut_off_are_a_part() {
        let begun = Some(SourceState::new(None, true));
        let standing = Standing::of(None, begun, true);
        assert!(matches!(standing, Standing::InPart { .. }), "{standing:?}");
    }

    #[test]
    fn malformed_items_make_a_reading_partial_even_after_a_complete_one() {
        let partial = run(Outcome::Partial {
            reason: Gap::Malformed { items: 1 },
        });
        let standing = Standing::of(Some(&partial), Some(completed()), true);
        assert!(matches!(standing, Standing::InPart { .. }), "{standing:?}");
    }

    #[test]
    fn a_fact_of_two_sources_is_as_good_as_the_worse_one() {
        let read = Standing::Read {
            as_of: THEN,
            note: None,
        };
        let denied = Standing::Denied {
            permission: "X".to_owned(),
        };
        assert!(matches!(
            read.clone().and(denied.clone()),
            Standing::InPart { .. }
        ));
        assert!(matches!(denied.and(read), Standing::InPart { .. }));
    }
}
