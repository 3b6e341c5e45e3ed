//! What the assessment of a large tenant costs, from a store with the usual sources about people:
//! `cargo bench -p benches --bench tenant -- fill FILE 1000000`, then `-- assess FILE`.
//!
//! Each person has 1.2 kB of JSON, a row in the report of registered methods, one of sign-ins and one
//! of per-user MFA; everybody is in one group and half of them in another, under 20 policies. Ids
//! are in no order, and no source brings its objects in that of another.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a program that prints a table"
)]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, UNIX_EPOCH};

use benches::{peak_memory, processor_time};
use compliance_map::{Catalogue, Options, assess_in};
use m365_collect::store::{Begin, Commit, Finish, RunEntry};
use m365_collect::{
    Change, Edge, History, Kind, Outcome, Record, Relation, RunStats, SourceId, SqliteStore, Store,
    SyncMode,
};
use serde_json::json;
use serde_json::value::RawValue;

const NOW: &str = "2026-11-21T12:00:00Z";
/// 2026-11-21T11:00:00Z.
const READ_AT: Duration = Duration::from_secs(1_795_258_800);
/// Changes of one commit.
const AT_ONCE: usize = 5_000;
const GROUPS: u64 = 200;
const GLOBAL: &str = "62e90394-69f5-4237-9190-012177145e10";
const EXCHANGE: &str = "29232cdf-9323-42fd-ade2-1d097af3e4de";

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["fill", file, people, ..] => fill(file, people.parse().unwrap()).await,
        ["assess", file, ..] => assessed(file).await,
        // `cargo bench` without a step: there is no file to measure.
        _ => println!("fill FILE PEOPLE, or assess FILE"),
    }
}

async fn assessed(file: &str) {
    println!("step         seconds  processor         peak");
    let step = Step::begin();
    let store = SqliteStore::open_read_only(Path::new(file)).await.unwrap();
    let (facts, people) = m365_collect::evidence(&store).await.unwrap();
    step.end("evidence");
    let step = Step::begin();
    let options = Options::new(NOW.parse().unwrap());
    let assessment = assess_in(&facts, &people.into(), &Catalogue::builtin(), &options).unwrap();
    step.end("assess");
    println!("{} controls", assessment.results.len());
}

struct Step(Instant, f64);

impl Step {
    fn begin() -> Self {
        Self(Instant::now(), processor_time())
    }

    fn end(self, name: &str) {
        let seconds = self.0.elapsed().as_secs_f64();
        let (cpu, peak) = (processor_time() - self.1, peak_memory());
        println!("{name:<10} {seconds:>8.2}s {cpu:>9.2}s {peak:>8.1} MiB");
    }
}

async fn fill(file: &str, people: u64) {
    let _ = fs::remove_file(file);
    let store = &SqliteStore::open(Path::new(file)).await.unwrap();
    // Another order for another source: the step has no factor in common with a round number.
    let elsewhere = |n: u64| n * 999_983 % people;
    let all = 0..people;
    read(store, "users", all.clone().map(user)).await;
    let rows = all.clone().map(|n| registration(elsewhere(n)));
    read(store, "registration_details", rows).await;
    read(store, "sign_in_activity", all.clone().map(sign_in)).await;
    let rows = all.clone().map(|n| per_user_mfa(elsewhere(n)));
    read(store, "per_user_mfa", rows).await;
    let members = all.map(|n| member(0, person(n)));
    let half = (0..people / 2).map(|n| member(1 + n % GROUPS, person(n * 2)));
    let nested = (1..=150).map(|n| member(n, guid(2, n + 50)));
    let groups = (0..=GROUPS).map(group).chain(members);
    read(store, "groups", groups.chain(half).chain(nested)).await;
    read(store, "conditional_access_policies", (0..20).map(policy)).await;
    let global = role(GLOBAL, "Global Administrator");
    let roles = [global, role(EXCHANGE, "Exchange Administrator")];
    read(store, "role_definitions", roles).await;
    let held = |kind| (0..100).map(move |n| held(&kind, n, people));
    read(store, "role_assignments", held(Kind::ROLE_ASSIGNMENT)).await;
    read(store, "role_eligibilities", held(Kind::ROLE_ELIGIBILITY)).await;
    let off = json!({"id": "off", "isEnabled": false});
    let off = object(Kind::SECURITY_DEFAULTS, "off".to_owned(), &off);
    read(store, "security_defaults", [off]).await;
    println!("{} MB", fs::metadata(file).unwrap().len() / 1_000_000);
}

