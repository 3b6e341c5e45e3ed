//! Which ids resolve to what.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test says what is wrong by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};

use crate::common::reference_material;
use compliance_map::framework::Decidability;
use compliance_map::{
    Catalogue, CatalogueError, ControlRef, Facts, Options, ReferenceError, Status, assess,
};
use serde_json::Value;

fn error(reference: &str) -> ReferenceError {
    Catalogue::builtin().resolve(reference).unwrap_err()
}

fn texts(references: &[ControlRef]) -> Vec<String> {
    references.iter().map(ToString::to_string).collect()
}

fn successors(reference: &str) -> Vec<String> {
    match error(reference) {
        ReferenceError::Withdrawn { successors, .. } => texts(&successors),
        other => panic!("{reference}: {other:?}"),
    }
}

#[test]
fn every_framework_has_the_controls_in_scope() {
    let catalogue = Catalogue::builtin();
    let counts: BTreeMap<&str, (usize, usize)> = catalogue
        .frameworks()
        .map(|f| {
            (
                f.id.as_str(),
                (f.controls().count(), f.official_ids().count()),
            )
        })
        .collect();
    let expected = [
        ("cis-v8.1", (64, 153)),
        ("cmmc-2.0-l2", (71, 110)),
        ("hipaa-security-rule", (30, 51)),
        ("nist-800-171-r2", (71, 110)),
        ("nist-csf-2.0", (37, 106)),
        ("overlay", (28, 28)),
        ("pci-dss-4.0.1", (65, 313)),
        ("soc2-tsc-2017", (20, 61)),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
}

#[test]
fn withdrawn_ids_give_their_successors() {
    for (old, new) in [
        (
            "nist-csf-2.0:PR.AC-1",
            &["nist-csf-2.0:PR.AA-01", "nist-csf-2.0:PR.AA-05"][..],
        ),
        ("nist-csf-2.0:PR.AC-07", &["nist-csf-2.0:PR.AA-03"]),
        ("nist-csf-1.1:PR.AC-7", &["nist-csf-2.0:PR.AA-03"]),
        ("nist-csf-2.0:ID.AM-2", &["nist-csf-2.0:ID.AM-02"]),
        ("cmmc-2.0-l2:AC.2.007", &["cmmc-2.0-l2:AC.L2-3.1.5"]),
        ("cmmc-1.0:IA.2.078", &["cmmc-2.0-l2:IA.L2-3.5.7"]),
        ("cmmc-2.0-l2:SC.2.179", &[]),
        ("cis-v7.1:16.1", &["cis-v8.1:6.6"]),
        ("pci-dss-4.0:8.4.2", &["pci-dss-4.0.1:8.4.2"]),
    ] {
        assert_eq!(successors(old), new, "{old}");
    }
}

#[test]
fn an_id_of_the_older_edition_is_not_taken_for_one_of_this() {
    let ReferenceError::OutOfScope { see } = error("cis-v8.1:16.11") else {
        panic!("16.11 of version 8.1 is about software development");
    };
    assert_eq!(texts(&see), ["cis-v8.1:4.3"]);
}

#[test]
fn headings_name_the_controls_below_them() {
    let ReferenceError::Heading { children } = error("pci-dss-4.0.1:8.4") else {
        panic!("8.4 is a section");
    };
    assert_eq!(
        texts(&children),
        [
            "pci-dss-4.0.1:8.4.1",
            "pci-dss-4.0.1:8.4.2",
            "pci-dss-4.0.1:8.4.3"
        ]
    );
    assert!(matches!(
        error("hipaa-security-rule:164.308(a)(3)"),
        ReferenceError::Heading { .. }
    ));
}

#[test]
fn a_level_1_id_names_its_level_2_equivalent() {
    let ReferenceError::OtherLevel { equivalents } = error("cmmc-2.0-l2:IA.L1-b.1.v") else {
        panic!("a level 1 id");
    };
    assert_eq!(texts(&equivalents), ["cmmc-2.0-l2:IA.L2-3.5.1"]);
}

#[test]
fn what_does_not_exist_is_an_error_that_says_so() {
    let unknown = ReferenceError::Unknown { similar: None };
    assert_eq!(error("cis-v8.1:99.1"), unknown);
    assert_eq!(error("pci-dss-4.0.1:8.4.1.5"), unknown);
    assert_eq!(error("6.5"), ReferenceError::Malformed);
    assert_eq!(error("cis-v8.1:"), ReferenceError::Malformed);
    let ReferenceError::UnknownFramework { known, similar } = error("iso-27001:A.5.1") else {
        panic!("there is no such catalogue");
    };
    assert_eq!(similar, None);
    assert!(known.contains(&"cis-v8.1".to_owned()));
    assert!(matches!(
        error("soc2-tsc-2017:P8.1"),
        ReferenceError::OutOfScope { .. }
    ));
}

#[test]
fn a_misspelt_name_is_answered_with_the_one_that_was_meant() {
    for (asked, meant) in [
        ("cis-v8.2:6.5", "did you mean cis-v8.1?"),
        (
            "cmmc-2.0-l2:ia.l2-3.5.3",
            "did you mean cmmc-2.0-l2:IA.L2-3.5.3?",
        ),
    ] {
        let said = error(asked).to_string();
        assert!(said.contains(meant), "{said}");
    }
    let facts =
        Facts::from_json(r#"{"auth.ca_policy": {"state": "ok"}, "made_by": "us"}"#).unwrap();
    let told: Vec<String> = facts.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["auth.ca_policy: there is no such fact; did you mean auth.ca_policies?"]
    );
}

#[test]
fn a_framework_takes_the_place_of_another_only_on_purpose() {
    let own = r#"{"id": "cis-v8.1", "name": "Ours", "version": "8.1", "ids": "6.3", "controls": [
        {"id": "6.3", "title": "t", "decidability": "evidence-only", "evidence": ""}]}"#;
    let mut catalogue = Catalogue::builtin();
    let before = catalogue.controls().count();
    let error = catalogue.add(own).unwrap_err();
    assert!(
        matches!(&error, CatalogueError::Exists { framework } if framework == "cis-v8.1"),
        "{error}"
    );
    assert!(error.to_string().contains("another id"), "{error}");
    assert_eq!(catalogue.controls().count(), before, "nothing was added");
    assert_ne!(catalogue.framework("cis-v8.1").unwrap().name, "Ours");

    let order = |catalogue: &Catalogue| -> Vec<String> {
        catalogue.frameworks().map(|f| f.id.clone()).collect()
    };
    let ids = order(&catalogue);
    catalogue.replace(own).unwrap();
    assert_eq!(order(&catalogue), ids, "it keeps its place");
    assert_eq!(
        catalogue.framework("cis-v8.1").unwrap().controls().count(),
        1
    );
    assert_eq!(catalogue.source("cis-v8.1"), Some(own));
    assert!(catalogue.replace("{").is_err());
    assert_eq!(
        catalogue.source("cis-v8.1"),
        Some(own),
        "what cannot be read replaces nothing"
    );
}

