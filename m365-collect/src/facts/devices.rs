//! Managed devices, how they are protected, and what is on them.

use std::collections::{BTreeMap, BTreeSet};

use compliance_map::Fact;
use compliance_map::facts::{AppFact, DeviceFact, DeviceProtectionFact, DeviceUpdateFact};
use serde::Deserialize;

use super::fact::{fact, not_told, to_fact};
use super::names::named;
use super::part::{Part, is_read, remark};
use super::value::{count, instant};
use crate::evidence::{Reader, is_under_policy};
use crate::kind::Kind;
use crate::store::StoreError;

/// <https://learn.microsoft.com/graph/api/resources/intune-devices-manageddevice>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ManagedDevice {
    device_name: Option<String>,
    user_id: Option<String>,
    user_display_name: Option<String>,
    user_principal_name: Option<String>,
    operating_system: Option<String>,
    os_version: Option<String>,
    compliance_state: Option<String>,
    is_encrypted: Option<bool>,
    last_sync_date_time: Option<String>,
    management_agent: Option<String>,
}

/// Whether the vendor still supports a version is not in Graph.
pub(super) async fn inventory(reader: &Reader<'_>) -> Result<Fact<DeviceFact>, StoreError> {
    let mut devices = fact(
        reader,
        "managed_devices",
        &Kind::MANAGED_DEVICE,
        |device, view: ManagedDevice| DeviceFact {
            device,
            owner: view.user_id,
            os: view.operating_system,
            os_version: view.os_version,
            compliance_state: view.compliance_state,
            encrypted: view.is_encrypted,
            last_sync: instant(view.last_sync_date_time),
            management_agent: view.management_agent,
            os_supported: None,
            extra: named([
                ("name", view.device_name),
                ("owner_name", view.user_display_name),
                ("owner_upn", view.user_principal_name),
            ])
            .collect(),
        },
    )
    .await?;
    say_what_is_under_a_policy(reader, &mut devices).await?;
    Ok(devices)
}

/// <https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-devicecompliancedevicestatus>
#[derive(Deserialize)]
struct ComplianceStatus {
    status: Option<String>,
}

/// Says of each device whether a compliance policy applies to it, by its status under each.
async fn say_what_is_under_a_policy(
    reader: &Reader<'_>,
    devices: &mut Fact<DeviceFact>,
) -> Result<(), StoreError> {
    let kind = &Kind::COMPLIANCE_STATUS;
    let evidence = reader
        .evidence("managed_devices", &Kind::MANAGED_DEVICE)
        .await?;
    let states = Part::of(reader, "device_compliance_states", kind, &evidence).await?;
    if states.is_known() && !devices.items.is_empty() {
        let known: BTreeSet<&str> = devices
            .items
            .iter()
            .map(|row| row.device.as_str())
            .collect();
        let mut under = BTreeSet::new();
        // An id that names no device may be of any of them.
        let mut are_told = states.is_whole();
        let read = reader
            .rows(kind, |id, view: ComplianceStatus| {
                if !is_under_policy(view.status.as_deref()) {
                    return None;
                }
                match id
                    .rsplit_once('_')
                    .and_then(|(_, device)| known.get(device))
                {
                    Some(device) => {
                        under.insert((*device).to_owned());
                    }
                    None => are_told = false,
                }
                None::<()>
            })
            .await?;
        are_told &= read.unreadable == 0;
        for row in &mut devices.items {
            let is_under = under.contains(&row.device);
            if is_under || are_told {
                row.extra.insert("under_policy".to_owned(), is_under.into());
            }
        }
    }
    states.remark(devices, "whether a compliance policy applies to a device");
    Ok(())
}

/// <https://learn.microsoft.com/graph/api/resources/intune-devices-windowsprotectionstate>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Protection {
    real_time_protection_enabled: Option<bool>,
    signature_update_overdue: Option<bool>,
}

/// What Windows devices report; one that has not reported has a row that tells nothing.
pub(super) async fn protection(
    reader: &Reader<'_>,
) -> Result<Fact<DeviceProtectionFact>, StoreError> {
    let kind = &Kind::WINDOWS_PROTECTION_STATE;
    let evidence = reader.evidence("windows_protection_states", kind).await?;
    let devices = Part::of(reader, "managed_devices", &Kind::MANAGED_DEVICE, &evidence).await?;
    let rows = reader
        .rows(kind, |device, view: Protection| {
            Some(DeviceProtectionFact {
                device,
                real_time_protection: view.real_time_protection_enabled,
                signatures_overdue: view.signature_update_overdue,
                ..DeviceProtectionFact::default()
            })
        })
        .await?;
    let mut protection = to_fact(rows, evidence);
    if devices.is_known() && protection.collected_at.is_some() {
        let told: BTreeSet<String> = protection
            .items
            .iter()
            .map(|row| row.device.clone())
            .collect();
        let silent = reader
            .rows(&Kind::MANAGED_DEVICE, |device, view: ManagedDevice| {
                let os = view.operating_system.unwrap_or_default();
                let is_windows = os.to_ascii_lowercase().starts_with("windows");
                (is_windows && !told.contains(&device)).then(|| DeviceProtectionFact {
                    device,
                    ..DeviceProtectionFact::default()
                })
            })
            .await?;
        protection.items.extend(silent.items);
    }
    name(reader, &mut protection).await?;
    remark(
        &mut protection,
        "only Windows devices report how they are protected",
    );
    devices.remark(&mut protection, "Windows devices that do not report");
    Ok(protection)
}

/// Names the devices of rows that name them by id, as far as devices were read.
async fn name(
    reader: &Reader<'_>,
    protection: &mut Fact<DeviceProtectionFact>,
) -> Result<(), StoreError> {
    let devices = reader
        .evidence("managed_devices", &Kind::MANAGED_DEVICE)
        .await?;
    if protection.items.is_empty() || !is_read(&devices) {
        return Ok(());
    }
    let mut rows: BTreeMap<String, &mut DeviceProtectionFact> = BTreeMap::new();
    for row in &mut protection.items {
        rows.insert(row.device.clone(), row);
    }
    reader
        .rows(&Kind::MANAGED_DEVICE, |device, view: ManagedDevice| {
            if let Some(row) = rows.get_mut(&device) {
                row.extra.extend(named([
                    ("name", view.device_name),
                    ("owner_name", view.user_display_name),
                    ("owner_upn", view.user_principal_name),
                ]));
            }
            None::<()>
        })
        .await?;
    Ok(())
}

/// That a ring is assigned to a device does not show that updates are installed, and the version of
/// a system is not compared with what its vendor offers.
pub(super) fn updates() -> Fact<DeviceUpdateFact> {
    not_told("whether quality updates are installed is not in what is read from Microsoft Graph")
}

/// <https://learn.microsoft.com/graph/api/resources/intune-devices-detectedapp>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct App {
    display_name: Option<String>,
    version: Option<String>,
    publisher: Option<String>,
    device_count: Option<i64>,
}

/// Whether an app is outdated or supported is not in Graph.
pub(super) async fn apps(reader: &Reader<'_>) -> Result<Fact<AppFact>, StoreError> {
    fact(
        reader,
        "detected_apps",
        &Kind::DETECTED_APP,
        |app, view: App| AppFact {
            app,
            name: view.display_name,
            version: view.version,
            publisher: view.publisher,
            devices: count(view.device_count),
            ..AppFact::default()
        },
    )
    .await
}
