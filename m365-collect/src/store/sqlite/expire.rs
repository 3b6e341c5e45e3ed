//! What is past its time goes, some of it in each transaction.

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::record::LIVE;
use super::write;
use crate::kind::DIRECTORY_OBJECTS;
use crate::store::event::Event;
use crate::store::{Expiry, StoreError};
use crate::timestamp;

/// So much goes in one transaction.
pub(super) const SOME: u64 = 2_000;

/// The kinds and relations that the source writes.
const KINDS: &str = "(SELECT name FROM source_yield WHERE source = ?1 AND sort = 0)";
const RELATIONS: &str = "(SELECT name FROM source_yield WHERE source = ?1 AND sort = 1)";

/// One sort of what is past its time. Says how many went, and whether there may be more.
pub(super) type Step = fn(&Transaction<'_>, &Expiry) -> rusqlite::Result<u64>;

/// Takes one step in a transaction of its own.
pub(super) fn step(
    connection: &mut rusqlite::Connection,
    expiry: &Expiry,
    step: Step,
) -> Result<u64, StoreError> {
    let transaction = write::write(connection)?;
    step(&transaction, expiry)
        .and_then(|gone| transaction.commit().map(|()| gone))
        .map_err(|error| super::failed("remove what is past its time", error))
}

pub(super) fn events(transaction: &Transaction<'_>, expiry: &Expiry) -> rusqlite::Result<u64> {
    let before = timestamp::to_millis(expiry.before);
    let mut gone = 0;
    for is_dated in [true, false] {
        let some = transaction
            .prepare_cached(&format!(
                "SELECT kind, id, body FROM record
                 WHERE kind IN {KINDS} AND dated = ?2 AND happened_at < ?3 AND source = ?1 LIMIT ?4"
            ))?
            .query_map(
                params![expiry.source.as_str(), is_dated, before, SOME - gone],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )?
            .collect::<rusqlite::Result<Vec<(String, String, i64)>>>()?;
        for (kind, id, body) in &some {
            transaction
                .prepare_cached("DELETE FROM record WHERE kind = ?1 AND id = ?2")?
                .execute(params![kind, id])?;
            transaction
                .prepare_cached(LIVE.forget)?
                .execute(params![body, kind, id])?;
        }
        gone += some.len() as u64;
    }
    Ok(gone)
}

/// With the tombstone of an object of the directory go the relations to it, which it hid.
pub(super) fn tombstones(transaction: &Transaction<'_>, expiry: &Expiry) -> rusqlite::Result<u64> {
    let before = timestamp::to_millis(expiry.removed_before);
    let some = transaction
        .prepare_cached(&format!(
            "SELECT kind, id FROM record INDEXED BY record_gone
             WHERE kind IN {KINDS} AND removed_at < ?2 AND source = ?1 LIMIT ?3"
        ))?
        .query_map(params![expiry.source.as_str(), before, SOME], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<Vec<(String, String)>>>()?;
    let is_end = |kind: &str| DIRECTORY_OBJECTS.contains(&kind);
    if some.iter().any(|(kind, _)| is_end(kind)) {
        transaction.execute_batch(
            "CREATE TEMP TABLE IF NOT EXISTS forgotten (id TEXT PRIMARY KEY) WITHOUT ROWID",
        )?;
        for (_, id) in some.iter().filter(|(kind, _)| is_end(kind)) {
            transaction
                .prepare_cached("INSERT OR IGNORE INTO forgotten (id) VALUES (?1)")?
                .execute(params![id])?;
        }
        for table in ["edge", "staged_edge"] {
            transaction.execute(
                &format!(
                    "DELETE FROM {table} WHERE from_id IN (SELECT id FROM forgotten)
                                            OR to_id IN (SELECT id FROM forgotten)"
                ),
                [],
            )?;
        }
        transaction.execute("DELETE FROM forgotten", [])?;
    }
    for (kind, id) in &some {
        transaction
            .prepare_cached("DELETE FROM record WHERE kind = ?1 AND id = ?2")?
            .execute(params![kind, id])?;
    }
    Ok(some.len() as u64)
}

pub(super) fn relations(transaction: &Transaction<'_>, expiry: &Expiry) -> rusqlite::Result<u64> {
    let before = timestamp::to_millis(expiry.removed_before);
    let gone = transaction
        .prepare_cached(&format!(
            "DELETE FROM edge WHERE (relation, from_id, to_id) IN (
                 SELECT relation, from_id, to_id FROM edge
                 WHERE relation IN {RELATIONS} AND removed_at < ?2 AND source = ?1 LIMIT ?3)"
        ))?
        .execute(params![expiry.source.as_str(), before, SOME])?;
    Ok(gone as u64)
}

pub(super) fn versions(transaction: &Transaction<'_>, expiry: &Expiry) -> rusqlite::Result<u64> {
    let before = timestamp::to_millis(expiry.before);
    let some = transaction
        .prepare_cached(&format!(
            "SELECT kind, id, number, body FROM version WHERE kind IN {KINDS} AND until < ?2 LIMIT ?3"
        ))?
        .query_map(params![expiry.source.as_str(), before, SOME], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<rusqlite::Result<Vec<(String, String, i64, i64)>>>()?;
    for (kind, id, number, body) in &some {
        transaction
            .prepare_cached("DELETE FROM version WHERE kind = ?1 AND id = ?2 AND number = ?3")?
            .execute(params![kind, id, number])?;
        forget_body(transaction, kind, id, *body)?;
    }
    Ok(some.len() as u64)
}

/// Forgets what an object said, unless something else still says so.
pub(super) fn forget_body(
    transaction: &Transaction<'_>,
    kind: &str,
    id: &str,
    body: i64,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "DELETE FROM body WHERE number = ?1
             AND NOT EXISTS (SELECT 1 FROM record WHERE kind = ?2 AND id = ?3 AND body = ?1)
             AND NOT EXISTS (SELECT 1 FROM staged_record WHERE kind = ?2 AND id = ?3 AND body = ?1)
             AND NOT EXISTS (SELECT 1 FROM version WHERE kind = ?2 AND id = ?3 AND body = ?1)",
        )?
        .execute(params![body, kind, id])?;
    Ok(())
}

pub(super) fn feed(transaction: &Transaction<'_>, expiry: &Expiry) -> rusqlite::Result<u64> {
    let before = timestamp::to_millis(expiry.before);
    let gone = transaction
        .prepare_cached(
            "DELETE FROM feed WHERE number IN (
                 SELECT number FROM feed WHERE source = ?1 AND at < ?2 LIMIT ?3)",
        )?
        .execute(params![expiry.source.as_str(), before, SOME])?;
    Ok(gone as u64)
}

