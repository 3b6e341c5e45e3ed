//! Delta queries: what changed since last time.
//!
//! <https://learn.microsoft.com/graph/delta-query-overview>

mod machine;

use std::fmt;
use std::marker::PhantomData;

use futures::stream::{self, Stream, StreamExt as _};
use http::HeaderMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

pub use self::machine::ResyncReason;
use self::machine::{Input, NextRequest, Round, Step};
use crate::client::Client;
use crate::decode::DecodeFailure;
use crate::error::{Endless, Error, ItemError, Result};
use crate::field::fields;
use crate::link::Checkpoint;
use crate::origin::Origin;
use crate::page::{self, Envelope, PageCount};
use crate::path::IntoPath;
use crate::query::{Target, common_setters};
use crate::send::Call;
use crate::workload::Workload;

/// A page of changes. Store its changes and its checkpoint together. `Debug` shows how many changes
/// there are and none of them.
#[derive(Clone)]
#[non_exhaustive]
pub struct DeltaPage<T> {
    /// On the first page of a round that starts from nothing: why it does. Begin a new generation;
    /// what has not been seen again when the complete checkpoint arrives is gone.
    pub resync: Option<ResyncReason>,
    /// The changes. The same object may occur more than once, in any order, and again in a later
    /// round: apply them so that repetition does no harm.
    pub changes: Vec<Change<T>>,
    /// The items that did not fit `T`.
    pub malformed: Vec<ItemError>,
    /// Where to go on from.
    pub checkpoint: Checkpoint,
}

impl<T> fmt::Debug for DeltaPage<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeltaPage")
            .field("resync", &self.resync)
            .field("changes", &self.changes.len())
            .field("malformed", &self.malformed)
            .field("checkpoint", &self.checkpoint)
            .finish()
    }
}

/// One change. There is no third kind, so it can be matched in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<T> {
    /// The object exists; properties that are absent are not necessarily empty.
    Upsert(T),
    /// The object is gone, or has left what is being tracked.
    Removed {
        /// Its id.
        id: String,
        /// How it went.
        reason: RemovedReason,
    },
}

/// How an object went: `@removed.reason`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RemovedReason {
    /// Deleted, but it can be restored.
    Changed,
    /// Deleted for good.
    Deleted,
    /// A reason not known here, or none.
    Unknown(String),
}

impl RemovedReason {
    fn of(text: Option<&str>) -> Self {
        match text {
            Some(reason) if reason.eq_ignore_ascii_case("changed") => Self::Changed,
            Some(reason) if reason.eq_ignore_ascii_case("deleted") => Self::Deleted,
            other => Self::Unknown(other.unwrap_or_default().to_owned()),
        }
    }

    /// The word on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Changed => "changed",
            Self::Deleted => "deleted",
            Self::Unknown(reason) => reason,
        }
    }
}

/// What [`DeltaRequest::events`] yields.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeltaEvent<T> {
    /// A round from nothing begins.
    ResyncStarted(ResyncReason),
    /// An object exists.
    Upsert(T),
    /// An object is gone.
    Removed {
        /// Its id.
        id: String,
        /// How it went.
        reason: RemovedReason,
    },
    /// An item did not fit `T`.
    Malformed(ItemError),
    /// All up to here may be stored with this.
    Checkpoint(Checkpoint),
}

impl Client {
    /// Reads changes: `client.delta::<MyUser>("users")` asks `users/delta`.
    ///
    /// Supported resources: <https://learn.microsoft.com/graph/delta-query-overview>.
    pub fn delta<T: DeserializeOwned>(&self, path: impl IntoPath) -> DeltaRequest<T> {
        let mut target = Target::new(path);
        if let Ok(path) = target.path_mut()
            && path
                .segments()
                .last()
                .is_none_or(|last| last != "delta" && last != "delta()")
        {
            path.push("delta");
        }
        DeltaRequest {
            client: self.clone(),
            target,
            resume: None,
            latest: false,
            of: PhantomData,
        }
    }
}

