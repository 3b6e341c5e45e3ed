//! The wire form of facts: what is kept, and what a broken file is told.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use compliance_map::{Facts, State};

fn error(json: impl AsRef<[u8]>) -> String {
    Facts::from_json(json).unwrap_err().to_string()
}

#[test]
fn unknown_keys_members_and_envelope_members_are_kept() {
    let json = r#"{
        "made_by": {"name": "another product"},
        "tenant": {"id": "t", "name": "Contoso", "region": "EU"},
        "identity.users": {"state": "ok", "complete": true, "collected_at": "2026-11-21T12:00:00+01:00",
            "pages": 3, "items": [{"id": "u1", "shoe_size": 43}]},
        "device.compliance": {"state": "denied", "complete": false, "default_without_policy": "compliant"},
        "policy_overlay": {"phishing_resistant_for_admins": true}
    }"#;
    let facts = Facts::from_json(json).unwrap();
    assert_eq!(facts.envelope("device.compliance").state, State::Denied);
    assert_eq!(
        facts.envelope("auth.ca_policies").state,
        State::NotCollected
    );
    assert!(facts.overlay.demands("phishing_resistant_for_admins"));

    let written = facts.to_json();
    for kept in [
        "made_by",
        "region",
        "pages",
        "shoe_size",
        "default_without_policy",
    ] {
        assert!(written.contains(kept), "{kept} was lost");
    }
    assert!(
        written.contains("\"2026-11-21T11:00:00Z\""),
        "times are written in UTC"
    );
    assert_eq!(Facts::from_json(&written).unwrap(), facts);
}

#[test]
fn a_byte_order_mark_is_no_obstacle() {
    assert_eq!(Facts::from_json("\u{feff}{}").unwrap(), Facts::default());
}

/// What is told of facts that could be read in part.
fn problems(facts: &Facts) -> Vec<String> {
    facts.problems.iter().map(ToString::to_string).collect()
}

fn users(row: &str) -> Facts {
    let json = format!(
        r#"{{"identity.users": {{"state": "ok", "complete": true, "items": [{{"id": "u0"}}, {row}, {{"id": "u2"}}]}},
            "auth.security_defaults": {{"state": "ok", "complete": true, "items": [{{"enabled": true}}]}}}}"#
    );
    let facts = Facts::from_json(json).unwrap();
    assert!(
        facts.auth_security_defaults.complete,
        "the rest of the file is read"
    );
    assert_eq!(facts.auth_security_defaults.items.len(), 1);
    facts
}

#[test]
fn a_member_of_the_wrong_type_costs_that_member_and_makes_its_fact_partial() {
    for (row, told) in [
        (
            r#"{"id": "u1", "upn": "a@b", "enabled": "secret-content"}"#,
            "identity.users.items[1].enabled: expected a boolean",
        ),
        (
            r#"{"id": "u1", "upn": "a@b", "created": "yesterday"}"#,
            "identity.users.items[1].created: expected an RFC 3339 time such as 2026-11-21T12:00:00Z",
        ),
        (
            r#"{"id": "u1", "upn": "a@b", "licenses": ["SPE_E3", 7]}"#,
            "identity.users.items[1].licenses: expected a string",
        ),
        (
            r#"{"id": "u1", "enabled": true, "upn": "a@b", "enabled": false}"#,
            "identity.users.items[1].enabled: a member stands there twice",
        ),
    ] {
        let facts = users(row);
        let fact = &facts.identity_users;
        assert_eq!(problems(&facts), [told]);
        assert_eq!((fact.state, fact.complete), (State::Ok, false), "{row}");
        assert_eq!(fact.note.as_deref(), Some(told));
        let ids: Vec<&str> = fact.items.iter().map(|user| user.id.as_str()).collect();
        assert_eq!(ids, ["u0", "u1", "u2"]);
        let row = &fact.items[1];
        assert_eq!(
            row.upn.as_deref(),
            Some("a@b"),
            "the rest of the row is read"
        );
        assert_eq!(
            (row.enabled, row.created, &row.licenses),
            (None, None, &None)
        );
    }
}

