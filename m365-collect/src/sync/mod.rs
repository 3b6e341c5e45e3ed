//! The engine: reads the sources of a tenant side by side and keeps the store in step.

mod accepted;
mod channel;
mod count;
mod due;
mod job;
mod keeping;
mod limits;
mod link;
mod meter;
mod pass;
mod plan;
mod plans;
mod progress;
mod rate;
mod report;
mod run;
mod schedule;
mod selection;
mod writer;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use graph_client::{Client, Clock};

use self::accepted::Accepted;
use self::progress::Teller;
use crate::error::{Error, Result};
use crate::health::{self, Health};
use crate::organization::{self, Organization};
use crate::source::{Source, SourceId};
use crate::store::{Expired, Store, StoredTenant};

pub use channel::{ProgressEvents, ProgressSender, progress_channel};
pub use plan::{Because, Due, Plan, PlannedSource};
pub use progress::{Progress, ProgressEvent, Silent, WaitCause};
pub use report::{Report, SourceReport};
pub use run::{RawItem, Run};
pub use schedule::Schedule;

/// Reads a tenant into a store.
///
/// Sources that do not wait for each other are read side by side. One that fails leaves the
/// others alone, and its own data as it was: see [`Outcome`](crate::Outcome).
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
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Engine {
    client: Client,
    store: Arc<dyn Store>,
    sources: Vec<Arc<dyn Source>>,
    only: Option<Vec<String>>,
    skip: Vec<String>,
    cadences: BTreeMap<String, Duration>,
    afresh: bool,
    in_parts: bool,
    retentions: BTreeMap<String, Duration>,
    confirm_removals: bool,
    concurrency: usize,
    check_counts: bool,
    clock: Arc<dyn Clock>,
    listeners: Vec<Arc<dyn Progress>>,
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
            clock: client.clock(),
            client,
            store,
            sources: crate::sources::catalogue(),
            only: None,
            skip: Vec::new(),
            cadences: BTreeMap::new(),
            afresh: false,
            in_parts: false,
            retentions: BTreeMap::new(),
            confirm_removals: false,
            concurrency: 8,
            check_counts: true,
            listeners: Vec::new(),
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

    /// Reads this source so often, instead of as often as its descriptor says; at most once a
    /// second.
    #[must_use]
    pub fn cadence(mut self, id: impl Into<String>, every: Duration) -> Self {
        let every = every.max(Duration::from_secs(1));
        self.cadences.insert(id.into(), every);
        self
    }

    /// Reads everything anew instead of only what changed.
    #[must_use]
    pub fn afresh(mut self, afresh: bool) -> Self {
        self.afresh = afresh;
        self
    }

    /// Reads large collections in parts side by side where everything is read: faster where the
    /// way to the service is long and its limits leave room. A delta token is taken first and
    /// replayed at the end, so that the result is as exact; a reading that is cut off before then
    /// begins anew. Needs the advanced queries of directory objects:
    /// <https://learn.microsoft.com/graph/aad-advanced-queries>.
    #[must_use]
    pub fn in_parts(mut self, in_parts: bool) -> Self {
        self.in_parts = in_parts;
        self
    }

    /// Keeps what this source yields for so long, instead of as long as its descriptor
    /// [says](crate::Descriptor::keeps); for a day at least. What is past its time goes at the end
    /// of each run.
    #[must_use]
    pub fn keep(mut self, id: impl Into<String>, time: Duration) -> Self {
        let time = time.max(Duration::from_secs(24 * 60 * 60));
        self.retentions.insert(id.into(), time);
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

    /// Whether the live objects are compared with what the service counts, at the price of one more
    /// request for each source that can be counted. On by default.
    ///
    /// The [index that counts](https://learn.microsoft.com/graph/aad-advanced-queries) is a little
    /// behind the objects, and a tenant goes on changing while it is read. So where the numbers
    /// differ the service is asked again twenty seconds later; the stored number may lie between
    /// the lowest and the highest count of the run, and beyond them by as many changes as the run
    /// received. What differs even so is a [`Gap::Count`](crate::Gap::Count), and nothing is
    /// changed for it. A count that is refused is no failure, and
    /// [`Tally::counted`](crate::Tally::counted) is `None` then.
    #[must_use]
    pub fn check_counts(mut self, check: bool) -> Self {
        self.check_counts = check;
        self
    }

    /// Takes the time from this clock, instead of from the client's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Tells this listener what happens, beside those before.
    #[must_use]
    pub fn progress(mut self, listener: Arc<dyn Progress>) -> Self {
        self.listeners.push(listener);
        self
    }

    fn teller(&self) -> Teller {
        let mut teller = Teller::new(Arc::clone(&self.clock));
        for listener in &self.listeners {
            teller.add(Arc::clone(listener));
        }
        teller
    }

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

    /// What would be read now, and why the rest would not.
    ///
    /// # Errors
    /// When a source is unknown, or the store fails.
    pub async fn plan(&self) -> Result<Plan> {
        let chosen = self.selected()?;
        let cadence = |id: &SourceId, usual| self.cadence_of(id, usual);
        let now = self.clock.now();
        Ok(plan::plan(self.store.as_ref(), &self.sources, &chosen, cadence, now).await?)
    }

    /// How the store fares now, by the sources and cadences of this engine.
    ///
    /// # Errors
    /// When a source is unknown, or the store fails.
    pub async fn health(&self) -> Result<Health> {
        let chosen = self.selected()?;
        let sources = chosen.iter().map(|source| {
            let descriptor = source.descriptor();
            (
                descriptor,
                self.cadence_of(&descriptor.id, descriptor.cadence),
            )
        });
        Ok(health::examine(self.store.as_ref(), sources.collect(), self.clock.now()).await?)
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
        keeping::expire(self).await
    }

    fn cadence_of(&self, id: &SourceId, usual: Duration) -> Duration {
        self.cadences.get(id.as_str()).copied().unwrap_or(usual)
    }

    /// Reads each source when it is due, until told to stop.
    ///
    /// # Errors
    /// When a source is unknown, none is left to read, or their order cannot be kept.
    pub fn schedule(self) -> Result<Schedule> {
        let sources = self.selected()?;
        let cadences = sources.iter().map(|source| {
            let descriptor = source.descriptor();
            self.cadence_of(&descriptor.id, descriptor.cadence)
        });
        let shortest = cadences.min().unwrap_or_default();
        Ok(Schedule::new(self, shortest))
    }

    /// The sources that were asked for.
    fn selected(&self) -> Result<Vec<Arc<dyn Source>>> {
        for id in self.cadences.keys().chain(self.retentions.keys()) {
            selection::check_known(&self.sources, id)?;
        }
        let mut sources = selection::select(&self.sources, self.only.as_deref(), &self.skip)?;
        for source in &mut sources {
            if let Some(time) = self.retentions.get(source.descriptor().id.as_str()) {
                *source = keeping::kept(Arc::clone(source), *time);
            }
        }
        Ok(sources)
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
        let expired = keeping::expire(self).await.unwrap_or_else(|error| {
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

    /// Makes sure that the tenant can be read, that it is the one that was asked for, and that the
    /// store is its own. Nothing is written before that.
    ///
    /// A domain may have moved to another tenant, so the tenant's own id decides where it can be read.
    async fn open(&self, accepted: &Accepted) -> Result<StoredTenant> {
        let token = self.client.authenticate().await?;
        let asked = self.client.tenant().as_str();
        if organization::is_personal(asked) {
            return Err(Error::NoOrganization {
                tenant: asked.to_owned(),
            });
        }
        let mut tenant = StoredTenant::new(asked);
        let client = self.client.with_observer(accepted.observer());
        let token = token.tenant_id.as_deref();
        match organizations(&client).await {
            // Every tenant has one: a list without it is none.
            Ok((found, 0)) if found.is_empty() => self.check_unread(None, token).await?,
            // Somebody answers, and does not say who.
            Ok((found, malformed)) if malformed > 0 && !found.iter().any(|one| one.is(asked)) => {
                return Err(Error::UnknownTenant {
                    asked: asked.to_owned(),
                });
            }
            Ok((found, _)) => {
                let found = organization::asked_for(found, asked)?;
                tenant = tenant.with_organization(found.id, found.display_name);
            }
            Err(error) => self.check_unread(Some(error), token).await?,
        }
        self.store.bind(&tenant).await?;
        Ok(self.store.tenant().await?.unwrap_or(tenant))
    }

    /// What is left where the organization cannot be read: the token, and whom the store knows.
    async fn check_unread(
        &self,
        error: Option<graph_client::Error>,
        token: Option<&str>,
    ) -> Result<()> {
        tracing::debug!(?error, "the organization was not read");
        let asked = self.client.tenant().as_str();
        let other = || Error::OtherTenant {
            asked: asked.to_owned(),
            answered: token.map(str::to_owned),
        };
        if let Some(is_asked) = organization::by_token(token, asked) {
            return if is_asked { Ok(()) } else { Err(other()) };
        }
        let Some(stored) = self.store.tenant().await? else {
            // On the first sync something has to say so.
            return Err(match error {
                Some(error) if !error.is_permission_denied() => error.into(),
                _ => Error::UnknownTenant {
                    asked: asked.to_owned(),
                },
            });
        };
        match (stored.organization, token) {
            (Some(known), Some(found)) if !known.eq_ignore_ascii_case(found) => Err(other()),
            _ => Ok(()),
        }
    }
}

/// The organizations that answer, of which there is one, and how many could not be read.
async fn organizations(client: &Client) -> graph_client::Result<(Vec<Organization>, usize)> {
    // More pages than this are no answer of a tenant.
    const PAGES: usize = 5;
    let mut pages = client
        .list::<Organization>("organization")
        .pages()
        .take(PAGES);
    let (mut found, mut malformed) = (Vec::new(), 0);
    while let Some(page) = pages.try_next().await? {
        malformed += page.malformed.len();
        found.extend(page.items);
    }
    Ok((found, malformed))
}
