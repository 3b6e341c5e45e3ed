//! Managed devices, the protection of those that run Windows, and the service as a whole.
//! <https://learn.microsoft.com/graph/api/intune-devices-manageddevice-list>,
//! <https://learn.microsoft.com/graph/api/intune-devices-windowsprotectionstate-get>

use serde_json::{Value, json};

use crate::call::Call;
use crate::clock::{DAY, iso};
use crate::guid;
use crate::list;
use crate::reply::{Reply, Result};
use crate::resource::intune::convention::{NEVER, NO_GRACE, not_found};
use crate::tenant::Tenant;
use crate::tenant::estate::managed::{Compliance, Managed, Platform, places};
use crate::tenant::estate::{among, merged, roll};
use crate::tenant::user::User;
use crate::tenant::user_property::{display_name, mail, principal_name};

const SET: &str = "deviceManagement/managedDevices";
const TYPE: &str = "#microsoft.graph.managedDevice";

/// One of so many rows of the first half is given again where rows are repeated.
const REPEATED: usize = 40;

pub(crate) fn managed_devices(call: &Call<'_>) -> Result<Reply> {
    let rows = places(call.tenant);
    let again = if call.tenant.quirks.repeated_rows {
        (rows / 2).div_ceil(REPEATED)
    } else {
        0
    };
    // A repeated row comes after all others, on a later page unless there is only one.
    let describe = |row: usize| {
        let at = row
            .checked_sub(rows)
            .map_or(row, |repeated| repeated * REPEATED);
        Managed::at(call.tenant, at).map(|device| describe(call.tenant, &device))
    };
    list::documents(call, SET, TYPE, 0..rows + again, describe)
}

pub(crate) fn managed_device(call: &Call<'_>) -> Result<Reply> {
    let id = &call.route.id;
    let device = Managed::find(call.tenant, id).ok_or_else(|| not_found(id))?;
    let device = describe(call.tenant, &device);
    Ok(list::document(call, SET, "/$entity", &device))
}

/// A managed device as Graph shows it.
pub(crate) fn describe(tenant: &Tenant, managed: &Managed<'_>) -> Value {
    merged(enrolment(tenant, managed), hardware(tenant, managed))
}

/// Whose it is, how it came to be managed, and how it stands.
fn enrolment(tenant: &Tenant, managed: &Managed<'_>) -> Value {
    let device = &managed.device;
    let at = |seconds: i64| iso(tenant.base + seconds);
    let company = !device.personal;
    let twice = managed.managed_twice();
    let enrollment = match managed.platform {
        _ if twice => "windowsCoManagement",
        Platform::Windows if among(managed.id, 10, 700) => "windowsAzureADJoin",
        Platform::Windows => "windowsAutoEnrollment",
        Platform::MacOs | Platform::Ios if company => "appleBulkWithUser",
        _ => "userEnrollment",
    };
    let agent = match managed.platform {
        _ if twice => "configurationManagerClientMdm",
        Platform::Android => "googleCloudDevicePolicyController",
        _ => "mdm",
    };
    let person = |of: fn(&Tenant, &User) -> String| {
        managed
            .owner
            .map_or_else(String::new, |user| of(tenant, user))
    };
    let name = person(principal_name);
    let label = match name.split('@').next() {
        None | Some("") => "shared",
        Some(label) => label,
    };
    json!({
        "id": guid::text(managed.id),
        "userId": person(|_, user| guid::text(user.id)),
        "deviceName": device.name(),
        "managedDeviceOwnerType": if company { "company" } else { "personal" },
        "enrolledDateTime": at(device.registered),
        "lastSyncDateTime": at(managed.synced()),
        "operatingSystem": managed.system(),
        "complianceState": managed.compliance.name(),
        // What it says of a device that was not asked.
        "jailBroken": "Unknown",
        "managementAgent": agent,
        "osVersion": device.version,
        "easActivated": managed.platform == Platform::Windows,
        "easDeviceId": null,
        "easActivationDateTime": NEVER,
        "azureADRegistered": true,
        "deviceEnrollmentType": enrollment,
        "activationLockBypassCode": null,
        "emailAddress": person(|tenant, user| mail(tenant, user).unwrap_or_default()),
        "azureADDeviceId": guid::text(device.device_id),
        "deviceRegistrationState": "registered",
        "deviceCategoryDisplayName": "Unknown",
        "enrollmentProfileName": null,
        "isSupervised": managed.platform == Platform::Ios && company,
        "exchangeLastSuccessfulSyncDateTime": NEVER,
        "exchangeAccessState": "none",
        "exchangeAccessStateReason": "none",
        "userPrincipalName": name,
        "userDisplayName": person(|_, user| display_name(user)),
        "complianceGracePeriodExpirationDateTime": managed.grace().map_or_else(|| NO_GRACE.to_owned(), at),
        "managedDeviceName": format!("{label}_{}_{}", managed.system(), at(device.registered)),
        "managementState": "managed",
    })
}

