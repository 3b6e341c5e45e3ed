//! Whom a store has forgotten, so that no replay, delta or resync brings them back.
//!
//! Of each name a digest is remembered, HMAC-SHA-256 under a key that the store made at random and
//! keeps: it tells a name that comes again, and not what the name was.

use std::collections::{BTreeSet, HashMap};

use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};

use super::backend::Transaction;
use super::depth::depth_of_name;
use super::person::{About, Names, about, is_in_key};
use super::row::{Cursor, damaged, one};
use super::table::Selection;
use super::tables::{ERASED, ERASING, ErasedRow, ErasingRow};
use super::{Commit, StoreError};
use crate::kind::Kind;
use crate::record::{Change, Edge, Record};

pub(super) type Digest = [u8; 32];

/// A new key.
pub(super) fn new_key() -> Result<[u8; 32], StoreError> {
    let mut key = [0; 32];
    SystemRandom::new()
        .fill(&mut key)
        .map_err(|error| StoreError::Storage {
            what: "make a key at random".to_owned(),
            cause: Box::new(error),
        })?;
    Ok(key)
}

/// The only row of its table has this key.
pub(super) const ONLY: i64 = 1;

/// Whom the store has forgotten, with the key of the digests; `None` where nobody ever was.
pub(super) async fn remembered(
    tx: &mut dyn Transaction,
) -> Result<Option<(Vec<u8>, Oblivion)>, StoreError> {
    let row: Option<ErasingRow> = one(tx, &ERASING, vec![ONLY.into()]).await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let mut oblivion = Oblivion::new(&row.key);
    let mut rows = Cursor::new(Selection::of(&ERASED));
    while let Some(some) = rows.next::<ErasedRow>(tx).await? {
        for row in some {
            let digest = row.digest.try_into().map_err(|_| damaged("erased"))?;
            let length = usize::try_from(row.length).unwrap_or_default();
            oblivion.add(digest, length, row.person);
        }
    }
    Ok(Some((row.key, oblivion)))
}

/// The people whom a store has forgotten.
#[derive(Clone)]
pub(super) struct Oblivion {
    key: hmac::Key,
    people: HashMap<Digest, u64>,
    /// How long their names are: few texts need to be digested.
    lengths: BTreeSet<usize>,
}

impl Oblivion {
    pub(super) fn new(key: &[u8]) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
            people: HashMap::new(),
            lengths: BTreeSet::new(),
        }
    }

    pub(super) fn digest(&self, name: &str) -> Digest {
        let tag = hmac::sign(&self.key, name.to_ascii_lowercase().as_bytes());
        let mut digest = [0; 32];
        for (to, from) in digest.iter_mut().zip(tag.as_ref()) {
            *to = *from;
        }
        digest
    }

    pub(super) fn add(&mut self, digest: Digest, length: usize, person: u64) {
        self.people.insert(digest, person);
        self.lengths.insert(length);
    }

    /// Remembers these names as those of one person, of whom some may be remembered already. Gives
    /// that person's number.
    pub(super) fn add_names(&mut self, names: &Names) -> u64 {
        let known = names.iter().find_map(|name| self.person(name));
        let next = self.people.values().max().map_or(1, |last| last + 1);
        let person = known.unwrap_or(next);
        for name in names.iter() {
            self.add(self.digest(name), name.len(), person);
        }
        person
    }

    /// Forgets that the person of this name was forgotten. Gives their number.
    pub(super) fn readmit(&mut self, name: &str) -> Option<u64> {
        let person = self.person(name)?;
        self.people.retain(|_, one| *one != person);
        Some(person)
    }

    /// How many people they are.
    pub(super) fn count(&self) -> u64 {
        self.people.values().collect::<BTreeSet<_>>().len() as u64
    }

    fn person(&self, name: &str) -> Option<u64> {
        if !self.lengths.contains(&name.len()) {
            return None;
        }
        self.people.get(&self.digest(name)).copied()
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.person(name).is_some()
    }

    /// Whether a JSON text gives a name of theirs anywhere.
    pub(super) fn is_named_in(&self, json: &str) -> bool {
        depth_of_name(json, usize::MAX, &|text| self.knows(text)).is_some()
    }

    /// Takes out of a commit what is of them; how many objects and relations.
    pub(super) fn drop_forgotten(&self, commit: &mut Commit) -> u64 {
        let mut keys = BTreeSet::new();
        let is_event = commit.event_time.is_some();
        for change in &commit.changes {
            if let Change::Upsert(record) | Change::Confirm(record) = change
                && self.is_of_them(record, is_event)
            {
                keys.insert((record.kind.clone(), record.id.clone()));
            }
        }
        let ends: BTreeSet<String> = keys
            .iter()
            .map(|(_, id): &(Kind, String)| id.clone())
            .collect();
        let is_end = |id: &str| ends.contains(id) || self.knows(id);
        let is_theirs = |edge: &Edge| is_end(&edge.from) || is_end(&edge.to);
        let mut forgotten = 0;
        commit.changes.retain(|change| {
            let (goes, counts) = match change {
                Change::Upsert(record) | Change::Confirm(record) => {
                    let key = (record.kind.clone(), record.id.clone());
                    (keys.contains(&key), true)
                }
                Change::Remove { id, .. } | Change::ConfirmGone { id, .. } => {
                    (is_in_key(id, &|text| self.knows(text)), false)
                }
                Change::Link(edge) | Change::ConfirmLink(edge) => (is_theirs(edge), true),
                Change::Unlink(edge) => (is_theirs(edge), false),
                Change::ConfirmedAll { from, .. } => (is_end(from), false),
                Change::Leave { .. } | Change::LeaveAll { .. } => (false, false),
            };
            forgotten += u64::from(goes && counts);
            !goes
        });
        forgotten
    }

    fn is_of_them(&self, record: &Record, is_event: bool) -> bool {
        let is_name = |text: &str| self.knows(text);
        if is_in_key(&record.id, &is_name) {
            return true;
        }
        // Deeper, only an event is of them.
        let deepest = if is_event { usize::MAX } else { 1 };
        if !is_event && record.kind.is_directory_object() {
            return false;
        }
        let depth = depth_of_name(record.raw.get(), deepest, &is_name);
        about(&record.kind, is_event, depth) == About::Them
    }
}
