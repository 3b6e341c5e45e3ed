//! What holds for any tenant with every fact: the rows of the rule cases, mixed at random.
//!
//! Each generated tenant takes, fact by fact, rows that pass, rows that fail or rows that leave it
//! open, so that every rule meets every mixture.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use crate::common::cases::{self, whole};
use crate::common::now;
use compliance_map::assess::ClauseResult;
use compliance_map::{
    Assessment, Catalogue, Directory, Facts, Options, Status, assess, assess_in, render,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// For each fact the rows that the cases know: passing, failing, open.
static ROWS: LazyLock<BTreeMap<&'static str, Vec<Value>>> = LazyLock::new(|| {
    let mut rows: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for case in cases::all() {
        let lists = [&case.passing, &case.failing, &case.untold];
        let known = rows.entry(case.fact).or_default();
        known.extend(lists.into_iter().cloned());
    }
    rows
});

/// Every built-in framework, and the checks that no framework asks.
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let mut catalogue = Catalogue::builtin();
    catalogue
        .add(include_str!("../data/sixty-checks.json"))
        .unwrap();
    catalogue
});

fn assessed(facts: &Value) -> Assessment {
    let facts = Facts::from_json(facts.to_string()).unwrap();
    assess(&facts, &CATALOGUE, &Options::new(now())).unwrap()
}

/// A tenant: for each fact, which of the known lists of rows it has.
fn tenant() -> impl Strategy<Value = Value> {
    let choices: Vec<_> = ROWS.values().map(|lists| 0..lists.len()).collect();
    choices.prop_map(|chosen| {
        let mut facts = json!({"overlay": {"inactivity_days": 45, "idle_minutes": 15, "review_days": 90,
            "credential_days": 180, "score_percent": 60, "passwords": 4, "sign_in_hours": 12}});
        for ((fact, lists), choice) in ROWS.iter().zip(chosen) {
            facts[*fact] = whole(&lists[choice]);
        }
        // The service enforces no policy beside security defaults.
        if facts["auth.security_defaults"]["items"][0]["enabled"] == json!(true) {
            facts["auth.ca_policies"] = whole(&json!([]));
        }
        for demand in CATALOGUE.framework("overlay").unwrap().official_ids() {
            facts["overlay"][demand] = json!(true);
        }
        facts
    })
}

fn any_fact() -> impl Strategy<Value = &'static str> {
    let keys: Vec<&str> = ROWS.keys().copied().collect();
    prop::sample::select(keys)
}

#[derive(Debug, Clone, Copy)]
enum Harm {
    Removed,
    Denied,
    Unlicensed,
    Failed,
    Aged,
    Future,
    Undated,
    Truncated,
    Partial,
}

fn any_harm() -> impl Strategy<Value = Harm> {
    prop::sample::select(vec![
        Harm::Removed,
        Harm::Denied,
        Harm::Unlicensed,
        Harm::Failed,
        Harm::Aged,
        Harm::Future,
        Harm::Undated,
        Harm::Truncated,
        Harm::Partial,
    ])
}

fn harmed(facts: &Value, fact: &str, harm: Harm, keep: usize) -> Value {
    let mut facts = facts.clone();
    let whole = &mut facts[fact];
    match harm {
        Harm::Removed => drop(facts.as_object_mut().unwrap().remove(fact)),
        Harm::Denied => *whole = json!({"state": "denied"}),
        Harm::Unlicensed => *whole = json!({"state": "unlicensed"}),
        Harm::Failed => *whole = json!({"state": "error"}),
        Harm::Aged => whole["collected_at"] = json!("2025-01-01T00:00:00Z"),
        Harm::Future => whole["collected_at"] = json!("2027-01-01T00:00:00Z"),
        Harm::Undated => whole["collected_at"] = Value::Null,
        Harm::Truncated => {
            whole["state"] = json!("truncated");
            whole["items"].as_array_mut().unwrap().truncate(keep);
        }
        Harm::Partial => whole["complete"] = json!(false),
    }
    facts
}

