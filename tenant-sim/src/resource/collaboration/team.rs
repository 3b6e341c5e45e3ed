//! Teams, their channels and their people.
//! <https://learn.microsoft.com/graph/api/teams-list>, <https://learn.microsoft.com/graph/api/team-get>,
//! <https://learn.microsoft.com/graph/api/channel-list>, <https://learn.microsoft.com/graph/api/team-list-members>

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::{DAY, iso};
use crate::guid;
use crate::list;
use crate::reply::{GraphError, Reply, Result};
use crate::tenant::Tenant;
use crate::tenant::estate::team::{Channel, is_team, people};
use crate::tenant::estate::{among, team};
use crate::tenant::group::Group;
use crate::tenant::property::{Entity, value_of};
use crate::tenant::user::User;
use crate::tenant::user_property::{display_name, mail};

/// The list tells only what every team shows; the rest is `null` there.
pub(crate) fn teams(call: &Call<'_>) -> Result<Reply> {
    let describe = |at: usize| {
        let group = call.tenant.groups.get(at)?;
        is_team(group).then(|| brief(call.tenant, group))
    };
    list::documents(
        call,
        "teams",
        "#microsoft.graph.team",
        0..call.tenant.groups.len(),
        describe,
    )
}

fn find<'t>(call: &Call<'t>) -> Result<&'t Group> {
    let id = guid::parse(&call.route.id);
    id.and_then(|id| call.tenant.group(id))
        .filter(|group| is_team(group))
        .ok_or_else(|| {
            GraphError::new(
                404,
                "NotFound",
                format!("No team found with Group Id {}", call.route.id),
            )
        })
}

pub(crate) fn team(call: &Call<'_>) -> Result<Reply> {
    call.query.refuse_unsimulated()?;
    let group = find(call)?;
    let whole = whole(call.tenant, group);
    Ok(list::document(call, "teams", "/$entity", &whole))
}

/// `private` and so on, with a small letter where the group writes `Private`.
/// <https://learn.microsoft.com/graph/api/resources/team>
fn visibility(tenant: &Tenant, group: &Group) -> String {
    let shown = Group::property("visibility")
        .map_or(Value::Null, |property| value_of(tenant, group, property));
    let mut shown = shown.as_str().unwrap_or("private").to_owned();
    if let Some(first) = shown.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    shown
}

fn brief(tenant: &Tenant, group: &Group) -> Value {
    json!({
        "id": guid::text(group.id),
        "createdDateTime": null,
        "displayName": group.name,
        "description": group.description,
        "internalId": null,
        "classification": null,
        "specialization": null,
        "visibility": visibility(tenant, group),
        "webUrl": null,
        "isArchived": null,
        "tenantId": null,
        "memberSettings": null,
        "guestSettings": null,
        "messagingSettings": null,
        "funSettings": null,
        "summary": null,
    })
}

fn whole(tenant: &Tenant, group: &Group) -> Value {
    let people = people(tenant, group);
    let count = |fits: &dyn Fn(&User, bool) -> bool| {
        people
            .iter()
            .filter(|(user, owns)| fits(user, *owns))
            .count()
    };
    let id = guid::text(group.id);
    let thread = team::channels(group)
        .first()
        .map_or_else(String::new, |general| general.id(group));
    let closed = among(group.id, 90, 300);
    json!({
        "id": id,
        "createdDateTime": iso(tenant.base + group.created),
        "displayName": group.name,
        "description": group.description,
        "internalId": thread,
        "classification": null,
        "specialization": "none",
        "visibility": visibility(tenant, group),
        "webUrl": format!("https://teams.microsoft.com/l/team/{thread}/conversations?groupId={id}&tenantId={}", guid::text(tenant.id)),
        "isArchived": among(group.id, 91, 40),
        "tenantId": guid::text(tenant.id),
        "memberSettings": {
            "allowCreateUpdateChannels": !closed,
            "allowCreatePrivateChannels": !closed,
            "allowDeleteChannels": !closed,
            "allowAddRemoveApps": !closed,
            "allowCreateUpdateRemoveTabs": true,
            "allowCreateUpdateRemoveConnectors": !closed,
        },
        "guestSettings": {
            "allowCreateUpdateChannels": among(group.id, 92, 80),
            "allowDeleteChannels": among(group.id, 93, 20),
        },
        "messagingSettings": {
            "allowUserEditMessages": true,
            "allowUserDeleteMessages": true,
            "allowOwnerDeleteMessages": true,
            "allowTeamMentions": true,
            "allowChannelMentions": true,
        },
        "funSettings": {
            "allowGiphy": true,
            "giphyContentRating": if closed { "strict" } else { "moderate" },
            "allowStickersAndMemes": true,
            "allowCustomMemes": !closed,
        },
        "summary": {
            "ownersCount": count(&|_, owns| owns),
            "membersCount": count(&|user, owns| !owns && !user.guest),
            "guestsCount": count(&|user, owns| !owns && user.guest),
        },
    })
}