#[test]
fn crosswalk_leads_to_other_frameworks_only() {
    let catalogue = Catalogue::builtin();
    let control = catalogue.resolve("cis-v8.1:6.3").unwrap();
    let also = texts(&catalogue.crosswalk(control));
    for wanted in [
        "nist-csf-2.0:PR.AA-03",
        "nist-800-171-r2:3.5.3",
        "cmmc-2.0-l2:IA.L2-3.5.3",
        "hipaa-security-rule:164.312(d)",
        "soc2-tsc-2017:CC6.1",
        "pci-dss-4.0.1:8.4.2",
    ] {
        assert!(
            also.contains(&wanted.to_owned()),
            "{wanted} is missing in {also:?}"
        );
    }
    assert!(also.iter().all(|reference| !reference.starts_with("cis-")));
}

#[test]
fn a_framework_of_the_users_own_is_read_and_checked() {
    let mut catalogue = Catalogue::builtin();
    let own = r#"{"id": "house", "name": "House rules", "version": "1", "ids": "A B", "controls": [
        {"id": "A", "title": "MFA for all", "decidability": "direct", "evidence": "identity.users",
         "clauses": [{"rule": "mfa_all"}]}]}"#;
    catalogue.add(own).unwrap();
    assert!(catalogue.resolve("house:A").is_ok());
    assert!(matches!(
        catalogue.resolve("house:B"),
        Err(ReferenceError::OutOfScope { .. })
    ));

    let foreign_fact = own.replace("identity.users", "identity.pets");
    let message = catalogue.add(&foreign_fact).unwrap_err().to_string();
    assert_eq!(
        message,
        "framework house, A: names a fact that does not exist"
    );
    let partial = own.replace("direct", "partial");
    let message = catalogue.add(&partial).unwrap_err().to_string();
    assert!(
        message.contains("needs a clause that stays open"),
        "{message}"
    );
}

