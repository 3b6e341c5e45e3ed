//! What configuration profiles set on devices.

use std::collections::BTreeMap;

use compliance_map::Fact;
use compliance_map::facts::DeviceConfigFact;
use serde_json::{Map, Value};

use super::assignment::{platform, targets};
use super::catalogue_setting::{Settings, read_settings};
use super::fact::of_items;
use super::part::{either, remark, rows};
use super::value::type_name;
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::store::StoreError;

/// A profile of one of the types that
/// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-deviceconfiguration> lists.
struct Profile<'a>(&'a Map<String, Value>);

impl Profile<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A switch that is on. One that is off was left as it is, which says nothing.
    fn is_on(&self, name: &str) -> Option<bool> {
        (self.0.get(name)? == &Value::Bool(true)).then_some(true)
    }

    fn number(&self, name: &str) -> Option<u32> {
        super::value::count(self.0.get(name)?.as_i64())
    }

    fn any_on(&self, names: &[&str]) -> Option<bool> {
        names.iter().find_map(|name| self.is_on(name))
    }

    /// Minutes until the screen goes off and, where that is asked apart, until the lock holds.
    fn minutes(&self, names: &[&str]) -> Option<u32> {
        names
            .iter()
            .try_fold(0_u32, |sum, name| sum.checked_add(self.number(name)?))
    }

    fn row(&self, profile: String) -> DeviceConfigFact {
        let kind = type_name(self.text("@odata.type").unwrap_or_default());
        let mut row = DeviceConfigFact {
            profile,
            platform: platform(kind).map(str::to_owned),
            assigned_to: targets(self.0),
            extra: members(self.text("displayName"), Some(kind)),
            ..DeviceConfigFact::default()
        };
        match kind {
            "windows10GeneralConfiguration" => self.windows(&mut row),
            "windows10EndpointProtectionConfiguration" => self.endpoint_protection(&mut row),
            "macOSGeneralDeviceConfiguration" => {
                self.lock(
                    &mut row,
                    "passwordRequired",
                    &[
                        "passwordMinutesOfInactivityBeforeScreenTimeout",
                        "passwordMinutesOfInactivityBeforeLock",
                    ],
                    "passwordMaximumAttemptCount",
                );
            }
            "iosGeneralDeviceConfiguration" => {
                self.lock(
                    &mut row,
                    "passcodeRequired",
                    &[
                        "passcodeMinutesOfInactivityBeforeScreenTimeout",
                        "passcodeMinutesOfInactivityBeforeLock",
                    ],
                    "passcodeSignInFailureCountBeforeWipe",
                );
                let out = self.is_on("documentsBlockManagedDocumentsInUnmanagedApps");
                let into = self.is_on("documentsBlockUnmanagedDocumentsInManagedApps");
                row.work_data_apart = out.and(into);
            }
            "androidGeneralDeviceConfiguration" => {
                self.android_lock(&mut row);
                row.removable_media_protected = self.any_on(&[
                    "storageBlockRemovableStorage",
                    "storageRequireRemovableStorageEncryption",
                ]);
            }
            "androidWorkProfileGeneralDeviceConfiguration" => {
                self.android_lock(&mut row);
                let sharing = self.text("workProfileDataSharingType").unwrap_or_default();
                row.work_data_apart = match sharing.to_ascii_lowercase().as_str() {
                    "preventany" => Some(true),
                    "norestrictions" => Some(false),
                    _ => None,
                };
            }
            _ => {}
        }
        row
    }

    /// A lock without a password keeps nobody out.
    fn lock(&self, row: &mut DeviceConfigFact, password: &str, minutes: &[&str], attempts: &str) {
        if self.is_on(password) == Some(true) {
            row.lock_minutes = self.minutes(minutes);
            row.failed_attempts = self.number(attempts);
        }
    }

    fn android_lock(&self, row: &mut DeviceConfigFact) {
        self.lock(
            row,
            "passwordRequired",
            &["passwordMinutesOfInactivityBeforeScreenTimeout"],
            "passwordSignInFailureCountBeforeFactoryReset",
        );
    }

    fn windows(&self, row: &mut DeviceConfigFact) {
        // The screen goes off with the device locked:
        // https://learn.microsoft.com/windows/client-management/mdm/policy-csp-devicelock
        self.android_lock(row);
        row.removable_media_protected = self.is_on("storageBlockRemovableStorage");
        row.removable_media_scanned = self.is_on("defenderScanRemovableDrivesDuringFullScan");
        row.behaviour_monitoring = self.is_on("defenderRequireBehaviorMonitoring");
    }

    fn endpoint_protection(&self, row: &mut DeviceConfigFact) {
        let states = ["Domain", "Private", "Public"].map(|network| {
            let profile = self.0.get(&format!("firewallProfile{network}"))?;
            let state = profile.get("firewallEnabled")?.as_str()?;
            match state.to_ascii_lowercase().as_str() {
                "allowed" => Some(true),
                "blocked" => Some(false),
                _ => None,
            }
        });
        row.firewall = on_everywhere(states);
        row.removable_media_protected = self
            .0
            .get("bitLockerRemovableDrivePolicy")
            .and_then(|policy| policy.get("requireEncryptionForWriteAccess"))
            .filter(|value| **value == Value::Bool(true))
            .map(|_| true);
    }
}

