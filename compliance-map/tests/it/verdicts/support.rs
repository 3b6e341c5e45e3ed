//! One rule asked of a small tenant.

use crate::common::cases::whole;
use crate::common::now;
use compliance_map::{Catalogue, ControlResult, Facts, Options, Status, assess};
use serde_json::{Value, json};

/// The answer to one rule, asked by a framework of its own.
pub(crate) fn ask(facts: &Value, rule: Value) -> ControlResult {
    let rule = match rule {
        Value::String(name) => json!({ "rule": name }),
        rule => rule,
    };
    let framework = json!({"id": "x", "name": "x", "version": "1", "ids": "A", "controls": [
        {"id": "A", "title": "t", "decidability": "direct", "evidence": "identity.users",
         "clauses": [rule]}]});
    let mut catalogue = Catalogue::default();
    catalogue.add(&framework.to_string()).unwrap();
    let facts = Facts::from_json(facts.to_string()).unwrap();
    let assessment = assess(&facts, &catalogue, &Options::new(now())).unwrap();
    assessment.results[0].clone()
}

pub(crate) fn status(facts: &Value, rule: &str) -> Status {
    ask(facts, rule.into()).status
}

pub(crate) fn failing(result: &ControlResult) -> Vec<&str> {
    result.subjects.failing.iter().collect()
}

pub(crate) fn policy(grant: &[&str]) -> Value {
    json!({"id": "p", "state": "enabled", "include": {"users": ["All"]}, "exclude": {},
        "apps": {"include": ["All"]}, "conditions": {"client_apps": ["all"]},
        "grant": {"operator": "OR", "controls": grant}})
}

/// Three people, the first a Global Administrator, each with the Authenticator app.
pub(crate) fn tenant(policies: &[Value]) -> Value {
    let ids = ["u1", "u2", "u3"];
    let each = |row: fn(&str) -> Value| whole(&ids.iter().map(|id| row(id)).collect());
    json!({
        "identity.users": each(|id| json!({"id": id, "upn": format!("{id}@contoso.example"),
            "enabled": true, "type": "Member", "created": "2025-01-01T00:00:00Z", "licenses": [],
            "on_premises_synced": false})),
        "identity.groups": whole(&json!([])),
        "identity.role_assignments": whole(&json!([
            {"principal": "u1", "role": "Global Administrator", "kind": "active"}])),
        "auth.registration": each(|id| json!({"user": id, "mfa_capable": true,
            "methods": ["microsoftAuthenticatorPush"]})),
        "auth.per_user_mfa": each(|id| json!({"user": id, "state": "disabled"})),
        "auth.security_defaults": whole(&json!([{"enabled": false}])),
        "auth.ca_policies": whole(&json!(policies)),
    })
}

pub(crate) fn with(mut facts: Value, key: &str, items: Value) -> Value {
    facts[key] = whole(&items);
    facts
}

pub(crate) fn nothing_registered(mut facts: Value) -> Value {
    for row in facts["auth.registration"]["items"].as_array_mut().unwrap() {
        row["mfa_capable"] = json!(false);
        row["methods"] = json!([]);
    }
    facts
}
