//! Objects of any type, and the recycle bin.
//! <https://learn.microsoft.com/graph/api/directoryobject-get>,
//! <https://learn.microsoft.com/graph/api/directory-deleteditems-list>

use crate::call::Call;
use crate::guid;
use crate::list;
use crate::reply::{GraphError, Reply, Result};
use crate::resource::group::write_object;
use crate::tenant::group::Group;
use crate::tenant::property::{Entity, write_text};
use crate::tenant::user::{Life, User};

pub(crate) fn object(call: &Call<'_>) -> Result<Reply> {
    let missing = || GraphError::not_found(&call.route.id);
    let id = guid::parse(&call.route.id)
        .filter(|id| call.tenant.live(*id))
        .ok_or_else(missing)?;
    let mut object = Vec::new();
    let (users, groups): (Vec<_>, Vec<_>) =
        (User::defaults().collect(), Group::defaults().collect());
    write_object(call, &mut object, id, &users, &groups);
    let mut out = b"{\"@odata.context\":".to_vec();
    write_text(&mut out, &call.context("directoryObjects", "/$entity"));
    out.push(b',');
    out.extend(object.into_iter().skip(1));
    Ok(Reply::json(out))
}

pub(crate) fn deleted_users(call: &Call<'_>) -> Result<Reply> {
    list::entities(call, "users", &call.tenant.users, |user| {
        user.life == Life::SoftDeleted
    })
}

pub(crate) fn deleted_groups(call: &Call<'_>) -> Result<Reply> {
    list::entities(call, "groups", &call.tenant.groups, |group| {
        group.life == Life::SoftDeleted
    })
}
