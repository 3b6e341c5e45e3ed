//! What would change an answer, as values.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what is wrong by panicking"
)]

use crate::common::{
    assess_all, covered_tenant, fact_of, mfa_for_all, per_user, registered, signed_in,
};
use compliance_map::directory::Ids;
use compliance_map::facts::{DlpPolicyFact, MalwareFilterFact, PasswordProtectionFact};
use compliance_map::{Action, Assessment, Fact, Facts, Remedy, Status};

fn remedies<'a>(assessment: &'a Assessment, control: &str) -> &'a [Remedy] {
    &assessment.result(control).unwrap().remedies
}

fn subjects<const N: usize>(ids: [&str; N]) -> Ids {
    ids.into_iter().collect()
}

#[test]
fn people_without_a_method_are_to_be_enrolled() {
    let mut facts = covered_tenant(3);
    facts.auth_registration.items[1] = registered("u02", &[]);
    let assessment = assess_all(&facts);
    let found = remedies(&assessment, "cis-v8.1:6.3");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].action, Action::EnrolPeople);
    assert_eq!(found[0].subjects, subjects(["u02"]));
}

#[test]
fn a_policy_that_leaves_somebody_out_is_to_be_changed_for_them() {
    let mut facts = covered_tenant(3);
    let mut policy = mfa_for_all();
    policy.exclude.as_mut().unwrap().users = vec!["u03".into()];
    facts.auth_ca_policies = fact_of([policy]);
    let assessment = assess_all(&facts);
    let found = remedies(&assessment, "cis-v8.1:6.3");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        matches!(&found[0].action, Action::ChangePolicy { fact, policy, .. }
            if fact == "auth.ca_policies" && policy.as_deref() == Some("mfa-for-all")),
        "{found:?}"
    );
    assert_eq!(found[0].subjects, subjects(["u03"]));
}

#[test]
fn a_policy_that_binds_at_times_is_named_and_one_that_does_not_exist_is_not() {
    let mut facts = covered_tenant(2);
    let mut policy = mfa_for_all();
    policy.conditions.as_mut().unwrap().platforms = vec!["iOS".into()];
    facts.auth_ca_policies = fact_of([policy]);
    let policy_of = |facts: &Facts| match &remedies(&assess_all(facts), "cis-v8.1:6.3")[0].action {
        Action::ChangePolicy { policy, .. } => policy.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(policy_of(&facts).as_deref(), Some("mfa-for-all"));
    facts.auth_ca_policies = fact_of([]);
    assert_eq!(policy_of(&facts), None);
    facts.auth_per_user_mfa = fact_of([per_user("u01", "enforced"), per_user("u02", "enforced")]);
    assert!(remedies(&assess_all(&facts), "cis-v8.1:6.3").is_empty());
}

#[test]
fn settings_policies_and_accounts_are_told_apart() {
    let mut facts = covered_tenant(2);
    facts.auth_password_protection = fact_of([PasswordProtectionFact {
        lockout_threshold: Some(10),
        lockout_seconds: Some(60),
        ..PasswordProtectionFact::default()
    }]);
    facts.email_antimalware = fact_of([MalwareFilterFact {
        policy: "Default".into(),
        file_filter: Some(false),
        ..MalwareFilterFact::default()
    }]);
    facts.data_dlp = fact_of(Vec::<DlpPolicyFact>::new());
    facts.identity_signin_activity.items[1] = signed_in("u02", Some("2026-01-01T00:00:00Z"));
    let assessment = assess_all(&facts);
    let action = |control: &str| remedies(&assessment, control)[0].action.clone();
    assert!(
        matches!(action("pci-dss-4.0.1:8.3.4"), Action::ChangeSetting { fact, .. } if fact == "auth.password_protection")
    );
    assert!(
        matches!(action("cis-v8.1:9.6"), Action::ChangePolicy { policy, .. } if policy.as_deref() == Some("Default"))
    );
    assert!(
        matches!(action("cis-v8.1:3.13"), Action::ChangePolicy { policy, .. } if policy.is_none())
    );
    let dormant = &remedies(&assessment, "cis-v8.1:5.3")[0];
    assert!(matches!(dormant.action, Action::ChangeAccounts { .. }));
    assert_eq!(dormant.subjects, subjects(["u02"]));
}

#[test]
fn what_keeps_a_result_unknown_is_a_permission_a_license_a_reading_or_a_declaration() {
    let mut facts = covered_tenant(2);
    let actions = |facts: &Facts, control: &str| -> Vec<Action> {
        let assessment = assess_all(facts);
        assert_eq!(
            assessment.result(control).unwrap().status,
            Status::Unknown,
            "{control}"
        );
        let found = remedies(&assessment, control).iter();
        found.map(|remedy| remedy.action.clone()).collect()
    };
    facts.identity_signin_activity = Fact::denied("AuditLog.Read.All");
    assert_eq!(
        actions(&facts, "cis-v8.1:5.3"),
        [Action::GrantPermission {
            permission: "AuditLog.Read.All".into(),
            fact: "identity.signin_activity".into()
        }]
    );
    facts.identity_signin_activity = Fact::unlicensed("Microsoft Entra ID P1");
    assert_eq!(
        actions(&facts, "cis-v8.1:5.3"),
        [Action::AddLicense {
            license: "Microsoft Entra ID P1".into(),
            fact: "identity.signin_activity".into()
        }]
    );
    facts.identity_signin_activity = Fact::not_collected();
    assert!(matches!(
        actions(&facts, "cis-v8.1:5.3")[..],
        [Action::RefreshEvidence { .. }]
    ));
    facts.identity_signin_activity = covered_tenant(2).identity_signin_activity;
    assert_eq!(
        actions(&facts, "nist-800-171-r2:3.5.6"),
        [Action::DeclareParameter {
            parameter: "inactivity_days".into()
        }]
    );
}

#[test]
fn what_stays_with_a_person_is_to_be_attested_except_where_an_auditor_decides() {
    let assessment = assess_all(&covered_tenant(2));
    let attests = |control: &str| {
        let found = remedies(&assessment, control).iter();
        found
            .filter(|r| matches!(r.action, Action::GiveAttestation { .. }))
            .count()
    };
    assert_eq!(attests("cis-v8.1:6.1"), 1, "a process");
    assert_eq!(
        attests("cis-v8.1:6.4"),
        1,
        "the open clause of a partial one"
    );
    assert_eq!(attests("cis-v8.1:6.3"), 0, "satisfied");
    assert_eq!(attests("soc2-tsc-2017:CC6.1"), 0, "an auditor tests it");
}

#[test]
fn remedies_survive_their_json_form() {
    let mut facts = covered_tenant(3);
    facts.auth_registration.items[1] = registered("u02", &[]);
    let assessment = assess_all(&facts);
    let json = serde_json::to_string(&assessment).unwrap();
    assert!(json.contains(r#"{"action":"enrol_people","subjects":["u02"]}"#));
    let back: Assessment = serde_json::from_str(&json).unwrap();
    assert_eq!(back, assessment);
}