fn strings(value: &Value) -> BTreeSet<String> {
    let list = value.as_array().unwrap();
    list.iter()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn agrees_with_the_reference_on_ids_decidability_and_evidence() {
    let catalogue = Catalogue::builtin();
    for framework in catalogue.frameworks().filter(|f| f.id != "overlay") {
        let Some(text) = reference_material(&format!("{}.json", framework.id)) else {
            return;
        };
        let reference: Value = serde_json::from_str(&text).unwrap();
        let official: BTreeSet<String> = framework.official_ids().map(str::to_owned).collect();
        assert_eq!(
            official,
            strings(&reference["all_official_ids"]),
            "{}",
            framework.id
        );
        let mut in_scope = 0;
        for control in reference["controls"].as_array().unwrap() {
            let id = control["id"].as_str().unwrap();
            let decidability = match control["decidability"].as_str().unwrap() {
                "direct" => Decidability::Direct,
                "partial" => Decidability::Partial,
                "evidence-only" => Decidability::EvidenceOnly,
                _ => continue,
            };
            in_scope += 1;
            let ours = catalogue
                .resolve(&format!("{}:{id}", framework.id))
                .unwrap();
            assert_eq!(ours.decidability, decidability, "{} {id}", framework.id);
            let evidence: BTreeSet<String> = ours.evidence.iter().cloned().collect();
            assert_eq!(
                evidence,
                strings(&control["evidence"]),
                "{} {id}",
                framework.id
            );
            let linked: BTreeSet<String> = control["crosswalk"]
                .as_array()
                .unwrap()
                .iter()
                .map(|link| link["to"].as_str().unwrap().to_owned())
                .collect();
            let crosswalk: BTreeSet<String> =
                texts(&catalogue.crosswalk(ours)).into_iter().collect();
            let lost: Vec<&String> = linked.difference(&crosswalk).collect();
            assert!(lost.is_empty(), "{} {id} lost {lost:?}", framework.id);
        }
        assert_eq!(in_scope, framework.controls().count(), "{}", framework.id);
    }
}

#[test]
fn agrees_with_the_reference_on_withdrawn_ids() {
    let (Some(now), Some(before)) = (
        reference_material("nist-csf-2.0.json"),
        reference_material("nist-csf-1.1.json"),
    ) else {
        return;
    };
    let now: Value = serde_json::from_str(&now).unwrap();
    for id in strings(&now["withdrawn_ids"]) {
        successors(&format!("nist-csf-2.0:{id}"));
    }
    let before: Value = serde_json::from_str(&before).unwrap();
    for (id, to) in before["crosswalk_to_2_0"].as_object().unwrap() {
        let wanted: Vec<String> = to
            .as_array()
            .unwrap()
            .iter()
            .map(|t| format!("nist-csf-2.0:{}", t.as_str().unwrap()))
            .collect();
        assert_eq!(successors(&format!("nist-csf-1.1:{id}")), wanted, "{id}");
    }
}

/// The error for a framework of one control with this clause.
fn error_for(clause: &str) -> Option<String> {
    let json = format!(
        r#"{{"id": "own", "name": "Own", "version": "1", "ids": "A1", "controls": [{{"id": "A1",
            "title": "One", "decidability": "direct", "evidence": "identity.users", "clauses": [{clause}]}}]}}"#
    );
    let mut catalogue = Catalogue::builtin();
    let error = catalogue.add(&json).err().map(|e| e.to_string());
    assert_eq!(error.is_some(), catalogue.framework("own").is_none());
    error
}