/// Of the kinds of network: off on one is off, on is only on all of them.
pub(super) fn on_everywhere(states: [Option<bool>; 3]) -> Option<bool> {
    if states.contains(&Some(false)) {
        Some(false)
    } else {
        (states == [Some(true); 3]).then_some(true)
    }
}

fn members(name: Option<&str>, kind: Option<&str>) -> BTreeMap<String, Value> {
    [("name", name), ("type", kind)]
        .into_iter()
        .filter_map(|(member, value)| {
            let value = value.filter(|value| !value.is_empty())?;
            Some((member.to_owned(), value.into()))
        })
        .collect()
}

/// The row of a policy of the settings catalogue, with what its settings are known to say.
fn catalogue_row(
    profile: String,
    view: &Map<String, Value>,
    settings: Option<Settings>,
) -> DeviceConfigFact {
    let policy = Profile(view);
    let platforms = policy.text("platforms").unwrap_or_default();
    let mut row = DeviceConfigFact {
        profile,
        platform: Some(platform(platforms).unwrap_or(platforms).to_owned())
            .filter(|platform| !platform.is_empty()),
        assigned_to: targets(view),
        extra: members(policy.text("name"), Some("settings_catalogue")),
        ..DeviceConfigFact::default()
    };
    if let Some(settings) = settings {
        settings.lay_over(&mut row);
    }
    row
}

/// Profiles and policies of the settings catalogue. Not whole even where all of them were read:
/// administrative templates, security baselines and custom profiles can set the same, and are not
/// told apart here.
pub(super) async fn profiles(reader: &Reader<'_>) -> Result<Fact<DeviceConfigFact>, StoreError> {
    let evidence = reader
        .evidence("device_configurations", &Kind::DEVICE_CONFIGURATION)
        .await?;
    let catalogue = reader
        .evidence("configuration_policies", &Kind::CONFIGURATION_POLICY)
        .await?;
    let settings = reader
        .evidence(
            "configuration_policy_settings",
            &Kind::CONFIGURATION_SETTING,
        )
        .await?;
    let (mut items, evidence) = rows(
        reader,
        evidence,
        &Kind::DEVICE_CONFIGURATION,
        |id, view: Map<String, Value>| Some(Profile(&view).row(id)),
    )
    .await?;
    let (mut by_policy, settings) = read_settings(reader, settings).await?;
    let (policies, catalogue) = rows(
        reader,
        catalogue,
        &Kind::CONFIGURATION_POLICY,
        |id, view: Map<String, Value>| {
            let settings = by_policy.remove(&id);
            Some(catalogue_row(id, &view, settings))
        },
    )
    .await?;
    items.extend(policies);
    let mut profiles = of_items(items, either(either(evidence, catalogue), settings));
    profiles.complete = false;
    remark(
        &mut profiles,
        "administrative templates, security baselines and custom profiles are not told, so that \
         none here does not show that there is none",
    );
    Ok(profiles)
}
