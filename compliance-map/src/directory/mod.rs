//! Who is in the tenant, packed: of each account what an assessment asks, and nothing else.
//!
//! [`Facts`] are the evidence as it stands on the wire, one row a person and fact: half a
//! kilobyte an account. A collector that has read a million accounts does not build those rows all at
//! once: it packs each one here and drops it, and a person takes about 150 bytes.
//!
//! People that are alike share one profile: what the account list, the registration report, the lists of
//! methods and per-user MFA say of them. Ids, names and the times of sign-ins are everybody's own.
//!
//! ```
//! use compliance_map::directory::DirectoryBuilder;
//! use compliance_map::facts::{RegistrationFact, UserFact};
//!
//! let mut accounts = DirectoryBuilder::default();
//! accounts.account(&UserFact { id: "u1".into(), enabled: Some(true), ..UserFact::default() });
//! let mut directory = accounts.build();
//! directory.registered(&RegistrationFact { user: "u1".into(), mfa_capable: Some(true), ..RegistrationFact::default() });
//! assert!(directory.member("g1", "u1"), "the account is there");
//! assert_eq!(directory.len(), 1);
//! ```

mod builder;
mod ids;
mod pool;
mod profile;
mod reason;

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, LazyLock};

use hashbrown::HashTable;
use roaring::RoaringBitmap;

use crate::Timestamp;
use crate::facts::{Facts, MethodsFact, PerUserMfaFact, RegistrationFact, Row as _, SignInFact};

pub(crate) use builder::Account;
pub use builder::DirectoryBuilder;
pub use ids::Ids;
pub(crate) use ids::Member;
pub(crate) use pool::Pool;
use profile::Profiles;
pub(crate) use profile::{Narrowed, Profile, Registration};
pub(crate) use reason::ByReason;
pub use reason::{Excluded, Exclusions};

/// Who is in the tenant, packed.
///
/// Accounts stand in the order of their ids, each once; of two rows about the same account the later
/// one counts. Rows about accounts that are not there are counted and dropped. Times between 1678 and
/// 2262 are kept to the nanosecond; others count as the nearest of these.
#[derive(Debug, Default)]
pub struct Directory {
    accounts: Vec<Account>,
    /// Ids and names, one after another.
    text: String,
    index: HashTable<u32>,
    hasher: RandomState,
    profiles: Profiles,
    sign_ins: Vec<SignIns>,
    groups: BTreeMap<String, RoaringBitmap>,
    /// Hashes of the ids of accounts that are not there, by the fact that has rows about them.
    foreign: BTreeMap<&'static str, HashSet<u64>>,
}

/// When somebody last signed in; `None` for never.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SignIns {
    success: Packed,
    tried: Packed,
}

/// A time in eight bytes: exact to the nanosecond from 1678 to 2262, and the nearest of these beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Packed(i64);

impl Packed {
    const NEVER: Self = Self(i64::MIN);

    /// The service writes "never" as null or as year 1; neither is a time.
    fn new(time: Option<Timestamp>) -> Self {
        let time = time.filter(|time| !time.means_never());
        time.map_or(Self::NEVER, |time| {
            Self(time.unix_nanos().max(i64::MIN + 1))
        })
    }

    fn time(self) -> Option<Timestamp> {
        (self != Self::NEVER).then(|| Timestamp::from_unix_nanos(self.0))
    }
}

impl Default for Packed {
    fn default() -> Self {
        Self::NEVER
    }
}

impl Directory {
    /// The accounts of `facts` with everything the facts say of each.
    pub fn of(facts: &Facts) -> Self {
        let mut accounts = DirectoryBuilder::default();
        for row in &facts.identity_users.items {
            accounts.account(row);
        }
        let mut directory = accounts.build();
        for row in &facts.auth_registration.items {
            directory.registered(row);
        }
        for row in &facts.auth_methods.items {
            directory.methods(row);
        }
        for row in &facts.auth_per_user_mfa.items {
            directory.per_user_mfa(row);
        }
        for row in &facts.identity_signin_activity.items {
            directory.signed_in(row);
        }
        directory
    }

