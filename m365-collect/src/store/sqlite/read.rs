//! What is asked of the file.

use std::time::SystemTime;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::value::RawValue;

use super::schema::failed;
use super::{SORT_CONTAINER, SORT_OBJECT};
use crate::id::SourceId;
use crate::kind::{DIRECTORY_OBJECTS, Kind};
use crate::record::{Edge, Record, Relation, RemovedReason};
use crate::store::{Contested, SourceState, StoreError, StoredTenant, Tombstone};
use crate::timestamp;

pub(super) fn tenant(connection: &Connection) -> rusqlite::Result<Option<StoredTenant>> {
    connection
        .query_row("SELECT asked, organization, name FROM tenant", [], |row| {
            Ok(StoredTenant {
                asked: row.get(0)?,
                organization: row.get(1)?,
                name: row.get(2)?,
            })
        })
        .optional()
}

pub(super) fn contested(
    connection: &Connection,
    source: &SourceId,
    limit: usize,
) -> rusqlite::Result<Vec<Contested>> {
    connection
        .prepare_cached(
            "SELECT sort, name, id, reason FROM contested WHERE source = ?1
             ORDER BY sort, name, id LIMIT ?2",
        )?
        .query_map(params![source.as_str(), limit], |row| {
            let (name, id) = (row.get::<_, String>(1)?, row.get(2)?);
            Ok(match row.get(0)? {
                SORT_CONTAINER => Contested::Container {
                    relation: Relation::from(name.as_str()),
                    from: id,
                },
                other => {
                    debug_assert_eq!(other, SORT_OBJECT);
                    Contested::Object {
                        kind: Kind::from(name.as_str()),
                        id,
                        reason: row
                            .get::<_, Option<String>>(3)?
                            .as_deref()
                            .and_then(RemovedReason::parse),
                    }
                }
            })
        })?
        .collect()
}

pub(super) fn source_state(
    connection: &Connection,
    source: &SourceId,
) -> rusqlite::Result<Option<SourceState>> {
    connection
        .query_row(
            "SELECT completed_at, as_of, in_round, in_part FROM source WHERE id = ?1",
            params![source.as_str()],
            |row| {
                let time = |column| {
                    let millis = row.get::<_, Option<i64>>(column)?;
                    Ok::<_, rusqlite::Error>(millis.map(timestamp::from_millis))
                };
                Ok(SourceState {
                    completed_at: time(0)?,
                    as_of: time(1)?,
                    in_round: row.get(2)?,
                    in_part: row.get(3)?,
                })
            },
        )
        .optional()
}

pub(super) fn records(
    connection: &Connection,
    kind: &Kind,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Record>, StoreError> {
    let rows = connection
        .prepare_cached(
            "SELECT r.id, b.raw FROM record r JOIN body b ON b.number = r.body
             WHERE r.kind = ?1 AND r.id > ?2 AND r.removed_at IS NULL ORDER BY r.id LIMIT ?3",
        )
        .and_then(|mut statement| {
            statement
                .query_map(params![kind.as_str(), after.unwrap_or(""), limit], id_raw)?
                .collect::<rusqlite::Result<Vec<_>>>()
        })
        .map_err(|error| failed("read records", error))?;
    rows.into_iter()
        .map(|(id, raw)| to_record(kind, id, raw))
        .collect()
}

pub(super) fn record(
    connection: &Connection,
    kind: &Kind,
    id: &str,
) -> Result<Option<Record>, StoreError> {
    connection
        .query_row(
            "SELECT r.id, b.raw FROM record r JOIN body b ON b.number = r.body
             WHERE r.kind = ?1 AND r.id = ?2 AND r.removed_at IS NULL",
            params![kind.as_str(), id],
            id_raw,
        )
        .optional()
        .map_err(|error| failed("read a record", error))?
        .map(|(id, raw)| to_record(kind, id, raw))
        .transpose()
}

fn id_raw(row: &Row<'_>) -> rusqlite::Result<(String, String)> {
    Ok((row.get(0)?, row.get(1)?))
}

pub(super) fn to_record(kind: &Kind, id: String, raw: String) -> Result<Record, StoreError> {
    let raw = RawValue::from_string(raw)
        .map_err(|_| damaged(&format!("a record of kind {kind} is not JSON")))?;
    Ok(Record::new(kind.clone(), id, raw))
}

/// Whether an end of an edge is a removed directory object.
fn is_gone(end: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM record r WHERE r.removed_at IS NOT NULL AND r.id = {end}
         AND r.kind IN ('{}'))",
        DIRECTORY_OBJECTS.join("', '")
    )
}

