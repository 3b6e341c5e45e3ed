//! The service plans of the tenant against what the chosen sources need.
//!
//! <https://learn.microsoft.com/graph/api/subscribedsku-list>

use futures::TryStreamExt;
use graph_client::{Client, Error};
use serde::{Deserialize, Serialize};

use super::calls::Calls;
use super::code::Code;
use super::diagnosis::Diagnosis;
use super::permission::SourceAccess;
use super::probe::service_of;
use crate::source::SourceId;

/// Whether the tenant has a licence that sources need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LicenceCheck {
    /// The licence, as the sources name it.
    pub licence: String,
    /// The service plans of which any will do.
    pub plans: Vec<&'static str>,
    /// Whether the tenant has it.
    pub state: LicenceState,
    /// The chosen sources that need it.
    pub needed_by: Vec<SourceId>,
}

/// Whether a tenant has a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LicenceState {
    /// A usable subscription includes it.
    Present,
    /// Only a subscription that has run out or is cancelled includes it.
    Lapsed,
    /// No subscription includes it.
    Missing,
    /// It is not known which service plan that is, or which ones the tenant has.
    NotKnown,
}

/// Licences and the service plans of which any stands for it.
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

/// The service plans that stand for a licence as sources name it: `Entra ID P1 (AAD_PREMIUM)`.
pub(super) fn plans(licence: &str) -> &'static [&'static str] {
    let licence = licence.to_ascii_uppercase();
    PLANS
        .iter()
        .find(|(name, _)| licence.contains(name))
        .map_or(&[], |(_, plans)| plans)
}

/// The licences that the sources need, none of them known yet.
pub(super) fn needed(sources: &[SourceAccess]) -> Vec<LicenceCheck> {
    let mut checks: Vec<LicenceCheck> = Vec::new();
    for source in sources {
        let Some(licence) = &source.licence else {
            continue;
        };
        match checks.iter_mut().find(|check| check.licence == *licence) {
            Some(check) => check.needed_by.push(source.source.clone()),
            None => checks.push(LicenceCheck {
                licence: licence.clone(),
                plans: plans(licence).to_vec(),
                state: LicenceState::NotKnown,
                needed_by: vec![source.source.clone()],
            }),
        }
    }
    checks
}

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
pub(super) struct Held {
    usable: Vec<String>,
    lapsed: Vec<String>,
}

/// No tenant has so many pages of subscriptions; the listing is not paged today.
const PAGES: usize = 20;

