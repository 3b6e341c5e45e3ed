//! What Intune knows.
//! <https://learn.microsoft.com/graph/api/resources/intune-graph-overview>

mod app;
mod convention;
mod device;
mod policy;

pub(crate) use app::{detected_app_devices, detected_apps, mobile_app, mobile_apps};
pub(crate) use device::{managed_device, managed_devices, management, protection_state};
pub(crate) use policy::{
    catalog_policies, catalog_policy, catalog_settings, compliance_policies, compliance_policy,
    compliance_states, configuration, configuration_states, configurations,
};

use std::collections::BTreeMap;

use crate::tenant::Tenant;
use crate::tenant::estate::managed::{Managed, Platform, places};

/// How many objects of each kind an undisturbed reader must end with.
pub(crate) fn counts(tenant: &Tenant) -> BTreeMap<&'static str, usize> {
    // The device is made once for all that is counted of it.
    let platforms: Vec<Platform> = (0..places(tenant))
        .filter_map(|at| Managed::at(tenant, at).map(|device| device.platform))
        .collect();
    let on = |platform: Platform| platforms.iter().filter(|of| **of == platform).count();
    let mut counts = BTreeMap::from([
        ("managedDevice", platforms.len()),
        ("windowsProtectionState", on(Platform::Windows)),
        ("deviceManagement", 1),
    ]);
    counts.extend(policy::counts(tenant, &on));
    counts.extend(app::counts(tenant));
    counts
}
