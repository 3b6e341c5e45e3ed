//! How a store fares: when each source was last read, what came of it, and whether the tenant can
//! be reached.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! use std::time::SystemTime;
//!
//! use m365_collect::health::{HealthStatus, health};
//! use m365_collect::{MemoryStore, sources};
//!
//! let store = MemoryStore::new();
//! let health = health(&store, &sources::catalogue(), SystemTime::now()).await?;
//! assert_eq!(health.overall, HealthStatus::NotRead, "nothing was ever asked for");
//! println!("{health}");
//! println!("{}", serde_json::to_string(&health).unwrap());
//! # Ok::<(), m365_collect::StoreError>(())
//! # }).unwrap();
//! ```

mod connection;
mod source;
mod status;
mod text;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::descriptor::Descriptor;
use crate::id::SourceId;
use crate::kind::Kind;
use crate::source::Source;
use crate::store::{RUNS_KEPT, RunEntry, Store, StoreError, StoredTenant};
use crate::timestamp;

pub use connection::ConnectionHealth;
pub(crate) use connection::note_failure;
pub use source::{SourceHealth, Window};
pub use status::HealthStatus;

/// The time over which runs are added up.
pub const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// How a tenant's store fares.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Health {
    /// Whose store it is.
    pub tenant: Option<StoredTenant>,
    /// The time that it is for.
    #[serde(serialize_with = "timestamp::serialize")]
    pub as_of: SystemTime,
    /// The sources together.
    pub overall: HealthStatus,
    /// Whether the tenant could be read when that was last tried; `None` where it never was.
    pub connection: Option<ConnectionHealth>,
    /// Source by source, in the order of the catalogue.
    pub sources: Vec<SourceHealth>,
}

/// How the store fares at a time. [`Engine::health`](crate::Engine::health) heeds the choices of an
/// engine.
///
/// # Errors
/// When the store fails.
pub async fn health(
    store: &dyn Store,
    sources: &[Arc<dyn Source>],
    as_of: SystemTime,
) -> Result<Health, StoreError> {
    let sources = sources.iter().map(|source| {
        let descriptor = source.descriptor();
        (descriptor, descriptor.cadence)
    });
    examine(store, sources.collect(), as_of).await
}

/// How the store fares with these sources and cadences.
pub(crate) async fn examine(
    store: &dyn Store,
    sources: Vec<(&Descriptor, Duration)>,
    as_of: SystemTime,
) -> Result<Health, StoreError> {
    let last_runs = store.last_runs().await?;
    let since = as_of.checked_sub(WINDOW);
    let most = RUNS_KEPT.saturating_mul(last_runs.len());
    let mut recent: BTreeMap<SourceId, Window> = BTreeMap::new();
    for run in store.runs(None, since, most).await? {
        recent.entry(run.source.clone()).or_default().add(&run);
    }
    let last_of = |id: &SourceId| last_runs.iter().find(|run| run.source == *id);
    let mut yielders: BTreeMap<&Kind, u32> = BTreeMap::new();
    for kind in sources.iter().flat_map(|(descriptor, _)| &descriptor.kinds) {
        *yielders.entry(kind).or_default() += 1;
    }
    let mut healths = Vec::with_capacity(sources.len());
    for (descriptor, cadence) in &sources {
        let id = &descriptor.id;
        let state = store.source_state(id).await?;
        let mut stored = None;
        for kind in &descriptor.kinds {
            // Of a kind that several sources yield, each has its own.
            let count = if yielders.get(kind).is_some_and(|sources| *sources > 1) {
                store.count_of(kind, id).await?
            } else {
                store.count(kind).await?
            };
            stored = Some(stored.unwrap_or(0) + count);
        }
        let window = recent.get(id).copied().unwrap_or_default();
        healths.push(SourceHealth::of(
            id,
            *cadence,
            last_of(id),
            state.and_then(|state| state.completed_at),
            window,
            stored,
            as_of,
        ));
    }
    let runs: Vec<&RunEntry> = sources
        .iter()
        .filter_map(|(descriptor, _)| last_of(&descriptor.id))
        .collect();
    Ok(Health {
        tenant: store.tenant().await?,
        as_of,
        overall: overall(&healths),
        connection: connection::of(store, &runs).await?,
        sources: healths,
    })
}

/// One bad source degrades the whole; only when none is better does the whole fail. What the
/// tenant has no license for cannot be read better, and what nobody asked for has not failed, so
/// neither counts.
fn overall(sources: &[SourceHealth]) -> HealthStatus {
    let read = || sources.iter().filter(|s| s.status != HealthStatus::NotRead);
    let statuses = || {
        let counts = read().filter(|source| source.outcome != Some("unlicensed"));
        counts.map(|source| source.status)
    };
    match (statuses().max(), statuses().min()) {
        _ if read().next().is_none() => HealthStatus::NotRead,
        (Some(HealthStatus::Healthy), _) => HealthStatus::Healthy,
        (_, Some(HealthStatus::Failing)) | (None, _) => HealthStatus::Failing,
        _ => HealthStatus::Degraded,
    }
}
