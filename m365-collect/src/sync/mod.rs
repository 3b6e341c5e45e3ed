//! The engine: reads the sources of a tenant side by side and keeps the store in step.

mod meter;
mod plan;
mod progress;
mod report;
mod run;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use graph_client::{Client, Clock, SystemClock};
use serde::Deserialize;

use self::plan::Plan;
use self::run::Run as SourceRun;
use crate::error::{Error, Result};
use crate::outcome::{Gap, Outcome, Tally};
use crate::source::{Completeness, Source, SourceId};
use crate::store::{Finish, RunEntry, Store, StoredTenant};

pub use progress::{Progress, ProgressEvent, Silent};
pub use report::{Report, SourceReport};
pub use run::{RawItem, Run};

/// Reads a tenant into a store.
///
/// Sources that do not wait for each other are read side by side. One that fails leaves the
/// others alone, and its own data as it was: see [`Outcome`].
///
/// # Examples
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
///
/// use graph_client::{Client, Credential, TenantId};
/// use m365_collect::{Engine, SqliteStore};
///
/// let client = Client::builder(
///     TenantId::new("contoso.onmicrosoft.com")?,
///     Credential::client_secret("application id", "secret"),
/// )
/// .build()?;
/// let store = Arc::new(SqliteStore::open("contoso.m365").await?);
/// let report = Engine::new(client, store).run().await?;
/// for source in &report.sources {
///     println!("{}: {}", source.id, source.outcome.name());
/// }
/// # Ok(())
/// # }
/// ```
pub struct Engine {
    client: Client,
    store: Arc<dyn Store>,
    sources: Vec<Arc<dyn Source>>,
    only: Option<Vec<String>>,
    skip: Vec<String>,
    afresh: bool,
    confirm_removals: bool,
    concurrency: usize,
    clock: Arc<dyn Clock>,
    progress: Arc<dyn Progress>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("client", &self.client)
            .field("store", &self.store)
            .field("sources", &self.sources.len())
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Reads the client's tenant into the store, by every source of the catalogue.
    pub fn new(client: Client, store: Arc<dyn Store>) -> Self {
        Self {
            client,
            store,
            sources: crate::sources::catalogue(),
            only: None,
            skip: Vec::new(),
            afresh: false,
            confirm_removals: false,
            concurrency: 8,
            clock: Arc::new(SystemClock::default()),
            progress: Arc::new(Silent),
        }
    }

    /// Reads by these sources instead of the catalogue.
    #[must_use]
    pub fn sources(mut self, sources: Vec<Arc<dyn Source>>) -> Self {
        self.sources = sources;
        self
    }

    /// Reads by this source too.
    #[must_use]
    pub fn source(mut self, source: impl Source + 'static) -> Self {
        self.sources.push(Arc::new(source));
        self
    }

