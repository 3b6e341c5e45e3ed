//! Collectors for Microsoft 365 tenants: what to read, keeping it in sync, many tenants.

pub mod connect;
mod error;
mod evidence;
mod facts;
pub mod health;
pub mod insight;
mod members;
mod outcome;
mod record;
mod source;
pub mod sources;
pub mod store;
pub mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod timestamp;

pub use error::{Error, Result};
pub use evidence::Standing;
pub use facts::facts;
pub use outcome::{Gap, Outcome, Tally};
pub use record::{Change, Edge, Kind, NoId, Record, Relation, RemovedReason};
pub use source::{Completeness, Descriptor, InvalidSourceId, Privacy, Source, SourceId};
#[cfg(feature = "sqlite")]
pub use store::SqliteStore;
pub use store::{MemoryStore, Reading, Store, StoreError, StoredTenant, Tombstone};
pub use sync::{Engine, Progress, ProgressEvent, RawItem, Report, Run, Silent, SourceReport};
