//! Changes of relations.

use super::StoreError;
use super::backend::Transaction;
use super::batch::{Batch, SORT_CONTAINER, Scope};
use super::row::{Cursor, name, put};
use super::rule::{self, Action};
use super::table::Selection;
use super::tables::{EdgeKey, EdgeRow, Key, edge_key};
use crate::record::{Edge, Relation};

/// No lease has this epoch.
const UNCONFIRMED: u64 = 0;

fn container([relation, from, _]: EdgeKey) -> Key {
    [relation, from]
}

impl Batch<'_> {
    pub(super) fn link(&mut self, edge: &Edge) {
        let key = edge_key(edge);
        let row = self.edges.get(&key).and_then(|(row, _)| row.as_ref());
        let known = row.map(EdgeRow::known);
        match rule::link(known, self.scope.commit.mode, self.scope.round) {
            Action::Conflict => self.conflict(SORT_CONTAINER, container(key), None),
            _ => self.write_edge(edge, UNCONFIRMED),
        }
    }

    pub(super) fn confirm_link(&mut self, edge: &Edge) {
        self.write_edge(edge, self.scope.commit.epoch);
    }

    fn write_edge(&mut self, edge: &Edge, confirmed: u64) {
        let key = edge_key(edge);
        let (row, is_changed) = self.edges.entry(key.clone()).or_default();
        *is_changed = true;
        if let Some(row) = row.as_mut().filter(|row| row.removed_at.is_none()) {
            row.round = self.scope.round;
            row.confirmed = row.confirmed.max(confirmed);
            return;
        }
        *row = Some(EdgeRow {
            relation: key[0].clone(),
            from_id: key[1].clone(),
            to_id: key[2].clone(),
            source: self.scope.source(),
            round: self.scope.round,
            revived: row.is_some(),
            confirmed,
            changed_at: self.at,
            removed_at: None,
        });
        self.done.upserted += 1;
    }

    pub(super) fn unlink(&mut self, edge: &Edge) {
        let key = edge_key(edge);
        let (row, is_changed) = self.edges.entry(key.clone()).or_default();
        let known = row.as_ref().map(EdgeRow::known);
        match rule::unlink(known, self.scope.commit.mode, self.scope.round) {
            Action::Conflict => self.conflict(SORT_CONTAINER, container(key), None),
            Action::Remove => {
                *is_changed = true;
                *row = Some(EdgeRow {
                    relation: key[0].clone(),
                    from_id: key[1].clone(),
                    to_id: key[2].clone(),
                    source: self.scope.source(),
                    round: self.scope.round,
                    revived: row.as_ref().is_some_and(|row| row.revived),
                    confirmed: row.as_ref().map_or(UNCONFIRMED, |row| row.confirmed),
                    changed_at: self.at,
                    removed_at: row
                        .as_ref()
                        .and_then(|row| row.removed_at)
                        .or(Some(self.at)),
                });
                self.done.removed += u64::from(known.is_some_and(|row| row.live));
            }
            _ => {}
        }
    }
}

/// All relations of a container were listed: those that were not confirmed are gone. How many.
pub(super) async fn confirmed_all(
    tx: &mut dyn Transaction,
    scope: Scope<'_>,
    at: i64,
    relation: &Relation,
    from: &str,
) -> Result<u64, StoreError> {
    let mut removed = 0;
    let mut rows = Cursor::new(
        Selection::of(scope.edge())
            .under(relation)
            .under(name(from)),
    );
    while let Some(mut some) = rows.next::<EdgeRow>(tx).await? {
        for row in &mut some {
            if row.removed_at.is_none() && row.confirmed < scope.commit.epoch {
                row.removed_at = Some(at);
                row.changed_at = at;
                row.round = scope.round;
                removed += 1;
            }
            // The next listing of the container confirms anew, under the same lease too.
            row.confirmed = UNCONFIRMED;
        }
        put(tx, scope.edge(), some).await?;
    }
    Ok(removed)
}
