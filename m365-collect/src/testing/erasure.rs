//! People can be erased, and stay so.

use serde_json::value::RawValue;

use super::fixture::{
    PEOPLE, Writer, at, delta, graves, ids, member, members, pairs, person, removed,
};
use crate::id::SourceId;
use crate::id::{History, SyncMode};
use crate::kind::Kind;
use crate::outcome::{Outcome, PartialReason, RunStats};
use crate::record::{Change, Record, RemovedReason};
use crate::store::{Begin, Finish, Mention, RunEntry, Store, StoreError};

const ADA: &str = "0ada0ada-0000-4000-8000-000000000001";
const BOB: &str = "0b0b0b0b-0000-4000-8000-000000000002";

fn object(kind: &Kind, id: &str, json: &str) -> Change {
    let raw = RawValue::from_string(json.to_owned()).expect("JSON");
    Change::Upsert(Record::new(kind.clone(), id, raw))
}

fn user(id: &str, name: &str) -> Change {
    let json = format!(
        r#"{{"id":"{id}","userPrincipalName":"{name}@contoso.example","mail":"{name}.x@contoso.example"}}"#
    );
    object(&Kind::USER, id, &json)
}

async fn list(store: &impl Store, source: &'static str, changes: Vec<Change>) -> u64 {
    let mut writer = Writer::new(store, SourceId::new(source), SyncMode::Full).await;
    writer.history = History::Versions;
    let forgotten = writer.page(changes).await.forgotten;
    writer.finish(true).await.expect("a sweep");
    forgotten
}

async fn happen(store: &impl Store, changes: Vec<Change>) -> u64 {
    let mut writer = Writer::new(store, SourceId::new("log"), SyncMode::Window).await;
    let mut commit = writer.commit(changes);
    commit.begin = Some(Begin::Round);
    commit.event_time = Some("when".into());
    commit.checkpoint = Some("until then".to_owned());
    commit.finish = Some(Finish::default());
    store.commit(commit).await.expect("a commit").forgotten
}

async fn all(store: &impl Store, kind: &Kind) -> Vec<String> {
    let records = store.records(kind, None, 100).await.expect("records");
    records.into_iter().map(|record| record.id).collect()
}