pub(super) fn runs(transaction: &Transaction<'_>, expiry: &Expiry) -> rusqlite::Result<u64> {
    let before = timestamp::to_millis(expiry.before);
    let gone = transaction
        .prepare_cached(
            "DELETE FROM run WHERE number IN (
                 SELECT number FROM run WHERE source = ?1 AND ended_at < ?2
                 AND number < (SELECT max(number) FROM run WHERE source = ?1) LIMIT ?3)",
        )?
        .execute(params![expiry.source.as_str(), before, SOME])?;
    Ok(gone as u64)
}

/// Dates the events that were stored before their times were looked at, some after an id of a kind.
/// Gives the last of them, until there are none.
pub(super) fn date(
    transaction: &Transaction<'_>,
    expiry: &Expiry,
    after: &(String, String),
) -> rusqlite::Result<Option<(String, String)>> {
    let source = expiry.source.as_str();
    let Some(property) = expiry.event_time.as_deref() else {
        return Ok(None);
    };
    let is_done = transaction
        .prepare_cached("SELECT dated_by IS ?2 FROM source WHERE id = ?1")?
        .query_row(params![source, property], |row| row.get(0))
        .optional()?;
    // A source that never ran has nothing to date.
    if is_done.unwrap_or(true) {
        return Ok(None);
    }
    // By one kind after the other, so that each page is found where the last one ended.
    let kind: Option<String> = transaction
        .prepare_cached(
            "SELECT min(name) FROM source_yield WHERE source = ?1 AND sort = 0 AND name >= ?2",
        )?
        .query_row(params![source, after.0], |row| row.get(0))?;
    let Some(kind) = kind else {
        transaction
            .prepare_cached("UPDATE source SET dated_by = ?2 WHERE id = ?1")?
            .execute(params![source, property])?;
        return Ok(None);
    };
    let after = if kind == after.0 { &after.1 } else { "" };
    let some = transaction
        .prepare_cached(
            "SELECT r.id, b.raw, r.changed_at FROM record r JOIN body b ON b.number = r.body
             WHERE r.kind = ?2 AND r.id > ?3 AND r.source = ?1 ORDER BY r.id LIMIT ?4",
        )?
        .query_map(params![source, kind, after, SOME], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<rusqlite::Result<Vec<(String, String, i64)>>>()?;
    for (id, raw, stored_at) in &some {
        let event = Event::of(raw, property, timestamp::from_millis(*stored_at));
        transaction
            .prepare_cached(
                "UPDATE record SET dated = ?3, happened_at = ?4 WHERE kind = ?1 AND id = ?2",
            )?
            .execute(params![
                kind,
                id,
                event.is_dated,
                timestamp::to_millis(event.at)
            ])?;
    }
    Ok(Some(match some.into_iter().next_back() {
        Some((id, ..)) => (kind, id),
        // Whatever comes behind this one.
        None => (format!("{kind}\0"), String::new()),
    }))
}
