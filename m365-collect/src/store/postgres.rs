//! A store in PostgreSQL: a sketch, which shows what a backend of one's own takes.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type as PgType, to_sql_checked};
use tokio_postgres::{Client, IsolationLevel, NoTls, Row};

use super::backend::{Backend, Mode, Transaction, Work};
use super::sql::{self, Dialect, Verb};
use super::table::{Column, Existing, Selection, Table, Type, Value};
use super::{Claim, StoreError, tables};

/// The advisory locks of a schema: who writes, and who syncs.
const WRITES: i32 = 1;
const SYNCS: i32 = 2;

/// A tenant's picture in a schema of a PostgreSQL database.
///
/// A sketch: connections are neither encrypted nor made anew once they are lost.
pub struct PostgresStore {
    url: Arc<str>,
    schema: Arc<str>,
    connection: Mutex<Connection>,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}

/// A connection and what drives it, which ends with it.
struct Connection {
    client: Client,
    driver: JoinHandle<()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Connection {
    async fn open(url: &str, schema: &str) -> Result<Self, tokio_postgres::Error> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        let driver = tokio::spawn(async {
            let _ = connection.await;
        });
        let opened = Self { client, driver };
        let path = format!("SET client_min_messages = warning; SET search_path = {schema}");
        opened.client.batch_execute(&path).await?;
        Ok(opened)
    }
}

impl PostgresStore {
    /// Opens the store in a schema, and makes it where there is none.
    ///
    /// # Errors
    /// When the name of the schema is not of lower-case letters, digits and underscores, or the
    /// database fails.
    pub async fn open(url: &str, schema: &str) -> Result<Self, StoreError> {
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if schema.is_empty() || !schema.chars().all(is_word) {
            return Err(StoreError::Storage {
                what: "name a schema".to_owned(),
                cause: "it takes lower-case letters, digits and underscores".into(),
            });
        }
        let made = async {
            let connection = Connection::open(url, schema).await?;
            let tables = sql::create(&tables(), Dialect::Postgres);
            let made = format!("CREATE SCHEMA IF NOT EXISTS {schema}; {tables}");
            connection.client.batch_execute(&made).await?;
            Ok(connection)
        };
        Ok(Self {
            url: url.into(),
            schema: schema.into(),
            connection: Mutex::new(
                made.await
                    .map_err(|error| failed("open the store", error))?,
            ),
        })
    }
}

fn failed(what: &str, error: tokio_postgres::Error) -> StoreError {
    StoreError::Storage {
        what: what.to_owned(),
        cause: Box::new(error),
    }
}

#[async_trait]
impl Backend for PostgresStore {
    async fn transact<R: Send + 'static>(
        &self,
        mode: Mode,
        work: Work<R>,
    ) -> Result<R, StoreError> {
        let mut connection = self.connection.lock().await;
        let started = async {
            let level = IsolationLevel::RepeatableRead;
            let builder = connection.client.build_transaction();
            match mode {
                Mode::Read => builder.isolation_level(level).read_only(true).start().await,
                Mode::Write => {
                    let inner = builder.start().await?;
                    let lock = "SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))";
                    inner.query(lock, &[&WRITES]).await?;
                    Ok(inner)
                }
            }
        };
        let inner = started
            .await
            .map_err(|error| failed("begin a transaction", error))?;
        let mut transaction = PostgresTransaction { inner };
        let done = work(&mut transaction).await?;
        let committed = transaction.inner.commit().await;
        committed.map_err(|error| failed("commit", error))?;
        Ok(done)
    }

    /// By a lock of a connection of its own, which ends with it.
    async fn claim(&self) -> Result<Claim, StoreError> {
        let claimed = async {
            let connection = Connection::open(&self.url, &self.schema).await?;
            let lock = "SELECT pg_try_advisory_lock($1, hashtext(current_schema()))";
            let row = connection.client.query_one(lock, &[&SYNCS]).await?;
            Ok(row.try_get::<_, bool>(0)?.then_some(connection))
        };
        match claimed
            .await
            .map_err(|error| failed("claim the store", error))?
        {
            Some(connection) => Ok(Claim::new(Mutex::new(connection))),
            None => Err(StoreError::InUse { process: None }),
        }
    }
}

struct PostgresTransaction<'a> {
    inner: tokio_postgres::Transaction<'a>,
}

impl ToSql for Value {
    fn to_sql(
        &self,
        as_type: &PgType,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) => number.to_sql(as_type, out),
            Self::Text(text) => text.as_ref().to_sql(as_type, out),
            Self::Blob(bytes) => bytes.to_sql(as_type, out),
        }
    }

    fn accepts(_: &PgType) -> bool {
        true
    }

    to_sql_checked!();
}

const fn pg_type(holds: Type) -> PgType {
    match holds {
        Type::Integer => PgType::INT8,
        Type::Text => PgType::TEXT,
        Type::Blob => PgType::BYTEA,
    }
}

fn values(selection: &Selection, rows: &[Row]) -> Result<Vec<Value>, tokio_postgres::Error> {
    let positions = selection.positions().into_iter();
    let columns = positions.filter_map(|at| selection.table.columns.get(at));
    let columns: Vec<&Column> = columns.collect();
    let mut values = Vec::with_capacity(rows.len() * columns.len());
    for row in rows {
        for (n, column) in columns.iter().enumerate() {
            let value = match column.holds {
                Type::Integer => row.try_get::<_, Option<i64>>(n)?.map(Value::Integer),
                Type::Text => row.try_get::<_, Option<String>>(n)?.map(Value::from),
                Type::Blob => row.try_get::<_, Option<Vec<u8>>>(n)?.map(Value::Blob),
            };
            values.push(value.unwrap_or(Value::Null));
        }
    }
    Ok(values)
}

