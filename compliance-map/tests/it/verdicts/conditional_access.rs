//! What conditional access asks, of whom, in which sign-ins.

use super::support::{ask, failing, policy, status, tenant, with};
use compliance_map::Status;
use serde_json::{Value, json};

#[test]
fn whoever_is_excluded_from_an_mfa_policy_is_covered_by_mfa_alone() {
    let mut mfa = policy(&["mfa"]);
    mfa["exclude"] = json!({"users": ["u3"]});
    let mut other = policy(&["block"]);
    other["id"] = json!("other");
    other["conditions"]["client_apps"] = json!(["exchangeActiveSync", "other"]);
    let result = ask(
        &tenant(&[mfa.clone(), other.clone()]),
        "exclusions_covered".into(),
    );
    assert_eq!(failing(&result), ["u3"]);
    other["grant"]["controls"] = json!(["mfa"]);
    other["conditions"]["client_apps"] = json!(["all"]);
    assert_eq!(
        status(&tenant(&[mfa.clone(), other.clone()]), "exclusions_covered"),
        Status::Satisfied
    );
    other["grant"] = json!({"operator": "OR", "controls": ["duo"]});
    assert_eq!(
        status(&tenant(&[mfa, other]), "exclusions_covered"),
        Status::Unknown
    );
}

#[test]
fn terms_of_use_verify_nobody_who_registers_security_info() {
    let facts = |grant: &[&str]| {
        let mut registers = policy(grant);
        registers["apps"] = json!({"user_actions": ["urn:user:registersecurityinfo"]});
        tenant(&[registers])
    };
    assert_eq!(
        status(&facts(&["mfa"]), "registration_protected"),
        Status::Satisfied
    );
    assert_eq!(
        status(&facts(&["block"]), "registration_protected"),
        Status::Satisfied
    );
    assert_eq!(
        status(&facts(&["termsOfUse"]), "registration_protected"),
        Status::NotSatisfied
    );
    assert_eq!(
        status(&facts(&["approvedApplication"]), "registration_protected"),
        Status::NotSatisfied
    );
    assert_eq!(
        status(&facts(&["compliantDevice"]), "registration_protected"),
        Status::Unknown
    );
}

#[test]
fn a_grant_control_that_legacy_protocols_cannot_answer_blocks_them() {
    let rule = "legacy_authentication_blocked";
    assert_eq!(
        status(&tenant(&[policy(&["mfa"])]), rule),
        Status::Satisfied
    );
    let mut browsers = policy(&["mfa"]);
    browsers["conditions"]["client_apps"] = json!(["browser"]);
    assert_eq!(status(&tenant(&[browsers]), rule), Status::NotSatisfied);
    // Mail by Exchange ActiveSync can show a device.
    let mut device = policy(&["compliantDevice"]);
    assert_eq!(
        status(&tenant(&[device.clone()]), rule),
        Status::PartiallySatisfied
    );
    device["grant"]["controls"] = json!([]);
    assert_eq!(
        status(&tenant(&[device]), rule),
        Status::NotSatisfied,
        "nothing is demanded"
    );
}

#[test]
fn an_unknown_member_of_a_conditional_access_policy_narrows_it_at_any_depth() {
    let facts = |change: fn(&mut Value, Value), value: Value| {
        let mut asks = policy(&["mfa"]);
        change(&mut asks, value);
        tenant(&[asks])
    };
    let levels: [fn(&mut Value, Value); 5] = [
        |policy, value| policy["newThing"] = value,
        |policy, value| policy["include"]["newThing"] = value,
        |policy, value| policy["apps"]["newThing"] = value,
        |policy, value| policy["conditions"]["newThing"] = value,
        |policy, value| policy["grant"]["newThing"] = value,
    ];
    for (n, change) in levels.into_iter().enumerate() {
        for value in [json!("x"), json!(false), json!(0), json!({"a": [1]})] {
            assert_ne!(
                status(&facts(change, value.clone()), "mfa_all"),
                Status::Satisfied,
                "{n} {value}"
            );
        }
        for value in [
            Value::Null,
            json!(""),
            json!([]),
            json!({"@odata.type": "x"}),
        ] {
            assert_eq!(
                status(&facts(change, value.clone()), "mfa_all"),
                Status::Satisfied,
                "{n} {value}"
            );
        }
    }
    let remark = facts(
        |policy, value| policy["description"] = value,
        json!("asks everybody"),
    );
    assert_eq!(status(&remark, "mfa_all"), Status::Satisfied);
}

#[test]
fn authentication_flows_in_unknown_words_may_be_the_device_code_flow() {
    let facts = |flows: Value| {
        let mut blocks = policy(&["block"]);
        blocks["conditions"]["authentication_flows"] = flows;
        status(&tenant(&[blocks]), "device_code_blocked")
    };
    assert_eq!(
        facts(json!({"transferMethods": "deviceCodeFlow"})),
        Status::Satisfied
    );
    assert_eq!(
        facts(json!({"transferMethods": "authenticationTransfer"})),
        Status::NotSatisfied
    );
    assert_eq!(
        facts(json!({"transferMethods": "semaphore"})),
        Status::Unknown
    );
    assert_eq!(facts(json!({"transferMethods": true})), Status::Unknown);
}

