//! The rows that some changes meet: read together, changed in the order of the changes, and written
//! together.

use std::collections::BTreeMap;

use super::backend::Transaction;
use super::body::{self, Unsaid};
use super::oblivion::Oblivion;
use super::row::{Row as _, Text, append, delete, get, put};
use super::rule::Row;
use super::table::{Table, Value};
use super::tables::{
    CONFLICT, ConflictRow, EDGE, EdgeKey, EdgeRow, FEED, FeedRow, Key, RECORD, RecordRow,
    STAGED_EDGE, STAGED_RECORD, VERSION, VersionRow, edge_key, key,
};
use super::{Commit, Committed, StoreError};
use crate::record::Change;

/// Objects of this sort are in conflict …
pub(super) const SORT_OBJECT: i64 = 0;
/// … or the relations of containers of this one.
pub(super) const SORT_CONTAINER: i64 = 1;

/// What all changes of a commit have in common.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) commit: &'a Commit,
    pub(super) oblivion: Option<&'a Oblivion>,
    pub(super) round: u64,
    /// They go beside the picture that readers see.
    pub(super) is_staged: bool,
    /// Whether what changes is worth remembering: not while everything is new.
    pub(super) has_history: bool,
}

impl Scope<'_> {
    pub(super) const fn record(&self) -> &'static Table {
        if self.is_staged {
            &STAGED_RECORD
        } else {
            &RECORD
        }
    }

    pub(super) const fn edge(&self) -> &'static Table {
        if self.is_staged { &STAGED_EDGE } else { &EDGE }
    }

    pub(super) fn source(&self) -> Text {
        self.commit.source.text()
    }
}

/// A stored object and what it says.
#[derive(Default)]
pub(super) struct Object {
    pub(super) row: Option<RecordRow>,
    pub(super) raw: Option<Text>,
    /// What readers see, where a staged one is about to replace it.
    pub(super) replaced: Option<(Option<Text>, RecordRow)>,
    pub(super) is_changed: bool,
}

impl Object {
    pub(super) fn known(&self) -> Option<Row> {
        self.row.as_ref().map(RecordRow::known)
    }
}

