//! How well something is read, in one word.

use std::fmt;

use serde::Serialize;

/// How well something is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HealthStatus {
    /// Complete and recent.
    Healthy,
    /// Incomplete, older than twice its cadence, failing more often than not, or not licensed.
    Degraded,
    /// Never read completely though it was tried, refused, or not read for ten times its cadence.
    Failing,
    /// Never asked for: it was left out, or its time has not come. That is nobody's failure.
    NotRead,
}

impl fmt::Display for HealthStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Failing => "failing",
            Self::NotRead => "not read",
        })
    }
}
