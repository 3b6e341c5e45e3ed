//! What changed between two assessments.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use crate::common::{assess_all, covered_tenant, registered};
use compliance_map::{Change, Fact, Status, compare};

const ALL: &str = "cis-v8.1:6.3";

fn change(list: &[Change]) -> Option<&Change> {
    list.iter().find(|change| change.control.to_string() == ALL)
}

#[test]
fn who_joined_and_who_left_the_failing_is_named() {
    let sound = covered_tenant(4);
    let (mut second, mut third) = (sound.clone(), sound.clone());
    second.auth_registration.items[1] = registered("u02", &[]);
    third.auth_registration.items[2] = registered("u03", &[]);
    let (sound, second, third) = (assess_all(&sound), assess_all(&second), assess_all(&third));

    let worse = compare(&sound, &second);
    let found = change(&worse.worsened).unwrap();
    assert_eq!(
        (found.before, found.after),
        (Status::Satisfied, Status::PartiallySatisfied)
    );
    assert!(found.joined.contains("u02") && found.left.is_empty());
    assert!(worse.improved.is_empty() && change(&worse.newly_unknown).is_none());

    let better = compare(&second, &sound);
    assert!(change(&better.improved).unwrap().left.contains("u02"));

    let others = compare(&second, &third);
    let found = change(&others.same_status).unwrap();
    assert!(found.joined.contains("u03") && found.left.contains("u02") && !found.lost_sight);

    let nothing = compare(&second, &second);
    let lists = [&nothing.improved, &nothing.worsened, &nothing.newly_unknown];
    assert!(lists.into_iter().all(Vec::is_empty));
    assert!(nothing.same_status.is_empty() && nothing.otherwise.is_empty());
}

#[test]
fn lost_evidence_is_neither_better_nor_worse() {
    let mut failing = covered_tenant(4);
    failing.auth_registration.items[1] = registered("u02", &[]);
    let mut blind = failing.clone();
    blind.auth_registration = Fact::denied("AuditLog.Read.All");
    let comparison = compare(&assess_all(&failing), &assess_all(&blind));
    let found = change(&comparison.newly_unknown).unwrap();
    assert!(found.lost_sight && found.left.contains("u02"));
    assert!(comparison.improved.is_empty());
    let back = compare(&assess_all(&blind), &assess_all(&failing));
    assert!(change(&back.otherwise).is_some() && back.worsened.is_empty());
}

#[test]
fn a_control_that_only_one_assessed_is_listed_as_not_compared() {
    let mut asked = covered_tenant(2);
    asked.overlay.set("phishing_resistant_for_admins", true);
    let comparison = compare(&assess_all(&covered_tenant(2)), &assess_all(&asked));
    let one: Vec<String> = comparison
        .not_compared
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(one, ["overlay:phishing_resistant_for_admins"]);
}
