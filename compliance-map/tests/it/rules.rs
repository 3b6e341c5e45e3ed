//! Every rule with what it asks in place, lacking, not told, none at all, refused, not licensed, cut
//! short and stale.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what is wrong by panicking"
)]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::common::cases::{self, Case, whole};
use crate::common::now;
use compliance_map::{Catalogue, ControlResult, Facts, Options, Status, assess};
use serde_json::{Value, json};

/// A framework of its own, in which control `C7` asks the seventh case.
static ASKED: LazyLock<(Vec<Case>, Catalogue)> = LazyLock::new(|| {
    let cases = cases::all();
    let controls: Vec<Value> = (0..cases.len())
        .zip(&cases)
        .map(|(n, case)| {
            json!({"id": format!("C{n}"), "title": "one question", "decidability": "direct",
                "evidence": case.fact, "clauses": [case.clause]})
        })
        .collect();
    let ids: Vec<String> = (0..cases.len()).map(|n| format!("C{n}")).collect();
    let framework = json!({"id": "cases", "name": "Cases", "version": "1", "ids": ids.join(" "),
        "controls": controls});
    let mut catalogue = Catalogue::default();
    catalogue.add(&framework.to_string()).unwrap();
    (cases, catalogue)
});

fn cases() -> impl Iterator<Item = (usize, &'static Case)> {
    ASKED.0.iter().enumerate()
}

fn asked(n: usize, fact: &Value) -> ControlResult {
    let (cases, catalogue) = &*ASKED;
    let mut facts = cases[n].beside.clone();
    facts[cases[n].fact] = fact.clone();
    let facts = Facts::from_json(facts.to_string()).unwrap_or_else(|e| panic!("{}: {e}", name(n)));
    let options = Options::new(now()).controls([format!("cases:C{n}")]);
    let assessment = assess(&facts, catalogue, &options).unwrap();
    assessment.results[0].clone()
}

fn name(n: usize) -> String {
    let case = &ASKED.0[n];
    format!("{} about {}", case.clause, case.fact)
}

/// Unknown, and the control says what is missing.
fn assert_unknown(n: usize, fact: &Value, when: &str) {
    let result = asked(n, fact);
    let name = name(n);
    assert_eq!(
        result.status,
        Status::Unknown,
        "{name}, {when}: {}",
        result.why
    );
    let named = result.missing.iter().any(|m| m.fact == ASKED.0[n].fact);
    assert!(named, "{name}, {when}: {:?}", result.missing);
    assert!(!result.remedies.is_empty(), "{name}, {when}");
    assert_eq!(result.ratio, None, "{name}, {when}");
}

#[test]
fn what_is_in_place_passes() {
    for (n, case) in cases() {
        let result = asked(n, &whole(&case.passing));
        assert_eq!(result.status, Status::Satisfied, "{}: {result:?}", name(n));
        assert!(
            result.remedies.is_empty(),
            "{}: {:?}",
            name(n),
            result.remedies
        );
    }
}

#[test]
fn what_lacks_fails_and_says_what_would_help_whom() {
    for (n, case) in cases() {
        let result = asked(n, &whole(&case.failing));
        let failed = matches!(
            result.status,
            Status::NotSatisfied | Status::PartiallySatisfied
        );
        assert!(failed, "{}: {result:?}", name(n));
        assert!(
            !result.subjects.failing.is_empty(),
            "{}: {result:?}",
            name(n)
        );
        assert!(!result.remedies.is_empty(), "{}", name(n));
        assert!(result.recommendation.is_some(), "{}", name(n));
        let helped: BTreeSet<&str> = result.remedies.iter().flat_map(|r| &r.subjects).collect();
        let lost = helped
            .iter()
            .find(|id| !result.subjects.failing.contains(id));
        assert_eq!(lost, None, "{} helps somebody who does not fail", name(n));
    }
}

#[test]
fn what_was_not_told_is_unknown_and_named_as_missing() {
    for (n, case) in cases() {
        // What is not told may also be missing in a fact beside it: who a holder of a role is.
        let result = asked(n, &whole(&case.untold));
        assert_eq!(
            result.status,
            Status::Unknown,
            "{}: {}",
            name(n),
            result.why
        );
        assert!(!result.missing.is_empty(), "{}", name(n));
        assert!(!result.remedies.is_empty(), "{}", name(n));
    }
}

#[test]
fn no_row_at_all_counts_only_where_that_is_a_legitimate_answer() {
    for (n, case) in cases() {
        let result = asked(n, &whole(&json!([])));
        assert_eq!(result.status, case.none, "{}: {}", name(n), result.why);
        assert_ne!(result.ratio.as_deref(), Some("0/0"), "{}", name(n));
    }
}