/// A delta read, made by [`Client::delta`].
///
/// Without [`resume`](Self::resume) it begins with all objects there are. It survives a lost sync
/// state by starting over, which it says with [`DeltaPage::resync`], a few times in one read; then
/// it gives up with the service's error.
#[derive(Debug)]
#[must_use = "nothing is read until the stream is polled"]
pub struct DeltaRequest<T> {
    client: Client,
    target: Target,
    resume: Option<Checkpoint>,
    latest: bool,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned + Send + 'static> DeltaRequest<T> {
    common_setters!();

    /// `$filter`. Users and groups take only `id eq … or id eq …`, for 50 ids at most.
    pub fn filter(mut self, filter: impl Into<String>) -> Self {
        self.target.option("$filter", filter);
        self
    }

    /// Synchronises from now on: skips what exists and yields a complete checkpoint at once.
    /// Without meaning together with [`resume`](Self::resume).
    pub fn latest(mut self) -> Self {
        self.latest = true;
        self
    }

    /// Goes on from a stored checkpoint. The query options are those of the round it is from, since
    /// they are baked into it; those given here count if the round has to start over.
    pub fn resume(mut self, checkpoint: Checkpoint) -> Self {
        self.resume = Some(checkpoint);
        self
    }

    /// The pages of one round, the last of which has a [complete](Checkpoint::is_complete)
    /// checkpoint. A failure ends the stream; resume from the last checkpoint that was stored.
    ///
    /// # Errors
    ///
    /// Of a page: whatever the service refused; [`Error::is_refused_link`] when a link leads to
    /// another origin, a restored one included; [`Error::is_endless`] when the round has no end,
    /// [`Error::is_too_large`] when a page is.
    ///
    /// # Cancel safety
    ///
    /// Dropping the stream, or a poll of it, loses no more than the page that was under way.
    pub fn pages(mut self) -> impl Stream<Item = Result<DeltaPage<T>>> + Send + Unpin {
        self.target.select_fields(fields::<T>());
        match DeltaPager::start(self) {
            Ok(pager) => stream::try_unfold(pager, DeltaPager::page).boxed(),
            Err(error) => stream::iter([Err(error)]).boxed(),
        }
    }

    /// The same as single events, each page followed by its checkpoint.
    pub fn events(self) -> impl Stream<Item = Result<DeltaEvent<T>>> + Send + Unpin {
        self.pages()
            .flat_map(|page| {
                let (page, failure) = match page {
                    Ok(page) => (Some(page), None),
                    Err(error) => (None, Some(Err(error))),
                };
                let events = page.into_iter().flat_map(DeltaPage::into_events);
                stream::iter(events.map(Ok).chain(failure))
            })
            .boxed()
    }
}

impl<T> DeltaPage<T> {
    fn into_events(self) -> impl Iterator<Item = DeltaEvent<T>> {
        let resync = self.resync.into_iter().map(DeltaEvent::ResyncStarted);
        let changes = self.changes.into_iter().map(|change| match change {
            Change::Upsert(item) => DeltaEvent::Upsert(item),
            Change::Removed { id, reason } => DeltaEvent::Removed { id, reason },
        });
        let malformed = self.malformed.into_iter().map(DeltaEvent::Malformed);
        resync
            .chain(changes)
            .chain(malformed)
            .chain([DeltaEvent::Checkpoint(self.checkpoint)])
    }
}

/// A delta read under way: the machine and what it takes to do what it asks for.
struct DeltaPager {
    client: Client,
    headers: HeaderMap,
    workload: Workload,
    initial: url::Url,
    round: Round,
    turned: PageCount,
}

impl DeltaPager {
    fn start<T>(mut request: DeltaRequest<T>) -> Result<Self> {
        let latest = request.latest && request.resume.is_none();
        let graph = &request.client.shared().graph;
        if latest {
            // Drives and sites name it otherwise than the directory.
            let workload = Workload::of(&request.target.url(graph)?);
            let name = if workload == Workload::Files {
                "token"
            } else {
                "$deltatoken"
            };
            request.target.option(name, "latest");
        }
        let initial = request.target.url(graph)?;
        let round = match &request.resume {
            Some(checkpoint) => Round::resumed(graph.resolve(checkpoint.expose())?),
            None if latest => Round::latest(),
            None => Round::initial(),
        };
        Ok(Self {
            headers: request.target.headers().clone(),
            workload: Workload::of(&initial),
            initial,
            round,
            turned: PageCount::new(request.client.shared().max_pages),
            client: request.client,
        })
    }