    /// Reads only these sources, by id.
    #[must_use]
    pub fn only<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.only = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// Leaves these sources out, by id.
    #[must_use]
    pub fn skip<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.skip.extend(ids.into_iter().map(Into::into));
        self
    }

    /// Reads everything anew instead of only what changed.
    #[must_use]
    pub fn afresh(mut self, afresh: bool) -> Self {
        self.afresh = afresh;
        self
    }

    /// Removes what is no longer listed even where it is more than 15 % of the objects and more
    /// than 50: a person looked and said so.
    #[must_use]
    pub fn confirm_removals(mut self, confirm: bool) -> Self {
        self.confirm_removals = confirm;
        self
    }

    /// Reads at most so many sources at once; at least one.
    #[must_use]
    pub fn concurrency(mut self, sources: usize) -> Self {
        self.concurrency = sources.max(1);
        self
    }

    /// Takes the time from this clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Tells this listener what happens.
    #[must_use]
    pub fn progress(mut self, progress: Arc<dyn Progress>) -> Self {
        self.progress = progress;
        self
    }

    /// Reads every source once.
    ///
    /// # Errors
    /// When nothing could be read at all: the token was refused, the host not reached, a source
    /// is unknown, or the store is another tenant's. What comes of each source is in the report.
    ///
    /// # Cancel safety
    /// Dropped at any await it leaves a good store. The next run goes on from the last page of a
    /// delta that was stored; a listing begins anew.
    pub async fn run(&self) -> Result<Report> {
        let plan = Plan::new(&self.sources, self.only.as_deref(), &self.skip)?;
        let started_at = self.clock.now();
        self.client.authenticate().await?;
        self.check_tenant().await?;

        let mut reports = Vec::new();
        let mut waiting = plan.sources;
        let mut running = FuturesUnordered::new();
        let mut done: Vec<SourceId> = Vec::new();
        loop {
            let is_waited_for =
                |id: &SourceId| waiting.iter().any(|source| source.descriptor().id == *id);
            let mut ready = Vec::new();
            for source in &waiting {
                let descriptor = source.descriptor();
                let is_running = |id: &SourceId| {
                    !done.contains(id) && plan.ids.contains(id) && !is_waited_for(id)
                };
                if !descriptor
                    .after
                    .iter()
                    .any(|id| is_waited_for(id) || is_running(id))
                {
                    ready.push(descriptor.id.clone());
                }
            }
            ready.truncate(self.concurrency.saturating_sub(running.len()));
            let mut still_waiting = Vec::with_capacity(waiting.len());
            for source in waiting {
                if ready.contains(&source.descriptor().id) {
                    running.push(self.read(source));
                } else {
                    still_waiting.push(source);
                }
            }
            waiting = still_waiting;
            match running.next().await {
                None => break,
                Some(report) => {
                    done.push(report.id.clone());
                    reports.push(report);
                }
            }
        }
        reports
            .sort_by_key(|report: &SourceReport| plan.ids.iter().position(|id| *id == report.id));
        Ok(Report {
            tenant: self
                .store
                .tenant()
                .await?
                .unwrap_or_else(|| StoredTenant::new(self.client.tenant().as_str())),
            started_at: Some(started_at),
            ended_at: Some(self.clock.now()),
            sources: reports,
        })
    }

    /// Reads one source and logs the run.
    async fn read(&self, source: Arc<dyn Source>) -> SourceReport {
        let descriptor = source.descriptor();
        let started_at = self.clock.now();
        let began = self.clock.monotonic();
        self.progress.event(&ProgressEvent::Started {
            source: &descriptor.id,
        });
        let (outcome, mut tally) = self.outcome(source.as_ref()).await;
        let elapsed = self.clock.monotonic().saturating_sub(began);
        tally.elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        let mut entry = RunEntry::new(
            descriptor.id.clone(),
            started_at,
            self.clock.now(),
            outcome,
            tally,
        );
        // Not worth the other sources: this one has not been read as long as nobody can tell.
        if let Err(error) = self.store.log_run(&entry).await {
            entry.outcome = Outcome::Failed {
                error: error.to_string(),
            };
        }
        tracing::info!(source = %descriptor.id, outcome = entry.outcome.name(), seen = tally.seen, "read");
        self.progress.event(&ProgressEvent::Finished {
            source: &descriptor.id,
            outcome: &entry.outcome,
            tally: &entry.tally,
        });
        SourceReport {
            id: entry.source,
            outcome: entry.outcome,
            tally: entry.tally,
        }
    }

    async fn outcome(&self, source: &dyn Source) -> (Outcome, Tally) {
        let descriptor = source.descriptor();
        let refused = |error: &Error, run: Option<&SourceRun<'_>>, now: SystemTime| {
            let stored_some = run.is_some_and(SourceRun::stored_some);
            error.outcome(descriptor, stored_some, now)
        };
        let parents = match self.parents(source).await {
            Ok(parents) => parents,
            Err(error) => {
                let outcome = refused(&error, None, self.clock.now());
                return (outcome, Tally::default());
            }
        };
        let now = self.clock.now();
        let lease = match self
            .store
            .lease(&descriptor.id, descriptor.reading, now)
            .await
        {
            Ok(lease) => lease,
            Err(error) => {
                let outcome = refused(&error.into(), None, self.clock.now());
                return (outcome, Tally::default());
            }
        };
        let mut run = SourceRun::new(
            &self.client,
            self.store.as_ref(),
            descriptor,
            lease,
            Arc::clone(&self.clock),
            Arc::clone(&self.progress),
            Finish::confirmed(self.confirm_removals),
            self.afresh,
        );
        let read = source.read(&mut run).await;
        let ended = match read {
            Ok(Completeness::Complete) => run.complete(parents).await,
            Ok(Completeness::Partial(gap)) => run.complete(Some(gap)).await,
            Err(error) => Err(error),
        };
        let outcome = match ended {
            Ok(None) => Outcome::Complete,
            Ok(Some(reason)) => Outcome::Partial { reason },
            Err(error) => refused(&error, Some(&run), self.clock.now()),
        };
        (outcome, run.tally())
    }

    /// What is missing of the objects that a source asks about. Where none of them was ever read
    /// there is nothing to ask, and nothing must not look like everything.
    async fn parents(&self, source: &dyn Source) -> Result<Option<Gap>> {
        let runs = self.store.last_runs().await?;
        for parent in &source.descriptor().after {
            let state = self.store.source_state(parent).await?.unwrap_or_default();
            let last = runs.iter().find(|run| run.source == *parent);
            if last.is_some_and(|run| run.outcome.is_complete()) && !state.in_round {
                continue;
            }
            let was_read = state.completed_at.is_some() || state.in_part;
            if !was_read {
                return Err(Error::NotReadable {
                    reason: format!("it needs {parent}, which were never read"),
                });
            }
            return Ok(Some(Gap::Parents {
                source: parent.clone(),
            }));
        }
        Ok(None)
    }

    /// Refuses to write one tenant over another: a domain may have moved to another tenant, so
    /// the tenant's own id decides where it can be read.
    async fn check_tenant(&self) -> Result<()> {
        let mut asked = StoredTenant::new(self.client.tenant().as_str());
        let mut pages = self.client.list::<Named>("organization").pages();
        match pages.next().await {
            Some(Ok(page)) => {
                if let Some(known) = page.items.into_iter().next() {
                    asked = asked.with_organization(known.id, known.display_name);
                }
            }
            // A source will say so too; the name that was asked for decides then.
            Some(Err(error)) => tracing::debug!(%error, "the organization was not read"),
            None => {}
        }
        self.store.bind(&asked).await?;
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    id: String,
    display_name: Option<String>,
}
