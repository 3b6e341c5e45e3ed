//! What becomes of devices, their policies and what is on them.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what is wrong by panicking"
)]

use crate::facts_tenant::{Ending, Read, Tenant, facts_of, sources};
use compliance_map::State;
use compliance_map::facts::DeviceConfigFact;
use m365_collect::Kind;
use serde_json::{Value, json};

#[tokio::test]
async fn a_device_is_told_as_intune_tells_it() {
    let device = json!([{"id": "m1", "userId": "", "operatingSystem": "iOS", "complianceState": "newState",
        "lastSyncDateTime": "0001-01-01T00:00:00Z", "managementAgent": "mdm"}]);
    let read = Read::of("managed_devices", &Kind::MANAGED_DEVICE, device);
    let row = facts_of(&[read]).await.device_inventory.items.remove(0);
    assert_eq!(
        row.owner.as_deref(),
        Some(""),
        "nobody, as the service says"
    );
    assert_eq!(row.compliance_state.as_deref(), Some("newState"));
    assert_eq!(
        (row.encrypted, row.last_sync, row.os_supported),
        (None, None, None)
    );
}

async fn tests(policy: Value) -> Option<Vec<String>> {
    let read = Read::of(
        "device_compliance_policies",
        &Kind::COMPLIANCE_POLICY,
        json!([policy]),
    );
    facts_of(&[read])
        .await
        .device_compliance
        .items
        .remove(0)
        .tests
}

#[tokio::test]
async fn a_compliance_policy_tests_what_is_set_in_it() {
    let policy = facts_of(&sources::named(&["device_compliance_policies"])).await;
    let row = &policy.device_compliance.items[0];
    assert_eq!(row.tests.as_ref().unwrap(), &["encryption", "password"]);
    assert_eq!(row.assigned_to.as_ref().unwrap(), &["AllDevices"]);
    assert_eq!(row.extra["platform"], "windows");

    let empty = json!({"@odata.type": "#microsoft.graph.iosCompliancePolicy", "id": "1", "passcodeRequired": false, "osMinimumVersion": ""});
    assert_eq!(tests(empty).await, Some(Vec::new()));
    let new = json!({"@odata.type": "#microsoft.graph.newCompliancePolicy", "id": "1", "somethingRequired": true});
    assert_eq!(tests(new).await, None, "it may test what is not known here");
    let part = json!({"@odata.type": "#microsoft.graph.newCompliancePolicy", "id": "1", "firewallEnabled": true});
    assert_eq!(tests(part).await, Some(vec!["firewall".to_owned()]));
}

#[tokio::test]
async fn what_a_device_without_a_policy_counts_as_is_told_where_it_was_read() {
    let names = ["device_compliance_policies", "device_management"];
    let told = facts_of(&sources::named(&names)).await.device_compliance;
    assert_eq!(told.extra["default_without_policy"], "noncompliant");
    let untold = facts_of(&sources::named(&names[..1]))
        .await
        .device_compliance;
    assert_eq!((untold.state, untold.complete), (State::Ok, true));
    assert!(!untold.extra.contains_key("default_without_policy"));
    assert!(untold.note.unwrap().contains("without a policy"));

    let mut reads = sources::named(&names[..1]);
    let loose = json!([{"id": "dm", "settings": {"secureByDefault": false}}]);
    reads.push(Read::of(
        "device_management",
        &Kind::DEVICE_MANAGEMENT,
        loose,
    ));
    let told = facts_of(&reads).await.device_compliance;
    assert_eq!(told.extra["default_without_policy"], "compliant");
}

async fn profile(profile: Value) -> DeviceConfigFact {
    let reads = [Read::of(
        "device_configurations",
        &Kind::DEVICE_CONFIGURATION,
        json!([profile]),
    )];
    facts_of(&reads).await.device_config.items.remove(0)
}