pub(super) fn edges(
    connection: &Connection,
    relation: &Relation,
    after: Option<&Edge>,
    limit: usize,
) -> rusqlite::Result<Vec<Edge>> {
    let (from, to) = after.map_or(("", ""), |edge| (&edge.from, &edge.to));
    connection
        .prepare_cached(&format!(
            "SELECT from_id, to_id FROM edge e
             WHERE relation = ?1 AND (from_id, to_id) > (?2, ?3) AND removed_at IS NULL
             AND NOT {} AND NOT {}
             ORDER BY from_id, to_id LIMIT ?4",
            is_gone("e.from_id"),
            is_gone("e.to_id"),
        ))?
        .query_map(params![relation.as_str(), from, to, limit], |row| {
            Ok(Edge::new(
                relation.clone(),
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
            ))
        })?
        .collect()
}

pub(super) fn tombstones(
    connection: &Connection,
    kind: &Kind,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Tombstone>, StoreError> {
    let rows = connection
        .prepare_cached(
            "SELECT id, removed_reason, removed_at FROM record
             WHERE kind = ?1 AND id > ?2 AND removed_at IS NOT NULL ORDER BY id LIMIT ?3",
        )
        .and_then(|mut statement| {
            statement
                .query_map(params![kind.as_str(), after.unwrap_or(""), limit], |row| {
                    Ok((
                        row.get::<_, String>(0)?,
                        row.get::<_, String>(1)?,
                        row.get::<_, i64>(2)?,
                    ))
                })?
                .collect::<rusqlite::Result<Vec<_>>>()
        })
        .map_err(|error| failed("read tombstones", error))?;
    rows.into_iter()
        .map(|(id, reason, removed_at)| {
            let reason = RemovedReason::parse(&reason).ok_or_else(|| damaged("a tombstone"))?;
            let removed_at = timestamp::from_millis(removed_at);
            Ok(Tombstone::new(kind.clone(), id, reason, removed_at))
        })
        .collect()
}

/// All of the kind less the tombstones: both are counted in an index alone.
pub(super) fn count(connection: &Connection, kind: &Kind) -> rusqlite::Result<u64> {
    connection.query_row(
        "SELECT (SELECT count(*) FROM record WHERE kind = ?1)
              - (SELECT count(*) FROM record WHERE kind = ?1 AND removed_at IS NOT NULL)",
        params![kind.as_str()],
        |row| row.get(0),
    )
}

pub(super) fn count_of(
    connection: &Connection,
    kind: &Kind,
    source: &SourceId,
) -> rusqlite::Result<u64> {
    connection.query_row(
        "SELECT count(*) FROM record WHERE kind = ?1 AND source = ?2 AND removed_at IS NULL",
        params![kind.as_str(), source.as_str()],
        |row| row.get(0),
    )
}

/// The ends of an index.
pub(super) fn span(
    connection: &Connection,
    kind: &Kind,
) -> rusqlite::Result<Option<(SystemTime, SystemTime)>> {
    let end = |which: &str| {
        connection
            .prepare_cached(&format!(
                "SELECT {which}(happened_at) FROM record
                 WHERE kind = ?1 AND dated = 1 AND happened_at IS NOT NULL"
            ))?
            .query_row(params![kind.as_str()], |row| row.get::<_, Option<i64>>(0))
    };
    let ends = end("min")?.zip(end("max")?);
    Ok(ends.map(|(oldest, newest)| {
        (
            timestamp::from_millis(oldest),
            timestamp::from_millis(newest),
        )
    }))
}

pub(super) fn kinds(connection: &Connection) -> rusqlite::Result<Vec<(Kind, u64)>> {
    let names = connection
        .prepare("SELECT DISTINCT name FROM source_yield WHERE sort = 0 ORDER BY name")?
        .query_map([], |row| row.get::<_, String>(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut kinds = Vec::with_capacity(names.len());
    for name in names {
        let kind = Kind::from(name.as_str());
        match count(connection, &kind)? {
            0 => {}
            live => kinds.push((kind, live)),
        }
    }
    Ok(kinds)
}

pub(super) fn relations(connection: &Connection) -> rusqlite::Result<Vec<Relation>> {
    connection
        .prepare("SELECT DISTINCT name FROM source_yield WHERE sort = 1 ORDER BY name")?
        .query_map([], |row| {
            Ok(Relation::from(row.get::<_, String>(0)?.as_str()))
        })?
        .collect()
}

pub(super) fn damaged(what: &str) -> StoreError {
    StoreError::Damaged {
        what: what.to_owned(),
    }
}