/// Reads the plans of the tenant; `None` where the listing does not end or has items that cannot
/// be read, since a plan might be among them.
pub(super) async fn read(client: &Client) -> Result<Option<Held>, Error> {
    let mut pages = client
        .list::<Sku>("subscribedSkus")
        .select(["capabilityStatus", "servicePlans"])
        .pages();
    let mut held = Held::default();
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

impl Held {
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
    pub(super) fn state(&self, plans: &[&str]) -> LicenceState {
        let any = |held: &[String]| {
            held.iter()
                .any(|name| plans.iter().any(|plan| plan.eq_ignore_ascii_case(name)))
        };
        if plans.is_empty() {
            LicenceState::NotKnown
        } else if any(&self.usable) {
            LicenceState::Present
        } else if any(&self.lapsed) {
            LicenceState::Lapsed
        } else {
            LicenceState::Missing
        }
    }
}

/// Brings together what the subscriptions and what the calls say about a licence: which sources
/// cannot be read for want of it, and what that means.
///
/// An answer of the service itself outweighs a list of subscriptions, since plans have many names.
pub(super) fn weigh(check: &mut LicenceCheck, calls: &Calls) -> (Vec<SourceId>, Option<Diagnosis>) {
    let refused: Vec<SourceId> = check
        .needed_by
        .iter()
        .filter(|source| calls.unlicensed.contains(source))
        .cloned()
        .collect();
    match check.state {
        LicenceState::Present | LicenceState::NotKnown if refused.is_empty() => (refused, None),
        LicenceState::Present => (refused.clone(), Some(contradicted(check, refused))),
        _ => {
            if check.state == LicenceState::NotKnown {
                check.state = LicenceState::Missing;
            }
            let answers = |source: &SourceId| {
                calls.proven.iter().any(|proven| {
                    proven == source
                        || (check.needed_by.contains(proven)
                            && service_of(proven) == service_of(source))
                })
            };
            let blocked: Vec<SourceId> = check
                .needed_by
                .iter()
                .filter(|source| !answers(source))
                .cloned()
                .collect();
            let diagnosis = (!blocked.is_empty()).then(|| missing(check, blocked.clone()));
            (blocked, diagnosis)
        }
    }
}

/// A licence that is not there.
fn missing(check: &LicenceCheck, blocked: Vec<SourceId>) -> Diagnosis {
    let names: Vec<&str> = blocked.iter().map(SourceId::as_str).collect();
    let why = match check.state {
        LicenceState::Lapsed => format!("the subscription with {} is not in force", check.licence),
        _ => format!("the tenant has no {}", check.licence),
    };
    let mut diagnosis = Diagnosis::new(
        Code::LicenceMissing,
        format!("{why}, without which {} cannot be read", names.join(", ")),
        "have the licence, or leave these sources out",
    )
    .blocking(blocked)
    .partial();
    if plans(&check.licence).contains(&"INTUNE_A") {
        diagnosis.link = Some(INTUNE);
    }
    diagnosis.plan = Some(plan(check));
    diagnosis
}

fn contradicted(check: &LicenceCheck, refused: Vec<SourceId>) -> Diagnosis {
    let mut diagnosis = Diagnosis::new(
        Code::LicenceContradicted,
        format!(
            "the service says that the tenant has no {}, which its subscriptions include",
            check.licence
        ),
        "a new licence takes some hours to be seen everywhere, and this answer also comes in \
         passing: try again later, then ask Microsoft support",
    )
    .blocking(refused)
    .partial();
    diagnosis.plan = Some(plan(check));
    diagnosis
}

fn plan(check: &LicenceCheck) -> String {
    let first = check.plans.first().copied();
    first.unwrap_or(check.licence.as_str()).to_owned()
}

const INTUNE: &str = "https://learn.microsoft.com/intune/fundamentals/licensing";

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
    fn a_licence_is_known_by_its_service_plan() {
        assert_eq!(
            plans("Entra ID P1 (AAD_PREMIUM)"),
            ["AAD_PREMIUM", "AAD_PREMIUM_P2"]
        );
        assert_eq!(plans("Entra ID P2 (AAD_PREMIUM_P2)"), ["AAD_PREMIUM_P2"]);
        assert!(plans("Microsoft Intune").contains(&"INTUNE_A"));
        assert!(plans("something new").is_empty());
    }

    #[test]
    fn a_plan_counts_only_in_a_subscription_in_force() {
        let of = |status: &str, plan: &str| {
            held(&format!(
                r#"[{{"capabilityStatus":"{status}","servicePlans":[{{"servicePlanName":"AAD_PREMIUM","provisioningStatus":"{plan}"}}]}}]"#
            ))
            .state(&["AAD_PREMIUM"])
        };
        assert_eq!(of("Enabled", "Success"), LicenceState::Present);
        assert_eq!(of("Enabled", "PendingActivation"), LicenceState::Present);
        assert_eq!(of("Warning", "Success"), LicenceState::Present);
        assert_eq!(of("Suspended", "Success"), LicenceState::Lapsed);
        assert_eq!(of("Enabled", "Disabled"), LicenceState::Lapsed);
        assert_eq!(held("[]").state(&["AAD_PREMIUM"]), LicenceState::Missing);
        assert_eq!(held("[]").state(&[]), LicenceState::NotKnown);
    }
}