fn of_type(name: &str) -> Value {
    json!({"@odata.type": format!("#microsoft.graph.{name}"), "id": "p1", "displayName": "P", "assignments": []})
}

#[tokio::test]
async fn a_switch_that_is_off_was_not_configured() {
    let configs = [
        "device_configurations",
        "configuration_policies",
        "configuration_policy_settings",
    ];
    let facts = facts_of(&sources::named(&configs)).await.device_config;
    assert_eq!((facts.state, facts.complete), (State::Ok, false));
    assert!(facts.note.unwrap().contains("administrative templates"));
    let [windows, firewall] = facts.items.as_slice() else {
        panic!("two profiles");
    };
    assert_eq!(windows.platform.as_deref(), Some("windows"));
    assert_eq!(
        (windows.lock_minutes, windows.failed_attempts),
        (Some(10), Some(6))
    );
    assert_eq!(windows.behaviour_monitoring, Some(true));
    assert_eq!(windows.removable_media_protected, None);
    assert_eq!(windows.autorun_blocked, None);
    assert_eq!(firewall.firewall, Some(true));
    assert_eq!(firewall.assigned_to.as_ref().unwrap(), &["AllDevices"]);
}

#[tokio::test]
async fn a_lock_without_a_password_is_none() {
    let mut windows = of_type("windows10GeneralConfiguration");
    windows["passwordMinutesOfInactivityBeforeScreenTimeout"] = json!(5);
    windows["storageBlockRemovableStorage"] = json!(true);
    let row = profile(windows).await;
    assert_eq!(row.lock_minutes, None);
    assert_eq!(row.removable_media_protected, Some(true));
    assert_eq!(row.assigned_to, Some(Vec::new()));

    // Until the screen goes off, and from then until a code is asked.
    let mut ios = of_type("iosGeneralDeviceConfiguration");
    ios["passcodeRequired"] = json!(true);
    ios["passcodeMinutesOfInactivityBeforeScreenTimeout"] = json!(2);
    assert_eq!(profile(ios.clone()).await.lock_minutes, None);
    ios["passcodeMinutesOfInactivityBeforeLock"] = json!(3);
    ios["documentsBlockManagedDocumentsInUnmanagedApps"] = json!(true);
    let row = profile(ios).await;
    assert_eq!((row.lock_minutes, row.work_data_apart), (Some(5), None));
}

#[tokio::test]
async fn the_firewall_is_on_only_on_every_kind_of_network() {
    let network = |state: &str| json!({"firewallEnabled": state});
    for (states, expected) in [
        (["allowed", "allowed", "allowed"], Some(true)),
        (["allowed", "notConfigured", "allowed"], None),
        (["allowed", "blocked", "notConfigured"], Some(false)),
        (["new", "new", "new"], None),
    ] {
        let mut windows = of_type("windows10EndpointProtectionConfiguration");
        windows["firewallProfileDomain"] = network(states[0]);
        windows["firewallProfilePrivate"] = network(states[1]);
        windows["firewallProfilePublic"] = network(states[2]);
        windows["bitLockerRemovableDrivePolicy"] = json!({"requireEncryptionForWriteAccess": true});
        let row = profile(windows).await;
        assert_eq!(row.firewall, expected, "{states:?}");
        assert_eq!(row.removable_media_protected, Some(true));
    }
}

#[tokio::test]
async fn an_update_ring_and_a_new_type_are_rows_that_set_nothing() {
    let ring = profile(of_type("windowsUpdateForBusinessConfiguration")).await;
    assert_eq!(ring.platform.as_deref(), Some("windows"));
    assert_eq!(ring.extra["type"], "windowsUpdateForBusinessConfiguration");
    let new = profile(of_type("newConfiguration")).await;
    assert_eq!(
        (new.platform, new.firewall, new.lock_minutes),
        (None, None, None)
    );
}

