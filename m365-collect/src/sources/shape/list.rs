//! A collection that is listed whole.

use std::collections::BTreeMap;
use std::time::SystemTime;

use async_trait::async_trait;
use futures::{StreamExt, stream};
use graph_client::{BatchRequest, ListRequest, NextLink};
use serde::{Deserialize, Serialize};

use super::detail::Detail;
use super::related::{CAP, Ends, Related};
use super::unread::Unread;
use crate::descriptor::Descriptor;
use crate::endpoint::Endpoint;
use crate::error::{Result, ends_all};
use crate::kind::Kind;
use crate::members::Members;
use crate::outcome::Completeness;
use crate::outcome::PartialReason;
use crate::record::RawItem;
use crate::record::{Change, Edge, Record, Relation};
use crate::run::Run;
use crate::source::Source;
use crate::timestamp;

/// So many changes of one page are stored before the rest of it is asked for.
const CHANGES: usize = 5_000;

/// Lists a collection page by page. One that is cut off goes on with the page after the last that
/// was stored, unless that is longer ago than its cadence.
///
/// ```
/// use m365_collect::sources::shape::ListSource;
/// use m365_collect::{Descriptor, Endpoint, Kind};
///
/// let devices = ListSource::new(
///     Descriptor::full("managed_devices", "devices managed by Intune")
///         .permission("DeviceManagementManagedDevices.Read.All")
///         .license("Intune"),
///     Kind::MANAGED_DEVICE,
///     Endpoint::new("deviceManagement/managedDevices"),
/// );
/// # drop(devices);
/// ```
#[derive(Debug, Clone)]
pub struct ListSource {
    descriptor: Descriptor,
    /// Nothing where only relations are kept.
    kind: Option<Kind>,
    endpoint: Endpoint,
    key: &'static str,
    related: Vec<Related>,
    detail: Option<Detail>,
}

impl ListSource {
    /// Lists a collection, whose items are of this kind.
    pub fn new(descriptor: Descriptor, kind: Kind, endpoint: impl Into<Endpoint>) -> Self {
        let endpoint = endpoint.into();
        Self {
            descriptor: descriptor.kind(kind.clone()).endpoint(endpoint.clone()),
            kind: Some(kind),
            endpoint,
            key: "id",
            related: Vec::new(),
            detail: None,
        }
    }

    /// Lists a collection for the relations of its items alone: see [`ListSource::related`].
    pub fn relations(descriptor: Descriptor, endpoint: impl Into<Endpoint>) -> Self {
        let endpoint = endpoint.into();
        Self {
            descriptor: descriptor.endpoint(endpoint.clone()),
            kind: None,
            endpoint,
            key: "id",
            related: Vec::new(),
            detail: None,
        }
    }

    /// Its items have no `id`: this property tells them apart.
    #[must_use]
    pub fn key(mut self, property: &'static str) -> Self {
        self.key = property;
        self
    }

    /// The endpoint expands this navigation property; whom it leads to is kept as a relation.
    /// Where as many came as an `$expand` may bring, the relation is listed by itself.
    #[must_use]
    pub fn related(self, property: &'static str, relation: Relation) -> Self {
        self.relate(property, relation, false)
    }

    /// As [`ListSource::related`], to one object at most.
    #[must_use]
    pub fn related_to_one(self, property: &'static str, relation: Relation) -> Self {
        self.relate(property, relation, true)
    }

    fn relate(mut self, property: &'static str, relation: Relation, is_single: bool) -> Self {
        self.descriptor = self.descriptor.relation(relation.clone());
        self.related.push(Related {
            property,
            relation,
            is_single,
        });
        self
    }

    /// The listing leaves properties out that this endpoint shows of each item, to whoever has
    /// this permission. Without it the items are kept as listed, and the outcome says so.
    #[must_use]
    pub fn detail(mut self, endpoint: impl Into<Endpoint>, permission: &'static str) -> Self {
        let endpoint = endpoint.into();
        self.descriptor = self
            .descriptor
            .optional_permission(permission)
            .endpoint(endpoint.clone());
        self.detail = Some(Detail::new(endpoint, permission));
        self
    }

    fn request(&self, run: &Run<'_>) -> ListRequest<RawItem> {
        let list = self.endpoint.list(run.client());
        // A page that is asked for ahead keeps its place at the gate: nothing else may be asked for
        // while it is under way.
        if self.detail.is_none() && self.related.is_empty() {
            list.prefetch()
        } else {
            list
        }
    }

    async fn list(&self, run: &mut Run<'_>, from: Option<Cursor>, lacks: &mut Lacks) -> Result<()> {
        let mut list = self.request(run);
        let mut began = run.now();
        *lacks = Lacks::default();
        if let Some(saved) = from {
            run.go_on();
            run.still_malformed(saved.malformed);
            began = saved.began;
            *lacks = saved.lacks;
            list = list.resume(saved.next);
        }
        let mut pages = list.pages();
        while let Some(page) = run.next(&mut pages).await? {
            run.malformed(page.malformed.len());
            let changes = self.changes(run, page.items, lacks).await?;
            let malformed = run.malformed_so_far();
            let checkpoint = page
                .next
                .map(|next| {
                    run.to_json(&Cursor {
                        next,
                        began,
                        malformed,
                        lacks: lacks.clone(),
                    })
                })
                .transpose()?;
            run.store(changes, checkpoint).await?;
        }
        Ok(())
    }

