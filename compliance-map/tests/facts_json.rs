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

#[test]
fn a_broken_row_is_named_and_its_content_is_not_repeated() {
    let users = |row: &str| {
        format!(r#"{{"identity.users": {{"state": "ok", "items": [{{"id": "u0"}}, {row}]}}}}"#)
    };
    assert_eq!(
        error(users(r#"{"upn": "a@b"}"#)),
        "identity.users.items[1]: the member `id` is missing"
    );
    assert_eq!(
        error(users(r#"{"id": "u1", "enabled": "secret-content"}"#)),
        "identity.users.items[1].enabled: expected a boolean"
    );
    assert_eq!(
        error(users(r#"{"id": "u1", "created": "yesterday"}"#)),
        "identity.users.items[1].created: expected an RFC 3339 time such as 2026-11-21T12:00:00Z"
    );
    assert!(error(users(r#""u1""#)).starts_with("identity.users.items[1]: expected"));
}

#[test]
fn a_broken_envelope_is_named() {
    let message = error(r#"{"auth.registration": {"state": "fine"}}"#);
    assert!(
        message.starts_with("auth.registration.state: expected one of `ok`, `denied`"),
        "{message}"
    );
    assert_eq!(
        error(r#"{"auth.registration": {}}"#),
        "auth.registration: the member `state` is missing"
    );
    let message = error(r#"{"auth.registration": {"state": "ok", "items": {"user": "u"}}}"#);
    assert_eq!(message, "auth.registration.items: expected a sequence");
    assert!(
        error(r#"{"exceptions": [{"id": 7}]}"#).starts_with("exceptions[0].id: expected a string")
    );
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
fn deep_nesting_is_an_error_and_no_crash() {
    let deep = format!(
        r#"{{"x": {}1{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(Facts::from_json(deep).is_err());
}
