//! Security defaults, and what the service does where nothing is set.

use super::support::{ask, failing, nothing_registered, policy, status, tenant, with};
use crate::common::cases::whole;
use compliance_map::Status;
use serde_json::{Value, json};

#[test]
fn security_defaults_rule_out_policies_that_could_not_be_read() {
    let mut facts = tenant(&[]);
    facts["auth.ca_policies"] = json!({"state": "unlicensed", "complete": false});
    assert_eq!(status(&facts, "mfa_all"), Status::Unknown);
    facts["auth.security_defaults"] = whole(&json!([{"enabled": true}]));
    let result = ask(&facts, "mfa_all".into());
    assert_eq!(result.status, Status::PartiallySatisfied);
    assert_eq!(
        result.subjects.conditional.len(),
        2,
        "asked when a risk is seen"
    );
    assert_eq!(status(&facts, "mfa_administrators"), Status::Satisfied);
    assert_eq!(
        status(&facts, "legacy_authentication_blocked"),
        Status::Satisfied
    );
    assert_eq!(status(&facts, "device_code_blocked"), Status::NotSatisfied);
    assert_eq!(status(&facts, "exclusions_covered"), Status::Satisfied);
}

#[test]
fn security_defaults_of_which_more_is_said_are_not_known_to_be_on_for_all() {
    let facts = |more: Value| {
        let row = json!([{"enabled": true, "description": "x", "rollout": more}]);
        status(
            &with(tenant(&[]), "auth.security_defaults", row),
            "mfa_administrators",
        )
    };
    assert_eq!(facts(Value::Null), Status::Satisfied);
    assert_eq!(facts(json!("a part")), Status::Unknown);
}

#[test]
fn the_default_of_the_service_counts_where_nothing_is_set() {
    let people = |facts: Value| {
        let mut facts = nothing_registered(facts);
        facts["identity.users"]["items"][2]["type"] = json!("Guest");
        facts["identity.users"]["items"][2]["upn"] = json!("u3_other.example#EXT#@contoso.example");
        facts
    };
    let facts = with(
        people(tenant(&[policy(&["mfa"])])),
        "org.cross_tenant",
        json!([]),
    );
    assert!(
        failing(&ask(&facts, "mfa_all".into())).contains(&"u3"),
        "trusted by default"
    );
    let facts = with(tenant(&[]), "auth.password_protection", json!([]));
    let lockout =
        |minutes: u32| json!({"rule": "lockout", "attempts": 10, "lockout_minutes": minutes});
    assert_eq!(ask(&facts, lockout(30)).status, Status::NotSatisfied);
    let rules = json!([{"domain": "contoso.example", "validity_days": 90, "federated": false}]);
    let mut facts = with(tenant(&[]), "auth.password_policy", rules);
    for row in facts["identity.users"]["items"].as_array_mut().unwrap() {
        row["upn"] = json!("a@eu.contoso.example");
    }
    let age = |days: u32| ask(&facts, json!({"rule": "password_age", "days": days})).status;
    assert_eq!(
        (age(90), age(30)),
        (Status::Satisfied, Status::NotSatisfied)
    );
}
