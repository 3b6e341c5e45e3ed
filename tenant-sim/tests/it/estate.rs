//! Managed devices, policies, apps, teams and sites agree with the directory and with each other.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, UNIX_EPOCH};

use crate::common::{Reader, items, text};
use serde_json::Value;
use tenant_sim::{Area, GenerateOptions, Sim, SimHandle, Tenant};

const DEVICES: &str = "v1.0/deviceManagement/managedDevices";
const COMPLIANCE: &str = "v1.0/deviceManagement/deviceCompliancePolicies";
const CONFIGURATIONS: &str = "v1.0/deviceManagement/deviceConfigurations";
const CATALOG: &str = "beta/deviceManagement/configurationPolicies";
const DETECTED: &str = "v1.0/deviceManagement/detectedApps";
const APPS: &str = "v1.0/deviceAppManagement/mobileApps";

fn options(devices: usize) -> GenerateOptions {
    GenerateOptions {
        seed: 11,
        users: 240,
        groups: 20,
        devices: Some(devices),
        ..GenerateOptions::default()
    }
}

async fn serve(tenant: Tenant) -> (SimHandle, Reader) {
    let sim = Sim::builder().tenant(tenant).start().await.unwrap();
    let reader = Reader::new(&sim).await;
    (sim, reader)
}

fn ids(items: &[Value]) -> BTreeSet<&str> {
    items.iter().map(|item| text(item, "id")).collect()
}

#[tokio::test]
async fn a_managed_device_is_one_of_the_directory_and_of_a_person() {
    let (sim, reader) = serve(Tenant::generate(options(250))).await;
    let truth = sim.truth();
    let managed = reader.all(DEVICES).await;
    let directory = reader
        .all("v1.0/devices?$select=id,deviceId,isManaged,isCompliant,displayName")
        .await;
    let directory: BTreeMap<&str, &Value> = directory
        .iter()
        .map(|device| (text(device, "deviceId"), device))
        .collect();
    let mut states = BTreeSet::new();
    let mut platforms = BTreeSet::new();
    for device in &managed {
        let known = directory[text(device, "azureADDeviceId")];
        assert_eq!(known["isManaged"], true);
        let state = text(device, "complianceState");
        let compliant = matches!(state, "compliant" | "inGracePeriod");
        assert_eq!(known["isCompliant"], compliant, "{state}");
        let user = text(device, "userId");
        if !user.is_empty() {
            let user = &truth.users[user];
            assert_eq!(user["userPrincipalName"], device["userPrincipalName"]);
        }
        assert_eq!(device["jailBroken"], "Unknown");
        states.insert(state);
        platforms.insert(text(device, "operatingSystem"));
    }
    let told = directory
        .values()
        .filter(|device| device["isManaged"] == true);
    assert_eq!(told.count(), managed.len());
    assert_eq!(ids(&managed).len(), managed.len());
    assert_eq!(
        states,
        BTreeSet::from(["compliant", "inGracePeriod", "noncompliant", "unknown"])
    );
    assert_eq!(
        platforms,
        BTreeSet::from(["Android", "Windows", "iOS", "macOS"])
    );
}

#[tokio::test]
async fn whoever_leaves_owns_no_managed_device() {
    let (sim, reader) = serve(Tenant::generate(options(250))).await;
    let managed = reader.all(DEVICES).await;
    let owned = managed
        .iter()
        .find(|device| !text(device, "userId").is_empty());
    let owned = owned.unwrap();
    assert!(sim.edit(|tenant| tenant.delete_user(text(owned, "userId"))));
    let again = reader
        .get(&format!("{DEVICES}/{}", text(owned, "id")))
        .await;
    assert_eq!(again["userId"], "");
    assert_eq!(again["azureADDeviceId"], owned["azureADDeviceId"]);
}

/// The platform that a policy is for, as devices name it.
fn platform(policy: &Value) -> &'static str {
    let kind = text(policy, "@odata.type").trim_start_matches("#microsoft.graph.");
    match kind {
        _ if kind.starts_with("windows") => "Windows",
        _ if kind.starts_with("ios") => "iOS",
        _ if kind.starts_with("macOS") => "macOS",
        _ if kind.starts_with("android") => "Android",
        _ => panic!("{kind}"),
    }
}

