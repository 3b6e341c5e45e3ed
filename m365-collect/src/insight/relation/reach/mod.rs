//! Who reaches what, through which groups and roles.
//!
//! A [`Reach`] is built once from a store and holds ids only. [`Reach::of_user`] says what
//! somebody reaches; [`Reach::of_role`], [`Reach::of_group`], [`Reach::of_application`] and
//! [`Reach::of_sku`] say who reaches something, each with the groups on the way.
//!
//! - Groups are in groups to any depth, and circles do no harm. Of several ways of the same sort
//!   one of the shortest is told.
//! - A role that a group holds is reached by everybody in it, nested groups included, though the
//!   service [lets no groups be nested in those that may hold
//!   roles](https://learn.microsoft.com/entra/identity/role-based-access-control/groups-concept).
//! - An application that a group is assigned to is reached by its direct members alone:
//!   [nested memberships do not
//!   count](https://learn.microsoft.com/entra/identity/enterprise-apps/assign-user-or-group-access-portal).
//! - A license comes through the group that the service names.
//!
//! - Members of groups with hidden membership are withheld from an application without
//!   `Member.Read.Hidden` (<https://learn.microsoft.com/graph/api/group-list-members>): those groups
//!   look empty, and [`Reach::withheld`] names them.
//!
//! What is not stored is not reached here: see [`Head`](super::Head) for what was read.

mod answer;
mod find;
mod load;
mod web;

use std::fmt;

use serde::Serialize;

use super::item::EntityType;
use super::key::Key;

pub use find::{Subject, find, name};

use self::web::Web;

/// Who reaches what.
///
/// # Examples
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use m365_collect::insight::relation::Reach;
///
/// let store = m365_collect::MemoryStore::new();
/// let reach = Reach::load(&store).await?;
/// let ada = reach.of_user("ada");
/// assert!(ada.roles.is_empty());
/// # Ok::<(), m365_collect::StoreError>(())
/// # }).unwrap();
/// ```
pub struct Reach {
    /// In order; everything else refers to their places.
    ids: Vec<Key>,
    kinds: Vec<EntityType>,
    /// Groups and who is in them.
    web: Web,
    roles: Holds,
    applications: Holds,
    devices: Holds,
    teams: Holds,
    licenses: Holds,
    /// Groups whose members the application may not see.
    withheld: Vec<u32>,
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach")
            .field("ids", &self.ids.len())
            .finish_non_exhaustive()
    }
}

/// What somebody reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Reached {
    /// Who.
    pub user: String,
    /// The groups that they are in.
    pub groups: Vec<AccessPath>,
    /// The roles of the directory that they hold or may activate.
    pub roles: Vec<AccessPath>,
    /// The service principals that they are assigned to.
    pub applications: Vec<AccessPath>,
    /// The managed devices that they enrolled.
    pub devices: Vec<AccessPath>,
    /// The teams that they are in.
    pub teams: Vec<AccessPath>,
    /// The products that they are assigned.
    pub licenses: Vec<AccessPath>,
}

/// A way from somebody to something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct AccessPath {
    /// What is at its other end: what is reached, or who reaches it.
    #[serde(rename = "type")]
    pub kind: EntityType,
    /// The id of that.
    pub id: String,
    /// The groups on the way, from the person outward; empty where it is direct.
    pub through: Vec<String>,
    /// On what terms.
    #[serde(flatten)]
    pub terms: Terms,
}

/// On what terms something is held.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Terms {
    /// `active` or `eligible` for a role, and what the service says for a license.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Where a role holds: `/` is the whole directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// The id of the app role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_role: Option<String>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Who holds what, in the order of the holders.
#[derive(Default)]
struct Holds {
    all: Vec<Hold>,
    /// The places of `all` in the order of what is held.
    by_held: Vec<u32>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Hold {
    holder: u32,
    held: u32,
    /// The group through which the service says that it comes.
    through: Option<u32>,
    terms: Option<Box<Terms>>,
}

impl Holds {
    fn new(mut all: Vec<Hold>) -> Self {
        all.sort_unstable();
        all.dedup();
        let places = 0..u32::try_from(all.len()).unwrap_or(u32::MAX);
        let mut by_held: Vec<u32> = places.collect();
        by_held.sort_by_key(|place| all.get(*place as usize).map(|hold| hold.held));
        Self { all, by_held }
    }

    fn of(&self, holder: u32) -> impl Iterator<Item = &Hold> {
        let start = self.all.partition_point(|hold| hold.holder < holder);
        let rest = self.all.get(start..).unwrap_or_default();
        rest.iter().take_while(move |hold| hold.holder == holder)
    }

    fn held(&self, held: u32) -> impl Iterator<Item = &Hold> {
        let at = |place: &u32| self.all.get(*place as usize);
        let start = self
            .by_held
            .partition_point(|place| at(place).is_some_and(|hold| hold.held < held));
        let rest = self.by_held.get(start..).unwrap_or_default();
        let holds = rest.iter().filter_map(at);
        holds.take_while(move |hold| hold.held == held)
    }
}