    async fn page<T: DeserializeOwned + Send>(mut self) -> Result<Option<(DeltaPage<T>, Self)>> {
        loop {
            let url = match self.round.next_request() {
                NextRequest::Initial => self.initial.clone(),
                NextRequest::Link(url) => url.clone(),
                NextRequest::None => return Ok(None),
            };
            self.turned.one_more()?;
            let graph = &self.client.shared().graph;
            let call = Call::get(url, self.headers.clone(), self.workload);
            let answer = self
                .client
                .send(call, |answer| Changes::<T>::parse(&answer.body, graph))
                .await;
            let (input, changes, failure) = match answer {
                Ok(changes) => {
                    self.turned
                        .read(changes.items.is_empty() && changes.malformed.is_empty());
                    let input = Input::Page {
                        next: changes.next.clone(),
                        delta: changes.delta.clone(),
                    };
                    (input, Some(changes), None)
                }
                Err(error) => {
                    let Some(reason) =
                        machine::resync_reason(error.answered().map(|s| s.as_u16()), error.code())
                    else {
                        return Err(error);
                    };
                    let location = error
                        .location()
                        .map(|location| graph.resolve(location))
                        .transpose()?;
                    (Input::Lost { reason, location }, None, Some(error))
                }
            };
            let (round, step) = self.round.step(input);
            self.round = round;
            match (step, changes) {
                (Step::Deliver { resync, checkpoint }, Some(changes)) => {
                    let page = DeltaPage {
                        resync,
                        changes: changes.items,
                        malformed: changes.malformed,
                        checkpoint,
                    };
                    return Ok(Some((page, self)));
                }
                (Step::StartOver, _) => {
                    tracing::info!("the sync state is gone; reading in full again");
                }
                (Step::GiveUp, _) => {
                    return Err(failure.map_or_else(
                        || Error::endless(Endless::Repeats),
                        |error| Error::resync_limit(&error),
                    ));
                }
                (Step::Loop, _) => return Err(Error::endless(Endless::Repeats)),
                (Step::NoLink | Step::Deliver { .. }, _) => {
                    return Err(Error::decode(DecodeFailure::shape(
                        "the page has neither a next link nor a delta link",
                    )));
                }
            }
        }
    }
}

/// A page of changes before the machine has said what its links mean.
struct Changes<T> {
    items: Vec<Change<T>>,
    malformed: Vec<ItemError>,
    next: Option<url::Url>,
    delta: Option<url::Url>,
}

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    id: Option<String>,
    #[serde(rename = "@removed", default)]
    removed: Option<Removed>,
}

#[derive(Deserialize)]
struct Removed {
    #[serde(default)]
    reason: Option<String>,
}

impl<T: DeserializeOwned> Changes<T> {
    fn parse(body: &[u8], origin: &Origin) -> Result<Self> {
        let envelope = Envelope::parse(body)?;
        let mut page = Self {
            items: Vec::with_capacity(envelope.value.0.len()),
            malformed: Vec::new(),
            next: envelope.next(origin)?,
            delta: envelope.delta(origin)?,
        };
        for (index, raw) in envelope.value.0.iter().enumerate() {
            match change(index, raw) {
                Ok(change) => page.items.push(change),
                Err(error) => page.malformed.push(error),
            }
        }
        Ok(page)
    }
}

fn change<T: DeserializeOwned>(index: usize, raw: &RawValue) -> Result<Change<T>, ItemError> {
    match page::item::<Head>(index, raw)? {
        Head {
            removed: Some(removed),
            id: Some(id),
        } => Ok(Change::Removed {
            id,
            reason: RemovedReason::of(removed.reason.as_deref()),
        }),
        Head {
            removed: Some(_),
            id: None,
        } => Err(ItemError::missing(index, "id")),
        Head { removed: None, .. } => page::item(index, raw).map(Change::Upsert),
    }
}
