//! Managed devices, how they are protected, and what is on them.

use std::collections::BTreeSet;

use compliance_map::Fact;
use compliance_map::facts::{AppFact, DeviceFact, DeviceProtectionFact, DeviceUpdateFact};
use serde::Deserialize;
use serde_json::Value;

use super::part::{Part, remark};
use super::{count, fact, instant, not_told, to_fact};
use crate::evidence::Reader;
use crate::kind::Kind;
use crate::store::StoreError;

/// <https://learn.microsoft.com/graph/api/resources/intune-devices-manageddevice>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ManagedDevice {
    device_name: Option<String>,
    user_id: Option<String>,
    operating_system: Option<String>,
    os_version: Option<String>,
    compliance_state: Option<String>,
    is_encrypted: Option<bool>,
    last_sync_date_time: Option<String>,
    management_agent: Option<String>,
}

/// Whether the vendor still supports a version is not in Graph.
pub(super) async fn inventory(reader: &Reader<'_>) -> Result<Fact<DeviceFact>, StoreError> {
    fact(
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
            extra: view
                .device_name
                .map(|name| ("name".to_owned(), Value::from(name)))
                .into_iter()
                .collect(),
        },
    )
    .await
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
    let standing = reader.standing("windows_protection_states", kind).await?;
    let devices = Part::of(reader, "managed_devices", &Kind::MANAGED_DEVICE, &standing).await?;
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
    let mut protection = to_fact(rows, standing);
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
    remark(
        &mut protection,
        "only Windows devices report how they are protected",
    );
    devices.remark(&mut protection, "Windows devices that do not report");
    Ok(protection)
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
