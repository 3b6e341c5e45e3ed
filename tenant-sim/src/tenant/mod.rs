//! The simulated directory: people, groups, roles, licenses, policies and the log of their changes.

pub(crate) mod application;
pub(crate) mod change;
mod churn;
mod derive;
pub(crate) mod device;
pub(crate) mod edit;
pub(crate) mod estate;
mod example;
pub(crate) mod generate;
pub(crate) mod group;
pub(crate) mod group_property;
mod manager;
pub(crate) mod name;
pub(crate) mod property;
pub(crate) mod role;
pub(crate) mod sign_in_log;
pub(crate) mod sku;
pub(crate) mod user;
pub(crate) mod user_property;

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::area::Area;
use crate::guid::{self, Guid};
use change::ChangeLog;
use estate::quirk::Quirks;
use group::Group;
use role::{Assignment, Holding};
use sku::Sku;
use user::{SignIns, User};

/// A directory to be served by a [`Sim`](crate::Sim).
///
/// [`Tenant::example`] is the small published one whose every number is known; [`Tenant::generate`] makes one of
/// any size that is the same for the same options.
#[derive(Debug, Clone)]
pub struct Tenant {
    pub(crate) id: Guid,
    pub(crate) name: String,
    /// The default, verified domain.
    pub(crate) domain: String,
    /// `*.onmicrosoft.com`.
    pub(crate) initial_domain: String,
    pub(crate) users: Vec<User>,
    user_index: HashMap<Guid, u32>,
    pub(crate) user_log: ChangeLog,
    pub(crate) groups: Vec<Group>,
    group_index: HashMap<Guid, u32>,
    pub(crate) group_log: ChangeLog,
    pub(crate) skus: Vec<Sku>,
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) policies: Vec<Value>,
    pub(crate) named_locations: Vec<Value>,
    pub(crate) security_defaults: bool,
    /// Areas the tenant has no license for.
    pub(crate) unlicensed: BTreeSet<Area>,
    /// Accounts that were there from the beginning: what is derived from people is drawn from these, so
    /// that an account more or less does not shuffle everything.
    founders: usize,
    /// Devices that are registered in the directory.
    devices: usize,
    /// Applications that the organisation has registered.
    pub(crate) applications: usize,
    /// How the service deviates from its documentation.
    pub(crate) quirks: Quirks,
    /// The time, in seconds since 1970, that relative dates count from.
    pub(crate) base: i64,
    seed: u64,
    made: u64,
}

impl Tenant {
    fn empty(seed: u64, name: &str, domain: &str, initial_domain: &str) -> Self {
        Self {
            id: guid::guid(seed, 0),
            name: name.to_owned(),
            domain: domain.to_owned(),
            initial_domain: initial_domain.to_owned(),
            users: Vec::new(),
            user_index: HashMap::new(),
            user_log: ChangeLog::default(),
            groups: Vec::new(),
            group_index: HashMap::new(),
            group_log: ChangeLog::default(),
            skus: Vec::new(),
            assignments: Vec::new(),
            policies: Vec::new(),
            named_locations: Vec::new(),
            security_defaults: false,
            unlicensed: BTreeSet::new(),
            founders: 0,
            devices: 0,
            applications: 0,
            quirks: Quirks::default(),
            base: 0,
            seed,
            made: 0,
        }
    }

    /// A GUID that this tenant has not used.
    fn new_id(&mut self) -> Guid {
        self.made += 1;
        guid::guid(self.seed, self.made)
    }

    fn add_user(&mut self, user: User) -> usize {
        let at = self.users.len();
        if let Ok(place) = u32::try_from(at) {
            self.user_index.insert(user.id, place);
        }
        self.users.push(user);
        at
    }

    fn add_group(&mut self, group: Group) -> usize {
        let at = self.groups.len();
        if let Ok(place) = u32::try_from(at) {
            self.group_index.insert(group.id, place);
        }
        self.groups.push(group);
        at
    }

    /// The place of a user, deleted or not.
    pub(crate) fn user_at(&self, id: Guid) -> Option<usize> {
        self.user_index.get(&id).map(|at| *at as usize)
    }

    /// The place of a group, deleted or not.
    pub(crate) fn group_at(&self, id: Guid) -> Option<usize> {
        self.group_index.get(&id).map(|at| *at as usize)
    }

    pub(crate) fn user(&self, id: Guid) -> Option<&User> {
        self.users.get(self.user_at(id)?)
    }

    pub(crate) fn group(&self, id: Guid) -> Option<&Group> {
        self.groups.get(self.group_at(id)?)
    }

    pub(crate) fn live_users(&self) -> impl Iterator<Item = &User> + Clone {
        self.users.iter().filter(|user| user.live())
    }

    pub(crate) fn live_groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(|group| group.live())
    }

    /// Whether the id is a user or group that is not deleted.
    pub(crate) fn live(&self, id: Guid) -> bool {
        self.user(id).is_some_and(User::live) || self.group(id).is_some_and(Group::live)
    }

    /// Seats of a SKU in use.
    pub(crate) fn consumed(&self, sku: usize) -> usize {
        self.live_users()
            .filter(|user| user.licenses & (1 << sku) != 0)
            .count()
    }

    /// Role assignments of principals that still exist.
    pub(crate) fn assignments(
        &self,
        holding: Holding,
    ) -> impl Iterator<Item = &Assignment> + Clone {
        self.assignments
            .iter()
            .filter(move |held| held.holding == holding && self.live(held.principal))
    }

    /// Everybody who holds a role now, in person or through a group.
    pub(crate) fn administrators(&self) -> BTreeSet<Guid> {
        let mut people = BTreeSet::new();
        for held in self.assignments(Holding::Active) {
            if self.user(held.principal).is_some() {
                people.insert(held.principal);
            } else {
                people.extend(
                    self.transitive_members(held.principal)
                        .into_iter()
                        .filter(|id| self.user(*id).is_some()),
                );
            }
        }
        people
    }

    /// Users and groups in a group, directly or through groups; cycles are harmless.
    pub(crate) fn transitive_members(&self, group: Guid) -> BTreeSet<Guid> {
        let mut found = BTreeSet::new();
        let mut open = vec![group];
        while let Some(next) = open.pop() {
            for member in self
                .group(next)
                .into_iter()
                .flat_map(|group| &group.members)
            {
                if found.insert(*member) && self.group(*member).is_some() {
                    open.push(*member);
                }
            }
        }
        found
    }

    /// `signInActivity` of somebody; `None` if they never signed in.
    pub(crate) fn sign_in_activity(&self, user: &User) -> Option<Value> {
        let SignIns {
            interactive,
            non_interactive,
        } = user.sign_ins?;
        let request = |kind: u64| user.request_id(kind);
        let at = |relative: i64| crate::clock::iso(self.base + relative);
        Some(serde_json::json!({
            "lastSignInDateTime": at(interactive),
            "lastSignInRequestId": request(1),
            "lastNonInteractiveSignInDateTime": at(non_interactive),
            "lastNonInteractiveSignInRequestId": request(2),
            "lastSuccessfulSignInDateTime": at(interactive.max(non_interactive)),
            "lastSuccessfulSignInRequestId": request(if interactive >= non_interactive { 1 } else { 2 }),
        }))
    }
}
