//! Rules about settings: each with its setting in place, lacking, not told, none at all, refused,
//! not licensed, cut short and stale.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::too_many_lines,
    reason = "a test says what is wrong by panicking, and a table is as long as it is"
)]

mod common;

use common::assess_all;
use compliance_map::{Facts, Status};
use proptest::prelude::*;
use serde_json::{Value, json};

/// One question, asked through one control.
struct Case {
    control: &'static str,
    /// Part of the question of the clause.
    clause: &'static str,
    fact: &'static str,
    passing: Value,
    failing: Value,
    /// Rows that leave it open.
    untold: Value,
    /// What no row at all means.
    none: Status,
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    use Status::{NotSatisfied, Unknown};
    let case = |control, clause, fact, passing, failing, untold, none| Case {
        control, clause, fact, passing, failing, untold, none,
    };
    vec![
        case("cis-v8.1:9.5", "SPF", "email.auth_dns",
            json!([{"domain": "d", "lookup": "ok", "spf": "v=spf1 include:x.example -all"}]),
            json!([{"domain": "d", "lookup": "ok", "spf": "v=spf1 ~all"}]),
            json!([{"domain": "d", "lookup": "servfail", "spf": null}]), Unknown),
        case("cis-v8.1:9.5", "SPF", "email.auth_dns",
            json!([{"domain": "d", "spf": "v=spf1 -all"}]),
            json!([{"domain": "d", "spf": null}]),
            json!([{"domain": "d"}]), Unknown),
        case("cis-v8.1:9.5", "DKIM", "email.auth_dns",
            json!([{"domain": "d", "dkim": true}]),
            json!([{"domain": "d", "dkim": false}]),
            json!([{"domain": "d", "dkim": false, "lookup": "timeout"}]), Unknown),
        case("cis-v8.1:9.5", "DMARC", "email.auth_dns",
            json!([{"domain": "d", "dmarc": "v=DMARC1; pct=100; p=reject"}]),
            json!([{"domain": "d", "dmarc": "v=DMARC1; p=none"}]),
            json!([{"domain": "d", "dmarc": true}]), Unknown),
        case("cis-v8.1:9.5", "DMARC", "email.auth_dns",
            json!([{"domain": "d", "dmarc": "v=DMARC1;p=quarantine"}]),
            json!([{"domain": "d", "dmarc": "v=DMARC1; p=reject; pct=50"}]),
            json!([{"domain": "d"}]), Unknown),
        case("cis-v8.1:9.6", "dangerous file types", "email.antimalware",
            json!([{"policy": "Default", "file_filter": true}]),
            json!([{"policy": "Default", "file_filter": false}]),
            json!([{"policy": "Default"}]), Unknown),
        case("cis-v8.1:9.7", "after delivery", "email.antimalware",
            json!([{"policy": "Default", "zap": true}]),
            json!([{"policy": "Default", "zap": false}]),
            json!([{"policy": "Default"}]), Unknown),
        case("cis-v8.1:9.7", "Safe Attachments", "email.safe_attachments",
            json!([{"policy": "p", "enabled": true, "everybody": true, "action": "Block"}]),
            json!([{"policy": "p", "enabled": true, "everybody": true, "action": "Allow"}]),
            json!([{"policy": "p", "enabled": true, "action": "Block"}]), NotSatisfied),
        case("pci-dss-4.0.1:5.4.1", "forged senders", "email.antiphish",
            json!([{"policy": "p", "enabled": true, "spoof_protection": true}, {"policy": "off", "enabled": false}]),
            json!([{"policy": "p", "enabled": true, "spoof_protection": false}]),
            json!([{"policy": "p"}]), Unknown),
        case("pci-dss-4.0.1:5.4.1", "Safe Links", "email.safe_links",
            json!([{"policy": "p", "everybody": true, "mail": true, "teams": true, "office": true}]),
            json!([{"policy": "p", "everybody": true, "mail": true, "teams": false, "office": true}]),
            json!([{"policy": "p", "everybody": true}]), NotSatisfied),
        case("nist-800-171-r2:3.1.3", "forward", "email.forwarding",
            json!([{"id": "rule", "enabled": true, "external": false}]),
            json!([{"id": "rule", "enabled": true, "external": true}]),
            json!([{"id": "rule", "external": true}]), Unknown),
        case("cis-v8.1:4.8", "SMTP AUTH", "email.smtp_auth",
            json!([{"disabled": true}, {"mailbox": "m"}]),
            json!([{"disabled": true}, {"mailbox": "m", "disabled": false}]),
            json!([{"mailbox": "m", "disabled": true}]), Unknown),
        case("cis-v8.1:8.2", "mailbox", "email.mailbox_audit",
            json!([{"org_audit_disabled": false}, {"mailbox": "m", "audit_enabled": true, "bypass": false}]),
            json!([{"org_audit_disabled": false}, {"mailbox": "m", "audit_enabled": true, "bypass": true}]),
            json!([{"mailbox": "m", "audit_enabled": true, "bypass": false}]), Unknown),
        case("cis-v8.1:8.2", "unified audit", "log.unified_audit",
            json!([{"enabled": true}]), json!([{"enabled": false}]), json!([{}]), Unknown),
        case("cis-v8.1:3.10", "connector", "email.transport",
            json!([{"connector": "c", "enabled": true, "tls_required": true}]),
            json!([{"connector": "c", "enabled": true, "tls_required": false}]),
            json!([{"connector": "c", "enabled": true}]), Unknown),
        case("pci-dss-4.0.1:8.3.4", "lock", "auth.password_protection",
            json!([{"lockout_threshold": 10, "lockout_seconds": 1800}]),
            json!([{"lockout_threshold": 10, "lockout_seconds": 60}]),
            json!([{"lockout_threshold": 10}]), Unknown),
        case("nist-800-171-r2:3.1.8", "lock", "auth.password_protection",
            json!([{"lockout_threshold": 10}]), json!([{"lockout_threshold": 0}]), json!([{}]), Unknown),
        case("pci-dss-4.0.1:8.3.6", "12 characters", "auth.password_policy",
            json!([{"domain": "d", "min_length": 12}]), json!([{"domain": "d", "min_length": 8}]),
            json!([{"domain": "d", "federated": true, "min_length": 14}]), Unknown),
        case("pci-dss-4.0.1:8.3.7", "last 4 passwords", "auth.password_policy",
            json!([{"domain": "d", "history": 4}]), json!([{"domain": "d", "history": 1}]),
            json!([{"domain": "d"}]), Unknown),
        case("cis-v8.1:2.5", "applications", "identity.app_consent",
            json!([{"users_can_register_apps": false, "user_consent": ["ManagePermissionGrantsForSelf.microsoft-user-default-low"]}]),
            json!([{"users_can_register_apps": false, "user_consent": ["ManagePermissionGrantsForSelf.microsoft-user-default-legacy"]}]),
            json!([{"users_can_register_apps": false}]), Unknown),
        case("pci-dss-4.0.1:8.2.8", "15 minutes", "auth.session",
            json!([{"id": "s", "enabled": true, "everybody": true, "idle_minutes": 15}]),
            json!([{"id": "s", "enabled": true, "everybody": true, "idle_minutes": 60}]),
            json!([{"id": "s", "enabled": true, "idle_minutes": 15}]), NotSatisfied),
        case("cis-v8.1:3.6", "encrypted", "device.inventory",
            json!([{"device": "d", "encrypted": true}]), json!([{"device": "d", "encrypted": false}]),
            json!([{"device": "d", "encrypted": null}]), Unknown),
        case("cis-v8.1:10.1", "signatures", "device.protection",
            json!([{"device": "d", "real_time_protection": true, "signatures_overdue": false}]),
            json!([{"device": "d", "real_time_protection": true, "signatures_overdue": true}]),
            json!([{"device": "d", "real_time_protection": true}]), Unknown),
        case("cis-v8.1:7.3", "updates", "device.updates",
            json!([{"device": "d", "up_to_date": true}]), json!([{"device": "d", "up_to_date": false}]),
            json!([{"device": "d"}]), Unknown),
        case("cis-v8.1:8.10", "90 days", "log.retention",
            json!([{"scope": "all", "days": 180}]), json!([{"scope": "all", "days": 30}]),
            json!([{"scope": "all"}]), Unknown),
        case("pci-dss-4.0.1:10.5.1", "365 days", "log.retention",
            json!([{"scope": "all", "days": 365}]), json!([{"scope": "all", "days": 180}]),
            json!([{"scope": "all"}]), Unknown),
        case("cis-v8.1:8.9", "copied", "log.export",
            json!([{"destination": "s", "enabled": true}]), json!([{"destination": "s", "enabled": false}]),
            json!([{"destination": "s"}]), NotSatisfied),
        case("cis-v8.1:3.3", "sharing", "data.sharing",
            json!([{"sharing_capability": "existingExternalUserSharingOnly"}]),
            json!([{"sharing_capability": "externalUserAndGuestSharing"}]),
            json!([{"sharing_capability": "somethingNew"}]), Unknown),
        case("cis-v8.1:3.13", "loss of data", "data.dlp",
            json!([{"policy": "a", "mode": "Enable"}, {"policy": "b", "mode": "Disable"}]),
            json!([{"policy": "a", "mode": "TestWithNotifications"}]),
            json!([{"policy": "a"}]), NotSatisfied),
        case("cis-v8.1:3.7", "labels", "data.labels",
            json!([{"label": "l", "published": true}]), json!([{"label": "l", "published": false}]),
            json!([{"label": "l"}]), NotSatisfied),
        case("cis-v8.1:3.4", "retention policy", "data.retention",
            json!([{"policy": "p", "enabled": true}]), json!([{"policy": "p", "enabled": false}]),
            json!([{"policy": "p"}]), NotSatisfied),
    ]
}