pub(crate) fn channels(call: &Call<'_>) -> Result<Reply> {
    let group = find(call)?;
    let channels = team::channels(group);
    list::documents(
        call,
        &format!("teams('{}')/channels", guid::text(group.id)),
        "#microsoft.graph.channel",
        channels.iter(),
        |channel: &Channel| describe_channel(call.tenant, group, channel),
    )
}

fn describe_channel(tenant: &Tenant, group: &Group, channel: &Channel) -> Value {
    let id = channel.id(group);
    json!({
        "id": id,
        "createdDateTime": iso((tenant.base + group.created + DAY).min(tenant.base)),
        "displayName": channel.name,
        "description": if channel.name == "General" { group.description.clone() } else { None },
        "isFavoriteByDefault": null,
        "email": "",
        "tenantId": guid::text(tenant.id),
        "webUrl": format!(
            "https://teams.microsoft.com/l/channel/{id}/{}?groupId={}&tenantId={}",
            channel.name,
            guid::text(group.id),
            guid::text(tenant.id),
        ),
        "membershipType": channel.kind,
        "isArchived": false,
    })
}

pub(crate) fn members(call: &Call<'_>) -> Result<Reply> {
    let group = find(call)?;
    let people = people(call.tenant, group);
    list::documents(
        call,
        &format!("teams('{}')/members", guid::text(group.id)),
        "#microsoft.graph.aadUserConversationMember",
        people.iter(),
        |(user, owns): &(&User, bool)| describe_member(call.tenant, group, user, *owns),
    )
}

fn describe_member(tenant: &Tenant, group: &Group, user: &User, owns: bool) -> Value {
    let (team, person) = (guid::text(group.id), guid::text(user.id));
    let roles: &[&str] = match (owns, user.guest) {
        (true, _) => &["owner"],
        (false, true) => &["guest"],
        (false, false) => &[],
    };
    json!({
        "@odata.type": "#microsoft.graph.aadUserConversationMember",
        "id": STANDARD.encode(format!("MCMjMCMj{}##{team}##{person}", guid::text(tenant.id))),
        "roles": roles,
        "displayName": display_name(user),
        "visibleHistoryStartDateTime": "0001-01-01T00:00:00Z",
        "userId": person,
        "email": mail(tenant, user),
        "tenantId": guid::text(tenant.id),
    })
}

/// How many of each kind there are.
pub(super) fn counts(tenant: &Tenant) -> BTreeMap<&'static str, usize> {
    let teams: Vec<&Group> = tenant
        .groups
        .iter()
        .filter(|group| is_team(group))
        .collect();
    let channels = teams.iter().map(|group| team::channels(group).len());
    let people = teams.iter().map(|group| people(tenant, group).len());
    BTreeMap::from([
        ("team", teams.len()),
        ("channel", channels.sum()),
        ("aadUserConversationMember", people.sum()),
    ])
}
