//! What is to be read into which store, and how.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use graph_client::{Client, Clock};

use super::plan::{self, Plan};
use super::{keeping, selection};
use crate::error::Result;
use crate::health::{self, Health};
use crate::id::SourceId;
use crate::run::Progress;
use crate::run::progress::ProgressReporter;
use crate::source::Source;
use crate::store::Store;

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
    pub(super) client: Client,
    pub(super) store: Arc<dyn Store>,
    pub(super) sources: Vec<Arc<dyn Source>>,
    pub(super) only: Option<Vec<String>>,
    pub(super) skip: Vec<String>,
    pub(super) cadences: BTreeMap<String, Duration>,
    pub(super) full_resync: bool,
    pub(super) partitioned: bool,
    pub(super) retentions: BTreeMap<String, Duration>,
    pub(super) confirm_removals: bool,
    pub(super) concurrency: usize,
    pub(super) check_counts: bool,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) listeners: Vec<Arc<dyn Progress>>,
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
    /// Reads the client's tenant into the store, by every source of the catalogue. As nobody waits
    /// for a single call, each may stand in line [for an hour](Client::patient).
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a client is given away like the store"
    )]
    pub fn new(client: Client, store: Arc<dyn Store>) -> Self {
        Self {
            clock: client.clock(),
            client: client.patient(),
            store,
            sources: crate::sources::catalogue(),
            only: None,
            skip: Vec::new(),
            cadences: BTreeMap::new(),
            full_resync: false,
            partitioned: false,
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
    pub fn full_resync(mut self, full_resync: bool) -> Self {
        self.full_resync = full_resync;
        self
    }

    /// Reads large collections in parts side by side where everything is read: faster where the
    /// way to the service is long and its limits leave room. A delta token is taken first and
    /// replayed at the end, so that the result is as exact; a reading that is cut off before then
    /// begins anew. Needs the advanced queries of directory objects:
    /// <https://learn.microsoft.com/graph/aad-advanced-queries>.
    #[must_use]
    pub fn partitioned(mut self, partitioned: bool) -> Self {
        self.partitioned = partitioned;
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
    /// received. What differs even so is a [`PartialReason::Count`](crate::PartialReason::Count), and nothing is
    /// changed for it. A count that is refused is no failure, and
    /// [`RunStats::counted`](crate::RunStats::counted) is `None` then.
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

    pub(super) fn reporter(&self) -> ProgressReporter {
        let mut reporter = ProgressReporter::new(Arc::clone(&self.clock));
        for listener in &self.listeners {
            reporter.add(Arc::clone(listener));
        }
        reporter
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

    pub(super) fn cadence_of(&self, id: &SourceId, usual: Duration) -> Duration {
        self.cadences.get(id.as_str()).copied().unwrap_or(usual)
    }

    /// The sources that were asked for.
    pub(super) fn selected(&self) -> Result<Vec<Arc<dyn Source>>> {
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
}
