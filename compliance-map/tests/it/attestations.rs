//! What a person signs for settles what facts cannot show, and nothing else.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use crate::common::{assess_all, covered_tenant, fact_of, registered};
use compliance_map::facts::AttestationFact;
use compliance_map::{Assessment, Facts, State, Status};

const PROCESS: &str = "cis-v8.1:6.1";
const PARTIAL: &str = "cis-v8.1:6.4";

fn attestation(control: &str) -> AttestationFact {
    AttestationFact {
        control: control.into(),
        document: Some("joiners and leavers, edition 4".into()),
        signer: Some("Ada Lovelace".into()),
        date: Some("2026-06-01T00:00:00Z".into()),
        expires: Some("2027-06-01T00:00:00Z".into()),
        ..AttestationFact::default()
    }
}

fn tenant(attestations: impl IntoIterator<Item = AttestationFact>) -> Facts {
    let mut facts = covered_tenant(3);
    facts.attest_document = fact_of(attestations);
    facts
}

fn status(assessment: &Assessment, control: &str) -> Status {
    assessment.result(control).unwrap().status
}

#[test]
fn an_attestation_settles_a_process_and_the_open_clause_of_a_control() {
    let without = assess_all(&tenant([]));
    let with = assess_all(&tenant([attestation(PROCESS), attestation(PARTIAL)]));
    for control in [PROCESS, PARTIAL] {
        assert_eq!(status(&without, control), Status::Manual, "{control}");
        assert_eq!(status(&with, control), Status::Satisfied, "{control}");
        let result = with.result(control).unwrap();
        let told = format!("{} {:?}", result.why, result.clauses);
        assert!(told.contains("Ada Lovelace"), "{told}");
        assert!(
            result
                .evidence
                .iter()
                .any(|used| used.fact == "attest.document")
        );
        assert_eq!(result.recommendation, None);
    }
}

#[test]
fn an_attestation_never_outweighs_a_proven_failure_or_missing_evidence() {
    let mut failing = tenant([attestation(PARTIAL)]);
    failing.auth_registration.items[1] = registered("u02", &[]);
    assert_eq!(
        status(&assess_all(&failing), PARTIAL),
        Status::PartiallySatisfied
    );
    let mut unknown = tenant([attestation(PARTIAL)]);
    unknown.auth_registration.state = State::Denied;
    assert_eq!(status(&assess_all(&unknown), PARTIAL), Status::Unknown);
    let direct = "cis-v8.1:3.6";
    assert_eq!(
        status(&assess_all(&tenant([attestation(direct)])), direct),
        Status::Unknown
    );
}

#[test]
fn an_attestation_with_a_defect_settles_nothing_and_is_named() {
    let defects: [fn(&mut AttestationFact); 7] = [
        |a| a.signer = None,
        |a| a.signer = Some("  ".into()),
        |a| a.document = None,
        |a| a.date = Some("in June".into()),
        |a| a.date = Some("2027-01-01T00:00:00Z".into()),
        |a| a.expires = None,
        |a| a.expires = Some("2026-11-21T12:00:00Z".into()),
    ];
    for (number, defect) in defects.into_iter().enumerate() {
        let mut row = attestation(PROCESS);
        defect(&mut row);
        // An earlier sound one does not help: the later row counts.
        let assessment = assess_all(&tenant([attestation(PROCESS), row]));
        assert_eq!(status(&assessment, PROCESS), Status::Manual, "{number}");
        let advised = assessment.advisories.iter().any(|a| a.subject == PROCESS);
        assert!(advised, "{number}");
    }
}

#[test]
fn attestations_that_were_refused_cut_short_or_stale_settle_nothing() {
    for harm in 0..3 {
        let mut facts = tenant([attestation(PROCESS)]);
        let fact = &mut facts.attest_document;
        match harm {
            0 => fact.state = State::Denied,
            1 => fact.complete = false,
            _ => fact.collected_at = Some("2025-01-01T00:00:00Z".parse().unwrap()),
        }
        assert_eq!(
            status(&assess_all(&facts), PROCESS),
            Status::Manual,
            "{harm}"
        );
    }
}

#[test]
fn the_organisation_cannot_attest_what_an_auditor_tests_or_what_does_not_exist() {
    let assessment = assess_all(&tenant([
        attestation("soc2-tsc-2017:CC9.2"),
        attestation("cis-v8.1:99.9"),
    ]));
    assert_eq!(status(&assessment, "soc2-tsc-2017:CC9.2"), Status::Manual);
    for subject in ["soc2-tsc-2017:CC9.2", "cis-v8.1:99.9"] {
        assert!(assessment.advisories.iter().any(|a| a.subject == subject));
    }
}

#[test]
fn a_review_held_elsewhere_is_signed_for_and_one_overdue_here_is_not() {
    use compliance_map::facts::AccessReviewFact;

    const REVIEWED: &str = "cis-v8.1:6.8";
    let signed = tenant([attestation(REVIEWED)]);
    assert_eq!(
        status(&assess_all(&signed), REVIEWED),
        Status::Unknown,
        "not collected"
    );

    let mut none_here = signed.clone();
    none_here.identity_access_reviews = fact_of([]);
    let assessment = assess_all(&none_here);
    assert_eq!(status(&assessment, REVIEWED), Status::Satisfied);
    assert!(assessment.result(REVIEWED).unwrap().missing.is_empty());

    let mut unsigned = none_here.clone();
    unsigned.attest_document = fact_of([]);
    assert_eq!(status(&assess_all(&unsigned), REVIEWED), Status::Unknown);

    let mut overdue = none_here.clone();
    overdue.identity_access_reviews = fact_of([AccessReviewFact {
        id: "r".into(),
        scope: Some("roles".into()),
        last_completed: Some("2020-01-01T00:00:00Z".parse().unwrap()),
        ..AccessReviewFact::default()
    }]);
    assert_eq!(
        status(&assess_all(&overdue), REVIEWED),
        Status::NotSatisfied
    );
}
