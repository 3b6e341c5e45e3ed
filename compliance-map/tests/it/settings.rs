//! Limits that differ between frameworks or are the organisation's to set, and records of any text.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use crate::common::cases::whole;
use crate::common::{assess_all, now};
use compliance_map::{Catalogue, Facts, Options, Status, assess};
use proptest::prelude::*;
use serde_json::{Value, json};

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

#[test]
fn a_parameter_that_no_rule_has_is_refused() {
    let catalogue = Catalogue::builtin();
    let error = |control: &str, name: &str, value: u32| {
        let options = Options::new(now()).parameter(control, name, value);
        let error = assess(&Facts::default(), &catalogue, &options).err();
        error.map(|error| error.to_string())
    };
    assert_eq!(error("cis-v8.1:5.3", "inactivity_days", 30), None);
    let misspelt = error("cis-v8.1:5.3", "inactivity_day", 30).unwrap();
    assert!(misspelt.contains("inactivity_days"), "{misspelt}");
    let none = error("cis-v8.1:3.6", "days", 30).unwrap();
    assert!(none.contains("it has none"), "{none}");
    assert!(error("cis-v8.1:5.3", "inactivity_days", 0).is_some());
    assert!(error("cis-v8.1:99.9", "inactivity_days", 30).is_some());
}

#[test]
fn what_stands_in_the_overlay_without_effect_is_said() {
    let facts = json!({"overlay": {
        "phishing_resistant_for_admin": true,
        "mfa_capable": "yes",
        "idle_minutes": 0,
        "review_days": 90,
        "parameters": {"inactivity_days": "45", "cis-v8.1:5.3": {"inactivity": 30, "inactivity_days": 30},
            "nist-csf-2.0:PR.AC-7": {"inactivity_days": 1}}}});
    let assessment = assess_all(&Facts::from_json(facts.to_string()).unwrap());
    let said: Vec<&str> = assessment
        .advisories
        .iter()
        .filter(|advisory| advisory.message.starts_with("has no effect"))
        .map(|advisory| advisory.subject.as_str())
        .collect();
    assert_eq!(
        said,
        [
            "overlay cis-v8.1:5.3 inactivity",
            "overlay idle_minutes",
            "overlay inactivity_days",
            "overlay mfa_capable",
            "overlay nist-csf-2.0:PR.AC-7",
            "overlay phishing_resistant_for_admin",
        ]
    );
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
