//! Groups, and who is in them.
//! <https://learn.microsoft.com/graph/api/group-list>, <https://learn.microsoft.com/graph/api/group-list-members>

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::area::Area;
use crate::call::Call;
use crate::guid::{self, Guid};
use crate::list::{self, PageWriter};
use crate::odata::query::Expand;
use crate::reply::{GraphError, Reply, Result};
use crate::tenant::group::Group;
use crate::tenant::property::{Entity, Nulls, Property, write_properties, write_text};
use crate::tenant::user::User;

const PAGE: usize = 100;
const MAX_PAGE: usize = 999;

pub(crate) fn list(call: &Call<'_>) -> Result<Reply> {
    list::entities(call, "groups", &call.tenant.groups, Group::live)
}

pub(crate) fn count(call: &Call<'_>) -> Result<Reply> {
    list::count(call, &call.tenant.groups, Group::live)
}

pub(crate) fn one(call: &Call<'_>) -> Result<Reply> {
    list::entity(call, "groups", find(call)?)
}

fn find<'t>(call: &Call<'t>) -> Result<&'t Group> {
    let group = guid::parse(&call.route.id)
        .and_then(|id| call.tenant.group(id))
        .filter(|group| group.live());
    group.ok_or_else(|| GraphError::not_found(&call.route.id))
}

pub(crate) fn members(call: &Call<'_>) -> Result<Reply> {
    objects(call, &shown(call)?)
}

/// The members that the caller may see.
fn shown(call: &Call<'_>) -> Result<BTreeSet<Guid>> {
    let group = find(call)?;
    let hides = group.hides_members() && call.hides_members();
    Ok(if hides {
        BTreeSet::new()
    } else {
        group.members.clone()
    })
}

pub(crate) fn member_users(call: &Call<'_>) -> Result<Reply> {
    cast(call, |id| call.tenant.user(id).is_some())
}

pub(crate) fn member_groups(call: &Call<'_>) -> Result<Reply> {
    cast(call, |id| call.tenant.group(id).is_some())
}

/// The members of one type.
fn cast(call: &Call<'_>, wanted: impl Fn(Guid) -> bool) -> Result<Reply> {
    let members = shown(call)?;
    if !call.query.eventual {
        return Err(GraphError::unsupported_query(
            "The specified cast requires the header 'ConsistencyLevel: eventual'.",
        ));
    }
    let ids: BTreeSet<Guid> = members.into_iter().filter(|id| wanted(*id)).collect();
    objects(call, &ids)
}

pub(crate) fn member_count(call: &Call<'_>) -> Result<Reply> {
    let members = shown(call)?;
    if !call.query.eventual {
        return Err(GraphError::bad_request(
            "$count is not currently supported.",
        ));
    }
    let count = if call.emptied() { 0 } else { members.len() };
    Ok(Reply::text(count.to_string()))
}

pub(crate) fn owners(call: &Call<'_>) -> Result<Reply> {
    objects(call, &find(call)?.owners)
}

pub(crate) fn transitive_members(call: &Call<'_>) -> Result<Reply> {
    let group = find(call)?;
    if group.hides_members() && call.hides_members() {
        return objects(call, &BTreeSet::new());
    }
    objects(call, &call.tenant.transitive_members(group.id))
}

/// Where a listing of ids goes on: after this one.
#[derive(Debug, Default, Serialize, Deserialize)]
struct After {
    id: Option<String>,
    empty: u8,
}

