//! The rows, and how a round ends for them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::time::SystemTime;

use serde_json::value::RawValue;

use super::history::Notes;
use crate::id::SourceId;
use crate::kind::{DIRECTORY_OBJECTS, Kind};
use crate::record::{Edge, RemovedReason};
use crate::store::rule::Row;
use crate::store::{Committed, Event, Finish, Held};
use crate::timestamp;

#[derive(Default, Clone)]
pub(super) struct Tables {
    pub(super) records: BTreeMap<(Kind, String), RecordRow>,
    pub(super) edges: BTreeMap<Edge, EdgeRow>,
    /// The events by kind, whether they say themselves when they happened, and that time in
    /// milliseconds.
    pub(super) events: BTreeSet<(Kind, bool, i64, String)>,
}

#[derive(Clone)]
pub(super) struct RecordRow {
    pub(super) source: SourceId,
    pub(super) row: Row,
    pub(super) raw: Option<Box<RawValue>>,
    pub(super) removed: Option<(RemovedReason, SystemTime)>,
    /// When it happened, where it is an event.
    pub(super) event: Option<Event>,
    /// Since when it says what it says.
    pub(super) changed_at: SystemTime,
}

#[derive(Clone)]
pub(super) struct EdgeRow {
    pub(super) source: SourceId,
    pub(super) row: Row,
    pub(super) confirmed: u64,
    pub(super) removed_at: Option<SystemTime>,
}

impl Tables {
    /// Writes a row in the place of any before.
    pub(super) fn put(&mut self, key: (Kind, String), row: RecordRow) {
        self.take(&key);
        if let Some(event) = row.event {
            let (kind, id) = key.clone();
            let at = timestamp::to_millis(event.at);
            self.events.insert((kind, event.is_dated, at, id));
        }
        self.records.insert(key, row);
    }

    /// Takes a row away without a trace.
    pub(super) fn take(&mut self, key: &(Kind, String)) -> Option<RecordRow> {
        let row = self.records.remove(key)?;
        if let Some(event) = row.event {
            let (kind, id) = key.clone();
            let at = timestamp::to_millis(event.at);
            self.events.remove(&(kind, event.is_dated, at, id));
        }
        Some(row)
    }

    /// The events of a kind, the oldest first, of those that say when they happened or of those
    /// that do not.
    pub(super) fn events_of(
        &self,
        kind: &Kind,
        is_dated: bool,
    ) -> impl DoubleEndedIterator<Item = (i64, &str)> {
        let from = (kind.clone(), is_dated, i64::MIN, String::new());
        let until = (kind.clone(), is_dated, i64::MAX, String::new());
        let range = self.events.range(from..until);
        range.map(|(_, _, at, id)| (*at, id.as_str()))
    }

    /// Removes what `gone` names, unless that is too much to believe.
    pub(super) fn sweep(
        &mut self,
        notes: &mut Notes<'_>,
        finish: Finish,
        record_gone: impl Fn(&(Kind, String), &RecordRow) -> bool,
        edge_gone: impl Fn(&Edge, &EdgeRow) -> bool,
    ) -> Result<u64, Held> {
        let (source, at) = (&notes.commit.source, notes.commit.at);
        let records: Vec<_> = self
            .records
            .iter()
            .filter(|(_, row)| row.source == *source && row.row.live)
            .collect();
        let edges: Vec<_> = self
            .edges
            .iter()
            .filter(|(_, row)| row.source == *source && row.row.live)
            .collect();
        let gone_records: Vec<_> = records
            .iter()
            .filter(|(key, row)| record_gone(key, row))
            .map(|(key, _)| (*key).clone())
            .collect();
        let gone_edges: Vec<_> = edges
            .iter()
            .filter(|(edge, row)| edge_gone(edge, row))
            .map(|(edge, _)| (*edge).clone())
            .collect();
        for (gone, of) in [
            (gone_records.len(), records.len()),
            (gone_edges.len(), edges.len()),
        ] {
            if finish.holds(gone as u64, of as u64) {
                return Err(Held::new(gone as u64, of as u64));
            }
        }
        for key in &gone_records {
            if let Some(mut row) = self.take(key) {
                notes.change(key, Some(&row), None);
                row.row.live = false;
                row.raw = None;
                row.removed = Some((RemovedReason::Absent, at));
                row.event = None;
                row.changed_at = at;
                self.put(key.clone(), row);
            }
        }
        for edge in &gone_edges {
            if let Some(row) = self.edges.get_mut(edge) {
                row.row.live = false;
                row.removed_at = Some(at);
            }
        }
        Ok((gone_records.len() + gone_edges.len()) as u64)
    }

    /// Puts a staged generation in the place of the one that readers see. What it does not have stays
    /// where it is not whole, and where it is too much to believe.
    pub(super) fn swap(
        &mut self,
        staged: Self,
        notes: &mut Notes<'_>,
        finish: Finish,
    ) -> Committed {
        let at = notes.commit.at;
        let is_live =
            |key: &(Kind, String)| staged.records.get(key).is_some_and(|row| row.row.live);
        let edge_is_live = |edge: &Edge| staged.edges.get(edge).is_some_and(|row| row.row.live);
        let mut done = Committed::default();
        if finish.whole {
            done = Committed::swept(self.sweep(
                notes,
                finish,
                |key, _| !is_live(key),
                |edge, _| !edge_is_live(edge),
            ));
        }
        for (key, mut row) in staged.records {
            let old = self.records.get(&key);
            if row.row.live {
                let text = |row: &RecordRow| row.raw.as_ref().map(|raw| raw.get().to_owned());
                if old.is_some_and(|old| {
                    old.row.live && old.source == row.source && text(old) == text(&row)
                }) {
                    continue;
                }
                done.upserted += 1;
                notes.change(&key, old, row.raw.as_deref());
                row.row.revived |= old.is_some_and(|old| old.row.revived || !old.row.live);
                row.changed_at = at;
                self.put(key, row);
            } else {
                // Gone since readers see it gone, which is now.
                let reason = row
                    .removed
                    .map_or(RemovedReason::Absent, |(reason, _)| reason);
                row.removed = Some((reason, at));
                let stored = self.records.entry(key).or_insert(row);
                if stored.removed.is_some_and(|(_, since)| since == at) {
                    stored.removed = Some((reason, at));
                }
            }
        }
        for (edge, mut row) in staged.edges {
            let old = self.edges.get(&edge);
            if row.row.live && old.is_none_or(|old| !old.row.live) {
                done.upserted += 1;
                row.row.revived |= old.is_some_and(|old| old.row.revived || !old.row.live);
                self.edges.insert(edge, row);
            }
        }
        done
    }

    pub(super) fn is_removed_object(&self, id: &str) -> bool {
        DIRECTORY_OBJECTS.iter().any(|kind| {
            self.records
                .get(&(Kind::new(kind), id.to_owned()))
                .is_some_and(|row| !row.row.live)
        })
    }

    /// Rows of a kind after an id.
    pub(super) fn of_kind<'a>(
        &'a self,
        kind: &'a Kind,
        after: Option<&str>,
    ) -> impl Iterator<Item = (&'a str, &'a RecordRow)> {
        let start = match after {
            None => Bound::Included((kind.clone(), String::new())),
            Some(after) => Bound::Excluded((kind.clone(), after.to_owned())),
        };
        self.records
            .range((start, Bound::Unbounded))
            .take_while(move |((its_kind, _), _)| its_kind == kind)
            .map(|((_, id), row)| (id.as_str(), row))
    }
}
