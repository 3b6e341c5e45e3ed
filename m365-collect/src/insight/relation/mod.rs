//! The relation graph of a tenant: its people, groups, devices, applications and policies as
//! entities, and how they belong together as relationships.
//!
//! A [`Graph`] is made of what a store holds, and of nothing else. Its [`Head`] says how each
//! source was read, its [items](Graph::items) come as a stream, and [`write_json_lines`] writes
//! both, one a line:
//!
//! ```text
//! {"relations":1,"tenant":…,"as_of":…,"evidence":{"users":{"state":"ok",…},…}}
//! {"entity":"user","class":["User"],"id":…,"name":…,"userPrincipalName":…}
//! {"relationship":"HAS","from":{"type":"group","id":…},"to":{"type":"user","id":…}}
//! ```
//!
//! - Type and id of an entity are unique and stay the same from one export to the next. A managed
//!   device that turns out to be another sort of machine is the exception: its type follows.
//! - A relationship is told once. Between two ends there is one of a class; where there may be
//!   several, each has an `id` of its own: the assignments of a role, of an app role, and grants.
//! - What a relationship names and the store does not hold is told as an end with
//!   `"missing": true`, for the object may have been deleted, or its source refused.
//!   [`Options::without_missing`] leaves such relationships out.
//! - Properties with Graph's names have Graph's values; those in `snake_case` are ours. Only named
//!   properties are taken over, none of which holds a secret.
//! - Rows of a source that is refused now are told all the same, as they were read before; its
//!   evidence says so.
//!
//! | from | relationship | to |
//! |---|---|---|
//! | account | HAS | user, group, domain, sku, subscription |
//! | group | HAS | user, group, device of the directory, contact, service principal; team |
//! | group, user | ASSIGNED | sku: directly, or through which groups |
//! | administrative unit | HAS | user, group, device of the directory |
//! | user, service principal | OWNS | group, application, service principal |
//! | user | MANAGES | user |
//! | user | HAS | managed device that they enrolled; device of the directory that they registered |
//! | user | USES | managed device that they logged on to |
//! | device of the directory | IS | managed device |
//! | host agent | MANAGES | managed device |
//! | host agent | ASSIGNED | compliance policy, device configuration, configuration policy |
//! | managed device | ASSIGNED | managed application |
//! | managed device | INSTALLED | detected application |
//! | managed device | HAS | noncompliance finding |
//! | compliance policy, device configuration | IDENTIFIED | noncompliance finding |
//! | user, group, service principal | ASSIGNED | role: active or eligible; service principal: an app role |
//! | application | HAS | service principal |
//! | account, user | ALLOWS | service principal: which scopes of which other |
//! | sku | HAS | subscription |
//! | team | HAS | channel, user |
//! | conditional access policy | ASSIGNED | account, user, group, role: included or excluded |
//! | access review | HAS | instance |
//! | access review | REVIEWS | group |
//!
//! Which app, policy or configuration a device is under is not told by the service. It is derived
//! from the targets of assignments: all devices, all users, groups that the device or its primary
//! user is in, directly or nested, less the groups that are excluded; and not where the platforms
//! of both are known and differ. `derived` lists every way that holds. A filter on an assignment is
//! not evaluated: `"filtered": true` says that there is one. A device that has a status under a
//! policy is under it however that came to be: `status`.
//!
//! A finding belongs to the device that the last part of its id names, else to the one device of
//! that name and user. Where there is none, it has no device and says `"device": "unknown"`.
//!
//! Memory holds the ids of the tenant and a page of objects, never all of them.

mod access;
mod application;
mod assignment;
mod device;
mod directory;
mod finding;
mod form;
mod head;
mod item;
mod key;
mod known;
mod license;
mod options;
mod out;
mod platform;
pub mod reach;
mod read;
mod role;
mod target;
mod team;

use std::io;

use futures::channel::mpsc;
use futures::{FutureExt, SinkExt, Stream, StreamExt, TryStreamExt, future, stream};

use crate::store::{Store, StoreError};

pub use head::Head;
pub use item::{End, Entity, EntityType, Item, Properties, Relationship, RelationshipClass};
pub use options::Options;
pub use reach::{Reach, Reached};

use self::out::{Out, Stop};

