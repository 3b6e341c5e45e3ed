//! Puts a staged generation in the place of the one that readers see.

use std::collections::BTreeMap;

use super::backend::Transaction;
use super::batch::{Batch, Object, Scope};
use super::body;
use super::row::{Cursor, get, keys, put, put_by};
use super::sweep::{self, Gone};
use super::table::{Existing, Selection, Table, Test};
use super::tables::{
    ARRIVAL, ArrivalRow, EDGE, EdgeKey, EdgeRow, Key, RECORD, RecordRow, STAGED_EDGE, STAGED_RECORD,
};
use super::{Committed, Finish, StoreError};
use crate::id::SourceId;
use crate::timestamp;

fn staged(table: &'static Table, source: &SourceId) -> Selection {
    Selection::of(table).is("source", source)
}

/// What the staged generation does not have stays where it is not whole, and where it is too much to
/// believe.
pub(super) async fn swap(
    tx: &mut dyn Transaction,
    scope: Scope<'_>,
    at: i64,
    finish: Finish,
) -> Result<Committed, StoreError> {
    let mut done = Committed::default();
    if finish.whole {
        done += sweep::sweep(tx, scope, at, finish, Gone::NotStaged).await?;
    }
    let source = &scope.commit.source;
    let mut rows = Cursor::new(staged(&STAGED_RECORD, source).test("removed_at", Test::Null));
    while let Some(some) = rows.next::<RecordRow>(tx).await? {
        done += take_over(tx, scope, at, some).await?;
    }
    let mut rows = Cursor::new(staged(&STAGED_EDGE, source).test("removed_at", Test::Null));
    while let Some(some) = rows.next::<EdgeRow>(tx).await? {
        done.upserted += take_over_edges(tx, at, some).await?;
    }
    let mut rows = Cursor::new(staged(&STAGED_RECORD, source).test("removed_at", Test::Present));
    while let Some(some) = rows.next::<RecordRow>(tx).await? {
        // Gone since readers see it gone, which is now.
        let rows = some.into_iter().map(|row| RecordRow {
            changed_at: at,
            removed_at: Some(at),
            ..row
        });
        put_by(tx, &RECORD, rows.collect(), Existing::Keep).await?;
    }
    discard_staged(tx, source).await?;
    Ok(done)
}

/// Takes over staged objects that readers do not see as they are.
async fn take_over(
    tx: &mut dyn Transaction,
    scope: Scope<'_>,
    at: i64,
    rows: Vec<RecordRow>,
) -> Result<Committed, StoreError> {
    let known: Vec<RecordRow> = get(tx, &RECORD, 2, keys(&rows)).await?;
    let known = known.into_iter().map(|row| (row.object(), row));
    let mut known: BTreeMap<Key, RecordRow> = known.collect();
    let mut changed = Vec::new();
    for row in rows {
        let old = known.remove(&row.object());
        let is_same = old.as_ref().is_some_and(|old| {
            old.removed_at.is_none() && old.body == row.body && old.source == row.source
        });
        if !is_same {
            changed.push((row, old));
        }
    }
    let bodies = changed
        .iter()
        .flat_map(|(row, old)| [row.body, old.as_ref().and_then(|old| old.body)]);
    let texts = body::texts(tx, bodies.flatten().collect()).await?;
    let said = |row: &RecordRow| row.body.and_then(|body| texts.get(&body).cloned());
    let mut batch = Batch::new(scope, at);
    for (row, old) in changed {
        let key = row.object();
        let raw = said(&row);
        let event = raw.as_deref().and_then(|raw| scope.commit.event(raw));
        // Only what it says may be what it said before, under another source.
        if old.as_ref().is_none_or(|old| old.body != row.body) {
            let before = old.as_ref().and_then(said);
            batch.remember(&key, old.as_ref(), before.as_deref(), raw.as_deref());
            batch.done.upserted += 1;
        }
        let was_gone = |old: &RecordRow| old.revived || old.removed_at.is_some();
        let row = RecordRow {
            revived: row.revived || old.as_ref().is_some_and(was_gone),
            changed_at: at,
            dated: event.map(|event| event.is_dated),
            happened_at: event.map(|event| timestamp::to_millis(event.at)),
            ..row
        };
        let object = Object {
            row: Some(row),
            is_changed: true,
            ..Object::default()
        };
        batch.objects.insert(key, object);
    }
    batch.write(tx).await
}

/// Takes over staged relations that readers do not see; how many.
async fn take_over_edges(
    tx: &mut dyn Transaction,
    at: i64,
    rows: Vec<EdgeRow>,
) -> Result<u64, StoreError> {
    let known: Vec<EdgeRow> = get(tx, &EDGE, 3, keys(&rows)).await?;
    let known = known.into_iter().map(|row| (row.edge(), row));
    let known: BTreeMap<EdgeKey, EdgeRow> = known.collect();
    let mut changed = Vec::new();
    for row in rows {
        let old = known.get(&row.edge());
        if old.is_none_or(|old| old.removed_at.is_some()) {
            changed.push(EdgeRow {
                revived: row.revived || old.is_some(),
                confirmed: old.map_or(row.confirmed, |old| old.confirmed),
                changed_at: at,
                ..row
            });
        }
    }
    let count = changed.len() as u64;
    put(tx, &EDGE, changed).await?;
    Ok(count)
}

/// Forgets a staged generation, and what has arrived for one.
pub(super) async fn discard_staged(
    tx: &mut dyn Transaction,
    source: &SourceId,
) -> Result<(), StoreError> {
    let mut unsaid = Vec::new();
    let mut rows = Cursor::new(staged(&ARRIVAL, source));
    while let Some(some) = rows.next::<ArrivalRow>(tx).await? {
        unsaid.extend(some.into_iter().map(|row| ([row.kind, row.id], row.body)));
    }
    tx.delete_range(&staged(&ARRIVAL, source)).await?;
    body::forget(tx, &unsaid).await?;
    let mut rows = Cursor::new(staged(&STAGED_RECORD, source).test("body", Test::Present));
    while let Some(some) = rows.next::<RecordRow>(tx).await? {
        let said = some
            .iter()
            .filter_map(|row| Some((row.object(), row.body?)));
        body::forget_but_in(tx, &[&RECORD], said.collect()).await?;
    }
    for table in [&STAGED_RECORD, &STAGED_EDGE] {
        tx.delete_range(&staged(table, source)).await?;
    }
    Ok(())
}
