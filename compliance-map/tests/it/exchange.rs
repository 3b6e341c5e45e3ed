//! OSCAL and OCSF: whole documents, references that resolve, nothing unknown that reads as a pass.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use std::collections::BTreeSet;

use crate::common::{assess_all, covered_tenant, registered};
use compliance_map::{Assessment, Catalogue, Exception, Fact, Facts, Status, Summary, render};
use proptest::prelude::*;
use serde_json::Value;

/// A tenant with everything that an output can show: failures, exceptions, unknowns, hostile names.
fn mixed() -> Facts {
    let mut facts = covered_tenant(4);
    facts.auth_registration.items[1] = registered("u02", &[]);
    facts.auth_registration.items[2] = registered("u03", &[]);
    facts.identity_users.items[1].display_name = Some(" \n<b>\"Bob\"</b>\u{202e} ".into());
    facts.email_smtp_auth = Fact::denied("Exchange.ManageAsApp");
    facts.exceptions = vec![Exception {
        controls: vec!["cis-v8.1:6.3".into(), "pci-dss-4.0.1:8.4.2".into()],
        subject: Some("u03".into()),
        reason: Some("leaves in a week".into()),
        approved_by: Some("the board".into()),
        expires: Some("2026-12-01T11:00:00Z".into()),
        ..Exception::default()
    }];
    facts
}

fn with_summary(facts: &Facts) -> (Assessment, Summary) {
    let assessment = assess_all(facts);
    let summary = Summary::new(&assessment, facts, &Catalogue::builtin());
    (assessment, summary)
}

fn oscal(facts: &Facts) -> Value {
    let (assessment, summary) = with_summary(facts);
    serde_json::from_str(&render::oscal(&assessment, &summary)).unwrap()
}

/// Every value of a member with this name, anywhere below.
fn all<'v>(value: &'v Value, member: &str, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) if name == member => found.push(text),
                    _ => all(value, member, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| all(value, member, found)),
        _ => {}
    }
}

fn texts<'v>(value: &'v Value, member: &str) -> Vec<&'v str> {
    let mut found = Vec::new();
    all(value, member, &mut found);
    found
}

#[test]
fn oscal_references_resolve_and_ids_stand_once() {
    let document = oscal(&mixed());
    let ids = texts(&document, "uuid");
    let once: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(once.len(), ids.len(), "an id stands twice");
    for member in ["observation-uuid", "subject-uuid", "risk-uuid"] {
        let references = texts(&document, member);
        assert!(!references.is_empty(), "{member}");
        for reference in references {
            assert!(
                once.contains(reference),
                "{member} {reference} leads nowhere"
            );
        }
    }
    let plan = document["assessment-results"]["import-ap"]["href"]
        .as_str()
        .unwrap();
    assert!(once.contains(plan.strip_prefix('#').unwrap()));
    for id in ids {
        assert_eq!(id.as_bytes()[14], b'5', "{id} is not of version 5");
    }
}

#[test]
fn oscal_calls_satisfied_only_what_is() {
    let facts = mixed();
    let (document, (assessment, _)) = (oscal(&facts), with_summary(&facts));
    let results = document["assessment-results"]["results"]
        .as_array()
        .unwrap();
    let findings: Vec<&Value> = results
        .iter()
        .flat_map(|result| result["findings"].as_array().unwrap())
        .collect();
    assert_eq!(findings.len(), assessment.results.len());
    for (finding, result) in findings.iter().zip(&assessment.results) {
        let status = &finding["target"]["status"];
        let expected = match result.status {
            Status::Satisfied => ["satisfied", "pass"],
            Status::PartiallySatisfied | Status::NotSatisfied => ["not-satisfied", "fail"],
            _ => ["not-satisfied", "other"],
        };
        assert_eq!(
            [&status["state"], &status["reason"]],
            expected,
            "{}",
            result.control
        );
        let id = finding["target"]["target-id"].as_str().unwrap();
        assert!(id.starts_with(|c: char| c.is_ascii_alphabetic()), "{id}");
        assert!(
            id.chars()
                .all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)),
            "{id}"
        );
    }
    let risks = texts(&document, "deadline");
    assert_eq!(
        risks, ["2026-12-01T11:00:00Z"; 2],
        "one in each framework it bears on"
    );
}

