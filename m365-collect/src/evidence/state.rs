//! How far the stored records of a source can be relied upon.

use std::time::SystemTime;

use serde::Serialize;

use crate::outcome::{Outcome, PartialReason};
use crate::store::{RunEntry, SourceState};
use crate::timestamp;

/// How far the stored records of a source can be relied upon, in the words of the facts.
///
/// Serialised with a tag: `{"state": "denied", "permission": "User.Read.All"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EvidenceState {
    /// They are all there were at that time.
    Ok {
        /// When.
        #[serde(serialize_with = "timestamp::serialize")]
        as_of: SystemTime,
        /// What went wrong since.
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// They were seen, but they are not all there are.
    Truncated {
        /// When.
        #[serde(serialize_with = "timestamp::serialize")]
        as_of: SystemTime,
        /// What is missing.
        note: String,
    },
    /// A permission is missing.
    Denied {
        /// The permission.
        permission: String,
    },
    /// A license is missing.
    Unlicensed {
        /// The service plan.
        plan: String,
    },
    /// It could not be read.
    Error {
        /// Why.
        error: String,
    },
    /// Nobody tried.
    NotCollected,
}

impl EvidenceState {
    /// What the last run and the state of a source say together.
    pub(crate) fn of(run: Option<&RunEntry>, state: Option<SourceState>, has_rows: bool) -> Self {
        let state = state.unwrap_or_default();
        let reason = || {
            let outcome = run.map(|run| &run.outcome);
            outcome
                .and_then(Outcome::reason)
                .unwrap_or_else(|| "a sync was cut off".to_owned())
        };
        // A refusal says what stands in the way now, whatever was read before.
        match run.map(|run| &run.outcome) {
            Some(Outcome::Denied { permission, .. }) => {
                return Self::Denied {
                    permission: permission.clone(),
                };
            }
            Some(Outcome::Unlicensed { plan }) => return Self::Unlicensed { plan: plan.clone() },
            _ => {}
        }
        let ended_at = run.and_then(|run| run.ended_at);
        match (state.as_of, run.map(|run| &run.outcome)) {
            // What was missing when a round last ended is missing from the rows.
            _ if state.in_part => Self::Truncated {
                as_of: ended_at.unwrap_or(SystemTime::UNIX_EPOCH),
                note: reason(),
            },
            (
                Some(as_of),
                Some(
                    Outcome::Complete
                    | Outcome::Partial {
                        reason: PartialReason::Count { .. },
                    },
                ),
            ) if !state.in_round => Self::Ok { as_of, note: None },
            // Every row was read, if not all there is to know about each.
            (Some(as_of), Some(Outcome::Partial { reason }))
                if !reason.lacks_objects() && !state.in_round =>
            {
                Self::Ok {
                    as_of,
                    note: Some(reason.to_string()),
                }
            }
            // The rows of the last complete round are still there.
            (Some(as_of), _) => Self::Ok {
                as_of,
                note: Some(format!("the last sync did not complete: {}", reason())),
            },
            (None, _) if has_rows => Self::Truncated {
                as_of: ended_at.unwrap_or(SystemTime::UNIX_EPOCH),
                note: reason(),
            },
            (None, None | Some(Outcome::Skipped { .. })) => Self::NotCollected,
            (None, _) => Self::Error { error: reason() },
        }
    }

    /// What is or may be missing, to be said after the name of the source; `None` where nothing is.
    pub(crate) fn shortcoming(&self) -> Option<String> {
        Some(match self {
            Self::Ok { note: None, .. } => return None,
            Self::Ok {
                note: Some(note),
                as_of,
            } => format!("is as of {}: {note}", timestamp::format(*as_of)),
            Self::Truncated { note, .. } => format!("was read in part: {note}"),
            Self::Denied { permission } => {
                format!("was denied: grant {permission} to the application")
            }
            Self::Unlicensed { plan } => format!("needs {plan}, which the tenant does not have"),
            Self::Error { error } => format!("could not be read: {error}"),
            Self::NotCollected => "was not collected".to_owned(),
        })
    }

    /// All rows were read, and yet they are not as many as the service counts.
    pub(crate) fn miscounted(self, gap: &PartialReason) -> Self {
        self.lacking(&gap.to_string())
    }

    /// All rows were read, and yet some are missing.
    pub(crate) fn lacking(self, what: &str) -> Self {
        match self {
            Self::Ok { as_of, note: None } => Self::Truncated {
                as_of,
                note: what.to_owned(),
            },
            Self::Ok {
                as_of,
                note: Some(note),
            } => Self::Truncated {
                as_of,
                note: format!("{what}; {note}"),
            },
            worse => worse,
        }
    }

