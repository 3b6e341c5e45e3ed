//! Devices that Intune manages, what it asks of them, and what is on them.

use std::sync::Arc;

use serde::Deserialize;

use super::shape::{FanOutSource, ListSource, Parents, SingletonSource};
use super::{DAILY, Family, SOMETIMES};
use crate::descriptor::{Descriptor, Privacy};
use crate::endpoint::Endpoint;
use crate::id::SourceId;
use crate::kind::Kind;
use crate::record::{Record, Relation};

const DEVICES: &str = "DeviceManagementManagedDevices.Read.All";
const CONFIGURATION: &str = "DeviceManagementConfiguration.Read.All";
const APPS: &str = "DeviceManagementApps.Read.All";

pub(super) fn sources() -> Family {
    let mut sources = inventory();
    sources.extend(policies());
    sources.extend(apps());
    sources
}

fn inventory() -> Family {
    vec![
        Arc::new(ListSource::new(
            Descriptor::full("managed_devices", "devices managed by Intune")
                .permission(DEVICES)
                .needs_intune()
                .privacy(Privacy::Identity)
                .page("https://learn.microsoft.com/graph/api/intune-devices-manageddevice-list")
                .remark("a row may come twice; `jailBroken` is a text, and Unknown is not true"),
            Kind::MANAGED_DEVICE,
            "deviceManagement/managedDevices",
        )),
        Arc::new(FanOutSource::new(
            Descriptor::full("windows_protection_states", "protection of Windows devices against malware")
                .permission(DEVICES)
                .needs_intune()
                .after(SourceId::new("managed_devices"))
                .every(DAILY)
                .page("https://learn.microsoft.com/graph/api/intune-devices-windowsprotectionstate-get"),
            Kind::WINDOWS_PROTECTION_STATE,
            Parents::filtered(Kind::MANAGED_DEVICE, is_windows),
            "deviceManagement/managedDevices/{id}/windowsProtectionState",
        )),
        Arc::new(SingletonSource::new(
            Descriptor::full("device_management", "settings of Intune for the tenant")
                .permission(CONFIGURATION)
                .needs_intune()
                .every(SOMETIMES)
                .page("https://learn.microsoft.com/graph/api/intune-deviceconfig-devicemanagement-get"),
            Kind::DEVICE_MANAGEMENT,
            Endpoint::new("deviceManagement").select(&[
                "id",
                "intuneAccountId",
                "settings",
                "subscriptionState",
            ]),
        )),
    ]
}