#[test]
fn a_wrong_clause_of_the_users_own_is_named_with_what_there_is() {
    for (clause, wanted) in [
        (
            r#"{"rule": "mfa_al"}"#,
            "unknown variant `mfa_al`, expected one of `mfa_all`",
        ),
        (r#"{"rule": "mfa_al"}"#, "`dmarc_enforced`"),
        (r#"{"rule": "log_retention"}"#, "missing field `days`"),
        (r#"{"rule": "log_retention", "days": "90"}"#, "expected u32"),
        (
            r#"{"rule": "log_retention", "days": 90, "day": 1}"#,
            "has no parameter `day`",
        ),
        (
            r#"{"rule": "mfa_all", "days": 1}"#,
            "has no parameter `days`",
        ),
        (r#"{"open": "x", "rule": "mfa_all"}"#, "has no `rule`"),
        (r#"{"open": 1}"#, "`open` of a clause is a text"),
        ("{}", "a clause needs `rule` or `open`"),
    ] {
        let error = error_for(clause).unwrap();
        assert!(error.contains(wanted), "{clause}: {error}");
    }
    for clause in [
        r#"{"rule": "dormant_accounts"}"#,
        r#"{"rule": "lockout", "attempts": 5, "already": "a limit of 10"}"#,
        r#"{"rule": "log_retention", "days": 400}"#,
        r#"{"open": "x"}"#,
    ] {
        assert_eq!(error_for(clause), None, "{clause}");
    }
}

#[test]
fn a_heading_is_assessed_as_the_controls_below_it_and_rolled_up() {
    let catalogue = Catalogue::builtin();
    let facts = crate::common::covered_tenant(3);
    let options = Options::new(crate::common::now())
        .controls(["pci-dss-4.0.1:8.4", "hipaa-security-rule:164.308(a)(3)"]);
    let assessment = assess(&facts, &catalogue, &options).unwrap();
    let mfa = assessment.roll_up("pci-dss-4.0.1:8.4").unwrap();
    assert_eq!(mfa.controls.len(), 3);
    assert_eq!(mfa.status, Status::Satisfied);
    let workforce = assessment
        .roll_up("hipaa-security-rule:164.308(a)(3)")
        .unwrap();
    assert_eq!(texts(&workforce.controls).len(), 4);
    assert_eq!(
        workforce.status,
        Status::Unknown,
        "nobody declared a period"
    );
    assert_eq!(
        assessment.roll_up("pci-dss-4.0.1:8"),
        assessment.roll_up("pci-dss-4.0.1:8 ")
    );
    assert_eq!(
        assessment.roll_up("pci-dss-4.0.1:8.41"),
        None,
        "no part of a number"
    );
}

#[test]
fn a_declared_scope_takes_a_framework_out_and_only_that_one() {
    let catalogue = Catalogue::builtin();
    let statuses = |rows: Value| {
        let facts = serde_json::json!({"attest.scope": {"state": "ok", "complete": true,
            "collected_at": "2026-11-21T11:00:00Z", "items": rows}});
        let facts = compliance_map::Facts::from_json(facts.to_string()).unwrap();
        let options = Options::new(crate::common::now()).controls([
            "pci-dss-4.0.1:8.4.2",
            "hipaa-security-rule:164.312(d)",
            "cis-v8.1:6.3",
        ]);
        let assessment = assess(&facts, &catalogue, &options).unwrap();
        let results = assessment.results.iter();
        let found: Vec<(Status, bool)> = results
            .map(|r| (r.status, r.assumptions.is_empty()))
            .collect();
        found
    };
    // In the catalogue's order: CIS, HIPAA, PCI.
    let (unknown, out) = (Status::Unknown, Status::NotApplicable);
    let row = |framework: &str, in_scope: bool| serde_json::json!({"framework": framework, "in_scope": in_scope});
    assert_eq!(
        statuses(serde_json::json!([])),
        [(unknown, true), (unknown, false), (unknown, false)]
    );
    assert_eq!(
        statuses(serde_json::json!([row("pci-dss-4.0.1", false)])),
        [(unknown, true), (unknown, false), (out, true)]
    );
    assert_eq!(
        statuses(serde_json::json!([{"in_scope": false}, row("pci-dss-4.0.1", true)])),
        [(unknown, true), (out, true), (unknown, true)]
    );
}

#[test]
fn evidence_that_is_too_old_for_one_control_counts_for_another() {
    let own = r#"{"id": "house", "name": "House rules", "version": "1", "ids": "A B", "controls": [
        {"id": "A", "title": "MFA, as of now", "decidability": "direct", "evidence": "identity.users",
         "max_age_hours": 1, "clauses": [{"rule": "mfa_all"}]},
        {"id": "B", "title": "MFA", "decidability": "direct", "evidence": "identity.users",
         "clauses": [{"rule": "mfa_all"}]}]}"#;
    let mut catalogue = Catalogue::default();
    catalogue.add(own).unwrap();
    let mut facts = crate::common::covered_tenant(2);
    let status = |facts: &compliance_map::Facts| {
        let assessment = assess(facts, &catalogue, &Options::new(crate::common::now())).unwrap();
        let both = &assessment.results;
        (both[0].status, both[1].status, both[0].missing.len())
    };
    assert_eq!(status(&facts), (Status::Satisfied, Status::Satisfied, 0));
    facts.auth_ca_policies.collected_at = Some("2026-11-21T09:00:00Z".parse().unwrap());
    assert_eq!(status(&facts), (Status::Unknown, Status::Satisfied, 1));
    // A failure that is too old is no failure either.
    facts.auth_ca_policies.items.clear();
    let (strict, other, _) = status(&facts);
    assert_eq!(strict, Status::Unknown);
    assert_eq!(other, Status::NotSatisfied);

    let never = own.replace("\"max_age_hours\": 1", "\"max_age_hours\": 0");
    let message = Catalogue::default().add(&never).unwrap_err().to_string();
    assert!(message.contains("max_age_hours"), "{message}");
}
