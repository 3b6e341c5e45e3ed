//! The error of this crate.

use std::time::{Duration, SystemTime};

use crate::descriptor::Descriptor;
use crate::id::SourceId;
use crate::outcome::{Outcome, PartialReason};
use crate::store::StoreError;
use crate::timestamp;

/// A `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What stopped a read or a sync.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Microsoft Graph, or the way to it.
    #[error(transparent)]
    Graph(#[from] graph_client::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another tenant answers than the one that was asked for; nothing of it was kept.
    #[error(
        "another tenant answers than {asked}, which was asked for{}: check which tenant the \
         credentials are for; nothing was written",
        answered.as_ref().map(|name| format!(": {name}")).unwrap_or_default()
    )]
    OtherTenant {
        /// The tenant that was asked for.
        asked: String,
        /// The one that answers: its name and id, as far as it said.
        answered: Option<String>,
    },
    /// Nothing tells which tenant answers, so that nothing may be kept of it.
    #[error(
        "it is not known whether {asked} is the tenant that answers: grant Organization.Read.All and \
         give admin consent, or name the tenant by its id; nothing was written"
    )]
    UnknownTenant {
        /// The tenant that was asked for.
        asked: String,
    },
    /// A tenant of customers (External ID, B2C) or of personal accounts.
    #[error(
        "{tenant} is a tenant for customers or personal accounts, where changes cannot be asked for: \
         name the tenant of the organization's own people; nothing was written"
    )]
    NoOrganization {
        /// Its name and id.
        tenant: String,
    },
    /// A source by a name that the catalogue does not have.
    #[error(
        "there is no source {name}: {}`sources` lists them",
        similar.as_ref().map(|id| format!("did you mean {id}? ")).unwrap_or_default()
    )]
    UnknownSource {
        /// The name.
        name: String,
        /// The source that was probably meant.
        similar: Option<SourceId>,
    },
    /// No source is left of those that were asked for.
    #[error("no source is left to read: `only` and `skip` leave none")]
    NothingToRead,
    /// Sources that wait for each other.
    #[error("source {source_id} can never be read: it waits for itself")]
    CircularOrder {
        /// One of them.
        source_id: SourceId,
    },
    /// Two sources with one name.
    #[error("two sources are called {source_id}")]
    DuplicateSource {
        /// The name.
        source_id: SourceId,
    },
    /// A source cannot be read because of what was or was not read before.
    #[error("{reason}")]
    NotReadable {
        /// Why.
        reason: String,
    },
    /// A source of somebody's own lacks a permission; see [`denied`](Self::denied).
    #[error("permission missing: {permission}")]
    Denied {
        /// The permission.
        permission: String,
    },
    /// What a source of somebody's own asks throttled it; see [`throttled`](Self::throttled).
    #[error("the service throttled for longer than the budget")]
    Throttled {
        /// Not before this time, as far as the service said.
        until: Option<SystemTime>,
    },
    /// The tenant lacks what a source of somebody's own needs; see [`unlicensed`](Self::unlicensed).
    #[error("the tenant has no {plan}")]
    Unlicensed {
        /// The license, as the outcome names it.
        plan: String,
    },
    /// Whatever else stopped a source of somebody's own; see [`other`](Self::other).
    #[error("{0}")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A source contradicts its own descriptor, or the service its own protocol.
    #[error("source {source_id}: {what}")]
    Contract {
        /// The source.
        source_id: SourceId,
        /// What is wrong.
        what: String,
    },
}

/// What a [`Source`](crate::Source) of one's own can say that does not read by
/// [`Run::client`](crate::Run::client), whose errors say it by themselves. The outcomes are those of the
/// sources of the catalogue.
///
/// ```
/// use m365_collect::Error;
///
/// # struct Answer { status: u16, until: Option<std::time::SystemTime> }
/// # impl Answer { fn error(&self) -> std::io::Error { std::io::Error::other("a broken answer") } }
/// fn refused(answer: &Answer) -> Error {
///     match answer.status {
///         401 | 403 => Error::denied("Backup.Read"),
///         402 => Error::unlicensed("plan for backups"),
///         429 | 503 => Error::throttled(answer.until),
///         _ => Error::other(answer.error()),
///     }
/// }
/// # assert!(refused(&Answer { status: 403, until: None }).is_permission_denied());
/// ```
impl Error {
    /// A permission is missing, or nobody consented to it: [`Outcome::Denied`].
    pub fn denied(permission: impl Into<String>) -> Self {
        Self::Denied {
            permission: permission.into(),
        }
    }

