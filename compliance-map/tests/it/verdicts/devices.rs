//! Which devices are shown to be healthy.

use super::support::{ask, failing, policy, status, tenant, with};
use crate::common::cases::whole;
use compliance_map::Status;
use serde_json::{Value, json};

#[test]
fn a_compliant_device_rests_on_compliance_policies_that_test_health_and_reach_somebody() {
    let facts = |policies: Value| {
        with(
            tenant(&[policy(&["compliantDevice"])]),
            "device.compliance",
            policies,
        )
    };
    let row = |id: &str, tests: &[&str], to: &[&str]| json!({"policy": id, "tests": tests, "assigned_to": to});
    let asked = |policies: Value| ask(&facts(policies), "managed_device_required".into());
    let healthy = || row("a", &["os_version", "antivirus"], &["AllDevices"]);
    assert_eq!(asked(json!([healthy()])).status, Status::Satisfied);
    assert_eq!(
        asked(json!([healthy(), row("b", &["password"], &["AllUsers"])])).status,
        Status::Satisfied
    );
    assert_eq!(
        failing(&asked(json!([row("b", &[], &["AllDevices"])]))),
        ["b"]
    );
    assert_eq!(
        failing(&asked(json!([row("b", &["password"], &["AllDevices"])]))),
        ["b"]
    );
    assert_eq!(
        failing(&asked(json!([row("b", &["antivirus"], &[])]))),
        ["tenant"],
        "reaches nobody"
    );
    assert_eq!(failing(&asked(json!([]))), ["tenant"]);
    let strange = asked(json!([row("b", &["star_sign"], &["AllDevices"])]));
    assert_eq!(strange.status, Status::Unknown, "{strange:?}");
    let some = asked(json!([
        row("a", &["antivirus"], &["g1"]),
        row("b", &[], &["AllDevices"])
    ]));
    assert_eq!(
        some.status,
        Status::Unknown,
        "others than g1 may be tested or not"
    );
    let mut platforms = [healthy(), row("b", &[], &["AllDevices"])];
    platforms[0]["platform"] = json!("windows");
    platforms[1]["platform"] = json!("ios");
    assert_eq!(failing(&asked(json!(platforms))), ["b"]);
    assert_eq!(
        status(
            &tenant(&[policy(&["compliantDevice"])]),
            "managed_device_required"
        ),
        Status::Unknown
    );
}

#[test]
fn a_hybrid_joined_device_is_no_healthy_one() {
    let health = json!([{"policy": "a", "tests": ["antivirus"], "assigned_to": ["AllDevices"]}]);
    for grant in [
        &["domainJoinedDevice"][..],
        &["compliantDevice", "domainJoinedDevice"],
    ] {
        let facts = with(
            tenant(&[policy(grant)]),
            "device.compliance",
            health.clone(),
        );
        assert_eq!(
            status(&facts, "managed_device_required"),
            Status::NotSatisfied,
            "{grant:?}"
        );
    }
}

#[test]
fn a_device_under_no_compliance_policy_is_not_shown_to_comply() {
    let asked = |under: Value| {
        let row = json!([{"device": "d", "compliance_state": "compliant", "under_policy": under}]);
        status(
            &json!({"device.inventory": whole(&row)}),
            "device_compliance",
        )
    };
    assert_eq!(asked(json!(true)), Status::Satisfied);
    assert_eq!(asked(Value::Null), Status::Satisfied);
    assert_eq!(asked(json!(false)), Status::Unknown);
}

#[test]
fn a_compliance_policy_of_a_platform_that_is_not_told_may_test_any() {
    let device = policy(&["compliantDevice"]);
    let rows = json!([
        {"policy": "a", "platform": 7, "tests": ["antivirus"], "assigned_to": ["AllDevices"]},
        {"policy": "b", "platform": "windows", "tests": ["password"], "assigned_to": ["AllDevices"]}]);
    let facts = with(tenant(&[device]), "device.compliance", rows);
    assert_eq!(status(&facts, "managed_device_required"), Status::Unknown);
}
