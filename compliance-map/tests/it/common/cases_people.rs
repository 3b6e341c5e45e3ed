//! Cases about people: who administers, who left, who has not been here for long.

use compliance_map::Status::{Satisfied, Unknown};
use serde_json::{Value, json};

use super::cases::{Case, case, rule, whole};

/// Two people, the first a Global Administrator, with whom nothing is wrong.
pub(crate) fn tenant() -> Value {
    json!({
        "identity.users": whole(&users()),
        "identity.groups": whole(&json!([{"id": "g", "members": ["u2"]}])),
        "identity.role_assignments": whole(&roles("active", None)),
        "identity.signin_activity": whole(&signed_in("2026-11-20T00:00:00Z")),
        "auth.registration": whole(&capable(true)),
        "auth.per_user_mfa": whole(&per_user("enforced")),
        "auth.security_defaults": whole(&json!([{"enabled": false}])),
        "auth.ca_policies": whole(&json!([])),
        "org.licenses": whole(&licenses()),
    })
}

fn users() -> Value {
    json!([person("u1", &json!({})), person("u2", &json!({}))])
}

fn person(id: &str, more: &Value) -> Value {
    let mut person = json!({"id": id, "upn": format!("{id}@contoso.example"), "enabled": true, "type": "Member",
        "created": "2025-01-01T00:00:00Z", "on_premises_synced": false, "licenses": ["AAD_PREMIUM_P2"]});
    for (name, value) in more.as_object().unwrap() {
        person[name] = value.clone();
    }
    person
}

fn roles(kind: &str, ends: Option<&str>) -> Value {
    json!([{"principal": "u1", "role": "Global Administrator", "kind": kind, "ends": ends}])
}

fn signed_in(last: &str) -> Value {
    json!([{"user": "u1", "last_interactive": last}, {"user": "u2", "last_interactive": "2026-11-20T00:00:00Z"}])
}

fn capable(second: bool) -> Value {
    let methods = if second {
        json!(["microsoftAuthenticatorPush"])
    } else {
        json!([])
    };
    json!([{"user": "u1", "mfa_capable": true, "methods": ["fido2SecurityKey"]},
           {"user": "u2", "mfa_capable": second, "methods": methods}])
}

fn per_user(second: &str) -> Value {
    json!([{"user": "u1", "state": "enforced"}, {"user": "u2", "state": second}])
}

fn licenses() -> Value {
    json!([{"sku": "AAD_PREMIUM_P2", "service_plans": ["AAD_PREMIUM_P2", "EXCHANGE_S_FOUNDATION"]},
           {"sku": "SPE_E5", "sku_id": "06ebc4ee-1bb5-47dd-8120-11324bc54e06", "service_plans": ["EXCHANGE_S_ENTERPRISE", "TEAMS1"]}])
}

/// A case about people in the tenant above.
pub(crate) fn among(
    clause: Value,
    fact: &'static str,
    passing: Value,
    failing: Value,
    untold: Value,
    none: compliance_map::Status,
) -> Case {
    Case {
        beside: tenant(),
        ..case(clause, fact, passing, failing, untold, none)
    }
}