    /// The worse of two, for a fact that is made of two sources.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (
                Self::Ok { as_of: a, note },
                Self::Ok {
                    as_of: b,
                    note: other,
                },
            ) => Self::Ok {
                as_of: a.min(b),
                note: note.or(other),
            },
            (Self::Ok { as_of, .. }, other) | (other, Self::Ok { as_of, .. }) => {
                other.in_part(as_of)
            }
            (first, _) => first,
        }
    }

    /// The rest of a fact was read: what is missing makes it partial.
    fn in_part(self, as_of: SystemTime) -> Self {
        let note = match self {
            Self::Truncated { note, .. } => note,
            Self::Denied { permission } => format!("a part needs the permission {permission}"),
            Self::Unlicensed { plan } => format!("a part needs {plan}"),
            Self::Error { error } => format!("a part could not be read: {error}"),
            Self::NotCollected => "a part was not collected".to_owned(),
            Self::Ok { .. } => String::new(),
        };
        Self::Truncated { as_of, note }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::id::SourceId;
    use crate::outcome::RunStats;

    const THEN: SystemTime = UNIX_EPOCH;

    fn run(outcome: Outcome) -> RunEntry {
        let now = UNIX_EPOCH + Duration::from_secs(60);
        RunEntry::new(
            SourceId::new("users"),
            now,
            now,
            outcome,
            RunStats::default(),
        )
    }

    fn completed() -> SourceState {
        SourceState {
            completed_at: Some(THEN),
            as_of: Some(THEN),
            ..SourceState::new()
        }
    }

    #[test]
    fn a_denied_source_is_denied_whatever_was_read_before() {
        let denied = run(Outcome::Denied {
            permission: "User.Read.All".to_owned(),
            code: None,
        });
        for state in [None, Some(completed())] {
            let evidence = EvidenceState::of(Some(&denied), state, true);
            assert!(
                matches!(evidence, EvidenceState::Denied { .. }),
                "{evidence:?}"
            );
        }
    }

    #[test]
    fn a_failure_leaves_the_last_reading_with_its_own_time() {
        let failed = run(Outcome::Throttled { until: None });
        let evidence = EvidenceState::of(Some(&failed), Some(completed()), true);
        assert!(
            matches!(
                evidence,
                EvidenceState::Ok {
                    as_of: THEN,
                    note: Some(_)
                }
            ),
            "{evidence:?}"
        );
    }

    #[test]
    fn a_failure_without_a_reading_is_a_failure_and_never_an_empty_list() {
        let failed = run(Outcome::Failed {
            error: "reset".to_owned(),
        });
        let evidence = EvidenceState::of(Some(&failed), None, false);
        assert!(
            matches!(evidence, EvidenceState::Error { .. }),
            "{evidence:?}"
        );
    }

    #[test]
    fn rows_of_a_first_sync_that_was_cut_off_are_a_part() {
        let begun = SourceState {
            in_round: true,
            ..SourceState::new()
        };
        let evidence = EvidenceState::of(None, Some(begun), true);
        assert!(
            matches!(evidence, EvidenceState::Truncated { .. }),
            "{evidence:?}"
        );
    }

    #[test]
    fn what_is_missing_stays_missing_when_a_later_run_fails() {
        let in_part = SourceState {
            in_part: true,
            ..completed()
        };
        for outcome in [
            Outcome::Partial {
                reason: PartialReason::Malformed { items: 1 },
            },
            Outcome::Throttled { until: None },
        ] {
            let evidence = EvidenceState::of(Some(&run(outcome)), Some(in_part), true);
            assert!(
                matches!(evidence, EvidenceState::Truncated { .. }),
                "{evidence:?}"
            );
        }
    }

    #[test]
    fn a_part_of_each_row_that_is_missing_leaves_the_rows_and_a_note() {
        let lacking = run(Outcome::Partial {
            reason: PartialReason::Permission {
                permission: "TeamSettings.Read.All".to_owned(),
            },
        });
        let evidence = EvidenceState::of(Some(&lacking), Some(completed()), true);
        let EvidenceState::Ok {
            note: Some(note), ..
        } = &evidence
        else {
            panic!("{evidence:?}");
        };
        assert_eq!(note, "a part needs the permission TeamSettings.Read.All");
    }

    #[test]
    fn a_sync_that_was_cut_off_leaves_a_note() {
        let in_round = SourceState {
            in_round: true,
            ..completed()
        };
        let evidence = EvidenceState::of(Some(&run(Outcome::Complete)), Some(in_round), true);
        assert!(
            matches!(&evidence, EvidenceState::Ok { note: Some(_), .. }),
            "{evidence:?}"
        );
    }

    #[test]
    fn a_fact_of_two_sources_is_as_good_as_the_worse_one() {
        let read = EvidenceState::Ok {
            as_of: THEN,
            note: None,
        };
        let denied = EvidenceState::Denied {
            permission: "X".to_owned(),
        };
        assert!(matches!(
            read.clone().and(denied.clone()),
            EvidenceState::Truncated { .. }
        ));
        assert!(matches!(denied.and(read), EvidenceState::Truncated { .. }));
    }
}
