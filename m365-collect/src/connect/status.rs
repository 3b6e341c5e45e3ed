//! Whether a tenant can be read, in one word.

use std::fmt;

use serde::Serialize;

/// Whether a tenant can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// Yes.
    Connected,
    /// The credentials were refused.
    AuthenticationError,
    /// Permissions are missing.
    PermissionError,
    /// The service or the way to it fails, or throttles.
    ServiceError,
}

impl Status {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::AuthenticationError => "authentication_error",
            Self::PermissionError => "permission_error",
            Self::ServiceError => "service_error",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Connected => "connected",
            Self::AuthenticationError => "authentication error",
            Self::PermissionError => "permission error",
            Self::ServiceError => "service error",
        })
    }
}
