//! What keeps the rows of a store: a database of any sort.

use std::fmt;
use std::future::Future;

use async_trait::async_trait;
use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::table::{Existing, Selection, Table, Value};
use super::{Claim, StoreError};

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It only reads, all of it at one moment.
    Read,
    /// It writes, and nobody else does meanwhile.
    Write,
}

/// When something was read. Two are equal only where both were told by one handle of a database, and
/// nothing was written in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub [u64; 3]);

/// What is done in one transaction.
pub type Work<R> =
    Box<dyn for<'t> FnOnce(&'t mut dyn Transaction) -> BoxFuture<'t, Result<R, StoreError>> + Send>;

/// A database that keeps one tenant. Whoever implements it has a [`Store`](super::Store): what a
/// commit, a sweep or an erasure is stands above it, once.
///
/// It has the tables of [`tables`](super::tables()); [`sql`](super::sql) writes them, and the
/// statements on them, for a database that speaks SQL. The conformance suite says whether it does
/// what it should.
#[async_trait]
pub trait Backend: Send + Sync + fmt::Debug {
    /// Does the work in a transaction, and commits it where the work came to an end; where it did
    /// not, or the future was dropped, nothing of it is left.
    async fn transact<R: Send + 'static>(&self, mode: Mode, work: Work<R>)
    -> Result<R, StoreError>;

    /// See [`Store::claim`](super::Store::claim).
    async fn claim(&self) -> Result<Claim, StoreError>;

    /// From how many objects on those of a first reading are appended as they come and sorted in
    /// later; `None` where that is never faster.
    fn bulk_from(&self) -> Option<usize> {
        None
    }

    /// Overwrites the room of what was deleted, where it can be read from the storage; whether it
    /// did.
    async fn scrub(&self) -> Result<bool, StoreError> {
        Ok(true)
    }
}

/// A transaction under way. Rows are handed over one after the other in one list, each with a value
/// for each column of its table.
#[async_trait]
pub trait Transaction: Send {
    /// When this is, so that what was read ahead is known to hold still; `None` where that cannot be
    /// told.
    async fn moment(&mut self) -> Result<Option<Moment>, StoreError> {
        Ok(None)
    }

    /// The rows whose key begins with one of these, each so many values wide; in any order.
    async fn get_many(
        &mut self,
        table: &'static Table,
        width: usize,
        keys: Vec<Value>,
    ) -> Result<Vec<Value>, StoreError>;

    /// Writes rows; how many were written.
    async fn put_many(
        &mut self,
        table: &'static Table,
        rows: Vec<Value>,
        existing: Existing,
    ) -> Result<u64, StoreError>;

    /// Writes rows into a table whose key is one number, which they come without: they are given
    /// numbers in a row, above those of all other rows of the table; see [`Table::is_told`]. Gives
    /// the first of them.
    async fn append(&mut self, table: &'static Table, rows: Vec<Value>) -> Result<i64, StoreError>;

    /// Deletes the rows whose key begins with one of these.
    async fn delete_many(
        &mut self,
        table: &'static Table,
        width: usize,
        keys: Vec<Value>,
    ) -> Result<(), StoreError>;

    /// Selected rows, in their order, with the [columns](Selection::positions) that are asked for.
    async fn range(&mut self, selection: &Selection) -> Result<Vec<Value>, StoreError>;

    /// How many rows are selected, whatever the limit.
    async fn count(&mut self, selection: &Selection) -> Result<u64, StoreError>;

    /// Deletes the selected rows, whatever the limit; how many.
    async fn delete_range(&mut self, selection: &Selection) -> Result<u64, StoreError>;
}

/// The outcome of work on a transaction that never has to wait.
pub(super) fn at_once<R>(
    work: impl Future<Output = Result<R, StoreError>>,
) -> Result<R, StoreError> {
    work.now_or_never().unwrap_or_else(|| {
        Err(StoreError::Storage {
            what: "a transaction waited for something else than its database".to_owned(),
            cause: "it must not".into(),
        })
    })
}