    /// What a page says, completed by what else has to be asked for.
    async fn changes(
        &self,
        run: &mut Run<'_>,
        items: Vec<RawItem>,
        lacks: &mut Lacks,
    ) -> Result<Vec<Change>> {
        let (mut records, mut links, mut capped) = (Vec::new(), Vec::new(), Vec::new());
        for item in items {
            let is_related = !self.related.is_empty();
            if is_related && !self.relate_item(&item, &mut links, &mut capped, lacks) {
                run.malformed(1);
                continue;
            }
            match &self.kind {
                None => run.saw(1),
                Some(kind) => match Record::from_item_by(kind.clone(), self.key, item) {
                    Ok(record) => records.push(record),
                    Err(_) => run.malformed(1),
                },
            }
        }
        if let Some(detail) = &self.detail {
            detail
                .complete(run.client(), &mut records, &mut lacks.detail)
                .await?;
        }
        let mut changes: Vec<Change> = records.into_iter().map(Change::Upsert).collect();
        changes.extend(links.into_iter().map(Change::Link));
        self.list_capped(run, capped, lacks, &mut changes).await?;
        Ok(changes)
    }

    /// Notes the relations of an item; it has none where it has no key.
    fn relate_item(
        &self,
        item: &RawItem,
        links: &mut Vec<Edge>,
        capped: &mut Vec<(usize, String)>,
        lacks: &mut Lacks,
    ) -> bool {
        let Ok(members) = Members::parse(item.get()) else {
            return false;
        };
        let Some(id) = members.text(self.key) else {
            return false;
        };
        for (number, related) in self.related.iter().enumerate() {
            match related.ends(&members, &id) {
                Ends::All(edges) => links.extend(edges),
                // What is listed now may fail to come; this much was seen.
                Ends::Capped(edges) => {
                    links.extend(edges);
                    capped.push((number, id.clone()));
                }
                Ends::Untold => lacks
                    .unread
                    .note(|| format!("{} did not come with it", related.property)),
            }
        }
        true
    }

    /// Lists the relations of which only a part came.
    async fn list_capped(
        &self,
        run: &mut Run<'_>,
        capped: Vec<(usize, String)>,
        lacks: &mut Lacks,
        changes: &mut Vec<Change>,
    ) -> Result<()> {
        let client = run.client().clone();
        for (number, related) in self.related.iter().enumerate() {
            let ids = capped.iter().filter(|(of, _)| *of == number);
            let requests: Vec<BatchRequest> = ids
                .map(|(_, id)| {
                    BatchRequest::get([self.endpoint.path.as_ref(), id, related.property])
                        .key(id.clone())
                        .select(["id"])
                        .top(999)
                })
                .collect();
            let mut shown: BTreeMap<String, usize> = BTreeMap::new();
            let mut pages = client.fan_out::<Id>(stream::iter(requests));
            while let Some(page) = pages.next().await {
                match page.result {
                    Ok(ends) => {
                        run.malformed(ends.malformed.len());
                        let count = shown.entry(page.key.clone()).or_default();
                        *count += ends.items.len();
                        if page.last && *count < CAP {
                            lacks
                                .unread
                                .note(|| "fewer are listed than came with it".to_owned());
                        }
                        let edge = |end: Id| Edge::new(related.relation.clone(), &page.key, end.id);
                        changes.extend(ends.items.into_iter().map(edge).map(Change::Link));
                        // One object may have any number of them.
                        if changes.len() >= CHANGES {
                            run.store(std::mem::take(changes), None).await?;
                        }
                    }
                    // The listing has just named it: that it is not found does not mean that it has none.
                    Err(error) if ends_all(&error) => {
                        return Err(error.into());
                    }
                    Err(error) => lacks.unread.note(|| error.to_string()),
                }
            }
        }
        Ok(())
    }

    /// Where a listing was cut off, unless that is so long ago that it would end with old pages.
    fn resume(&self, run: &Run<'_>) -> Option<Cursor> {
        let saved: Cursor = serde_json::from_str(run.checkpoint()?).ok()?;
        let age = run.now().duration_since(saved.began).ok()?;
        (age <= self.descriptor.cadence).then_some(saved)
    }
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

/// What a listing could not read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Lacks {
    #[serde(default)]
    unread: Unread,
    #[serde(default)]
    detail: super::detail::Lacks,
}

impl Lacks {
    /// The objects first: a part of each is the lesser gap.
    fn gap(self) -> Option<PartialReason> {
        self.unread.gap().or_else(|| self.detail.gap())
    }
}

/// Where the next run goes on, and what it must not forget.
#[derive(Serialize, Deserialize)]
struct Cursor {
    next: NextLink,
    #[serde(with = "timestamp")]
    began: SystemTime,
    malformed: u64,
    #[serde(default)]
    lacks: Lacks,
}

#[async_trait]
impl Source for ListSource {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness> {
        let from = self.resume(run);
        let mut lacks = Lacks::default();
        self.list(run, from, &mut lacks).await?;
        let gap = lacks.gap();
        Ok(gap.map_or(Completeness::Complete, Completeness::Partial))
    }
}
