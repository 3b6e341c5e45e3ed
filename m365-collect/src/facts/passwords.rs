//! Rules about passwords, lockout and banned words.

use std::collections::BTreeMap;

use compliance_map::Fact;
use compliance_map::facts::{PasswordPolicyFact, PasswordProtectionFact};
use serde::Deserialize;
use serde_json::Value;

use super::fact::{of_items, to_fact};
use super::part::{Part, is_whole};
use super::value::count;
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::store::StoreError;

/// <https://learn.microsoft.com/graph/api/resources/domain>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Domain {
    authentication_type: Option<String>,
    is_verified: Option<bool>,
    password_validity_period_in_days: Option<i64>,
}

/// <https://learn.microsoft.com/graph/api/resources/organization>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Organization {
    on_premises_sync_enabled: Option<bool>,
}

/// What the service itself asks of passwords that are kept in the cloud, and nobody can change:
/// <https://learn.microsoft.com/entra/identity/authentication/concept-sspr-policy>.
const LEAST_LENGTH: u32 = 8;
const FORMER_PASSWORDS: u32 = 1;

/// One row for each verified domain. Where passwords come from a directory on premises, its rules
/// decide about length and history, and those are not told.
pub(super) async fn policy(reader: &Reader<'_>) -> Result<Fact<PasswordPolicyFact>, StoreError> {
    let evidence = reader.evidence("domains", &Kind::DOMAIN).await?;
    let tenant = Part::of(reader, "organization", &Kind::ORGANIZATION, &evidence).await?;
    let mut are_cloud_only = false;
    if tenant.is_whole() {
        let organizations = reader
            .rows(&Kind::ORGANIZATION, |_, organization: Organization| {
                Some(organization.on_premises_sync_enabled != Some(true))
            })
            .await?;
        let items = &organizations.items;
        are_cloud_only =
            organizations.unreadable == 0 && !items.is_empty() && items.iter().all(|is| *is);
    }
    let rows = reader
        .rows(&Kind::DOMAIN, |domain, view: Domain| {
            let kind = view.authentication_type.unwrap_or_default();
            let federated = match kind.to_ascii_lowercase().as_str() {
                "federated" => Some(true),
                "managed" => Some(false),
                _ => None,
            };
            let by_service = are_cloud_only && federated == Some(false);
            (view.is_verified != Some(false)).then(|| PasswordPolicyFact {
                domain,
                min_length: by_service.then_some(LEAST_LENGTH),
                history: by_service.then_some(FORMER_PASSWORDS),
                validity_days: count(view.password_validity_period_in_days),
                federated,
                ..PasswordPolicyFact::default()
            })
        })
        .await?;
    let mut policy = to_fact(rows, evidence);
    tenant.remark(&mut policy, "whether passwords are kept on premises");
    Ok(policy)
}

/// <https://learn.microsoft.com/graph/api/resources/groupsetting>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupSetting {
    display_name: Option<String>,
    template_id: Option<String>,
    values: Option<Vec<SettingValue>>,
}

#[derive(Deserialize)]
struct SettingValue {
    name: Option<String>,
    value: Option<String>,
}

const NAME: &str = "Password Rule Settings";
const TEMPLATE: &str = "5cf42378-d67d-4f36-ba46-e8b86229381d";

impl GroupSetting {
    fn is_about_passwords(&self) -> bool {
        let is = |found: &Option<String>, known: &str| {
            found
                .as_deref()
                .is_some_and(|f| f.eq_ignore_ascii_case(known))
        };
        is(&self.template_id, TEMPLATE) || is(&self.display_name, NAME)
    }

    fn into_row(self) -> PasswordProtectionFact {
        let values: BTreeMap<String, String> = self
            .values
            .into_iter()
            .flatten()
            .filter_map(|pair| Some((pair.name?.to_ascii_lowercase(), pair.value?)))
            .collect();
        let number = |name: &str| values.get(name)?.trim().parse().ok();
        let flag = |name: &str| {
            let value = values.get(name)?.trim().to_ascii_lowercase();
            value.parse::<bool>().ok()
        };
        // An empty list bans nothing, enforced or not.
        let is_empty = values
            .get("bannedpasswordlist")
            .is_some_and(|list| list.trim().is_empty());
        let mode = values.get("bannedpasswordcheckonpremisesmode");
        PasswordProtectionFact {
            lockout_threshold: number("lockoutthreshold"),
            lockout_seconds: number("lockoutdurationinseconds"),
            banned_list_enforced: flag("enablebannedpasswordcheck").map(|is_on| is_on && !is_empty),
            extra: mode
                .map(|mode| ("on_premises_mode".to_owned(), Value::from(mode.clone())))
                .into_iter()
                .collect(),
        }
    }
}

/// What holds where nobody set anything:
/// <https://learn.microsoft.com/entra/identity/authentication/howto-password-smart-lockout>.
fn defaults() -> PasswordProtectionFact {
    PasswordProtectionFact {
        lockout_threshold: Some(10),
        lockout_seconds: Some(60),
        banned_list_enforced: Some(false),
        extra: BTreeMap::from([("default".to_owned(), Value::from(true))]),
    }
}

/// The setting, or the defaults where it is surely not there.
pub(super) async fn protection(
    reader: &Reader<'_>,
) -> Result<Fact<PasswordProtectionFact>, StoreError> {
    let evidence = reader
        .evidence("group_settings", &Kind::GROUP_SETTING)
        .await?;
    let read = reader
        .rows(&Kind::GROUP_SETTING, |_, setting: GroupSetting| {
            setting.is_about_passwords().then(|| setting.into_row())
        })
        .await?;
    let (mut rows, evidence) = read.with(evidence);
    if rows.is_empty() && is_whole(&evidence) {
        rows.push(defaults());
    }
    Ok(of_items(rows, evidence))
}
