//! An assessment in numbers, and one failure with all the controls it touches.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use std::collections::BTreeSet;

use crate::common::{assess_all, covered_tenant, fact_of, now, registered};
use compliance_map::facts::AttestationFact;
use compliance_map::{
    Catalogue, Exception, Fact, Facts, Options, Status, Summary, assess, crosswalk,
};

fn summary(facts: &Facts) -> Summary {
    Summary::new(&assess_all(facts), facts, &Catalogue::builtin())
}

fn exception(subject: &str) -> Exception {
    Exception {
        id: Some("risk-7".into()),
        controls: vec!["cis-v8.1:6.3".into(), "cis-v8.1:6.5".into()],
        subject: Some(subject.into()),
        reason: Some("shared terminal".into()),
        approved_by: Some("the board".into()),
        approved_at: Some("2026-11-01T12:00:00Z".into()),
        expires: Some("2026-12-01T11:00:00Z".into()),
        ..Exception::default()
    }
}

#[test]
fn every_control_is_counted_once_in_its_family_and_framework() {
    let facts = covered_tenant(3);
    let (assessment, summary) = (assess_all(&facts), summary(&facts));
    assert_eq!(summary.counts.total(), assessment.results.len());
    for framework in &summary.frameworks {
        let results = assessment.results.iter();
        let own = results.filter(|r| r.control.framework() == framework.id);
        assert_eq!(framework.counts.total(), own.count(), "{}", framework.id);
        let families = framework.families.iter().map(|f| f.counts.total());
        assert_eq!(families.sum::<usize>(), framework.counts.total());
        let satisfied = framework.families.iter().map(|f| f.counts.satisfied);
        assert_eq!(satisfied.sum::<usize>(), framework.counts.satisfied);
    }
    let pci = summary
        .frameworks
        .iter()
        .find(|f| f.id == "pci-dss-4.0.1")
        .unwrap();
    assert_eq!(pci.native["in_place"], pci.counts.satisfied);
    assert_eq!(pci.native.values().sum::<usize>(), pci.counts.total());
    assert!(pci.official_ids_not_assessed > 0);
    assert_eq!(
        summary.not_asked,
        ["overlay"],
        "nobody demands anything of it"
    );
}

#[test]
fn an_exception_tells_its_age_what_is_left_and_what_it_bears_on() {
    let mut facts = covered_tenant(4);
    facts.auth_registration.items[1] = registered("u02", &[]);
    facts.exceptions = vec![exception("u02"), exception("u03")];
    facts.exceptions[1].expires = Some("2026-11-20T00:00:00Z".into());
    facts.exceptions[1].controls.push("cis-v8.1:99.9".into());
    let summary = summary(&facts);

    let [valid, expired] = &summary.exceptions[..] else {
        panic!("every exception is listed")
    };
    assert_eq!(
        (valid.term.age_days, valid.term.days_left),
        (Some(20), Some(9))
    );
    assert_eq!(valid.defect, None);
    let names = |list: &[compliance_map::ControlRef]| -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    };
    assert_eq!(names(&valid.applied), ["cis-v8.1:6.3"]);
    assert_eq!(
        names(&valid.without_effect),
        ["cis-v8.1:6.5"],
        "no administrator"
    );
    assert_eq!(expired.defect.as_deref(), Some("expired"));
    assert_eq!(expired.term.days_left, Some(-2), "a day and a half ago");
    assert!(expired.applied.is_empty());
    assert!(expired.unresolved[0].starts_with("cis-v8.1:99.9: "));
}

