//! Changes of objects.

use super::batch::{Batch, Object, SORT_OBJECT};
use super::history::FeedEvent;
use super::row::Text;
use super::rule::{self, Action};
use super::tables::{ConflictRow, FeedRow, Key, RecordRow, VersionRow, key};
use crate::id::History;
use crate::kind::Kind;
use crate::members;
use crate::record::{Record, RemovedReason};
use crate::timestamp;

impl Batch<'_> {
    pub(super) fn upsert(&mut self, record: Record) {
        let (key, received) = keyed(record);
        let (mode, round) = (self.scope.commit.mode, self.scope.round);
        let object = self.objects.entry(key.clone()).or_default();
        let replaced = object.replaced.as_ref().map(|(_, row)| row.known());
        let known = object.known().or(replaced.filter(|row| !row.live));
        let stored = object.raw.as_deref();
        if !self.scope.commit.repeats && rule::collides(known, mode, round) {
            self.done.collided += u64::from(stored.is_some_and(|raw| *raw != *received));
        }
        let differs = || stored.is_some_and(|raw| members::disagree(raw, &received));
        match rule::upsert(known, mode, round, differs) {
            Action::Merge => {
                // What is not an object has no members to lay over anything.
                let merged = stored.and_then(|old| members::merge(old, &received).ok());
                self.write_object(&key, &merged.map_or(received, Text::Owned));
            }
            Action::Conflict => self.conflict(SORT_OBJECT, key, None),
            _ => self.write_object(&key, &received),
        }
    }

    pub(super) fn remove(&mut self, kind: &Kind, id: &str, reason: RemovedReason) {
        let key = key(kind.text(), id.to_owned());
        let row = self.objects.get(&key).and_then(Object::known);
        match rule::remove(row, self.scope.commit.mode, self.scope.round) {
            Action::Conflict => self.conflict(SORT_OBJECT, key, Some(reason)),
            // Deleted for good after having been deleted restorably.
            Action::Keep | Action::Remove => self.write_tombstone(&key, reason, self.scope.round),
            Action::Replace | Action::Merge => {}
        }
    }

    pub(super) fn confirm(&mut self, record: Record) {
        let (key, raw) = keyed(record);
        self.write_object(&key, &raw);
        self.settle(SORT_OBJECT, key);
    }

    pub(super) fn confirm_gone(&mut self, kind: &Kind, id: &str, reason: RemovedReason) {
        let key = key(kind.text(), id.to_owned());
        let row = self.objects.get(&key).and_then(Object::known);
        if row.is_none_or(|row| row.live) {
            self.write_tombstone(&key, reason, self.scope.round);
        }
        self.settle(SORT_OBJECT, key);
    }

    /// Writes an object as it is now. What a staged one says is not written again where the one
    /// that it is about to replace says the same.
    fn write_object(&mut self, key: &Key, raw: &Text) {
        let round = self.scope.round;
        let Some(object) = self.objects.get_mut(key) else {
            return;
        };
        object.is_changed = true;
        if let Some(row) = object.row.as_mut()
            && row.removed_at.is_none()
            && object.raw.as_ref() == Some(raw)
        {
            row.round = round;
            return;
        }
        let shared = object.replaced.as_ref().and_then(|(said, row)| {
            let says_so = row.removed_at.is_none() && said.as_ref() == Some(raw);
            row.body.filter(|_| says_so)
        });
        let (old, said) = (object.row.take(), object.raw.replace(raw.clone()));
        let body = shared.unwrap_or_else(|| self.say(raw.clone()));
        let event = self.scope.commit.event(raw);
        let row = RecordRow {
            kind: key[0].clone(),
            id: key[1].clone(),
            source: self.scope.source(),
            body: Some(body),
            round,
            revived: old
                .as_ref()
                .is_some_and(|old| old.revived || old.removed_at.is_some()),
            changed_at: self.at,
            removed_at: None,
            removed_reason: None,
            dated: event.map(|event| event.is_dated),
            happened_at: event.map(|event| timestamp::to_millis(event.at)),
        };
        self.remember(key, old.as_ref(), said.as_deref(), Some(raw));
        if let Some(object) = self.objects.get_mut(key) {
            object.row = Some(row);
        }
        self.done.upserted += 1;
    }

    /// Writes that an object is gone, since when and why.
    pub(super) fn write_tombstone(&mut self, key: &Key, reason: RemovedReason, round: u64) {
        let Some(object) = self.objects.get_mut(key) else {
            return;
        };
        object.is_changed = true;
        let (old, said) = (object.row.take(), object.raw.take());
        object.row = Some(RecordRow {
            kind: key[0].clone(),
            id: key[1].clone(),
            source: self.scope.source(),
            body: None,
            round,
            revived: old.as_ref().is_some_and(|old| old.revived),
            changed_at: self.at,
            removed_at: old
                .as_ref()
                .and_then(|old| old.removed_at)
                .or(Some(self.at)),
            removed_reason: Some(reason.as_str().into()),
            dated: None,
            happened_at: None,
        });
        self.remember(key, old.as_ref(), said.as_deref(), None);
        self.done.removed += u64::from(old.is_none_or(|old| old.removed_at.is_none()));
    }

    /// What an object said until now is kept as its earlier version, or forgotten; what readers
    /// see otherwise from now on goes into the feed.
    pub(super) fn remember(
        &mut self,
        key: &Key,
        old: Option<&RecordRow>,
        said: Option<&str>,
        new: Option<&str>,
    ) {
        let scope = self.scope;
        let remembers = scope.has_history && !scope.is_staged;
        if let Some((old, body)) = old.and_then(|old| Some((old, old.body?))) {
            let keeps = remembers && scope.commit.history == History::Versions;
            // What names somebody who was erased is not remembered.
            let names_them = |raw: &str| scope.oblivion.is_some_and(|one| one.is_named_in(raw));
            if keeps && !said.is_some_and(names_them) {
                self.versions.push(VersionRow {
                    kind: key[0].clone(),
                    id: key[1].clone(),
                    number: 0,
                    body,
                    since: old.changed_at,
                    until: self.at,
                });
            } else {
                self.unsay(key, body);
            }
        }
        if !remembers || scope.commit.history == History::None {
            return;
        }
        let was_live = old.is_some_and(|old| old.removed_at.is_none());
        let event = match (old, new) {
            (_, None) if !was_live => return,
            (_, None) => FeedEvent::Removed,
            (None, Some(_)) => FeedEvent::Created,
            (Some(_), Some(_)) if !was_live => FeedEvent::Restored,
            (Some(_), Some(_)) => FeedEvent::Updated,
        };
        let properties = match (event, said, new) {
            (FeedEvent::Updated, Some(said), Some(new)) => members::changed(said, new),
            _ => None,
        };
        // A list of names is always text that JSON can hold.
        let properties = properties.and_then(|names| serde_json::to_string(&names).ok());
        self.feed.push(FeedRow {
            number: 0,
            at: self.at,
            source: scope.source(),
            kind: key[0].clone(),
            id: key[1].clone(),
            event: event.as_str().into(),
            properties: properties.map(Text::Owned),
        });
    }

    pub(super) fn conflict(&mut self, sort: i64, key: Key, reason: Option<RemovedReason>) {
        let row = self.conflict_row(sort, key, reason);
        self.conflicts.push((row, true));
    }

    pub(super) fn settle(&mut self, sort: i64, key: Key) {
        let row = self.conflict_row(sort, key, None);
        self.conflicts.push((row, false));
    }

    fn conflict_row(
        &self,
        sort: i64,
        [name, id]: Key,
        reason: Option<RemovedReason>,
    ) -> ConflictRow {
        ConflictRow {
            source: self.scope.source(),
            sort,
            name,
            id,
            reason: reason.map(|reason| reason.as_str().into()),
        }
    }
}

/// The key of a record and what it says, without a copy.
pub(super) fn keyed(record: Record) -> (Key, Text) {
    let raw = Text::Owned(Box::<str>::from(record.raw).into_string());
    (key(record.kind.text(), record.id), raw)
}
