//! What conditional access asks besides MFA, and ways round it.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what is wrong by panicking"
)]

use crate::common::{covered_tenant, fact_of, holds, mfa_for_all, now};
use compliance_map::facts::{
    CaPolicyFact, CaPrincipals, CompliancePolicyFact, SecurityDefaultsFact,
};
use compliance_map::{Action, Catalogue, ControlResult, Fact, Facts, Options, Status, assess};

/// The answer to one rule, asked by a framework of its own.
fn ask(facts: &Facts, rule: &str) -> ControlResult {
    let framework = format!(
        r#"{{"id": "x", "name": "x", "version": "1", "ids": "A", "controls": [{{"id": "A", "title": "t",
            "decidability": "direct", "evidence": "auth.ca_policies", "clauses": [{{"rule": "{rule}"}}]}}]}}"#
    );
    let mut catalogue = Catalogue::default();
    catalogue.add(&framework).unwrap();
    let assessment = assess(facts, &catalogue, &Options::new(now())).unwrap();
    assessment.results[0].clone()
}

fn blocking(id: &str, clients: &[&str]) -> CaPolicyFact {
    let mut policy = mfa_for_all();
    policy.id = id.into();
    policy.grant.as_mut().unwrap().controls = vec!["block".into()];
    let clients = clients.iter().map(|client| (*client).to_owned());
    policy.conditions.as_mut().unwrap().client_apps = clients.collect();
    policy
}

fn tenant(policies: impl IntoIterator<Item = CaPolicyFact>) -> Facts {
    let mut facts = covered_tenant(3);
    facts.auth_ca_policies = fact_of(policies);
    facts
}

const LEGACY: &str = "legacy_authentication_blocked";

#[test]
fn two_policies_that_each_block_one_old_protocol_block_both() {
    let (mail, other) = (
        blocking("a", &["exchangeActiveSync"]),
        blocking("b", &["other"]),
    );
    assert_eq!(
        ask(&tenant([mail.clone(), other]), LEGACY).status,
        Status::Satisfied
    );
    let half = ask(&tenant([mail]), LEGACY);
    assert_eq!(half.status, Status::PartiallySatisfied);
    assert_eq!(half.subjects.conditional.len(), 3, "{half:?}");
}

#[test]
fn only_partly_supported_clients_are_no_whole_protocol() {
    let partly = blocking("a", &["easSupported", "other"]);
    assert_ne!(ask(&tenant([partly]), LEGACY).status, Status::Satisfied);
}

#[test]
fn a_report_only_policy_blocks_nobody() {
    let mut policy = blocking("a", &["exchangeActiveSync", "other"]);
    policy.state = "enabledForReportingButNotEnforced".into();
    let result = ask(&tenant([policy]), LEGACY);
    assert_eq!(result.status, Status::NotSatisfied);
    assert!(
        result.subjects.failing.contains("tenant"),
        "nothing in force asks anybody"
    );
}

#[test]
fn a_policy_for_some_applications_or_places_binds_at_times_only() {
    let mut places = blocking("a", &["exchangeActiveSync", "other"]);
    places.conditions.as_mut().unwrap().locations_exclude = vec!["AllTrusted".into()];
    let mut apps = blocking("a", &["exchangeActiveSync", "other"]);
    apps.apps.as_mut().unwrap().exclude = vec!["an application".into()];
    for policy in [places, apps] {
        let result = ask(&tenant([policy]), LEGACY);
        assert_eq!(result.subjects.conditional.len(), 3, "{result:?}");
        let action = &result.remedies[0].action;
        assert!(
            matches!(action, Action::ChangePolicy { policy: Some(id), .. } if id == "a"),
            "{action:?}"
        );
    }
}

#[test]
fn security_defaults_block_old_protocols_but_not_the_device_code_flow() {
    let mut facts = tenant([]);
    facts.auth_security_defaults = fact_of([SecurityDefaultsFact {
        enabled: true,
        ..SecurityDefaultsFact::default()
    }]);
    let result = ask(&facts, LEGACY);
    assert_eq!(result.status, Status::Satisfied);
    assert_eq!(result.ratio.as_deref(), Some("3/3"));
    assert_eq!(
        ask(&facts, "device_code_blocked").status,
        Status::NotSatisfied
    );
    facts.auth_security_defaults = Fact::not_collected();
    let unknown = ask(&facts, LEGACY);
    assert_eq!(unknown.status, Status::Unknown);
    assert!(
        unknown
            .missing
            .iter()
            .any(|m| m.fact == "auth.security_defaults")
    );
}

