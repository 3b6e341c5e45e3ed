//! Settings of the settings catalogue that can be read surely: the id of each is the path of a
//! documented policy, and the value of a choice ends in that policy's value.

use std::collections::BTreeMap;

use compliance_map::facts::DeviceConfigFact;
use serde_json::Value;

use super::device_profile::on_everywhere;
use super::part::rows;
use crate::evidence::{EvidenceState, Reader};
use crate::kind::Kind;
use crate::store::StoreError;

/// <https://learn.microsoft.com/windows/client-management/mdm/policy-csp-defender>
const BEHAVIOUR: &str = "device_vendor_msft_policy_config_defender_allowbehaviormonitoring";
const SCANNED: &str =
    "device_vendor_msft_policy_config_defender_allowfullscanremovabledrivescanning";
/// <https://learn.microsoft.com/windows/client-management/mdm/policy-csp-devicelock>
const PASSWORD: &str = "device_vendor_msft_policy_config_devicelock_devicepasswordenabled";
const LOCK: &str = "device_vendor_msft_policy_config_devicelock_maxinactivitytimedevicelock";
const ATTEMPTS: &str =
    "device_vendor_msft_policy_config_devicelock_maxdevicepasswordfailedattempts";
/// <https://learn.microsoft.com/windows/client-management/mdm/policy-csp-autoplay>
const AUTORUN: &str =
    "device_vendor_msft_policy_config_autoplay_setdefaultautorunbehavior_noautorun_dropdown";
/// <https://learn.microsoft.com/windows/client-management/mdm/firewall-csp>
const FIREWALL: [&str; 3] = [
    "vendor_msft_firewall_mdmstore_domainprofile_enablefirewall",
    "vendor_msft_firewall_mdmstore_privateprofile_enablefirewall",
    "vendor_msft_firewall_mdmstore_publicprofile_enablefirewall",
];

fn is_known(id: &str) -> bool {
    [BEHAVIOUR, SCANNED, PASSWORD, LOCK, ATTEMPTS, AUTORUN].contains(&id) || FIREWALL.contains(&id)
}

/// The known settings of one policy, by id: what follows the id in a choice, or a number.
#[derive(Debug, Default)]
pub(super) struct Settings(BTreeMap<String, String>);

impl Settings {
    /// Takes the known settings out of an instance and of those under it.
    fn gather(&mut self, value: &Value) {
        match value {
            Value::Array(list) => list.iter().for_each(|value| self.gather(value)),
            Value::Object(members) => {
                if let Some(id) = members.get("settingDefinitionId").and_then(Value::as_str) {
                    let id = id.to_ascii_lowercase();
                    if let Some(chosen) = chosen(&id, value).filter(|_| is_known(&id)) {
                        self.0.insert(id, chosen);
                    }
                }
                members.values().for_each(|value| self.gather(value));
            }
            _ => {}
        }
    }

    /// Whether a setting has one value or the other; any other value says nothing.
    fn flag(&self, id: &str, on: &str, off: &str) -> Option<bool> {
        let value = self.0.get(id)?;
        if value == on {
            Some(true)
        } else {
            (value == off).then_some(false)
        }
    }

    /// A number above zero: zero means no limit.
    fn limit(&self, id: &str) -> Option<u32> {
        let number = self.0.get(id)?.parse().ok()?;
        (number > 0).then_some(number)
    }

    /// Sets what the settings say.
    pub(super) fn lay_over(&self, row: &mut DeviceConfigFact) {
        row.behaviour_monitoring = self.flag(BEHAVIOUR, "1", "0");
        row.removable_media_scanned = self.flag(SCANNED, "1", "0");
        row.autorun_blocked = self.flag(AUTORUN, "1", "2");
        row.firewall = on_everywhere(FIREWALL.map(|id| self.flag(id, "true", "false")));
        // 0 is what switches the password on.
        if self.flag(PASSWORD, "0", "1") == Some(true) {
            row.lock_minutes = self.limit(LOCK);
            row.failed_attempts = self.limit(ATTEMPTS);
        }
    }
}

/// What is chosen in an instance.
fn chosen(id: &str, instance: &Value) -> Option<String> {
    let value = |name: &str| instance.get(name)?.get("value");
    if let Some(choice) = value("choiceSettingValue").and_then(Value::as_str) {
        let choice = choice.to_ascii_lowercase();
        return choice
            .strip_prefix(id)?
            .strip_prefix('_')
            .map(str::to_owned);
    }
    match value("simpleSettingValue")? {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

/// The known settings by policy; records are keyed `policy/setting`.
pub(super) async fn read_settings(
    reader: &Reader<'_>,
    evidence: EvidenceState,
) -> Result<(BTreeMap<String, Settings>, EvidenceState), StoreError> {
    let mut by_policy: BTreeMap<String, Settings> = BTreeMap::new();
    let (_, evidence) = rows(
        reader,
        evidence,
        &Kind::CONFIGURATION_SETTING,
        |key, setting: Value| {
            let policy = key
                .split_once('/')
                .map_or(key.as_str(), |(policy, _)| policy);
            by_policy
                .entry(policy.to_owned())
                .or_default()
                .gather(&setting);
            None::<()>
        },
    )
    .await?;
    Ok((by_policy, evidence))
}
