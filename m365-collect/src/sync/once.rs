//! One sync: the sources that are asked for or due, read once.

use std::sync::Arc;

use super::engine::Engine;
use super::report::Report;
use super::{limits, pass};
use crate::descriptor::THIRTEEN_MONTHS;
use crate::error::Result;
use crate::health;
use crate::run::accepted::Accepted;
use crate::source::Source;
use crate::store::{Expired, Expiry, StoredTenant};

impl Engine {
    /// Reads every source once.
    ///
    /// # Errors
    /// When nothing could be read at all: the token was refused, the host not reached, a source
    /// is unknown, another sync of the tenant is running, or the store is another tenant's. What
    /// comes of each source is in the report.
    ///
    /// # Cancel safety
    /// Dropped at any await it leaves a good store. The next run goes on from the last page of a
    /// delta that was stored; a listing begins anew.
    pub async fn run(&self) -> Result<Report> {
        let sources = self.selected()?;
        let _claim = self.store.claim().await?;
        self.read(sources).await
    }

    /// Reads the sources that are due; `None` where none is.
    ///
    /// # Errors
    /// As of [`Engine::run`].
    ///
    /// # Cancel safety
    /// As of [`Engine::run`].
    pub async fn run_due(&self) -> Result<Option<Report>> {
        let mut sources = self.selected()?;
        let _claim = self.store.claim().await?;
        let plan = self.plan().await?;
        sources.retain(|source| plan.due().any(|due| due.id == source.descriptor().id));
        if sources.is_empty() {
            return Ok(None);
        }
        self.read(sources).await.map(Some)
    }

    /// Removes what is past its time, of every source that ever ran; each run does so at its end.
    ///
    /// # Errors
    /// When the store fails, or another sync of the tenant is running.
    ///
    /// # Cancel safety
    /// Dropped in between, what is left is removed the next time.
    pub async fn expire(&self) -> Result<Expired> {
        let _claim = self.store.claim().await?;
        expire(self).await
    }

    /// Reads these sources once, as the only one who does.
    async fn read(&self, sources: Vec<Arc<dyn Source>>) -> Result<Report> {
        let started_at = self.clock.now();
        // Before the first request, which would begin with the documented limits.
        limits::restore(self.store.as_ref(), &self.client).await;
        let accepted = Accepted::default();
        let tenant = match self.open(&accepted).await {
            Ok(tenant) => tenant,
            Err(error) => {
                let asked = StoredTenant::new(self.client.tenant().as_str());
                let now = self.clock.now();
                health::note_failure(self.store.as_ref(), &asked, &error, now).await;
                return Err(error);
            }
        };
        let sources = pass::read_all(self, sources, &accepted).await;
        limits::save(self.store.as_ref(), &self.client).await;
        let expired = expire(self).await.unwrap_or_else(|error| {
            // No worse than that a later run removes it.
            tracing::warn!(%error, "what is past its time was not removed");
            Expired::default()
        });
        Ok(Report {
            expired,
            tenant,
            started_at: Some(started_at),
            ended_at: Some(self.clock.now()),
            sources,
        })
    }
}

/// Removes what is past its time, of every source that ever ran. Who reads a source no longer knows
/// its time no longer: it goes after thirteen months.
async fn expire(engine: &Engine) -> Result<Expired> {
    let now = engine.clock.now();
    let mut expired = Expired::default();
    for run in engine.store.last_runs().await? {
        let mut sources = engine.sources.iter().map(|source| source.descriptor());
        let expiry = match sources.find(|descriptor| descriptor.id == run.source) {
            Some(descriptor) => {
                let told = engine.retentions.get(run.source.as_str()).copied();
                Expiry::of(descriptor, now, told.unwrap_or_else(|| descriptor.keeps()))
            }
            None => Expiry::new(run.source, now, THIRTEEN_MONTHS),
        };
        expired += engine.store.expire(&expiry).await?;
    }
    Ok(expired)
}
