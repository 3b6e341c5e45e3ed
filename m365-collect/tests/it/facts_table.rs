//! Every fact that Microsoft Graph can tell, in every way its sources can end.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what is wrong by panicking"
)]

use crate::facts_tenant::{Ending, Tenant, permission, sources};
use compliance_map::facts::FactKey;
use compliance_map::{Facts, State};

/// A fact, the sources that it needs, its rows in the tenant, and its rows where there is nothing.
struct Case {
    key: &'static str,
    sources: &'static [&'static str],
    rows: usize,
    rows_of_nothing: usize,
}

const fn case(key: &'static str, sources: &'static [&'static str], rows: usize) -> Case {
    Case {
        key,
        sources,
        rows,
        rows_of_nothing: 0,
    }
}

const PROFILES: &[&str] = &[
    "device_configurations",
    "configuration_policies",
    "configuration_policy_settings",
];

#[rustfmt::skip]
const CASES: &[Case] = &[
    case("identity.users", &["users"], 4),
    case("identity.guests", &["users"], 1),
    case("identity.signin_activity", &["sign_in_activity"], 3),
    case("identity.groups", &["groups"], 1),
    case("identity.role_assignments", &["role_assignments", "role_eligibilities"], 2),
    case("identity.pim", &["role_management_policies", "role_management_policy_assignments"], 1),
    case("identity.service_principals", &["service_principals", "applications", "app_role_assignments"], 2),
    case("identity.app_consent", &["authorization_policy", "admin_consent_request_policy"], 1),
    case("identity.access_reviews", &["access_reviews", "access_review_instances"], 1),
    case("identity.lifecycle_events", &["directory_audits"], 1),
    case("auth.registration", &["registration_details"], 3),
    case("auth.methods", &["authentication_methods"], 1),
    case("auth.methods_policy", &["authentication_methods_policy"], 3),
    case("auth.auth_strengths", &["authentication_strengths"], 1),
    case("auth.ca_policies", &["conditional_access_policies"], 1),
    case("auth.security_defaults", &["security_defaults"], 1),
    case("auth.per_user_mfa", &["per_user_mfa"], 2),
    case("auth.password_policy", &["domains"], 1),
    // No setting means that the defaults hold.
    Case { key: "auth.password_protection", sources: &["group_settings"], rows: 1, rows_of_nothing: 1 },
    case("auth.session", &["conditional_access_policies", "activity_timeout_policies"], 2),
    case("auth.risk", &["risky_users"], 1),
    case("org.tenant", &["organization"], 1),
    case("org.licenses", &["subscribed_skus"], 1),
    case("org.cross_tenant", &["cross_tenant_access_default"], 1),
    case("data.sharing", &["share_point_settings"], 1),
    case("data.labels", &["sensitivity_labels"], 1),
    case("device.inventory", &["managed_devices"], 1),
    case("device.compliance", &["device_compliance_policies"], 1),
    case("device.config", PROFILES, 2),
    case("device.protection", &["windows_protection_states"], 1),
    case("device.apps", &["detected_apps"], 1),
    // A log that was read has a row, with or without entries.
    Case { key: "log.directory", sources: &["sign_ins", "directory_audits"], rows: 2, rows_of_nothing: 2 },
    // One row stands for the policies, of which nothing is told.
    Case { key: "log.alerts", sources: &["alerts"], rows: 2, rows_of_nothing: 1 },
    case("posture.secure_score", &["secure_scores"], 1),
];

/// What Graph cannot tell.
const UNTOLD: &[&str] = &[
    "attest.document",
    "attest.scope",
    "collab.teams",
    "data.dlp",
    "data.retention",
    "device.updates",
    "log.export",
    "log.retention",
    "log.unified_audit",
    "org.partners",
];

async fn ended(case: &Case, ending: Ending) -> Facts {
    let tenant = Tenant::new();
    for read in sources::named(case.sources) {
        tenant.end(&read, ending).await;
    }
    tenant.facts().await
}

#[test]
fn the_table_has_every_fact_and_the_tenant_every_source() {
    for entry in FactKey::ALL {
        let told = CASES.iter().any(|case| case.key == entry.key);
        let untold = UNTOLD.contains(&entry.key) || entry.key.starts_with("email.");
        assert!(told != untold, "{}", entry.key);
    }
    let used: Vec<&str> = CASES
        .iter()
        .flat_map(|case| case.sources)
        .copied()
        .collect();
    assert!(sources::all().len() >= used.len() / 2);
}

#[tokio::test]
async fn what_was_read_is_there_with_the_time_of_its_reading() {
    let tenant = Tenant::new();
    for read in sources::all() {
        tenant.read(&read).await;
    }
    let facts = tenant.facts().await;
    for case in CASES {
        let envelope = facts.envelope(case.key);
        let told = (envelope.state, envelope.rows, envelope.permission);
        assert_eq!(
            told,
            (State::Ok, case.rows, None),
            "{}: {envelope:?}",
            case.key
        );
        assert_eq!(
            envelope.collected_at.unwrap().to_string(),
            "2026-11-21T11:00:00Z",
            "{}",
            case.key
        );
        assert_eq!(
            envelope.complete,
            case.key != "device.config",
            "{}",
            case.key
        );
    }
    for key in UNTOLD {
        assert_eq!(facts.envelope(key).state, State::NotCollected, "{key}");
    }
    for key in ["device.updates", "org.partners"] {
        assert!(facts.envelope(key).note.is_some(), "{key} says why not");
    }
}

/// Of these every tenant has some.
const NEVER_EMPTY: &[&str] = &[
    "auth.auth_strengths",
    "auth.methods_policy",
    "auth.password_policy",
    "identity.role_assignments",
    "identity.service_principals",
    "identity.users",
    "org.tenant",
];

#[tokio::test]
async fn nothing_there_is_a_whole_list_of_nothing_where_that_can_be() {
    for case in CASES {
        let facts = ended(case, Ending::Empty).await;
        let envelope = facts.envelope(case.key);
        let can_be = !NEVER_EMPTY.contains(&case.key);
        let state = if can_be { State::Ok } else { State::Truncated };
        assert_eq!(envelope.state, state, "{}: {envelope:?}", case.key);
        assert_eq!(envelope.rows, case.rows_of_nothing, "{}", case.key);
        let is_whole = can_be && case.key != "device.config";
        assert_eq!(envelope.complete, is_whole, "{}", case.key);
    }
}

#[tokio::test]
async fn what_is_denied_names_the_permission_and_has_no_rows() {
    for case in CASES {
        let facts = ended(case, Ending::Denied).await;
        let envelope = facts.envelope(case.key);
        let expected = permission(case.sources[0]);
        assert_eq!(envelope.state, State::Denied, "{}: {envelope:?}", case.key);
        let told = (envelope.permission, envelope.rows, envelope.complete);
        assert_eq!(told, (Some(expected.as_str()), 0, false), "{}", case.key);
    }
}

#[tokio::test]
async fn what_is_unlicensed_names_the_plan_and_has_no_rows() {
    for case in CASES {
        let facts = ended(case, Ending::Unlicensed).await;
        let envelope = facts.envelope(case.key);
        assert_eq!(
            envelope.state,
            State::Unlicensed,
            "{}: {envelope:?}",
            case.key
        );
        let told = (envelope.note, envelope.rows, envelope.complete);
        let plan = Some("Entra ID P2 (AAD_PREMIUM_P2)");
        assert_eq!(told, (plan, 0, false), "{}", case.key);
    }
}

#[tokio::test]
async fn a_failure_a_part_and_a_source_that_nobody_read_are_never_a_whole_list() {
    for case in CASES {
        for (ending, state) in [
            (Ending::Failed, State::Error),
            (Ending::Part, State::Truncated),
            (Ending::NotRead, State::NotCollected),
        ] {
            let facts = ended(case, ending).await;
            let envelope = facts.envelope(case.key);
            assert_eq!(envelope.state, state, "{}: {envelope:?}", case.key);
            assert!(!envelope.complete, "{}", case.key);
            assert_eq!(envelope.rows > 0, ending == Ending::Part, "{}", case.key);
        }
    }
}

/// The first source alone, the others in every other way.
#[tokio::test]
async fn a_fact_of_several_sources_is_as_good_as_the_worst_of_them() {
    let several = CASES.iter().filter(|case| case.sources.len() > 1);
    for case in several {
        for spoilt in case.sources {
            for ending in [
                Ending::Denied,
                Ending::Failed,
                Ending::NotRead,
                Ending::Part,
            ] {
                let tenant = Tenant::new();
                for read in sources::named(case.sources) {
                    let is_spoilt = read.source == *spoilt;
                    let ending = if is_spoilt { ending } else { Ending::Whole };
                    tenant.end(&read, ending).await;
                }
                let facts = tenant.facts().await;
                let envelope = facts.envelope(case.key);
                let what = format!("{} without {spoilt}: {envelope:?}", case.key);
                assert!(!envelope.complete, "{what}");
                assert_ne!(envelope.state, State::Ok, "{what}");
            }
        }
    }
}

/// A permission that goes takes what was read before with it.
#[tokio::test]
async fn what_was_read_before_a_permission_went_is_not_told_any_more() {
    for case in CASES {
        let tenant = Tenant::new();
        for read in sources::named(case.sources) {
            tenant.read(&read).await;
            tenant.end(&read, Ending::Denied).await;
        }
        let facts = tenant.facts().await;
        let envelope = facts.envelope(case.key);
        assert_eq!(
            (envelope.state, envelope.rows),
            (State::Denied, 0),
            "{}",
            case.key
        );
    }
}

#[tokio::test]
async fn the_facts_survive_their_json_form() {
    let tenant = Tenant::new();
    for read in sources::all() {
        tenant.read(&read).await;
    }
    let facts = tenant.facts().await;
    assert_eq!(Facts::from_json(facts.to_json()).unwrap(), facts);
}
