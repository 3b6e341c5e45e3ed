//! A store in memory: for tests, and for callers who read a tenant once and keep nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::backend::{Backend, Mode, Transaction, Work, at_once};
use super::table::{Existing, Selection, Table, Value};
use super::{Claim, StoreError};

/// A tenant's picture in memory.
#[derive(Default)]
pub struct MemoryStore {
    tables: Mutex<BTreeMap<&'static str, Rows>>,
    is_claimed: Arc<AtomicBool>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

/// Lets the next one sync.
struct Claimed(Arc<AtomicBool>);

impl Drop for Claimed {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

type Key = Vec<Value>;

/// The rows of a table by their keys; the keys by each index; the last number that was given.
#[derive(Default)]
struct Rows {
    by_key: BTreeMap<Key, Vec<Value>>,
    indexes: Vec<BTreeSet<Key>>,
    last: i64,
}

impl Rows {
    /// What a row is found by in an index: its columns there, then its key.
    fn entries(table: &Table, row: &[Value]) -> Vec<Option<Key>> {
        let at = |name: &str| table.position(name).and_then(|at| row.get(at));
        let entry = |index: &super::table::Index| {
            let present = index.present.and_then(at);
            if present == Some(&Value::Null) {
                return None;
            }
            let own = index.columns.iter().filter_map(|name| at(name));
            Some(own.chain(row.iter().take(table.key)).cloned().collect())
        };
        table.indexes.iter().map(entry).collect()
    }

    /// Puts a row in the place of another, or takes it away; gives what stood there.
    fn set(&mut self, table: &Table, key: Key, row: Option<Vec<Value>>) -> Option<Vec<Value>> {
        self.indexes.resize_with(table.indexes.len(), BTreeSet::new);
        let old = self.by_key.remove(&key);
        let before = old.iter().flat_map(|row| Self::entries(table, row));
        for (index, entry) in self.indexes.iter_mut().zip(before) {
            entry.map(|entry| index.remove(&entry));
        }
        if let Some(row) = row {
            for (index, entry) in self.indexes.iter_mut().zip(Self::entries(table, &row)) {
                index.extend(entry);
            }
            self.by_key.insert(key, row);
        }
        old
    }

    /// Selected rows in their order, without limit.
    fn selected<'a>(&'a self, selection: &'a Selection) -> Vec<&'a [Value]> {
        let table = selection.table;
        let bound = [selection.prefix.as_slice(), selection.after.as_slice()].concat();
        let is_behind = |order: &[Value]| {
            selection.after.is_empty() || order.get(..bound.len()) != Some(&bound)
        };
        let passes = |row: &[Value]| {
            selection.tests.iter().all(|(column, test)| {
                let value = table.position(column).and_then(|at| row.get(at));
                value.is_some_and(|value| test.passes(value))
            })
        };
        // The key and its row, or the entry of an index and the row that it names.
        let found: Box<dyn Iterator<Item = (&'a Key, &'a Vec<Value>)> + 'a> = match selection.index
        {
            None => Box::new(self.by_key.range(bound.clone()..)),
            Some(by) => {
                let at = table.indexes.iter().position(|one| one.name == by.name);
                let index = at.and_then(|at| self.indexes.get(at)).into_iter();
                let entries = index.flat_map({
                    let bound = bound.clone();
                    move |index| index.range(bound.clone()..)
                });
                Box::new(entries.filter_map(|entry| {
                    Some((entry, self.by_key.get(entry.get(by.columns.len()..)?)?))
                }))
            }
        };
        let mut rows: Vec<&[Value]> = found
            .skip_while(|(order, _)| !is_behind(order))
            .take_while(|(order, _)| order.starts_with(&selection.prefix))
            .map(|(_, row)| row.as_slice())
            .filter(|row| passes(row))
            .take(if selection.is_backward {
                usize::MAX
            } else {
                selection.limit
            })
            .collect();
        if selection.is_backward {
            rows.reverse();
            rows.truncate(selection.limit);
        }
        rows
    }
}

/// What stood at a key before it was changed, so that it can be put back.
type Undo = Vec<(&'static Table, Key, Option<Vec<Value>>)>;

struct MemoryTransaction<'a> {
    tables: &'a mut BTreeMap<&'static str, Rows>,
    undo: Undo,
}

impl MemoryTransaction<'_> {
    fn rows(&mut self, table: &'static Table) -> &mut Rows {
        self.tables.entry(table.name).or_default()
    }

