//! The service plans that a tenant's subscriptions include, and the licenses that they stand for.
//!
//! <https://learn.microsoft.com/graph/api/subscribedsku-list>

use futures::TryStreamExt;
use graph_client::{Client, Error};
use serde::{Deserialize, Serialize};

/// Whether a tenant has a license.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LicenseState {
    /// A usable subscription includes it.
    Present,
    /// Only a subscription that has run out or is cancelled includes it.
    Lapsed,
    /// No subscription includes it.
    Missing,
    /// It is not known which service plan that is, or which ones the tenant has.
    NotKnown,
}

/// Licenses and the service plans of which any stands for it.
/// <https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference>
const PLANS: &[(&str, &[&str])] = &[
    ("AAD_PREMIUM_P2", &["AAD_PREMIUM_P2"]),
    ("AAD_PREMIUM", &["AAD_PREMIUM", "AAD_PREMIUM_P2"]),
    (
        "INTUNE",
        &[
            "INTUNE_A",
            "INTUNE_A_VL",
            "INTUNE_A_D",
            "INTUNE_EDU",
            "INTUNE_SMBIZ",
        ],
    ),
    ("THREAT_INTELLIGENCE", &["THREAT_INTELLIGENCE"]),
    ("ATP_ENTERPRISE", &["ATP_ENTERPRISE", "THREAT_INTELLIGENCE"]),
];

/// The service plans that stand for a license as sources name it: `Entra ID P1 (AAD_PREMIUM)`.
pub(crate) fn plans(license: &str) -> &'static [&'static str] {
    let license = license.to_ascii_uppercase();
    PLANS
        .iter()
        .find(|(name, _)| license.contains(name))
        .map_or(&[], |(_, plans)| plans)
}

/// <https://learn.microsoft.com/graph/api/resources/subscribedsku>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sku {
    #[serde(default)]
    capability_status: Option<String>,
    #[serde(default)]
    service_plans: Vec<Plan>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Plan {
    #[serde(default)]
    service_plan_name: Option<String>,
    #[serde(default)]
    provisioning_status: Option<String>,
}

/// The plans of a tenant.
#[derive(Debug, Default)]
pub(crate) struct Held {
    usable: Vec<String>,
    lapsed: Vec<String>,
}

/// No tenant has so many pages of subscriptions; the listing is not paged today.
const PAGES: usize = 20;

impl Held {
    /// Reads the plans of the tenant; `None` where the listing does not end or has items that cannot
    /// be read, since a plan might be among them.
    pub(crate) async fn read(client: &Client) -> Result<Option<Self>, Error> {
        let mut pages = client
            .list::<Sku>("subscribedSkus")
            .select(["capabilityStatus", "servicePlans"])
            .pages();
        let mut held = Self::default();
        for _ in 0..PAGES {
            let Some(page) = pages.try_next().await? else {
                return Ok(Some(held));
            };
            if !page.malformed.is_empty() {
                return Ok(None);
            }
            for sku in page.items {
                held.add(sku);
            }
        }
        Ok(None)
    }

    fn add(&mut self, sku: Sku) {
        // In `Warning` it has run out but still works.
        // https://learn.microsoft.com/graph/api/resources/subscribedsku
        let is = |text: &Option<String>, names: &[&str]| {
            text.as_deref()
                .is_some_and(|text| names.iter().any(|name| name.eq_ignore_ascii_case(text)))
        };
        let works = is(&sku.capability_status, &["Enabled", "Warning"]);
        for plan in sku.service_plans {
            let off = is(&plan.provisioning_status, &["Disabled", "Error"]);
            let Some(name) = plan.service_plan_name else {
                continue;
            };
            if works && !off {
                self.usable.push(name);
            } else {
                self.lapsed.push(name);
            }
        }
    }

    /// Whether the tenant has any of these plans.
    pub(crate) fn state(&self, plans: &[&str]) -> LicenseState {
        let any = |held: &[String]| {
            held.iter()
                .any(|name| plans.iter().any(|plan| plan.eq_ignore_ascii_case(name)))
        };
        if plans.is_empty() {
            LicenseState::NotKnown
        } else if any(&self.usable) {
            LicenseState::Present
        } else if any(&self.lapsed) {
            LicenseState::Lapsed
        } else {
            LicenseState::Missing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(json: &str) -> Held {
        let mut held = Held::default();
        for sku in serde_json::from_str::<Vec<Sku>>(json).unwrap() {
            held.add(sku);
        }
        held
    }

    #[test]
    fn a_plan_counts_only_in_a_subscription_in_force() {
        let of = |status: &str, plan: &str| {
            held(&format!(
                r#"[{{"capabilityStatus":"{status}","servicePlans":[{{"servicePlanName":"AAD_PREMIUM","provisioningStatus":"{plan}"}}]}}]"#
            ))
            .state(&["AAD_PREMIUM"])
        };
        assert_eq!(of("Enabled", "Success"), LicenseState::Present);
        assert_eq!(of("Enabled", "PendingActivation"), LicenseState::Present);
        assert_eq!(of("Warning", "Success"), LicenseState::Present);
        assert_eq!(of("Suspended", "Success"), LicenseState::Lapsed);
        assert_eq!(of("Enabled", "Disabled"), LicenseState::Lapsed);
        assert_eq!(held("[]").state(&["AAD_PREMIUM"]), LicenseState::Missing);
        assert_eq!(held("[]").state(&[]), LicenseState::NotKnown);
    }

    #[test]
    fn a_license_is_known_by_its_service_plan() {
        assert_eq!(
            plans("Entra ID P1 (AAD_PREMIUM)"),
            ["AAD_PREMIUM", "AAD_PREMIUM_P2"]
        );
        assert_eq!(plans("Entra ID P2 (AAD_PREMIUM_P2)"), ["AAD_PREMIUM_P2"]);
        assert!(plans("Microsoft Intune").contains(&"INTUNE_A"));
        assert!(plans("something new").is_empty());
    }
}
