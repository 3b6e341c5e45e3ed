//! The device configurations of a tenant: restrictions for each platform, and the update rings of Windows.
//! <https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-deviceconfiguration>

use serde_json::{Value, json};

use crate::tenant::Tenant;
use crate::tenant::estate::managed::{Compliance, Managed, Platform};
use crate::tenant::estate::policy::{self, Policy, Spec};
use crate::tenant::estate::target::Target;
use crate::tenant::estate::{merged, restriction, roll};

/// The update rings come first: a device of Windows is in one of them.
const RINGS: u64 = 3;

const CONFIGURATIONS: [Spec; 8] = [
    (
        "Update ring: pilot",
        "windowsUpdateForBusinessConfiguration",
        Platform::Windows,
        &[Target::Group(0)],
        || ring(0, 0),
    ),
    (
        "Update ring: early",
        "windowsUpdateForBusinessConfiguration",
        Platform::Windows,
        &[Target::Group(1)],
        || ring(3, 30),
    ),
    (
        "Update ring: everybody",
        "windowsUpdateForBusinessConfiguration",
        Platform::Windows,
        &[Target::AllDevices, Target::Except(0), Target::Except(1)],
        || ring(7, 90),
    ),
    (
        "Windows restrictions",
        "windows10GeneralConfiguration",
        Platform::Windows,
        &[Target::AllDevices],
        windows,
    ),
    (
        "iPhone and iPad restrictions",
        "iosGeneralDeviceConfiguration",
        Platform::Ios,
        &[Target::AllUsers],
        ios,
    ),
    (
        "Mac restrictions",
        "macOSGeneralDeviceConfiguration",
        Platform::MacOs,
        &[Target::AllUsers],
        mac,
    ),
    (
        "Android work profile restrictions",
        "androidWorkProfileGeneralDeviceConfiguration",
        Platform::Android,
        &[Target::AllUsers],
        work_profile,
    ),
    (
        "Android restrictions (old)",
        "androidGeneralDeviceConfiguration",
        Platform::Android,
        &[],
        android,
    ),
];

/// All configurations, in the order in which they are listed.
pub(crate) fn configurations(tenant: &Tenant) -> Vec<Policy> {
    policy::all(tenant, "device configuration", &CONFIGURATIONS)
}