/// Of each of two people: the account, records under its id, assignments, events, a report.
fn holdings(id: &str, name: &str) -> Vec<Change> {
    let method = format!("{id}/phone");
    vec![
        object(&Kind::REGISTRATION_DETAILS, id, r#"{"isMfaCapable":true}"#),
        object(&Kind::AUTHENTICATION_METHOD, &method, r#"{"id":"phone"}"#),
        object(
            &Kind::ROLE_ASSIGNMENT,
            &format!("role-of-{name}"),
            &format!(r#"{{"id":"role-of-{name}","principalId":"{id}"}}"#),
        ),
        object(
            &Kind::MAILBOX_USAGE,
            &format!("{name}@contoso.example"),
            r#"{"Item Count":"7"}"#,
        ),
    ]
}

fn sign_in(id: &str, by: &str) -> Change {
    let json = format!(r#"{{"id":"{id}","actor":{{"user":{{"id":"{by}"}}}}}}"#);
    object(&Kind::SIGN_IN, id, &json)
}

fn policy(without: &str, state: &str) -> Change {
    let json = format!(r#"{{"id":"p","state":"{state}","users":{{"exclude":["{without}"]}}}}"#);
    object(&Kind::CONDITIONAL_ACCESS_POLICY, "p", &json)
}

async fn filled(store: &impl Store) {
    let mut writer = delta(store).await;
    let people = vec![
        user(ADA, "ada"),
        user(BOB, "bob"),
        Change::Link(member("g", ADA)),
        Change::Link(member("g", BOB)),
        Change::Link(member(ADA, BOB)),
    ];
    writer.round(Begin::Generation, people).await;
    let mut held = holdings(ADA, "ada");
    held.extend(holdings(BOB, "bob"));
    list(store, "holdings", held).await;
    list(store, "policies", vec![policy(ADA, "on")]).await;
    list(store, "policies", vec![policy(ADA, "off")]).await;
    happen(store, vec![sign_in("s1", ADA), sign_in("s2", BOB)]).await;
}

async fn is_bobs_alone(store: &impl Store) {
    assert_eq!(ids(store).await, [BOB]);
    assert_eq!(members(store).await, pairs(&[("g", BOB)]));
    for (kind, id) in [
        (Kind::REGISTRATION_DETAILS, BOB.to_owned()),
        (Kind::AUTHENTICATION_METHOD, format!("{BOB}/phone")),
        (Kind::ROLE_ASSIGNMENT, "role-of-bob".to_owned()),
        (Kind::MAILBOX_USAGE, "bob@contoso.example".to_owned()),
        (Kind::SIGN_IN, "s2".to_owned()),
    ] {
        assert_eq!(all(store, &kind).await, [id], "{kind}");
        let graves = store.tombstones(&kind, None, 9).await.expect("tombstones");
        assert!(graves.is_empty(), "{graves:?}");
    }
    assert!(graves(store).await.is_empty(), "not even a tombstone");
}

pub async fn all_that_is_of_a_person_is_erased_by_any_of_their_names(store: &impl Store) {
    filled(store).await;
    // Each erases her anew: all that there is to erase the second time comes again before.
    let erased = store
        .erase(&ADA.to_ascii_uppercase())
        .await
        .expect("erased");
    assert_eq!((erased.records, erased.relations), (6, 2));
    assert!(erased.is_scrubbed);
    assert_eq!(
        erased.remaining,
        [Mention::new(
            Kind::CONDITIONAL_ACCESS_POLICY,
            "p".to_owned()
        )],
        "what is of something else stays, and is named"
    );
    is_bobs_alone(store).await;
    assert_eq!(store.erased().await.expect("a number"), 1);
    assert_eq!(all(store, &Kind::CONDITIONAL_ACCESS_POLICY).await, ["p"]);
    let versions = store.versions(&Kind::CONDITIONAL_ACCESS_POLICY, "p").await;
    assert_eq!(
        versions.expect("versions").len(),
        1,
        "an earlier version that mentions them goes"
    );
    let again = store.erase(ADA).await.expect("erased");
    assert_eq!((again.records, again.relations), (0, 0));
    assert_eq!(store.erased().await.expect("a number"), 1);
}

pub async fn a_person_is_found_by_address_too(store: &impl Store) {
    filled(store).await;
    let erased = store.erase("ADA.X@contoso.example").await.expect("erased");
    assert_eq!((erased.records, erased.relations), (6, 2));
    is_bobs_alone(store).await;
}

pub async fn an_erased_person_does_not_come_back(store: &impl Store) {
    filled(store).await;
    store.erase("ada@contoso.example").await.expect("erased");
    // By a change, a replay, a removal, a relation; by a resync; by a listing; by an event.
    let mut writer = delta(store).await;
    let changes = vec![
        object(&Kind::USER, ADA, r#"{"jobTitle":"Countess"}"#),
        Change::Link(member("g", ADA)),
        removed(ADA, RemovedReason::Deleted),
        Change::Unlink(member("h", ADA)),
    ];
    let done = writer.begin(Begin::Round, changes).await;
    assert_eq!((done.upserted, done.removed, done.forgotten), (0, 0, 2));
    writer.finish(false).await.expect("the end of a round");
    is_bobs_alone(store).await;
    let people = vec![
        user(ADA, "ada"),
        user(BOB, "bob"),
        Change::Link(member("g", BOB)),
    ];
    writer.round(Begin::Generation, people).await;
    is_bobs_alone(store).await;
    let mut held = holdings(ADA, "ADA");
    held.extend(holdings(BOB, "bob"));
    assert_eq!(list(store, "holdings", held).await, 4);
    let events = vec![sign_in("s3", ADA), sign_in("s2", BOB)];
    assert_eq!(happen(store, events).await, 1);
    is_bobs_alone(store).await;
    let state = store.source_state(&PEOPLE).await.expect("a state");
    let state = state.expect("a state");
    assert!(
        !state.in_part && !state.in_round,
        "the sources are as complete as before"
    );
    assert!(
        store
            .conflicts(&PEOPLE, 9)
            .await
            .expect("conflicts")
            .is_empty()
    );
    // A setting that stops mentioning her does not remember that it did.
    list(store, "policies", vec![policy(BOB, "off")]).await;
    let versions = store.versions(&Kind::CONDITIONAL_ACCESS_POLICY, "p").await;
    assert_eq!(versions.expect("versions").len(), 1);
}

pub async fn what_was_gone_before_leaves_no_trace_either(store: &impl Store) {
    let mut writer = delta(store).await;
    let people = vec![
        user(ADA, "ada"),
        user(BOB, "bob"),
        Change::Link(member("g", ADA)),
    ];
    writer.round(Begin::Generation, people).await;
    let gone = vec![
        removed(ADA, RemovedReason::Deleted),
        Change::Unlink(member("g", ADA)),
    ];
    writer.round(Begin::Round, gone).await;
    // A replay is being settled, beside a new generation.
    writer.begin(Begin::Round, vec![user(ADA, "ada")]).await;
    assert_eq!(
        store.conflicts(&PEOPLE, 9).await.expect("conflicts").len(),
        1
    );
    let mut other = Writer::new(store, SourceId::new("staged"), SyncMode::Full).await;
    other
        .page(vec![object(&Kind::REGISTRATION_DETAILS, BOB, "{}")])
        .await;
    other.finish(false).await.expect("a sweep");
    let mut other = Writer::new(store, SourceId::new("staged"), SyncMode::Full).await;
    other
        .page(vec![object(&Kind::REGISTRATION_DETAILS, ADA, "{}")])
        .await;
    let note = format!(r#"{{"last":"{ADA}"}}"#);
    store.set_note("place", &note).await.expect("noted");
    let outcome = Outcome::Partial {
        reason: PartialReason::Interrupted {
            error: format!("users/{ADA}: reset"),
        },
    };
    let run = RunEntry::new(PEOPLE, at(1), at(2), outcome, RunStats::default());
    store.log_run(&run).await.expect("logged");
    let mut fan_out = Writer::new(store, SourceId::new("fan_out"), SyncMode::Delta).await;
    let mut commit = fan_out.commit(Vec::new());
    commit.checkpoint = Some(format!(r#"{{"after":"{ADA}"}}"#));
    store.commit(commit).await.expect("a commit");

    let erased = store.erase(ADA).await.expect("erased");
    assert_eq!((erased.records, erased.relations), (1, 0));
    assert!(graves(store).await.is_empty());
    let feed = store.feed(0, 99).await.expect("the feed");
    assert!(feed.iter().all(|entry| entry.id != ADA), "{feed:?}");
    assert!(
        store
            .conflicts(&PEOPLE, 9)
            .await
            .expect("conflicts")
            .is_empty()
    );
    let note = store.note("place").await.expect("a note");
    assert_eq!(note.as_deref(), Some(r#"{"last":"…"}"#));
    let runs = format!("{:?}", store.last_runs().await.expect("runs"));
    assert!(
        !runs.contains(ADA) && runs.contains("users/…: reset"),
        "{runs}"
    );
    let lease = store
        .lease(&SourceId::new("fan_out"), SyncMode::Delta)
        .await;
    assert_eq!(lease.expect("a lease").checkpoint, None, "it is read anew");
    other.finish(true).await.expect("a swap");
    assert_eq!(all(store, &Kind::REGISTRATION_DETAILS).await, [""; 0]);
}

pub async fn somebody_who_is_not_stored_can_be_kept_out(store: &impl Store) {
    let refused = store.erase("enabled").await;
    assert!(matches!(refused, Err(StoreError::Nobody)), "{refused:?}");
    assert_eq!(store.erased().await.expect("a number"), 0);
    let erased = store.erase(ADA).await.expect("erased");
    assert_eq!(erased.records, 0);
    let mut writer = delta(store).await;
    writer
        .round(
            Begin::Generation,
            vec![user(ADA, "ada"), person("b", "Bob")],
        )
        .await;
    assert_eq!(ids(store).await, ["b"]);
}

pub async fn an_address_of_two_people_erases_neither(store: &impl Store) {
    let shared = |id: &str| {
        let json = format!(r#"{{"id":"{id}","mail":"post@contoso.example"}}"#);
        object(&Kind::USER, id, &json)
    };
    list(store, "people", vec![shared("a"), shared("b")]).await;
    let refused = store.erase("post@contoso.example").await;
    assert!(
        matches!(refused, Err(StoreError::Ambiguous { people: 2 })),
        "{refused:?}"
    );
    assert_eq!(all(store, &Kind::USER).await, ["a", "b"]);
}

pub async fn nobody_is_erased_while_a_sync_is_running(store: &impl Store) {
    filled(store).await;
    let claim = store.claim().await.expect("a claim");
    let refused = store.erase(ADA).await;
    assert!(
        matches!(refused, Err(StoreError::InUse { .. })),
        "{refused:?}"
    );
    assert_eq!(ids(store).await.len(), 2);
    drop(claim);
    store.erase(ADA).await.expect("erased");
}

pub async fn who_is_readmitted_is_stored_again(store: &impl Store) {
    filled(store).await;
    store.erase(ADA).await.expect("erased");
    store.erase(BOB).await.expect("erased");
    assert!(ids(store).await.is_empty());
    assert_eq!(store.erased().await.expect("a number"), 2);
    let readmit = async |name| store.readmit(name).await.expect("readmitted");
    assert!(!readmit("cy@contoso.example").await);
    assert!(
        readmit("Ada@contoso.example").await,
        "by any of their names"
    );
    assert!(!readmit(ADA).await, "once");
    assert_eq!(store.erased().await.expect("a number"), 1);
    let mut writer = delta(store).await;
    let people = vec![user(ADA, "ada"), user(BOB, "bob")];
    writer.round(Begin::Generation, people).await;
    assert_eq!(ids(store).await, [ADA]);
}
