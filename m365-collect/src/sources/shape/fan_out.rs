//! One request for each stored object of another source, sent in batches.

mod failure;
mod parents;

use std::collections::BTreeSet;
use std::time::SystemTime;

use async_trait::async_trait;
use futures::{StreamExt, stream};
use graph_client::BatchRequest;
use serde::{Deserialize, Serialize};

use self::parents::Chosen;
pub use self::parents::Parents;
use super::unread::Unread;
use super::withheld::{Seen, Withheld};
use crate::descriptor::Descriptor;
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::kind::Kind;
use crate::members::{self, Members};
use crate::outcome::Completeness;
use crate::outcome::PartialReason;
use crate::record::RawItem;
use crate::record::{Change, Edge, Record, Relation};
use crate::run::Run;
use crate::source::Source;
use crate::timestamp;

/// Asks an endpoint about every stored object of the parent kind.
///
/// The answer is one object, kept under the parent's id, or a [collection](Self::collection).
/// Of a parent that the service does not find, though it is stored, nothing is removed: its own source
/// says when it is gone. One that is there but cannot be read makes the outcome partial; a missing
/// permission or license, where every parent meets it, ends the run.
///
/// ```
/// use m365_collect::sources::shape::FanOutSource;
/// use m365_collect::{Descriptor, Endpoint, Kind, Relation, SourceId};
///
/// let channels = FanOutSource::new(
///     Descriptor::full("channels", "channels of teams")
///         .permission("Channel.ReadBasic.All")
///         .after(SourceId::new("teams")),
///     Kind::CHANNEL,
///     Kind::TEAM,
///     Endpoint::new("teams/{id}/channels"),
/// )
/// .collection()
/// .related(Relation::CHANNEL);
/// # drop(channels);
/// ```
#[derive(Debug, Clone)]
pub struct FanOutSource {
    descriptor: Descriptor,
    /// Nothing where only relations are kept.
    kind: Option<Kind>,
    parents: Parents,
    endpoint: Endpoint,
    is_collection: bool,
    is_keyed_by_parent: bool,
    relation: Option<Relation>,
    end: &'static str,
    nothing: &'static [&'static str],
    withheld: Option<Withheld>,
    without: &'static [&'static [&'static str]],
}

/// How often the collection of a parent is listed anew when the service forgets its page token.
const RESTARTS: u32 = 3;
/// Parents asked for between two commits: a few batches of twenty.
const PARENTS: usize = 100;

impl FanOutSource {
    /// Asks the endpoint about the parents; the answers are of this kind.
    pub fn new(
        descriptor: Descriptor,
        kind: Kind,
        parents: impl Into<Parents>,
        endpoint: impl Into<Endpoint>,
    ) -> Self {
        Self {
            kind: Some(kind.clone()),
            ..Self::of(descriptor.kind(kind), parents, endpoint)
        }
    }

    /// Asks the endpoint, a collection, about the parents, for a relation from each to its items
    /// alone.
    pub fn relations(
        descriptor: Descriptor,
        parents: impl Into<Parents>,
        endpoint: impl Into<Endpoint>,
        relation: Relation,
    ) -> Self {
        Self::of(descriptor, parents, endpoint)
            .collection()
            .related(relation)
    }

    fn of(
        descriptor: Descriptor,
        parents: impl Into<Parents>,
        endpoint: impl Into<Endpoint>,
    ) -> Self {
        let endpoint = endpoint.into();
        Self {
            descriptor: descriptor.endpoint(endpoint.clone()),
            kind: None,
            parents: parents.into(),
            endpoint,
            is_collection: false,
            is_keyed_by_parent: false,
            relation: None,
            end: "id",
            nothing: &[],
            withheld: None,
            without: &[],
        }
    }

    /// The answer is a collection, whose items are kept under their own ids.
    #[must_use]
    pub fn collection(mut self) -> Self {
        self.is_collection = true;
        self
    }

    /// The ids of the items are unique within their parent only: they are kept as `parent/id`.
    #[must_use]
    pub fn keyed_by_parent(mut self) -> Self {
        self.is_keyed_by_parent = true;
        self
    }

    /// Keeps a relation from each parent to its items.
    #[must_use]
    pub fn related(mut self, relation: Relation) -> Self {
        self.descriptor = self.descriptor.relation(relation.clone());
        self.relation = Some(relation);
        self
    }