#[tokio::test]
async fn every_policy_reports_on_each_device_of_its_platform() {
    let (_sim, reader) = serve(Tenant::generate(options(250))).await;
    let managed = reader.all(DEVICES).await;
    let mut failed: BTreeSet<String> = BTreeSet::new();
    for set in [COMPLIANCE, CONFIGURATIONS] {
        let policies = reader.all(set).await;
        assert!(policies.len() >= 6);
        for policy in &policies {
            let of: BTreeMap<&str, &Value> = managed
                .iter()
                .filter(|device| device["operatingSystem"] == platform(policy))
                .map(|device| (text(device, "id"), device))
                .collect();
            let id = text(policy, "id");
            let statuses = reader.all(&format!("{set}/{id}/deviceStatuses")).await;
            let mut named = BTreeSet::new();
            for status in &statuses {
                let parts: Vec<&str> = text(status, "id").split('_').collect();
                let [user, of_policy, device] = parts[..] else {
                    panic!("{status}")
                };
                assert_eq!(of_policy, id);
                let device = of[device];
                assert!(
                    device["userId"] == user || user == "00000000-0000-0000-0000-000000000000",
                    "{status}"
                );
                assert_eq!(status["deviceDisplayName"], device["deviceName"]);
                named.insert(text(device, "id"));
                if set == COMPLIANCE && status["status"] == "nonCompliant" {
                    failed.insert(text(device, "id").to_owned());
                }
            }
            assert_eq!(named.len(), statuses.len());
            assert_eq!(named, of.into_keys().collect());
        }
    }
    let not_compliant = managed.iter().filter(|device| {
        matches!(
            text(device, "complianceState"),
            "noncompliant" | "inGracePeriod"
        )
    });
    let expected: BTreeSet<String> = not_compliant
        .map(|device| text(device, "id").to_owned())
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(failed, expected);
}

#[tokio::test]
async fn assignments_come_by_expand_and_name_groups_that_exist() {
    let (sim, reader) = serve(Tenant::generate(options(50))).await;
    let truth = sim.truth();
    let mut targets = BTreeSet::new();
    for set in [COMPLIANCE, CONFIGURATIONS, CATALOG, APPS] {
        let plain = reader.all(set).await;
        assert!(plain.iter().all(|item| item.get("assignments").is_none()));
        for item in reader.all(&format!("{set}?$expand=assignments")).await {
            for assignment in item["assignments"].as_array().unwrap() {
                let target = &assignment["target"];
                assert!(text(assignment, "id").starts_with(text(&item, "id")));
                assert_eq!(assignment.get("intent").is_some(), set == APPS);
                if let Some(group) = target["groupId"].as_str() {
                    assert!(truth.groups.contains_key(group));
                }
                targets.insert(text(target, "@odata.type").to_owned());
            }
        }
    }
    let kinds = ["allDevices", "allLicensedUsers", "exclusionGroup", "group"];
    let kinds = kinds.map(|kind| format!("#microsoft.graph.{kind}AssignmentTarget"));
    assert_eq!(targets, BTreeSet::from(kinds));
}

#[tokio::test]
async fn settings_of_the_catalogue_count_from_zero_in_every_policy() {
    let (_sim, reader) = serve(Tenant::example()).await;
    for policy in reader.all(CATALOG).await {
        let settings = reader
            .all(&format!("{CATALOG}/{}/settings", text(&policy, "id")))
            .await;
        let numbers: Vec<String> = (0..settings.len()).map(|at| at.to_string()).collect();
        let read: Vec<&str> = settings.iter().map(|setting| text(setting, "id")).collect();
        assert_eq!(read, numbers);
        assert_eq!(policy["settingCount"], settings.len());
    }
    let (status, code) = reader
        .refusal("v1.0/deviceManagement/configurationPolicies", &[])
        .await;
    assert_eq!((status, code.as_str()), (400, "BadRequest"));
}

