//! The checks that Microsoft 365 tools share, as a framework of a user's own: each has a rule, and
//! every rule it names is shown to pass, to fail and to stay unknown in `rules.rs`.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use crate::common::cases;
use crate::common::{covered_tenant, now};
use compliance_map::framework::{Clause, Decidability, Rule};
use compliance_map::{Catalogue, Options, Status, assess};

const SIXTY: &str = include_str!("../data/sixty-checks.json");

/// The name that a rule has in a framework file.
fn name(rule: Rule) -> String {
    let value = serde_json::to_value(rule).unwrap();
    value["rule"].as_str().unwrap().to_owned()
}

fn rules(clauses: &[Clause]) -> impl Iterator<Item = Rule> {
    clauses.iter().filter_map(|clause| match clause {
        Clause::Rule { rule, .. } => Some(*rule),
        _ => None,
    })
}

#[test]
fn each_of_the_sixty_checks_has_a_rule_and_each_rule_is_tested() {
    let mut catalogue = Catalogue::default();
    catalogue.add(SIXTY).unwrap();
    let tested: BTreeSet<String> = cases::all()
        .iter()
        .map(|case| case.rule().to_owned())
        .chain(["devices_without_policy".to_owned()])
        .collect();
    let mut checks = BTreeMap::new();
    for control in catalogue.controls() {
        let asked: Vec<String> = rules(&control.clauses).map(name).collect();
        assert!(!asked.is_empty(), "{}", control.reference);
        for rule in &asked {
            assert!(
                tested.contains(rule),
                "{} asks {rule}, which has no case",
                control.reference
            );
        }
        checks.insert(control.reference.control().to_owned(), asked);
    }
    let expected: Vec<String> = (1..=60).map(|n| format!("M{n:02}")).collect();
    assert_eq!(checks.keys().cloned().collect::<Vec<_>>(), expected);
}

#[test]
fn a_framework_of_the_users_own_is_assessed_beside_the_built_in_ones() {
    let mut catalogue = Catalogue::builtin();
    catalogue.add(SIXTY).unwrap();
    let options = Options::new(now()).frameworks(["sixty-checks"]);
    let assessment = assess(&covered_tenant(3), &catalogue, &options).unwrap();
    assert_eq!(assessment.results.len(), 60);
    let status = |id: &str| assessment.result(id).unwrap().status;
    assert_eq!(
        status("sixty-checks:M15"),
        Status::Satisfied,
        "MFA for everybody"
    );
    assert_eq!(
        status("sixty-checks:M30"),
        Status::NotSatisfied,
        "a permanent administrator"
    );
    assert_eq!(
        status("sixty-checks:M54"),
        Status::Unknown,
        "nothing about logs was collected"
    );
}

#[test]
fn every_direct_and_partial_control_has_a_rule_or_says_which_fact_there_is_not() {
    let catalogue = Catalogue::builtin();
    let mut without = Vec::new();
    for control in catalogue.controls() {
        match control.decidability {
            Decidability::EvidenceOnly => assert!(!control.has_rule(), "{}", control.reference),
            _ if control.has_rule() => assert_eq!(control.no_fact, None, "{}", control.reference),
            _ => {
                assert!(control.no_fact.is_some(), "{}", control.reference);
                without.push(control.reference.to_string());
            }
        }
    }
    // The service leaves no choice whether a factor is asked for.
    let expected = [
        "nist-800-171-r2:3.5.2",
        "cmmc-2.0-l2:IA.L2-3.5.2",
        "pci-dss-4.0.1:8.3.1",
        "pci-dss-4.0.1:8.3.11",
    ];
    assert_eq!(without, expected);
}

#[test]
fn every_rule_is_asked_by_a_control_or_by_a_demand_of_the_organisation() {
    let catalogue = Catalogue::builtin();
    let asked: BTreeSet<String> = catalogue
        .controls()
        .flat_map(|control| rules(&control.clauses))
        .map(name)
        .collect();
    let tested = cases::all();
    let never: BTreeSet<&str> = tested
        .iter()
        .map(cases::Case::rule)
        .filter(|rule| !asked.contains(*rule))
        .collect();
    assert_eq!(never, BTreeSet::new());
}
