//! The labelled cases of the facts format, where they are at hand.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test says what is wrong by panicking"
)]

use crate::common::{assess_all, reference_material};
use compliance_map::Facts;
use compliance_map::directory::Ids;
use serde_json::Value;

fn ids(value: &Value) -> Ids {
    let list = value.as_array().unwrap();
    list.iter().map(|id| id.as_str().unwrap()).collect()
}

#[test]
fn labelled_cases_get_their_labels() {
    let Some(text) = reference_material("example-cases.json") else {
        return;
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    let mut compared = 0;
    for case in file["cases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        let facts = Facts::from_json(case["facts"].to_string()).unwrap();
        let assessment = assess_all(&facts);
        for expected in case["expect"].as_array().unwrap() {
            let control = expected["control"].as_str().unwrap();
            let result = assessment.result(control).unwrap();
            let found = serde_json::to_value(result).unwrap();
            println!(
                "{id} {control}: {} {} — {}",
                found["status"], found["ratio"], result.why
            );
            for member in ["status", "ratio", "native", "incomplete"] {
                if let Some(wanted) = expected.get(member) {
                    assert_eq!(&found[member], wanted, "{id} {control} {member}");
                    compared += 1;
                }
            }
            if let Some(failing) = expected.get("subjects_failing") {
                assert_eq!(result.subjects.failing, ids(failing), "{id} {control}");
                compared += 1;
            }
            if let Some(excluded) = expected.get("excluded") {
                assert_eq!(&found["subjects"]["excluded"], excluded, "{id} {control}");
                compared += 1;
            }
        }
        let said: Vec<String> = assessment
            .advisories
            .iter()
            .map(|advisory| format!("{} {}", advisory.subject, advisory.message))
            .collect();
        println!("{id} advisories: {said:?}");
    }
    assert!(compared > 50, "only {compared} expectations were compared");
}