async fn catalogue(settings: Vec<(&'static str, Value)>) -> DeviceConfigFact {
    let policy = json!([{"id": "sc1", "name": "S", "platforms": "windows10"}]);
    let reads = [
        Read::of(
            "configuration_policies",
            &Kind::CONFIGURATION_POLICY,
            policy,
        ),
        Read::keyed(
            "configuration_policy_settings",
            &Kind::CONFIGURATION_SETTING,
            settings,
        ),
    ];
    facts_of(&reads).await.device_config.items.remove(0)
}

#[tokio::test]
async fn settings_of_the_catalogue_are_read_with_those_under_them() {
    let lock = "device_vendor_msft_policy_config_devicelock";
    let password = |value: &str| {
        json!({"id": "0", "settingInstance": {"settingDefinitionId": format!("{lock}_devicepasswordenabled"), "choiceSettingValue": {
            "value": format!("{lock}_devicepasswordenabled_{value}"), "children": [
                {"settingDefinitionId": format!("{lock}_maxinactivitytimedevicelock"), "simpleSettingValue": {"value": 15}},
                {"settingDefinitionId": format!("{lock}_maxdevicepasswordfailedattempts"), "simpleSettingValue": {"value": 0}}]}}})
    };
    let row = catalogue(vec![("sc1/0", password("0"))]).await;
    assert_eq!(
        (row.lock_minutes, row.failed_attempts),
        (Some(15), None),
        "0 is no limit"
    );
    assert_eq!(
        (row.platform.as_deref(), row.assigned_to),
        (Some("windows"), None)
    );
    let row = catalogue(vec![("sc1/0", password("1"))]).await;
    assert_eq!(row.lock_minutes, None, "1 switches the password off");

    let autorun = "device_vendor_msft_policy_config_autoplay_setdefaultautorunbehavior";
    let autorun = |value: &str| {
        json!({"settingInstance": {"settingDefinitionId": autorun, "choiceSettingValue": {"value": format!("{autorun}_1"), "children": [
            {"settingDefinitionId": format!("{autorun}_noautorun_dropdown"), "choiceSettingValue": {"value": format!("{autorun}_noautorun_dropdown_{value}")}}]}}})
    };
    for (value, expected) in [("1", Some(true)), ("2", Some(false)), ("3", None)] {
        let row = catalogue(vec![("sc1/0", autorun(value))]).await;
        assert_eq!(row.autorun_blocked, expected, "{value}");
    }

    let monitoring = "device_vendor_msft_policy_config_defender_allowbehaviormonitoring";
    let other = json!({"settingInstance": {"settingDefinitionId": monitoring, "choiceSettingValue": {"value": "something_else"}}});
    let row = catalogue(vec![("sc1/0", other), ("sc2/0", autorun("1"))]).await;
    assert_eq!(
        (row.behaviour_monitoring, row.autorun_blocked),
        (None, None)
    );
}

#[tokio::test]
async fn a_windows_device_that_does_not_report_is_not_protected_unseen() {
    let device = |id: &str, os: &str| json!({"id": id, "operatingSystem": os});
    let devices = json!([
        device("m1", "Windows"),
        device("m2", "windows"),
        device("m3", "macOS")
    ]);
    let states = [(
        "m1",
        json!({"realTimeProtectionEnabled": true, "signatureUpdateOverdue": null}),
    )];
    let reads = [
        Read::of("managed_devices", &Kind::MANAGED_DEVICE, devices),
        Read::keyed(
            "windows_protection_states",
            &Kind::WINDOWS_PROTECTION_STATE,
            states,
        ),
    ];
    let rows = facts_of(&reads).await.device_protection.items;
    let told: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.device.as_str(),
                row.real_time_protection,
                row.signatures_overdue,
            )
        })
        .collect();
    assert_eq!(told, [("m1", Some(true), None), ("m2", None, None)]);
}