#[rustfmt::skip]
pub(crate) fn cases() -> Vec<Case> {
    let guest = |state: &str| json!([person("u1", &json!({})), person("u2", &json!({"type": state}))]);
    vec![
        among(rule("mfa_all"), "auth.per_user_mfa", per_user("enforced"), per_user("disabled"), per_user("new"), Unknown),
        among(rule("mfa_capable"), "auth.registration", capable(true), capable(false),
            json!([{"user": "u1", "mfa_capable": true}]), Unknown),
        among(rule("mfa_administrators"), "auth.per_user_mfa", per_user("disabled"),
            json!([{"user": "u1", "state": "disabled"}, {"user": "u2", "state": "enforced"}]), json!([{"user": "u2", "state": "enforced"}]), Unknown),
        Case {
            beside: { let mut tenant = tenant(); tenant["identity.users"] = whole(&guest("Guest")); tenant },
            ..among(rule("mfa_guests"), "auth.per_user_mfa", per_user("enforced"), per_user("disabled"), per_user("new"), Unknown)
        },
        among(json!({"rule": "dormant_accounts", "inactivity_days": 45}), "identity.signin_activity",
            signed_in("2026-11-20T00:00:00Z"), signed_in("2026-01-01T00:00:00Z"), json!([{"user": "u2", "last_interactive": "2026-11-20T00:00:00Z"}]), Unknown),
        among(json!({"rule": "dormant_administrators", "inactivity_days": 30}), "identity.signin_activity",
            signed_in("2026-11-20T00:00:00Z"), signed_in("2026-10-01T00:00:00Z"), json!([{"user": "u2", "last_interactive": "2026-11-20T00:00:00Z"}]), Unknown),
        Case {
            beside: { let mut tenant = tenant(); tenant["identity.users"] = whole(&json!([person("u1", &json!({"type": "Guest"})), person("u2", &json!({}))])); tenant },
            ..among(json!({"rule": "dormant_guests", "inactivity_days": 90}), "identity.signin_activity",
            signed_in("2026-11-20T00:00:00Z"), signed_in("2026-01-01T00:00:00Z"), json!([{"user": "u2", "last_interactive": "2026-11-20T00:00:00Z"}]), Unknown)
        },
        among(rule("unique_identity"), "identity.users", users(),
            json!([person("u1", &json!({})), person("u2", &json!({"upn": "U1@contoso.example"}))]),
            json!([person("u1", &json!({})), person("u2", &json!({"upn": null}))]), Unknown),
        among(rule("leavers_disabled"), "identity.users",
            json!([person("u1", &json!({})), person("u2", &json!({"leaves": "2026-10-01T00:00:00Z", "enabled": false}))]),
            json!([person("u1", &json!({})), person("u2", &json!({"leaves": "2026-10-01T00:00:00Z"}))]),
            users(), Unknown),
        among(json!({"rule": "global_administrators", "least": 1, "most": 1}), "identity.role_assignments", roles("eligible", None),
            json!([{"principal": "u1", "role": "Global Administrator"}, {"principal": "g", "role": "Company Administrator"}]),
            json!([{"principal": "somebody", "role": "Global Administrator"}]), Unknown),
        among(json!({"rule": "global_administrators", "least": 2, "most": 4}), "identity.role_assignments",
            json!([{"principal": "u1", "role": "Global Administrator"}, {"principal": "g", "role": "Global Administrator", "kind": "eligible"}]),
            roles("active", None), json!([{"principal": "unknown", "role": "Global Administrator"}]), Unknown),
        among(rule("administrators_cloud_only"), "identity.users", users(),
            json!([person("u1", &json!({"on_premises_synced": true})), person("u2", &json!({}))]),
            json!([person("u1", &json!({"on_premises_synced": null})), person("u2", &json!({"on_premises_synced": true}))]), Unknown),
        among(rule("dedicated_administrators"), "identity.users", users(),
            json!([person("u1", &json!({"licenses": ["06ebc4ee-1bb5-47dd-8120-11324bc54e06"]})), person("u2", &json!({}))]),
            json!([person("u1", &json!({"licenses": null})), person("u2", &json!({"licenses": ["SPE_E5"]}))]), Unknown),
        Case {
            beside: { let mut tenant = tenant(); tenant["identity.users"] = whole(&json!([person("u1", &json!({"licenses": ["X"]})), person("u2", &json!({}))])); tenant },
            ..among(rule("dedicated_administrators"), "org.licenses", json!([{"sku": "X", "service_plans": ["AAD_PREMIUM"]}]),
                json!([{"sku": "x", "service_plans": ["SHAREPOINTENTERPRISE"]}]), json!([{"sku": "X"}]), Unknown)
        },
        among(rule("no_permanent_administrators"), "identity.role_assignments",
            json!([{"principal": "u1", "role": "Global Administrator", "kind": "active", "ends": "2027-01-01T00:00:00Z"},
                   {"principal": "u2", "role": "Exchange Administrator", "kind": "eligible"}, {"principal": "u2", "role": "Reports Reader"}]),
            roles("active", None), json!([{"principal": "somebody", "role": "Global Administrator"}]), Unknown),
        Case {
            beside: { let mut tenant = tenant(); tenant["auth.ca_policies"] = whole(&json!([super::cases_access::policy("p", &json!({"exclude": {"users": ["u1"]}}))])); tenant },
            ..among(rule("emergency_access"), "identity.users", users(),
            json!([person("u1", &json!({"on_premises_synced": true})), person("u2", &json!({}))]),
            json!([person("u1", &json!({"on_premises_synced": null})), person("u2", &json!({}))]), Unknown)
        },
        among(rule("emergency_access"), "auth.ca_policies", json!([super::cases_access::policy("p", &json!({"exclude": {"users": ["u1"]}}))]),
            json!([super::cases_access::policy("p", &json!({"exclude": {"users": ["u2"]}}))]),
            json!([super::cases_access::policy("p", &json!({"exclude": {"groups": ["unknown group"]}}))]), Satisfied),
        Case {
            beside: { let mut tenant = tenant(); tenant["auth.per_user_mfa"] = whole(&per_user("disabled")); tenant },
            ..among(json!({"rule": "password_age", "days": 90}), "auth.password_policy",
            json!([{"domain": "contoso.example", "validity_days": 90}]),
            json!([{"domain": "contoso.example", "validity_days": 2_147_483_647}]),
            json!([{"domain": "fabrikam.example", "validity_days": 90}]), Unknown)
        },
        among(json!({"rule": "password_age", "days": 90}), "auth.per_user_mfa", per_user("enforced"), per_user("disabled"), per_user("new"), Unknown).with(
            "auth.password_policy", &json!([{"domain": "contoso.example", "validity_days": 365}])),
        among(rule("phishing_resistant_administrators"), "auth.registration", capable(true),
            json!([{"user": "u1", "mfa_capable": true, "methods": ["mobilePhone"]}]), json!([{"user": "u2", "methods": ["mobilePhone"]}]), Unknown).with(
            "auth.ca_policies", &json!([super::cases_access::policy("p", &json!({"grant": {"operator": "AND", "controls": [], "authentication_strength": "Phishing-resistant MFA"}}))])),
        among(rule("mfa_guests"), "identity.users", guest("Member"), 
            json!([person("u1", &json!({})), person("g1", &json!({"type": "Guest"}))]), 
            json!([person("u1", &json!({})), person("u2", &json!({"type": null}))]), Unknown).with(
            "auth.per_user_mfa", &json!([{"user": "u1", "state": "enforced"}, {"user": "u2", "state": "enforced"}, {"user": "g1", "state": "disabled"}])),
    ]
}

impl Case {
    /// The same with another fact beside it.
    fn with(mut self, fact: &str, rows: &Value) -> Self {
        self.beside[fact] = whole(rows);
        self
    }
}
