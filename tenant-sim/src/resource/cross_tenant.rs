//! Access across tenants: what holds for everybody, and what for partners.
//! <https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicyconfigurationdefault>,
//! <https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicyconfigurationpartner>

use serde_json::{Value, json};

use crate::call::Call;
use crate::list;
use crate::reply::{Reply, Result};
use crate::tenant::Tenant;

const PARTNERS: &str = "policies/crossTenantAccessPolicy/partners";

pub(crate) fn default(call: &Call<'_>) -> Result<Reply> {
    let set = "policies/crossTenantAccessPolicy/default";
    list::singleton(call, set, "/$entity", &default_configuration())
}

pub(crate) fn partners(call: &Call<'_>) -> Result<Reply> {
    let entity = "#microsoft.graph.crossTenantAccessPolicyConfigurationPartner";
    list::documents(
        call,
        PARTNERS,
        entity,
        all_partners(call.tenant).iter(),
        Value::clone,
    )
}

pub(crate) fn partner(call: &Call<'_>) -> Result<Reply> {
    let found = all_partners(call.tenant)
        .into_iter()
        .find(|partner| partner["tenantId"].as_str() == Some(&call.route.id));
    let found = found.ok_or_else(|| call.not_found())?;
    Ok(list::document(call, PARTNERS, "/$entity", &found))
}

fn setting(access: &str) -> Value {
    json!({
        "usersAndGroups": {"accessType": access, "targets": [{"target": "AllUsers", "targetType": "user"}]},
        "applications": {
            "accessType": access, "targets": [{"target": "AllApplications", "targetType": "application"}],
        },
    })
}

/// As the service sets it. It has no id.
pub(crate) fn default_configuration() -> Value {
    json!({
        "isServiceDefault": true,
        "inboundTrust": {
            "isMfaAccepted": false, "isCompliantDeviceAccepted": false, "isHybridAzureADJoinedDeviceAccepted": false,
        },
        "b2bCollaborationOutbound": setting("allowed"),
        "b2bCollaborationInbound": setting("allowed"),
        "b2bDirectConnectOutbound": setting("blocked"),
        "b2bDirectConnectInbound": setting("blocked"),
        "tenantRestrictions": {
            "devices": null,
            "usersAndGroups": {"accessType": "blocked", "targets": [{"target": "AllUsers", "targetType": "user"}]},
            "applications": {
                "accessType": "blocked", "targets": [{"target": "AllApplications", "targetType": "application"}],
            },
        },
        "automaticUserConsentSettings": {"inboundAllowed": false, "outboundAllowed": false},
        "invitationRedemptionIdentityProviderConfiguration": {
            "primaryIdentityProviderPrecedenceOrder": [
                "externalFederation", "azureActiveDirectory", "socialIdentityProviders",
            ],
            "fallbackIdentityProvider": "defaultConfiguredIdp",
        },
    })
}

/// One partner whose MFA is trusted, one that provides services. They are told apart by their tenant and have no id;
/// what is as the default is `null`.
pub(crate) fn all_partners(tenant: &Tenant) -> Vec<Value> {
    let partner = |number, trusted: bool, provider: bool| {
        json!({
            "tenantId": tenant.derived_text("partner tenant", number),
            "isServiceProvider": if provider { Some(true) } else { None },
            "isInMultiTenantOrganization": false,
            "inboundTrust": if trusted {
                json!({
                    "isMfaAccepted": true, "isCompliantDeviceAccepted": true,
                    "isHybridAzureADJoinedDeviceAccepted": false,
                })
            } else {
                Value::Null
            },
            "b2bCollaborationOutbound": null,
            "b2bCollaborationInbound": null,
            "b2bDirectConnectOutbound": null,
            "b2bDirectConnectInbound": if trusted { setting("allowed") } else { Value::Null },
            "tenantRestrictions": null,
            "automaticUserConsentSettings": {"inboundAllowed": null, "outboundAllowed": null},
        })
    };
    vec![partner(0, true, false), partner(1, false, true)]
}
