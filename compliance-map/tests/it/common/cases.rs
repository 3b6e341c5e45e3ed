//! One question each: rows with which it is answered yes, rows with which no, rows that leave it open.
#![allow(dead_code, reason = "each test file uses its own part")]

use compliance_map::Status;
use serde_json::{Value, json};

/// A rule with its parameters, asked about one fact.
#[derive(Debug)]
pub(crate) struct Case {
    /// The clause as it stands in a framework file.
    pub(crate) clause: Value,
    /// Facts that the rule needs beside the one that the case is about.
    pub(crate) beside: Value,
    pub(crate) fact: &'static str,
    pub(crate) passing: Value,
    pub(crate) failing: Value,
    /// Rows that leave it open.
    pub(crate) untold: Value,
    /// What no row at all means.
    pub(crate) none: Status,
}

impl Case {
    pub(crate) fn rule(&self) -> &str {
        self.clause["rule"].as_str().unwrap()
    }
}

/// A case about one fact alone.
pub(crate) fn case(
    clause: Value,
    fact: &'static str,
    passing: Value,
    failing: Value,
    untold: Value,
    none: Status,
) -> Case {
    Case {
        clause,
        beside: json!({}),
        fact,
        passing,
        failing,
        untold,
        none,
    }
}

pub(crate) fn rule(name: &str) -> Value {
    json!({ "rule": name })
}

/// A whole fact, read an hour before the assessment.
pub(crate) fn whole(items: &Value) -> Value {
    json!({"state": "ok", "complete": true, "collected_at": "2026-11-21T11:00:00Z", "items": items})
}

pub(crate) fn all() -> Vec<Case> {
    let mut all = super::cases_mail::cases();
    all.extend(super::cases_settings::cases());
    all.extend(super::cases_devices::cases());
    all.extend(super::cases_people::cases());
    all.extend(super::cases_access::cases());
    all
}