fn policies() -> Family {
    vec![
        Arc::new(ListSource::new(
            Descriptor::full("device_compliance_policies", "what is asked of devices, and of which")
                .permission(CONFIGURATION)
                .needs_intune()
                .page("https://learn.microsoft.com/graph/api/intune-deviceconfig-devicecompliancepolicy-list"),
            Kind::COMPLIANCE_POLICY,
            Endpoint::new("deviceManagement/deviceCompliancePolicies").expand("assignments"),
        )),
        Arc::new(
            FanOutSource::new(
                Descriptor::full("device_compliance_states", "how devices fare under each compliance policy")
                    .permission(CONFIGURATION)
                    .needs_intune()
                    .after(SourceId::new("device_compliance_policies"))
                    .every(SOMETIMES)
                    .page("https://learn.microsoft.com/graph/api/intune-deviceconfig-devicecompliancedevicestatus-list"),
                Kind::COMPLIANCE_STATUS,
                Kind::COMPLIANCE_POLICY,
                "deviceManagement/deviceCompliancePolicies/{id}/deviceStatuses",
            )
            .collection()
            .related(Relation::COMPLIANCE_STATUS),
        ),
        Arc::new(ListSource::new(
            Descriptor::full("device_configurations", "configuration profiles and update rings, with assignments")
                .permission(CONFIGURATION)
                .needs_intune()
                .every(SOMETIMES)
                .page("https://learn.microsoft.com/graph/api/intune-deviceconfig-deviceconfiguration-list"),
            Kind::DEVICE_CONFIGURATION,
            Endpoint::new("deviceManagement/deviceConfigurations").expand("assignments"),
        )),
        Arc::new(
            FanOutSource::new(
                Descriptor::full("device_configuration_states", "how devices fare under each configuration")
                    .permission(CONFIGURATION)
                    .needs_intune()
                    .after(SourceId::new("device_configurations"))
                    .every(DAILY)
                    .page("https://learn.microsoft.com/graph/api/intune-deviceconfig-deviceconfigurationdevicestatus-list"),
                Kind::CONFIGURATION_STATUS,
                Kind::DEVICE_CONFIGURATION,
                "deviceManagement/deviceConfigurations/{id}/deviceStatuses",
            )
            .collection()
            .related(Relation::CONFIGURATION_STATUS),
        ),
        Arc::new(ListSource::new(
            Descriptor::full("configuration_policies", "policies of the settings catalogue, with assignments")
                .permission(CONFIGURATION)
                .needs_intune()
                .every(SOMETIMES)
                .page("https://learn.microsoft.com/graph/api/intune-deviceconfigv2-devicemanagementconfigurationpolicy-list?view=graph-rest-beta")
                .remark("beta only"),
            Kind::CONFIGURATION_POLICY,
            Endpoint::new("deviceManagement/configurationPolicies")
                .beta()
                .expand("assignments"),
        )),
        Arc::new(
            FanOutSource::new(
                Descriptor::full("configuration_policy_settings", "settings of these policies")
                    .permission(CONFIGURATION)
                    .needs_intune()
                    .after(SourceId::new("configuration_policies"))
                    .every(DAILY)
                    .page("https://learn.microsoft.com/graph/api/intune-deviceconfigv2-devicemanagementconfigurationsetting-list?view=graph-rest-beta")
                    .remark("beta only; settings are told apart within a policy only"),
                Kind::CONFIGURATION_SETTING,
                Kind::CONFIGURATION_POLICY,
                Endpoint::new("deviceManagement/configurationPolicies/{id}/settings").beta(),
            )
            .collection()
            .keyed_by_parent()
            .related(Relation::POLICY_SETTING),
        ),
    ]
}

fn apps() -> Family {
    vec![
        Arc::new(ListSource::new(
            Descriptor::full("mobile_apps", "managed apps with their assignments")
                .permission(APPS)
                .needs_intune()
                .every(SOMETIMES)
                .page("https://learn.microsoft.com/graph/api/intune-apps-mobileapp-list")
                .remark("never with $top, to which this collection answers 500"),
            Kind::MOBILE_APP,
            Endpoint::new("deviceAppManagement/mobileApps").expand("assignments"),
        )),
        Arc::new(ListSource::new(
            Descriptor::full("detected_apps", "apps that were found on devices")
                .permission(DEVICES)
                .needs_intune()
                .every(DAILY)
                .page("https://learn.microsoft.com/graph/api/intune-devices-detectedapp-list"),
            Kind::DETECTED_APP,
            "deviceManagement/detectedApps",
        )),
        Arc::new(FanOutSource::relations(
            Descriptor::full("detected_app_devices", "which devices they are on")
                .permission(DEVICES)
                .needs_intune()
                .after(SourceId::new("detected_apps"))
                .every(DAILY)
                .page("https://learn.microsoft.com/graph/api/intune-devices-detectedapp-list")
                .remark("asked app by app: fewer requests than device by device"),
            Kind::DETECTED_APP,
            Endpoint::new("deviceManagement/detectedApps/{id}/managedDevices").select(&["id"]),
            Relation::DETECTED_ON,
        )),
    ]
}

/// <https://learn.microsoft.com/graph/api/resources/intune-devices-manageddevice>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct System {
    operating_system: Option<String>,
}

/// Whoever cannot be understood is asked about.
fn is_windows(device: &Record) -> bool {
    device.view::<System>().map_or(true, |system| {
        system
            .operating_system
            .is_none_or(|name| name.to_ascii_lowercase().starts_with("windows"))
    })
}
