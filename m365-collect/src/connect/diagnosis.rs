//! What is wrong, in one sentence with its cause and its cure.

use std::fmt;

use serde::Serialize;

use super::Status;
use crate::error::Error;
use crate::outcome::{Gap, Outcome};
use crate::store::StoreError;
use crate::timestamp;

/// What is wrong, why, and what to do.
///
/// Displayed as one sentence: `the tenant could not be read: CAUSE; CURE`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// What sort of problem it is.
    pub problem: Problem,
    /// Why.
    pub cause: String,
    /// What to do.
    pub cure: String,
}

/// A sort of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Problem {
    /// The credentials were refused.
    Authentication,
    /// A permission is missing.
    Permission,
    /// A licence is missing.
    Licence,
    /// The service throttles.
    Throttled,
    /// The service could not be reached.
    Unreachable,
    /// The service failed.
    Service,
    /// The store cannot be used.
    Store,
    /// The request itself is wrong.
    Usage,
}

impl Problem {
    pub(super) const fn status(self) -> Status {
        match self {
            Self::Authentication => Status::AuthenticationError,
            Self::Permission => Status::PermissionError,
            Self::Throttled => Status::Throttled,
            _ => Status::ServiceError,
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.problem {
            Problem::Authentication => "authentication failed",
            Problem::Permission => "a permission is missing",
            Problem::Licence => "a licence is missing",
            Problem::Throttled => "the service throttles",
            Problem::Unreachable => "the service cannot be reached",
            Problem::Service => "the service failed",
            Problem::Store => "the store cannot be used",
            Problem::Usage => "this cannot be done",
        };
        write!(f, "{what}: {}; {}", self.cause, self.cure)
    }
}

impl Diagnosis {
    fn new(problem: Problem, cause: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            problem,
            cause: cause.into(),
            cure: cure.into(),
        }
    }

    /// What an error means to the person who runs the program.
    pub fn of(error: &Error) -> Self {
        match error {
            Error::Graph(error) => Self::of_graph(error),
            Error::Store(error) => Self::of_store(error),
            other => Self::new(
                Problem::Usage,
                other.to_string(),
                "correct the request and run it again",
            ),
        }
    }

    fn of_graph(error: &graph_client::Error) -> Self {
        if let Some(token) = error.token_error() {
            return Self::new(Problem::Authentication, token.cause(), token.cure());
        }
        if error.is_authentication() {
            return Self::new(
                Problem::Authentication,
                "the service does not accept the token",
                "check the tenant, the cloud and the application, then try again",
            );
        }
        if error.is_throttled() {
            let cure = match error.retry_after() {
                Some(wait) => format!("try again in {} seconds", wait.as_secs_f64().ceil()),
                None => "try again later, or allow a longer budget".to_owned(),
            };
            return Self::new(
                Problem::Throttled,
                "it asked to wait longer than the time budget allows",
                cure,
            );
        }
        if error.is_unlicensed() {
            return Self::new(
                Problem::Licence,
                "the tenant has no licence for this data",
                "assign the licence or leave the source out",
            );
        }
        if error.is_permission_denied() {
            return Self::new(
                Problem::Permission,
                format!(
                    "the application may not read {}",
                    error.route().unwrap_or("this")
                ),
                "grant the permissions that `sources` lists and give admin consent",
            );
        }
        if error.is_connection() || error.is_timeout() {
            let route = error.route().unwrap_or("the service");
            return Self::new(
                Problem::Unreachable,
                format!("there is no answer from {route}"),
                "check the host, the network, DNS and the proxy, then try again",
            );
        }
        Self::new(
            Problem::Service,
            error.to_string(),
            "try again; if it goes on, ask Microsoft support with the request id",
        )
    }

    fn of_store(error: &StoreError) -> Self {
        let cure = match error {
            StoreError::NotOurs { .. } => "name another file with --store",
            StoreError::Newer { .. } => "update this program",
            StoreError::Missing { .. } => "run `sync` first",
            StoreError::OtherTenant { .. } => "use a store file per tenant",
            StoreError::Busy | StoreError::Fenced { .. } => "try again when the other sync is done",
            StoreError::Full => "make room and run the sync again: what was stored is kept",
            StoreError::Damaged { .. } => "move the file away and run a sync into a new one",
            _ => "check the file, its folder and the rights on them",
        };
        Self::new(Problem::Store, error.to_string(), cure)
    }

    /// A token was given out, but it carries no permission at all.
    pub(super) fn no_consent() -> Self {
        Self::new(
            Problem::Permission,
            "the token carries no permissions, because nobody consented to the application",
            "let an administrator of the tenant give admin consent",
        )
    }

    pub(super) fn missing_permissions(names: &[&str]) -> Self {
        Self::new(
            Problem::Permission,
            format!("the application lacks {}", names.join(", ")),
            "grant them as application permissions and give admin consent",
        )
    }

    /// What an outcome means; `None` where the source was read whole.
    pub fn of_outcome(outcome: &Outcome) -> Option<Self> {
        Some(match outcome {
            Outcome::Complete | Outcome::Skipped { .. } => return None,
            Outcome::Denied { permission, .. } => Self::missing_permissions(&[permission.as_str()]),
            Outcome::Unlicensed { plan } => Self::new(
                Problem::Licence,
                format!("the tenant has no {plan}"),
                "assign the licence or leave the source out",
            ),
            Outcome::Throttled { until } => Self::new(
                Problem::Throttled,
                "it asked to wait longer than the time budget allows",
                match until {
                    None => "run the sync again later, or allow a longer budget".to_owned(),
                    Some(until) => {
                        format!("run the sync again after {}", timestamp::format(*until))
                    }
                },
            ),
            Outcome::Unauthenticated { error } => Self::new(
                Problem::Authentication,
                error.clone(),
                "check the credentials of the application",
            ),
            Outcome::Partial { reason } => Self::new(
                Problem::Service,
                reason.to_string(),
                match reason {
                    Gap::Malformed { .. } | Gap::Count { .. } => "read everything anew with --full",
                    Gap::HeldRemovals { .. } => {
                        "look whether they are really gone, then sync with --confirm-removals"
                    }
                    Gap::Permission { .. } => "grant it and give admin consent",
                    Gap::Parents { .. } | Gap::Unread { .. } | Gap::Interrupted { .. } => {
                        "run the sync again"
                    }
                },
            ),
            Outcome::Failed { error } => {
                Self::new(Problem::Service, error.clone(), "run the sync again")
            }
        })
    }
}
