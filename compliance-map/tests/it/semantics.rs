//! What counts, what does not, and in which order.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use std::sync::Arc;

use crate::common::{
    assess_all, covered_tenant, fact_of, holds, mfa_for_all, now, per_user, registered, signed_in,
};
use compliance_map::facts::{CaPrincipals, CrossTenantFact, GroupFact, SecurityDefaultsFact};
use compliance_map::{
    AssessError, Catalogue, ControlResult, Directory, Exception, Fact, Facts, Options, State,
    Status, assess, assess_in,
};
use serde_json::json;

const ALL: &str = "cis-v8.1:6.3";
const ADMINS: &str = "cis-v8.1:6.5";

fn result(facts: &Facts, control: &str) -> ControlResult {
    assess_all(facts).result(control).unwrap().clone()
}

fn status(facts: &Facts, control: &str) -> Status {
    result(facts, control).status
}

fn failing(facts: &Facts, control: &str) -> Vec<String> {
    result(facts, control)
        .subjects
        .failing
        .iter()
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_covered_tenant_satisfies_the_mfa_controls_of_every_framework() {
    let assessment = assess_all(&covered_tenant(10));
    for (control, native) in [
        (ALL, None),
        (ADMINS, None),
        ("nist-csf-2.0:PR.AA-03", None),
        ("nist-800-171-r2:3.5.3", Some("met")),
        ("cmmc-2.0-l2:IA.L2-3.5.3", Some("MET")),
        ("hipaa-security-rule:164.312(d)", None),
        ("pci-dss-4.0.1:8.4.1", Some("in_place")),
        ("pci-dss-4.0.1:8.4.2", Some("in_place")),
        ("pci-dss-4.0.1:8.4.3", Some("in_place")),
    ] {
        let result = assessment.result(control).unwrap();
        assert_eq!(
            result.status,
            Status::Satisfied,
            "{control}: {}",
            result.why
        );
        assert_eq!(result.native.as_deref(), native, "{control}");
    }
}

#[test]
fn one_clause_never_satisfies_a_partly_decidable_control() {
    let assessment = assess_all(&covered_tenant(10));
    for control in [
        "cis-v8.1:6.4",
        "nist-800-171-r2:3.7.5",
        "soc2-tsc-2017:CC6.1",
    ] {
        let result = assessment.result(control).unwrap();
        assert_eq!(result.status, Status::Manual, "{control}");
        assert_eq!(
            result.clauses.first().unwrap().status,
            Status::Satisfied,
            "{control}"
        );
        assert!(
            result.why.contains("stays with a person"),
            "{control}: {}",
            result.why
        );
    }
    assert_eq!(
        assessment
            .result("soc2-tsc-2017:CC6.1")
            .unwrap()
            .native
            .as_deref(),
        Some("not_tested")
    );
}

#[test]
fn a_gap_in_mfa_is_never_a_total_failure_of_a_rule_that_does_not_name_mfa() {
    let mut facts = covered_tenant(4);
    facts.auth_ca_policies.items.clear();
    assert_eq!(status(&facts, ALL), Status::NotSatisfied);
    let hipaa = result(&facts, "hipaa-security-rule:164.312(d)");
    assert_eq!(hipaa.status, Status::PartiallySatisfied);
    assert!(hipaa.why.contains("does not name MFA"), "{}", hipaa.why);
}

#[test]
fn cmmc_and_pci_know_no_partial_success() {
    let mut facts = covered_tenant(50);
    facts.auth_registration.items[49] = registered("u50", &[]);
    let assessment = assess_all(&facts);
    let cmmc = assessment.result("cmmc-2.0-l2:IA.L2-3.5.3").unwrap();
    assert_eq!(
        (cmmc.status, cmmc.native.as_deref()),
        (Status::PartiallySatisfied, Some("NOT MET"))
    );
    assert_eq!(cmmc.ratio.as_deref(), Some("49/50"));
    let pci = assessment.result("pci-dss-4.0.1:8.4.2").unwrap();
    assert_eq!(pci.native.as_deref(), Some("not_in_place"));
}

#[test]
fn an_account_left_out_through_a_nested_group_fails_by_name() {
    let mut facts = covered_tenant(5);
    let group = |id: &str, members: &[&str]| GroupFact {
        id: id.into(),
        members: members.iter().map(|m| (*m).to_owned()).collect(),
        ..GroupFact::default()
    };
    // The two groups contain each other.
    facts.identity_groups = fact_of([
        group("outer", &["inner"]),
        group("inner", &["u03", "outer"]),
    ]);
    facts.auth_ca_policies.items[0].exclude = Some(CaPrincipals {
        groups: vec!["outer".into()],
        ..CaPrincipals::default()
    });
    assert_eq!(failing(&facts, ALL), ["u03"]);

    facts.identity_groups = Fact::denied("Group.Read.All");
    let unknown = result(&facts, ALL);
    assert_eq!(unknown.status, Status::Unknown);
    assert_eq!(unknown.missing.first().unwrap().fact, "identity.groups");
    assert_eq!(
        unknown.missing.first().unwrap().permission.as_deref(),
        Some("Group.Read.All")
    );
}

#[test]
fn report_only_disabled_and_untold_policies_bind_nobody() {
    for state in ["disabled", "enabledForReportingButNotEnforced"] {
        let mut facts = covered_tenant(3);
        facts.auth_ca_policies.items[0].state = state.into();
        assert_eq!(status(&facts, ALL), Status::NotSatisfied, "{state}");
    }
    let mut facts = covered_tenant(3);
    facts.auth_ca_policies.items[0].conditions = None;
    assert_eq!(status(&facts, ALL), Status::Unknown);
}

#[test]
fn a_condition_that_this_version_does_not_know_narrows_the_policy() {
    let mut facts = covered_tenant(3);
    let conditions = facts.auth_ca_policies.items[0].conditions.as_mut().unwrap();
    conditions.extra.insert("moon_phase".into(), "full".into());
    let narrowed = result(&facts, ALL);
    assert_eq!(narrowed.status, Status::PartiallySatisfied);
    assert_eq!(narrowed.subjects.conditional.len(), 3);
}

/// The tenant of [`covered_tenant`] with a third, external account, and its only policy changed.
fn with_policy(change: impl Fn(&mut compliance_map::facts::CaPolicyFact)) -> Facts {
    let mut facts = covered_tenant(3);
    facts.identity_users.items[2].kind = Some("Guest".into());
    facts.identity_users.items[2].upn = Some("u03_fabrikam.example#EXT#@contoso.example".into());
    facts.org_cross_tenant = fact_of([CrossTenantFact {
        default_inbound_trust_mfa: Some(false),
        ..CrossTenantFact::default()
    }]);
    change(&mut facts.auth_ca_policies.items[0]);
    facts
}

#[test]
fn what_a_policy_says_beyond_the_model_narrows_it_and_is_named() {
    let narrowing = [
        ("insiderRiskLevels", json!("elevated")),
        (
            "clientApplications",
            json!({"includeServicePrincipals": ["sp"]}),
        ),
        ("platforms_exclude", json!(["iOS"])),
        ("somethingNew", json!(false)),
        ("servicePrincipalRiskLevels", json!(["high"])),
    ];
    for (name, value) in narrowing {
        let facts = with_policy(|policy| {
            let conditions = policy.conditions.as_mut().unwrap();
            conditions.extra.insert(name.into(), value.clone());
        });
        let result = result(&facts, ALL);
        assert_eq!(result.subjects.conditional.len(), 3, "{name}");
        assert!(result.subjects.reasons.keys().any(|why| why.contains(name)));
    }
    for name in [
        "applicationFilter",
        "includeAuthenticationContextClassReferences",
    ] {
        let facts = with_policy(|policy| {
            let apps = policy.apps.as_mut().unwrap();
            apps.extra.insert(name.into(), json!({"rule": ["c1"]}));
        });
        assert_eq!(result(&facts, ALL).subjects.conditional.len(), 3, "{name}");
    }
    let rollout = with_policy(|policy| {
        let strategy = json!({"percentage": 10});
        policy
            .extra
            .insert("partialEnablementStrategy".into(), strategy);
    });
    assert_eq!(result(&rollout, ALL).subjects.conditional.len(), 3);
}

#[test]
fn members_that_say_nothing_or_are_known_to_be_harmless_narrow_nothing() {
    let facts = with_policy(|policy| {
        let conditions = policy.conditions.as_mut().unwrap();
        for (name, value) in [
            ("insiderRiskLevels", json!(null)),
            (
                "clientApplications",
                json!({"includeServicePrincipals": [], "filter": null}),
            ),
            ("users@odata.context", json!("https://graph.example")),
            ("platforms_exclude", json!([])),
        ] {
            conditions.extra.insert(name.into(), value);
        }
        conditions.device_filter = Some(json!({"includeDevices": ["All"], "excludeDevices": []}));
        conditions.authentication_flows = Some(json!({"transferMethods": "none"}));
        let apps = policy.apps.as_mut().unwrap();
        apps.extra.insert("applicationFilter".into(), json!(null));
        let created = json!("2024-01-01T00:00:00Z");
        policy.extra.insert("createdDateTime".into(), created);
        let all_tenants = json!({"@odata.type": "#x.conditionalAccessAllExternalTenants", "membershipKind": "all"});
        let include = policy.include.as_mut().unwrap();
        include.extra.insert("external_tenants".into(), all_tenants);
    });
    assert_eq!(status(&facts, ALL), Status::Satisfied);
}

#[test]
fn guests_of_certain_tenants_only_are_neither_surely_bound_nor_surely_left_out() {
    let some = || json!({"membershipKind": "enumerated", "members": ["tenant"]});
    let guests = |tenants: Option<serde_json::Value>| CaPrincipals {
        guest_types: vec!["b2bCollaborationGuest".into()],
        extra: tenants
            .map(|tenants| ("external_tenants".to_owned(), tenants))
            .into_iter()
            .collect(),
        ..CaPrincipals::default()
    };
    let bound = with_policy(|policy| policy.include = Some(guests(None)));
    assert!(!failing(&bound, ALL).contains(&"u03".to_owned()));
    let narrower = with_policy(|policy| policy.include = Some(guests(Some(some()))));
    let narrower = result(&narrower, ALL);
    assert!(narrower.subjects.unknown.contains("u03"), "{narrower:?}");
    assert!(narrower.subjects.failing.contains("u02"));

    let left_out = with_policy(|policy| policy.exclude = Some(guests(Some(some()))));
    let left_out = result(&left_out, ALL);
    assert!(left_out.subjects.unknown.contains("u03"), "{left_out:?}");
    assert_eq!(left_out.status, Status::Unknown);
}

#[test]
fn a_side_with_a_member_that_this_version_does_not_know_covers_nobody_for_certain() {
    for side in ["include", "exclude"] {
        let facts = with_policy(|policy| {
            let principals = match side {
                "include" => policy.include.as_mut(),
                _ => policy.exclude.as_mut(),
            };
            let extra = &mut principals.unwrap().extra;
            extra.insert("userFilter".into(), json!({"rule": "user.city"}));
        });
        assert_eq!(status(&facts, ALL), Status::Unknown, "{side}");
    }
}

#[test]
fn modern_clients_count_when_another_policy_blocks_the_old_ones() {
    let mut facts = covered_tenant(3);
    let clients = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    let mfa = &mut facts.auth_ca_policies.items[0];
    mfa.conditions.as_mut().unwrap().client_apps =
        clients(&["browser", "mobileAppsAndDesktopClients"]);
    assert_eq!(status(&facts, ALL), Status::PartiallySatisfied);

    let mut block = mfa_for_all();
    block.id = "block-legacy".into();
    block.grant.as_mut().unwrap().controls = vec!["block".into()];
    block.conditions.as_mut().unwrap().client_apps = clients(&["exchangeActiveSync", "other"]);
    facts.auth_ca_policies.items.push(block);
    assert_eq!(status(&facts, ALL), Status::Satisfied);
}

#[test]
fn security_defaults_cover_administrators_and_nobody_else_for_certain() {
    let mut facts = covered_tenant(3);
    facts.auth_ca_policies.items.clear();
    facts.auth_security_defaults = fact_of([SecurityDefaultsFact {
        enabled: true,
        ..SecurityDefaultsFact::default()
    }]);
    assert_eq!(status(&facts, ADMINS), Status::Satisfied);
    let everybody = result(&facts, ALL);
    assert_eq!(everybody.ratio.as_deref(), Some("1/3"));
    assert_eq!(everybody.subjects.conditional.len(), 2);
}

#[test]
fn per_user_mfa_binds_when_enforced_and_only_conditionally_when_enabled() {
    let mut facts = covered_tenant(3);
    facts.auth_ca_policies.items.clear();
    facts.auth_per_user_mfa = fact_of([
        per_user("u01", "enforced"),
        per_user("u02", "enabled"),
        per_user("u03", "disabled"),
    ]);
    let result = result(&facts, ALL);
    assert_eq!(result.ratio.as_deref(), Some("1/3"));
    assert!(result.subjects.conditional.contains("u02"));
    assert!(result.subjects.failing.contains("u03"));
}

#[test]
fn email_questions_and_temporary_passes_are_no_second_factor() {
    for method in [
        "email",
        "securityQuestion",
        "temporaryAccessPass",
        "password",
    ] {
        let mut facts = covered_tenant(3);
        facts.auth_registration.items[1] = registered("u02", &[method]);
        assert_eq!(failing(&facts, ALL), ["u02"], "{method}");
    }
    let mut facts = covered_tenant(3);
    facts.auth_registration.items[1] = registered("u02", &["telepathy"]);
    assert_eq!(
        status(&facts, ALL),
        Status::Satisfied,
        "the report knows that a method can be used which this version does not know"
    );
}

#[test]
fn report_and_list_of_methods_that_contradict_each_other_prove_nothing() {
    let mut facts = covered_tenant(2);
    let methods = |user: &str, names: &[&str]| compliance_map::facts::MethodsFact {
        user: user.into(),
        methods: names.iter().map(|n| (*n).to_owned()).collect(),
        ..compliance_map::facts::MethodsFact::default()
    };
    facts.auth_methods = fact_of([methods(
        "u02",
        &["#microsoft.graph.passwordAuthenticationMethod"],
    )]);
    assert_eq!(status(&facts, ALL), Status::Unknown);

    facts.auth_registration = Fact::unlicensed("Microsoft Entra ID P1");
    facts.auth_methods = fact_of([
        methods("u01", &["#microsoft.graph.fido2AuthenticationMethod"]),
        methods(
            "u02",
            &["#microsoft.graph.microsoftAuthenticatorAuthenticationMethod"],
        ),
    ]);
    assert_eq!(
        status(&facts, ALL),
        Status::Satisfied,
        "the list is enough where there is no report"
    );
}

#[test]
fn a_guest_without_a_method_here_may_have_one_at_home() {
    let mut facts = covered_tenant(3);
    facts.identity_users.items[2].kind = Some("Guest".into());
    facts.auth_registration.items[2] = registered("u03", &[]);
    assert_eq!(status(&facts, ALL), Status::Unknown);
    facts.org_cross_tenant = fact_of([CrossTenantFact {
        default_inbound_trust_mfa: Some(false),
        ..CrossTenantFact::default()
    }]);
    assert_eq!(failing(&facts, ALL), ["u03"], "home MFA is not accepted");
}

#[test]
fn administrators_are_found_through_eligibility_groups_and_template_ids() {
    let mut facts = covered_tenant(6);
    facts.identity_groups = fact_of([GroupFact {
        id: "g".into(),
        members: vec!["u03".into()],
        ..GroupFact::default()
    }]);
    let mut eligible = holds("u02", "exchange administrator");
    eligible.kind = Some("eligible".into());
    let mut ended = holds("u05", "Global Administrator");
    ended.ends = Some("2026-11-20T00:00:00Z".parse().unwrap());
    facts.identity_role_assignments.items.extend([
        eligible,
        holds("g", "fe930be7-5e62-47db-91af-98c3a49a38b1"),
        holds("u04", "Reports Reader"),
        ended,
        holds("u06", "Contoso print operators"),
    ]);
    let assessment = assess_all(&facts);
    assert_eq!(
        assessment.result(ADMINS).unwrap().ratio.as_deref(),
        Some("3/3")
    );
    assert_eq!(assessment.people.administrators, Some(3));
    assert!(
        assessment
            .advisories
            .iter()
            .any(|a| a.subject == "Contoso print operators")
    );
}

#[test]
fn a_disabled_administrator_is_left_out_and_advised_about() {
    let mut facts = covered_tenant(4);
    facts.identity_users.items[3].enabled = Some(false);
    facts.auth_registration.items.pop();
    facts
        .identity_role_assignments
        .items
        .push(holds("u04", "User Administrator"));
    let assessment = assess_all(&facts);
    let admins = assessment.result(ADMINS).unwrap();
    assert_eq!(
        (admins.status, admins.ratio.as_deref()),
        (Status::Satisfied, Some("1/1"))
    );
    let excluded: Vec<_> = admins.subjects.excluded.iter().collect();
    assert_eq!((excluded[0].id, excluded[0].reason), ("u04", "disabled"));
    assert!(assessment.advisories.iter().any(|a| a.subject == "u04"));
}

#[test]
fn nobody_at_all_is_a_broken_collection() {
    let mut facts = covered_tenant(2);
    facts.identity_role_assignments.items.clear();
    assert_eq!(status(&facts, ADMINS), Status::Unknown);
    assert_eq!(status(&facts, ALL), Status::Satisfied);
    facts.identity_users.items.clear();
    assert_eq!(status(&facts, ALL), Status::Unknown);
}

#[test]
fn an_administrator_that_is_in_no_list_is_unknown() {
    let mut facts = covered_tenant(2);
    facts
        .identity_role_assignments
        .items
        .push(holds("stranger", "Global Administrator"));
    let admins = result(&facts, ADMINS);
    assert_eq!(admins.status, Status::Unknown);
    assert!(admins.subjects.unknown.contains("stranger"));

    facts.identity_role_assignments.items[1].principal_type = Some("servicePrincipal".into());
    assert_eq!(status(&facts, ADMINS), Status::Satisfied);
}

#[test]
fn stale_undated_and_future_facts_prove_nothing() {
    for time in [
        Some("2026-11-20T11:59:59Z"),
        Some("2026-11-21T12:00:00.5Z"),
        None,
    ] {
        let mut facts = covered_tenant(3);
        facts.auth_registration.collected_at = time.map(|t| t.parse().unwrap());
        let found = result(&facts, ALL);
        assert_eq!(found.status, Status::Unknown, "{time:?}");
        assert!(
            found.missing.iter().any(|m| m.fact == "auth.registration"),
            "{time:?}"
        );
    }
    let mut facts = covered_tenant(3);
    facts.auth_registration.collected_at = Some("2026-11-20T12:00:00Z".parse().unwrap());
    assert_eq!(
        status(&facts, ALL),
        Status::Satisfied,
        "24 hours to the second are fresh"
    );

    facts.auth_registration.collected_at = Some("2026-11-19T12:00:00Z".parse().unwrap());
    let options = Options::new(now())
        .controls([ALL])
        .freshness_hours_of("auth.registration", 48);
    let assessment = assess(&facts, &Catalogue::builtin(), &options).unwrap();
    assert_eq!(assessment.result(ALL).unwrap().status, Status::Satisfied);
}

#[test]
fn a_list_cut_short_proves_a_failure_but_no_success() {
    let at = "2026-11-21T11:00:00Z".parse().unwrap();
    let mut facts = covered_tenant(5);
    facts.identity_users = Fact::truncated(at, facts.identity_users.items, "the next page failed");
    assert_eq!(status(&facts, ALL), Status::Unknown);
    facts.auth_registration.items[2] = registered("u03", &[]);
    let found = result(&facts, ALL);
    assert_eq!(
        (found.status, found.incomplete),
        (Status::PartiallySatisfied, true)
    );
    assert_eq!(failing(&facts, ALL), ["u03"]);
}

fn exception(id: &str, subject: &str, expires: &str) -> Exception {
    Exception {
        id: Some(id.into()),
        controls: vec![ALL.into()],
        subject: Some(subject.into()),
        reason: Some("emergency access".into()),
        approved_by: Some("CISO".into()),
        expires: Some(expires.into()),
        ..Exception::default()
    }
}

#[test]
fn exceptions_count_while_they_are_valid_and_few() {
    let mut facts = covered_tenant(10);
    facts.auth_ca_policies.items[0].exclude = Some(CaPrincipals {
        users: vec!["u08".into(), "u09".into(), "u10".into()],
        ..CaPrincipals::default()
    });
    facts.exceptions = vec![
        exception("one", "u09", "2026-12-31T00:00:00Z"),
        exception("two", "u10", "2026-11-21T12:00:00Z"),
        exception("three", "u08", "next spring"),
    ];
    let found = result(&facts, ALL);
    assert_eq!(found.ratio.as_deref(), Some("7/9"));
    assert_eq!(
        failing(&facts, ALL),
        ["u08", "u10"],
        "expired at this instant, and unreadable"
    );
    assert!(found.subjects.excepted.contains("u09"));
    let advised: Vec<String> = assess_all(&facts)
        .advisories
        .into_iter()
        .map(|a| a.subject)
        .collect();
    assert_eq!(advised, ["three", "two"]);

    facts.exceptions[1].expires = Some("2027-01-01T00:00:00Z".into());
    facts.auth_ca_policies.items[0]
        .exclude
        .as_mut()
        .unwrap()
        .users
        .remove(0);
    assert_eq!(
        status(&facts, ALL),
        Status::Satisfied,
        "two of ten are within the limit"
    );

    facts.auth_ca_policies.items[0]
        .exclude
        .as_mut()
        .unwrap()
        .users
        .push("u08".into());
    facts.exceptions[2].expires = Some("2027-01-01T00:00:00Z".into());
    assert_eq!(
        status(&facts, ALL),
        Status::PartiallySatisfied,
        "three of ten are too many"
    );
}

#[test]
fn dormant_accounts_are_judged_by_the_period_of_each_control() {
    let mut facts = covered_tenant(5);
    facts.identity_users.items[3].created = Some("2026-11-10T00:00:00Z".parse().unwrap());
    facts.identity_signin_activity.items[1] = signed_in("u02", Some("2026-09-20T00:00:00Z"));
    facts.identity_signin_activity.items[2] = signed_in("u03", Some("2026-05-01T00:00:00Z"));
    let recently = Some("2026-11-20T00:00:00Z".parse().unwrap());
    facts.identity_signin_activity.items[2].last_noninteractive = recently;
    facts.identity_signin_activity.items[2].last_success = recently;
    facts.identity_signin_activity.items[3] = signed_in("u04", None);
    facts.identity_signin_activity.items[4] = signed_in("u05", Some("0001-01-01T00:00:00Z"));
    assert_eq!(failing(&facts, "cis-v8.1:5.3"), ["u02", "u05"]);
    assert_eq!(failing(&facts, "pci-dss-4.0.1:8.2.6"), ["u05"]);
    assert_eq!(status(&facts, "nist-800-171-r2:3.5.6"), Status::Unknown);
    facts.overlay.set("inactivity_days", 60);
    assert_eq!(failing(&facts, "nist-800-171-r2:3.5.6"), ["u02", "u05"]);
    assert_eq!(
        failing(&facts, "pci-dss-4.0.1:8.2.6"),
        ["u05"],
        "a general value changes no fixed period"
    );
}

#[test]
fn a_declared_period_cannot_loosen_a_fixed_one() {
    let mut facts = covered_tenant(2);
    facts.identity_signin_activity.items[1] = signed_in("u02", Some("2026-09-20T00:00:00Z"));
    let options = Options::new(now()).controls(["cis-v8.1:5.3"]).parameter(
        "cis-v8.1:5.3",
        "inactivity_days",
        365,
    );
    let assessment = assess(&facts, &Catalogue::builtin(), &options).unwrap();
    assert!(
        assessment
            .result("cis-v8.1:5.3")
            .unwrap()
            .subjects
            .failing
            .contains("u02")
    );
    assert!(
        assessment
            .advisories
            .iter()
            .any(|a| a.subject == "cis-v8.1:5.3")
    );
}

#[test]
fn sign_in_activity_that_was_never_populated_is_not_dormancy() {
    let mut facts = covered_tenant(3);
    for row in &mut facts.identity_signin_activity.items {
        (row.last_interactive, row.last_success) = (None, None);
    }
    assert_eq!(status(&facts, "cis-v8.1:5.3"), Status::Unknown);
}

#[test]
fn phishing_resistance_is_asked_only_when_the_overlay_demands_it() {
    const OVERLAY: &str = "overlay:phishing_resistant_for_admins";
    let mut facts = covered_tenant(3);
    let options = Options::new(now()).controls([OVERLAY]);
    let asked = assess(&facts, &Catalogue::builtin(), &options).unwrap();
    assert_eq!(asked.results[0].status, Status::NotApplicable);
    assert!(assess_all(&facts).result(OVERLAY).is_none());

    facts.overlay.set("phishing_resistant_for_admins", true);
    assert_eq!(
        status(&facts, OVERLAY),
        Status::NotSatisfied,
        "plain MFA is not enough"
    );
    let strength = "00000000-0000-0000-0000-000000000004";
    let grant = facts.auth_ca_policies.items[0].grant.as_mut().unwrap();
    grant.controls.clear();
    grant.authentication_strength = Some(strength.into());
    assert_eq!(
        status(&facts, OVERLAY),
        Status::PartiallySatisfied,
        "bound, but no such method"
    );
    facts.auth_registration.items[0] = registered("u01", &["fido2SecurityKey"]);
    assert_eq!(status(&facts, OVERLAY), Status::Satisfied);
}

#[test]
fn an_unknown_control_is_an_error_and_nothing_is_assessed() {
    let options = Options::new(now()).controls([ALL, "nist-csf-2.0:PR.AC-7"]);
    let error = assess(&covered_tenant(1), &Catalogue::builtin(), &options).unwrap_err();
    let AssessError::Reference { reference, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(reference, "nist-csf-2.0:PR.AC-7");
    assert!(
        error.to_string().contains("nist-csf-2.0:PR.AA-03"),
        "{error}"
    );
    let options = Options::new(now()).frameworks(["cis"]);
    assert!(assess(&covered_tenant(1), &Catalogue::builtin(), &options).is_err());
}

#[test]
fn what_was_not_packed_is_an_error_and_not_left_out() {
    let facts = covered_tenant(2);
    let assessed = |facts: &Facts, directory: Directory| {
        let options = Options::new(now());
        assess_in(facts, &Arc::new(directory), &Catalogue::builtin(), &options)
    };
    let lost = facts.identity_users.items[1].id.clone();
    let refused = Err(AssessError::NotPacked { account: lost });
    let mut fewer = facts.clone();
    fewer.identity_users.items.truncate(1);
    assert_eq!(assessed(&facts, Directory::of(&fewer)), refused);
    let mut without_report = facts.clone();
    without_report.auth_registration.items.truncate(1);
    assert_eq!(assessed(&facts, Directory::of(&without_report)), refused);
    assert_eq!(
        assessed(&facts, Directory::of(&facts)),
        Ok(assess_all(&facts))
    );
}

#[test]
fn facts_whose_people_were_packed_never_say_that_there_is_nobody() {
    let mut facts = covered_tenant(2);
    facts.identity_users.items.clear();
    facts.people_packed = true;
    let refused = assess(&facts, &Catalogue::builtin(), &Options::new(now()));
    assert_eq!(refused, Err(AssessError::Packed));
    let written = Facts::from_json(facts.to_json()).unwrap();
    assert_eq!(written.identity_users.state, State::NotCollected);
    assert_eq!(written.auth_registration.state, State::NotCollected);
    assert_eq!(written.auth_ca_policies, facts.auth_ca_policies);
}
