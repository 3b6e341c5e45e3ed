//! Service principals: the applications that the tenant knows.
//! <https://learn.microsoft.com/graph/api/resources/serviceprincipal>

use serde_json::{Value, json};

use crate::call::Call;
use crate::guid;
use crate::list::{self, Expansion};
use crate::odata::query::Expand;
use crate::reply::{Reply, Result};
use crate::resource::application::registration;
use crate::resource::group;
use crate::tenant::Tenant;
use crate::tenant::application::{self, BOUGHT, MICROSOFT, MICROSOFTS, Principal, ROLES, SCOPES};

const PRINCIPAL: &str = "#microsoft.graph.servicePrincipal";
const EXPANSIONS: &[Expansion<Value>] = &[("owners", expand_owners)];

fn expand_owners(call: &Call<'_>, principal: &Value, expand: &Expand) -> Option<Value> {
    let at = call.tenant.principal_at(principal["id"].as_str()?)?;
    let owners = call.tenant.principal_owners(at);
    Some(group::expanded(call, owners.into_iter(), expand))
}

pub(crate) fn list(call: &Call<'_>) -> Result<Reply> {
    let all = 0..call.tenant.principal_count();
    let describe = |at| describe(call.tenant, at);
    list::documents_expanding(
        call,
        "servicePrincipals",
        PRINCIPAL,
        all,
        describe,
        EXPANSIONS,
    )
}

pub(crate) fn one(call: &Call<'_>) -> Result<Reply> {
    let principal = describe(call.tenant, find(call)?);
    Ok(list::document(
        call,
        "servicePrincipals",
        "/$entity",
        &principal,
    ))
}

/// By the alternate key.
pub(crate) fn by_app_id(call: &Call<'_>) -> Result<Reply> {
    let wanted = call.route.id.to_ascii_lowercase();
    let (tenant, foreign) = (call.tenant, MICROSOFTS.len() + BOUGHT.len());
    // Those of the organisation are found by their number, the few others by looking.
    let own = application::number_of_app(tenant, &wanted).map(|number| foreign + number);
    let others = (0..foreign).chain([tenant.principal_count() - 1]);
    let found = own.or_else(|| {
        others
            .into_iter()
            .find(|at| describe(tenant, *at)["appId"] == wanted)
    });
    let principal = describe(tenant, found.ok_or_else(|| call.not_found())?);
    Ok(list::document(
        call,
        "servicePrincipals",
        "/$entity",
        &principal,
    ))
}

pub(crate) fn owners(call: &Call<'_>) -> Result<Reply> {
    let owners = call.tenant.principal_owners(find(call)?);
    group::objects(call, &owners.into_iter().collect())
}

pub(crate) fn find(call: &Call<'_>) -> Result<usize> {
    call.tenant
        .principal_at(&call.route.id)
        .ok_or_else(|| call.not_found())
}

/// The name that a service principal shows.
pub(crate) fn name(tenant: &Tenant, at: usize) -> String {
    match tenant.principal(at) {
        Some(Principal::Microsoft(at)) => {
            MICROSOFTS.get(at).map_or("", |(name, _)| *name).to_owned()
        }
        Some(Principal::Bought(at)) => BOUGHT.get(at).map_or("", |(name, _)| *name).to_owned(),
        Some(Principal::Own(number)) => application::name(number),
        Some(Principal::Managed) | None => "automation-account".to_owned(),
    }
}

pub(crate) fn describe(tenant: &Tenant, at: usize) -> Value {
    let principal = tenant.principal(at);
    let mut value = json!({
        "id": tenant.principal_id(at),
        "deletedDateTime": null,
        "accountEnabled": true,
        "alternativeNames": [],
        "appDescription": null,
        "appDisplayName": name(tenant, at),
        "appId": tenant.derived_text("foreign app", at as u64),
        "applicationTemplateId": null,
        "appOwnerOrganizationId": null,
        "appRoleAssignmentRequired": false,
        "appRoles": [],
        "description": null,
        "disabledByMicrosoftStatus": null,
        "displayName": name(tenant, at),
        "homepage": null,
        "keyCredentials": [],
        "loginUrl": null,
        "notes": null,
        "notificationEmailAddresses": [],
        "oauth2PermissionScopes": [],
        "passwordCredentials": [],
        "preferredSingleSignOnMode": null,
        "replyUrls": [],
        "servicePrincipalNames": [],
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMultipleOrgs",
        "tags": ["WindowsAzureActiveDirectoryIntegratedApp"],
        "verifiedPublisher": {"displayName": null, "verifiedPublisherId": null, "addedDateTime": null},
    });
    match principal {
        Some(Principal::Microsoft(at)) => {
            value["appId"] = json!(MICROSOFTS.get(at).map(|(_, id)| id));
            value["appOwnerOrganizationId"] = json!(MICROSOFT);
            value["tags"] = json!([]);
            if at == 0 {
                value["appRoles"] = graph_roles();
                value["oauth2PermissionScopes"] = graph_scopes();
            }
        }
        Some(Principal::Bought(at)) => {
            value["appOwnerOrganizationId"] = json!(tenant.derived_text("publisher", at as u64));
            value["appRoleAssignmentRequired"] = json!(at.is_multiple_of(2));
            if BOUGHT.get(at).is_some_and(|(_, verified)| *verified) {
                value["verifiedPublisher"] = json!({
                    "displayName": format!("Publisher {}", at + 1),
                    "verifiedPublisherId": (1_000_000 + at).to_string(),
                    "addedDateTime": "2022-05-04T00:00:00Z",
                });
            }
        }
        Some(Principal::Own(number)) => {
            value["appId"] = json!(application::app_id(tenant, number));
            value["appOwnerOrganizationId"] = json!(guid::text(tenant.id));
            value["signInAudience"] = json!("AzureADMyOrg");
            value["appRoles"] = registration::app_roles(tenant, number);
            value["accountEnabled"] = json!(number % 9 != 8);
        }
        Some(Principal::Managed) | None => {
            value["servicePrincipalType"] = json!("ManagedIdentity");
            value["tags"] = json!([]);
            value["signInAudience"] = json!(null);
        }
    }
    value["servicePrincipalNames"] = json!([value["appId"]]);
    value
}

fn graph_roles() -> Value {
    let roles = ROLES.iter().map(|(id, value, _)| {
        json!({
            "allowedMemberTypes": ["Application"], "description": format!("Allows the app {value} without a signed-in user."),
            "displayName": value, "id": id, "isEnabled": true, "origin": "Application", "value": value,
        })
    });
    roles.collect()
}

fn graph_scopes() -> Value {
    let scopes = SCOPES.iter().map(|(id, value, kind)| {
        json!({
            "adminConsentDescription": value, "adminConsentDisplayName": value, "id": id, "isEnabled": true,
            "type": kind, "userConsentDescription": value, "userConsentDisplayName": value, "value": value,
        })
    });
    scopes.collect()
}
