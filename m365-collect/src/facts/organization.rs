//! The tenant, what it bought, and whom it trusts.

use std::collections::{BTreeMap, BTreeSet};

use compliance_map::Fact;
use compliance_map::facts::{CrossTenantFact, LicenseFact, PartnerFact, TenantFact};
use serde::Deserialize;
use serde_json::Value;

use super::fact::{fact, not_told, to_fact};
use super::part::{Part, is_read, remark};
use super::unmodelled::{self, Members, carried, carried_as};
use super::value::Single;
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::store::StoreError;
use crate::view::SubscribedSku;

/// <https://learn.microsoft.com/graph/api/resources/companysubscription>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Purchase {
    sku_id: Option<String>,
    is_trial: Option<bool>,
    status: Option<String>,
}

pub(super) async fn licenses(reader: &Reader<'_>) -> Result<Fact<LicenseFact>, StoreError> {
    let evidence = reader
        .evidence("subscribed_skus", &Kind::SUBSCRIBED_SKU)
        .await?;
    let purchases = Part::of(
        reader,
        "company_subscriptions",
        &Kind::COMPANY_SUBSCRIPTION,
        &evidence,
    )
    .await?;
    let trials = trials(reader, &purchases).await?;
    let rows = reader
        .rows(&Kind::SUBSCRIBED_SKU, |id, sku: SubscribedSku| {
            let sku_id = sku.sku_id.as_ref().map(|id| id.to_ascii_lowercase());
            let is_trial = sku_id.is_some_and(|id| trials.contains(&id));
            let seats = super::value::count(sku.enabled_units());
            Some(LicenseFact {
                sku: sku
                    .sku_part_number
                    .or_else(|| sku.sku_id.clone())
                    .unwrap_or(id),
                sku_id: sku.sku_id,
                purchased: seats,
                assigned: super::value::count(sku.consumed_units),
                status: sku
                    .capability_status
                    .as_deref()
                    .map(status)
                    .map(|word| {
                        if is_trial && word == "active" {
                            "trial"
                        } else {
                            word
                        }
                    })
                    .map(str::to_owned),
                service_plans: sku.service_plans.map(|plans| {
                    plans
                        .into_iter()
                        .filter_map(|plan| plan.service_plan_name)
                        .collect()
                }),
                ..LicenseFact::default()
            })
        })
        .await?;
    let mut licenses = to_fact(rows, evidence);
    purchases.remark(&mut licenses, "trials");
    Ok(licenses)
}

/// Products of which every purchase in force is a trial. Of a list that is not whole nothing is
/// concluded.
async fn trials(reader: &Reader<'_>, purchases: &Part) -> Result<BTreeSet<String>, StoreError> {
    let mut are_trials: BTreeMap<String, bool> = BTreeMap::new();
    if purchases.is_whole() {
        reader
            .rows(&Kind::COMPANY_SUBSCRIPTION, |_, purchase: Purchase| {
                let status = purchase.status.as_deref().unwrap_or_default();
                if let (Some(id), true) = (purchase.sku_id, status.eq_ignore_ascii_case("Enabled"))
                {
                    let is_trial = purchase.is_trial == Some(true);
                    let all = are_trials.entry(id.to_ascii_lowercase()).or_insert(true);
                    *all &= is_trial;
                }
                None::<()>
            })
            .await?;
    }
    let trials = are_trials.into_iter().filter(|(_, is_trial)| *is_trial);
    Ok(trials.map(|(id, _)| id).collect())
}

/// The words of `capabilityStatus` in the words of the evidence:
/// <https://learn.microsoft.com/graph/api/resources/subscribedsku>.
fn status(capability: &str) -> &str {
    match capability.to_ascii_lowercase().as_str() {
        "enabled" => "active",
        "warning" => "warning",
        "suspended" | "lockedout" => "suspended",
        "deleted" => "expired",
        _ => capability,
    }
}

/// Part numbers by id in lower case; `None` where products were not read.
pub(super) async fn sku_names(
    reader: &Reader<'_>,
) -> Result<Option<BTreeMap<String, String>>, StoreError> {
    let evidence = reader
        .evidence("subscribed_skus", &Kind::SUBSCRIBED_SKU)
        .await?;
    if !is_read(&evidence) {
        return Ok(None);
    }
    let names = reader
        .rows(&Kind::SUBSCRIBED_SKU, |_, sku: SubscribedSku| {
            Some((sku.sku_id?.to_ascii_lowercase(), sku.sku_part_number?))
        })
        .await?;
    Ok(Some(names.items.into_iter().collect()))
}

/// <https://learn.microsoft.com/graph/api/resources/domain>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Domain {
    authentication_type: Option<String>,
    is_verified: Option<bool>,
}

