//! Earlier versions and the feed of changes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use serde_json::value::RawValue;

use super::tables::RecordRow;
use crate::id::History;
use crate::kind::Kind;
use crate::members;
use crate::store::depth::depth_of_name;
use crate::store::oblivion::Oblivion;
use crate::store::person::{Names, is_in_key};
use crate::store::{Commit, Expiry, FeedEntry, FeedEvent, Version};

type Key = (Kind, String);

#[derive(Default, Clone)]
pub(super) struct Remembered {
    versions: BTreeMap<Key, Vec<(SystemTime, SystemTime, Box<RawValue>)>>,
    feed: Vec<FeedEntry>,
    last: u64,
}

/// What a commit changes is noted here; nowhere, while everything is new.
pub(super) struct Notes<'a> {
    pub(super) remembered: Option<&'a mut Remembered>,
    pub(super) commit: &'a Commit,
    pub(super) oblivion: Option<&'a Oblivion>,
}

impl Notes<'_> {
    /// An object says something else from now on, or nothing.
    pub(super) fn change(&mut self, key: &Key, old: Option<&RecordRow>, new: Option<&RawValue>) {
        let commit = self.commit;
        let Some(remembered) = self.remembered.as_deref_mut() else {
            return;
        };
        let said = old.and_then(|old| old.raw.as_deref());
        if said.map(RawValue::get) == new.map(RawValue::get) || commit.history == History::None {
            return;
        }
        if let (History::Versions, Some(old)) = (commit.history, old)
            && let Some(raw) = &old.raw
            && !self
                .oblivion
                .is_some_and(|oblivion| oblivion.is_named_in(raw.get()))
        {
            let versions = remembered.versions.entry(key.clone()).or_default();
            versions.push((old.changed_at, commit.at, raw.clone()));
        }
        let event = match (old, said, new) {
            (None, _, _) => FeedEvent::Created,
            (_, None, _) => FeedEvent::Restored,
            (_, _, None) => FeedEvent::Removed,
            _ => FeedEvent::Updated,
        };
        let properties = match (event, said, new) {
            (FeedEvent::Updated, Some(said), Some(new)) => members::changed(said.get(), new.get()),
            _ => None,
        };
        remembered.last += 1;
        remembered.feed.push(FeedEntry::new(
            remembered.last,
            commit.at,
            commit.source.clone(),
            key.0.clone(),
            key.1.clone(),
            event,
            properties.unwrap_or_default(),
        ));
    }
}

impl Remembered {
    pub(super) fn versions(&self, key: &Key) -> Vec<Version> {
        let known = self.versions.get(key).map_or(&[][..], Vec::as_slice);
        known
            .iter()
            .map(|(since, until, raw)| Version::new(*since, Some(*until), raw.clone()))
            .collect()
    }

    pub(super) fn feed(&self, after: u64, limit: usize) -> Vec<FeedEntry> {
        let later = self.feed.iter().filter(|entry| entry.number > after);
        later.take(limit).cloned().collect()
    }

    /// Forgets what is of a person and of what goes with them, and earlier versions of anything that
    /// name them.
    pub(super) fn erase(&mut self, names: &Names, keys: &BTreeSet<Key>) {
        let is_name = |text: &str| names.has(text);
        let goes = |key: &Key| is_in_key(&key.1, &is_name) || keys.contains(key);
        self.versions.retain(|key, versions| {
            versions.retain(|(_, _, raw)| depth_of_name(raw.get(), usize::MAX, &is_name).is_none());
            !versions.is_empty() && !goes(key)
        });
        self.feed
            .retain(|entry| !goes(&(entry.kind.clone(), entry.id.clone())));
    }

    /// Forgets what of a source is past its time: how many versions of these kinds, and how many
    /// entries of the feed.
    pub(super) fn expire(&mut self, kinds: &BTreeSet<Kind>, expiry: &Expiry) -> (u64, u64) {
        let mut versions_gone = 0;
        self.versions.retain(|(kind, _), versions| {
            let before = versions.len();
            versions.retain(|(_, until, _)| *until >= expiry.before || !kinds.contains(kind));
            versions_gone += before - versions.len();
            !versions.is_empty()
        });
        let before = self.feed.len();
        self.feed
            .retain(|entry| entry.at >= expiry.before || entry.source != expiry.source);
        (versions_gone as u64, (before - self.feed.len()) as u64)
    }
}
