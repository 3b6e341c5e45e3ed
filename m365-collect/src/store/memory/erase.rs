//! Erases a person.

use std::collections::BTreeSet;

use super::State;
use super::journal::Journal;
use super::tables::Tables;
use crate::kind::Kind;
use crate::store::depth::depth_of_name;
use crate::store::oblivion::{self, Oblivion};
use crate::store::person::{
    About, Account, Erased, Mention, Names, about, can_be_a_name, is_in_key, names_of,
};
use crate::store::{Contested, StoreError};

type Keys = BTreeSet<(Kind, String)>;

impl State {
    pub(super) fn erase(&mut self, person: &str, journal: &Journal) -> Result<Erased, StoreError> {
        let mut oblivion = match self.oblivion.take() {
            Some(oblivion) => oblivion,
            None => Box::new(Oblivion::new(&oblivion::new_key()?)),
        };
        let names = self.names(person, &oblivion);
        if let Ok((names, _)) = &names {
            oblivion.add_names(names);
        }
        self.oblivion = Some(oblivion);
        let (names, is_account) = names?;
        let mut keys = Keys::new();
        let mut erased = Erased {
            is_account,
            is_scrubbed: true,
            ..Erased::default()
        };
        let before = self.live.records.len();
        let sources = self.sources.values_mut();
        let staged = sources.filter_map(|source| source.staged.as_mut());
        for tables in [&mut self.live].into_iter().chain(staged) {
            tables.erase(&names, &mut keys, &mut erased.remaining);
        }
        erased.records = (before - self.live.records.len()) as u64;
        erased.remaining.sort();
        erased.remaining.dedup();
        self.remembered.erase(&names, &keys);
        let ends: BTreeSet<&str> = keys.iter().map(|(_, id)| id.as_str()).collect();
        let is_end = |id: &str| names.has(id) || ends.contains(id);
        erased.relations = self.live.erase_edges(&is_end);
        for source in self.sources.values_mut() {
            if let Some(staged) = source.staged.as_mut() {
                staged.erase_edges(&is_end);
            }
            source.contested.retain(|contested| {
                let (Contested::Object { id, .. } | Contested::Container { from: id, .. }) =
                    contested;
                !is_end(id) && !is_in_key(id, &|text| names.has(text))
            });
            let checkpoint = source.checkpoint.as_deref();
            if checkpoint.is_some_and(|text| names.blotted_out(text).is_some()) {
                source.checkpoint = None;
            }
        }
        journal.blot_out(&names);
        Ok(erased)
    }

    /// The names of somebody, and whether they are those of a stored account.
    fn names(&self, person: &str, oblivion: &Oblivion) -> Result<(Names, bool), StoreError> {
        let sources = self.sources.values();
        let staged = sources.filter_map(|source| source.staged.as_ref());
        let mut accounts = Vec::new();
        for tables in [&self.live].into_iter().chain(staged) {
            for (id, row) in tables.of_kind(&Kind::USER, None) {
                let raw = row.raw.as_ref().map_or("", |raw| raw.get());
                accounts.push(Account::of(id, raw));
            }
        }
        match names_of(&accounts, person)? {
            Some(names) => {
                let is_account = names.is_of(&accounts);
                Ok((names, is_account))
            }
            None if can_be_a_name(person) || oblivion.knows(person) => {
                let mut names = Names::default();
                names.add(person);
                Ok((names, false))
            }
            None => Err(StoreError::Nobody),
        }
    }
}

impl Tables {
    fn erase(&mut self, names: &Names, keys: &mut Keys, remaining: &mut Vec<Mention>) {
        let is_name = |text: &str| names.has(text);
        let mut gone = Vec::new();
        for (key, row) in &self.records {
            let raw = row.raw.as_deref();
            let depth = raw.and_then(|raw| depth_of_name(raw.get(), usize::MAX, &is_name));
            let about = about(&key.0, row.event.is_some(), depth);
            if is_in_key(&key.1, &is_name) || about == About::Them {
                gone.push(key.clone());
            } else if about == About::Mention {
                remaining.push(Mention::new(key.0.clone(), key.1.clone()));
            }
        }
        for key in gone {
            self.take(&key);
            keys.insert(key);
        }
    }

    /// How many of them were live.
    fn erase_edges(&mut self, is_end: &dyn Fn(&str) -> bool) -> u64 {
        let mut live = 0;
        self.edges.retain(|edge, row| {
            let goes = is_end(&edge.from) || is_end(&edge.to);
            live += u64::from(goes && row.row.live);
            !goes
        });
        live
    }
}