#[test]
fn the_device_code_flow_is_blocked_by_its_name_alone() {
    let facts = |flows: Value| {
        let mut policy = policy(&["block"]);
        policy["conditions"]["authentication_flows"] = flows;
        tenant(&[policy])
    };
    let asked = |flows: Value| status(&facts(flows), "device_code_blocked");
    assert_eq!(
        asked(json!({"transferMethods": "deviceCodeFlow,authenticationTransfer"})),
        Status::Satisfied
    );
    assert_eq!(
        asked(json!({"transferMethods": "deviceCodeFlow", "onlyFor": "x"})),
        Status::Unknown
    );
    assert_ne!(
        asked(json!({"transferMethods": "none", "except": "deviceCodeFlow"})),
        Status::Satisfied
    );
}

#[test]
fn guest_or_external_user_types_in_one_text_are_several_and_unknown_ones_leave_guests_open() {
    let facts = |types: &str| {
        let mut policy = policy(&["mfa"]);
        policy["exclude"] = json!({"guest_types": [types]});
        let mut facts = tenant(&[policy]);
        let mut row = facts["identity.users"]["items"][2].clone();
        row["upn"] = json!("u3_other.example#EXT#@contoso.example");
        row["type"] = json!("Guest");
        facts["identity.users"]["items"][2] = row;
        facts
    };
    let result = ask(
        &facts("internalGuest,b2bCollaborationGuest"),
        "mfa_all".into(),
    );
    assert_eq!(failing(&result), ["u3"]);
    let result = ask(&facts("aGuestOfTomorrow"), "mfa_all".into());
    assert_eq!(result.status, Status::Unknown);
    assert!(result.subjects.unknown.contains("u3") && result.subjects.unknown.len() == 1);
    assert_eq!(
        status(&facts("serviceProvider"), "mfa_all"),
        Status::Satisfied
    );
}

#[test]
fn mfa_that_is_asked_of_nobody_is_passed_by_everybody() {
    let block = |left_out: &str| {
        let mut policy = policy(&["block"]);
        policy["id"] = json!("b");
        policy["conditions"]["client_apps"] = json!(["exchangeActiveSync", "other"]);
        policy["exclude"] = json!({"users": [left_out]});
        policy
    };
    assert_eq!(
        status(&tenant(&[block("")]), "exclusions_covered"),
        Status::NotSatisfied
    );
    // Left out of MFA, whatever else is asked beside it.
    for (member, value) in [
        ("new", json!("x")),
        ("controls", json!(["mfa", "compliantDevice"])),
    ] {
        let mut mfa = policy(&["mfa"]);
        mfa["id"] = json!("m");
        mfa["grant"][member] = value;
        mfa["exclude"] = json!({"users": ["u3"]});
        let everybody = {
            let mut policy = policy(&["mfa"]);
            policy["exclude"] = json!({"users": ["u3"]});
            policy
        };
        let facts = tenant(&[everybody, mfa, block("")]);
        assert_eq!(
            failing(&ask(&facts, "exclusions_covered".into())),
            ["u3"],
            "{member}"
        );
    }
}

#[test]
fn access_is_decided_by_several_policies_for_everybody_together() {
    let of = |id: &str, include: Value| {
        let mut policy = policy(&["mfa"]);
        policy["id"] = json!(id);
        policy["include"] = include;
        policy
    };
    let personas = [
        of("a", json!({"roles": ["Global Administrator"]})),
        of("b", json!({"groups": ["internal"]})),
    ];
    let groups = |members: &[&str]| json!([{"id": "internal", "members": members}]);
    let facts = |members: &[&str]| with(tenant(&personas), "identity.groups", groups(members));
    assert_eq!(
        status(&facts(&["u2", "u3"]), "access_decided"),
        Status::Satisfied
    );
    assert_eq!(
        failing(&ask(&facts(&["u2"]), "access_decided".into())),
        ["u3"]
    );
}

#[test]
fn who_is_asked_for_mfa_by_other_means_does_not_pass_it_by() {
    let mut mfa = policy(&["mfa"]);
    mfa["exclude"] = json!({"users": ["u3"]});
    let state = |id: &str, state: &str| json!({"user": id, "state": state});
    let states = json!([
        state("u1", "disabled"),
        state("u2", "disabled"),
        state("u3", "enforced")
    ]);
    let facts = with(tenant(&[mfa.clone()]), "auth.per_user_mfa", states);
    assert_eq!(status(&facts, "exclusions_covered"), Status::Satisfied);
    assert_eq!(
        failing(&ask(&tenant(&[mfa]), "exclusions_covered".into())),
        ["u3"]
    );
}

#[test]
fn terms_of_use_are_a_way_round_mfa() {
    let facts = |operator: &str| {
        let mut mfa = policy(&["mfa"]);
        mfa["grant"]["operator"] = json!(operator);
        mfa["grant"]["termsOfUse"] = json!(["79f4bc06-5b1c-4f6f-a1a5-1b5c5f8a3c1d"]);
        tenant(&[mfa])
    };
    assert_eq!(failing(&ask(&facts("OR"), "mfa_all".into())).len(), 3);
    assert_eq!(status(&facts("AND"), "mfa_all"), Status::Satisfied);
}