#[test]
fn refused_unlicensed_failed_stale_and_undated_evidence_is_unknown() {
    for (n, case) in cases() {
        let mut stale = whole(&case.passing);
        stale["collected_at"] = json!("2025-01-01T00:00:00Z");
        let mut future = whole(&case.passing);
        future["collected_at"] = json!("2026-11-22T00:00:00Z");
        let mut undated = whole(&case.failing);
        undated["collected_at"] = Value::Null;
        for (when, fact) in [
            ("denied", json!({"state": "denied"})),
            ("unlicensed", json!({"state": "unlicensed"})),
            ("error", json!({"state": "error"})),
            ("not collected", json!({"state": "not_collected"})),
            ("stale", stale),
            ("of the future", future),
            ("undated", undated),
        ] {
            assert_unknown(n, &fact, when);
        }
    }
}

#[test]
fn evidence_cut_short_never_passes() {
    for (n, case) in cases() {
        for items in [&case.passing, &json!([])] {
            let mut part = whole(items);
            part["state"] = json!("truncated");
            part["complete"] = json!(false);
            assert_unknown(n, &part, "cut short");
        }
    }
}

#[test]
fn a_repeated_row_changes_nothing() {
    for (n, case) in cases() {
        for rows in [&case.passing, &case.failing, &case.untold] {
            let mut twice = rows.as_array().unwrap().clone();
            twice.extend(rows.as_array().unwrap().clone());
            let once = asked(n, &whole(rows));
            assert_eq!(once, asked(n, &whole(&json!(twice))), "{}", name(n));
        }
    }
}

#[test]
fn the_order_of_rows_changes_nothing() {
    for (n, case) in cases() {
        for rows in [&case.passing, &case.failing, &case.untold] {
            let mut reversed = rows.as_array().unwrap().clone();
            reversed.reverse();
            let once = asked(n, &whole(rows));
            assert_eq!(once, asked(n, &whole(&json!(reversed))), "{}", name(n));
        }
    }
}

/// The rules there are, as the error for a misspelt one names them.
fn known_rules() -> BTreeSet<String> {
    let framework = json!({"id": "x", "name": "x", "version": "1", "ids": "A", "controls": [
        {"id": "A", "title": "t", "decidability": "direct", "evidence": "", "clauses": [{"rule": "?"}]}]});
    let error = Catalogue::default()
        .add(&framework.to_string())
        .unwrap_err();
    let error = error.to_string();
    let (_, list) = error.split_once("expected one of ").unwrap();
    let names = list.split('`').skip(1).step_by(2);
    names.map(str::to_owned).collect()
}

/// Rules about what the envelope of a fact holds, tested below.
const OF_THE_ENVELOPE: [&str; 1] = ["devices_without_policy"];

#[test]
fn every_rule_has_a_case() {
    let tested: BTreeSet<String> = cases().map(|(_, case)| case.rule().to_owned()).collect();
    let known = known_rules();
    assert!(known.len() > 80, "{}", known.len());
    let untested: Vec<&String> = known
        .difference(&tested)
        .filter(|rule| !OF_THE_ENVELOPE.contains(&rule.as_str()))
        .collect();
    assert_eq!(untested, Vec::<&String>::new());
}

#[test]
fn the_tenant_default_for_devices_stands_in_the_envelope() {
    let framework = json!({"id": "x", "name": "x", "version": "1", "ids": "A", "controls": [
        {"id": "A", "title": "t", "decidability": "direct", "evidence": "device.compliance",
         "clauses": [{"rule": "devices_without_policy"}]}]});
    let mut catalogue = Catalogue::default();
    catalogue.add(&framework.to_string()).unwrap();
    let status = |fact: Value| {
        let facts = json!({"device.compliance": fact}).to_string();
        let facts = Facts::from_json(facts).unwrap();
        let assessment = assess(&facts, &catalogue, &Options::new(now())).unwrap();
        assessment.results[0].status
    };
    let with = |default: Value| {
        let mut fact = whole(&json!([]));
        fact["default_without_policy"] = default;
        fact
    };
    let part = |default: &str| {
        let mut fact = with(json!(default));
        fact["complete"] = json!(false);
        fact
    };
    for (fact, wanted) in [
        (with(json!("noncompliant")), Status::Satisfied),
        (with(json!("compliant")), Status::NotSatisfied),
        (with(json!("something new")), Status::Unknown),
        (with(Value::Null), Status::Unknown),
        (whole(&json!([])), Status::Unknown),
        (part("noncompliant"), Status::Unknown),
        (
            json!({"state": "denied", "default_without_policy": "noncompliant"}),
            Status::Unknown,
        ),
        (json!({"state": "unlicensed"}), Status::Unknown),
    ] {
        assert_eq!(status(fact.clone()), wanted, "{fact}");
    }
}
