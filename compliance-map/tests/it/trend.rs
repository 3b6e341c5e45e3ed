//! A series of assessments of one tenant.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use crate::common::{covered_tenant, registered};
use compliance_map::trend::{ControlTrend, Direction};
use compliance_map::{
    Assessment, Catalogue, Fact, Facts, Options, Status, TenantInfo, assess, trend,
};

const ALL: &str = "cis-v8.1:6.3";

/// The assessment of a tenant as it was read on that day of November.
fn on_day(day: u32, facts: &Facts) -> Assessment {
    let options = Options::new(format!("2026-11-{day:02}T12:00:00Z").parse().unwrap())
        .controls([ALL])
        .freshness_hours(24 * 365);
    assess(facts, &Catalogue::builtin(), &options).unwrap()
}

fn without(ids: &[usize]) -> Facts {
    let mut facts = covered_tenant(4);
    for id in ids {
        facts.auth_registration.items[id - 1] = registered(&format!("u{id:02}"), &[]);
    }
    facts
}

fn blind() -> Facts {
    let mut facts = covered_tenant(4);
    facts.auth_registration = Fact::denied("AuditLog.Read.All");
    facts
}

fn followed(series: &[Assessment]) -> ControlTrend {
    let series: Vec<&Assessment> = series.iter().collect();
    trend(&series).unwrap().controls.remove(0)
}

fn days(facts: Vec<Facts>) -> Vec<Assessment> {
    (22..)
        .zip(facts)
        .map(|(day, facts)| on_day(day, &facts))
        .collect()
}

#[test]
fn a_series_tells_who_joined_and_left_and_since_when_somebody_fails() {
    let series = days(vec![without(&[2]), without(&[2, 3]), without(&[3])]);
    let control = followed(&series);
    let ratios: Vec<_> = control.points.iter().map(|p| p.ratio.as_deref()).collect();
    assert_eq!(ratios, [Some("3/4"), Some("2/4"), Some("3/4")]);
    assert!(
        control.points[0].joined.is_empty(),
        "nothing is known before the first"
    );
    assert!(control.points[1].joined.contains("u03"));
    assert!(control.points[2].left.contains("u02"));
    assert_eq!(control.direction, Direction::Unchanged);
    let since = &control.failing_since["u03"];
    assert_eq!(since.since.to_string(), "2026-11-23T12:00:00Z");
    assert!(!since.gaps && !since.from_the_start);
    assert_eq!(control.failing_since.len(), 1);
}

#[test]
fn the_order_in_which_they_are_given_does_not_matter() {
    let mut series = days(vec![without(&[2]), without(&[]), blind()]);
    let forwards = followed(&series);
    series.reverse();
    assert_eq!(followed(&series), forwards);
}

#[test]
fn what_is_unknown_is_a_gap_and_nobody_left_through_it() {
    let control = followed(&days(vec![without(&[2]), blind(), without(&[2])]));
    let gap = &control.points[1];
    assert!(gap.is_gap() && gap.incomplete && gap.left.is_empty());
    assert_eq!(gap.status, Some(Status::Unknown));
    let since = &control.failing_since["u02"];
    assert!(since.gaps && since.from_the_start);
    assert_eq!(since.since.to_string(), "2026-11-22T12:00:00Z");

    let control = followed(&days(vec![without(&[2]), without(&[]), blind()]));
    assert_eq!(
        control.direction,
        Direction::Unclear,
        "the last was not decided"
    );
    assert!(control.failing_since.is_empty());
}

#[test]
fn better_and_worse_are_proven_at_both_ends() {
    let better = followed(&days(vec![without(&[2]), blind(), without(&[])]));
    assert_eq!(better.direction, Direction::Improved);
    let worse = followed(&days(vec![without(&[]), without(&[2])]));
    assert_eq!(worse.direction, Direction::Worsened);
    let once = followed(&days(vec![blind(), without(&[2])]));
    assert_eq!(once.direction, Direction::Unclear);
}

#[test]
fn a_control_that_was_not_assessed_is_a_gap() {
    let options = Options::new("2026-11-21T12:00:00Z".parse().unwrap()).controls(["cis-v8.1:5.3"]);
    let other = assess(&without(&[]), &Catalogue::builtin(), &options).unwrap();
    let trend = trend(&[&on_day(22, &without(&[])), &other]).unwrap();
    assert_eq!(trend.controls.len(), 2);
    assert_eq!(trend.controls[0].points[0].status, None);
    assert_eq!(trend.totals[1].counts.satisfied, 1);
}

#[test]
fn two_tenants_make_no_series() {
    let (mut one, mut two) = (without(&[]), without(&[]));
    for (facts, id) in [(&mut one, "contoso"), (&mut two, "fabrikam")] {
        facts.tenant = Some(TenantInfo {
            id: id.into(),
            ..TenantInfo::default()
        });
    }
    let error = trend(&[&on_day(22, &one), &on_day(23, &two)]).unwrap_err();
    assert!(
        error.to_string().contains("contoso and fabrikam"),
        "{error}"
    );
}
