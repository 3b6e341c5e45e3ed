//! Conditional access policies, named locations and security defaults.
//! <https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy>,
//! <https://learn.microsoft.com/graph/api/resources/namedlocation>,
//! <https://learn.microsoft.com/graph/api/resources/identitysecuritydefaultsenforcementpolicy>

use serde_json::{Value, json};

use crate::odata::list;
use crate::server::call::Call;
use crate::server::reply::{GraphError, Reply, Result};
use crate::server::route::Resource;
use crate::tenant::Tenant;

fn collection<'t>(call: &Call<'t>) -> (&'static str, &'static str, &'t [Value]) {
    match call.route.resource {
        Resource::Policies | Resource::Policy => (
            "identity/conditionalAccess/policies",
            "#microsoft.graph.conditionalAccessPolicy",
            &call.tenant.policies,
        ),
        _ => (
            "identity/conditionalAccess/namedLocations",
            "#microsoft.graph.namedLocation",
            &call.tenant.named_locations,
        ),
    }
}

pub(crate) fn list(call: &Call<'_>) -> Result<Reply> {
    let (set, entity, all) = collection(call);
    list::documents(call, set, entity, all.iter(), Value::clone)
}

pub(crate) fn one(call: &Call<'_>) -> Result<Reply> {
    let (set, _, all) = collection(call);
    let found = all
        .iter()
        .find(|item| item.get("id").and_then(Value::as_str) == Some(&call.route.id));
    let found = found.ok_or_else(|| GraphError::not_found(&call.route.id))?;
    Ok(list::document(call, set, "/$entity", found))
}

pub(crate) fn security_defaults(call: &Call<'_>) -> Reply {
    list::document(
        call,
        "policies/identitySecurityDefaultsEnforcementPolicy",
        "/$entity",
        &describe(call.tenant),
    )
}

/// Security defaults as Graph shows them.
pub(crate) fn describe(tenant: &Tenant) -> Value {
    json!({
        "id": "00000000-0000-0000-0000-000000000005",
        "displayName": "Security Defaults",
        "description": "A basic set of identity security settings that Microsoft recommends.",
        "isEnabled": tenant.security_defaults,
    })
}
