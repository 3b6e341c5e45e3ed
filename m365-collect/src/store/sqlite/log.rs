//! The log of runs.

use std::time::SystemTime;

use rusqlite::{Connection, Row, params};

use super::read::damaged;
use super::schema::failed;
use crate::id::SourceId;
use crate::store::{RUNS_KEPT, RunEntry, StoreError};
use crate::timestamp;

const COLUMNS: &str = "source, started_at, ended_at, outcome, tally";

/// Logs a run, and forgets those of its source that are too many.
pub(super) fn log_run(connection: &mut Connection, run: &RunEntry) -> Result<(), StoreError> {
    let millis = |time: Option<_>| time.map_or(0, timestamp::to_millis);
    let (outcome, stats) = (to_json(&run.outcome)?, to_json(&run.stats)?);
    let mut logged = || {
        let transaction = connection.transaction()?;
        transaction.execute(
            "INSERT INTO run (source, started_at, ended_at, outcome, tally)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                run.source.as_str(),
                millis(run.started_at),
                millis(run.ended_at),
                outcome,
                stats,
            ],
        )?;
        transaction.execute(
            "DELETE FROM run WHERE source = ?1 AND number <= (SELECT number FROM run
             WHERE source = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)",
            params![run.source.as_str(), RUNS_KEPT],
        )?;
        transaction.commit()
    };
    logged().map_err(|error| failed("log a run", error))
}

pub(super) fn last_runs(connection: &Connection) -> Result<Vec<RunEntry>, StoreError> {
    let which = "number IN (SELECT max(number) FROM run GROUP BY source) ORDER BY source";
    select(connection, which, [])
}

pub(super) fn runs(
    connection: &Connection,
    source: Option<&SourceId>,
    since: Option<SystemTime>,
    limit: usize,
) -> Result<Vec<RunEntry>, StoreError> {
    let since = since.map_or(i64::MIN, timestamp::to_millis);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    match source {
        Some(source) => select(
            connection,
            "source = ?1 AND ended_at >= ?2 ORDER BY number DESC LIMIT ?3",
            params![source.as_str(), since, limit],
        ),
        None => select(
            connection,
            "ended_at >= ?1 ORDER BY number DESC LIMIT ?2",
            params![since, limit],
        ),
    }
}

fn select(
    connection: &Connection,
    which: &str,
    params: impl rusqlite::Params,
) -> Result<Vec<RunEntry>, StoreError> {
    let rows = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM run WHERE {which}"))
        .and_then(|mut statement| {
            statement
                .query_map(params, columns)?
                .collect::<rusqlite::Result<Vec<_>>>()
        })
        .map_err(|error| failed("read the log of runs", error))?;
    rows.into_iter().map(entry).collect()
}

type Columns = (String, i64, i64, String, String);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
    ))
}

fn entry((source, started_at, ended_at, outcome, stats): Columns) -> Result<RunEntry, StoreError> {
    let source = SourceId::try_from(source).map_err(|_| damaged("the id of a source"))?;
    Ok(RunEntry::new(
        source,
        timestamp::from_millis(started_at),
        timestamp::from_millis(ended_at),
        serde_json::from_str(&outcome).map_err(|_| damaged("an outcome"))?,
        serde_json::from_str(&stats).map_err(|_| damaged("a tally"))?,
    ))
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Storage {
        what: "write a run as JSON".to_owned(),
        cause: Box::new(error),
    })
}