    /// The relation leads to the object that this property of an item names, instead of the item.
    #[must_use]
    pub fn end(mut self, property: &'static str) -> Self {
        self.end = property;
        self
    }

    /// Errors with these codes say that there is nothing of this parent.
    #[must_use]
    pub fn nothing(mut self, codes: &'static [&'static str]) -> Self {
        self.nothing = codes;
        self
    }

    /// Of parents with this value in this property the service sends an empty collection, and says
    /// nothing of it, to whoever lacks the permission. Where there is such a parent and the permission
    /// is not known to be held, the outcome says so.
    #[must_use]
    pub fn withheld(
        mut self,
        (property, value): (&'static str, &'static str),
        permission: &'static str,
    ) -> Self {
        self.descriptor = self.descriptor.optional_permission(permission);
        self.withheld = Some(Withheld::new(property, value, permission));
        self
    }

    /// What stands at these paths of an answer is not kept: neither stored nor held on to.
    #[must_use]
    pub fn without(mut self, paths: &'static [&'static [&'static str]]) -> Self {
        self.without = paths;
        self
    }

    /// Goes on after the last parent that was asked for, unless that is so long ago that the
    /// answers would be old ones.
    fn resume(&self, run: &mut Run<'_>) -> Cursor {
        let now = run.now();
        let saved = run
            .checkpoint()
            .and_then(|saved| serde_json::from_str::<Cursor>(saved).ok())
            .filter(|saved| {
                let age = now.duration_since(saved.began);
                age.is_ok_and(|age| age <= self.descriptor.cadence)
            });
        match saved {
            Some(saved) => {
                run.go_on();
                // Those behind the last checkpoint are asked about again.
                run.may_repeat();
                saved
            }
            None => Cursor {
                after: None,
                began: now,
                lacks: Unread::default(),
                has_answered: false,
                asked: 0,
                left_out: 0,
                withheld: Seen::default(),
                missed: 0,
            },
        }
    }

    /// What the service says of these parents.
    async fn ask(&self, run: &mut Run<'_>, ids: &[String]) -> Result<Asked> {
        let requests: Vec<BatchRequest> = ids.iter().map(|id| self.endpoint.of(id)).collect();
        let mut asked = Asked::default();
        if self.is_collection {
            self.ask_collections(run, requests, &mut asked).await?;
            return Ok(asked);
        }
        for answer in run.client().batch(requests).await? {
            match (answer.result, &self.kind) {
                (Ok(raw), Some(_)) if !members::is_entity(raw.get()) => asked.unreadable += 1,
                (Ok(raw), Some(kind)) => {
                    asked.has_answered = true;
                    let raw = self.without.iter().fold(raw, |raw, path| {
                        members::without_path(raw.get(), path).unwrap_or(raw)
                    });
                    let record = Record::new(kind.clone(), answer.key, raw);
                    asked.changes.push(Change::Upsert(record));
                }
                (Ok(_), None) => {}
                (Err(error), _) => asked.failed.push((answer.key, error)),
            }
        }
        Ok(asked)
    }

    /// Stores the collections of parents page by page. One whose next link does not work is listed
    /// anew, as <https://learn.microsoft.com/graph/paging> demands where the service forgot the page:
    /// what came before comes again.
    async fn ask_collections(
        &self,
        run: &mut Run<'_>,
        mut requests: Vec<BatchRequest>,
        asked: &mut Asked,
    ) -> Result<()> {
        let client = run.client().clone();
        let mut begun = BTreeSet::new();
        for attempt in 0..=RESTARTS {
            let mut again = Vec::new();
            let mut pages = client.fan_out::<RawItem>(stream::iter(requests));
            while let Some(page) = pages.next().await {
                match page.result {
                    Ok(items) => {
                        asked.has_answered = true;
                        if !page.last {
                            begun.insert(page.key.clone());
                        }
                        if !items.items.is_empty() {
                            asked.filled.insert(page.key.clone());
                        }
                        run.malformed(items.malformed.len());
                        let changes = self.items(run, &page.key, items.items);
                        run.store(changes, None).await?;
                    }
                    // Only a link can be wrong, and not the question that it came in answer to.
                    Err(error)
                        if begun.contains(&page.key)
                            && run.gives_up_link(&error, false)
                            && attempt
                                < if error.is_page_token_lost() {
                                    RESTARTS
                                } else {
                                    1
                                } =>
                    {
                        again.push(self.endpoint.of(&page.key));
                    }
                    Err(error) => asked.failed.push((page.key, error)),
                }
            }
            drop(pages);
            if again.is_empty() {
                break;
            }
            run.may_repeat();
            requests = again;
        }
        Ok(())
    }

    /// The items of a parent, and the relations to them.
    fn items(&self, run: &mut Run<'_>, parent: &str, items: Vec<RawItem>) -> Vec<Change> {
        let mut changes = Vec::with_capacity(items.len());
        for item in items {
            let Some((id, end)) = self.names(parent, &item) else {
                run.malformed(1);
                continue;
            };
            if let (Some(relation), Some(end)) = (&self.relation, end) {
                changes.push(Change::Link(Edge::new(relation.clone(), parent, end)));
            }
            match &self.kind {
                None => run.saw(1),
                Some(kind) => {
                    changes.push(Change::Upsert(Record::new(kind.clone(), id, item)));
                }
            }
        }
        changes
    }

    /// The id under which an item is kept, and the end of the relation to it, where it has one.
    fn names(&self, parent: &str, item: &RawItem) -> Option<(String, Option<String>)> {
        let members = Members::parse(item.get()).ok()?;
        let mut id = members.text("id")?;
        if self.is_keyed_by_parent {
            id = format!("{parent}/{id}");
        }
        let end = match self.end {
            "id" => Some(id.clone()),
            property => members.text(property),
        };
        Some((id, end))
    }
}