#[test]
fn attestations_tell_their_term_and_whether_they_count() {
    let mut facts = covered_tenant(2);
    let attested = |control: &str| AttestationFact {
        control: control.into(),
        document: Some("HR-12".into()),
        signer: Some("Ada".into()),
        date: Some("2026-11-11T00:00:00Z".into()),
        expires: Some("2027-11-21T12:00:00Z".into()),
        ..AttestationFact::default()
    };
    facts.attest_document = fact_of([attested("cis-v8.1:6.1"), attested("soc2-tsc-2017:CC6.2")]);
    let summary = summary(&facts);
    assert_eq!(summary.attestations[0].defect, None);
    assert_eq!(summary.attestations[0].term.age_days, Some(10));
    assert_eq!(summary.attestations[0].term.days_left, Some(365));
    let audited = summary.attestations[1].defect.as_deref().unwrap();
    assert!(audited.contains("auditor"), "{audited}");
}

#[test]
fn what_is_missing_names_all_it_holds_up() {
    let mut facts = covered_tenant(3);
    facts.auth_registration = Fact::denied("AuditLog.Read.All");
    let (assessment, summary) = (assess_all(&facts), summary(&facts));
    let gap = summary
        .gaps
        .iter()
        .find(|gap| gap.fact == "auth.registration")
        .unwrap();
    assert_eq!(gap.permission.as_deref(), Some("AuditLog.Read.All"));
    for result in &assessment.results {
        let held_up = result.missing.iter().any(|m| m.fact == "auth.registration");
        let listed =
            gap.unknown.contains(&result.control) || gap.incomplete.contains(&result.control);
        assert_eq!(held_up, listed, "{}", result.control);
    }
    let weights: Vec<usize> = summary.gaps.iter().map(|gap| gap.unknown.len()).collect();
    assert!(weights.is_sorted_by(|a, b| a >= b), "{weights:?}");
}

#[test]
fn every_manual_control_stands_under_an_open_question() {
    let facts = covered_tenant(3);
    let (assessment, summary) = (assess_all(&facts), summary(&facts));
    let waiting: BTreeSet<_> = summary
        .open_questions
        .iter()
        .flat_map(|q| &q.controls)
        .collect();
    for result in assessment
        .results
        .iter()
        .filter(|r| r.status == Status::Manual)
    {
        assert!(waiting.contains(&result.control), "{}", result.control);
    }
}

#[test]
fn one_person_without_a_method_touches_every_control_that_asks_for_mfa() {
    let mut facts = covered_tenant(3);
    facts.auth_registration.items[1] = registered("u02", &[]);
    let assessment = assess_all(&facts);
    let questions = crosswalk(&assessment);
    let asking: Vec<_> = questions
        .iter()
        .filter(|q| {
            q.controls
                .iter()
                .any(|c| c.control.to_string() == "cis-v8.1:6.3")
        })
        .collect();
    let [mfa] = asking[..] else {
        panic!("{asking:?}")
    };
    assert_eq!(mfa.ratio.as_deref(), Some("2/3"));
    assert_eq!(mfa.not_passing, Some(BTreeSet::from(["u02".to_owned()])));
    let frameworks: BTreeSet<&str> = mfa.controls.iter().map(|c| c.control.framework()).collect();
    assert!(frameworks.len() > 3, "{frameworks:?}");
    for touched in &mfa.controls {
        let result = assessment.result(&touched.control.to_string()).unwrap();
        assert_eq!(touched.status, result.status);
        assert!(
            result
                .clauses
                .iter()
                .any(|clause| clause.question == mfa.question)
        );
    }
}

#[test]
fn failures_stand_before_what_is_unknown_and_nothing_that_passes_is_listed() {
    let mut facts = covered_tenant(3);
    facts.auth_registration.items[1] = registered("u02", &[]);
    let questions = crosswalk(&assess_all(&facts));
    let unknown: Vec<bool> = questions
        .iter()
        .map(|q| q.status == Status::Unknown)
        .collect();
    assert!(unknown.is_sorted() && unknown.contains(&false) && unknown.contains(&true));
    assert!(
        questions
            .iter()
            .all(|q| q.status != Status::Satisfied && q.status != Status::Manual)
    );

    let options = Options::new(now()).controls(["cis-v8.1:6.3"]);
    let clean = assess(&covered_tenant(3), &Catalogue::builtin(), &options).unwrap();
    assert_eq!(crosswalk(&clean), []);
}
