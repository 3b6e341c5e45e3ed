//! What controls have in common is told once, so that it grows with the controls.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what is wrong by panicking"
)]

use std::collections::BTreeSet;

use crate::common::{assess_all, covered_tenant, now};
use compliance_map::{
    Assessment, Catalogue, ControlRef, Facts, Options, Summary, assess, crosswalk, render,
};
use serde_json::{Value, json};

/// A framework of `count` controls, all of one theme and with the same question.
fn framework(id: &str, count: usize) -> String {
    let name = |n: usize| format!("{}.{}", n / 20, n % 20);
    let ids: Vec<String> = (0..count).map(name).collect();
    let controls = ids.iter().map(|id| {
        json!({"id": id, "title": "Few administrators", "decidability": "direct",
            "evidence": "identity.role_assignments", "themes": "admins",
            "clauses": [{"rule": "global_administrators", "least": 2, "most": 4}]})
    });
    let controls: Vec<Value> = controls.collect();
    json!({"id": id, "name": id, "version": "1", "ids": ids.join(" "), "controls": controls})
        .to_string()
}

fn assessed(count: usize) -> (Assessment, Summary) {
    let mut catalogue = Catalogue::default();
    catalogue.add(&framework("one", count)).unwrap();
    catalogue.add(&framework("two", count)).unwrap();
    let facts = Facts::default();
    let assessment = assess(&facts, &catalogue, &Options::new(now())).unwrap();
    let summary = Summary::new(&assessment, &facts, &catalogue);
    (assessment, summary)
}

#[test]
fn every_output_grows_with_the_controls_and_not_with_their_pairs() {
    let lengths = |count| {
        let (assessment, summary) = assessed(count);
        [
            ("json", render::json(&assessment).len()),
            ("text", render::text(&assessment).len()),
            ("markdown", render::markdown(&assessment).len()),
            ("html", render::html(&assessment, &summary).len()),
            ("csv", render::csv(&assessment).len()),
            ("junit", render::junit(&assessment).len()),
            ("oscal", render::oscal(&assessment, &summary).len()),
            ("ocsf", render::ocsf(&assessment, &summary).len()),
            (
                "crosswalk",
                serde_json::to_string(&crosswalk(&assessment))
                    .unwrap()
                    .len(),
            ),
        ]
    };
    for ((format, few), (_, many)) in lengths(300).into_iter().zip(lengths(3000)) {
        assert!(
            many < few * 12,
            "{format}: {few} bytes for 600 controls, {many} for 6,000"
        );
    }
}

#[test]
fn each_control_finds_those_of_other_frameworks_through_what_they_share() {
    let assessment = assess_all(&covered_tenant(3));
    let catalogue = Catalogue::builtin();
    for result in &assessment.results {
        let control = catalogue.resolve(&result.control.to_string()).unwrap();
        let expected: BTreeSet<ControlRef> = catalogue.crosswalk(control).into_iter().collect();
        let found: BTreeSet<ControlRef> = assessment
            .crosswalk_of(result)
            .into_iter()
            .cloned()
            .collect();
        assert_eq!(found, expected, "{}", result.control);
        assert_eq!(
            result.themes.is_empty(),
            expected.is_empty(),
            "{}",
            result.control
        );
    }
    let page = render::text(&assessment);
    for (theme, controls) in &assessment.crosswalk {
        let line = page
            .lines()
            .find(|line| line.starts_with(&format!("  {theme}: ")));
        let line = line.unwrap_or_else(|| panic!("{theme} is not explained"));
        assert!(
            controls
                .iter()
                .all(|control| line.contains(&control.to_string())),
            "{line}"
        );
    }
}

#[test]
fn an_assessment_of_some_frameworks_names_only_the_themes_that_it_has() {
    let options = Options::new(now()).controls(["cis-v8.1:6.3"]);
    let assessment = assess(&Facts::default(), &Catalogue::builtin(), &options).unwrap();
    let themes: BTreeSet<&String> = assessment.crosswalk.keys().collect();
    assert_eq!(themes, assessment.results[0].themes.iter().collect());
    assert!(
        assessment
            .crosswalk
            .values()
            .flatten()
            .any(|c| c.framework() != "cis-v8.1")
    );
}
