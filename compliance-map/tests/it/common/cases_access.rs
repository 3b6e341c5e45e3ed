//! Cases about conditional access.

use compliance_map::Status::{NotSatisfied, PartiallySatisfied, Unknown};
use serde_json::{Value, json};

use super::cases::{Case, rule, whole};
use super::cases_people::among;

/// A policy for everybody, everywhere, that asks for MFA; `more` replaces members.
pub(crate) fn policy(id: &str, more: &Value) -> Value {
    let mut policy = json!({"id": id, "state": "enabled", "include": {"users": ["All"]}, "exclude": {},
        "apps": {"include": ["All"]}, "conditions": {}, "grant": {"operator": "OR", "controls": ["mfa"]}});
    for (name, value) in more.as_object().unwrap() {
        policy[name] = value.clone();
    }
    policy
}

/// Beside facts in which nothing else asks anybody for MFA.
fn asked_by_policies_alone(mut case: Case) -> Case {
    case.beside["auth.per_user_mfa"] = whole(&json!([
        {"user": "u1", "state": "disabled"}, {"user": "u2", "state": "disabled"}]));
    case
}

/// The same policy: for everybody; with somebody left out; and narrowed or leaving out a group that
/// nobody knows.
fn shapes(members: &Value) -> [Value; 3] {
    let with = |name: &str, value: &Value| {
        let mut members = members.clone();
        members[name] = value.clone();
        json!([policy("p", &members)])
    };
    [
        json!([policy("p", members)]),
        with("exclude", &json!({"users": ["u2"]})),
        with("exclude", &json!({"groups": ["unknown group"]})),
    ]
}

fn asked(name: &str, members: &Value, none: compliance_map::Status) -> Case {
    let [passing, failing, untold] = shapes(members);
    among(
        rule(name),
        "auth.ca_policies",
        passing,
        failing,
        untold,
        none,
    )
}

pub(crate) fn cases() -> Vec<Case> {
    let block = json!({"operator": "OR", "controls": ["block"]});
    let legacy =
        json!({"conditions": {"client_apps": ["exchangeActiveSync", "other"]}, "grant": block});
    let code = json!({"conditions": {"authentication_flows": {"transferMethods": "deviceCodeFlow"}}, "grant": block});
    let user_risk = json!({"conditions": {"user_risk": ["high"]},
        "grant": {"operator": "AND", "controls": ["mfa", "passwordChange"]}});
    let sign_in_risk = json!({"conditions": {"sign_in_risk": ["high", "medium"]}});
    let device = json!({"grant": {"operator": "OR", "controls": ["compliantDevice"]}});
    let mut healthy = asked("managed_device_required", &device, NotSatisfied);
    healthy.beside["device.compliance"] = whole(&json!([
        {"policy": "healthy", "tests": ["antivirus"], "assigned_to": ["AllDevices"]}]));
    let mut tested = among(
        rule("managed_device_required"),
        "device.compliance",
        json!([{"policy": "a", "tests": ["os_version", "password"], "assigned_to": ["AllDevices"]}]),
        json!([{"policy": "a", "tests": ["password"], "assigned_to": ["AllDevices"]}]),
        json!([{"policy": "a", "tests": ["star_sign"], "assigned_to": ["AllDevices"]}]),
        PartiallySatisfied,
    );
    tested.beside["auth.ca_policies"] = whole(&json!([policy("p", &device)]));
    let registration = json!({"apps": {"user_actions": ["urn:user:registersecurityinfo"]}});
    vec![
        asked("legacy_authentication_blocked", &legacy, NotSatisfied),
        asked("device_code_blocked", &code, NotSatisfied),
        asked("risky_users_contained", &user_risk, NotSatisfied),
        asked("risky_sign_ins_contained", &sign_in_risk, NotSatisfied),
        healthy,
        tested,
        asked("registration_protected", &registration, NotSatisfied),
        among(
            rule("access_decided"),
            "auth.security_defaults",
            json!([{"enabled": true}]),
            json!([{"enabled": false}]),
            json!([]),
            Unknown,
        ),
        asked_by_policies_alone(among(
            rule("exclusions_covered"),
            "auth.ca_policies",
            json!([
                policy("p", &json!({"exclude": {"users": ["u2"]}})),
                policy("q", &json!({"include": {"users": ["u2"]}}))
            ]),
            json!([
                policy("p", &json!({"exclude": {"users": ["u2"]}})),
                policy(
                    "q",
                    &json!({"include": {"users": ["u2"]}, "state": "disabled"})
                )
            ]),
            json!([policy(
                "p",
                &json!({"exclude": {"groups": ["unknown group"]}})
            )]),
            NotSatisfied,
        )),
        among(
            rule("policy_references"),
            "auth.ca_policies",
            json!([policy(
                "p",
                &json!({"exclude": {"users": ["u2"], "groups": ["g"], "roles": ["Global Administrator"]}})
            )]),
            json!([policy("p", &json!({"exclude": {"users": ["deleted"]}}))]),
            json!([policy(
                "p",
                &json!({"exclude": {"roles": ["A role of our own"]}})
            )]),
            Unknown,
        ),
    ]
}