/// A batch of rows under change.
pub(super) struct Batch<'a> {
    pub(super) scope: Scope<'a>,
    /// When what changes now is stored.
    pub(super) at: i64,
    pub(super) done: Committed,
    pub(super) objects: BTreeMap<Key, Object>,
    pub(super) edges: BTreeMap<EdgeKey, (Option<EdgeRow>, bool)>,
    /// Conflicts that arise, or else end.
    pub(super) conflicts: Vec<(ConflictRow, bool)>,
    /// What is said now for the first time. Until they are written, bodies are numbered from −1 down.
    said: Vec<Option<Text>>,
    unsaid: Vec<Unsaid>,
    pub(super) versions: Vec<VersionRow>,
    pub(super) feed: Vec<FeedRow>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(scope: Scope<'a>, at: i64) -> Self {
        Self {
            scope,
            at,
            done: Committed::default(),
            objects: BTreeMap::new(),
            edges: BTreeMap::new(),
            conflicts: Vec::new(),
            said: Vec::new(),
            unsaid: Vec::new(),
            versions: Vec::new(),
            feed: Vec::new(),
        }
    }

    /// Reads the rows that the changes meet.
    pub(super) async fn load(
        &mut self,
        tx: &mut dyn Transaction,
        changes: &[(i64, Change)],
    ) -> Result<(), StoreError> {
        for (_, change) in changes {
            match change {
                Change::Upsert(record) | Change::Confirm(record) => {
                    let key = key(record.kind.text(), record.id.clone());
                    self.objects.entry(key).or_default();
                }
                Change::Remove { kind, id, .. } | Change::ConfirmGone { kind, id, .. } => {
                    self.objects
                        .entry(key(kind.text(), id.clone()))
                        .or_default();
                }
                Change::Link(edge) | Change::Unlink(edge) | Change::ConfirmLink(edge) => {
                    self.edges.entry(edge_key(edge)).or_default();
                }
                Change::Leave { .. } | Change::LeaveAll { .. } | Change::ConfirmedAll { .. } => {}
            }
        }
        let keys = self.objects.keys().cloned();
        let keys: Vec<Value> = keys.flat_map(|key| key.map(Value::Text)).collect();
        let own: Vec<RecordRow> = get(tx, self.scope.record(), 2, keys.clone()).await?;
        let mut replaced: Vec<RecordRow> = Vec::new();
        if self.scope.is_staged {
            replaced = get(tx, &RECORD, 2, keys).await?;
        }
        let bodies = own.iter().chain(&replaced).filter_map(|row| row.body);
        let texts = body::texts(tx, bodies.collect()).await?;
        let said = |row: &RecordRow| row.body.and_then(|body| texts.get(&body).cloned());
        for row in own {
            let object = self.objects.entry(row.object()).or_default();
            object.raw = said(&row);
            object.row = Some(row);
        }
        for row in replaced {
            let object = self.objects.entry(row.object()).or_default();
            object.replaced = Some((said(&row), row));
        }
        let keys = self.edges.keys().cloned();
        let keys = keys.flat_map(|key| key.map(Value::Text)).collect();
        let rows: Vec<EdgeRow> = get(tx, self.scope.edge(), 3, keys).await?;
        let rows = rows.into_iter().map(|row| (row.edge(), (Some(row), false)));
        self.edges.extend(rows);
        Ok(())
    }

    /// Notes what is said for the first time; gives its number.
    pub(super) fn say(&mut self, raw: Text) -> i64 {
        self.said.push(Some(raw));
        -i64::try_from(self.said.len()).unwrap_or(i64::MAX)
    }

    fn new_text(&mut self, body: i64) -> Option<&mut Option<Text>> {
        self.said.get_mut(usize::try_from(-1 - body).ok()?)
    }

    /// Notes that an object no longer says this.
    pub(super) fn unsay(&mut self, key: &Key, body: i64) {
        match self.new_text(body) {
            Some(said) => *said = None,
            None => self.unsaid.push((key.clone(), body)),
        }
    }

    /// Writes what changed.
    pub(super) async fn write(mut self, tx: &mut dyn Transaction) -> Result<Committed, StoreError> {
        // The number of each new text: that of the first, and so many are before it.
        let mut offsets = Vec::with_capacity(self.said.len());
        let mut count = 0;
        for said in &self.said {
            offsets.push(count);
            count += i64::from(said.is_some());
        }
        let first = body::add(tx, self.said.into_iter().flatten().collect()).await?;
        let number = |body: i64| match usize::try_from(-1 - body) {
            Ok(at) => offsets.get(at).map_or(body, |offset| first + offset),
            Err(_) => body,
        };
        let changed = self
            .objects
            .into_values()
            .filter(|object| object.is_changed);
        let records = changed.filter_map(|object| object.row).map(|mut row| {
            row.body = row.body.map(number);
            row
        });
        put(tx, self.scope.record(), records.collect()).await?;
        let edges = self
            .edges
            .into_values()
            .filter(|(_, is_changed)| *is_changed);
        let edges = edges.filter_map(|(row, _)| row).collect();
        put(tx, self.scope.edge(), edges).await?;
        for version in &mut self.versions {
            version.body = number(version.body);
        }
        write_versions(tx, self.versions).await?;
        append(tx, &FEED, self.feed).await?;
        write_conflicts(tx, self.conflicts).await?;
        body::forget(tx, &self.unsaid).await?;
        Ok(self.done)
    }
}

/// Writes versions behind those that are known of their objects.
async fn write_versions(
    tx: &mut dyn Transaction,
    mut versions: Vec<VersionRow>,
) -> Result<(), StoreError> {
    let object = |row: &VersionRow| [row.kind.clone(), row.id.clone()];
    let keys = versions.iter().flat_map(|row| object(row).map(Value::Text));
    let known: Vec<VersionRow> = get(tx, &VERSION, 2, keys.collect()).await?;
    let mut last: BTreeMap<Key, i64> = BTreeMap::new();
    for row in known {
        let last = last.entry(object(&row)).or_default();
        *last = row.number.max(*last);
    }
    for row in &mut versions {
        let last = last.entry(object(row)).or_default();
        *last += 1;
        row.number = *last;
    }
    put(tx, &VERSION, versions).await
}

/// Writes and deletes conflicts in the order in which they arose and ended. One that arises again keeps
/// the reason that was told before where none is told now.
async fn write_conflicts(
    tx: &mut dyn Transaction,
    changes: Vec<(ConflictRow, bool)>,
) -> Result<(), StoreError> {
    let met = changes.iter().flat_map(|(row, _)| row.key()).collect();
    let known: Vec<ConflictRow> = get(tx, &CONFLICT, 4, met).await?;
    let known = known.into_iter().map(|row| (row.key(), (row, true)));
    let mut rows: BTreeMap<Vec<Value>, (ConflictRow, bool)> = known.collect();
    for (mut row, arises) in changes {
        let before = rows.remove(&row.key()).filter(|(_, is_open)| *is_open);
        row.reason = row.reason.or(before.and_then(|(row, _)| row.reason));
        rows.insert(row.key(), (row, arises));
    }
    let (open, ended): (Vec<_>, Vec<_>) = rows.into_values().partition(|(_, is_open)| *is_open);
    put(
        tx,
        &CONFLICT,
        open.into_iter().map(|(row, _)| row).collect(),
    )
    .await?;
    let ended: Vec<ConflictRow> = ended.into_iter().map(|(row, _)| row).collect();
    delete(tx, &CONFLICT, &ended).await
}