/// The relation graph of a tenant.
///
/// # Examples
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use futures::TryStreamExt;
/// use m365_collect::insight::relation::{Graph, Item, Options};
/// use m365_collect::{MemoryStore, Store};
///
/// let store = MemoryStore::new();
/// let graph = Graph::load(&store, Options::default()).await?;
/// assert!(!graph.head().is_complete(), "nothing was collected, which is not: nothing is there");
/// let mut items = std::pin::pin!(graph.items());
/// while let Some(item) = items.try_next().await? {
///     if let Item::Entity(entity) = item {
///         println!("{} {}", entity.kind, entity.id);
///     }
/// }
/// # Ok::<(), m365_collect::StoreError>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct Graph<'a> {
    store: &'a dyn Store,
    head: Head,
    options: Options,
}

impl<'a> Graph<'a> {
    /// The graph of what a store holds.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(store: &'a dyn Store, options: Options) -> Result<Self, StoreError> {
        Ok(Self {
            store,
            head: Head::load(store).await?,
            options,
        })
    }

    /// How far it can be relied upon.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// Entities and relationships, in an order that is the same for the same store. The last item
    /// is an error where the store failed.
    ///
    /// # Cancel safety
    /// The stream may be dropped at any time.
    pub fn items(&self) -> impl Stream<Item = Result<Item, StoreError>> + Send + use<'a> {
        let (sender, receiver) = mpsc::channel(BEHIND);
        let (store, options) = (self.store, self.options);
        let sections = async move {
            let mut failure = sender.clone();
            let made = sections(store, Out::new(sender, options)).await;
            if let Err(Stop::Store(error)) = made {
                // Where nobody listens any more there is nobody to tell.
                let _ = failure.send(Err(error)).await;
            }
        };
        // Both are one stream: who waits for an item drives the sections that make it.
        let nothing = sections.into_stream().filter_map(|()| future::ready(None));
        stream::select(receiver, nothing)
    }
}

/// How many items may wait for their reader.
const BEHIND: usize = 256;

async fn sections(store: &dyn Store, out: Out) -> Result<(), Stop> {
    let mut section = out::Section::new(store, out).await?;
    Box::pin(directory::emit(&mut section)).await?;
    Box::pin(role::emit(&mut section)).await?;
    Box::pin(application::emit(&mut section)).await?;
    Box::pin(license::emit(&mut section)).await?;
    Box::pin(team::emit(&mut section)).await?;
    Box::pin(access::emit(&mut section)).await?;
    Box::pin(device::emit(&mut section)).await?;
    let targets = Box::pin(target::Targets::load(store, &section.known)).await?;
    Box::pin(assignment::emit(&mut section, &targets)).await?;
    Box::pin(finding::emit(&mut section, &targets)).await
}

/// How an export ended.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Written {
    /// What the first line said.
    pub head: Head,
    /// How many entities followed.
    pub entities: u64,
    /// How many relationships.
    pub relationships: u64,
}

/// Why an export ended before its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was written to failed.
    #[error("the graph could not be written")]
    Write(#[from] io::Error),
}

/// Writes the graph of a store as JSON lines: its [`Head`], then an entity or a relationship a
/// line.
///
/// # Errors
/// When the store or the writer fails; what was written before is then not the whole graph.
///
/// # Examples
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use m365_collect::insight::relation::{Options, write_json_lines};
///
/// let mut lines = Vec::new();
/// let store = m365_collect::MemoryStore::new();
/// let written = write_json_lines(&store, Options::default(), &mut lines).await?;
/// assert_eq!(written.entities, 0);
/// assert!(lines.starts_with(br#"{"relations":1,"#));
/// # Ok::<(), m365_collect::insight::relation::ExportError>(())
/// # }).unwrap();
/// ```
pub async fn write_json_lines(
    store: &dyn Store,
    options: Options,
    out: &mut (dyn io::Write + Send),
) -> Result<Written, ExportError> {
    let graph = Graph::load(store, options).await?;
    line(out, graph.head())?;
    let mut written = Written {
        head: graph.head().clone(),
        entities: 0,
        relationships: 0,
    };
    let mut items = Box::pin(graph.items());
    while let Some(item) = items.try_next().await? {
        line(out, &item)?;
        match item {
            Item::Entity(_) => written.entities += 1,
            Item::Relationship(_) => written.relationships += 1,
        }
    }
    out.flush()?;
    Ok(written)
}

fn line(out: &mut (dyn io::Write + Send), value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
