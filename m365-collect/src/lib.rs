//! Collectors for Microsoft 365 tenants: what to read, and how to keep it in sync.
//!
//! A [`Source`] says what can be read from a tenant and what is needed for it; the [`Engine`]
//! reads sources side by side into a [`Store`], which commits rows, tombstones and checkpoint
//! together. What comes of each source is an [`Outcome`]. A read that was throttled, forbidden or
//! not licensed is told as that, and never turns into an empty list.
//!
//! # First program
//!
//! Against a simulated tenant, so that it runs anywhere; with a real one leave the two origins out.
//!
//! ```
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
//! use std::sync::Arc;
//!
//! use graph_client::{Client, Credential, TenantId};
//! use m365_collect::{Engine, Kind, MemoryStore, Store};
//!
//! let sim = tenant_sim::Sim::builder().start().await?;
//! let client = Client::builder(
//!     TenantId::new(sim.tenant_id())?,
//!     Credential::client_secret(sim.client_id(), sim.client_secret()),
//! )
//! .graph_origin(sim.graph_url())
//! .login_origin(sim.login_url())
//! .build()?;
//!
//! let store = Arc::new(MemoryStore::new());
//! let report = Engine::new(client, store.clone())
//!     .only(["users", "groups", "conditional_access_policies"])
//!     .run()
//!     .await?;
//! for source in &report.sources {
//!     match source.outcome.reason() {
//!         None => println!("{}: {} seen", source.id, source.stats.seen),
//!         Some(reason) => println!("{}: {reason}", source.id),
//!     }
//! }
//! assert_eq!(store.count(&Kind::USER).await?, 54);
//!
//! // Evidence for an assessment; what was not read arrives as `not_collected`, not as nothing.
//! let facts = m365_collect::facts(store.as_ref()).await?;
//! assert_eq!(facts.auth_per_user_mfa.state, compliance_map::State::NotCollected);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! # The rooms
//!
//! | module | holds |
//! |---|---|
//! | [`sources`] | the catalogue; most sources are declarations of a few [shapes](sources::shape) |
//! | [`sync`] | the engine: plan, schedule, run, progress, report |
//! | [`store`] | the trait, what every store does over a [`Backend`](store::Backend), memory and SQLite |
//! | [`facts()`], [`evidence()`] | records and outcomes → [`compliance_map::Facts`], with rows about people or with them packed |
//! | [`insight`] | license waste, the relation graph, who reaches what, last use of applications |
//! | [`connect`] | the connection test in stages; what is wrong, with cause, cure and page |
//! | [`health`] | how a store fares, source by source, and whether the tenant can be reached |
//!
//! # Keeping it running
//!
//! [`Engine::run`] reads everything once, [`Engine::run_due`] what is [due](Engine::plan), and
//! [`Engine::schedule`] goes on until it is told to stop. One sync of a tenant runs at a time: a
//! second caller gets [`StoreError::InUse`]. [`Engine::health`] says how the store fares.
//!
//! ```no_run
//! # async fn run(client: graph_client::Client, store: std::sync::Arc<dyn m365_collect::Store>,
//! #     stop: impl Future<Output = ()> + Send) -> m365_collect::Result<()> {
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use futures::StreamExt;
//! use m365_collect::{Engine, progress_channel};
//!
//! let (sender, mut events) = progress_channel(1024);
//! let mut schedule = Engine::new(client, store)
//!     .skip(["sign_in_activity"])
//!     .cadence("groups", Duration::from_secs(30 * 60))
//!     .progress(Arc::new(sender))
//!     .schedule()?;
//! // A web page, a log, a bar: a slow one never holds the sync up.
//! let page = async move {
//!     while let Some(event) = events.next().await {
//!         println!("{}", serde_json::to_string(&event).unwrap_or_default());
//!     }
//! };
//! let sync = async move { schedule.run(stop, |synced| println!("{synced:?}")).await };
//! futures::join!(sync, page);
//! # Ok(())
//! # }
//! ```
//!
//! # What a sync promises
//!
//! - Pages go into the store with the link behind the last of them in one transaction. Killed at
//!   any instant, the next run ends with the same store as an undisturbed one: deltas, listings,
//!   logs and questions about each person go on where they stopped.
//! - A delta may repeat objects, in any order, and replay old changes. Where the changes of a round
//!   contradict each other, the service is asked for the objects themselves before the round ends.
//! - A resync is written beside the old data and swapped in whole. One that would remove more than
//!   15 % of the objects and more than 50 is held, reported, and done only when confirmed.
//! - Objects keep their JSON as received; partial ones are laid over what is stored.
//! - What changes is remembered: a feed of who and what, and of settings each earlier version.
//! - Removed objects leave a tombstone with reason and time, and no content.
//! - What has an end goes when its [time](Descriptor::keeps) is over, and a person can be
//!   [erased](Store::erase) for good; `docs/retention.md` says what that means.
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `sqlite` | yes | [`SqliteStore`], the embedded store |
//! | `rustls` | yes | the client's own transport; without it give the client one of yours |
//! | `certificate` | no | `Credential::certificate` |
//! | `azure-identity` | no | `AzureIdentity`: managed identity, workload identity, the developer's tools |
//! | `notify` | no | change notifications: handshake, checks, decryption |
//! | `postgres` | no | a sketch of a store in PostgreSQL |
//! | `testing` | no | the conformance suite for stores of your own |
//!
//! The crates of the API come along, so that an app names one dependency: [`graph_client`],
//! [`compliance_map`], and [`async_trait`](macro@async_trait) for sources and stores of your own.

pub mod connect;
mod descriptor;
mod endpoint;
mod error;
mod evidence;
mod facts;
pub mod health;
mod id;
pub mod insight;
mod kind;
mod members;
mod organization;
mod outcome;
mod record;
mod run;
mod source;
pub mod sources;
pub mod store;
mod subscription;
pub mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod timestamp;
mod view;

pub use async_trait::async_trait;
pub use {compliance_map, graph_client};

pub use descriptor::{Descriptor, Privacy};
pub use endpoint::Endpoint;
pub use error::{Error, Result};
pub use evidence::EvidenceState;
pub use facts::{evidence, facts};
pub use id::{History, InvalidSourceId, SourceId, SyncMode};
pub use kind::Kind;
pub use outcome::{Completeness, Outcome, PartialReason, RunStats};
pub use record::{Change, Edge, NoId, RawItem, Record, Relation, RemovedReason};
pub use run::{
    Progress, ProgressEvent, ProgressEvents, ProgressSender, Run, Silent, WaitCause,
    progress_channel,
};
pub use source::Source;
#[cfg(feature = "sqlite")]
pub use store::SqliteStore;
pub use store::{
    Expired, FeedEntry, FeedEvent, MemoryStore, Scan, Store, StoreError, StoreExt, StoredTenant,
    Tombstone, Version,
};
pub use sync::{Due, DueReason, Engine, Plan, PlannedSource, Report, Schedule, SourceReport};

/// The snippets of the package's page compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[derive(Debug)]
pub struct Readme;

/// The snippets of the guides compile.
#[cfg(all(doctest, feature = "sqlite"))]
#[doc = include_str!("../../docs/source.md")]
#[doc = include_str!("../../docs/store.md")]
#[doc = include_str!("../../docs/sql.md")]
#[derive(Debug)]
pub struct Guides;