/// Losing sight of a failure is inevitable when evidence goes, so unknown and manual rank with not
/// satisfied; nothing may rank higher than it did.
fn rank(status: Status) -> u8 {
    match status {
        Status::Satisfied => 2,
        Status::PartiallySatisfied => 1,
        _ => 0,
    }
}

fn never_better(before: &Assessment, after: &Assessment) -> Result<(), TestCaseError> {
    for (old, new) in before.results.iter().zip(&after.results) {
        prop_assert_eq!(&old.control, &new.control);
        let fine = |status| matches!(status, Status::Satisfied | Status::Manual);
        prop_assert!(
            rank(new.status) <= rank(old.status) && (fine(old.status) || !fine(new.status)),
            "{} went from {:?} to {:?}: {} / {}",
            old.control,
            old.status,
            new.status,
            old.why,
            new.why
        );
    }
    Ok(())
}

/// Objects that fail whatever they are asked, by fact.
fn failing_rows() -> BTreeMap<&'static str, Value> {
    BTreeMap::from([
        (
            "identity.users",
            json!({"id": "new", "upn": "u1@contoso.example", "enabled": true, "type": "Guest",
            "created": "2020-01-01T00:00:00Z", "leaves": "2026-01-01T00:00:00Z", "on_premises_synced": true, "licenses": ["SPE_E5"]}),
        ),
        (
            "device.inventory",
            json!({"device": "new", "owner": "", "os": "", "compliance_state": "noncompliant",
            "encrypted": false, "last_sync": "2020-01-01T00:00:00Z", "management_agent": "msSense", "os_supported": false}),
        ),
        (
            "device.protection",
            json!({"device": "new", "real_time_protection": false, "signatures_overdue": true}),
        ),
        (
            "device.updates",
            json!({"device": "new", "up_to_date": false}),
        ),
        (
            "device.apps",
            json!({"app": "new", "version": "", "publisher": "", "outdated": true, "supported": false}),
        ),
        (
            "identity.service_principals",
            json!({"id": "new", "first_party": false, "owners": [],
            "permissions": ["RoleManagement.ReadWrite.Directory"],
            "credentials": [{"kind": "secret", "starts": "2026-01-01T00:00:00Z", "expires": "2036-01-01T00:00:00Z"}]}),
        ),
        ("identity.guests", json!({"user": "new", "sponsors": []})),
        (
            "email.auth_dns",
            json!({"domain": "new", "spf": null, "dkim": false, "dmarc": null}),
        ),
        (
            "email.antimalware",
            json!({"policy": "new", "file_filter": false, "zap": false}),
        ),
        (
            "email.antispam",
            json!({"policy": "new", "allowed_senders": ["x"], "allowed_ips": ["192.0.2.1"], "auto_forwarding": "On"}),
        ),
        (
            "email.antiphish",
            json!({"policy": "new", "enabled": true, "spoof_protection": false, "impersonation_protection": false}),
        ),
        (
            "email.forwarding",
            json!({"id": "new", "kind": "transport_rule", "enabled": true, "external": true, "bypasses_spam_filter": true}),
        ),
        (
            "email.smtp_auth",
            json!({"mailbox": "new", "disabled": false}),
        ),
        (
            "email.mailbox_audit",
            json!({"mailbox": "new", "audit_enabled": false, "bypass": true, "kind": "UserMailbox",
            "default_audit_set": [], "admin_actions": [], "delegate_actions": [], "owner_actions": []}),
        ),
        (
            "email.transport",
            json!({"connector": "new", "enabled": true, "tls_required": false}),
        ),
        (
            "auth.risk",
            json!({"user": "new", "level": "high", "state": "confirmedCompromised"}),
        ),
        (
            "log.alerts",
            json!({"id": "new", "kind": "alert", "severity": "high", "status": "new", "created": "2026-01-01T00:00:00Z"}),
        ),
        (
            "org.partners",
            json!({"id": "new", "status": "active", "roles": ["Global Administrator"], "ends": "2030-01-01T00:00:00Z"}),
        ),
        (
            "org.licenses",
            json!({"sku": "NEW", "status": "suspended", "purchased": 1, "assigned": 2, "service_plans": []}),
        ),
        (
            "identity.access_reviews",
            json!({"id": "new", "scope": "guests", "last_completed": "2020-01-01T00:00:00Z"}),
        ),
        (
            "identity.lifecycle_events",
            json!({"id": "new", "time": "2026-11-20T00:00:00Z", "action": "create", "actor": ""}),
        ),
        (
            "collab.teams",
            json!({"policy": "new", "kind": "meeting", "lobby_bypass": "Everyone", "outside_control": true}),
        ),
    ])
}

