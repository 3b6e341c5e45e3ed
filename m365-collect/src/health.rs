//! How a store fares: when each source was last read, and what came of it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use serde::Serialize;

use crate::outcome::Outcome;
use crate::source::{Source, SourceId};
use crate::store::{RunEntry, Store, StoreError, StoredTenant};
use crate::timestamp;

/// How a tenant's store fares.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Health {
    /// Whose store it is.
    pub tenant: Option<StoredTenant>,
    /// The sources together.
    pub overall: Grade,
    /// Source by source, in the order of the catalogue.
    pub sources: Vec<SourceHealth>,
}

/// How well something is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Grade {
    /// Complete and recent.
    Healthy,
    /// Incomplete, or older than twice its cadence.
    Degraded,
    /// Never read completely, or refused.
    Failing,
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Failing => "failing",
        })
    }
}

/// How a source fares.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct SourceHealth {
    /// The source.
    pub id: SourceId,
    /// How well it is read.
    pub grade: Grade,
    /// When it was last read completely.
    #[serde(serialize_with = "timestamp::option::serialize")]
    pub last_success: Option<SystemTime>,
    /// How long ago that is.
    pub age_seconds: Option<u64>,
    /// How often it is worth reading.
    pub cadence_seconds: u64,
    /// When it was last tried.
    #[serde(serialize_with = "timestamp::option::serialize")]
    pub last_run: Option<SystemTime>,
    /// What came of that: `complete`, `denied`, …; `None` where it was never tried.
    pub outcome: Option<&'static str>,
    /// What is missing and what to do.
    pub reason: Option<String>,
    /// How many objects of its kinds are stored.
    pub stored: u64,
}

/// How the store fares at a time.
///
/// # Errors
/// When the store fails.
pub async fn health(
    store: &dyn Store,
    sources: &[Arc<dyn Source>],
    as_of: SystemTime,
) -> Result<Health, StoreError> {
    let runs = store.last_runs().await?.into_iter();
    let runs: BTreeMap<SourceId, RunEntry> = runs.map(|run| (run.source.clone(), run)).collect();
    let mut healths = Vec::with_capacity(sources.len());
    for source in sources {
        let descriptor = source.descriptor();
        let run = runs.get(&descriptor.id);
        let state = store.source_state(&descriptor.id).await?;
        let last_success = state.and_then(|state| state.completed_at);
        let age = last_success.map(|at| as_of.duration_since(at).unwrap_or_default());
        let mut stored = 0;
        for kind in &descriptor.kinds {
            stored += store.count(kind).await?;
        }
        let grade = match (run.map(|run| &run.outcome), age) {
            (Some(Outcome::Complete), Some(age)) if age <= descriptor.cadence * 2 => Grade::Healthy,
            (Some(Outcome::Denied { .. } | Outcome::Unauthenticated { .. }), _) | (_, None) => {
                Grade::Failing
            }
            _ => Grade::Degraded,
        };
        healths.push(SourceHealth {
            id: descriptor.id.clone(),
            grade,
            last_success,
            age_seconds: age.map(|age| age.as_secs()),
            cadence_seconds: descriptor.cadence.as_secs(),
            last_run: run.and_then(|run| run.ended_at),
            outcome: run.map(|run| run.outcome.name()),
            reason: run.and_then(|run| run.outcome.reason()),
            stored,
        });
    }
    let worst = healths.iter().map(|source| source.grade).max();
    let best = healths.iter().map(|source| source.grade).min();
    Ok(Health {
        tenant: store.tenant().await?,
        // One bad source degrades the whole; only when none is better does the whole fail.
        overall: match (worst, best) {
            (Some(Grade::Healthy), _) => Grade::Healthy,
            (_, Some(Grade::Failing)) | (None, _) => Grade::Failing,
            _ => Grade::Degraded,
        },
        sources: healths,
    })
}
