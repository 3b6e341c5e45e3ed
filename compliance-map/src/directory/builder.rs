//! The account list, taken in row by row.

use std::hash::{BuildHasher as _, RandomState};

use hashbrown::HashTable;

use super::profile::{Profile, Profiles};
use super::{Directory, Packed};
use crate::facts::UserFact;

/// Takes in accounts, in any order, for a [`Directory`].
#[derive(Debug, Default)]
pub struct DirectoryBuilder {
    accounts: Vec<Account>,
    text: String,
    profiles: Profiles,
}

/// One account; its id, user principal name and display name stand in the text one after another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account {
    /// The first bytes of the id, by which accounts are sorted quickly.
    first: u64,
    text: usize,
    id: u32,
    upn: u32,
    display_name: u32,
    pub(super) profile: u32,
    pub(super) created: Packed,
}

/// The length of a text that was not read.
const ABSENT: u32 = u32::MAX;

impl DirectoryBuilder {
    /// Takes in one account. What no rule asks, such as the department, is not kept.
    pub fn account(&mut self, row: &UserFact) {
        let text = self.text.len();
        let id = self.push(Some(&row.id));
        let upn = self.push(row.upn.as_deref());
        let display_name = self.push(row.display_name.as_deref());
        // So that a later account always stands further back.
        self.text.push('\n');
        let profile = Profile::of(row, &mut self.profiles);
        let mut first = [0; 8];
        for (to, from) in first.iter_mut().zip(row.id.as_bytes()) {
            *to = *from;
        }
        self.accounts.push(Account {
            first: u64::from_be_bytes(first),
            text,
            id,
            upn,
            display_name,
            profile: self.profiles.add(profile),
            created: Packed::new(row.created),
        });
    }

    /// The length of what was written; nobody's name has four gigabytes.
    fn push(&mut self, text: Option<&str>) -> u32 {
        let text = text.and_then(|text| Some((text, u32::try_from(text.len()).ok()?)));
        let Some((text, length)) = text.filter(|(_, length)| *length != ABSENT) else {
            return ABSENT;
        };
        self.text.push_str(text);
        length
    }

    /// The directory of these accounts. Rows that other facts have about them come next.
    pub fn build(self) -> Directory {
        let Self {
            mut accounts,
            text,
            profiles,
        } = self;
        let by_id_then_later_first = |a: &Account, b: &Account| {
            (a.first.cmp(&b.first))
                .then_with(|| a.id(&text).cmp(b.id(&text)))
                .then_with(|| b.text.cmp(&a.text))
        };
        accounts.sort_unstable_by(by_id_then_later_first);
        accounts
            .dedup_by(|next, kept| next.first == kept.first && next.id(&text) == kept.id(&text));
        // No machine holds as many accounts as positions count: it would take 200 GB.
        accounts.truncate(u32::MAX as usize);
        let hasher = RandomState::new();
        let mut index = HashTable::with_capacity(accounts.len());
        for (account, position) in accounts.iter().zip(0_u32..) {
            // Room for all was made, so that no entry is hashed again.
            index.insert_unique(hasher.hash_one(account.id(&text)), position, |_| 0);
        }
        Directory {
            accounts,
            text,
            index,
            hasher,
            profiles,
            ..Directory::default()
        }
    }
}

impl Account {
    pub(super) fn id<'t>(&self, text: &'t str) -> &'t str {
        part(text, self.text, self.id).unwrap_or_default()
    }

    pub(super) fn upn<'t>(&self, text: &'t str) -> Option<&'t str> {
        part(text, self.text + length(self.id), self.upn)
    }

    pub(super) fn display_name<'t>(&self, text: &'t str) -> Option<&'t str> {
        let start = self.text + length(self.id) + length(self.upn);
        part(text, start, self.display_name)
    }

    pub(crate) fn profile(&self) -> u32 {
        self.profile
    }
}

fn length(told: u32) -> usize {
    if told == ABSENT { 0 } else { told as usize }
}

fn part(text: &str, start: usize, told: u32) -> Option<&str> {
    if told == ABSENT {
        return None;
    }
    text.get(start..start + told as usize)
}
