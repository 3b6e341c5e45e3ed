//! The apps that the tenant gives out.
//! <https://learn.microsoft.com/graph/api/resources/intune-apps-mobileapp>

use serde_json::{Map, Value, json};

use crate::clock::{DAY, iso};
use crate::guid::{self, Guid};
use crate::tenant::Tenant;
use crate::tenant::estate::roll;
use crate::tenant::estate::target::{self, Target};

/// An app and whom it is given to.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) id: Guid,
    assigned: &'static [(&'static str, Target)],
    pub(crate) body: Value,
}

/// Name, publisher, type, intents and targets, what the type adds.
type Spec = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, Target)],
    fn() -> Value,
);

const REQUIRED: &[(&str, Target)] = &[("required", Target::AllDevices)];
const FOR_USERS: &[(&str, Target)] = &[("required", Target::AllUsers)];
const OFFERED: &[(&str, Target)] = &[("available", Target::AllUsers)];

const APPS: [Spec; 14] = [
    (
        "Microsoft Edge for Windows",
        "Microsoft",
        "windowsMicrosoftEdgeApp",
        REQUIRED,
        || json!({"channel": "stable", "displayLanguageLocale": null}),
    ),
    (
        "Company VPN",
        "IT",
        "win32LobApp",
        &[
            ("required", Target::AllDevices),
            ("uninstall", Target::Group(1)),
        ],
        || win32("CompanyVpn.msi", 48_234_496),
    ),
    ("7-Zip 24.09", "Igor Pavlov", "win32LobApp", OFFERED, || {
        win32("7z2409-x64.msi", 1_993_728)
    }),
    (
        "Adobe Acrobat Reader DC",
        "Adobe Inc.",
        "win32LobApp",
        &[("available", Target::Group(0))],
        || win32("AcroRdrDCx64.msi", 402_653_184),
    ),
    ("Remote Support", "IT", "win32LobApp", &[], || {
        win32("RemoteSupport.exe", 12_582_912)
    }),
    (
        "Microsoft Edge for macOS",
        "Microsoft",
        "macOSMicrosoftEdgeApp",
        FOR_USERS,
        || json!({"channel": "stable"}),
    ),
    (
        "Microsoft 365 Apps for macOS",
        "Microsoft",
        "macOSOfficeSuiteApp",
        FOR_USERS,
        || json!({}),
    ),
    (
        "Microsoft Outlook",
        "Microsoft Corporation",
        "iosStoreApp",
        FOR_USERS,
        || ios_store("com.microsoft.Office.Outlook", "id951937596"),
    ),
    (
        "Microsoft Teams",
        "Microsoft Corporation",
        "iosStoreApp",
        FOR_USERS,
        || ios_store("com.microsoft.skype.teams", "id1113153706"),
    ),
    (
        "Microsoft Authenticator",
        "Microsoft Corporation",
        "iosStoreApp",
        FOR_USERS,
        || ios_store("com.microsoft.azureauthenticator", "id983156458"),
    ),
    (
        "Microsoft Outlook",
        "Microsoft Corporation",
        "androidStoreApp",
        FOR_USERS,
        || android_store("com.microsoft.office.outlook"),
    ),
    (
        "Intune Company Portal",
        "Microsoft Corporation",
        "androidStoreApp",
        FOR_USERS,
        || android_store("com.microsoft.windowsintune.companyportal"),
    ),
    (
        "Expenses",
        "Finance",
        "webApp",
        OFFERED,
        || json!({"appUrl": "https://expenses.example/", "useManagedBrowser": true}),
    ),
    (
        "Intranet",
        "IT",
        "windowsWebApp",
        OFFERED,
        || json!({"appUrl": "https://intranet.example/"}),
    ),
];

/// All apps, in the order in which they are listed.
pub(crate) fn apps(tenant: &Tenant) -> Vec<App> {
    let all = APPS.iter().enumerate();
    all.map(|(number, (name, publisher, kind, assigned, own))| {
        let id = tenant.derived_id("mobile app", number as u64);
        let mut body = heading(tenant, id, kind, name, publisher);
        body.extend(own().as_object().cloned().unwrap_or_default());
        App {
            id,
            assigned,
            body: Value::Object(body),
        }
    })
    .collect()
}

