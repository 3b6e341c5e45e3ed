//! How objects came to be what they are: earlier versions, and the feed of changes.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::value::RawValue;

use super::read::damaged;
use super::schema::failed;
use crate::id::SourceId;
use crate::kind::Kind;
use crate::store::{FeedEntry, FeedEvent, StoreError, Version};
use crate::timestamp;

pub(super) fn versions(
    connection: &Connection,
    kind: &Kind,
    id: &str,
) -> Result<Vec<Version>, StoreError> {
    type Row = (i64, Option<i64>, String);
    let rows = (|| -> rusqlite::Result<Vec<Row>> {
        let mut rows = connection
            .prepare_cached(
                "SELECT v.since, v.until, b.raw FROM version v JOIN body b ON b.number = v.body
                 WHERE v.kind = ?1 AND v.id = ?2 ORDER BY v.number",
            )?
            .query_map(params![kind.as_str(), id], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let current = connection
            .prepare_cached(
                "SELECT r.changed_at, NULL, b.raw FROM record r JOIN body b ON b.number = r.body
                 WHERE r.kind = ?1 AND r.id = ?2 AND r.removed_at IS NULL",
            )?
            .query_row(params![kind.as_str(), id], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        rows.extend(current);
        Ok(rows)
    })()
    .map_err(|error| failed("read versions", error))?;
    rows.into_iter()
        .map(|(since, until, raw)| {
            let raw = RawValue::from_string(raw)
                .map_err(|_| damaged(&format!("a version of kind {kind} is not JSON")))?;
            let until = until.map(timestamp::from_millis);
            Ok(Version::new(timestamp::from_millis(since), until, raw))
        })
        .collect()
}

pub(super) fn feed(
    connection: &Connection,
    after: u64,
    limit: usize,
) -> Result<Vec<FeedEntry>, StoreError> {
    type Row = (u64, i64, String, String, String, String, Option<String>);
    let rows = connection
        .prepare_cached(
            "SELECT number, at, source, kind, id, event, properties FROM feed
             WHERE number > ?1 ORDER BY number LIMIT ?2",
        )
        .and_then(|mut statement| {
            statement
                .query_map(params![after, limit], |row| {
                    Ok((
                        row.get(0)?,
                        row.get(1)?,
                        row.get(2)?,
                        row.get(3)?,
                        row.get(4)?,
                        row.get(5)?,
                        row.get(6)?,
                    ))
                })?
                .collect::<rusqlite::Result<Vec<Row>>>()
        })
        .map_err(|error| failed("read the feed", error))?;
    rows.into_iter()
        .map(|(number, at, source, kind, id, event, properties)| {
            let source = SourceId::try_from(source).map_err(|_| damaged("the id of a source"))?;
            let event = FeedEvent::parse(&event).ok_or_else(|| damaged("an entry of the feed"))?;
            let properties = properties
                .map(|names| serde_json::from_str(&names))
                .transpose();
            let properties = properties.map_err(|_| damaged("an entry of the feed"))?;
            Ok(FeedEntry {
                number,
                at: timestamp::from_millis(at),
                source,
                kind: Kind::from(kind.as_str()),
                id,
                event,
                properties: properties.unwrap_or_default(),
            })
        })
        .collect()
}