fn whole(items: &Value) -> Value {
    json!({"state": "ok", "complete": true, "collected_at": "2026-11-21T11:00:00Z", "items": items})
}

/// The status of the clause, and whether the control says what is missing.
fn asked(case: &Case, fact: &Value) -> (Status, bool) {
    let facts = json!({case.fact: fact}).to_string();
    let assessment = assess_all(&Facts::from_json(facts).unwrap());
    let result = assessment.result(case.control).unwrap();
    let clause = result
        .clauses
        .iter()
        .find(|clause| clause.question.contains(case.clause));
    let clause = clause.unwrap_or_else(|| panic!("{} {}: {result:?}", case.control, case.clause));
    let missing = result
        .missing
        .iter()
        .any(|missing| missing.fact == case.fact);
    (clause.status, missing)
}

#[test]
fn a_setting_that_is_in_place_passes_and_one_that_lacks_fails() {
    for case in cases() {
        let name = format!("{} {}", case.control, case.clause);
        assert_eq!(
            asked(&case, &whole(&case.passing)).0,
            Status::Satisfied,
            "{name}"
        );
        let failing = asked(&case, &whole(&case.failing)).0;
        let failed = matches!(failing, Status::NotSatisfied | Status::PartiallySatisfied);
        assert!(failed, "{name}: {failing:?}");
    }
}

