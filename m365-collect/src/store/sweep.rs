//! Removes what a generation did not bring, unless that is too much to believe.

use std::collections::BTreeMap;

use super::backend::Transaction;
use super::batch::{Batch, Object, SORT_CONTAINER, SORT_OBJECT, Scope};
use super::body;
use super::row::{Cursor, Row, Text, get, keys, put, range};
use super::table::{Selection, Table, Test, Value};
use super::tables::{
    EDGE, EdgeRow, RECORD, RecordRow, STAGED_EDGE, STAGED_RECORD, YIELD, YieldRow,
};
use super::{Committed, Finish, HeldSweep, StoreError};
use crate::record::RemovedReason;

/// What is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gone {
    /// What the current round did not name.
    NotNamed,
    /// What the staged generation does not have.
    NotStaged,
}

/// The kinds or relations that a source writes.
pub(super) async fn yields(
    tx: &mut dyn Transaction,
    source: Text,
    sort: i64,
) -> Result<Vec<Text>, StoreError> {
    let own = Selection::of(&YIELD).under(source).under(sort);
    let rows: Vec<YieldRow> = range(tx, &own).await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// A row that a sweep may remove.
trait Swept: Row {
    const LIVE: &'static Table;
    const STAGED: &'static Table;
    const SORT: i64;
    fn is_gone(&self) -> bool;
    /// Why it is gone.
    fn reason(&self) -> Option<RemovedReason> {
        None
    }
}

impl Swept for RecordRow {
    const LIVE: &'static Table = &RECORD;
    const STAGED: &'static Table = &STAGED_RECORD;
    const SORT: i64 = SORT_OBJECT;
    fn is_gone(&self) -> bool {
        self.removed_at.is_some()
    }
    fn reason(&self) -> Option<RemovedReason> {
        RemovedReason::parse(self.removed_reason.as_deref()?)
    }
}

impl Swept for EdgeRow {
    const LIVE: &'static Table = &EDGE;
    const STAGED: &'static Table = &STAGED_EDGE;
    const SORT: i64 = SORT_CONTAINER;
    fn is_gone(&self) -> bool {
        self.removed_at.is_some()
    }
}

/// The live rows of the source of one kind or relation.
fn live<R: Swept>(scope: Scope<'_>, name: Text) -> Selection {
    let all = Selection::of(R::LIVE).under(name);
    all.is("source", scope.source())
        .test("removed_at", Test::Null)
}

/// Those of them that may be gone.
fn suspects<R: Swept>(scope: Scope<'_>, gone: Gone, name: Text) -> Selection {
    match gone {
        Gone::NotNamed => {
            live::<R>(scope, name).test("round", Test::Less(scope.round.cast_signed()))
        }
        Gone::NotStaged => live::<R>(scope, name),
    }
}

/// Of these those that are gone, each with why, as far as a staged tombstone says so.
async fn gone_of<R: Swept>(
    tx: &mut dyn Transaction,
    gone: Gone,
    rows: Vec<R>,
) -> Result<Vec<(R, Option<RemovedReason>)>, StoreError> {
    let staged: Vec<R> = match gone {
        Gone::NotNamed => Vec::new(),
        Gone::NotStaged => get(tx, R::STAGED, R::STAGED.key, keys(&rows)).await?,
    };
    let staged = staged.into_iter().map(|row| (row.key(), row));
    let staged: BTreeMap<Vec<Value>, R> = staged.collect();
    let rows = rows.into_iter().filter_map(|row| {
        let new = staged.get(&row.key());
        let is_gone = new.is_none_or(Swept::is_gone);
        is_gone.then(|| (row, new.and_then(Swept::reason)))
    });
    Ok(rows.collect())
}

async fn how_many<R: Swept>(
    tx: &mut dyn Transaction,
    scope: Scope<'_>,
    gone: Gone,
) -> Result<HeldSweep, StoreError> {
    let mut held = HeldSweep::new(0, 0);
    let names = yields(tx, scope.source(), R::SORT).await?;
    for name in &names {
        let suspects = suspects::<R>(scope, gone, name.clone());
        if gone == Gone::NotNamed {
            held.removals += tx.count(&suspects).await?;
            continue;
        }
        let mut rows = Cursor::new(suspects);
        while let Some(some) = rows.next::<R>(tx).await? {
            held.removals += gone_of(tx, gone, some).await?.len() as u64;
        }
    }
    // Of how many matters only where some are to go.
    if held.removals > 0 {
        for name in names {
            held.of += tx.count(&live::<R>(scope, name)).await?;
        }
    }
    Ok(held)
}

/// Removes the objects and relations of the source that are gone, unless they are too many to believe.
pub(super) async fn sweep(
    tx: &mut dyn Transaction,
    scope: Scope<'_>,
    at: i64,
    finish: Finish,
    gone: Gone,
) -> Result<Committed, StoreError> {
    let records = how_many::<RecordRow>(tx, scope, gone).await?;
    let edges = how_many::<EdgeRow>(tx, scope, gone).await?;
    let mut done = Committed::default();
    let is_held = |some: &HeldSweep| finish.holds(some.removals, some.of);
    done.held = [records, edges].into_iter().find(is_held);
    if done.held.is_none() && records.removals > 0 {
        done += remove_records(tx, scope, at, gone).await?;
    }
    if done.held.is_none() && edges.removals > 0 {
        done += remove_edges(tx, scope, at, gone).await?;
    }
    Ok(done)
}

async fn remove_records(
    tx: &mut dyn Transaction,
    scope: Scope<'_>,
    at: i64,
    gone: Gone,
) -> Result<Committed, StoreError> {
    let mut done = Committed::default();
    for name in yields(tx, scope.source(), SORT_OBJECT).await? {
        let mut rows = Cursor::new(suspects::<RecordRow>(scope, gone, name));
        while let Some(some) = rows.next::<RecordRow>(tx).await? {
            let mut batch = Batch::new(scope, at);
            let some = gone_of(tx, gone, some).await?;
            // What was said matters only where it must not be remembered.
            let bodies = some.iter().filter_map(|(row, _)| row.body);
            let bodies = bodies.filter(|_| scope.oblivion.is_some()).collect();
            let texts = body::texts(tx, bodies).await?;
            for (row, reason) in some {
                let (key, round) = (row.object(), row.round);
                let raw = row.body.and_then(|body| texts.get(&body).cloned());
                let object = Object {
                    row: Some(row),
                    raw,
                    ..Object::default()
                };
                batch.objects.insert(key.clone(), object);
                let reason = reason.unwrap_or(RemovedReason::Absent);
                batch.write_tombstone(&key, reason, round);
            }
            done += batch.write(tx).await?;
        }
    }
    Ok(done)
}

async fn remove_edges(
    tx: &mut dyn Transaction,
    scope: Scope<'_>,
    at: i64,
    gone: Gone,
) -> Result<Committed, StoreError> {
    let mut done = Committed::default();
    for name in yields(tx, scope.source(), SORT_CONTAINER).await? {
        let mut rows = Cursor::new(suspects::<EdgeRow>(scope, gone, name));
        while let Some(some) = rows.next::<EdgeRow>(tx).await? {
            let mut some = gone_of(tx, gone, some).await?;
            for (row, _) in &mut some {
                row.changed_at = at;
                row.removed_at = Some(at);
            }
            done.removed += some.len() as u64;
            put(tx, &EDGE, some.into_iter().map(|(row, _)| row).collect()).await?;
        }
    }
    Ok(done)
}