#[tokio::test]
async fn software_is_told_and_what_graph_does_not_know_is_not() {
    let row = facts_of(&sources::named(&["detected_apps"]))
        .await
        .device_apps
        .items
        .remove(0);
    assert_eq!(
        (row.name.as_deref(), row.version.as_deref()),
        (Some("Editor"), Some("1.2"))
    );
    assert_eq!(
        (row.devices, row.outdated, row.supported),
        (Some(3), None, None)
    );
    let negative = json!([{"id": "1", "deviceCount": -1}]);
    let read = Read::of("detected_apps", &Kind::DETECTED_APP, negative);
    assert_eq!(facts_of(&[read]).await.device_apps.items[0].devices, None);
}

#[tokio::test]
async fn updates_are_not_told_whatever_was_read() {
    let tenant = Tenant::new();
    for read in sources::all() {
        tenant.end(&read, Ending::Whole).await;
    }
    let updates = tenant.facts().await.device_updates;
    assert_eq!(
        (updates.state, updates.items.len()),
        (State::NotCollected, 0)
    );
    assert!(updates.note.is_some());
}

#[tokio::test]
async fn a_device_to_which_no_policy_applies_is_not_under_one() {
    let devices = json!([{"id": "m1"}, {"id": "m2"}, {"id": "m3"}, {"id": "m4"}]);
    let status = |id: &str, says: &str| json!({"id": id, "status": says});
    let mut statuses = vec![
        status("u_p1_m1", "notApplicable"),
        status("u_p1_m2", "notApplicable"),
        status("u_p2_m2", "nonCompliant"),
        status("u_p2_m3", "notAssigned"),
    ];
    let told = |statuses: &[Value], ending: Ending| {
        let reads = [
            Read::of("managed_devices", &Kind::MANAGED_DEVICE, devices.clone()),
            Read::of(
                "device_compliance_states",
                &Kind::COMPLIANCE_STATUS,
                json!(statuses),
            ),
        ];
        async move {
            let tenant = Tenant::new();
            tenant.read(&reads[0]).await;
            tenant.end(&reads[1], ending).await;
            let rows = tenant.facts().await.device_inventory;
            assert_eq!((rows.state, rows.complete), (State::Ok, true));
            let told = |row: &compliance_map::facts::DeviceFact| {
                let told = row.extra.get("under_policy");
                told.and_then(Value::as_bool)
            };
            rows.items.iter().map(told).collect::<Vec<_>>()
        }
    };
    let (no, yes) = (Some(false), Some(true));
    assert_eq!(told(&statuses, Ending::Whole).await, [no, yes, no, no]);
    let part = told(&statuses, Ending::Part).await;
    assert_eq!(
        part,
        [None, yes, None, None],
        "another status may be missing"
    );
    assert_eq!(told(&statuses, Ending::Denied).await, [None; 4]);
    statuses.push(status("of somebody", "compliant"));
    let open = told(&statuses, Ending::Whole).await;
    assert_eq!(open, [None, yes, None, None], "it may be of any of them");
}

#[tokio::test]
async fn devices_are_told_with_their_names_and_owners() {
    let device = json!([{"id": "m1", "deviceName": "LAP-1", "operatingSystem": "Windows", "userId": "u2",
        "userDisplayName": "Bea", "userPrincipalName": "bea@contoso.example"}]);
    let reads = [
        Read::of("managed_devices", &Kind::MANAGED_DEVICE, device),
        Read::keyed(
            "windows_protection_states",
            &Kind::WINDOWS_PROTECTION_STATE,
            [("m1", json!({"realTimeProtectionEnabled": true}))],
        ),
    ];
    let facts = facts_of(&reads).await;
    for extra in [
        &facts.device_inventory.items[0].extra,
        &facts.device_protection.items[0].extra,
    ] {
        let told = ["name", "owner_name", "owner_upn"].map(|name| extra[name].as_str().unwrap());
        assert_eq!(told, ["LAP-1", "Bea", "bea@contoso.example"]);
    }
}