#[test]
fn a_row_that_lacks_what_it_is_about_is_left_out() {
    for (row, told) in [
        (
            r#"{"upn": "a@b"}"#,
            "identity.users.items[1]: the member `id` is missing",
        ),
        (
            r#"{"id": 7, "upn": "a@b"}"#,
            "identity.users.items[1].id: expected a string",
        ),
        (
            r#""u1""#,
            "identity.users.items[1]: expected struct UserFact",
        ),
        ("null", "identity.users.items[1]: expected struct UserFact"),
    ] {
        let facts = users(row);
        assert_eq!(problems(&facts), [told]);
        assert!(!facts.identity_users.complete);
        assert_eq!(facts.identity_users.items.len(), 2, "{row}");
    }
}

#[test]
fn several_wrong_members_are_each_found() {
    let facts = users(
        r#"{"id": "u1", "enabled": 1, "on_premises_synced": 2, "type": [], "department": {}}"#,
    );
    let told = problems(&facts).concat();
    for member in ["enabled", "on_premises_synced", "type", "department"] {
        assert!(told.contains(&format!("items[1].{member}: ")), "{told}");
    }
}

#[test]
fn the_first_places_are_named_and_the_rest_is_counted() {
    let rows = vec![r#"{"id": "u", "enabled": 1}"#; 500].join(",");
    let json =
        format!(r#"{{"identity.users": {{"state": "ok", "note": "half", "items": [{rows}]}}}}"#);
    let facts = Facts::from_json(json).unwrap();
    let problem = &facts.problems[0];
    assert_eq!((problem.places.len(), problem.more), (10, 490));
    let note = facts.identity_users.note.unwrap();
    assert!(
        note.starts_with("half; identity.users.items[0].enabled"),
        "{note}"
    );
    assert!(note.ends_with("; and 490 more places"), "{note}");
}

#[test]
fn what_is_lost_inside_a_policy_costs_the_whole_condition_and_is_named() {
    let json = r#"{"auth.ca_policies": {"state": "ok", "complete": true, "items": [
        {"id": "p", "state": "enabled", "include": {"users": ["All"]}, "exclude": {"users": [], "groups": "g"},
         "apps": {"include": ["All"]}, "conditions": {"client_apps": "all"}, "grant": {"operator": 1, "controls": ["mfa"]}}]}}"#;
    let facts = Facts::from_json(json).unwrap();
    let policy = &facts.auth_ca_policies.items[0];
    assert!(policy.include.is_some() && policy.apps.is_some());
    assert_eq!(
        (&policy.exclude, &policy.conditions, &policy.grant),
        (&None, &None, &None)
    );
    assert_eq!(
        problems(&facts),
        [
            "auth.ca_policies.items[0].conditions.client_apps: expected a sequence; \
          auth.ca_policies.items[0].exclude.groups: expected a sequence; \
          auth.ca_policies.items[0].grant.operator: expected a string"
        ]
    );
}

#[test]
fn what_is_lost_of_one_of_several_credentials_costs_no_other() {
    let json = r#"{"identity.service_principals": {"state": "ok", "complete": true, "items": [
        {"id": "a", "credentials": [{"kind": "secret", "expires": 5}, {"kind": "certificate"}]}]}}"#;
    let facts = Facts::from_json(json).unwrap();
    let credentials = facts.identity_service_principals.items[0]
        .credentials
        .as_ref()
        .unwrap();
    assert_eq!(credentials.len(), 2);
    assert_eq!(
        (credentials[0].kind.as_deref(), credentials[0].expires),
        (Some("secret"), None)
    );
    assert!(
        problems(&facts)[0]
            .starts_with("identity.service_principals.items[0].credentials[0].expires: ")
    );
}

