//! Conditional access policies, named locations and security defaults.
//! <https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy>,
//! <https://learn.microsoft.com/graph/api/resources/namedlocation>,
//! <https://learn.microsoft.com/graph/api/resources/identitysecuritydefaultsenforcementpolicy>

use serde_json::{Value, json};

use crate::call::Call;
use crate::list;
use crate::reply::{GraphError, Reply, Result};
use crate::tenant::Tenant;

const POLICIES: (&str, &str) = (
    "identity/conditionalAccess/policies",
    "#microsoft.graph.conditionalAccessPolicy",
);
const LOCATIONS: (&str, &str) = (
    "identity/conditionalAccess/namedLocations",
    "#microsoft.graph.namedLocation",
);

pub(crate) fn policies(call: &Call<'_>) -> Result<Reply> {
    all(call, POLICIES, &call.tenant.policies)
}

pub(crate) fn policy(call: &Call<'_>) -> Result<Reply> {
    one(call, POLICIES, &call.tenant.policies)
}

pub(crate) fn named_locations(call: &Call<'_>) -> Result<Reply> {
    all(call, LOCATIONS, &call.tenant.named_locations)
}

pub(crate) fn named_location(call: &Call<'_>) -> Result<Reply> {
    one(call, LOCATIONS, &call.tenant.named_locations)
}

fn all(call: &Call<'_>, (set, entity): (&str, &str), all: &[Value]) -> Result<Reply> {
    list::documents(call, set, entity, all.iter(), Value::clone)
}

fn one(call: &Call<'_>, (set, _): (&str, &str), all: &[Value]) -> Result<Reply> {
    let found = all
        .iter()
        .find(|item| item.get("id").and_then(Value::as_str) == Some(&call.route.id));
    let found = found.ok_or_else(|| GraphError::not_found(&call.route.id))?;
    Ok(list::document(call, set, "/$entity", found))
}

pub(crate) fn security_defaults(call: &Call<'_>) -> Result<Reply> {
    list::singleton(
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
