//! Who a person is, and what is about them.
//!
//! A person is known by *names*: the id of their account, its user principal name and its mail
//! address, whatever their case. What they say is compared whole: a name inside a longer text is
//! none. A record is *of* the person
//!
//! - where a name is its key, or a part of its key between slashes;
//! - where it is an event that gives a name anywhere;
//! - where one of its own properties is a name, unless it is an object of the directory: whose
//!   assignment, consent, membership or device it is stands so.
//!
//! What gives a name further inside is of something else and only *mentions* them, such as a
//! conditional access policy that leaves them out.

use std::collections::BTreeSet;

use serde::Serialize;

use super::StoreError;
use crate::kind::Kind;
use crate::members::Members;

/// What erasing a person came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Erased {
    /// Objects, events and tombstones that are gone.
    pub records: u64,
    /// Relations that are gone.
    pub relations: u64,
    /// Objects of something else that mention them, which stay: change them in the tenant.
    pub remaining: Vec<Mention>,
    /// Whether an account of that name was stored, which tells the other names of the person. Where
    /// none was, what is kept under another name was not found: erase by that one as well.
    pub is_account: bool,
    /// Whether the freed room was overwritten. Where it was not, because somebody else still reads
    /// what stood there or the disk is full, the next time that the store is opened it is.
    pub is_scrubbed: bool,
}

/// An object that mentions an erased person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Mention {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: String,
}

impl Mention {
    /// An object by its parts, for implementations of [`Store`](super::Store).
    pub const fn new(kind: Kind, id: String) -> Self {
        Self { kind, id }
    }
}

/// The names of one person, in lower case.
#[derive(Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    pub(super) fn add(&mut self, name: &str) {
        if !name.is_empty() {
            self.0.insert(name.to_ascii_lowercase());
        }
    }

    /// Adds what the record of an account calls its owner, but for what others are called as well.
    fn add_account(&mut self, account: &Account, all: &[Account]) {
        self.add(&account.id);
        for name in account.names() {
            let others = all.iter().filter(|other| other.id != account.id);
            if !others
                .flat_map(Account::names)
                .any(|of| of.eq_ignore_ascii_case(name))
            {
                self.add(name);
            }
        }
    }

    pub(super) fn has(&self, text: &str) -> bool {
        self.0.iter().any(|name| name.eq_ignore_ascii_case(text))
    }

    /// Whether they are those of an account that is stored and says what its owner is called.
    pub(super) fn is_of(&self, accounts: &[Account]) -> bool {
        let tells = |account: &&Account| account.principal.is_some() || account.mail.is_some();
        let mut accounts = accounts.iter().filter(tells);
        accounts.any(|account| self.has(&account.id))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether a JSON text may give a name, to be looked at closely. `scratch` is room to work in.
    pub(super) fn may_be_in(&self, json: &str, scratch: &mut String) -> bool {
        scratch.clear();
        scratch.push_str(json);
        scratch.make_ascii_lowercase();
        // Any character may be written by its number.
        scratch.contains("\\u") || self.0.iter().any(|name| scratch.contains(name.as_str()))
    }

    /// The text without the names, each of which stands as a word of its own; `None` where there
    /// are none.
    pub(super) fn blotted_out(&self, text: &str) -> Option<String> {
        let mut blotted = text.to_owned();
        for name in &self.0 {
            let mut from = 0;
            while let Some(at) = find_word(&blotted, name, from) {
                blotted.replace_range(at..at + name.len(), BLOT);
                from = at + BLOT.len();
            }
        }
        (blotted != text).then_some(blotted)
    }
}

const BLOT: &str = "…";

/// Where a name in lower case begins that is no part of a longer word.
fn find_word(text: &str, name: &str, mut from: usize) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    while let Some(found) = lower.get(from..)?.find(name) {
        let (at, end) = (from + found, from + found + name.len());
        let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let before = lower.get(..at).and_then(|head| head.chars().next_back());
        let after = lower.get(end..).and_then(|tail| tail.chars().next());
        if !is_part(before) && !is_part(after) {
            return Some(at);
        }
        from = end;
    }
    None
}

/// The account of a person, as the directory shows it.
pub(super) struct Account {
    id: String,
    principal: Option<String>,
    mail: Option<String>,
}

impl Account {
    pub(super) fn of(id: &str, raw: &str) -> Self {
        let members = Members::parse(raw).ok();
        let text = |name| members.as_ref().and_then(|members| members.text(name));
        Self {
            id: id.to_owned(),
            principal: text("userPrincipalName"),
            mail: text("mail"),
        }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let names = [&self.principal, &self.mail];
        names.into_iter().flatten().map(String::as_str)
    }
}

