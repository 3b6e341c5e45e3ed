//! Why a store could not do what it was asked.

use crate::id::SourceId;
use crate::kind::Kind;

/// Why a store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file is something else.
    #[error("{path} is not a store of this program: it was left as it is; name another file")]
    NotOurs {
        /// The file.
        path: String,
    },
    /// Somebody else could write the file, or it is not there where its name stands.
    #[error("{path} {why}: it was left as it is; name a file of your own")]
    Unsafe {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The file was laid out by this program, and something else was put into it since: what it says
    /// may be made up as it is read, without an end.
    #[error(
        "{path} holds a {what}, which this program never makes: it was left as it is; move it away and run a sync into a new file"
    )]
    Altered {
        /// The file.
        path: String,
        /// What sort of thing it is.
        what: &'static str,
    },
    /// The file was written by a later version.
    #[error(
        "{path} was written by a later version (schema {found}, this program knows {known}): update this program"
    )]
    Newer {
        /// The file.
        path: String,
        /// Its schema version.
        found: i64,
        /// The latest that this program knows.
        known: i64,
    },
    /// The file was written by an earlier version, and cannot be changed where it is only read.
    #[error(
        "{path} was written by an earlier version (schema {found}, this program has {known}): run a sync, which brings it up to date"
    )]
    Older {
        /// The file.
        path: String,
        /// Its schema version.
        found: i64,
        /// That of this program.
        known: i64,
    },
    /// There is no such file, or nothing was ever stored in it.
    #[error("{path} holds no tenant yet: run a sync first")]
    Missing {
        /// The file.
        path: String,
    },
    /// The store holds another tenant.
    #[error("the store holds tenant {stored}, not {asked}: use a store file per tenant")]
    OtherTenant {
        /// Whose picture it is.
        stored: String,
        /// Who was asked for.
        asked: String,
    },
    /// Another writer took the source over.
    #[error("another sync took over source {source_id}: nothing was written")]
    Fenced {
        /// The source.
        source_id: SourceId,
    },
    /// An earlier commit of the run failed, so nothing behind it may be stored.
    #[error("an earlier commit of source {source_id} failed: nothing behind it was written")]
    AfterFailure {
        /// The source.
        source_id: SourceId,
    },
    /// A round cannot end while the service was not asked about conflicts.
    #[error(
        "source {source_id} has {objects} conflicts that are not settled: the round cannot end"
    )]
    Conflict {
        /// The source.
        source_id: SourceId,
        /// How many.
        objects: u64,
    },
    /// Another sync of the tenant is running.
    #[error(
        "another sync of this tenant is running{}: wait until it is done, or stop it",
        process.map(|id| format!(" in process {id}")).unwrap_or_default()
    )]
    InUse {
        /// Its process, as far as it is known.
        process: Option<u32>,
    },
    /// Nobody is stored who is called so.
    #[error(
        "nobody who is stored has this id or address, and it is neither an id of the directory nor an address: nothing was erased"
    )]
    Nobody,
    /// Several people have the address.
    #[error("{people} people have this address: name one of them by its id; nothing was erased")]
    Ambiguous {
        /// How many.
        people: usize,
    },
    /// Another process holds the store.
    #[error("the store is in use by another process: try again when it is done")]
    Busy,
    /// There is no room left.
    #[error("no room left for the store: what was committed before is intact")]
    Full,
    /// A stored value cannot be read.
    #[error("the store is damaged: {what}")]
    Damaged {
        /// What cannot be read.
        what: String,
    },
    /// Anything else that the storage said.
    #[error("the store failed: {what}")]
    Storage {
        /// What failed.
        what: String,
        /// Its cause.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A stored object does not fit the type that it was asked for as. What it says is not told.
    #[error(
        "an object of kind {kind} does not fit the type that was asked for: what may be absent or null \
         has to be an Option"
    )]
    Mistyped {
        /// Its kind.
        kind: Kind,
    },
}