#[test]
fn a_setting_that_was_not_told_is_unknown_and_named_as_missing() {
    for case in cases() {
        let name = format!("{} {}", case.control, case.clause);
        assert_eq!(
            asked(&case, &whole(&case.untold)),
            (Status::Unknown, true),
            "{name}"
        );
    }
}

#[test]
fn no_row_at_all_is_a_failure_only_where_that_is_a_legitimate_answer() {
    for case in cases() {
        let name = format!("{} {}", case.control, case.clause);
        assert_eq!(asked(&case, &whole(&json!([]))).0, case.none, "{name}");
    }
}

#[test]
fn refused_unlicensed_stale_and_undated_settings_are_unknown_and_named_as_missing() {
    for case in cases() {
        let mut stale = whole(&case.passing);
        stale["collected_at"] = json!("2025-01-01T00:00:00Z");
        let mut undated = whole(&case.failing);
        undated["collected_at"] = Value::Null;
        for fact in [
            json!({"state": "denied"}),
            json!({"state": "unlicensed"}),
            json!({"state": "error"}),
            stale,
            undated,
        ] {
            let name = format!("{} {} {fact}", case.control, case.clause);
            assert_eq!(asked(&case, &fact), (Status::Unknown, true), "{name}");
        }
    }
}

#[test]
fn a_list_of_settings_cut_short_never_passes() {
    for case in cases() {
        for items in [&case.passing, &json!([])] {
            let mut part = whole(items);
            part["state"] = json!("truncated");
            part["complete"] = json!(false);
            let name = format!("{} {}", case.control, case.clause);
            assert_eq!(asked(&case, &part), (Status::Unknown, true), "{name}");
        }
    }
}

#[test]
fn an_idle_time_that_nobody_declared_is_unknown_and_a_declared_one_counts() {
    let session =
        whole(&json!([{"id": "s", "enabled": true, "everybody": true, "idle_minutes": 30}]));
    let status = |overlay: Value| {
        let facts = json!({"auth.session": session, "overlay": overlay}).to_string();
        let assessment = assess_all(&Facts::from_json(facts).unwrap());
        assessment.result("nist-800-171-r2:3.1.11").unwrap().clauses[0].status
    };
    assert_eq!(status(json!({})), Status::Unknown);
    assert_eq!(status(json!({"idle_minutes": 30})), Status::Satisfied);
    assert_eq!(status(json!({"idle_minutes": 20})), Status::NotSatisfied);
}

#[test]
fn the_same_retention_passes_one_framework_and_fails_another() {
    let facts = json!({"log.retention": whole(&json!([{"scope": "all", "days": 180}]))});
    let assessment = assess_all(&Facts::from_json(facts.to_string()).unwrap());
    let status = |control| assessment.result(control).unwrap().status;
    assert_eq!(status("cis-v8.1:8.10"), Status::Satisfied);
    assert_eq!(status("pci-dss-4.0.1:10.5.1"), Status::NotSatisfied);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any text in a record is judged without a panic, and only a strict policy passes.
    #[test]
    fn records_of_any_text_pass_only_when_they_are_strict(spf in "(v=spf1)?[ ~+?a-z:=-]{0,20}", dmarc in "(v=DMARC1)?[;=a-z0-9 ]{0,30}") {
        let row = json!([{"domain": "d", "spf": spf, "dmarc": dmarc}]);
        let facts = json!({"email.auth_dns": whole(&row)}).to_string();
        let assessment = assess_all(&Facts::from_json(facts).unwrap());
        let clauses = &assessment.result("cis-v8.1:9.5").unwrap().clauses;
        for (clause, strict) in [
            (&clauses[0], spf.split_whitespace().any(|term| term == "-all")),
            (&clauses[2], dmarc.contains("reject") || dmarc.contains("quarantine")),
        ] {
            prop_assert!(strict || clause.status != Status::Satisfied, "{clause:?}");
        }
    }
}
