//! What only resembles the thing that is asked for: lists that are empty, words that nobody knows,
//! times that have not come, policies that hold for some.
#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a test says what is wrong by panicking; JSON is put together by value"
)]

use crate::common::cases::whole;
use crate::common::now;
use compliance_map::Status::{self, NotSatisfied, PartiallySatisfied, Satisfied, Unknown};
use compliance_map::{Catalogue, Facts, Options, assess};
use serde_json::{Value, json};

/// The answer to one rule, asked by a framework of its own, about facts of these rows.
fn status(rule: &Value, rows: &Value) -> Status {
    let rule = match rule {
        Value::String(name) => json!({ "rule": name }),
        rule => rule.clone(),
    };
    let framework = json!({"id": "x", "name": "x", "version": "1", "ids": "A", "controls": [
        {"id": "A", "title": "t", "decidability": "direct", "evidence": "identity.users",
         "clauses": [rule]}]});
    let mut catalogue = Catalogue::default();
    catalogue.add(&framework.to_string()).unwrap();
    let rows = rows.as_object().unwrap();
    let facts: Value = rows
        .iter()
        .map(|(key, rows)| (key.clone(), whole(rows)))
        .collect();
    let facts = Facts::from_json(facts.to_string()).unwrap();
    let assessment = assess(&facts, &catalogue, &Options::new(now())).unwrap();
    assessment.results[0].status
}

/// For each rule, facts and what they prove.
fn assert_all(rule: impl Into<Value>, expected: &[(Value, Status)]) {
    let rule = rule.into();
    for (rows, expected) in expected {
        assert_eq!(status(&rule, rows), *expected, "{rule} about {rows}");
    }
}

fn people(members: &[Value]) -> Value {
    let each = members.iter().enumerate().map(|(n, members)| {
        let mut person = json!({"id": format!("u{n}"), "upn": format!("u{n}@contoso.example"),
            "enabled": true, "type": "Member", "on_premises_synced": false, "licenses": []});
        for (name, value) in members.as_object().unwrap() {
            person[name] = value.clone();
        }
        person
    });
    each.collect()
}

#[test]
fn a_list_that_is_never_empty_says_nothing_where_it_is() {
    let org = json!([{"org_audit_disabled": false}]);
    let mailbox = |kind: &str| {
        json!([{"org_audit_disabled": false},
        {"mailbox": "m", "kind": kind, "audit_enabled": true, "bypass": false}])
    };
    let users = people(&[json!({})]);
    assert_all(
        "mailbox_audit",
        &[
            (json!({"email.mailbox_audit": org}), Unknown),
            (
                json!({"email.mailbox_audit": mailbox("UserMailbox")}),
                Satisfied,
            ),
        ],
    );
    assert_all(
        "shared_mailboxes_closed",
        &[
            (
                json!({"email.mailbox_audit": [], "identity.users": users}),
                Unknown,
            ),
            (
                json!({"email.mailbox_audit": org, "identity.users": users}),
                Unknown,
            ),
            (
                json!({"email.mailbox_audit": mailbox("UserMailbox"), "identity.users": users}),
                Satisfied,
            ),
        ],
    );
    assert_all(
        "privileged_applications",
        &[(
            json!({"identity.service_principals": [], "identity.role_assignments": []}),
            Unknown,
        )],
    );
    let inbound = json!({"policy": "in", "direction": "inbound", "allowed_senders": [], "allowed_domains": []});
    let connection =
        json!({"policy": "ip", "direction": "connection", "allowed_ips": [], "safe_list": false});
    assert_all(
        "no_allowed_senders",
        &[
            (json!({"email.antispam": [inbound]}), Unknown),
            (json!({"email.antispam": [inbound, connection]}), Satisfied),
        ],
    );
    assert_all(
        "phone_methods_off",
        &[(
            json!({"auth.methods_policy": [{"method": "sms", "enabled": false}]}),
            Unknown,
        )],
    );
}

