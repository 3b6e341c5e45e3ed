//! Sign-ins, methods and passwords of people, and what they are called.

use super::support::{ask, failing, policy, status, tenant, with};
use crate::common::cases::whole;
use crate::common::now;
use compliance_map::{Catalogue, Facts, Options, Status, assess};
use serde_json::{Value, json};

#[test]
fn an_attempt_to_sign_in_is_no_use_only_the_last_successful_sign_in_is() {
    let rule = || json!({"rule": "dormant_accounts", "inactivity_days": 45});
    let (recent, old) = ("2026-11-20T03:00:00Z", "2026-05-05T09:00:00Z");
    let facts = |tried: Value, success: Value| {
        let rows = json!([
            {"user": "u1", "last_interactive": recent, "last_success": recent},
            {"user": "u2", "last_interactive": tried, "last_success": success},
            {"user": "u3", "last_noninteractive": recent, "last_success": recent}]);
        with(tenant(&[]), "identity.signin_activity", rows)
    };
    let asked = |tried: Value, success: Value| ask(&facts(tried, success), rule());
    assert_eq!(
        asked(json!(recent), json!(recent)).status,
        Status::Satisfied
    );
    assert_eq!(failing(&asked(json!(recent), json!(old))), ["u2"]);
    assert_eq!(
        failing(&asked(json!(recent), Value::Null)),
        ["u2"],
        "never with success"
    );
    assert_eq!(failing(&asked(json!(old), Value::Null)), ["u2"]);
    // Where nobody's success is told, an attempt is the best there is.
    let mut untold = facts(json!(old), Value::Null);
    for row in untold["identity.signin_activity"]["items"]
        .as_array_mut()
        .unwrap()
    {
        row["last_success"] = Value::Null;
    }
    let result = ask(&untold, rule());
    assert_eq!(
        (failing(&result), result.ratio.as_deref()),
        (vec!["u2"], Some("2/3"))
    );
}

#[test]
fn the_registration_report_decides_of_methods_that_are_not_known_here() {
    let mut facts = tenant(&[policy(&["mfa"])]);
    for row in facts["auth.registration"]["items"].as_array_mut().unwrap() {
        row["methods"] = json!(["retinaScan"]);
    }
    assert_eq!(status(&facts, "mfa_all"), Status::Satisfied);
    let mut strict = policy(&[]);
    strict["grant"]["authentication_strength"] = json!("00000000-0000-0000-0000-000000000004");
    facts["auth.ca_policies"] = whole(&json!([strict]));
    assert_eq!(
        status(&facts, "mfa_all"),
        Status::Unknown,
        "whether it resists phishing"
    );
}

#[test]
fn a_subdomain_follows_the_password_rules_of_the_domain_above() {
    let facts = |above: u32| {
        let rows = json!([{"domain": "contoso.example", "federated": false, "validity_days": above},
            {"domain": "eu.contoso.example", "federated": false}]);
        json!({"auth.password_policy": whole(&rows)})
    };
    let asked = |above| ask(&facts(above), "passwords_never_expire".into());
    assert_eq!(asked(2_147_483_647).status, Status::Satisfied);
    assert_eq!(
        failing(&asked(90)),
        ["contoso.example", "eu.contoso.example"]
    );
}

#[test]
fn nobody_fails_for_want_of_mfa_where_one_factor_is_asked_for() {
    let facts = Facts::from_json(tenant(&[]).to_string()).unwrap();
    let assessment = assess(&facts, &Catalogue::builtin(), &Options::new(now())).unwrap();
    for control in [
        "pci-dss-4.0.1:8.3.1",
        "nist-800-171-r2:3.5.2",
        "cmmc-2.0-l2:IA.L2-3.5.2",
    ] {
        let result = assessment.result(control).unwrap();
        assert_eq!(result.status, Status::Manual, "{control}");
    }
    let mfa = assessment.result("pci-dss-4.0.1:8.4.2").unwrap();
    assert_eq!(mfa.status, Status::NotSatisfied);
}

#[test]
fn what_results_list_has_its_name() {
    let mut facts = tenant(&[policy(&["mfa"])]);
    facts["identity.users"]["items"][1]["enabled"] = json!(false);
    facts["identity.users"]["items"][1]["display_name"] = json!("Bob");
    let facts = with(
        facts,
        "device.inventory",
        json!([{"device": "d1", "name": "LAPTOP-1",
        "owner": "u1", "encrypted": false}]),
    );
    let facts = with(
        facts,
        "identity.service_principals",
        json!([{"id": "sp1", "name": "Payroll",
        "owners": [], "first_party": false}]),
    );
    let facts = Facts::from_json(facts.to_string()).unwrap();
    let assessment = assess(&facts, &Catalogue::builtin(), &Options::new(now())).unwrap();
    assert_eq!(
        assessment.names["d1"],
        "LAPTOP-1, owned by u1@contoso.example"
    );
    assert_eq!(assessment.names["sp1"], "Payroll");
    let disabled = assessment.people.names.get("u2").unwrap();
    assert_eq!(disabled.display_name.as_deref(), Some("Bob"));
    let reports = [
        compliance_map::render::text(&assessment),
        compliance_map::render::markdown(&assessment),
        compliance_map::render::csv(&assessment),
    ];
    for report in reports {
        assert!(
            report.contains("LAPTOP-1, owned by u1@contoso.example"),
            "{report:.200}"
        );
        assert!(report.contains("Payroll"), "{report:.200}");
    }
}
