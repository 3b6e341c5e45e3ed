//! The applications that the organisation registered.
//! <https://learn.microsoft.com/graph/api/resources/application>

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::{DAY, iso};
use crate::list::{self, Expansion};
use crate::odata::query::Expand;
use crate::reply::{Reply, Result};
use crate::resource::application::credentials;
use crate::resource::group;
use crate::tenant::Tenant;
use crate::tenant::application::{self, GRAPH, ROLES, SCOPES};

const APPLICATION: &str = "#microsoft.graph.application";
const EXPANSIONS: &[Expansion<Value>] = &[("owners", expand_owners)];

fn expand_owners(call: &Call<'_>, app: &Value, expand: &Expand) -> Option<Value> {
    let number = number_of(call.tenant, app["id"].as_str()?)?;
    let owners = call.tenant.application_owners(number);
    Some(group::expanded(call, owners.into_iter(), expand))
}

pub(crate) fn list(call: &Call<'_>) -> Result<Reply> {
    let all = 0..call.tenant.applications;
    let describe = |number| describe(call.tenant, number);
    list::documents_expanding(call, "applications", APPLICATION, all, describe, EXPANSIONS)
}

pub(crate) fn one(call: &Call<'_>) -> Result<Reply> {
    let app = describe(call.tenant, find(call)?);
    Ok(list::document(call, "applications", "/$entity", &app))
}

/// By the alternate key; an application that another tenant registered is not found, the reader's own included.
pub(crate) fn by_app_id(call: &Call<'_>) -> Result<Reply> {
    let number = application::number_of_app(call.tenant, &call.route.id);
    let app = describe(call.tenant, number.ok_or_else(|| call.not_found())?);
    Ok(list::document(call, "applications", "/$entity", &app))
}

pub(crate) fn owners(call: &Call<'_>) -> Result<Reply> {
    let owners = call.tenant.application_owners(find(call)?);
    group::objects(call, &owners.into_iter().collect())
}

fn number_of(tenant: &Tenant, id: &str) -> Option<usize> {
    let number = usize::try_from(tenant.number_of("application", id)?).ok()?;
    (number < tenant.applications).then_some(number)
}

fn find(call: &Call<'_>) -> Result<usize> {
    number_of(call.tenant, &call.route.id).ok_or_else(|| call.not_found())
}

pub(crate) fn describe(tenant: &Tenant, number: usize) -> Value {
    let (passwords, keys) = credentials(tenant, number, &application::credentials(number));
    let roles = tenant
        .granted_roles(number)
        .filter_map(|role| ROLES.get(role))
        .map(|(id, ..)| json!({"id": id, "type": "Role"}));
    let scope = SCOPES
        .first()
        .map(|(id, ..)| json!({"id": id, "type": "Scope"}));
    let access: Vec<Value> = roles.chain(scope).collect();
    json!({
        "id": application::object_id(tenant, number),
        "deletedDateTime": null,
        "appId": application::app_id(tenant, number),
        "applicationTemplateId": null,
        "appRoles": app_roles(tenant, number),
        "createdDateTime": iso(tenant.base - 900 * DAY + i64::try_from(number).unwrap_or(0) * 3_600),
        "description": null,
        "disabledByMicrosoftStatus": null,
        "displayName": application::name(number),
        "identifierUris": [],
        "isFallbackPublicClient": null,
        "keyCredentials": keys,
        "notes": null,
        "passwordCredentials": passwords,
        "publisherDomain": tenant.domain,
        "requiredResourceAccess": [{"resourceAppId": GRAPH, "resourceAccess": access}],
        "servicePrincipalLockConfiguration": if number.is_multiple_of(5) {
            Value::Null
        } else {
            json!({
                "isEnabled": true, "allProperties": true, "credentialsWithUsageVerify": true,
                "credentialsWithUsageSign": true, "tokenEncryptionKeyId": true,
            })
        },
        "signInAudience": if number % 8 == 7 { "AzureADMultipleOrgs" } else { "AzureADMyOrg" },
        "tags": [],
        "web": {
            "homePageUrl": null, "logoutUrl": null, "redirectUris": [],
            "implicitGrantSettings": {"enableAccessTokenIssuance": false, "enableIdTokenIssuance": number % 8 == 5},
        },
    })
}

/// Every third application has a role for people.
pub(crate) fn app_roles(tenant: &Tenant, number: usize) -> Value {
    if !number.is_multiple_of(3) {
        return json!([]);
    }
    json!([{
        "allowedMemberTypes": ["User"],
        "description": "May approve what others enter",
        "displayName": "Approver",
        "id": tenant.derived_text("app role", number as u64),
        "isEnabled": true,
        "origin": "Application",
        "value": "Approver",
    }])
}
