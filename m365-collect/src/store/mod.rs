//! Where a tenant's picture is kept: the [`Store`] trait, its rules and its implementations.
//!
//! A store holds one tenant. Its one way to change the picture is [`Store::commit`]: rows,
//! tombstones and the checkpoint of a source go in together or not at all, so that a checkpoint
//! is never ahead of its rows. A commit carries the epoch of its [`Lease`]; a writer that was
//! overtaken writes nothing.
//!
//! What a commit does stands once, over the transactions of a [`Backend`]: a store of one's own is one,
//! and the macro `store_conforms!` of the feature `testing` says whether it does what it should.

mod apply;
mod arrival;
mod backend;
mod batch;
mod body;
mod claim;
mod commit;
pub(crate) mod crash;
mod depth;
mod erase;
mod error;
mod event;
mod expire;
mod expiry;
mod face;
mod history;
mod log;
mod memory;
mod object;
mod oblivion;
mod person;
#[cfg(feature = "postgres")]
mod postgres;
mod read;
mod relation;
mod round;
mod row;
pub mod rule;
mod scan;
pub mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;
mod state;
mod stream;
mod swap;
mod sweep;
mod table;
mod tables;

pub use backend::{Backend, Mode, Moment, Transaction, Work};
pub use claim::Claim;
pub use commit::{Begin, CheckpointUpdate, Commit, Committed, Conflict, Finish, HeldSweep, Lease};
pub use error::StoreError;
pub use event::Event;
pub use expiry::{Expired, Expiry};
pub use face::Store;
pub use history::{FeedEntry, FeedEvent, Version};
pub use memory::MemoryStore;
pub use person::{Erased, Mention};
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
pub use scan::Scan;
#[cfg(feature = "sqlite")]
pub use sqlite::{SQL_VIEWS, SqliteStore};
pub use state::{RUNS_KEPT, RunEntry, SourceState, StoredTenant, Tombstone};
pub use stream::StoreExt;
pub use table::{Column, Existing, Index, Selection, Table, Test, Type, Value};
pub use tables::tables;