/// What a source brings, to its end.
async fn read<C: IntoIterator<Item = Change>>(
    store: &SqliteStore,
    source: &'static str,
    changes: C,
) {
    let mode = match source {
        "users" | "groups" => SyncMode::Delta,
        _ => SyncMode::Full,
    };
    let (source, at) = (SourceId::new(source), UNIX_EPOCH + READ_AT);
    let lease = store.lease(&source, mode).await.unwrap();
    let mut changes = changes.into_iter().peekable();
    let mut begin = Some(Begin::Generation);
    while begin.is_some() || changes.peek().is_some() {
        let mut commit = Commit::new(&lease, at);
        commit.begin = begin.take();
        commit.changes = changes.by_ref().take(AT_ONCE).collect();
        commit.checkpoint = Some("link".to_owned());
        commit.history = History::None;
        commit.finish = changes.peek().is_none().then(|| Finish::confirmed(true));
        store.commit(commit).await.unwrap();
    }
    let run = RunEntry::new(source, at, at, Outcome::Complete, RunStats::default());
    store.log_run(&run).await.unwrap();
}

/// An id as the directory gives them out: no order in it.
fn guid(kind: u64, n: u64) -> String {
    let mut x = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ kind.rotate_left(32);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^= x >> 31;
    let (first, rest) = (x >> 32, x & 0xFFFF);
    format!("{first:08x}-{rest:04x}-4810-8000-{n:012x}")
}

fn person(n: u64) -> String {
    guid(1, n)
}

fn one_in(many: u64, n: u64, first: &'static str, other: &'static str) -> &'static str {
    [other, first][usize::from(n.is_multiple_of(many))]
}

fn object(kind: Kind, id: String, json: &impl ToString) -> Change {
    let raw = RawValue::from_string(json.to_string()).unwrap();
    Change::Upsert(Record::new(kind, id, raw))
}

fn user(n: u64) -> Change {
    let (id, enabled) = (person(n), !n.is_multiple_of(33));
    let kind = one_in(20, n, "Guest", "Member");
    let plans: Vec<String> = (0..14).map(|plan| guid(5, plan)).collect();
    let json = format!(
        r#"{{"id":"{id}","displayName":"Adele Vance {n}","userPrincipalName":"adele.vance.{n}@contoso.onmicrosoft.com","mail":"adele.vance.{n}@contoso.com","accountEnabled":{enabled},"userType":"{kind}","createdDateTime":"2021-05-04T12:34:56Z","department":"Retail operations","jobTitle":"Retail manager","usageLocation":"US","onPremisesSyncEnabled":null,"proxyAddresses":["SMTP:adele.vance.{n}@contoso.com","smtp:adele.vance.{n}@contoso.onmicrosoft.com","smtp:avance.{n}@contoso.com"],"employeeId":"{n}","companyName":"Contoso","officeLocation":"18/2111","assignedLicenses":[{{"skuId":"{}","disabledPlans":{plans:?}}}]}}"#,
        guid(6, n % 3)
    );
    object(Kind::USER, id, &json)
}

