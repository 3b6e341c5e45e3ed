//! What an authentication strength accepts.

use super::support::{ask, failing, policy, status, tenant, with};
use compliance_map::Status;
use serde_json::{Value, json};

#[test]
fn an_authentication_strength_that_takes_a_password_alone_is_known_to_ask_for_no_mfa() {
    let facts = |combinations: &[&str]| {
        let mut weak = policy(&[]);
        weak["grant"]["authentication_strength"] =
            json!({"id": "x", "allowed_combinations": combinations});
        tenant(&[weak])
    };
    for known in [
        &["password"][..],
        &["fido2", "password"],
        &["sms"],
        &["password", "riddle"],
    ] {
        assert_eq!(
            failing(&ask(&facts(known), "mfa_all".into())),
            ["u1", "u2", "u3"],
            "{known:?}"
        );
    }
    assert_eq!(
        status(&facts(&["password,riddle"]), "mfa_all"),
        Status::Unknown
    );
    let enough = &["password,microsoftAuthenticatorPush"];
    assert_eq!(status(&facts(enough), "mfa_all"), Status::Satisfied);
}

#[test]
fn what_more_is_said_of_an_authentication_strength_unsettles_it() {
    let facts = |member: &str| {
        let mut strict = policy(&[]);
        strict["grant"]["operator"] = json!("AND");
        strict["grant"]["authentication_strength"] = json!("00000000-0000-0000-0000-000000000002");
        strict["grant"][member] = json!(["x"]);
        tenant(&[strict])
    };
    assert_eq!(status(&facts("other"), "mfa_all"), Status::Unknown);
    assert_eq!(
        status(&facts("customAuthenticationFactors"), "mfa_all"),
        Status::Satisfied,
        "all are asked"
    );
    assert_eq!(
        status(&facts("authentication_strength.rings"), "mfa_all"),
        Status::Unknown
    );
}

#[test]
fn an_id_of_an_authentication_strength_that_is_no_text_is_no_strength_by_name() {
    let mut strange = policy(&[]);
    strange["grant"]["authentication_strength"] =
        json!({"id": 7, "displayName": "Multifactor authentication"});
    assert_eq!(status(&tenant(&[strange]), "mfa_all"), Status::Unknown);
}

#[test]
fn an_authentication_strength_that_takes_some_fido2_keys_only_is_not_met_by_any() {
    let facts = |more: Value| {
        let mut strict = policy(&[]);
        strict["grant"]["authentication_strength"] = json!({"id": "x",
            "allowed_combinations": ["password,microsoftAuthenticatorPush"],
            "combinationConfigurations": more});
        status(&tenant(&[strict]), "mfa_all")
    };
    assert_eq!(facts(json!([])), Status::Satisfied);
    assert_eq!(facts(json!([{"allowedAAGUIDs": ["a"]}])), Status::Unknown);
}

#[test]
fn an_authentication_strength_that_says_it_is_no_mfa_is_none_and_ids_are_looked_up_by_id() {
    let facts = |strength: Value| {
        let mut policy = policy(&[]);
        policy["grant"]["authentication_strength"] = strength;
        let definitions = json!([
            {"id": "b", "displayName": "Key", "allowedCombinations": ["fido2"]},
            {"id": "c", "displayName": "b", "allowedCombinations": ["password,microsoftAuthenticatorPush"]}]);
        with(tenant(&[policy]), "auth.auth_strengths", definitions)
    };
    let none = json!({"id": "z", "requirementsSatisfied": "none"});
    assert_eq!(status(&facts(none), "mfa_all"), Status::NotSatisfied);
    let result = ask(&facts(json!({"id": "b"})), "mfa_all".into());
    assert_eq!(failing(&result), ["u1", "u2", "u3"], "a key is asked for");
    assert_eq!(
        status(&facts(json!({"id": "c"})), "mfa_all"),
        Status::Satisfied
    );
    let more = json!({"id": "00000000-0000-0000-0000-000000000002", "limitedTo": "x"});
    assert_eq!(status(&facts(more), "mfa_all"), Status::Unknown);
}