#[async_trait]
impl Source for FanOutSource {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness> {
        let mut saved = self.resume(run);
        let chosen = Chosen::new(&self.parents, run).await?;
        loop {
            let parents = run
                .stored(self.parents.kind(), saved.after.as_deref(), PARENTS)
                .await?;
            let Some(last) = parents.last() else { break };
            saved.after = Some(last.id.clone());
            let ids = chosen
                .ids(run, &parents, &mut saved.left_out, saved.asked)
                .await?;
            saved.asked += ids.len() as u64;
            let asked = self.ask(run, &ids).await?;
            saved.has_answered |= asked.has_answered;
            if let Some(withheld) = &self.withheld {
                for parent in &parents {
                    let has_relation = asked.filled.contains(&parent.id);
                    withheld.look(&parent.raw, has_relation, &mut saved.withheld);
                }
            }
            for _ in 0..asked.unreadable {
                saved
                    .lacks
                    .note(|| "the answer is not an object".to_owned());
            }
            if let Err(error) = self.weigh(run, &mut saved, asked.failed).await {
                run.changes(asked.changes).await?;
                return Err(error);
            }
            let checkpoint = run.to_json(&saved)?;
            run.advance(asked.changes, checkpoint).await?;
        }
        let bounded = (saved.left_out > 0).then_some(PartialReason::Bounded {
            asked: saved.asked,
            left_out: saved.left_out,
        });
        let withheld = match &self.withheld {
            Some(withheld) => withheld.gap(saved.withheld, withheld.sight(run.client()).await),
            None => None,
        };
        let missed = (saved.missed > 0).then_some(PartialReason::Unconfirmed {
            objects: saved.missed,
        });
        if withheld.is_some() || missed.is_some() {
            run.sweep_nothing();
        }
        let gap = saved.lacks.gap().or(bounded).or(withheld).or(missed);
        Ok(gap.map_or(Completeness::Complete, Completeness::Partial))
    }
}

/// What came of one chunk of parents.
#[derive(Default)]
struct Asked {
    changes: Vec<Change>,
    has_answered: bool,
    /// Answers that are no object.
    unreadable: u64,
    /// Parents of which an item came.
    filled: BTreeSet<String>,
    failed: Vec<(String, graph_client::Error)>,
}

/// How far it came, and what it must not forget.
#[derive(Serialize, Deserialize)]
struct Cursor {
    after: Option<String>,
    #[serde(with = "timestamp")]
    began: SystemTime,
    #[serde(flatten)]
    lacks: Unread,
    /// Whether any parent was answered.
    #[serde(default)]
    has_answered: bool,
    #[serde(default)]
    asked: u64,
    #[serde(default)]
    left_out: u64,
    #[serde(default, skip_serializing_if = "Seen::is_nothing")]
    withheld: Seen,
    /// Parents that are stored, and that the service does not find: what is known of them stays until
    /// their own source says that they are gone.
    #[serde(default)]
    missed: u64,
}
