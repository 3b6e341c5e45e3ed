//! What a sync came to.

use std::time::SystemTime;

use serde::Serialize;
use serde::ser::SerializeMap;

use crate::id::SourceId;
use crate::outcome::{Outcome, RunStats};
use crate::store::{Expired, StoredTenant};
use crate::timestamp;

/// What a sync came to, source by source.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Whose tenant was read.
    pub tenant: StoredTenant,
    /// When it began.
    #[serde(serialize_with = "timestamp::option::serialize")]
    pub started_at: Option<SystemTime>,
    /// When it ended.
    #[serde(serialize_with = "timestamp::option::serialize")]
    pub ended_at: Option<SystemTime>,
    /// Each source, in the order of the catalogue.
    pub sources: Vec<SourceReport>,
    /// What was past its time, and was removed at the end.
    pub expired: Expired,
}

impl Report {
    /// Whether every source was read completely.
    pub fn is_complete(&self) -> bool {
        self.sources
            .iter()
            .all(|source| source.outcome.is_complete())
    }

    /// Whether at least one source was read, completely or in part.
    pub fn read_some(&self) -> bool {
        self.sources
            .iter()
            .any(|source| matches!(source.outcome, Outcome::Complete | Outcome::Partial { .. }))
    }

    /// The source by its id.
    pub fn source(&self, id: &str) -> Option<&SourceReport> {
        self.sources.iter().find(|source| source.id.as_str() == id)
    }
}

/// What one source came to.
///
/// Serialised flat: `id`, `outcome`, `reason`, `seen`, `upserted`, `removed`, `requests`,
/// `throttled`, `bytes`, `seconds`; `forgotten` where something is of people who were erased, and
/// `counted` where the service counted the objects.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SourceReport {
    /// The source.
    pub id: SourceId,
    /// What came of it.
    pub outcome: Outcome,
    /// What the run did.
    pub stats: RunStats,
}

impl Serialize for SourceReport {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stats = &self.stats;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("outcome", self.outcome.name())?;
        map.serialize_entry("reason", &self.outcome.reason())?;
        map.serialize_entry("seen", &stats.seen)?;
        map.serialize_entry("upserted", &stats.upserted)?;
        map.serialize_entry("removed", &stats.removed)?;
        map.serialize_entry("requests", &stats.requests)?;
        map.serialize_entry("throttled", &stats.throttled)?;
        map.serialize_entry("bytes", &stats.bytes)?;
        map.serialize_entry("seconds", &stats.elapsed().as_secs_f64())?;
        if stats.forgotten > 0 {
            map.serialize_entry("forgotten", &stats.forgotten)?;
        }
        if let Some(counted) = stats.counted {
            map.serialize_entry("counted", &counted)?;
        }
        map.end()
    }
}