#[test]
fn oscal_control_ids_stand_once_in_a_framework() {
    let document = oscal(&covered_tenant(1));
    for result in document["assessment-results"]["results"]
        .as_array()
        .unwrap()
    {
        let ids = texts(&result["reviewed-controls"], "control-id");
        let once: BTreeSet<&&str> = ids.iter().collect();
        assert_eq!(once.len(), ids.len());
    }
    let ids = texts(&document, "target-id");
    for expected in [
        "cis-v8.1-6.3",
        "PR.AA-03",
        "IA.L2-3.5.3",
        "hipaa-security-rule-164.312-d",
        "CC6.1",
    ] {
        assert!(ids.contains(&expected), "{expected}");
    }
}

#[test]
fn ocsf_warns_of_what_is_unknown_and_passes_only_what_is_satisfied() {
    let facts = mixed();
    let (assessment, summary) = with_summary(&facts);
    let findings: Value = serde_json::from_str(&render::ocsf(&assessment, &summary)).unwrap();
    let findings = findings.as_array().unwrap();
    assert_eq!(findings.len(), assessment.results.len());
    let mut ids = BTreeSet::new();
    for (finding, result) in findings.iter().zip(&assessment.results) {
        assert_eq!(
            (&finding["class_uid"], &finding["type_uid"]),
            (&2003.into(), &200_301.into())
        );
        assert_eq!(finding["severity_id"], 0, "no weight is invented");
        let expected = match result.status {
            Status::Satisfied => 1,
            Status::Unknown => 2,
            Status::PartiallySatisfied | Status::NotSatisfied => 3,
            _ => 99,
        };
        assert_eq!(
            finding["compliance"]["status_id"], expected,
            "{}",
            result.control
        );
        ids.insert(finding["finding_info"]["uid"].as_str().unwrap());
    }
    assert_eq!(ids.len(), findings.len());
    assert_eq!(findings[0]["time"], 1_795_262_400_000_i64);
    assert_eq!(findings[0]["time_dt"], "2026-11-21T12:00:00Z");
}

#[test]
fn a_finding_keeps_its_id_while_its_status_changes() {
    let id = |facts: &Facts| -> String {
        let (assessment, summary) = with_summary(facts);
        let findings: Value = serde_json::from_str(&render::ocsf(&assessment, &summary)).unwrap();
        findings[0]["finding_info"]["uid"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(id(&covered_tenant(2)), id(&mixed()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 16))]

    /// OSCAL refuses values that are empty or begin with a blank, and texts that break a line.
    #[test]
    fn hostile_names_and_ids_leave_oscal_well_formed(id in "\\PC{1,8}|[ \t\n\u{0}<&\"]{1,4}", name in "\\PC{0,12}|[ \t\n\u{0}]{0,4}") {
        let mut facts = covered_tenant(2);
        facts.identity_users.items[1].id.clone_from(&id);
        facts.identity_users.items[1].display_name = Some(name);
        facts.auth_registration.items[1] = registered(&id, &[]);
        facts.auth_per_user_mfa.items[1] = crate::common::per_user(&id, "disabled");
        let document = oscal(&facts);
        for member in ["value", "title"] {
            for text in texts(&document, member) {
                prop_assert!(!text.is_empty() && text.trim() == text && !text.contains('\n'), "{text:?}");
            }
        }
    }

    #[test]
    fn shuffled_facts_give_the_same_bytes(seed in 0usize..24) {
        let facts = mixed();
        let mut shuffled = facts.clone();
        shuffled.identity_users.items.rotate_left(seed % 4);
        shuffled.auth_registration.items.reverse();
        shuffled.auth_per_user_mfa.items.rotate_left(seed / 4 % 4);
        let (a, s) = with_summary(&facts);
        let (b, t) = with_summary(&shuffled);
        prop_assert_eq!(render::oscal(&a, &s), render::oscal(&b, &t));
        prop_assert_eq!(render::ocsf(&a, &s), render::ocsf(&b, &t));
    }
}