    /// Of whom the facts tell something that was not packed.
    pub(crate) fn lacks<'f>(&self, facts: &'f Facts) -> Option<&'f str> {
        let mut accounts = facts.identity_users.items.iter();
        if let Some(row) = accounts.find(|row| self.position(&row.id).is_none()) {
            return Some(&row.id);
        }
        // Rows about accounts that are not listed are told of elsewhere.
        let lacks = |user: &str, is_told: fn(&Profile) -> bool| {
            let account = self.position(user).and_then(|at| self.account(at));
            account.is_some_and(|account| !is_told(self.profile(account.profile())))
        };
        macro_rules! find {
            ($($field:ident: $told:ident),*) => { $(
                let mut users = facts.$field.items.iter().map(|row| row.user.as_str());
                if let Some(user) = users.find(|user| lacks(user, |it| it.$told.is_some())) {
                    return Some(user);
                }
            )* };
        }
        find!(identity_signin_activity: sign_ins, auth_registration: registration);
        find!(auth_methods: methods, auth_per_user_mfa: per_user_mfa);
        None
    }

    /// How many accounts there are.
    pub fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Whether there is no account.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// What the registration report says of an account.
    pub fn registered(&mut self, row: &RegistrationFact) {
        let methods = self.profiles.list(&row.methods);
        let registration = Registration {
            capable: row.mfa_capable,
            methods: Narrowed::new(methods, row.is_narrowed()),
        };
        self.change(RegistrationFact::KEY, &row.user, |profile| {
            profile.registration = Some(registration);
        });
    }

    /// The methods of an account, read for it alone.
    pub fn methods(&mut self, row: &MethodsFact) {
        let methods = self.profiles.list(&row.methods);
        let methods = Narrowed::new(methods, row.is_narrowed());
        self.change(MethodsFact::KEY, &row.user, |profile| {
            profile.methods = Some(methods);
        });
    }

    /// The per-user MFA state of an account.
    pub fn per_user_mfa(&mut self, row: &PerUserMfaFact) {
        let state = self.profiles.word(&row.state);
        let state = Narrowed::new(state, row.is_narrowed());
        self.change(PerUserMfaFact::KEY, &row.user, |profile| {
            profile.per_user_mfa = Some(state);
        });
    }

    /// When an account last signed in.
    pub fn signed_in(&mut self, row: &SignInFact) {
        let narrowed = row.is_narrowed();
        let position = self.change(SignInFact::KEY, &row.user, |profile| {
            profile.sign_ins = Some(narrowed);
        });
        if self.sign_ins.is_empty() {
            self.sign_ins = vec![SignIns::default(); self.accounts.len()];
        }
        let times = [row.last_interactive, row.last_noninteractive];
        let times = times.into_iter().flatten().filter(|t| !t.means_never());
        if let Some(at) = position.and_then(|position| self.sign_ins.get_mut(position as usize)) {
            *at = SignIns {
                success: Packed::new(row.last_success),
                tried: Packed::new(times.max()),
            };
        }
    }

    /// Notes that an account is a direct member of a group. `false` when there is no such account: the
    /// member is a group or a device, say, and stands in
    /// [`GroupFact::members`](crate::facts::GroupFact::members). Members of two rows about one group are
    /// united.
    pub fn member(&mut self, group: &str, member: &str) -> bool {
        let Some(position) = self.position(member) else {
            return false;
        };
        if !self.groups.contains_key(group) {
            self.groups.insert(group.to_owned(), RoaringBitmap::new());
        }
        if let Some(members) = self.groups.get_mut(group) {
            members.insert(position);
        }
        true
    }

    /// Changes the profile of an account; a row about nobody is noted under `key`.
    fn change(
        &mut self,
        key: &'static str,
        user: &str,
        change: impl FnOnce(&mut Profile),
    ) -> Option<u32> {
        let position = self.position(user);
        if let Some(account) = position.and_then(|at| self.accounts.get_mut(at as usize)) {
            account.profile = self.profiles.changed(account.profile, change);
        } else {
            let hash = self.hasher.hash_one(user);
            self.foreign.entry(key).or_default().insert(hash);
        }
        position
    }

    /// Where the account with this id stands.
    pub(crate) fn position(&self, id: &str) -> Option<u32> {
        let is = |position: &u32| self.id(*position) == id;
        self.index.find(self.hasher.hash_one(id), is).copied()
    }

    pub(crate) fn account(&self, position: u32) -> Option<&Account> {
        self.accounts.get(position as usize)
    }

    /// Every position, ascending, which is in the order of ids.
    pub(crate) fn positions(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.accounts.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn id(&self, position: u32) -> &str {
        let account = self.account(position);
        account.map_or("", |account| account.id(&self.text))
    }

    pub(crate) fn upn(&self, position: u32) -> Option<&str> {
        self.account(position)?.upn(&self.text)
    }

    pub(crate) fn display_name(&self, position: u32) -> Option<&str> {
        self.account(position)?.display_name(&self.text)
    }

    pub(crate) fn created(&self, position: u32) -> Option<Timestamp> {
        self.account(position)?.created.time()
    }

    /// The last sign-in that succeeded, and the last attempt whether it did or not.
    pub(crate) fn last_sign_ins(&self, position: u32) -> (Option<Timestamp>, Option<Timestamp>) {
        let at = self.sign_ins.get(position as usize).copied();
        let SignIns { success, tried } = at.unwrap_or_default();
        (success.time(), tried.time())
    }

    pub(crate) fn profile(&self, number: u32) -> &Profile {
        self.profiles.get(number)
    }

    /// How many profiles there are; numbers of profiles are below.
    pub(crate) fn profiles(&self) -> usize {
        self.profiles.len()
    }

    /// The words of a list in a [`Profile`].
    pub(crate) fn words(&self, list: u32) -> &[String] {
        self.profiles.words(list)
    }

    /// The accounts that were packed as members of a group.
    pub(crate) fn members(&self, group: &str) -> Option<&RoaringBitmap> {
        self.groups.get(group)
    }

    /// How many accounts a fact has rows about that are not in the account list.
    pub(crate) fn foreign(&self) -> impl Iterator<Item = (&'static str, usize)> {
        self.foreign.iter().map(|(key, users)| (*key, users.len()))
    }
}

