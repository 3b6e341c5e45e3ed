//! Secure scores: one for each of the last ninety days, and what they are made of.
//! <https://learn.microsoft.com/graph/api/resources/securescore>,
//! <https://learn.microsoft.com/graph/api/resources/securescorecontrolprofile>

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::{DAY, iso};
use crate::guid;
use crate::list;
use crate::reply::{Reply, Result};
use crate::tenant::Tenant;

pub(crate) const DAYS: i64 = 90;
const SCORES: &str = "security/secureScores";
const CONTROLS: &str = "security/secureScoreControlProfiles";

/// A control: id, category, service, title, most points, tier, threats.
type Control = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    u32,
    &'static str,
    &'static str,
);

pub(crate) const ALL: [Control; 10] = [
    (
        "MFARegistrationV2",
        "Identity",
        "AzureAD",
        "Ensure multifactor authentication is enabled for all users",
        9,
        "Core",
        "Password Cracking",
    ),
    (
        "AdminMFAV2",
        "Identity",
        "AzureAD",
        "Require multifactor authentication for administrative roles",
        10,
        "Core",
        "Elevation of Privilege",
    ),
    (
        "BlockLegacyAuthentication",
        "Identity",
        "AzureAD",
        "Enable Conditional Access policies to block legacy authentication",
        8,
        "Core",
        "Password Cracking",
    ),
    (
        "PWAgePolicyNew",
        "Identity",
        "AzureAD",
        "Ensure the password expiration policy is set to never expire",
        8,
        "Core",
        "Account Breach",
    ),
    (
        "OneAdmin",
        "Identity",
        "AzureAD",
        "Designate more than one global admin",
        1,
        "Core",
        "Account Breach",
    ),
    (
        "SelfServicePasswordReset",
        "Identity",
        "AzureAD",
        "Ensure self-service password reset is enabled",
        1,
        "Core",
        "Account Breach",
    ),
    (
        "mdo_safelinksforemail",
        "Apps",
        "MDO",
        "Create Safe Links policies for email messages",
        9,
        "Defense in Depth",
        "Phishing",
    ),
    (
        "mdo_safeattachments",
        "Apps",
        "MDO",
        "Turn on Safe Attachments in block mode",
        8,
        "Defense in Depth",
        "Malicious Insider",
    ),
    (
        "spo_idle_session_timeout",
        "Apps",
        "SPO",
        "Sign out inactive users in SharePoint Online",
        1,
        "Advanced",
        "Data Exfiltration",
    ),
    (
        "dlp_datalossprevention",
        "Data",
        "MIP",
        "Ensure data loss prevention policies are enabled",
        10,
        "Advanced",
        "Data Exfiltration",
    ),
];

pub(crate) fn scores(call: &Call<'_>) -> Result<Reply> {
    let entity = "#microsoft.graph.secureScore";
    // The controls are only worked out for the days that are served.
    list::documents(call, SCORES, entity, 0..DAYS, |day| score(call.tenant, day))
}

pub(crate) fn controls(call: &Call<'_>) -> Result<Reply> {
    let entity = "#microsoft.graph.secureScoreControlProfile";
    list::documents(
        call,
        CONTROLS,
        entity,
        ALL.iter().zip(1_u32..),
        |(control, rank)| profile(call.tenant, control, rank),
    )
}

fn vendor() -> Value {
    json!({"provider": "SecureScore", "providerVersion": null, "subProvider": null, "vendor": "Microsoft"})
}

/// Points of a control on a day: they grow, and never fall.
fn points(tenant: &Tenant, at: usize, most: u32, day: i64) -> f64 {
    let reached = tenant.draw_below("control reached", at as u64, 90);
    let share = match u64::try_from(day).unwrap_or(0) {
        day if day <= reached => 100 - tenant.draw_below("control open", at as u64, 40),
        _ => 40,
    };
    let hundredths = u64::from(most) * share;
    f64::from(u32::try_from(hundredths).unwrap_or(0)) / 100.0
}

pub(crate) fn score(tenant: &Tenant, day: i64) -> Value {
    let at = tenant.base - (tenant.base.rem_euclid(DAY)) - day * DAY;
    let each: Vec<f64> = ALL
        .iter()
        .enumerate()
        .map(|(at, control)| points(tenant, at, control.4, day))
        .collect();
    let controls: Vec<Value> = ALL
        .iter()
        .zip(&each)
        .map(|((id, category, _, title, ..), score)| {
            json!({"controlCategory": category, "controlName": id, "description": title, "score": score})
        })
        .collect();
    let most: u32 = ALL.iter().map(|control| control.4).sum();
    let licensed = tenant
        .users
        .iter()
        .filter(|user| user.live() && user.licenses != 0)
        .count();
    let id = guid::text(tenant.id);
    json!({
        "id": format!("{id}_{}", iso(at).get(..10).unwrap_or_default()),
        "azureTenantId": id,
        "activeUserCount": licensed,
        "createdDateTime": iso(at),
        "currentScore": (each.iter().sum::<f64>() * 100.0).round() / 100.0,
        "enabledServices": ["HasExchange", "HasSharePoint", "HasAADP1"],
        "licensedUserCount": licensed,
        "maxScore": f64::from(most),
        "averageComparativeScores": [
            {"basis": "AllTenants", "averageScore": 30.5},
            {"basis": "TotalSeats", "averageScore": 33.25},
        ],
        "controlScores": controls,
        "vendorInformation": vendor(),
    })
}

pub(crate) fn profile(tenant: &Tenant, control: &Control, rank: u32) -> Value {
    let (id, category, service, title, most, tier, threat) = control;
    json!({
        "id": id,
        "azureTenantId": guid::text(tenant.id),
        "actionType": "Config",
        "actionUrl": "https://entra.microsoft.com",
        "controlCategory": category,
        "title": title,
        "deprecated": false,
        "implementationCost": "Low",
        "lastModifiedDateTime": null,
        "maxScore": f64::from(*most),
        "rank": rank,
        "remediation": format!("{title}."),
        "remediationImpact": "People may have to act once.",
        "service": service,
        "threats": [threat],
        "tier": tier,
        "userImpact": "Low",
        "complianceInformation": [],
        "controlStateUpdates": [{
            "assignedTo": null, "comment": null, "state": "Default", "updatedBy": null,
            "updatedDateTime": iso(tenant.base - 300 * DAY),
        }],
        "vendorInformation": vendor(),
    })
}
