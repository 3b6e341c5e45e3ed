//! The organisation, its domains and its subscriptions.
//! <https://learn.microsoft.com/graph/api/resources/organization>,
//! <https://learn.microsoft.com/graph/api/resources/domain>,
//! <https://learn.microsoft.com/graph/api/resources/subscribedsku>

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::area::License;
use crate::call::Call;
use crate::clock::{DAY, iso};
use crate::guid;
use crate::list;
use crate::reply::{GraphError, Reply, Result};
use crate::tenant::Tenant;
use crate::tenant::sku::{Plan, Sku};

const ORGANIZATION: &str = "#microsoft.graph.organization";
const DOMAIN: &str = "#microsoft.graph.domain";
const SKU: &str = "#microsoft.graph.subscribedSku";

pub(crate) fn organizations(call: &Call<'_>) -> Result<Reply> {
    list::documents(
        call,
        "organization",
        ORGANIZATION,
        std::iter::once(call.tenant),
        |tenant| describe(tenant, &call.access.missing_licenses()),
    )
}

pub(crate) fn organization(call: &Call<'_>) -> Result<Reply> {
    if guid::parse(&call.route.id) != Some(call.tenant.id) {
        return Err(GraphError::not_found(&call.route.id));
    }
    Ok(list::document(
        call,
        "organization",
        "/$entity",
        &describe(call.tenant, &call.access.missing_licenses()),
    ))
}

pub(crate) fn domains(call: &Call<'_>) -> Result<Reply> {
    list::documents(
        call,
        "domains",
        DOMAIN,
        all_domains(call.tenant).iter(),
        Value::clone,
    )
}

pub(crate) fn domain(call: &Call<'_>) -> Result<Reply> {
    Ok(list::document(
        call,
        "domains",
        "/$entity",
        &find_domain(call)?,
    ))
}

/// The domain that a path names.
pub(crate) fn find_domain(call: &Call<'_>) -> Result<Value> {
    let found = all_domains(call.tenant).into_iter().find(|domain| {
        domain["id"]
            .as_str()
            .is_some_and(|id| id.eq_ignore_ascii_case(&call.route.id))
    });
    found.ok_or_else(|| call.not_found())
}

pub(crate) fn skus(call: &Call<'_>) -> Result<Reply> {
    list::documents(
        call,
        "subscribedSkus",
        SKU,
        all_skus(call.tenant, &call.access.missing_licenses()).iter(),
        Value::clone,
    )
}

pub(crate) fn sku(call: &Call<'_>) -> Result<Reply> {
    let skus = all_skus(call.tenant, &call.access.missing_licenses());
    let found = skus
        .iter()
        .find(|sku| sku["id"].as_str() == Some(&call.route.id));
    let found = found.ok_or_else(|| GraphError::not_found(&call.route.id))?;
    Ok(list::document(call, "subscribedSkus", "/$entity", found))
}

/// The service plans of a subscription; those of licenses that the tenant lacks are not among them.
fn plans<'a>(
    sku: &'a Sku,
    missing: &'a BTreeSet<License>,
) -> impl Iterator<Item = &'static Plan> + 'a {
    sku.plans
        .iter()
        .filter(|(_, name, _)| !missing.iter().any(|license| license.rules_out(name)))
}

/// The organisation as Graph shows it.
pub(crate) fn describe(tenant: &Tenant, missing: &BTreeSet<License>) -> Value {
    let since = iso(tenant.base - 2_500 * DAY);
    let held: BTreeSet<&Plan> = tenant
        .skus
        .iter()
        .flat_map(|sku| plans(sku, missing))
        .collect();
    let assigned: Vec<Value> = held
        .iter()
        .map(|(id, _, service)| {
            json!({"assignedDateTime": since, "capabilityStatus": "Enabled", "service": service, "servicePlanId": id})
        })
        .collect();
    let provisioned: Vec<Value> = held
        .iter()
        .map(|(_, _, service)| {
            json!({"capabilityStatus": "Enabled", "provisioningStatus": "Success", "service": service})
        })
        .collect();
    let intune = held
        .iter()
        .any(|(_, name, _)| *name == License::Intune.plan());
    json!({
        "id": guid::text(tenant.id),
        "deletedDateTime": null,
        "businessPhones": ["+1 425 555 0100"],
        "city": "Berlin",
        "country": "Germany",
        "countryLetterCode": "DE",
        "createdDateTime": since,
        "defaultUsageLocation": null,
        "displayName": tenant.name,
        "marketingNotificationEmails": [],
        "onPremisesLastSyncDateTime": null,
        "onPremisesSyncEnabled": null,
        "partnerTenantType": null,
        "postalCode": "10115",
        "preferredLanguage": "en",
        "privacyProfile": null,
        "securityComplianceNotificationMails": [],
        "securityComplianceNotificationPhones": [],
        "state": null,
        "street": null,
        "technicalNotificationMails": [format!("it@{}", tenant.domain)],
        "tenantType": "AAD",
        "assignedPlans": assigned,
        "provisionedPlans": provisioned,
        "mobileDeviceManagementAuthority": if intune { "intune" } else { "unknown" },
        "verifiedDomains": [
            {"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": true, "isInitial": false, "name": tenant.domain, "type": "Managed"},
            {"capabilities": "None", "isDefault": false, "isInitial": true, "name": tenant.initial_domain, "type": "Managed"},
        ],
    })
}

/// The default domain and the initial one.
pub(crate) fn all_domains(tenant: &Tenant) -> Vec<Value> {
    let domain = |name: &str, default: bool, services: &[&str]| {
        json!({
            "id": name,
            "authenticationType": "Managed",
            "availabilityStatus": null,
            "isAdminManaged": true,
            "isDefault": default,
            "isInitial": !default,
            "isRoot": true,
            "isVerified": true,
            "manufacturer": null,
            "model": null,
            "passwordNotificationWindowInDays": 14,
            "passwordValidityPeriodInDays": 2_147_483_647_i64,
            "state": null,
            "supportedServices": services,
        })
    };
    vec![
        domain(
            &tenant.domain,
            true,
            &["Email", "OfficeCommunicationsOnline"],
        ),
        domain(
            &tenant.initial_domain,
            false,
            &["Email", "OfficeCommunicationsOnline"],
        ),
    ]
}

/// The subscriptions, with the seats in use counted.
pub(crate) fn all_skus(tenant: &Tenant, missing: &BTreeSet<License>) -> Vec<Value> {
    let organization = guid::text(tenant.id);
    let describe = |(at, sku): (usize, &Sku)| {
        let plans: Vec<Value> = plans(sku, missing)
            .map(|(id, name, _)| {
                json!({"servicePlanId": id, "servicePlanName": name, "provisioningStatus": "Success", "appliesTo": "User"})
            })
            .collect();
        json!({
            "accountId": organization,
            "accountName": tenant.name,
            "appliesTo": "User",
            "capabilityStatus": "Enabled",
            "consumedUnits": tenant.consumed(at),
            "id": format!("{organization}_{}", sku.id),
            "skuId": sku.id,
            "skuPartNumber": sku.part_number,
            "subscriptionIds": [guid::text(sku.subscription)],
            "prepaidUnits": {"enabled": sku.seats, "suspended": 0, "warning": 0, "lockedOut": 0},
            "servicePlans": plans,
        })
    };
    tenant.skus.iter().enumerate().map(describe).collect()
}