#[test]
fn an_eligible_role_that_is_left_out_is_a_way_round_once_activated() {
    let mut policy = blocking("a", &["exchangeActiveSync", "other"]);
    policy.exclude = Some(CaPrincipals {
        roles: vec!["Exchange Administrator".into()],
        ..CaPrincipals::default()
    });
    let mut facts = tenant([policy]);
    let mut eligible = holds("u02", "Exchange Administrator");
    eligible.kind = Some("eligible".into());
    facts.identity_role_assignments.items.push(eligible);
    let result = ask(&facts, LEGACY);
    assert_eq!(result.status, Status::PartiallySatisfied);
    assert!(result.subjects.failing.contains("u02"), "{result:?}");
    assert_eq!(result.ratio.as_deref(), Some("2/3"));
}

#[test]
fn a_managed_device_or_mfa_is_no_demand_for_a_managed_device() {
    let mut policy = mfa_for_all();
    let grant = policy.grant.as_mut().unwrap();
    grant.controls = vec!["mfa".into(), "compliantDevice".into()];
    let either = ask(&tenant([policy.clone()]), "managed_device_required");
    assert_eq!(either.status, Status::NotSatisfied);
    policy.grant.as_mut().unwrap().operator = Some("AND".into());
    let mut facts = tenant([policy]);
    facts.device_compliance = fact_of([CompliancePolicyFact {
        policy: "healthy".into(),
        tests: Some(vec!["antivirus".into()]),
        assigned_to: Some(vec!["AllDevices".into()]),
        ..CompliancePolicyFact::default()
    }]);
    let both = ask(&facts, "managed_device_required");
    assert_eq!(both.status, Status::Satisfied);
}

#[test]
fn asking_for_mfa_alone_does_not_contain_an_account_at_risk() {
    let mut policy = mfa_for_all();
    policy.conditions.as_mut().unwrap().user_risk = vec!["high".into()];
    let result = ask(&tenant([policy.clone()]), "risky_users_contained");
    assert_eq!(result.status, Status::NotSatisfied);
    let grant = policy.grant.as_mut().unwrap();
    grant.controls = vec!["passwordChange".into(), "mfa".into()];
    grant.operator = Some("AND".into());
    let result = ask(&tenant([policy.clone()]), "risky_users_contained");
    assert_eq!(result.status, Status::Satisfied);
    policy.conditions.as_mut().unwrap().user_risk = vec!["low".into()];
    let low = ask(&tenant([policy]), "risky_users_contained");
    assert_eq!(
        low.status,
        Status::NotSatisfied,
        "high risk is not among the levels"
    );
}

#[test]
fn a_policy_whose_scope_was_not_read_leaves_everybody_unknown() {
    let mut policy = blocking("a", &["exchangeActiveSync", "other"]);
    policy.conditions = None;
    let result = ask(&tenant([policy]), LEGACY);
    assert_eq!(result.status, Status::Unknown);
    assert_eq!(result.subjects.unknown.len(), 3);
}

#[test]
fn an_emergency_account_is_left_out_of_every_policy_and_not_only_of_one() {
    let out_of = |id: &str, user: &str| {
        let mut policy = mfa_for_all();
        policy.id = id.into();
        policy.exclude.as_mut().unwrap().users = vec![user.into()];
        policy
    };
    let cloud = |mut facts: Facts| {
        for user in &mut facts.identity_users.items {
            user.on_premises_synced = Some(false);
        }
        facts
    };
    let rule = "emergency_access";
    let both = cloud(tenant([out_of("a", "u01"), out_of("b", "u01")]));
    assert_eq!(ask(&both, rule).status, Status::Satisfied);
    let one = cloud(tenant([out_of("a", "u01"), out_of("b", "u02")]));
    assert_eq!(ask(&one, rule).status, Status::NotSatisfied);
    let nobody_important = cloud(tenant([out_of("a", "u02")]));
    assert_eq!(ask(&nobody_important, rule).status, Status::NotSatisfied);
}

#[test]
fn a_tenant_without_policies_leaves_nobody_out_and_still_covers_nobody() {
    let result = ask(&tenant([]), "exclusions_covered");
    assert_eq!(
        result.status,
        Status::NotSatisfied,
        "no vacuous pass: {result:?}"
    );
}