#[test]
fn a_list_that_is_lost_is_not_an_empty_one() {
    let json = r#"{"auth.registration": {"state": "ok", "complete": true, "items": [
        {"user": "u1", "mfa_capable": true, "methods": "fido2"}, {"user": "u2", "methods": []}]}}"#;
    let rows = Facts::from_json(json).unwrap().auth_registration.items;
    assert_eq!(rows.len(), 1, "nobody says that u1 has no methods");
    assert_eq!(rows[0].user, "u2");
}

#[test]
fn a_row_is_left_out_where_the_absence_of_what_is_lost_would_say_something() {
    for (fact, row) in [
        (
            "identity.signin_activity",
            r#"{"user": "u1", "last_interactive": 1}"#,
        ),
        (
            "identity.signin_activity",
            r#"{"user": "u1", "last_noninteractive": 1}"#,
        ),
        (
            "identity.signin_activity",
            r#"{"user": "u1", "last_success": 1}"#,
        ),
        (
            "identity.role_assignments",
            r#"{"principal": "u1", "role": "r", "scope": 1}"#,
        ),
        (
            "identity.role_assignments",
            r#"{"principal": "u1", "role": "r", "ends": 1}"#,
        ),
        (
            "identity.role_assignments",
            r#"{"principal": "u1", "role": "r", "kind": 1}"#,
        ),
        ("email.smtp_auth", r#"{"mailbox": 1, "disabled": true}"#),
        (
            "email.mailbox_audit",
            r#"{"mailbox": 1, "org_audit_disabled": false}"#,
        ),
        (
            "log.directory",
            r#"{"log": 1, "oldest": "2026-01-01T00:00:00Z"}"#,
        ),
        ("attest.scope", r#"{"framework": 1, "in_scope": false}"#),
    ] {
        let json =
            format!(r#"{{"{fact}": {{"state": "ok", "complete": true, "items": [{row}]}}}}"#);
        let facts = Facts::from_json(json).unwrap();
        let envelope = facts.envelope(fact);
        assert_eq!(
            (envelope.rows, envelope.complete),
            (0, false),
            "{fact}: {row}"
        );
    }
}

#[test]
fn a_row_that_is_left_out_takes_what_it_corrects_with_it() {
    let json = r#"{"auth.ca_policies": {"state": "ok", "complete": true, "items": [
        {"id": "p", "state": "enabled"}, {"id": "q", "state": "enabled"}, {"id": "p", "state": 5}, {"id": "q", "state": "disabled"}]}}"#;
    let rows = Facts::from_json(json).unwrap().auth_ca_policies.items;
    let rows: Vec<_> = rows
        .iter()
        .map(|row| (row.id.as_str(), row.state.as_str()))
        .collect();
    assert_eq!(rows, [("q", "enabled"), ("q", "disabled")]);
}

#[test]
fn an_exception_of_which_a_member_is_lost_excepts_nobody() {
    let json = r#"{"exceptions": [{"id": "one", "approved_at": 2030}, {"id": "two"}, "three"]}"#;
    let facts = Facts::from_json(json).unwrap();
    let ids: Vec<_> = facts
        .exceptions
        .iter()
        .filter_map(|it| it.id.as_deref())
        .collect();
    assert_eq!(ids, ["two"]);
    assert_eq!(facts.problems[0].key, "exceptions");
    assert!(problems(&facts)[0].starts_with("exceptions[0].approved_at: expected a string"));
}