/// The directory of a tenant whose accounts are not known.
pub(crate) static NOBODY: LazyLock<Arc<Directory>> = LazyLock::new(Arc::default);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::UserFact;

    fn user(id: &str, upn: Option<&str>, enabled: bool) -> UserFact {
        UserFact {
            id: id.into(),
            upn: upn.map(str::to_owned),
            enabled: Some(enabled),
            ..UserFact::default()
        }
    }

    fn of(users: &[UserFact]) -> Directory {
        let mut accounts = DirectoryBuilder::default();
        for user in users {
            accounts.account(user);
        }
        accounts.build()
    }

    #[test]
    fn accounts_stand_in_the_order_of_their_ids_and_the_later_of_two_rows_counts() {
        let rows = [
            user("b", Some("b@x"), true),
            user("a-long-id-with-the-same-start-2", None, true),
            user("", None, true),
            user("a-long-id-with-the-same-start-1", Some(""), true),
            user("b", None, false),
            user("", None, false),
        ];
        let directory = of(&rows);
        let ids: Vec<&str> = directory.positions().map(|at| directory.id(at)).collect();
        let (first, second) = (
            "a-long-id-with-the-same-start-1",
            "a-long-id-with-the-same-start-2",
        );
        assert_eq!(ids, ["", first, second, "b"]);
        for (at, id) in ids.iter().enumerate() {
            assert_eq!(directory.position(id).map(|at| at as usize), Some(at));
        }
        assert_eq!(directory.position("c"), None);
        let enabled = |id: &str| {
            let account = directory.account(directory.position(id).unwrap_or(9));
            account.and_then(|account| directory.profile(account.profile()).enabled)
        };
        assert_eq!((enabled("b"), enabled("")), (Some(false), Some(false)));
        assert_eq!(
            (directory.upn(1), directory.upn(2), directory.upn(3)),
            (Some(""), None, None)
        );
    }

    #[test]
    fn rows_about_nobody_are_counted_once_for_each_account() {
        let mut directory = of(&[user("a", None, true)]);
        for user in ["a", "lost", "lost", "gone"] {
            directory.registered(&RegistrationFact {
                user: user.into(),
                ..RegistrationFact::default()
            });
        }
        let foreign: Vec<(&str, usize)> = directory.foreign().collect();
        assert_eq!(foreign, [("auth.registration", 2)]);
        assert!(!directory.member("group", "lost") && directory.member("group", "a"));
        assert_eq!(directory.members("group").map(RoaringBitmap::len), Some(1));
    }

    #[test]
    fn times_are_kept_to_the_nanosecond_and_never_is_no_time() -> Result<(), crate::TimestampError>
    {
        for (read, kept) in [
            (
                "2026-11-21T11:00:00.123456789Z",
                Some("2026-11-21T11:00:00.123456789Z"),
            ),
            ("1970-01-01T00:00:00Z", Some("1970-01-01T00:00:00Z")),
            (
                "1969-12-31T23:59:59.999999999Z",
                Some("1969-12-31T23:59:59.999999999Z"),
            ),
            ("0001-01-01T00:00:00Z", None),
            (
                "9999-12-31T23:59:59Z",
                Some("2262-04-11T23:47:16.854775807Z"),
            ),
        ] {
            let time = Packed::new(Some(read.parse()?)).time();
            assert_eq!(time.map(|time| time.to_string()).as_deref(), kept, "{read}");
        }
        assert_eq!(Packed::new(None).time(), None);
        Ok(())
    }
}