fn registration(n: u64) -> Change {
    let (id, capable) = (person(n), !n.is_multiple_of(50));
    let methods = one_in(50, n, "", r#""microsoftAuthenticatorPush","mobilePhone""#);
    let json = format!(
        r#"{{"id":"{id}","userPrincipalName":"adele.vance.{n}@contoso.onmicrosoft.com","userDisplayName":"Adele Vance {n}","userType":"member","isAdmin":false,"isSsprRegistered":{capable},"isSsprEnabled":true,"isSsprCapable":{capable},"isMfaRegistered":{capable},"isMfaCapable":{capable},"isPasswordlessCapable":false,"methodsRegistered":[{methods}],"isSystemPreferredAuthenticationMethodEnabled":true,"systemPreferredAuthenticationMethods":["PhoneAppNotification"],"userPreferredMethodForSecondaryAuthentication":"push","lastUpdatedDateTime":"2026-11-20T03:14:15.9265358Z"}}"#
    );
    object(Kind::REGISTRATION_DETAILS, id, &json)
}

fn sign_in(n: u64) -> Change {
    let (id, request) = (person(n), guid(7, n));
    let day = one_in(40, n, "01-05", "11-20");
    let json = format!(
        r#"{{"id":"{id}","signInActivity":{{"lastSignInDateTime":"2026-{day}T08:00:00Z","lastSignInRequestId":"{request}","lastNonInteractiveSignInDateTime":"2026-{day}T09:00:00Z","lastNonInteractiveSignInRequestId":"{request}","lastSuccessfulSignInDateTime":"2026-{day}T09:00:00Z","lastSuccessfulSignInRequestId":"{request}"}}}}"#
    );
    object(Kind::SIGN_IN_ACTIVITY, id, &json)
}

fn per_user_mfa(n: u64) -> Change {
    object(
        Kind::PER_USER_MFA,
        person(n),
        &r#"{"perUserMfaState":"disabled"}"#,
    )
}

/// Number 0 holds everybody; of the others, those of three levels hold one of the next.
fn group(n: u64) -> Change {
    let json = json!({"id": guid(2, n), "displayName": format!("Group {n}"), "groupTypes": [], "mailEnabled": false,
        "securityEnabled": true, "isAssignableToRole": null, "resourceProvisioningOptions": []});
    object(Kind::GROUP, guid(2, n), &json)
}

fn member(of: u64, id: String) -> Change {
    Change::Link(Edge::new(Relation::MEMBER, guid(2, of), id))
}

/// The first asks everybody for MFA; the others cover parts, each leaving out other groups.
fn policy(n: u64) -> Change {
    let (all, groups) = match n % 4 {
        0 => (vec!["All"], Vec::new()),
        1 => (Vec::new(), vec![guid(2, 0)]),
        _ => (Vec::new(), vec![guid(2, 1 + n), guid(2, 11 + n)]),
    };
    let trusted = if n == 0 { vec![] } else { vec!["AllTrusted"] };
    let id = guid(3, n);
    let json = json!({"id": id, "displayName": format!("Policy {n}"), "state": "enabled",
        "conditions": {"users": {"includeUsers": all, "includeGroups": groups, "excludeUsers": [person(n)],
                "excludeGroups": [guid(2, 2 + n), guid(2, 71 + n)]},
            "applications": {"includeApplications": ["All"]}, "clientAppTypes": ["all"],
            "locations": {"includeLocations": ["All"], "excludeLocations": trusted}},
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}});
    object(Kind::CONDITIONAL_ACCESS_POLICY, id, &json)
}

fn role(id: &str, name: &str) -> Change {
    let json = json!({"id": id, "templateId": id, "displayName": name, "isBuiltIn": true});
    object(Kind::ROLE_DEFINITION, id.to_owned(), &json)
}

fn held(kind: &Kind, n: u64, people: u64) -> Change {
    let (id, who) = (guid(4, n), person(n * 7 % people));
    let role = if n < 4 { GLOBAL } else { EXCHANGE };
    let json = json!({"id": id, "principalId": who, "roleDefinitionId": role});
    object(kind.clone(), id, &json)
}