/// The tenant as received, with the domains whose passwords another provider holds.
pub(super) async fn tenant(reader: &Reader<'_>) -> Result<Fact<TenantFact>, StoreError> {
    let mut tenant = fact(
        reader,
        "organization",
        &Kind::ORGANIZATION,
        |_, extra: BTreeMap<String, Value>| TenantFact { extra },
    )
    .await?;
    let evidence = reader.evidence("organization", &Kind::ORGANIZATION).await?;
    let domains = Part::of(reader, "domains", &Kind::DOMAIN, &evidence).await?;
    if domains.is_whole() {
        let read = reader
            .rows(&Kind::DOMAIN, |id, domain: Domain| {
                let kind = domain.authentication_type.unwrap_or_default();
                let is_federated = kind.eq_ignore_ascii_case("Federated");
                (is_federated && domain.is_verified != Some(false)).then(|| Value::from(id))
            })
            .await?;
        for row in tenant.items.iter_mut().filter(|_| read.unreadable == 0) {
            row.extra
                .insert("federated_domains".to_owned(), read.items.clone().into());
        }
    }
    domains.remark(&mut tenant, "federated domains");
    Ok(tenant)
}

/// <https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicyconfigurationdefault>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trust {
    inbound_trust: Option<InboundTrust>,
    #[serde(flatten)]
    other: Members,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InboundTrust {
    is_mfa_accepted: Option<bool>,
    #[serde(flatten)]
    other: Members,
}

impl Trust {
    /// What more is said of it, that may take from what is accepted.
    fn further(&mut self) -> Members {
        let mut of_trust = Members::new();
        if let Some(trust) = &mut self.inbound_trust {
            of_trust = std::mem::take(&mut trust.other);
        }
        let mut further = carried(unmodelled::CROSS_TENANT, std::mem::take(&mut self.other));
        further.extend(carried_as(
            "inbound_trust",
            unmodelled::INBOUND_TRUST,
            of_trust,
        ));
        further
    }

    fn is_mfa_accepted(&self) -> Option<bool> {
        self.inbound_trust.as_ref()?.is_mfa_accepted
    }
}

/// What is accepted by default. Where MFA of some tenants is accepted against a default that does
/// not, the default does not speak for guests of those, and nothing is said of guests in general.
pub(super) async fn cross_tenant(reader: &Reader<'_>) -> Result<Fact<CrossTenantFact>, StoreError> {
    let kind = &Kind::CROSS_TENANT_DEFAULT;
    let evidence = reader.evidence("cross_tenant_access_default", kind).await?;
    let partners = Part::of(
        reader,
        "cross_tenant_access_partners",
        &Kind::CROSS_TENANT_PARTNER,
        &evidence,
    )
    .await?;
    let (mut trusted, mut refused) = (Vec::new(), Vec::new());
    let mut all_read = partners.is_known();
    if partners.is_known() {
        let read = reader
            .rows(&Kind::CROSS_TENANT_PARTNER, |id, mut partner: Trust| {
                let is_told = partner.further().is_empty();
                Some((partner.is_mfa_accepted(), is_told, Value::from(id)))
            })
            .await?;
        all_read &= read.unreadable == 0;
        for (is_accepted, is_told, id) in read.items {
            match is_accepted {
                Some(true) if is_told => trusted.push(id),
                Some(false) => refused.push(id),
                // What is not said of it follows the default; what is not known may refuse.
                None if is_told => {}
                _ => all_read = false,
            }
        }
    }
    let rows = reader
        .rows(kind, |_, Single(mut default): Single<Trust>| {
            let further = default.further();
            let is_told = further.is_empty();
            let mut row = CrossTenantFact {
                default_inbound_trust_mfa: default.is_mfa_accepted().filter(|is| !is || is_told),
                extra: further,
            };
            if !trusted.is_empty() {
                if row.default_inbound_trust_mfa == Some(false) {
                    row.default_inbound_trust_mfa = None;
                    row.extra.insert("default".to_owned(), false.into());
                }
                row.extra
                    .insert("trusted_tenants".to_owned(), trusted.clone().into());
            }
            // What is accepted by default is not accepted of these.
            if !refused.is_empty() {
                row.extra
                    .insert("refused_tenants".to_owned(), refused.clone().into());
            } else if !all_read {
                row.extra
                    .insert("single_tenants_not_read".to_owned(), true.into());
            }
            Some(row)
        })
        .await?;
    let mut trust = to_fact(rows, evidence);
    partners.remark(&mut trust, "trust in single tenants");
    if !trusted.is_empty() {
        let many = trusted.len();
        remark(
            &mut trust,
            &format!("MFA of {many} other tenants is accepted whatever the default says"),
        );
    }
    Ok(trust)
}

/// See <https://learn.microsoft.com/graph/api/resources/delegatedadminrelationship>.
pub(super) fn partners() -> Fact<PartnerFact> {
    not_told(
        "delegated administration can be listed in the partner's tenant only, not in the customer's",
    )
}