#[test]
fn whoever_stands_in_one_list_and_not_in_the_other_is_not_known() {
    let guest = people(&[json!({"type": "Guest"})]);
    assert_all(
        "guest_sponsors",
        &[
            (
                json!({"identity.guests": [], "identity.users": guest}),
                Unknown,
            ),
            (
                json!({"identity.guests": [], "identity.users": people(&[json!({})])}),
                Satisfied,
            ),
        ],
    );
    let row = |device: &str, os: &str| json!({"device": device, "os": os});
    let reported =
        json!([{"device": "a", "real_time_protection": true, "signatures_overdue": false}]);
    assert_all(
        "device_protection",
        &[
            (
                json!({"device.inventory": [row("a", "Windows"), row("b", "Windows")],
            "device.protection": reported}),
                Unknown,
            ),
            (
                json!({"device.inventory": [row("a", "Windows"), row("b", "iOS")],
            "device.protection": reported}),
                Satisfied,
            ),
        ],
    );
    assert_all(
        "device_updates",
        &[(
            json!({"device.inventory": [row("a", "Windows"), row("b", "Windows")],
            "device.updates": [{"device": "a", "up_to_date": true}]}),
            Unknown,
        )],
    );
}

#[test]
fn an_account_without_a_type_may_be_a_guests() {
    let facts = |kind: Value| {
        let methods = json!([{"user": "u0", "mfa_capable": true, "methods": ["fido2"]},
            {"user": "u1", "mfa_capable": true, "methods": ["fido2"]}]);
        json!({"identity.users": people(&[json!({}), json!({"type": kind})]),
            "auth.registration": methods,
            "auth.per_user_mfa": [{"user": "u0", "state": "disabled"}, {"user": "u1", "state": "disabled"}],
            "auth.security_defaults": [{"enabled": false}], "identity.groups": [],
            "auth.ca_policies": [{"id": "p", "state": "enabled", "include": {"users": ["All"]},
                "exclude": {"users": ["GuestsOrExternalUsers"]}, "apps": {"include": ["All"]},
                "conditions": {}, "grant": {"operator": "OR", "controls": ["mfa"]}}]})
    };
    assert_all(
        "mfa_all",
        &[
            (facts(json!("Member")), Satisfied),
            (facts(Value::Null), Unknown),
            (facts(json!("Something")), Unknown),
        ],
    );
    assert_ne!(status(&json!("mfa_all"), &facts(json!("Guest"))), Satisfied);
    assert_all("mfa_guests", &[(facts(Value::Null), Unknown)]);
}

#[test]
fn a_word_that_nobody_knows_is_not_a_harmless_one() {
    let partner = |status: &str, ends: &str| {
        json!({"org.partners": [{"id": "p", "status": status,
        "roles": ["Helpdesk Administrator"], "ends": ends}]})
    };
    let global = |status: &str| {
        json!({"org.partners": [{"id": "p", "status": status,
        "roles": ["Global Administrator"], "ends": "2027-01-01T00:00:00Z"}]})
    };
    assert_all(
        "partners",
        &[
            (partner("active", "2027-01-01T00:00:00Z"), Satisfied),
            (partner("active", "2026-01-01T00:00:00Z"), Unknown),
            (partner("hibernating", "2027-01-01T00:00:00Z"), Unknown),
            (global("terminationRequested"), NotSatisfied),
            (global("Active "), NotSatisfied),
            (global("terminated"), Satisfied),
        ],
    );
    let administrator = |plans: &[&str]| {
        json!({
        "identity.users": people(&[json!({"licenses": ["X"]})]),
        "identity.role_assignments": [{"principal": "u0", "role": "Global Administrator"}],
        "identity.groups": [], "org.licenses": [{"sku": "X", "service_plans": plans}]})
    };
    assert_all(
        "dedicated_administrators",
        &[
            (
                administrator(&["AAD_PREMIUM_P2", "EXCHANGE_S_FOUNDATION"]),
                Satisfied,
            ),
            (
                administrator(&["AAD_PREMIUM_P2", "EXCHANGE_B_STANDARD"]),
                NotSatisfied,
            ),
            (administrator(&["OFFICE_BUSINESS"]), NotSatisfied),
            (administrator(&["AAD_PREMIUM_P2", "SOMETHING_NEW"]), Unknown),
            (administrator(&[]), Unknown),
        ],
    );
    let dlp = |row: Value| json!({"data.dlp": [row]});
    assert_all(
        "dlp",
        &[
            (dlp(json!({"policy": "p", "mode": "Enforce"})), Unknown),
            (
                dlp(json!({"policy": "p", "mode": "Enable", "enabled": false})),
                NotSatisfied,
            ),
            (
                dlp(json!({"policy": "p", "mode": "Enable", "locations": {"exchange": "none"}})),
                NotSatisfied,
            ),
            (
                dlp(json!({"policy": "p", "mode": "Enable", "locations": {"exchange": "some"}})),
                Unknown,
            ),
            (
                dlp(json!({"policy": "p", "mode": "Enable", "locations": {"exchange": "all"}})),
                Satisfied,
            ),
        ],
    );
}

