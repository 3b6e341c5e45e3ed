//! A transaction on the file.

use async_trait::async_trait;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement, ToSql};

use super::schema::failed;
use crate::store::StoreError;
use crate::store::backend::{Mode, Moment, Transaction};
use crate::store::sql::{self, Dialect, Verb};
use crate::store::table::{Existing, Selection, Table, Value};

/// Rolled back where it is dropped before [`SqliteTransaction::commit`].
pub(super) struct SqliteTransaction<'a> {
    connection: &'a mut Connection,
    /// Which connection of this process it is.
    opened: u64,
    /// A file that is open for reading only is in one transaction all the time.
    is_own: bool,
    /// About how many bytes were written.
    pub(super) bytes: usize,
}

impl<'a> SqliteTransaction<'a> {
    pub(super) fn begin(
        connection: &'a mut Connection,
        opened: u64,
        mode: Mode,
    ) -> Result<Self, StoreError> {
        let is_own = connection.is_autocommit();
        if is_own {
            let statement = match mode {
                Mode::Read => "BEGIN DEFERRED",
                Mode::Write => "BEGIN IMMEDIATE",
            };
            let begun = connection.prepare_cached(statement);
            let begun = begun.and_then(|mut statement| statement.execute([]));
            begun.map_err(|error| failed("begin a transaction", error))?;
        }
        Ok(Self {
            connection,
            opened,
            is_own,
            bytes: 0,
        })
    }

    pub(super) fn commit(mut self) -> Result<(), StoreError> {
        if self.is_own {
            let commit = self.connection.prepare_cached("COMMIT");
            let committed = commit.and_then(|mut commit| commit.execute([]));
            committed.map_err(|error| failed("commit", error))?;
            self.is_own = false;
        }
        Ok(())
    }

    /// Runs a statement once for each chunk of values.
    fn each(
        &mut self,
        what: &str,
        table: &Table,
        sql: &str,
        values: &[Value],
        width: usize,
        mut done: impl FnMut(&mut Statement<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), StoreError> {
        let mut run = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            for some in values.chunks(width) {
                bind(&mut statement, some)?;
                done(&mut statement)?;
            }
            Ok(())
        };
        run().map_err(|error| failed(&format!("{what} {}", table.name), error))
    }

    fn selected<R>(
        &mut self,
        verb: Verb,
        selection: &Selection,
        run: impl FnOnce(&mut Statement<'_>) -> rusqlite::Result<R>,
    ) -> Result<R, StoreError> {
        let (sql, values) = sql::selected(verb, selection, Dialect::Sqlite);
        let select = || {
            let mut statement = self.connection.prepare_cached(&sql)?;
            bind(&mut statement, &values)?;
            run(&mut statement)
        };
        select().map_err(|error| failed(&format!("look into {}", selection.table.name), error))
    }
}

impl Drop for SqliteTransaction<'_> {
    fn drop(&mut self) {
        // Some errors have rolled it back already.
        if self.is_own && !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn bind(statement: &mut Statement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    for (n, value) in (1..).zip(values) {
        statement.raw_bind_parameter(n, value)?;
    }
    Ok(())
}

/// Adds the rows that a bound statement gives.
fn read(statement: &mut Statement<'_>, to: &mut Vec<Value>) -> rusqlite::Result<()> {
    let width = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        for n in 0..width {
            to.push(match row.get_ref(n)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Integer(number),
                ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
                other => Value::Text(other.as_str()?.to_owned().into()),
            });
        }
    }
    Ok(())
}

#[async_trait]
impl Transaction for SqliteTransaction<'_> {
    /// What others wrote is in the one number, and what this connection wrote in the other:
    /// <https://www.sqlite.org/pragma.html#pragma_data_version>.
    async fn moment(&mut self) -> Result<Option<Moment>, StoreError> {
        let others = self.connection.prepare_cached("PRAGMA data_version");
        let others = others.and_then(|mut others| others.query_row([], |row| row.get::<_, u64>(0)));
        let others = others.map_err(|error| failed("look for changes", error))?;
        let own = self.connection.total_changes();
        Ok(Some(Moment([self.opened, others, own])))
    }

    async fn get_many(
        &mut self,
        table: &'static Table,
        width: usize,
        keys: Vec<Value>,
    ) -> Result<Vec<Value>, StoreError> {
        let sql = sql::by_key(Verb::Select, table, width);
        let mut found = Vec::new();
        self.each("read", table, &sql, &keys, width, |statement| {
            read(statement, &mut found)
        })?;
        Ok(found)
    }

    async fn put_many(
        &mut self,
        table: &'static Table,
        rows: Vec<Value>,
        existing: Existing,
    ) -> Result<u64, StoreError> {
        let sql = sql::insert(table, Some(existing));
        let mut written = 0;
        self.bytes += size(&rows);
        self.each(
            "write",
            table,
            &sql,
            &rows,
            table.columns.len(),
            |statement| {
                written += statement.raw_execute()? as u64;
                Ok(())
            },
        )?;
        Ok(written)
    }

    async fn append(&mut self, table: &'static Table, rows: Vec<Value>) -> Result<i64, StoreError> {
        let sql = sql::insert(table, None);
        let width = table.columns.len() - 1;
        let count = i64::try_from(rows.len() / width).unwrap_or(i64::MAX);
        self.bytes += size(&rows);
        self.each("write", table, &sql, &rows, width, |statement| {
            statement.raw_execute().map(drop)
        })?;
        Ok(self.connection.last_insert_rowid() + 1 - count)
    }

    async fn delete_many(
        &mut self,
        table: &'static Table,
        width: usize,
        keys: Vec<Value>,
    ) -> Result<(), StoreError> {
        let sql = sql::by_key(Verb::Delete, table, width);
        self.each("delete from", table, &sql, &keys, width, |statement| {
            statement.raw_execute().map(drop)
        })
    }

    async fn range(&mut self, selection: &Selection) -> Result<Vec<Value>, StoreError> {
        let mut found = Vec::new();
        self.selected(Verb::Select, selection, |statement| {
            read(statement, &mut found)
        })?;
        Ok(found)
    }

    async fn count(&mut self, selection: &Selection) -> Result<u64, StoreError> {
        self.selected(Verb::Count, selection, |statement| {
            let mut rows = statement.raw_query();
            rows.next()?.map_or(Ok(0), |row| row.get(0))
        })
    }

    async fn delete_range(&mut self, selection: &Selection) -> Result<u64, StoreError> {
        self.selected(Verb::Delete, selection, |statement| {
            statement.raw_execute().map(|gone| gone as u64)
        })
    }
}

fn size(values: &[Value]) -> usize {
    let size = |value: &Value| match value {
        Value::Null | Value::Integer(_) => 8,
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
    };
    values.iter().map(size).sum()
}
