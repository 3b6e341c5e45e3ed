//! The error of this crate.

use std::time::{Duration, SystemTime};

use crate::outcome::{Gap, Outcome};
use crate::source::{Descriptor, SourceId};
use crate::store::StoreError;

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
    /// A source by a name that the catalogue does not have.
    #[error("there is no source {name}: `sources` lists them")]
    UnknownSource {
        /// The name.
        name: String,
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
    /// A source contradicts its own descriptor, or the service its own protocol.
    #[error("source {source_id}: {what}")]
    Contract {
        /// The source.
        source_id: SourceId,
        /// What is wrong.
        what: String,
    },
}

impl Error {
    /// Whether the service refused the application's credentials.
    pub fn is_authentication(&self) -> bool {
        matches!(self, Self::Graph(error) if error.is_authentication())
    }

    /// Whether a permission is missing.
    pub fn is_permission_denied(&self) -> bool {
        matches!(self, Self::Graph(error) if error.is_permission_denied())
    }

    /// Whether the service throttled for longer than the budget.
    pub fn is_throttled(&self) -> bool {
        matches!(self, Self::Graph(error) if error.is_throttled())
    }

    /// How long the service asked to wait, as far as it said.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Graph(error) => error.retry_after(),
            _ => None,
        }
    }

    /// What a source came to that stopped with this error.
    ///
    /// `stored_some` tells whether this run stored anything before it stopped.
    pub(crate) fn outcome(
        &self,
        descriptor: &Descriptor,
        stored_some: bool,
        now: SystemTime,
    ) -> Outcome {
        match self {
            Self::Graph(error) if error.is_authentication() => Outcome::Unauthenticated {
                error: error.to_string(),
            },
            Self::Graph(error) if error.is_unlicensed() => Outcome::Unlicensed {
                plan: descriptor
                    .licence
                    .as_deref()
                    .unwrap_or("licence for this data")
                    .to_owned(),
            },
            Self::Graph(error) if error.is_permission_denied() => Outcome::Denied {
                permission: descriptor.needed_permissions(),
                code: error.code().map(str::to_owned),
            },
            Self::Graph(error) if error.is_throttled() => Outcome::Throttled {
                until: error.retry_after().and_then(|wait| now.checked_add(wait)),
            },
            Self::NotReadable { reason } => Outcome::Skipped {
                reason: reason.clone(),
            },
            other if stored_some => Outcome::Partial {
                reason: Gap::Interrupted {
                    error: other.to_string(),
                },
            },
            other => Outcome::Failed {
                error: other.to_string(),
            },
        }
    }
}