/// What it is made of, and what was done to it.
fn hardware(tenant: &Tenant, managed: &Managed<'_>) -> Value {
    let device = &managed.device;
    let phone = matches!(managed.platform, Platform::Ios | Platform::Android);
    let windows = managed.platform == Platform::Windows;
    let android = managed.platform == Platform::Android;
    let total: u64 = if phone {
        128_000_000_000
    } else {
        511_000_000_000
    };
    let free = total / 100 * (10 + roll(managed.id, 11) % 70);
    let digits = |question: u64| roll(managed.id, question) % 1_000_000_000;
    let network = |question: u64| format!("{:012X}", roll(managed.id, question) & 0xFEFF_FFFF_FFFF);
    let imei = phone.then(|| format!("35{:04}{:09}", digits(12) % 10_000, digits(13)));
    let twice = managed.managed_twice().then(|| {
        json!({
            "inventory": true,
            "modernApps": false,
            "resourceAccess": false,
            "deviceConfiguration": false,
            "compliancePolicy": true,
            "windowsUpdateForBusiness": false,
        })
    });
    json!({
        "isEncrypted": managed.encrypted(),
        "model": device.model,
        "manufacturer": device.manufacturer,
        "imei": imei.unwrap_or_default(),
        "serialNumber": format!("{:010}", digits(14) * 7),
        "phoneNumber": "",
        "androidSecurityPatchLevel": if android { "2024-10-05" } else { "" },
        "configurationManagerClientEnabledFeatures": twice,
        "wiFiMacAddress": network(15),
        "ethernetMacAddress": windows.then(|| network(16)),
        "deviceHealthAttestationState": null,
        "subscriberCarrier": "",
        "meid": "",
        "iccid": "",
        "udid": "",
        "totalStorageSpaceInBytes": total,
        "freeStorageSpaceInBytes": free,
        "physicalMemoryInBytes": 0,
        "partnerReportedThreatState": "unknown",
        "requireUserEnrollmentApproval": null,
        "managementCertificateExpirationDate": iso(tenant.base + device.registered + 2_190 * DAY),
        "remoteAssistanceSessionUrl": null,
        "remoteAssistanceSessionErrorDetails": null,
        "notes": null,
        "deviceActionResults": [],
    })
}

/// The state of Defender on a device; only those that run Windows have one.
pub(crate) fn protection_state(call: &Call<'_>) -> Result<Reply> {
    let id = &call.route.id;
    let device = Managed::find(call.tenant, id)
        .filter(|device| device.platform == Platform::Windows)
        .ok_or_else(|| not_found(id))?;
    let set = format!("{SET}('{id}')/windowsProtectionState");
    let state = protection(call.tenant, &device);
    Ok(list::document(call, &set, "/$entity", &state))
}

/// How Defender is on a device.
pub(crate) fn protection(tenant: &Tenant, managed: &Managed<'_>) -> Value {
    let at = |seconds: i64| iso(tenant.base + seconds);
    let poor = matches!(
        managed.compliance,
        Compliance::Noncompliant | Compliance::Unknown
    );
    let off = poor && among(managed.id, 30, 250);
    let overdue = poor && among(managed.id, 31, 500);
    let restart = among(managed.id, 32, 50);
    let back = i64::try_from(roll(managed.id, 33) % 6).unwrap_or(0) * DAY;
    let (state, product) = match (off, overdue, restart) {
        (true, ..) => ("critical", "serviceNotRunning"),
        (_, true, _) => ("fullScanPending", "avSignaturesOutOfDate"),
        (.., true) => ("rebootPending", "pendingRebootDueToThreatAction"),
        _ => ("clean", "noStatusFlagsSet"),
    };
    let signatures = if overdue {
        "1.419.310.0"
    } else {
        "1.421.1283.0"
    };
    json!({
        "id": guid::text(managed.id),
        "malwareProtectionEnabled": !off,
        "deviceState": state,
        "realTimeProtectionEnabled": !off,
        "networkInspectionSystemEnabled": !off,
        "quickScanOverdue": overdue,
        "fullScanOverdue": overdue,
        "signatureUpdateOverdue": overdue,
        "rebootRequired": restart,
        "fullScanRequired": overdue,
        "engineVersion": "1.1.24090.11",
        "signatureVersion": signatures,
        "antiMalwareVersion": "4.18.24090.11",
        "lastQuickScanDateTime": at(managed.synced() - back - 3_600),
        "lastFullScanDateTime": if among(managed.id, 34, 400) { NEVER.to_owned() } else { at(managed.synced() - back - 20 * DAY) },
        "lastQuickScanSignatureVersion": signatures,
        "lastFullScanSignatureVersion": "1.419.310.0",
        "lastReportedDateTime": at(managed.synced()),
        "productStatus": product,
        "isVirtualMachine": false,
        "tamperProtectionEnabled": !poor || among(managed.id, 35, 500),
    })
}

/// The service as a whole. Its settings are only told to those who select them.
pub(crate) fn management(call: &Call<'_>) -> Result<Reply> {
    let mut whole = describe_management(call.tenant);
    if let (None, Some(map)) = (&call.query.select, whole.as_object_mut()) {
        map.remove("settings");
    }
    list::singleton(call, "deviceManagement", "/$entity", &whole)
}

fn describe_management(tenant: &Tenant) -> Value {
    let account = tenant.derived_id("intune", 0);
    json!({
        "id": guid::text(tenant.derived_id("intune", 1)),
        "intuneAccountId": guid::text(account),
        "subscriptionState": "active",
        "settings": {
            "deviceComplianceCheckinThresholdDays": 30,
            "isScheduledActionEnabled": true,
            // Devices that no policy is for count as compliant, as they do unless somebody changes it.
            "secureByDefault": false,
        },
        "intuneBrand": {
            "displayName": tenant.name,
            "contactITName": "IT",
            "contactITPhoneNumber": "",
            "contactITEmailAddress": format!("it@{}", tenant.domain),
            "contactITNotes": "",
            "privacyUrl": "",
            "onlineSupportSiteUrl": "",
            "onlineSupportSiteName": "",
            "themeColor": null,
            "showLogo": false,
            "lightBackgroundLogo": null,
            "darkBackgroundLogo": null,
            "showNameNextToLogo": false,
            "showDisplayNameNextToLogo": false,
        },
    })
}