    /// What was asked throttles for longer than is waited: [`Outcome::Throttled`]. While
    /// others are read it makes place for them, and is tried again when the time that was said is over.
    pub fn throttled(until: impl Into<Option<SystemTime>>) -> Self {
        Self::Throttled {
            until: until.into(),
        }
    }

    /// The tenant has no license for this data: [`Outcome::Unlicensed`].
    pub fn unlicensed(plan: impl Into<String>) -> Self {
        Self::Unlicensed { plan: plan.into() }
    }

    /// It failed in another way: [`Outcome::Failed`], or [`Outcome::Partial`] where something was
    /// stored before. The text of the error is stored and shown: it must hold no secret and nobody's
    /// name.
    pub fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(error.into())
    }

    /// Whether the service refused the application's credentials, or they are for another tenant.
    pub fn is_authentication(&self) -> bool {
        match self {
            Self::Graph(error) => error.is_authentication(),
            Self::OtherTenant { .. } => true,
            _ => false,
        }
    }

    /// Whether a permission is missing.
    pub fn is_permission_denied(&self) -> bool {
        match self {
            Self::Graph(error) => error.is_permission_denied(),
            Self::Denied { .. } => true,
            _ => false,
        }
    }

    /// Whether the service throttled for longer than the budget.
    pub fn is_throttled(&self) -> bool {
        match self {
            Self::Graph(error) => error.is_throttled(),
            Self::Throttled { .. } => true,
            _ => false,
        }
    }

    /// Whether the tenant has no license for what was asked.
    pub fn is_unlicensed(&self) -> bool {
        match self {
            Self::Graph(error) => error.is_unlicensed(),
            Self::Unlicensed { .. } => true,
            _ => false,
        }
    }

    /// How long Graph asked to wait, as far as it said.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Graph(error) => error.retry_after(),
            _ => None,
        }
    }

    /// What a source came to that stopped with this error.
    ///
    /// `stored_some` tells whether this run stored anything before it stopped, and `is_accepted`
    /// whether the service took the token elsewhere.
    pub(crate) fn outcome(
        &self,
        descriptor: &Descriptor,
        stored_some: bool,
        is_accepted: bool,
        now: SystemTime,
    ) -> Outcome {
        match self {
            // Intune answers 401 where it means 403: where others take the token, it is the endpoint that
            // refuses the application.
            Self::Graph(error) if is_accepted && refuses_token(error) => Outcome::Denied {
                permission: descriptor.needed_permissions(),
                code: Some(error.code().unwrap_or("401").to_owned()),
            },
            Self::Graph(error) if error.is_authentication() => Outcome::Unauthenticated {
                error: error.to_string(),
            },
            Self::Graph(error) if error.is_unlicensed() => Outcome::Unlicensed {
                plan: descriptor
                    .license
                    .as_deref()
                    .unwrap_or("license for this data")
                    .to_owned(),
            },
            Self::Graph(error) if error.is_permission_denied() => Outcome::Denied {
                permission: descriptor.needed_permissions(),
                code: error.code().map(str::to_owned),
            },
            Self::Graph(error) if error.is_throttled() => Outcome::Throttled {
                until: error.retry_after().map(|wait| timestamp::after(now, wait)),
            },
            Self::Denied { permission } => Outcome::Denied {
                permission: permission.clone(),
                code: None,
            },
            Self::Unlicensed { plan } => Outcome::Unlicensed { plan: plan.clone() },
            Self::Throttled { until } => Outcome::Throttled { until: *until },
            Self::NotReadable { reason } => Outcome::Skipped {
                reason: reason.clone(),
            },
            other if stored_some => Outcome::Partial {
                reason: PartialReason::Interrupted {
                    error: other.to_string(),
                },
            },
            other => Outcome::Failed {
                error: other.to_string(),
            },
        }
    }
}

/// Whether an endpoint, and not the sign-in service, does not accept the token.
pub(crate) fn refuses_token(error: &graph_client::Error) -> bool {
    error.is_authentication() && error.token_error().is_none() && error.status().is_some()
}

/// Whether an error is of the whole tenant, so that nothing else is worth asking for now: the service
/// throttles, or there is no token.
pub(crate) fn ends_all(error: &graph_client::Error) -> bool {
    error.is_throttled() || error.is_authentication() && !refuses_token(error)
}
