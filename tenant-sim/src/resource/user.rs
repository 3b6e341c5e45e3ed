//! Users.
//! <https://learn.microsoft.com/graph/api/user-list>, <https://learn.microsoft.com/graph/api/user-get>

use crate::call::Call;
use crate::guid;
use crate::list::{self, Expansion};
use crate::reply::{GraphError, Reply, Result};
use crate::resource::group;
use crate::tenant::Tenant;
use crate::tenant::user::User;
use crate::tenant::user_property::principal_name;

pub(crate) fn list(call: &Call<'_>) -> Result<Reply> {
    list::entities_expanding(call, "users", &call.tenant.users, User::live, EXPANSIONS)
}

pub(crate) fn count(call: &Call<'_>) -> Result<Reply> {
    list::count(call, &call.tenant.users, User::live)
}

pub(crate) fn one(call: &Call<'_>) -> Result<Reply> {
    list::entity(call, "users", find(call.tenant, &call.route.id)?)
}

const EXPANSIONS: &[Expansion<User>] = &[("manager", |call, user, expand| {
    let manager = call.tenant.manager(call.tenant.user_at(user.id)?)?;
    Some(group::expanded_one(call, manager.id, expand))
})];

/// A live user by id or user principal name.
pub(crate) fn find<'t>(tenant: &'t Tenant, key: &str) -> Result<&'t User> {
    let found = match guid::parse(key) {
        Some(id) => tenant.user(id).filter(|user| user.live()),
        None => tenant
            .live_users()
            .find(|user| principal_name(tenant, user).eq_ignore_ascii_case(key)),
    };
    found.ok_or_else(|| GraphError::not_found(key))
}
