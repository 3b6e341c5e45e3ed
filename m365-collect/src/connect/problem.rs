//! What sort of problem something is.

use serde::Serialize;

use super::status::Status;

/// A sort of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Problem {
    /// The credentials were refused.
    Authentication,
    /// A permission is missing.
    Permission,
    /// A license is missing.
    License,
    /// What would be read is incomplete or misleads.
    Data,
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
    /// The connection status that such a problem means; a missing license is none of the
    /// connection's.
    pub const fn status(self) -> Status {
        match self {
            Self::Authentication => Status::AuthenticationError,
            Self::Permission => Status::PermissionError,
            Self::License | Self::Data => Status::Connected,
            Self::Throttled | Self::Unreachable | Self::Service | Self::Store | Self::Usage => {
                Status::ServiceError
            }
        }
    }

    pub(super) const fn headline(self) -> &'static str {
        match self {
            Self::Authentication => "authentication failed",
            Self::Permission => "a permission is missing",
            Self::License => "a license is missing",
            Self::Data => "what is read would be incomplete or mislead",
            Self::Throttled => "the service throttles",
            Self::Unreachable => "the service cannot be reached",
            Self::Service => "the service failed",
            Self::Store => "the store cannot be used",
            Self::Usage => "this cannot be done",
        }
    }
}
