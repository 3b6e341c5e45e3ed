//! Applies the changes of a commit.

use std::collections::BTreeSet;

use super::backend::Transaction;
use super::batch::{Batch, SORT_CONTAINER, SORT_OBJECT, Scope};
use super::relation;
use super::row::{name, put};
use super::tables::{YIELD, YieldRow, key};
use super::{Committed, StoreError};
use crate::record::Change;

/// So many changes meet their rows together.
const SOME: usize = 500;

/// Applies changes in their order, each at its time.
pub(super) async fn apply(
    tx: &mut dyn Transaction,
    scope: Scope<'_>,
    changes: Vec<(i64, Change)>,
) -> Result<Committed, StoreError> {
    let mut done = Committed::default();
    let mut some = Vec::new();
    for (at, change) in changes {
        if let Change::ConfirmedAll { relation, from } = &change {
            done += apply_some(tx, scope, std::mem::take(&mut some)).await?;
            done.removed += relation::confirmed_all(tx, scope, at, relation, from).await?;
        }
        some.push((at, change));
        if some.len() == SOME {
            done += apply_some(tx, scope, std::mem::take(&mut some)).await?;
        }
    }
    done += apply_some(tx, scope, some).await?;
    Ok(done)
}

async fn apply_some(
    tx: &mut dyn Transaction,
    scope: Scope<'_>,
    changes: Vec<(i64, Change)>,
) -> Result<Committed, StoreError> {
    if changes.is_empty() {
        return Ok(Committed::default());
    }
    let mut batch = Batch::new(scope, 0);
    batch.load(tx, &changes).await?;
    for (at, change) in changes {
        batch.at = at;
        match change {
            Change::Upsert(record) => batch.upsert(record),
            Change::Remove { kind, id, reason } => batch.remove(&kind, &id, reason),
            Change::Link(edge) => batch.link(&edge),
            Change::Unlink(edge) => batch.unlink(&edge),
            Change::Confirm(record) => batch.confirm(record),
            Change::ConfirmGone { kind, id, reason } => batch.confirm_gone(&kind, &id, reason),
            Change::ConfirmLink(edge) => batch.confirm_link(&edge),
            Change::Leave { kind, id } => {
                batch.settle(SORT_OBJECT, key(kind.text(), id));
            }
            Change::LeaveAll { relation, from } | Change::ConfirmedAll { relation, from } => {
                batch.settle(SORT_CONTAINER, key(relation.text(), from));
            }
        }
    }
    batch.write(tx).await
}

/// Notes which kinds and relations the source writes, so that its rows are found by them.
pub(super) async fn note_yield(
    tx: &mut dyn Transaction,
    scope: Scope<'_>,
    changes: &[Change],
) -> Result<(), StoreError> {
    let mut names = BTreeSet::new();
    for change in changes {
        names.insert(match change {
            Change::Upsert(record) | Change::Confirm(record) => (SORT_OBJECT, record.kind.as_str()),
            Change::Remove { kind, .. } | Change::ConfirmGone { kind, .. } => {
                (SORT_OBJECT, kind.as_str())
            }
            Change::Link(edge) | Change::Unlink(edge) | Change::ConfirmLink(edge) => {
                (SORT_CONTAINER, edge.relation.as_str())
            }
            Change::ConfirmedAll { relation, .. } => (SORT_CONTAINER, relation.as_str()),
            Change::Leave { .. } | Change::LeaveAll { .. } => continue,
        });
    }
    let rows = names.into_iter().map(|(sort, yielded)| YieldRow {
        source: scope.source(),
        sort,
        name: name(yielded),
    });
    put(tx, &YIELD, rows.collect()).await
}