    fn set(&mut self, table: &'static Table, key: Key, row: Option<Vec<Value>>) {
        let old = self.rows(table).set(table, key.clone(), row);
        self.undo.push((table, key, old));
    }

    /// The keys that begin with one of these.
    fn keys(&mut self, table: &'static Table, width: usize, keys: &[Value]) -> Vec<Key> {
        let rows = &self.rows(table).by_key;
        let found = keys.chunks(width).flat_map(|wanted| {
            let from = rows.range(wanted.to_vec()..);
            from.take_while(move |(key, _)| key.starts_with(wanted))
        });
        found.map(|(key, _)| key.clone()).collect()
    }
}

/// Puts back what was not committed, whatever ended it.
impl Drop for MemoryTransaction<'_> {
    fn drop(&mut self) {
        for (table, key, old) in std::mem::take(&mut self.undo).into_iter().rev() {
            self.rows(table).set(table, key, old);
        }
    }
}

#[async_trait]
impl Transaction for MemoryTransaction<'_> {
    async fn get_many(
        &mut self,
        table: &'static Table,
        width: usize,
        keys: Vec<Value>,
    ) -> Result<Vec<Value>, StoreError> {
        let keys: BTreeSet<Key> = self.keys(table, width, &keys).into_iter().collect();
        let rows = &self.rows(table).by_key;
        let found = keys.iter().filter_map(|key| rows.get(key));
        Ok(found.flatten().cloned().collect())
    }

    async fn put_many(
        &mut self,
        table: &'static Table,
        rows: Vec<Value>,
        existing: Existing,
    ) -> Result<u64, StoreError> {
        let mut written = 0;
        for row in rows.chunks(table.columns.len()) {
            let key = row.get(..table.key).unwrap_or_default().to_vec();
            if existing == Existing::Keep && self.rows(table).by_key.contains_key(&key) {
                continue;
            }
            self.set(table, key, Some(row.to_vec()));
            written += 1;
        }
        Ok(written)
    }

    async fn append(&mut self, table: &'static Table, rows: Vec<Value>) -> Result<i64, StoreError> {
        let first = self.rows(table).last + 1;
        for row in rows.chunks(table.columns.len() - 1) {
            let last = &mut self.rows(table).last;
            *last += 1;
            let number = Value::Integer(*last);
            let row = [std::slice::from_ref(&number), row].concat();
            self.set(table, vec![number], Some(row));
        }
        Ok(first)
    }

    async fn delete_many(
        &mut self,
        table: &'static Table,
        width: usize,
        keys: Vec<Value>,
    ) -> Result<(), StoreError> {
        for key in self.keys(table, width, &keys) {
            self.set(table, key, None);
        }
        Ok(())
    }

    async fn range(&mut self, selection: &Selection) -> Result<Vec<Value>, StoreError> {
        let positions = selection.positions();
        let rows = self.rows(selection.table).selected(selection);
        let read = |row: &'_ [Value]| -> Vec<Value> {
            let columns = positions.iter().filter_map(|at| row.get(*at));
            columns.cloned().collect()
        };
        Ok(rows.into_iter().flat_map(read).collect())
    }

    async fn count(&mut self, selection: &Selection) -> Result<u64, StoreError> {
        Ok(self.rows(selection.table).selected(selection).len() as u64)
    }

    async fn delete_range(&mut self, selection: &Selection) -> Result<u64, StoreError> {
        let table = selection.table;
        let rows = self.rows(table).selected(selection).into_iter();
        let keys: Vec<Key> = rows
            .filter_map(|row| row.get(..table.key).map(<[Value]>::to_vec))
            .collect();
        let gone = keys.len() as u64;
        for key in keys {
            self.set(table, key, None);
        }
        Ok(gone)
    }
}

#[async_trait]
impl Backend for MemoryStore {
    async fn transact<R: Send + 'static>(&self, _: Mode, work: Work<R>) -> Result<R, StoreError> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let mut transaction = MemoryTransaction {
            tables: &mut tables,
            undo: Vec::new(),
        };
        let done = at_once(work(&mut transaction))?;
        transaction.undo.clear();
        Ok(done)
    }

    async fn claim(&self) -> Result<Claim, StoreError> {
        if self.is_claimed.swap(true, Ordering::AcqRel) {
            return Err(StoreError::InUse {
                process: Some(std::process::id()),
            });
        }
        Ok(Claim::new(Claimed(Arc::clone(&self.is_claimed))))
    }
}
