//! A collection whose changes are tracked by a delta query.

mod cursor;
mod settle;

use std::collections::BTreeSet;

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};
use graph_client::{Change as DeltaChange, DeltaPage, DeltaRequest};
use serde::Deserialize;

use crate::descriptor::Descriptor;
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::kind::Kind;
use crate::members::Members;
use crate::outcome::Completeness;
use crate::record::RawItem;
use crate::record::{Change, Edge, Record, Relation, RemovedReason};
use crate::run::Run;
use crate::source::Source;
use crate::store::Begin;

use self::cursor::Cursor;
use super::withheld::{Sight, Withheld};

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
    withheld: Option<(Withheld, Relation)>,
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

/// Relations that were known, read at a time.
const KNOWN: usize = 1000;
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
            withheld: None,
        }
    }

    /// Of items with this value in this property the service sends no such relation, and says nothing
    /// of it, to whoever lacks the permission. Where there is such an item and the permission is not
    /// known to be held, the outcome says so; everything is read again once it is.
    #[must_use]
    pub fn withheld(
        mut self,
        (property, value): (&'static str, &'static str),
        relation: Relation,
        permission: &'static str,
    ) -> Self {
        self.descriptor = self.descriptor.optional_permission(permission);
        self.withheld = Some((Withheld::new(property, value, permission), relation));
        self
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
    async fn partitioned(
        &self,
        run: &mut Run<'_>,
        property: &str,
        saved: &mut Cursor,
        sight: Sight,
    ) -> Result<()> {
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
        self.pages(run, delta.resume(link), saved, sight).await
    }

    /// Stores a page of changes with its link. The link behind the last page is kept only once
    /// nothing is contested any more.
    async fn store_page(
        &self,
        run: &mut Run<'_>,
        changes: Vec<Change>,
        saved: &mut Cursor,
    ) -> Result<()> {
        saved.malformed = run.malformed_so_far();
        if !saved.is_complete() {
            let checkpoint = run.to_json(saved)?;
            return run.advance(changes, checkpoint).await;
        }
        run.changes(changes).await?;
        self.settle(run, saved).await?;
        let checkpoint = run.to_json(saved)?;
        // What was held before is missing from the rows until everything is read again.
        let is_whole = saved.malformed == 0 && saved.held.is_none();
        run.end(checkpoint, is_whole).await?;
        if let Some(held) = run.held() {
            saved.hold(held, run.now());
            let checkpoint = run.to_json(saved)?;
            run.advance(Vec::new(), checkpoint).await?;
        }
        Ok(())
    }

    /// The changes of a page in the order in which they came.
    fn changes(
        &self,
        page: Vec<DeltaChange<RawItem>>,
        run: &mut Run<'_>,
        saved: &mut Cursor,
    ) -> Vec<Change> {
        let mut changes = Vec::with_capacity(page.len());
        for change in page {
            match change {
                DeltaChange::Removed { id, reason } => {
                    saved.hear_of(&id);
                    changes.push(Change::Remove {
                        kind: self.kind.clone(),
                        id,
                        reason: match reason {
                            graph_client::RemovedReason::Deleted => RemovedReason::Deleted,
                            _ => RemovedReason::Changed,
                        },
                    });
                }
                DeltaChange::Upsert(item) => {
                    let links = self.links(&item);
                    if let Some((withheld, relation)) = &self.withheld {
                        let holds = |link: &Change| matches!(link, Change::Link(edge) if edge.relation == *relation);
                        let has_relation = links.iter().flatten().any(holds);
                        withheld.look(&item, has_relation, &mut saved.withheld);
                    }
                    match (Record::from_item(self.kind.clone(), item), links) {
                        (Ok(record), Ok(links)) => {
                            saved.hear_of(&record.id);
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

    /// What was known of relations that are withheld now is known still, in a new generation too.
    async fn keep_withheld(
        &self,
        run: &Run<'_>,
        saved: &Cursor,
        changes: &mut Vec<Change>,
    ) -> Result<()> {
        let is_blind = saved.is_blind && !saved.withheld.is_shown();
        let Some((withheld, relation)) = self.withheld.as_ref().filter(|_| is_blind) else {
            return Ok(());
        };
        let mut hidden = BTreeSet::new();
        for change in &*changes {
            match change {
                Change::Upsert(record) if withheld.is_for(&record.raw) => {
                    hidden.insert(record.id.clone());
                }
                // What is told of it is not withheld.
                Change::Link(edge) | Change::Unlink(edge) if edge.relation == *relation => {
                    hidden.remove(&edge.from);
                }
                _ => {}
            }
        }
        for id in hidden {
            // Relations come in order, so those of an object follow the one that would come first.
            let mut after = Edge::new(relation.clone(), id.clone(), "");
            loop {
                let known = run.stored_edges(relation, Some(&after), KNOWN).await?;
                let its_own = known.iter().take_while(|edge| edge.from == id);
                let its_own: Vec<Edge> = its_own.cloned().collect();
                let is_all = its_own.len() < KNOWN;
                let Some(last) = its_own.last() else { break };
                after = last.clone();
                changes.extend(its_own.into_iter().map(Change::Link));
                if is_all {
                    break;
                }
            }
        }
        Ok(())
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

    /// Reads one round, and leaves where the next one begins.
    async fn round(&self, run: &mut Run<'_>, saved: &mut Cursor, sight: Sight) -> Result<()> {
        let mut delta = run
            .client()
            .delta::<RawItem>(self.path)
            .select(self.select.iter().copied());
        if let Some(link) = saved.link.clone() {
            run.still_malformed(saved.malformed);
            if link.is_complete() {
                run.begin(Begin::Round);
            }
            delta = delta.resume(link);
        }
        self.pages(run, delta, saved, sight).await
    }

    /// Stores the pages of a delta as they come.
    async fn pages(
        &self,
        run: &mut Run<'_>,
        delta: DeltaRequest<RawItem>,
        saved: &mut Cursor,
        sight: Sight,
    ) -> Result<()> {
        let mut pages = delta.pages();
        while let Some(page) = run.next(&mut pages).await? {
            let DeltaPage {
                resync,
                changes,
                malformed,
                checkpoint,
                ..
            } = page;
            if resync.is_some() {
                run.begin(Begin::Generation);
                run.read_again();
                *saved = Cursor::by(sight);
            }
            run.malformed(malformed.len());
            let mut changes = self.changes(changes, run, saved);
            self.keep_withheld(run, saved, &mut changes).await?;
            saved.link = Some(checkpoint);
            self.store_page(run, changes, saved).await?;
        }
        Ok(())
    }

    /// Where the last run stopped; nothing where everything is to be read: there is no checkpoint
    /// that can be read, too many removals were held too long ago, or what was withheld may be seen
    /// now.
    fn resume(run: &mut Run<'_>, sight: Sight) -> Cursor {
        let saved = run
            .checkpoint()
            .and_then(|saved| serde_json::from_str::<Cursor>(saved).ok())
            .filter(|saved| saved.link.is_some());
        match saved {
            Some(saved) if saved.withheld.is_shown_now(sight) || saved.is_worth_nothing(run) => {
                run.start_over();
                Cursor::by(sight)
            }
            Some(mut saved) => {
                saved.is_blind = sight != Sight::Sees;
                saved
            }
            None => Cursor::by(sight),
        }
    }
}

#[async_trait]
impl Source for DeltaSource {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness> {
        let sight = match &self.withheld {
            Some((withheld, _)) => withheld.sight(run.client()).await,
            None => Sight::Sees,
        };
        let mut saved = Self::resume(run, sight);
        let is_first = saved.link.is_none();
        if let Some(property) = self.parts_by.filter(|_| is_first && run.partitioned()) {
            self.partitioned(run, property, &mut saved, sight).await?;
        } else {
            let goes_on = !is_first && !saved.is_complete();
            self.round(run, &mut saved, sight).await?;
            // A round that was cut off began some time ago, and ends with the tenant of then.
            if goes_on && run.held().is_none() {
                self.round(run, &mut saved, sight).await?;
            }
        }
        let withheld = self.withheld.as_ref();
        let gap = saved
            .gap()
            .or_else(|| withheld.and_then(|(it, _)| it.gap(saved.withheld, sight)));
        Ok(gap.map_or(Completeness::Complete, Completeness::Partial))
    }
}

/// One end of a relation, as a delta or a listing names it.
#[derive(Deserialize)]
struct End {
    id: String,
    #[serde(rename = "@removed")]
    removed: Option<serde::de::IgnoredAny>,
}