impl App {
    /// Who gets it: the assignments, each with its intent.
    pub(crate) fn assignments(&self, tenant: &Tenant) -> Vec<Value> {
        let each = self.assigned.iter().enumerate();
        each.flat_map(|(number, (intent, aim))| {
            let mut made = target::assignments(tenant, self.id, &[*aim]);
            for assignment in &mut made {
                // Ids of app assignments end in the intent and its number.
                let id = assignment["id"].as_str().unwrap_or_default();
                let id = format!("{id}_{}_{number}", u8::from(*intent == "required"));
                assignment["id"] = Value::String(id);
                assignment["intent"] = Value::String((*intent).to_owned());
                assignment["settings"] = Value::Null;
            }
            made
        })
        .collect()
    }
}

fn heading(
    tenant: &Tenant,
    id: Guid,
    kind: &str,
    name: &str,
    publisher: &str,
) -> Map<String, Value> {
    let age = i64::try_from(roll(id, 1) % 500).unwrap_or(0);
    let heading = json!({
        "@odata.type": format!("#microsoft.graph.{kind}"),
        "id": guid::text(id),
        "displayName": name,
        "description": format!("{name} for everybody who needs it"),
        "publisher": publisher,
        "largeIcon": null,
        "createdDateTime": iso(tenant.base - (age + 60) * DAY),
        "lastModifiedDateTime": iso(tenant.base - (age / 4 + 3) * DAY),
        "isFeatured": roll(id, 2).is_multiple_of(4),
        "privacyInformationUrl": null,
        "informationUrl": null,
        "owner": "",
        "developer": "",
        "notes": "",
        "publishingState": "published",
    });
    heading.as_object().cloned().unwrap_or_default()
}

fn win32(file: &str, size: u64) -> Value {
    json!({
        "committedContentVersion": "1",
        "fileName": format!("{file}.intunewin"),
        "size": size,
        "installCommandLine": format!("msiexec /i \"{file}\" /qn"),
        "uninstallCommandLine": format!("msiexec /x \"{file}\" /qn"),
        "applicableArchitectures": "x64",
        "allowedArchitectures": null,
        "minimumFreeDiskSpaceInMB": null,
        "minimumMemoryInMB": null,
        "minimumNumberOfProcessors": null,
        "minimumCpuSpeedInMHz": null,
        "rules": [],
        "installExperience": {"runAsAccount": "system", "deviceRestartBehavior": "suppress"},
        "returnCodes": [
            {"returnCode": 0, "type": "success"},
            {"returnCode": 1707, "type": "success"},
            {"returnCode": 3010, "type": "softReboot"},
            {"returnCode": 1641, "type": "hardReboot"},
            {"returnCode": 1618, "type": "retry"},
        ],
        "msiInformation": null,
        "setupFilePath": file,
        "minimumSupportedWindowsRelease": "Windows10_22H2",
    })
}

fn ios_store(bundle: &str, store: &str) -> Value {
    json!({
        "bundleId": bundle,
        "appStoreUrl": format!("https://apps.apple.com/us/app/{store}"),
        "applicableDeviceType": {"iPad": true, "iPhoneAndIPod": true},
        "minimumSupportedOperatingSystem": {
            "v8_0": false, "v9_0": false, "v10_0": false, "v11_0": false,
            "v12_0": false, "v13_0": false, "v14_0": true,
        },
    })
}

fn android_store(package: &str) -> Value {
    json!({
        "packageId": package,
        "appStoreUrl": format!("https://play.google.com/store/apps/details?id={package}"),
        "minimumSupportedOperatingSystem": {
            "v4_0": false, "v4_0_3": false, "v4_1": false, "v4_2": false, "v4_3": false, "v4_4": false,
            "v5_0": false, "v5_1": true,
        },
    })
}
