//! When privileged roles end, and whether anybody looked.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what is wrong by panicking"
)]

use crate::common::{covered_tenant, now};
use compliance_map::{Catalogue, Facts, Options, Status, assess};

/// Whether no administrator holds a role for good.
fn ask(facts: &Facts) -> Status {
    let framework = r#"{"id": "x", "name": "x", "version": "1", "ids": "A", "controls": [{"id": "A", "title": "t",
        "decidability": "direct", "evidence": "identity.role_assignments",
        "clauses": [{"rule": "no_permanent_administrators"}]}]}"#;
    let mut catalogue = Catalogue::default();
    catalogue.add(framework).unwrap();
    let assessment = assess(facts, &catalogue, &Options::new(now())).unwrap();
    assessment.results[0].status
}

fn with(change: impl Fn(&mut compliance_map::facts::RoleAssignmentFact)) -> Facts {
    let mut facts = covered_tenant(3);
    let held = &mut facts.identity_role_assignments.items;
    assert!(!held.is_empty(), "the tenant has an administrator");
    held.iter_mut().for_each(change);
    facts
}

#[test]
fn a_role_without_an_end_is_held_for_good() {
    assert_eq!(ask(&with(|held| held.ends = None)), Status::NotSatisfied);
}

#[test]
fn a_role_with_an_end_is_not() {
    let ends = Some("2999-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(ask(&with(|held| held.ends = ends)), Status::Satisfied);
}

#[test]
fn a_role_whose_end_nobody_looked_for_is_unknown() {
    let unread = with(|held| {
        held.ends = None;
        held.extra.insert("ends_read".to_owned(), false.into());
    });
    assert_eq!(ask(&unread), Status::Unknown);
}
