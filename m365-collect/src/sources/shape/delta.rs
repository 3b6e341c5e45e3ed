//! A collection whose changes are tracked by a delta query.

mod settle;

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};
use graph_client::{Change as DeltaChange, Checkpoint, DeltaPage, DeltaRequest};
use serde::{Deserialize, Serialize};

use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::kind::Kind;
use crate::members::Members;
use crate::record::{Change, Edge, Record, Relation, RemovedReason};
use crate::source::{Completeness, Descriptor, Source};
use crate::store::Begin;
use crate::sync::{RawItem, Run};

/// Tracks a collection and relations of its objects.
///
/// Each page is stored with its link in one transaction. Where the changes of a round contradict
/// each other, the service is asked for the objects themselves before the round ends.
#[derive(Debug, Clone)]
pub struct DeltaSource {
    descriptor: Descriptor,
    kind: Kind,
    path: &'static str,
    select: &'static [&'static str],
    relations: &'static [TrackedRelation],
    parts_by: Option<&'static str>,
}

/// A relation that a delta query reports as `name@delta`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackedRelation {
    /// The navigation property: `members`.
    pub property: &'static str,
    /// Its annotation in a delta: `members@delta`.
    pub annotation: &'static str,
    /// The relation that is stored.
    pub relation: Relation,
}

/// Parts of a first reading that are listed at the same time.
const SIDE_BY_SIDE: usize = 8;

impl DeltaSource {
    /// Tracks `path`, whose items are of this kind.
    pub fn new(
        descriptor: Descriptor,
        kind: Kind,
        path: &'static str,
        select: &'static [&'static str],
    ) -> Self {
        let mut endpoint = Endpoint::new(path).select(select);
        endpoint.path = format!("{path}/delta").into();
        Self {
            descriptor: descriptor.kind(kind.clone()).endpoint(endpoint),
            kind,
            path,
            select,
            relations: &[],
            parts_by: None,
        }
    }

    /// Tracks these relations of its items too.
    #[must_use]
    pub fn relations(mut self, relations: &'static [TrackedRelation]) -> Self {
        for tracked in relations {
            self.descriptor = self.descriptor.relation(tracked.relation.clone());
        }
        self.relations = relations;
        self
    }

    /// Where the engine is told to, the first reading lists the collection in parts by this
    /// property, which every object has and which can be compared.
    #[must_use]
    pub fn parts_by(mut self, property: &'static str) -> Self {
        self.parts_by = Some(property);
        self
    }

    /// Filters that cover everything and do not overlap, in whatever order the service compares.
    fn parts(property: &str) -> Vec<String> {
        let bounds: Vec<char> = "2468acegikmoqsuwy".chars().collect();
        let not_before = |bound: &char| format!("{property} ge '{bound}'");
        let not_after = |bound: &char| format!("not({property} ge '{bound}')");
        let mut parts: Vec<String> = bounds.iter().take(1).map(not_after).collect();
        parts.extend(bounds.windows(2).filter_map(|pair| match pair {
            [from, to] => Some(format!("{} and {}", not_before(from), not_after(to))),
            _ => None,
        }));
        parts.extend(bounds.last().map(not_before));
        parts
    }

    /// The first reading in parts side by side, after a delta token was taken, and then what
    /// changed meanwhile. An object that was seen more than once, or that changed, is asked for
    /// before the round ends, so that the result is exact.
    async fn in_parts(&self, run: &mut Run<'_>, property: &str) -> Result<()> {
        let client = run.client().clone();
        // The token tracks what is selected here, now and in every later round.
        let mut token = client
            .delta::<RawItem>(self.path)
            .select(self.select.iter().copied())
            .latest()
            .pages();
        let mut link = None;
        while let Some(page) = token.try_next().await? {
            link = Some(page.checkpoint);
        }
        let Some(link) = link else {
            return Err(Error::Contract {
                source_id: self.descriptor.id.clone(),
                what: "the service gave no delta token".to_owned(),
            });
        };
        run.begin(Begin::Generation);
        run.read_again();
        let parts = Self::parts(property).into_iter().map(|filter| {
            client
                .list::<RawItem>(self.path)
                .select(self.select.iter().copied())
                .filter(filter)
                .top(999)
                .count()
                .consistency_level_eventual()
                .pages()
        });
        let mut pages = stream::iter(parts).flatten_unordered(SIDE_BY_SIDE);
        while let Some(page) = pages.try_next().await? {
            run.malformed(page.malformed.len());
            run.items(&self.kind, page.items).await?;
        }
        drop(pages);
        let delta = client
            .delta::<RawItem>(self.path)
            .select(self.select.iter().copied());
        self.pages(run, delta.resume(link), &mut false).await?;
        Ok(())
    }

    /// Stores a page of changes with its link. The link behind the last page is kept only once
    /// nothing is contested any more.
    async fn store_page(
        &self,
        run: &mut Run<'_>,
        changes: Vec<Change>,
        checkpoint: &Checkpoint,
    ) -> Result<()> {
        let saved = Self::save(checkpoint.clone(), run)?;
        if !checkpoint.is_complete() {
            return run.advance(changes, saved).await;
        }
        run.changes(changes).await?;
        self.settle(run).await?;
        run.finish(saved).await
    }

    /// The changes of a page in the order in which they came.
    fn changes(&self, page: Vec<DeltaChange<RawItem>>, run: &mut Run<'_>) -> Vec<Change> {
        let mut changes = Vec::with_capacity(page.len());
        for change in page {
            match change {
                DeltaChange::Removed { id, reason } => changes.push(Change::Remove {
                    kind: self.kind.clone(),
                    id,
                    reason: match reason {
                        graph_client::RemovedReason::Deleted => RemovedReason::Deleted,
                        _ => RemovedReason::Changed,
                    },
                }),
                DeltaChange::Upsert(item) => {
                    let links = self.links(&item);
                    match (Record::from_item(self.kind.clone(), item), links) {
                        (Ok(record), Ok(links)) => {
                            changes.push(Change::Upsert(record));
                            changes.extend(links);
                        }
                        _ => run.malformed(1),
                    }
                }
            }
        }
        changes
    }

    fn links(&self, item: &RawItem) -> Result<Vec<Change>, serde_json::Error> {
        if self.relations.is_empty() {
            return Ok(Vec::new());
        }
        let members = Members::parse(item.get())?;
        let from = members.text("id").unwrap_or_default();
        let mut changes = Vec::new();
        for tracked in self.relations {
            let Some(list) = members.value(tracked.annotation) else {
                continue;
            };
            // A relation may come as null where there is nothing to say.
            let list: Option<Vec<End>> = serde_json::from_str(list.get())?;
            for end in list.into_iter().flatten() {
                let edge = Edge::new(tracked.relation.clone(), from.clone(), end.id);
                changes.push(match end.removed {
                    None => Change::Link(edge),
                    Some(_) => Change::Unlink(edge),
                });
            }
        }
        Ok(changes)
    }

    /// The stored checkpoint, unless it is unreadable: everything is read again then.
    fn resume(run: &Run<'_>) -> Option<Saved> {
        serde_json::from_str(run.checkpoint()?).ok()
    }

    fn save(link: Checkpoint, run: &Run<'_>) -> Result<String> {
        let malformed = run.malformed_so_far();
        run.to_json(&Saved { link, malformed })
    }

    /// Reads one round, and gives the link with which the next one begins. `is_refused` tells
    /// afterwards whether the stored link itself was refused, before any page of this run.
    async fn round(
        &self,
        run: &mut Run<'_>,
        from: Option<Saved>,
        is_refused: &mut bool,
    ) -> Result<Option<Checkpoint>> {
        *is_refused = from.is_some();
        let mut delta = run
            .client()
            .delta::<RawItem>(self.path)
            .select(self.select.iter().copied());
        if let Some(Saved { link, malformed }) = from {
            run.still_malformed(malformed);
            if link.is_complete() {
                run.begin(Begin::Round);
            }
            delta = delta.resume(link);
        }
        self.pages(run, delta, is_refused).await
    }

    /// Stores the pages of a delta as they come.
    async fn pages(
        &self,
        run: &mut Run<'_>,
        delta: DeltaRequest<RawItem>,
        is_refused: &mut bool,
    ) -> Result<Option<Checkpoint>> {
        let mut last = None;
        let mut pages = delta.pages();
        while let Some(page) = pages.try_next().await? {
            let DeltaPage {
                resync,
                changes,
                malformed,
                checkpoint,
                ..
            } = page;
            *is_refused = false;
            if resync.is_some() {
                run.begin(Begin::Generation);
                run.read_again();
            }
            run.malformed(malformed.len());
            let changes = self.changes(changes, run);
            self.store_page(run, changes, &checkpoint).await?;
            last = Some(checkpoint);
        }
        Ok(last)
    }
}

