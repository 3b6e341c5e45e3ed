//! The entity types that delta tracks.

use std::collections::BTreeSet;

use crate::guid::Guid;
use crate::tenant::Tenant;
use crate::tenant::change::{ChangeLog, Relation};
use crate::tenant::group::Group;
use crate::tenant::property::Entity;
use crate::tenant::user::{Life, User};

/// An entity type that delta tracks.
pub(crate) trait Tracked: Entity {
    const SET: &'static str;
    fn all(tenant: &Tenant) -> &[Self];
    fn log(tenant: &Tenant) -> &ChangeLog;
    fn place(tenant: &Tenant, id: Guid) -> Option<usize>;
    fn id(&self) -> Guid;
    fn life(&self) -> Life;
    /// The ids of a relation; none for users.
    fn related(&self, relation: Relation) -> Option<&BTreeSet<Guid>>;
    /// Whether its members are hidden.
    fn hides_members(&self) -> bool {
        false
    }
}

impl Tracked for User {
    const SET: &'static str = "users";

    fn all(tenant: &Tenant) -> &[Self] {
        &tenant.users
    }

    fn log(tenant: &Tenant) -> &ChangeLog {
        &tenant.user_log
    }

    fn place(tenant: &Tenant, id: Guid) -> Option<usize> {
        tenant.user_at(id)
    }

    fn id(&self) -> Guid {
        self.id
    }

    fn life(&self) -> Life {
        self.life
    }

    fn related(&self, _: Relation) -> Option<&BTreeSet<Guid>> {
        None
    }
}

impl Tracked for Group {
    const SET: &'static str = "groups";

    fn all(tenant: &Tenant) -> &[Self] {
        &tenant.groups
    }

    fn log(tenant: &Tenant) -> &ChangeLog {
        &tenant.group_log
    }

    fn place(tenant: &Tenant, id: Guid) -> Option<usize> {
        tenant.group_at(id)
    }

    fn id(&self) -> Guid {
        self.id
    }

    fn life(&self) -> Life {
        self.life
    }

    fn related(&self, relation: Relation) -> Option<&BTreeSet<Guid>> {
        Some(Self::related(self, relation))
    }

    fn hides_members(&self) -> bool {
        Self::hides_members(self)
    }
}
