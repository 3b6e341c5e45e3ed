//! Whether the tenant can be reached, as its syncs found it.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::connect::{Diagnosis, Status};
use crate::error::Error;
use crate::outcome::Outcome;
use crate::store::{RunEntry, Store, StoreError, StoredTenant};
use crate::timestamp;

/// What syncs found of the connection; a [`ConnectionTest`](crate::connect::ConnectionTest) finds
/// out more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConnectionHealth {
    /// Whether the tenant could be read.
    pub status: Status,
    /// When that was found.
    #[serde(serialize_with = "timestamp::option::serialize")]
    pub at: Option<SystemTime>,
    /// What stood in the way; `None` where nothing did.
    pub reason: Option<String>,
}

const NOTE: &str = "connection_failure";

/// A sync that could not even begin, so that no source tells of it.
#[derive(Serialize, Deserialize)]
struct Failure {
    status: String,
    #[serde(with = "timestamp")]
    at: SystemTime,
    reason: String,
}

const STATUSES: [Status; 4] = [
    Status::Connected,
    Status::AuthenticationError,
    Status::PermissionError,
    Status::ServiceError,
];

/// Notes that a tenant could not be read at all, in its own store and in no other.
pub(crate) async fn note_failure(
    store: &dyn Store,
    asked: &StoredTenant,
    error: &Error,
    at: SystemTime,
) {
    let Error::Graph(_) = error else { return };
    match store.tenant().await {
        Ok(Some(tenant)) if tenant.is_same(asked) => {}
        _ => return,
    }
    let failure = Failure {
        status: Diagnosis::of(error).problem.status().as_str().to_owned(),
        at,
        reason: error.to_string(),
    };
    let Ok(note) = serde_json::to_string(&failure) else {
        return;
    };
    if let Err(error) = store.set_note(NOTE, &note).await {
        tracing::warn!(%error, "that the tenant could not be read was not noted");
    }
}

/// What the last runs of the sources say together, or a failure since.
pub(super) async fn of(
    store: &dyn Store,
    runs: &[&RunEntry],
) -> Result<Option<ConnectionHealth>, StoreError> {
    let last = runs.iter().filter_map(|run| run.ended_at).max();
    let failure = store.note(NOTE).await?.and_then(|note| {
        let failure: Failure = serde_json::from_str(&note).ok()?;
        let status = STATUSES
            .into_iter()
            .find(|status| status.as_str() == failure.status)?;
        Some(ConnectionHealth {
            status,
            at: Some(failure.at),
            reason: Some(failure.reason),
        })
    });
    Ok(match failure {
        Some(failure) if failure.at > last => Some(failure),
        _ => of_runs(runs).map(|(status, reason)| ConnectionHealth {
            status,
            at: last,
            reason,
        }),
    })
}

/// The credentials decide before the permissions. A source that failed says nothing of the
/// connection as long as another one was read, and one whose token was refused nothing of the
/// credentials where the service took the token of another one then or later.
fn of_runs(runs: &[&RunEntry]) -> Option<(Status, Option<String>)> {
    let first = |is: fn(&Outcome) -> bool| runs.iter().map(|run| &run.outcome).find(|o| is(o));
    let was_let_in = |outcome: &Outcome| {
        matches!(
            outcome,
            Outcome::Complete
                | Outcome::Partial { .. }
                | Outcome::Denied { .. }
                | Outcome::Unlicensed { .. }
        )
    };
    let let_in = runs.iter().filter(|run| was_let_in(&run.outcome));
    let last_let_in = let_in.filter_map(|run| run.ended_at).max();
    let refused = runs
        .iter()
        .filter(|run| last_let_in.is_none() || run.ended_at > last_let_in)
        .map(|run| &run.outcome)
        .find(|outcome| matches!(outcome, Outcome::Unauthenticated { .. }))
        .map(|outcome| (Status::AuthenticationError, outcome));
    let denied = first(|outcome| matches!(outcome, Outcome::Denied { .. }))
        .map(|outcome| (Status::PermissionError, outcome));
    if let Some((status, outcome)) = refused.or(denied) {
        return Some((status, outcome.reason()));
    }
    if last_let_in.is_some() {
        return Some((Status::Connected, None));
    }
    let failed = first(|outcome| {
        !matches!(
            outcome,
            Outcome::Skipped { .. } | Outcome::Unauthenticated { .. }
        )
    })?;
    Some((Status::ServiceError, failed.reason()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SourceId;
    use crate::outcome::RunStats;

    fn status(outcomes: &[Outcome]) -> Option<&'static str> {
        let runs: Vec<RunEntry> = outcomes
            .iter()
            .zip(1..)
            .map(|(outcome, second)| {
                let now = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(second);
                let stats = RunStats::default();
                RunEntry::new(SourceId::new("users"), now, now, outcome.clone(), stats)
            })
            .collect();
        let runs: Vec<&RunEntry> = runs.iter().collect();
        of_runs(&runs).map(|(status, _)| status.as_str())
    }

    #[test]
    fn the_status_is_that_of_the_outcomes_together() {
        let denied = Outcome::Denied {
            permission: "User.Read.All".to_owned(),
            code: None,
        };
        let refused = Outcome::Unauthenticated {
            error: "expired".to_owned(),
        };
        let failed = Outcome::Failed {
            error: "reset".to_owned(),
        };
        let throttled = Outcome::Throttled { until: None };
        let skipped = Outcome::Skipped {
            reason: "it needs users".to_owned(),
        };
        let complete = Outcome::Complete;
        assert_eq!(status(&[]), None);
        assert_eq!(status(std::slice::from_ref(&skipped)), None);
        assert_eq!(
            status(&[complete.clone(), failed.clone()]),
            Some("connected")
        );
        assert_eq!(status(&[failed, throttled.clone()]), Some("service_error"));
        assert_eq!(status(&[skipped, throttled]), Some("service_error"));
        assert_eq!(
            status(&[complete.clone(), denied.clone()]),
            Some("permission_error")
        );
        assert_eq!(
            status(&[complete.clone(), denied, refused.clone()]),
            Some("authentication_error")
        );
        assert_eq!(
            status(std::slice::from_ref(&refused)),
            Some("authentication_error")
        );
        assert_eq!(
            status(&[refused, complete]),
            Some("connected"),
            "the service took the token of another source since"
        );
    }
}
