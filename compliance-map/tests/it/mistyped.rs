//! A member of the wrong type, or one that nobody knows, never makes anything look better.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::common::cases::{self, Case, whole};
use crate::common::{assess_all, covered_tenant, now};
use compliance_map::{Assessment, Catalogue, Facts, Options, Status, assess};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Losing sight of a failure is inevitable when evidence goes, so unknown and manual rank with not
/// satisfied; nothing may rank higher than it did.
fn rank(status: Status) -> u8 {
    match status {
        Status::Satisfied => 2,
        Status::PartiallySatisfied => 1,
        _ => 0,
    }
}

fn is_better(old: Status, new: Status) -> bool {
    let fine = |status| matches!(status, Status::Satisfied | Status::Manual);
    rank(new) > rank(old) || (fine(new) && !fine(old))
}

/// Something of each type that JSON has, but those that may stand there as well: `null` says "not told"
/// or "proven absent" anywhere, and a record of DNS is a text or a truth value.
fn others(place: &str, value: &Value) -> Vec<Value> {
    let others = [
        json!(true),
        json!(-7),
        json!("x"),
        json!([0]),
        json!({"x": [0]}),
    ];
    let is_record = ["/spf", "/dkim", "/dmarc"]
        .iter()
        .any(|name| place.ends_with(name));
    let differs = |other: &Value| {
        let told = other.is_boolean() || other.is_string();
        let another = std::mem::discriminant(other) != std::mem::discriminant(value);
        another && !value.is_null() && !(is_record && told)
    };
    others.into_iter().filter(differs).collect()
}

/// The place of every value below this one, itself included, as JSON pointers.
fn places(value: &Value, place: &str, found: &mut Vec<String>) {
    found.push(place.to_owned());
    match value {
        Value::Array(list) => {
            for (n, value) in list.iter().enumerate() {
                places(value, &format!("{place}/{n}"), found);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(value, &format!("{place}/{name}"), found);
            }
        }
        _ => {}
    }
}

fn places_in(facts: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (key, fact) in facts.as_object().unwrap() {
        // What the organisation asks of itself is no evidence.
        if key != "overlay" {
            places(fact, &format!("/{key}"), &mut found);
        }
    }
    found
}

fn replaced(facts: &Value, place: &str, other: &Value) -> Value {
    let mut facts = facts.clone();
    *facts.pointer_mut(place).unwrap() = other.clone();
    facts
}

fn assessed(facts: &Value, catalogue: &Catalogue, options: &Options) -> Assessment {
    let facts = Facts::from_json(facts.to_string()).unwrap();
    assess(&facts, catalogue, options).unwrap()
}

/// Every case as a control of its own.
static ASKED: LazyLock<(Vec<Case>, Catalogue)> = LazyLock::new(|| {
    let cases = cases::all();
    let controls = cases.iter().enumerate().map(|(n, case)| {
        json!({"id": format!("C{n}"), "title": "one question", "decidability": "direct",
            "evidence": case.fact, "clauses": [case.clause]})
    });
    let controls: Vec<Value> = controls.collect();
    let ids: Vec<String> = (0..cases.len()).map(|n| format!("C{n}")).collect();
    let framework = json!({"id": "cases", "name": "Cases", "version": "1", "ids": ids.join(" "),
        "controls": controls});
    let mut catalogue = Catalogue::default();
    catalogue.add(&framework.to_string()).unwrap();
    (cases, catalogue)
});

/// Every case that does not pass, changed at every place in every way: what is better for it.
/// Nothing is better than what passes.
fn better(
    changes: impl Fn(&Value, &str) -> Vec<(String, Value)>,
    may_become: impl Fn(Status, Status) -> bool,
) -> Vec<String> {
    let (cases, catalogue) = &*ASKED;
    let mut better = Vec::new();
    for (n, case) in cases.iter().enumerate() {
        let options = Options::new(now()).controls([format!("cases:C{n}")]);
        let asked = |facts: &Value| assessed(facts, catalogue, &options).results.remove(0);
        for rows in [&case.failing, &case.untold] {
            let mut facts = case.beside.clone();
            facts[case.fact] = whole(rows);
            let before = asked(&facts);
            for place in places_in(&facts) {
                for (what, changed) in changes(&facts, &place) {
                    let after = asked(&changed);
                    let may = may_become(before.status, after.status);
                    if !may && is_better(before.status, after.status) {
                        better.push(format!(
                            "{} {place} {what}: {:?} to {:?} ({})",
                            case.clause, before.status, after.status, after.why
                        ));
                    }
                }
            }
        }
    }
    better
}