/// Lists of values, one for each of the columns from `skipped` on, and the table that they make.
fn lists(table: &Table, skipped: usize, width: usize, rows: &[Value]) -> (String, Vec<Vec<Value>>) {
    let columns = table.columns.iter().skip(skipped).take(width);
    let casts = (1..).zip(columns).map(|(n, column)| {
        let name = pg_type(column.holds);
        format!("${n}::{name}[]")
    });
    let casts: Vec<String> = casts.collect();
    let column = |n| rows.iter().skip(n).step_by(width).cloned().collect();
    let lists = (0..width).map(column).collect();
    (format!("SELECT * FROM unnest({})", casts.join(", ")), lists)
}

fn parameters<P: ToSql + Sync>(values: &[P]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as _).collect()
}

impl PostgresTransaction<'_> {
    async fn by_keys(
        &mut self,
        verb: Verb,
        table: &'static Table,
        width: usize,
        keys: &[Value],
    ) -> Result<Vec<Value>, StoreError> {
        let (wanted, lists) = lists(table, 0, width, keys);
        let selection = Selection::of(table);
        let (all, _) = sql::selected(verb, &selection, Dialect::Postgres);
        let all = all.split(" ORDER BY ").next().unwrap_or_default();
        let names = sql::names(table, width);
        let sql = format!("{all} WHERE ({names}) IN ({wanted})");
        let rows = self.inner.query(&sql, &parameters(&lists)).await;
        let found = rows.and_then(|rows| values(&selection, &rows));
        found.map_err(|error| failed(table.name, error))
    }
}

#[async_trait]
impl Transaction for PostgresTransaction<'_> {
    async fn get_many(
        &mut self,
        table: &'static Table,
        width: usize,
        keys: Vec<Value>,
    ) -> Result<Vec<Value>, StoreError> {
        self.by_keys(Verb::Select, table, width, &keys).await
    }

    async fn put_many(
        &mut self,
        table: &'static Table,
        rows: Vec<Value>,
        existing: Existing,
    ) -> Result<u64, StoreError> {
        let (rows, lists) = lists(table, 0, table.columns.len(), &rows);
        let insert = sql::insert_from(table, Some(existing), &rows);
        let written = self.inner.execute(&insert, &parameters(&lists)).await;
        written.map_err(|error| failed(table.name, error))
    }

    /// By COPY.
    async fn append(&mut self, table: &'static Table, rows: Vec<Value>) -> Result<i64, StoreError> {
        let width = table.columns.len() - 1;
        let count = i64::try_from(rows.len() / width).unwrap_or(i64::MAX);
        let copied = async {
            let sequence = format!("pg_get_serial_sequence('{}', 'number')", table.name);
            let last = format!("SELECT setval({sequence}, nextval({sequence}) + $1 - 1)");
            let last: i64 = self.inner.query_one(&last, &[&count]).await?.try_get(0)?;
            let first = last + 1 - count;
            let names = sql::names(table, table.columns.len());
            let copy = format!("COPY {} ({names}) FROM STDIN BINARY", table.name);
            let types: Vec<PgType> = table.columns.iter().map(|one| pg_type(one.holds)).collect();
            let sink = self.inner.copy_in(&copy).await?;
            let writer = BinaryCopyInWriter::new(sink, &types);
            let mut writer = std::pin::pin!(writer);
            for (number, row) in (first..).zip(rows.chunks(width)) {
                let number = Value::Integer(number);
                let row = std::iter::once(&number).chain(row);
                let row: Vec<&(dyn ToSql + Sync)> = row.map(|value| value as _).collect();
                writer.as_mut().write(&row).await?;
            }
            writer.finish().await?;
            Ok(first)
        };
        copied.await.map_err(|error| failed(table.name, error))
    }

    async fn delete_many(
        &mut self,
        table: &'static Table,
        width: usize,
        keys: Vec<Value>,
    ) -> Result<(), StoreError> {
        self.by_keys(Verb::Delete, table, width, &keys)
            .await
            .map(drop)
    }

    async fn range(&mut self, selection: &Selection) -> Result<Vec<Value>, StoreError> {
        let (sql, wanted) = sql::selected(Verb::Select, selection, Dialect::Postgres);
        let rows = self.inner.query(&sql, &parameters(&wanted)).await;
        let found = rows.and_then(|rows| values(selection, &rows));
        found.map_err(|error| failed(selection.table.name, error))
    }

    async fn count(&mut self, selection: &Selection) -> Result<u64, StoreError> {
        let (sql, wanted) = sql::selected(Verb::Count, selection, Dialect::Postgres);
        let row = self.inner.query_one(&sql, &parameters(&wanted)).await;
        let count = row.and_then(|row| row.try_get::<_, i64>(0));
        let count = count.map_err(|error| failed(selection.table.name, error))?;
        Ok(count.unsigned_abs())
    }

    async fn delete_range(&mut self, selection: &Selection) -> Result<u64, StoreError> {
        let (sql, wanted) = sql::selected(Verb::Delete, selection, Dialect::Postgres);
        let gone = self.inner.execute(&sql, &parameters(&wanted)).await;
        gone.map_err(|error| failed(selection.table.name, error))
    }
}
