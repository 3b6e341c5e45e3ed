//! Edits of a running tenant. Every edit that Graph would track goes into the change log.

mod governance;
mod group;
mod patch;
mod quirk;
mod user;

use serde_json::Value;

use crate::guid;
use crate::tenant::Tenant;
use crate::tenant::property::object;
use crate::tenant::user::User;

/// Changes a running tenant; made by [`SimHandle::edit`](crate::SimHandle::edit).
///
/// Methods that return `bool` say whether anything changed: `false` means that the id is unknown or the change
/// does not apply, and that the tenant is as before.
#[derive(Debug)]
pub struct TenantEdit<'a> {
    pub(crate) tenant: &'a mut Tenant,
    pub(crate) now: i64,
}

impl TenantEdit<'_> {
    pub(super) fn relative_now(&self) -> i64 {
        self.now - self.tenant.base
    }

    /// Ids of the users that are not deleted.
    pub fn user_ids(&self) -> Vec<String> {
        self.tenant
            .live_users()
            .map(|user| guid::text(user.id))
            .collect()
    }

    /// Ids of the groups that are not deleted.
    pub fn group_ids(&self) -> Vec<String> {
        self.tenant
            .live_groups()
            .map(|group| guid::text(group.id))
            .collect()
    }

    /// All properties of a user that have a value.
    pub fn user(&self, id: &str) -> Option<Value> {
        let user = self
            .tenant
            .user(guid::parse(id)?)
            .filter(|user| user.live())?;
        Some(object(self.tenant, user))
    }

    /// The id of a user, by display name or user principal name.
    pub fn find_user(&self, name: &str) -> Option<String> {
        let named = |user: &&User| {
            crate::tenant::user_property::display_name(user) == name
                || crate::tenant::user_property::principal_name(self.tenant, user) == name
        };
        self.tenant
            .live_users()
            .find(named)
            .map(|user| guid::text(user.id))
    }

    /// The id of a group, by display name.
    pub fn find_group(&self, name: &str) -> Option<String> {
        self.tenant
            .live_groups()
            .find(|group| group.name == name)
            .map(|group| guid::text(group.id))
    }

    /// Ids of the direct members of a group.
    pub fn members_of(&self, group: &str) -> Vec<String> {
        let group = guid::parse(group)
            .and_then(|id| self.tenant.group(id))
            .filter(|group| group.live());
        group
            .into_iter()
            .flat_map(|group| &group.members)
            .map(|id| guid::text(*id))
            .collect()
    }
}