#[test]
fn a_strength_is_what_it_accepts_and_not_what_it_is_called() {
    let facts = |strength: Value| {
        json!({
        "identity.users": people(&[json!({})]), "identity.groups": [],
        "identity.role_assignments": [{"principal": "u0", "role": "Global Administrator"}],
        "auth.registration": [{"user": "u0", "mfa_capable": true, "methods": ["fido2"]}],
        "auth.ca_policies": [{"id": "p", "state": "enabled", "include": {"users": ["All"]},
            "exclude": {}, "apps": {"include": ["All"]}, "conditions": {},
            "grant": {"operator": "OR", "controls": [], "authentication_strength": strength}}]})
    };
    let called = "Phishing-resistant MFA";
    let strict = json!({"id": "00000000-0000-0000-0000-000000000004", "display_name": called});
    let weak = json!({"id": "1", "display_name": called, "allowed_combinations": ["password,sms"]});
    let untold = json!({"id": "1", "display_name": called});
    assert_all(
        "phishing_resistant_administrators",
        &[
            (facts(strict), Satisfied),
            (facts(json!(called)), Satisfied),
            (facts(weak), NotSatisfied),
            (facts(untold), Unknown),
        ],
    );
}

#[test]
fn a_time_that_has_not_come_proves_nothing() {
    let later = "2030-01-01T00:00:00Z";
    assert_all(
        json!({"rule": "alerts_taken_up", "days": 7}),
        &[(
            json!({"log.alerts": [{"id": "a",
        "kind": "alert", "severity": "high", "status": "new", "created": later}]}),
            Unknown,
        )],
    );
    assert_all(
        json!({"rule": "risks_dealt_with", "days": 7}),
        &[(
            json!({"auth.risk": [{"user": "u",
        "level": "high", "state": "atRisk", "updated": later}]}),
            Unknown,
        )],
    );
    let log = json!({"log.directory": [{"log": "audits", "oldest": later, "newest": "2026-11-21T09:00:00Z"}]});
    assert_all(
        json!({"rule": "directory_log", "log": "audits", "days": 7}),
        &[(log, Unknown)],
    );
}

#[test]
fn no_limit_is_no_short_one_and_every_sign_in_is_the_shortest() {
    let session = json!({"auth.session": [{"id": "s", "enabled": true, "everybody": true,
        "idle_minutes": 0, "sign_in_frequency_hours": 0}]});
    assert_all(
        json!({"rule": "idle_sessions", "idle_minutes": 15}),
        &[(session.clone(), NotSatisfied)],
    );
    assert_all(
        json!({"rule": "sign_in_frequency", "sign_in_hours": 12}),
        &[(session, Satisfied)],
    );
    let lockout =
        json!({"auth.password_protection": [{"lockout_threshold": 10, "lockout_seconds": 0}]});
    assert_all(
        json!({"rule": "lockout", "attempts": 10}),
        &[(lockout, Unknown)],
    );
    let sync = json!({"org.tenant": [{"on_premises_sync": "true"}]});
    assert_all("password_hash_sync", &[(sync, Unknown)]);
}

#[test]
fn what_is_weaker_for_some_may_come_first() {
    let everybody = json!({"policy": "all", "enabled": true, "action": "Block", "everybody": true});
    let some = |action: &str| json!({"policy": "some", "enabled": true, "action": action, "everybody": false});
    assert_all(
        "safe_attachments",
        &[
            (
                json!({"email.safe_attachments": [everybody, some("Block")]}),
                Satisfied,
            ),
            (
                json!({"email.safe_attachments": [everybody, some("Allow")]}),
                Unknown,
            ),
        ],
    );
    let links = |more: Value| {
        let mut row =
            json!({"policy": "p", "everybody": true, "mail": true, "teams": true, "office": true});
        for (name, value) in more.as_object().unwrap() {
            row[name] = value.clone();
        }
        row
    };
    let all = links(json!({}));
    assert_all(
        "safe_links",
        &[
            (
                json!({"email.safe_links": [links(json!({"rule_enabled": false}))]}),
                NotSatisfied,
            ),
            (
                json!({"email.safe_links": [links(json!({"enabled": false}))]}),
                NotSatisfied,
            ),
            (
                json!({"email.safe_links": [all, links(json!({"policy": "q", "everybody": false, "mail": false}))]}),
                Unknown,
            ),
        ],
    );
    let profile = |id: &str, to: &str, on: bool| {
        json!({"profile": id, "platform": "windows",
        "assigned_to": [to], "firewall": on})
    };
    let rule = json!({"rule": "device_configuration", "setting": "firewall"});
    assert_all(
        rule,
        &[
            (
                json!({"device.config": [profile("a", "AllDevices", true)]}),
                Satisfied,
            ),
            (
                json!({"device.config": [profile("a", "AllDevices", true), profile("b", "g", false)]}),
                Unknown,
            ),
        ],
    );
}