#[test]
fn no_answer_of_any_rule_is_better_for_one_member_of_another_type() {
    let changes = |facts: &Value, place: &str| {
        let others = others(place, facts.pointer(place).unwrap()).into_iter();
        let changed = others.map(|other| (other.to_string(), replaced(facts, place, &other)));
        changed.collect()
    };
    let better = better(changes, |_, _| false);
    assert!(better.is_empty(), "{}", better.join("\n"));
}

/// A member that nobody knows, with something to say.
fn with_more(facts: &Value, place: &str) -> Vec<(String, Value)> {
    if !facts.pointer(place).unwrap().is_object() {
        return Vec::new();
    }
    let values = [json!(true), json!("all"), json!(["All"]), json!({"a": [1]})];
    let with = |value: Value| {
        let mut more = facts.clone();
        more.pointer_mut(place).unwrap()["newThing"] = value.clone();
        (value.to_string(), more)
    };
    values.into_iter().map(with).collect()
}

#[test]
fn no_answer_of_any_rule_is_better_for_one_member_that_nobody_knows() {
    // What was open for want of something else may come to lack.
    let lacks = |before, after| (before, after) == (Status::Unknown, Status::PartiallySatisfied);
    let better = better(with_more, lacks);
    assert!(better.is_empty(), "{}", better.join("\n"));
}

/// Facts about people, of which each member is read by itself, and those that are kept as received.
const READ_BY_MEMBER: [&str; 5] = [
    "auth.ca_policies",
    "identity.role_assignments",
    "identity.users",
    "org.licenses",
    "org.tenant",
];

#[test]
fn a_row_that_says_more_than_is_known_does_not_pass() {
    let (cases, catalogue) = &*ASKED;
    let mut passing = BTreeSet::new();
    for (n, case) in cases.iter().enumerate() {
        let options = Options::new(now()).controls([format!("cases:C{n}")]);
        let mut facts = case.beside.clone();
        facts[case.fact] = whole(&case.passing);
        for row in facts[case.fact]["items"].as_array_mut().unwrap() {
            row["newThing"] = json!({"only": ["some"]});
        }
        let after = assessed(&facts, catalogue, &options).results.remove(0);
        if after.status == Status::Satisfied && !READ_BY_MEMBER.contains(&case.fact) {
            passing.insert(format!("{} {}", case.fact, case.clause));
        }
    }
    assert!(passing.is_empty(), "{passing:#?}");
}

/// Whole tenants: one in which everything about MFA passes, one with every kind of fact.
static TENANTS: LazyLock<Vec<(Value, Assessment, Vec<String>)>> = LazyLock::new(|| {
    let covered = serde_json::from_str(&covered_tenant(3).to_json()).unwrap();
    let mixed = serde_json::from_str(include_str!("../fixtures/mixed-tenant.json")).unwrap();
    let tenants = [covered, mixed].into_iter();
    let known = |facts: Value| {
        let before = assess_all(&Facts::from_json(facts.to_string()).unwrap());
        let places = places_in(&facts);
        (facts, before, places)
    };
    tenants.map(known).collect()
});

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_control_of_a_whole_tenant_is_better_for_one_member_of_another_type(
        tenant in 0..2_usize, place in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(),
    ) {
        let (facts, before, places) = &TENANTS[tenant];
        let place = place.get(places);
        let others = others(place, facts.pointer(place).unwrap());
        prop_assume!(!others.is_empty());
        let other = other.get(&others);
        let after = replaced(facts, place, other);
        let after = assess_all(&Facts::from_json(after.to_string()).unwrap());
        for (old, new) in before.results.iter().zip(&after.results) {
            prop_assert_eq!(&old.control, &new.control);
            prop_assert!(!is_better(old.status, new.status), "{} = {}: {} from {:?} to {:?}", place, other, old.control, old.status, new.status);
        }
    }
}