#[test]
fn an_envelope_or_list_of_the_wrong_form_makes_its_fact_an_error() {
    for (fact, told) in [
        (
            r#"{"state": "fine", "items": [{"user": "u"}]}"#,
            "auth.registration.state: expected one of `ok`",
        ),
        (
            r#"{"items": []}"#,
            "auth.registration: the member `state` is missing",
        ),
        (
            r#"{"state": "ok", "complete": true, "items": {"user": "u"}}"#,
            "auth.registration.items: expected a sequence",
        ),
        (
            r#"{"state": "ok", "complete": "yes", "items": []}"#,
            "auth.registration.complete: expected a boolean",
        ),
        (
            r#"{"state": "ok", "collected_at": 7, "items": []}"#,
            "auth.registration.collected_at: expected",
        ),
        (
            r#"{"state": "ok", "note": 7, "items": []}"#,
            "auth.registration.note: expected a string",
        ),
        ("[]", "auth.registration: expected a map"),
        (r#""ok""#, "auth.registration: expected a map"),
    ] {
        let json = format!(
            r#"{{"auth.registration": {fact}, "auth.security_defaults": {{"state": "ok", "items": [{{"enabled": true}}]}}}}"#
        );
        let facts = Facts::from_json(json).unwrap();
        let registration = &facts.auth_registration;
        assert_eq!(
            (registration.state, registration.complete),
            (State::Error, false),
            "{fact}"
        );
        assert!(registration.items.is_empty() && registration.error.is_some());
        let note = registration.note.as_deref().unwrap();
        assert!(note.starts_with(told), "{note}");
        assert_eq!(problems(&facts), [note]);
        assert_eq!(facts.auth_security_defaults.items.len(), 1);
    }
}

#[test]
fn what_stands_there_twice_is_not_the_whole() {
    let facts = Facts::from_json(
        r#"{"identity.users": {"state": "ok", "complete": true, "items": [{"id": "u1"}]},
            "identity.users": {"state": "ok", "complete": true, "items": []},
            "identity.groups": {"state": "ok", "items": [], "items": []}}"#,
    )
    .unwrap();
    assert!(!facts.identity_users.complete);
    assert_eq!(facts.identity_groups.state, State::Error);
    let told = problems(&facts);
    assert_eq!(
        told[0],
        "identity.groups.items: a member stands there twice"
    );
    assert_eq!(told[1], "identity.users: a member stands there twice");
}

#[test]
fn other_members_of_the_wrong_form_are_told_and_the_rest_is_read() {
    let json =
        r#"{"tenant": {"id": "t", "name": 5}, "overlay": [], "policy_overlay": {"x": true}}"#;
    let facts = Facts::from_json(json).unwrap();
    assert_eq!(facts.tenant.as_ref().unwrap().id, "t");
    assert!(facts.overlay.demands("x"));
    let told = problems(&facts);
    assert_eq!(told[0], "overlay: expected a map");
    assert_eq!(told[1], "tenant.name: expected a string");
}

#[test]
fn what_was_not_known_and_cannot_be_kept_still_narrows() {
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    let json = format!(
        r#"{{"auth.ca_policies": {{"state": "ok", "items": [{{"id": "p", "state": "enabled", "partialEnablementStrategy": {deep}}}]}}}}"#
    );
    let facts = Facts::from_json(json).unwrap();
    let policy = &facts.auth_ca_policies.items[0];
    assert!(policy.extra.contains_key("partialEnablementStrategy"));
    assert_eq!(facts.problems.len(), 1);
}

#[test]
fn what_is_no_json_is_told_where_it_ends() {
    assert_eq!(
        error("{\"identity.users\": {"),
        "the facts are not JSON: line 1, column 20: the text ends too early; the file may be cut off"
    );
    assert!(
        error("[]").starts_with("facts: expected a map"),
        "{}",
        error("[]")
    );
    assert!(error([0xff, 0xfe]).starts_with("the facts are not UTF-8"));
}

#[test]
fn what_is_nested_too_deep_is_told_and_no_crash() {
    let deep = format!(
        r#"{{"x": {}1{}, "tenant": {{"id": "t"}}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let facts = Facts::from_json(deep).unwrap();
    assert!(facts.tenant.is_some() && facts.extra.is_empty());
    assert!(
        problems(&facts)[0].starts_with("x: expected"),
        "{:?}",
        facts.problems
    );
}
