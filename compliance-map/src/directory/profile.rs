//! What the facts say of people who are alike.

use indexmap::IndexSet;

use crate::Timestamp;
use crate::facts::UserFact;

/// What the facts say of an account beside its id, its names and its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Profile {
    /// Whether the account can sign in; `None` when it was not read.
    pub(crate) enabled: Option<bool>,
    pub(crate) guest: bool,
    /// Whether it is unknown if the account is a guest's.
    pub(crate) may_be_guest: bool,
    /// Whether the account comes from another directory, as its user principal name shows.
    pub(crate) external: bool,
    pub(crate) on_premises_synced: Option<bool>,
    pub(crate) leaves: Option<Timestamp>,
    /// What follows the last `@` of the user principal name, in lower case; a list of one word.
    pub(crate) domain: Option<u32>,
    pub(crate) licenses: Option<u32>,
    pub(crate) registration: Option<Registration>,
    /// The methods that were read one account at a time.
    pub(crate) methods: Option<Narrowed>,
    pub(crate) per_user_mfa: Option<Narrowed>,
    /// Whether there is a row of sign-ins, and whether more is said in it than this version knows.
    pub(crate) sign_ins: Option<bool>,
}

/// What the registration report says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Registration {
    pub(crate) capable: Option<bool>,
    pub(crate) methods: Narrowed,
}

/// A list of words, and whether more is said beside it, which may take something away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Narrowed {
    pub(crate) list: u32,
    pub(crate) narrowed: bool,
}

impl Narrowed {
    pub(super) fn new(list: u32, narrowed: bool) -> Self {
        Self { list, narrowed }
    }
}

impl Profile {
    /// Without what no policy looks at.
    pub(crate) fn for_policies(self) -> Self {
        Self {
            on_premises_synced: None,
            leaves: None,
            licenses: None,
            sign_ins: None,
            ..self
        }
    }

    pub(super) fn of(row: &UserFact, profiles: &mut Profiles) -> Self {
        let upn = row.upn.as_deref();
        let external = |upn: &str| upn.contains('#') && upn.to_ascii_uppercase().contains("#EXT#");
        let domain = |upn: &str| {
            upn.rsplit('@')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase()
        };
        Self {
            enabled: row.enabled,
            guest: row.is_guest(),
            may_be_guest: !row.is_guest() && !row.is_member(),
            external: upn.is_some_and(external),
            on_premises_synced: row.on_premises_synced,
            leaves: row.leaves,
            domain: upn.map(|upn| profiles.word(&domain(upn))),
            licenses: row.licenses.as_deref().map(|skus| profiles.list(skus)),
            ..Self::default()
        }
    }
}

/// Profiles, and the lists of words in them, each once.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    known: IndexSet<Profile>,
    lists: IndexSet<Vec<String>>,
}

/// Stands where a number leads nowhere.
static NOTHING_KNOWN: Profile = Profile {
    enabled: None,
    guest: false,
    may_be_guest: true,
    external: false,
    on_premises_synced: None,
    leaves: None,
    domain: None,
    licenses: None,
    registration: None,
    methods: None,
    per_user_mfa: None,
    sign_ins: None,
};

impl Profiles {
    pub(super) fn add(&mut self, profile: Profile) -> u32 {
        number(self.known.insert_full(profile).0)
    }

    pub(super) fn changed(&mut self, profile: u32, change: impl FnOnce(&mut Profile)) -> u32 {
        let mut changed = *self.get(profile);
        change(&mut changed);
        self.add(changed)
    }

    pub(super) fn get(&self, number: u32) -> &Profile {
        self.known
            .get_index(number as usize)
            .unwrap_or(&NOTHING_KNOWN)
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    pub(super) fn word(&mut self, word: &String) -> u32 {
        self.list(std::slice::from_ref(word))
    }

    pub(super) fn list(&mut self, words: &[String]) -> u32 {
        let known = self.lists.get_index_of(words);
        number(known.unwrap_or_else(|| self.lists.insert_full(words.to_vec()).0))
    }

    pub(super) fn words(&self, list: u32) -> &[String] {
        let list = self.lists.get_index(list as usize);
        list.map(Vec::as_slice).unwrap_or_default()
    }
}

/// No machine holds as many profiles or lists as 32 bits count: each has a hundred bytes.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