#[tokio::test]
async fn the_devices_of_a_detected_app_are_as_many_as_it_says() {
    let (_sim, reader) = serve(Tenant::generate(options(120))).await;
    let managed = reader.all(DEVICES).await;
    let known = ids(&managed);
    let apps = reader.all(DETECTED).await;
    assert!(apps.len() > 150, "{}", apps.len());
    assert_eq!(ids(&apps).len(), apps.len());
    for app in &apps {
        let path = format!("{DETECTED}/{}/managedDevices?$select=id", text(app, "id"));
        let devices = reader.all(&path).await;
        assert_eq!(app["deviceCount"], devices.len(), "{app}");
        assert!(ids(&devices).is_subset(&known));
        assert_eq!(devices[0].as_object().unwrap().len(), 1);
    }
    let versions = apps
        .iter()
        .filter(|app| app["displayName"] == "Google Chrome" && app["platform"] == "windows");
    assert!(versions.count() > 1);
}

#[tokio::test]
async fn only_devices_that_run_windows_have_a_protection_state() {
    let (_sim, reader) = serve(Tenant::generate(options(60))).await;
    for device in reader.all(DEVICES).await {
        let id = text(&device, "id");
        let path = format!("{DEVICES}/{id}/windowsProtectionState");
        if device["operatingSystem"] == "Windows" {
            assert_eq!(reader.get(&path).await["id"], id);
        } else {
            assert_eq!(reader.refusal(&path, &[]).await.0, 404);
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_404() {
    let (_sim, reader) = serve(Tenant::example()).await;
    let nobody = "11111111-2222-4333-8444-555555555555";
    for path in [
        format!("{DEVICES}/{nobody}"),
        format!("{DEVICES}/{nobody}/windowsProtectionState"),
        format!("{COMPLIANCE}/{nobody}"),
        format!("{COMPLIANCE}/{nobody}/deviceStatuses"),
        format!("{CONFIGURATIONS}/{nobody}"),
        format!("{CONFIGURATIONS}/{nobody}/deviceStatuses"),
        format!("{CATALOG}/{nobody}"),
        format!("{CATALOG}/{nobody}/settings"),
        format!("{APPS}/{nobody}"),
        format!("{DETECTED}/{nobody}/managedDevices"),
        format!("v1.0/teams/{nobody}"),
        format!("v1.0/teams/{nobody}/channels"),
        format!("v1.0/teams/{nobody}/members"),
        format!("v1.0/users/{nobody}/mailboxSettings"),
    ] {
        assert_eq!(reader.refusal(&path, &[]).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn mobile_apps_fail_where_top_is_too_large() {
    let (_sim, reader) = serve(Tenant::example()).await;
    let apps = reader.all(APPS).await;
    assert_eq!(reader.all(&format!("{APPS}?$top=100")).await, apps);
    let (status, _) = reader.refusal(&format!("{APPS}?$top=101"), &[]).await;
    assert_eq!(status, 500);
    let kinds: BTreeSet<&str> = apps.iter().map(|app| text(app, "@odata.type")).collect();
    assert!(kinds.len() >= 5, "{kinds:?}");
}

#[tokio::test]
async fn the_settings_of_device_management_come_by_select() {
    let (_sim, reader) = serve(Tenant::example()).await;
    let plain = reader.get("v1.0/deviceManagement").await;
    assert_eq!(plain.get("settings"), None);
    assert_eq!(plain["subscriptionState"], "active");
    let selected = reader
        .get("v1.0/deviceManagement?$select=id,intuneAccountId,settings,subscriptionState")
        .await;
    assert!(selected["settings"]["secureByDefault"].is_boolean());
    assert!(selected["settings"]["deviceComplianceCheckinThresholdDays"].is_i64());
    let (status, _) = reader
        .refusal("v1.0/deviceManagement?$select=nothing", &[])
        .await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn three_thousand_devices_are_read_whole_and_alike_whatever_the_page() {
    let (_sim, reader) = serve(Tenant::generate(options(3_400))).await;
    let pages = reader.pages(DEVICES, &[]).await;
    let all = items(&pages);
    assert!(all.len() > 2_900, "{}", all.len());
    assert_eq!(ids(&all).len(), all.len());
    let full = pages.iter().rev().skip(1);
    assert!(
        full.clone().count() > 25
            && full
                .clone()
                .all(|page| page["value"].as_array().unwrap().len() == 100)
    );
    assert_eq!(reader.all(&format!("{DEVICES}?$top=999")).await, all);
    let counted = reader.get(&format!("{DEVICES}?$count=true&$top=1")).await;
    assert_eq!(
        counted["@odata.count"].as_u64(),
        u64::try_from(all.len()).ok()
    );
    // A page read twice is the same page.
    let next = text(&pages[7], "@odata.nextLink");
    assert_eq!(reader.get(next).await, reader.get(next).await);
    assert_eq!(reader.get(next).await, pages[8]);
}

#[tokio::test]
async fn rows_are_repeated_on_a_later_page_where_that_is_asked_for() {
    let (sim, reader) = serve(Tenant::generate(options(500)).with_repeated_rows()).await;
    let rows = reader.all(DEVICES).await;
    let distinct = ids(&rows).len();
    assert!(rows.len() > distinct, "{} rows", rows.len());
    let pages = reader.pages(DEVICES, &[]).await;
    for page in &pages {
        let page = page["value"].as_array().unwrap();
        assert_eq!(ids(page).len(), page.len());
    }
    sim.edit(|tenant| tenant.repeat_rows(false));
    assert_eq!(reader.all(DEVICES).await.len(), distinct);
}

#[tokio::test]
async fn sharepoint_settings_are_wrapped_where_that_is_asked_for() {
    let (sim, reader) = serve(Tenant::example()).await;
    let path = "v1.0/admin/sharepoint/settings";
    let plain = reader.get(path).await;
    assert_eq!(plain["sharingCapability"], "externalUserAndGuestSharing");
    sim.wrap_single_entities(true);
    let wrapped = reader.get(path).await;
    assert_eq!(
        wrapped["value"]["sharingCapability"],
        plain["sharingCapability"]
    );
    assert_eq!(wrapped.get("sharingCapability"), None);
}

/// The lists of a tenant, without the links, which name the port.
async fn lists(reader: &Reader) -> Vec<String> {
    let mut lists = Vec::new();
    for path in [
        DEVICES,
        &format!("{COMPLIANCE}?$expand=assignments"),
        &format!("{CONFIGURATIONS}?$expand=assignments"),
        &format!("{CATALOG}?$expand=assignments"),
        &format!("{APPS}?$expand=assignments"),
        DETECTED,
        "v1.0/teams",
        "v1.0/sites/getAllSites",
        "v1.0/security/dataSecurityAndGovernance/sensitivityLabels",
    ] {
        lists.push(Value::Array(reader.all(path).await).to_string());
    }
    lists
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes() {
    let mut read = Vec::new();
    for seed in [21, 21, 22] {
        let tenant = Tenant::generate(GenerateOptions {
            seed,
            ..options(120)
        });
        let now = UNIX_EPOCH + Duration::from_secs(1_750_000_000);
        let sim = Sim::builder().tenant(tenant).now(now).start().await;
        read.push(lists(&Reader::new(&sim.unwrap()).await).await);
    }
    assert_eq!(read[0], read[1]);
    for (list, other) in read[0].iter().zip(&read[2]) {
        assert_ne!(list, other);
    }
}

#[tokio::test]
async fn the_people_of_a_team_are_those_of_its_group() {
    let (sim, reader) = serve(Tenant::generate(options(10))).await;
    let truth = sim.truth();
    let teams = reader.all("v1.0/teams").await;
    assert!(teams.len() > 1);
    for team in &teams {
        let id = text(team, "id");
        let group = &truth.groups[id];
        assert_eq!(group["resourceProvisioningOptions"][0], "Team");
        assert_eq!(group["displayName"], team["displayName"]);
        assert_eq!(team["memberSettings"], Value::Null);
        let whole = reader.get(&format!("v1.0/teams/{id}")).await;
        assert!(whole["memberSettings"]["allowDeleteChannels"].is_boolean());

        let people = |pairs: &BTreeSet<(String, String)>| -> BTreeSet<String> {
            let of = pairs.iter().filter(|(group, _)| group == id);
            of.map(|(_, person)| person.clone())
                .filter(|person| truth.users.contains_key(person))
                .collect()
        };
        let (members, owners) = (people(&truth.members), people(&truth.owners));
        let mut read = BTreeSet::new();
        for member in reader.all(&format!("v1.0/teams/{id}/members")).await {
            let user = text(&member, "userId");
            let guest = truth.users[user]["userType"] == "Guest";
            let roles: &[&str] = match (owners.contains(user), guest) {
                (true, _) => &["owner"],
                (_, true) => &["guest"],
                _ => &[],
            };
            assert_eq!(member["roles"], serde_json::json!(roles));
            assert!(read.insert(user.to_owned()));
        }
        assert_eq!(read, members.union(&owners).cloned().collect());
        let channels = reader.all(&format!("v1.0/teams/{id}/channels")).await;
        assert_eq!(channels[0]["displayName"], "General");
        let names: BTreeSet<&str> = channels
            .iter()
            .map(|channel| text(channel, "displayName"))
            .collect();
        assert_eq!(names.len(), channels.len());
    }
    let provisioned = truth
        .groups
        .values()
        .filter(|group| group["resourceProvisioningOptions"] == serde_json::json!(["Team"]));
    assert_eq!(provisioned.count(), teams.len());
}

#[tokio::test]
async fn only_people_with_an_exchange_plan_have_a_mailbox() {
    let (_sim, reader) = serve(Tenant::example()).await;
    let mut purposes: BTreeMap<String, usize> = BTreeMap::new();
    for user in reader
        .all("v1.0/users?$select=id,userType,assignedLicenses")
        .await
    {
        let path = format!("v1.0/users/{}/mailboxSettings", text(&user, "id"));
        let licensed = !user["assignedLicenses"].as_array().unwrap().is_empty();
        if licensed && user["userType"] == "Member" {
            let settings = reader.get(&path).await;
            *purposes
                .entry(text(&settings, "userPurpose").to_owned())
                .or_default() += 1;
        } else {
            let refusal = reader.refusal(&path, &[]).await;
            assert_eq!(refusal, (404, "MailboxNotEnabledForRESTAPI".to_owned()));
        }
    }
    let kinds: Vec<&str> = purposes.keys().map(String::as_str).collect();
    assert_eq!(kinds, ["room", "shared", "user"]);
    assert_eq!(purposes.values().sum::<usize>(), 48);
}

#[tokio::test]
async fn every_team_and_every_licensed_person_has_a_site() {
    let (_sim, reader) = serve(Tenant::example()).await;
    let sites = reader.all("v1.0/sites/getAllSites").await;
    assert_eq!(ids(&sites).len(), sites.len());
    let urls: BTreeSet<&str> = sites.iter().map(|site| text(site, "webUrl")).collect();
    assert_eq!(urls.len(), sites.len());
    let personal = sites.iter().filter(|site| site["isPersonalSite"] == true);
    // 48 licensed members; the root; three Microsoft 365 groups.
    assert_eq!(personal.count(), 48);
    assert_eq!(sites.len(), 48 + 1 + 3);
    assert!(urls.contains("https://contoso.sharepoint.com/sites/Sales"));
}

#[tokio::test]
async fn the_example_tenant_has_a_small_estate() {
    let (_sim, reader) = serve(Tenant::example()).await;
    let managed = reader.all(DEVICES).await.len();
    assert!((20..=32).contains(&managed), "{managed}");
    assert_eq!(reader.all("v1.0/teams").await.len(), 3);
    let labels = "v1.0/security/dataSecurityAndGovernance/sensitivityLabels";
    assert_eq!(reader.all(labels).await.len(), 5);
}

/// How many items a listing has for each of these parents.
async fn under(reader: &Reader, set: &str, parents: &[Value], relation: &str) -> usize {
    let mut found = 0;
    for parent in parents {
        let path = format!("{set}/{}/{relation}", text(parent, "id"));
        found += reader.all(&path).await.len();
    }
    found
}

#[tokio::test]
async fn the_truth_counts_what_is_listed() {
    let (sim, reader) = serve(Tenant::generate(options(90))).await;
    let counts = sim.truth().counts;
    let mut read: BTreeMap<&str, usize> = BTreeMap::new();
    let labels = "v1.0/security/dataSecurityAndGovernance/sensitivityLabels";
    for (kind, path) in [
        ("managedDevice", DEVICES),
        ("mobileApp", APPS),
        ("site", "v1.0/sites/getAllSites"),
        ("sensitivityLabel", labels),
    ] {
        read.insert(kind, reader.all(path).await.len());
    }
    for (set, relation, kind, of) in [
        (
            COMPLIANCE,
            "deviceStatuses",
            "deviceCompliancePolicy",
            "deviceComplianceDeviceStatus",
        ),
        (
            CONFIGURATIONS,
            "deviceStatuses",
            "deviceConfiguration",
            "deviceConfigurationDeviceStatus",
        ),
        (
            CATALOG,
            "settings",
            "deviceManagementConfigurationPolicy",
            "deviceManagementConfigurationSetting",
        ),
        (
            DETECTED,
            "managedDevices?$select=id",
            "detectedApp",
            "detected_on",
        ),
        ("v1.0/teams", "channels", "team", "channel"),
        ("v1.0/teams", "members", "team", "aadUserConversationMember"),
    ] {
        let parents = reader.all(set).await;
        read.insert(of, under(&reader, set, &parents, relation).await);
        read.insert(kind, parents.len());
    }
    for (kind, count) in read {
        assert_eq!(counts.get(kind), Some(&count), "{kind}");
    }
}

/// Paths with the area that each belongs to.
fn areas(team: &str, user: &str, device: &str, policy: &str) -> Vec<(Area, String)> {
    vec![
        (Area::ManagedDevices, DEVICES.to_owned()),
        (Area::DeviceCompliancePolicies, COMPLIANCE.to_owned()),
        (
            Area::DeviceComplianceStates,
            format!("{COMPLIANCE}/{policy}/deviceStatuses"),
        ),
        (Area::DeviceConfigurations, CONFIGURATIONS.to_owned()),
        (Area::ConfigurationPolicies, CATALOG.to_owned()),
        (Area::DeviceManagement, "v1.0/deviceManagement".to_owned()),
        (Area::MobileApps, APPS.to_owned()),
        (Area::DetectedApps, DETECTED.to_owned()),
        (
            Area::WindowsProtectionStates,
            format!("{DEVICES}/{device}/windowsProtectionState"),
        ),
        (Area::Teams, "v1.0/teams".to_owned()),
        (Area::TeamSettings, format!("v1.0/teams/{team}")),
        (Area::Channels, format!("v1.0/teams/{team}/channels")),
        (Area::TeamMembers, format!("v1.0/teams/{team}/members")),
        (
            Area::MailboxSettings,
            format!("v1.0/users/{user}/mailboxSettings"),
        ),
        (
            Area::SharePointSettings,
            "v1.0/admin/sharepoint/settings".to_owned(),
        ),
        (Area::Sites, "v1.0/sites/getAllSites".to_owned()),
        (
            Area::SensitivityLabels,
            "v1.0/security/dataSecurityAndGovernance/sensitivityLabels".to_owned(),
        ),
    ]
}

#[tokio::test]
async fn each_area_is_denied_alone_and_intune_needs_its_license() {
    let (sim, reader) = serve(Tenant::example()).await;
    let teams = reader.all("v1.0/teams").await;
    let user = sim.edit(|tenant| tenant.find_user("Adele Vance")).unwrap();
    let managed = reader.all(DEVICES).await;
    let device = managed
        .iter()
        .find(|device| device["operatingSystem"] == "Windows")
        .unwrap();
    let policies = reader.all(COMPLIANCE).await;
    let areas = areas(
        text(&teams[0], "id"),
        &user,
        text(device, "id"),
        text(&policies[0], "id"),
    );
    for (denied, path) in &areas {
        sim.deny(*denied);
        let refusal = reader.refusal(path, &[]).await;
        assert_eq!(refusal.0, 403, "{path}");
        for (area, path) in areas.iter().filter(|(area, _)| area != denied) {
            let status = reader.send(path, &[]).await.status();
            assert_eq!(status, 200, "{path} ({area:?}) without {denied:?}");
        }
        sim.allow(*denied);
    }
    let (_sim, reader) = serve(Tenant::generate(GenerateOptions {
        intune: false,
        ..options(50)
    }))
    .await;
    for (_, path) in &areas {
        let intune = path.contains("deviceManagement") || path.contains("deviceAppManagement");
        if intune {
            assert_eq!(reader.refusal(path, &[]).await.0, 400, "{path}");
        }
    }
}