#[test]
fn a_gate_that_asks_for_nothing_or_at_times_decides_nothing() {
    let facts = |members: Value| {
        let mut policy = json!({"id": "p", "state": "enabled", "include": {"users": ["All"]},
            "exclude": {}, "apps": {"include": ["All"]}, "conditions": {},
            "grant": {"operator": "OR", "controls": ["mfa"]}});
        for (name, value) in members.as_object().unwrap() {
            policy[name] = value.clone();
        }
        json!({"auth.ca_policies": [policy], "auth.security_defaults": [{"enabled": false}],
            "identity.users": people(&[json!({})]), "identity.groups": [],
            "identity.role_assignments": []})
    };
    assert_all(
        "access_decided",
        &[
            (facts(json!({})), Satisfied),
            (
                facts(json!({"grant": {"operator": "OR", "controls": []}})),
                NotSatisfied,
            ),
            (
                facts(json!({"conditions": {"platforms": ["android"]}})),
                PartiallySatisfied,
            ),
            (
                facts(json!({"conditions": {"client_apps": ["other"]},
                    "grant": {"operator": "OR", "controls": ["block"]}})),
                PartiallySatisfied,
            ),
            (
                facts(json!({"exclude": {"users": ["All"]}})),
                PartiallySatisfied,
            ),
            (
                facts(json!({"exclude": {"users": ["u0"]}})),
                PartiallySatisfied,
            ),
            (facts(json!({"exclude": null})), Unknown),
            (facts(json!({"include": {"users": ["u0"]}})), Satisfied),
        ],
    );
    assert_all(
        "exclusions_covered",
        &[
            (facts(json!({})), Satisfied),
            (facts(json!({"include": {"groups": ["g"]}})), Unknown),
            // A block of old protocols asks nobody for MFA.
            (
                facts(json!({"conditions": {"client_apps": ["other"]},
                    "grant": {"operator": "OR", "controls": ["block"]}})),
                Unknown,
            ),
        ],
    );
    let export = |categories: Value| json!({"log.export": [{"destination": "s", "enabled": true, "categories": categories}]});
    assert_all(
        "log_export",
        &[
            (export(json!(["AuditLogs", "SignInLogs"])), Satisfied),
            (export(json!([])), NotSatisfied),
            (export(json!(["AuditLogs"])), Unknown),
        ],
    );
}

#[test]
fn mail_that_the_outbound_filter_stops_is_forwarded_nowhere() {
    let facts = |kind: &str, filter: &str| {
        json!({
        "email.forwarding": [{"id": "Default", "kind": kind, "enabled": true, "external": true}],
        "email.antispam": [{"policy": "out", "direction": "outbound", "auto_forwarding": filter}]})
    };
    assert_all(
        "no_forwarding",
        &[
            (facts("remote_domain", "Automatic"), Satisfied),
            (facts("remote_domain", "On"), NotSatisfied),
            (facts("transport_rule", "Automatic"), NotSatisfied),
        ],
    );
}

#[test]
fn what_older_policies_allow_is_allowed_until_the_tenant_has_gone_over() {
    let methods =
        json!([{"method": "sms", "enabled": false}, {"method": "voice", "enabled": false}]);
    for (migration, expected) in [("migrationComplete", Satisfied), ("preMigration", Unknown)] {
        let mut fact = whole(&methods);
        fact["migration"] = json!(migration);
        let facts = Facts::from_json(json!({"auth.methods_policy": fact}).to_string()).unwrap();
        let mut catalogue = Catalogue::default();
        catalogue
            .add(
                &json!({"id": "x", "name": "x", "version": "1", "ids": "A", "controls": [
            {"id": "A", "title": "t", "decidability": "direct", "evidence": "auth.methods_policy",
             "clauses": [{"rule": "phone_methods_off"}]}]})
                .to_string(),
            )
            .unwrap();
        let assessment = assess(&facts, &catalogue, &Options::new(now())).unwrap();
        assert_eq!(assessment.results[0].status, expected, "{migration}");
    }
}