/// The names of the person whose account is meant: by its id, else by its user principal name, else
/// by its mail address. `None` where there is no such account. A shared name is nobody's: what is
/// kept under it may be the other's.
///
/// # Errors
/// Where several have the address.
pub(super) fn names_of(accounts: &[Account], person: &str) -> Result<Option<Names>, StoreError> {
    let is = |name: &Option<String>| {
        name.as_deref()
            .is_some_and(|name| name.eq_ignore_ascii_case(person))
    };
    let ways: [&dyn Fn(&Account) -> bool; 3] = [
        &|account| account.id.eq_ignore_ascii_case(person),
        &|account| is(&account.principal),
        &|account| is(&account.mail),
    ];
    for is_meant in ways {
        let meant = accounts.iter().filter(|account| is_meant(account));
        let ids: BTreeSet<&str> = meant.map(|account| account.id.as_str()).collect();
        if ids.len() > 1 {
            return Err(StoreError::Ambiguous { people: ids.len() });
        }
        if let Some(id) = ids.first() {
            let mut names = Names::default();
            // A new generation may call them otherwise.
            for account in accounts.iter().filter(|account| account.id == *id) {
                names.add_account(account, accounts);
            }
            return Ok(Some(names));
        }
    }
    Ok(None)
}

/// Whether somebody who is not stored can be meant: an id of the directory, or an address.
pub(super) fn can_be_a_name(text: &str) -> bool {
    let is_id = text.len() == 36
        && text
            .char_indices()
            .all(|(n, c)| c.is_ascii_hexdigit() || c == '-' && [8, 13, 18, 23].contains(&n));
    is_id || text.contains('@')
}

/// Whether a name is the key, or a part of it.
pub(super) fn is_in_key(key: &str, is_name: &dyn Fn(&str) -> bool) -> bool {
    is_name(key) || key.contains('/') && key.split('/').any(is_name)
}

/// What a record has to do with a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Them,
    Mention,
    Nothing,
}

/// What a record has to do with a person whose name stands so deep in it.
pub(super) fn about(kind: &Kind, is_event: bool, depth: Option<usize>) -> About {
    match depth {
        None => About::Nothing,
        Some(_) if is_event => About::Them,
        Some(1) if !kind.is_directory_object() => About::Them,
        Some(_) => About::Mention,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Names {
        let mut names = Names::default();
        for name in list {
            names.add(name);
        }
        names
    }

    #[test]
    fn a_key_is_a_persons_by_each_of_its_parts() {
        let names = names(&["u1"]);
        let is = |key: &str| is_in_key(key, &|text| names.has(text));
        assert!(is("u1") && is("U1/method") && is("a/u1"));
        assert!(!is("u12") && !is("u1,a") && !is(""));
    }

    #[test]
    fn what_a_record_is_about_goes_by_where_the_name_stands() {
        let kind = Kind::ROLE_ASSIGNMENT;
        assert_eq!(about(&kind, false, Some(1)), About::Them);
        assert_eq!(about(&kind, false, Some(2)), About::Mention);
        assert_eq!(about(&kind, true, Some(2)), About::Them);
        assert_eq!(about(&Kind::GROUP, false, Some(1)), About::Mention);
        assert_eq!(about(&kind, true, None), About::Nothing);
    }

    #[test]
    fn somebody_who_is_not_stored_is_named_by_an_id_or_an_address() {
        assert!(can_be_a_name("9f4fe8ea-7e6e-486e-a8f4-0f6ad7f0c1b2"));
        assert!(can_be_a_name("ada@contoso.example"));
        for word in [
            "",
            "enabled",
            "9f4fe8ea7e6e486ea8f40f6ad7f0c1b2",
            "a".repeat(36).replace('a', "z").as_str(),
        ] {
            assert!(!can_be_a_name(word), "{word}");
        }
    }

    #[test]
    fn names_are_blotted_out_of_a_text() {
        let names = names(&["ada@x", "u1"]);
        assert_eq!(
            names.blotted_out("users/U1: Ada@X"),
            Some("users/…: …".to_owned())
        );
        assert_eq!(names.blotted_out("u12 and bada@x are well"), None);
    }

    #[test]
    fn an_address_of_several_people_names_none_of_them() {
        let account = |id: &str, upn: &str, mail: &str| {
            let raw = format!(r#"{{"userPrincipalName":"{upn}","mail":"{mail}"}}"#);
            Account::of(id, &raw)
        };
        let accounts = [
            account("1", "ada@x", "post@x"),
            account("2", "bob@x", "post@x"),
            account("3", "post@y", "ada@x"),
        ];
        let id = |person| {
            names_of(&accounts, person)
                .map(|names| names.map(|names| names.iter().next().map(str::to_owned)))
        };
        assert_eq!(id("3").unwrap().flatten().as_deref(), Some("3"));
        assert_eq!(
            id("ADA@x").unwrap().flatten().as_deref(),
            Some("1"),
            "before the address of another"
        );
        assert!(matches!(
            id("post@x"),
            Err(StoreError::Ambiguous { people: 2 })
        ));
        assert_eq!(id("nobody@x").unwrap(), None);
        let all = |person| names_of(&accounts, person).unwrap().unwrap().0;
        assert_eq!(all("1"), ["1".to_owned()].into());
        assert_eq!(all("3"), ["3", "post@y"].map(str::to_owned).into());
    }
}
