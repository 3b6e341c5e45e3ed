//! The device compliance policies of a tenant.
//! <https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-devicecompliancepolicy>

use serde_json::{Value, json};

use crate::tenant::Tenant;
use crate::tenant::estate::managed::{Compliance, Managed, Platform};
use crate::tenant::estate::policy::{self, Policy, Spec};
use crate::tenant::estate::target::Target;
use crate::tenant::estate::{merged, roll};

const POLICIES: [Spec; 6] = [
    (
        "Windows baseline",
        "windows10CompliancePolicy",
        Platform::Windows,
        &[Target::AllDevices],
        windows_baseline,
    ),
    (
        "Windows encryption",
        "windows10CompliancePolicy",
        Platform::Windows,
        &[Target::Group(0), Target::Except(1)],
        windows_encryption,
    ),
    (
        "iPhone and iPad",
        "iosCompliancePolicy",
        Platform::Ios,
        &[Target::AllUsers],
        ios,
    ),
    (
        "Mac",
        "macOSCompliancePolicy",
        Platform::MacOs,
        &[Target::AllUsers],
        mac,
    ),
    (
        "Android work profile",
        "androidWorkProfileCompliancePolicy",
        Platform::Android,
        &[Target::AllUsers],
        android,
    ),
    // Nobody has got it yet.
    (
        "Android administrator (old)",
        "androidCompliancePolicy",
        Platform::Android,
        &[],
        android,
    ),
];

/// All policies, in the order in which they are listed.
pub(crate) fn policies(tenant: &Tenant) -> Vec<Policy> {
    policy::all(tenant, "compliance policy", &POLICIES)
}

/// How a policy stands on a device of its platform. Whoever is not compliant fails one of the platform's policies
/// that are assigned.
pub(crate) fn status(policy: &Policy, number: usize, device: &Managed<'_>) -> &'static str {
    let assigned = |(_, spec): &(usize, &Spec)| spec.2 == policy.platform && !spec.3.is_empty();
    if policy.targets.is_empty() {
        return "notApplicable";
    }
    let rivals = POLICIES.iter().enumerate().filter(assigned);
    let count = u64::try_from(rivals.clone().count().max(1)).unwrap_or(1);
    let failed = usize::try_from(roll(device.id, 3) % count).unwrap_or(0);
    let fails = rivals
        .clone()
        .nth(failed)
        .is_some_and(|(at, _)| at == number);
    match device.compliance {
        Compliance::Unknown => "unknown",
        Compliance::Noncompliant | Compliance::Grace if fails => "nonCompliant",
        _ => "compliant",
    }
}

fn windows_baseline() -> Value {
    windows(json!({
        "osMinimumVersion": "10.0.19045.0",
        "passwordRequired": true,
        "passwordBlockSimple": true,
        "passwordRequiredToUnlockFromIdle": true,
        "passwordMinutesOfInactivityBeforeLock": 15,
        "passwordMinimumLength": 8,
        "passwordMinimumCharacterSetCount": 3,
        "passwordRequiredType": "alphanumeric",
        "passwordPreviousPasswordBlockCount": 5,
    }))
}

fn windows_encryption() -> Value {
    windows(json!({
        "bitLockerEnabled": true,
        "secureBootEnabled": true,
        "codeIntegrityEnabled": true,
        "storageRequireEncryption": true,
        "requireHealthyDeviceReport": true,
    }))
}

/// The type's properties with nothing asked for, and what is asked for.
fn windows(asked: Value) -> Value {
    let unset = json!({
        "passwordRequired": false,
        "passwordBlockSimple": false,
        "passwordRequiredToUnlockFromIdle": false,
        "passwordMinutesOfInactivityBeforeLock": null,
        "passwordExpirationDays": null,
        "passwordMinimumLength": null,
        "passwordMinimumCharacterSetCount": null,
        "passwordRequiredType": "deviceDefault",
        "passwordPreviousPasswordBlockCount": null,
        "requireHealthyDeviceReport": false,
        "osMinimumVersion": null,
        "osMaximumVersion": null,
        "mobileOsMinimumVersion": null,
        "mobileOsMaximumVersion": null,
        "earlyLaunchAntiMalwareDriverEnabled": false,
        "bitLockerEnabled": false,
        "secureBootEnabled": false,
        "codeIntegrityEnabled": false,
        "storageRequireEncryption": false,
    });
    merged(unset, asked)
}

fn ios() -> Value {
    json!({
        "passcodeBlockSimple": true,
        "passcodeExpirationDays": null,
        "passcodeMinimumLength": 6,
        "passcodeMinutesOfInactivityBeforeLock": 5,
        "passcodePreviousPasscodeBlockCount": null,
        "passcodeMinimumCharacterSetCount": null,
        "passcodeRequiredType": "numeric",
        "passcodeRequired": true,
        "osMinimumVersion": "17.0",
        "osMaximumVersion": null,
        "securityBlockJailbrokenDevices": true,
        "deviceThreatProtectionEnabled": false,
        "deviceThreatProtectionRequiredSecurityLevel": "unavailable",
        "managedEmailProfileRequired": false,
    })
}

fn mac() -> Value {
    json!({
        "passwordRequired": true,
        "passwordBlockSimple": true,
        "passwordExpirationDays": null,
        "passwordMinimumLength": 8,
        "passwordMinutesOfInactivityBeforeLock": 15,
        "passwordPreviousPasswordBlockCount": null,
        "passwordMinimumCharacterSetCount": null,
        "passwordRequiredType": "deviceDefault",
        "osMinimumVersion": "14.0",
        "osMaximumVersion": null,
        "systemIntegrityProtectionEnabled": true,
        "deviceThreatProtectionEnabled": false,
        "deviceThreatProtectionRequiredSecurityLevel": "unavailable",
        "storageRequireEncryption": true,
        "firewallEnabled": true,
        "firewallBlockAllIncoming": false,
        "firewallEnableStealthMode": false,
    })
}

fn android() -> Value {
    json!({
        "passwordRequired": true,
        "passwordMinimumLength": 6,
        "passwordRequiredType": "numericComplex",
        "passwordMinutesOfInactivityBeforeLock": 5,
        "passwordExpirationDays": null,
        "passwordPreviousPasswordBlockCount": null,
        "securityPreventInstallAppsFromUnknownSources": false,
        "securityDisableUsbDebugging": false,
        "securityRequireVerifyApps": true,
        "deviceThreatProtectionEnabled": false,
        "deviceThreatProtectionRequiredSecurityLevel": "unavailable",
        "securityBlockJailbrokenDevices": true,
        "osMinimumVersion": "13.0",
        "osMaximumVersion": null,
        "minAndroidSecurityPatchLevel": null,
        "storageRequireEncryption": true,
        "securityRequireSafetyNetAttestationBasicIntegrity": true,
        "securityRequireSafetyNetAttestationCertifiedDevice": false,
        "securityRequireGooglePlayServices": true,
        "securityRequireUpToDateSecurityProviders": false,
        "securityRequireCompanyPortalAppIntegrity": true,
    })
}