#[async_trait]
impl Source for DeltaSource {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness> {
        let from = Self::resume(run);
        if let Some(property) = self.parts_by.filter(|_| from.is_none() && run.in_parts()) {
            self.in_parts(run, property).await?;
            return Ok(Completeness::Complete);
        }
        let goes_on = from.as_ref().is_some_and(|saved| !saved.link.is_complete());
        let mut is_refused = false;
        let next = match self.round(run, from, &mut is_refused).await {
            // The tenant is reached by another origin than when the link was stored.
            Err(Error::Graph(error)) if error.is_refused_link() && is_refused => {
                self.round(run, None, &mut is_refused).await?
            }
            done => done?,
        };
        // A round that was cut off began some time ago, and ends with the tenant of then.
        if let Some(link) = next.filter(|_| goes_on && !run.is_held()) {
            let from = Saved { link, malformed: 0 };
            self.round(run, Some(from), &mut is_refused).await?;
        }
        Ok(Completeness::Complete)
    }
}

/// Where the next run goes on, and what it must not forget.
#[derive(Serialize, Deserialize)]
struct Saved {
    link: Checkpoint,
    /// Items that could not be read since everything was last read: a delta does not send them
    /// again, so the reading stays partial until everything is.
    #[serde(default, skip_serializing_if = "is_zero")]
    malformed: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// One end of a relation, as a delta or a listing names it.
#[derive(Deserialize)]
struct End {
    id: String,
    #[serde(rename = "@removed")]
    removed: Option<serde::de::IgnoredAny>,
}