/// How a configuration stands on a device of its platform.
pub(crate) fn status(policy: &Policy, number: usize, device: &Managed<'_>) -> &'static str {
    let number = u64::try_from(number).unwrap_or(u64::MAX);
    if policy.targets.is_empty() || (number < RINGS && number != ring_of(device)) {
        return "notApplicable";
    }
    if device.compliance == Compliance::Unknown {
        return "unknown";
    }
    match roll(device.id, 20 + number) % 100 {
        0..=2 => "error",
        3..=4 => "nonCompliant",
        5 => "conflict",
        6..=7 => "remediated",
        _ => "compliant",
    }
}

/// A few devices get updates first.
fn ring_of(device: &Managed<'_>) -> u64 {
    match roll(device.id, 4) % 100 {
        0..=4 => 0,
        5..=24 => 1,
        _ => 2,
    }
}

fn ring(quality: u32, feature: u32) -> Value {
    json!({
        "deliveryOptimizationMode": "httpWithPeeringNat",
        "prereleaseFeatures": "userDefined",
        "automaticUpdateMode": "autoInstallAtMaintenanceTime",
        "microsoftUpdateServiceAllowed": true,
        "driversExcluded": false,
        "installationSchedule": {
            "@odata.type": "#microsoft.graph.windowsUpdateActiveHoursInstall",
            "activeHoursStart": "08:00:00.0000000",
            "activeHoursEnd": "17:00:00.0000000",
        },
        "qualityUpdatesDeferralPeriodInDays": quality,
        "featureUpdatesDeferralPeriodInDays": feature,
        "qualityUpdatesPaused": false,
        "featureUpdatesPaused": false,
        "qualityUpdatesPauseExpiryDateTime": "0001-01-01T00:00:00Z",
        "featureUpdatesPauseExpiryDateTime": "0001-01-01T00:00:00Z",
        "businessReadyUpdatesOnly": "businessReadyOnly",
    })
}

fn windows() -> Value {
    merged(restriction::unset(), merged(restrictions(), defender()))
}

/// Lock screen, browser and the like.
fn restrictions() -> Value {
    json!({
        "passwordRequired": true,
        "passwordBlockSimple": true,
        "passwordExpirationDays": null,
        "passwordMinimumLength": 8,
        "passwordMinimumCharacterSetCount": 3,
        "passwordMinutesOfInactivityBeforeScreenTimeout": 15,
        "passwordPreviousPasswordBlockCount": 5,
        "passwordRequiredType": "alphanumeric",
        "passwordRequireWhenResumeFromIdleState": true,
        "passwordSignInFailureCountBeforeFactoryReset": 10,
        "lockScreenAllowTimeoutConfiguration": false,
        "lockScreenBlockActionCenterNotifications": true,
        "lockScreenBlockCortana": true,
        "lockScreenBlockToastNotifications": true,
        "lockScreenTimeoutInSeconds": 900,
        "logonBlockFastUserSwitching": false,
        "smartScreenEnableAppInstallControl": true,
        "smartScreenBlockPromptOverride": true,
        "smartScreenBlockPromptOverrideForFiles": true,
        "storageBlockRemovableStorage": true,
        "storageRequireMobileDeviceEncryption": false,
        "usbBlocked": false,
        "cameraBlocked": false,
        "bluetoothBlocked": false,
        "bluetoothAllowedServices": [],
        "microsoftAccountBlocked": true,
        "microsoftAccountBlockSettingsSync": true,
        "privacyAdvertisingId": "blocked",
        "diagnosticsDataSubmissionMode": "basic",
        "edgeRequireSmartScreen": true,
        "edgeBlockPasswordManager": true,
        "edgeCookiePolicy": "blockThirdParty",
        "edgeHomepageUrls": [],
        "developerUnlockSetting": "blocked",
        "deviceManagementBlockManualUnenroll": true,
        "safeSearchFilter": "userDefined",
    })
}

fn defender() -> Value {
    json!({
        "defenderBlockEndUserAccess": false,
        "defenderCloudBlockLevel": "high",
        "defenderDaysBeforeDeletingQuarantinedMalware": 30,
        "defenderDetectedMalwareActions": {
            "lowSeverity": "clean",
            "moderateSeverity": "quarantine",
            "highSeverity": "remove",
            "severeSeverity": "block",
        },
        "defenderFileExtensionsToExclude": [],
        "defenderFilesAndFoldersToExclude": [],
        "defenderProcessesToExclude": [],
        "defenderMonitorFileActivity": "monitorAllFiles",
        "defenderPromptForSampleSubmission": "sendAllDataWithoutPrompting",
        "defenderRequireBehaviorMonitoring": true,
        "defenderRequireCloudProtection": true,
        "defenderRequireNetworkInspectionSystem": true,
        "defenderRequireRealTimeMonitoring": true,
        "defenderScanArchiveFiles": true,
        "defenderScanDownloads": true,
        "defenderScanIncomingMail": true,
        "defenderScanMappedNetworkDrivesDuringFullScan": false,
        "defenderScanMaxCpu": 50,
        "defenderScanNetworkFiles": true,
        "defenderScanRemovableDrivesDuringFullScan": true,
        "defenderScanScriptsLoadedInInternetExplorer": true,
        "defenderScanType": "quick",
        "defenderScheduledQuickScanTime": "12:00:00.0000000",
        "defenderScheduledScanTime": null,
        "defenderSignatureUpdateIntervalInHours": 4,
        "defenderSystemScanSchedule": "everyday",
    })
}

fn ios() -> Value {
    json!({
        "accountBlockModification": false,
        "activationLockAllowWhenSupervised": true,
        "airDropForceUnmanagedDropTarget": true,
        "appStoreBlocked": false,
        "appStoreRequirePassword": false,
        "cameraBlocked": false,
        "certificatesBlockUntrustedTlsCertificates": true,
        "compliantAppsList": [],
        "compliantAppListType": "none",
        "diagnosticDataBlockSubmission": true,
        "documentsBlockManagedDocumentsInUnmanagedApps": true,
        "documentsBlockUnmanagedDocumentsInManagedApps": false,
        "enterpriseAppBlockTrust": true,
        "iCloudBlockBackup": false,
        "iCloudBlockDocumentSync": true,
        "iCloudBlockManagedAppsSync": true,
        "iCloudRequireEncryptedBackup": true,
        "passcodeBlockSimple": true,
        "passcodeExpirationDays": null,
        "passcodeMinimumCharacterSetCount": null,
        "passcodeMinimumLength": 6,
        "passcodeMinutesOfInactivityBeforeLock": 5,
        "passcodeMinutesOfInactivityBeforeScreenTimeout": 5,
        "passcodePreviousPasscodeBlockCount": null,
        "passcodeRequired": true,
        "passcodeRequiredType": "numeric",
        "passcodeSignInFailureCountBeforeWipe": 10,
    })
}

fn mac() -> Value {
    json!({
        "compliantAppsList": [],
        "compliantAppListType": "none",
        "emailInDomainSuffixes": [],
        "passwordBlockSimple": true,
        "passwordExpirationDays": null,
        "passwordMinimumCharacterSetCount": null,
        "passwordMinimumLength": 8,
        "passwordMinutesOfInactivityBeforeLock": 15,
        "passwordMinutesOfInactivityBeforeScreenTimeout": 10,
        "passwordPreviousPasswordBlockCount": 5,
        "passwordRequired": true,
        "passwordRequiredType": "alphanumeric",
    })
}

fn work_profile() -> Value {
    json!({
        "passwordBlockFingerprintUnlock": false,
        "passwordBlockTrustAgents": true,
        "passwordExpirationDays": null,
        "passwordMinimumLength": 6,
        "passwordMinutesOfInactivityBeforeScreenTimeout": 5,
        "passwordPreviousPasswordBlockCount": null,
        "passwordSignInFailureCountBeforeFactoryReset": 10,
        "passwordRequiredType": "numericComplex",
        "workProfileDataSharingType": "preventAny",
        "workProfileBlockAddingAccounts": true,
        "workProfileBlockScreenCapture": true,
        "workProfileBlockCamera": false,
        "workProfileBlockCrossProfileCopyPaste": true,
        "workProfileDefaultAppPermissionPolicy": "prompt",
        "workProfilePasswordMinimumLength": null,
        "workProfilePasswordRequiredType": "deviceDefault",
        "workProfileRequirePassword": false,
        "securityRequireVerifyApps": true,
    })
}

fn android() -> Value {
    json!({
        "appsBlockClipboardSharing": false,
        "appsBlockCopyPaste": false,
        "cameraBlocked": false,
        "deviceSharingAllowed": false,
        "diagnosticDataBlockSubmission": false,
        "factoryResetBlocked": false,
        "googlePlayStoreBlocked": false,
        "passwordExpirationDays": null,
        "passwordMinimumLength": 4,
        "passwordRequired": true,
        "passwordRequiredType": "numeric",
        "passwordSignInFailureCountBeforeFactoryReset": null,
        "screenCaptureBlocked": false,
        "securityRequireVerifyApps": false,
        "storageRequireDeviceEncryption": true,
    })
}