/// A page of directory objects of any type. What the app may not read comes with its type and id only, and a 200.
/// <https://learn.microsoft.com/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects>
pub(crate) fn objects(call: &Call<'_>, ids: &BTreeSet<Guid>) -> Result<Reply> {
    call.query.refuse_unsimulated()?;
    if call.query.filter.is_some() {
        return Err(GraphError::not_simulated("$filter on this path"));
    }
    let nobody = BTreeSet::new();
    let ids = if call.emptied() { &nobody } else { ids };
    let select = call.query.select.as_deref();
    let users = properties_of::<User>(select);
    let groups = properties_of::<Group>(select);
    if let Some(unknown) = call
        .query
        .select
        .iter()
        .flatten()
        .find(|name| User::property(name).is_none() && Group::property(name).is_none())
    {
        return Err(GraphError::no_property(
            unknown,
            "#microsoft.graph.directoryObject",
        ));
    }
    let position: After = call.position()?;
    let after = position.id.as_deref().and_then(guid::parse);
    let count = (call.query.count && call.query.eventual && after.is_none()).then_some(ids.len());
    let mut page = PageWriter::new(&call.context("directoryObjects", ""), count);
    if call.twist.empty_page && position.empty < 3 {
        let link = call.next_link(&After {
            id: position.id,
            empty: position.empty + 1,
        });
        return Ok(page.finish(Some(("@odata.nextLink", &link))));
    }
    let size = call.page(PAGE, MAX_PAGE);
    let rest = ids
        .iter()
        .copied()
        .filter(|id| after.is_none_or(|after| *id > after));
    let mut last = None;
    for (written, id) in rest.enumerate() {
        if written == size {
            let link = call.next_link(&After {
                id: last.map(guid::text),
                empty: 0,
            });
            return Ok(page.finish(Some(("@odata.nextLink", &link))));
        }
        write_object(call, page.item(), id, &users, &groups);
        last = Some(id);
    }
    Ok(page.finish(None))
}

/// An expanded collection of directory objects brings this many and no link to the rest.
/// <https://learn.microsoft.com/graph/query-parameters#expand-parameter>
const EXPANDED: usize = 20;

/// The objects of an expanded relation: never more than [`EXPANDED`].
pub(crate) fn expanded(call: &Call<'_>, ids: impl Iterator<Item = Guid>, expand: &Expand) -> Value {
    ids.take(EXPANDED)
        .map(|id| expanded_one(call, id, expand))
        .collect()
}

/// The object of an expanded relation.
pub(crate) fn expanded_one(call: &Call<'_>, id: Guid, expand: &Expand) -> Value {
    let select = expand.select.as_deref();
    let mut out = Vec::new();
    let (users, groups) = (properties_of(select), properties_of(select));
    write_object(call, &mut out, id, &users, &groups);
    serde_json::from_slice(&out).unwrap_or(Value::Null)
}

fn properties_of<T: Entity>(select: Option<&[String]>) -> Vec<&'static Property<T>> {
    match select {
        None => T::defaults().collect(),
        Some(names) => names
            .iter()
            .filter_map(|name| T::property(name))
            .filter(|property| property.name != "signInActivity")
            .collect(),
    }
}

/// Appends a user or group with its type.
pub(crate) fn write_object(
    call: &Call<'_>,
    out: &mut Vec<u8>,
    id: Guid,
    users: &[&'static Property<User>],
    groups: &[&'static Property<Group>],
) {
    fn open(out: &mut Vec<u8>, kind: &str, id: Guid) {
        out.extend_from_slice(b"{\"@odata.type\":");
        write_text(out, kind);
        out.extend_from_slice(b",\"id\":");
        write_text(out, &guid::text(id));
    }
    fn rest<T: Entity>(
        call: &Call<'_>,
        area: Area,
        out: &mut Vec<u8>,
        object: &T,
        properties: &[&'static Property<T>],
    ) {
        let properties = properties
            .iter()
            .copied()
            .filter(|property| property.name != "id");
        if call.access.permits(area) {
            write_properties(out, call.tenant, object, properties, Nulls::Written);
        } else {
            for property in properties {
                out.push(b',');
                write_text(out, property.name);
                out.extend_from_slice(b":null");
            }
        }
    }
    if let Some(user) = call.tenant.user(id) {
        open(out, User::TYPE, id);
        rest(call, Area::Users, out, user, users);
    } else if let Some(group) = call.tenant.group(id) {
        open(out, Group::TYPE, id);
        rest(call, Area::Groups, out, group, groups);
    } else {
        open(out, "#microsoft.graph.directoryObject", id);
    }
    out.push(b'}');
}
