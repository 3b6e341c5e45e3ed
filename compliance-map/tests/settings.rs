//! Limits that differ between frameworks or are the organisation's to set, and records of any text.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

mod common;

use common::assess_all;
use common::cases::whole;
use compliance_map::{Facts, Status};
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
