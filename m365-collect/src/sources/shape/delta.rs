//! A collection whose changes are tracked by a delta query.

use async_trait::async_trait;
use futures::TryStreamExt;
use graph_client::{BatchRequest, Change as DeltaChange, Checkpoint, DeltaPage};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::members::Members;
use crate::record::{Change, Edge, Kind, Record, Relation, RemovedReason};
use crate::source::{Completeness, Descriptor, Source};
use crate::store::{Begin, Contested};
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

/// Contested objects asked for at a time: one batch.
const CONTESTED: usize = 20;
const MEMBERS_PER_PAGE: u32 = 999;

impl DeltaSource {
    /// Tracks `path`, whose items are of this kind.
    pub fn new(
        descriptor: Descriptor,
        kind: Kind,
        path: &'static str,
        select: &'static [&'static str],
    ) -> Self {
        Self {
            descriptor: descriptor.kind(kind.clone()),
            kind,
            path,
            select,
            relations: &[],
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

    /// Asks the service about every contested object, until none is left.
    async fn settle(&self, run: &mut Run<'_>) -> Result<()> {
        loop {
            let contested = run.contested(CONTESTED).await?;
            if contested.is_empty() {
                return Ok(());
            }
            let mut objects = Vec::new();
            for one in contested {
                match one {
                    Contested::Object { id, reason, .. } => objects.push((id, reason)),
                    Contested::Container { relation, from } => {
                        self.settle_container(run, &relation, &from).await?;
                    }
                }
            }
            self.settle_objects(run, &objects).await?;
        }
    }

    async fn settle_objects(
        &self,
        run: &mut Run<'_>,
        objects: &[(String, Option<RemovedReason>)],
    ) -> Result<()> {
        if objects.is_empty() {
            return Ok(());
        }
        let collection = self.path;
        let properties = || {
            let is_relation = |name: &&str| self.relations.iter().any(|r| r.property == *name);
            self.select
                .iter()
                .copied()
                .filter(move |name| !is_relation(name))
        };
        let requests = objects
            .iter()
            .map(|(id, _)| {
                BatchRequest::get([collection, id.as_str()])
                    .key(id.clone())
                    .select(properties())
            })
            .collect();
        let mut changes = Vec::with_capacity(objects.len());
        let mut back = Vec::new();
        for answer in run.client().batch(requests).await? {
            let reason = objects.iter().find(|(id, _)| *id == answer.key);
            match answer.result {
                Ok(raw) => {
                    back.push(answer.key.clone());
                    changes.push(Change::Confirm(Record::new(
                        self.kind.clone(),
                        answer.key,
                        raw,
                    )));
                }
                Err(error) if error.is_not_found() => changes.push(Change::ConfirmGone {
                    kind: self.kind.clone(),
                    reason: reason
                        .and_then(|(_, reason)| *reason)
                        .unwrap_or(RemovedReason::Changed),
                    id: answer.key,
                }),
                Err(error) => return Err(error.into()),
            }
        }
        run.changes(changes).await?;
        // What was related to an object before it was gone may have ended meanwhile.
        for id in back {
            for tracked in self.relations {
                self.settle_container(run, &tracked.relation, &id).await?;
            }
        }
        Ok(())
    }

    fn unsettled(&self, relation: &Relation) -> Error {
        Error::Contract {
            source_id: self.descriptor.id.clone(),
            what: format!(
                "a listing of {} holds what cannot be read, so it settles nothing",
                relation.as_str()
            ),
        }
    }

    async fn settle_container(
        &self,
        run: &mut Run<'_>,
        relation: &Relation,
        from: &str,
    ) -> Result<()> {
        let property = self
            .relations
            .iter()
            .find(|tracked| tracked.relation == *relation)
            .map_or(relation.as_str(), |tracked| tracked.property);
        let mut pages = run
            .client()
            .list::<RawItem>([self.path, from, property])
            .select(["id"])
            .top(MEMBERS_PER_PAGE)
            .pages();
        loop {
            match pages.try_next().await {
                Ok(None) => break,
                Ok(Some(page)) => {
                    // What cannot be read cannot be confirmed, and is not gone for that.
                    if !page.malformed.is_empty() {
                        return Err(self.unsettled(relation));
                    }
                    let mut changes = Vec::with_capacity(page.items.len());
                    for item in page.items {
                        let end: End = serde_json::from_str(item.get())
                            .map_err(|_| self.unsettled(relation))?;
                        let edge = Edge::new(relation.clone(), from, end.id);
                        changes.push(Change::ConfirmLink(edge));
                    }
                    run.changes(changes).await?;
                }
                // Where the container is gone, its relations are gone with it.
                Err(error) if error.is_not_found() => {
                    let container = BatchRequest::get([self.path, from]).select(["id"]);
                    let answer = run.client().batch(vec![container]).await?;
                    match answer.into_iter().next().map(|answer| answer.result) {
                        Some(Err(error)) if error.is_not_found() => break,
                        _ => return Err(error.into()),
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        run.changes(vec![Change::ConfirmedAll {
            relation: relation.clone(),
            from: from.to_owned(),
        }])
        .await
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
            let is_complete = checkpoint.is_complete();
            let saved = Self::save(checkpoint.clone(), run)?;
            last = Some(checkpoint);
            if is_complete {
                // The link is kept only once nothing is contested any more.
                run.changes(changes).await?;
                self.settle(run).await?;
                run.finish(saved).await?;
            } else {
                run.advance(changes, saved).await?;
            }
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
