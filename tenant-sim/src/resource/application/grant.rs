//! Who consented to what, and who is assigned to which application.
//! <https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant>,
//! <https://learn.microsoft.com/graph/api/resources/approleassignment>

use base64::Engine as _;
use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::{DAY, iso};
use crate::guid::{self, Guid};
use crate::list;
use crate::reply::{Reply, Result};
use crate::resource::application::principal;
use crate::tenant::Tenant;
use crate::tenant::application::{BOUGHT, DEFAULT_ROLE, MICROSOFTS, Principal, ROLES};
use crate::tenant::user_property::display_name;

const GRANTS: &str = "oauth2PermissionGrants";

pub(crate) fn permissions(call: &Call<'_>) -> Result<Reply> {
    let entity = "#microsoft.graph.oAuth2PermissionGrant";
    list::documents(
        call,
        GRANTS,
        entity,
        0..grant_count(call.tenant),
        |number| grant(call.tenant, number),
    )
}

/// What a path names is the application that others are assigned to.
pub(crate) fn assigned_to(call: &Call<'_>) -> Result<Reply> {
    let at = principal::find(call)?;
    let set = format!("servicePrincipals('{}')/appRoleAssignedTo", call.route.id);
    let entity = "#microsoft.graph.appRoleAssignment";
    let all = assignments(call.tenant, at);
    list::documents(call, &set, entity, all.iter(), |given| {
        assignment(call.tenant, at, *given)
    })
}

/// For each application that is not Microsoft's: everybody's consent by an administrator, and every third time that
/// of one person.
pub(crate) fn grant_count(tenant: &Tenant) -> usize {
    let clients = BOUGHT.len() + tenant.applications;
    clients + clients / 3
}

pub(crate) fn grant(tenant: &Tenant, number: usize) -> Value {
    let clients = BOUGHT.len() + tenant.applications;
    // The consents of single people come last.
    let (client, person) = match number.checked_sub(clients) {
        None => (number, None),
        Some(rest) => (rest * 3, tenant.draw_person("consent", rest as u64)),
    };
    let scope = match (person.is_some(), client % 4) {
        (true, _) => "Mail.Read Files.Read.All offline_access",
        (false, 0) => "openid profile User.Read offline_access Mail.Read",
        _ => "openid profile User.Read",
    };
    json!({
        "id": opaque(tenant.derived_id("grant", number as u64), tenant.id),
        "clientId": tenant.principal_id(MICROSOFTS.len() + client),
        "consentType": if person.is_some() { "Principal" } else { "AllPrincipals" },
        "principalId": person.map(|user| guid::text(user.id)),
        "resourceId": tenant.principal_id(0),
        "scope": scope,
    })
}

/// Who has a role of an application.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Given {
    /// The role at this place in [`ROLES`], to the organisation's application of this number.
    Application(usize, usize),
    /// A person or group.
    Member(Guid),
}

/// The assignments to the application at this place.
pub(crate) fn assignments(tenant: &Tenant, at: usize) -> Vec<Given> {
    match tenant.principal(at) {
        Some(Principal::Microsoft(0)) => (0..tenant.applications)
            .flat_map(|number| {
                tenant
                    .granted_roles(number)
                    .map(move |role| Given::Application(number, role))
            })
            .collect(),
        Some(Principal::Bought(bought)) => tenant
            .assigned(bought)
            .into_iter()
            .map(Given::Member)
            .collect(),
        _ => Vec::new(),
    }
}

pub(crate) fn assignment(tenant: &Tenant, at: usize, given: Given) -> Value {
    let (id, role, kind, principal_id, name) = match given {
        Given::Application(number, role) => {
            let holder = MICROSOFTS.len() + BOUGHT.len() + number;
            (
                tenant.derived_id("role given", (number * 16 + role) as u64),
                ROLES.get(role).map_or(DEFAULT_ROLE, |(id, ..)| *id),
                "ServicePrincipal",
                tenant.principal_id(holder),
                principal::name(tenant, holder),
            )
        }
        Given::Member(member) => {
            let user = tenant.user(member);
            let group = tenant.group(member).map(|group| group.name.clone());
            (
                member ^ tenant.derived_id("assigned to", at as u64),
                DEFAULT_ROLE,
                if user.is_some() { "User" } else { "Group" },
                guid::text(member),
                user.map(display_name).or(group).unwrap_or_default(),
            )
        }
    };
    json!({
        "id": opaque(id, 0),
        "deletedDateTime": null,
        "appRoleId": role,
        "createdDateTime": iso(tenant.base - 300 * DAY),
        "principalDisplayName": name,
        "principalId": principal_id,
        "principalType": kind,
        "resourceDisplayName": principal::name(tenant, at),
        "resourceId": tenant.principal_id(at),
    })
}

/// An id that is no GUID, as these types have.
fn opaque(one: Guid, other: Guid) -> String {
    let bytes: Vec<u8> = one
        .to_be_bytes()
        .into_iter()
        .chain(other.to_be_bytes())
        .collect();
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