fn rotated(facts: &Value, by: usize) -> Value {
    let mut facts = facts.clone();
    for (_, fact) in facts.as_object_mut().unwrap() {
        let Some(rows) = fact.get_mut("items").and_then(Value::as_array_mut) else {
            continue;
        };
        // Of two rows about the same object the later one counts, so only lists without such move.
        if rows.len() > 1 {
            let by = by % rows.len();
            rows.rotate_left(by);
        }
    }
    facts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn losing_any_evidence_never_improves_any_status(
        facts in tenant(),
        harms in prop::collection::vec((any_fact(), any_harm(), 0..3_usize), 1..4),
    ) {
        let mut before = assessed(&facts);
        let mut less = facts;
        for (fact, harm, keep) in harms {
            if less.get(fact).and_then(|fact| fact.get("items")).is_none() {
                continue;
            }
            less = harmed(&less, fact, harm, keep);
            let after = assessed(&less);
            never_better(&before, &after)?;
            before = after;
        }
    }

    #[test]
    fn adding_a_failing_person_device_or_application_never_improves_a_status(facts in tenant(), which in any::<prop::sample::Index>()) {
        let rows = failing_rows();
        let keys: Vec<&str> = rows.keys().copied().collect();
        let fact = keys[which.index(keys.len())];
        let mut more = facts.clone();
        more[fact]["items"].as_array_mut().unwrap().push(rows[fact].clone());
        let (before, after) = (assessed(&facts), assessed(&more));
        for (old, new) in before.results.iter().zip(&after.results) {
            // Only where what was added fails: a guest more is no failure where nobody asks for guests.
            if !new.subjects.failing.contains("new") {
                continue;
            }
            let failed = matches!(new.status, Status::PartiallySatisfied | Status::NotSatisfied);
            prop_assert!(failed, "{} is {:?}", new.control, new.status);
            // Where nothing was known of a clause, what was added is news: a first mailbox also shows
            // that there is no shared one. What every clause knew of, it makes no better.
            let undecided = |clause: &ClauseResult| clause.status == Status::Unknown;
            let settled = !matches!(old.status, Status::Unknown | Status::Manual) && !old.clauses.iter().any(undecided);
            prop_assert!(!settled || rank(new.status) <= rank(old.status), "{}: {:?} to {:?}", new.control, old.status, new.status);
            for (was, is) in old.clauses.iter().zip(&new.clauses).filter(|(was, _)| !undecided(was)) {
                prop_assert!(rank(is.status) <= rank(was.status), "{}, {}: {:?} to {:?}", new.control, is.question, was.status, is.status);
            }
            prop_assert!(!matches!(new.status, Status::Satisfied | Status::Manual));
        }
    }

    #[test]
    fn people_who_were_packed_are_assessed_as_those_whose_rows_are_there(
        facts in tenant(),
        harms in prop::collection::vec((any_fact(), any_harm(), 0..3_usize), 0..3),
    ) {
        let mut facts = facts;
        for (fact, harm, keep) in harms {
            if facts.get(fact).and_then(|fact| fact.get("items")).is_some() {
                facts = harmed(&facts, fact, harm, keep);
            }
        }
        let mut packed = Facts::from_json(facts.to_string()).unwrap();
        let mut directory = Directory::of(&packed);
        for group in &mut packed.identity_groups.items {
            let id = group.id.clone();
            group.members.retain(|member| !directory.member(&id, member));
        }
        packed.identity_users.items.clear();
        packed.auth_registration.items.clear();
        packed.auth_methods.items.clear();
        packed.auth_per_user_mfa.items.clear();
        packed.identity_signin_activity.items.clear();
        let plain = assessed(&facts);
        let options = Options::new(now());
        let other = assess_in(&packed, &Arc::new(directory), &CATALOGUE, &options).unwrap();
        prop_assert_eq!(render::json(&plain), render::json(&other));
        prop_assert_eq!(&plain, &other);
        // An assessment that was read back has no directory, and is the same.
        let back: Assessment = serde_json::from_str(&render::json(&other)).unwrap();
        prop_assert_eq!(&plain, &back);
    }

    #[test]
    fn the_order_of_rows_of_any_fact_changes_no_byte(facts in tenant(), by in 1..5_usize) {
        let (one, two) = (assessed(&facts), assessed(&rotated(&facts, by)));
        prop_assert_eq!(render::json(&one), render::json(&two));
    }

    #[test]
    fn a_row_of_any_fact_told_twice_changes_nothing(facts in tenant()) {
        let mut twice = facts.clone();
        for (_, fact) in twice.as_object_mut().unwrap() {
            if let Some(rows) = fact.get_mut("items").and_then(Value::as_array_mut) {
                rows.extend(rows.clone());
            }
        }
        prop_assert_eq!(assessed(&facts), assessed(&twice));
    }

    #[test]
    fn no_share_without_its_numbers_and_none_that_rounds_up(facts in tenant()) {
        for result in assessed(&facts).results {
            let ratios = result.clauses.iter().map(|c| (&c.ratio, c.status));
            for (ratio, status) in ratios.chain([(&result.ratio, result.status)]) {
                let Some(ratio) = ratio else { continue };
                let (passing, total) = ratio.split_once('/').unwrap();
                let (passing, total): (usize, usize) = (passing.parse().unwrap(), total.parse().unwrap());
                prop_assert!(passing <= total && total > 0, "{}", ratio);
                prop_assert!(status != Status::Satisfied || passing == total, "{} {}", result.control, ratio);
                prop_assert!(status != Status::Unknown, "a ratio of what is not known");
            }
        }
    }

    #[test]
    fn whoever_fails_is_named_with_a_reason_and_whatever_lacks_has_a_remedy(facts in tenant()) {
        for result in assessed(&facts).results {
            let subjects = &result.subjects;
            let reasoned: BTreeSet<&str> = subjects.reasons.values().flatten().collect();
            for id in subjects.failing.iter().chain(&subjects.conditional).chain(&subjects.unknown) {
                prop_assert!(reasoned.contains(id), "{}: {}", result.control, id);
            }
            let lacking = matches!(result.status, Status::NotSatisfied | Status::PartiallySatisfied);
            let helped = !result.remedies.is_empty();
            prop_assert!(!lacking || helped, "{} lacks, and nothing would help", result.control);
            let unknown = result.status == Status::Unknown;
            prop_assert!(!unknown || helped, "{} is unknown, and nothing would help: {:?}", result.control, result);
            prop_assert!(result.status != Status::Satisfied || !helped, "{}: {:?}", result.control, result.remedies);
        }
    }

    #[test]
    fn facts_of_every_kind_survive_their_json_form(facts in tenant()) {
        let facts = Facts::from_json(facts.to_string()).unwrap();
        prop_assert_eq!(Facts::from_json(facts.to_json()).unwrap(), facts);
    }
}
