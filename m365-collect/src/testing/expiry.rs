//! What is past its time goes, and nothing else does.

use std::time::{Duration, SystemTime};

use super::fixture::{
    PEOPLE, Writer, at, delta, graves, ids, member, members, pairs, person, record, removed,
};
use crate::id::SourceId;
use crate::id::SyncMode;
use crate::kind::Kind;
use crate::outcome::{Outcome, RunStats};
use crate::record::{Change, RemovedReason};
use crate::store::{Begin, Expired, Expiry, Finish, RunEntry, Store};

const LOG: SourceId = SourceId::new("log");

fn event(id: &str, second: Option<u64>) -> Change {
    let when = second.map_or_else(String::new, |second| {
        let time = crate::timestamp::format(at(second));
        format!(r#","when":"{time}""#)
    });
    Change::Upsert(record(id, &format!(r#"{{"id":"{id}"{when}}}"#)))
}

async fn log(store: &impl Store, second: u64, changes: Vec<Change>) {
    let mut writer = Writer::new(store, LOG, SyncMode::Window).await;
    writer.second = second;
    let mut commit = writer.commit(changes);
    commit.begin = Some(Begin::Round);
    commit.event_time = Some("when".into());
    commit.finish = Some(Finish::default());
    store.commit(commit).await.expect("a commit");
}

async fn span(store: &impl Store) -> Option<(SystemTime, SystemTime)> {
    store.span(&Kind::USER).await.expect("a span")
}

async fn expire(store: &impl Store, source: SourceId, second: u64) -> Expired {
    let mut expiry = Expiry::new(source, at(second), Duration::ZERO);
    expiry.removed_before = at(second);
    store.expire(&expiry).await.expect("expired")
}

pub async fn the_span_of_a_log_is_that_of_its_events(store: &impl Store) {
    assert_eq!(span(store).await, None);
    let events = vec![
        event("b", Some(7)),
        event("a", Some(90)),
        event("c", None),
        event("d", Some(40)),
    ];
    log(store, 100, events).await;
    assert_eq!(
        span(store).await,
        Some((at(7), at(90))),
        "one that does not say when it happened is no end"
    );
    // It comes again, and says another time.
    log(store, 101, vec![event("b", Some(50))]).await;
    assert_eq!(span(store).await, Some((at(40), at(90))));
    let mut other = Writer::new(store, PEOPLE, SyncMode::Full).await;
    other.page(vec![person("x", "X")]).await;
    other.finish(false).await.expect("a sweep");
    assert_eq!(span(store).await, Some((at(40), at(90))), "no event");
    let mut writer = Writer::new(store, LOG, SyncMode::Window).await;
    writer
        .page(vec![removed("a", RemovedReason::Deleted)])
        .await;
    assert_eq!(span(store).await, Some((at(40), at(50))));
}

pub async fn events_are_aged_by_when_they_happened(store: &impl Store) {
    let events = vec![
        event("old", Some(10)),
        event("edge", Some(20)),
        event("undated", None),
        event("new", Some(30)),
    ];
    log(store, 1000, events).await;
    let mut other = Writer::new(store, PEOPLE, SyncMode::Full).await;
    other.page(vec![person("x", "X")]).await;
    other.finish(false).await.expect("a sweep");
    let expired = expire(store, LOG, 20).await;
    assert_eq!((expired.events, expired.tombstones), (1, 0));
    assert_eq!(ids(store).await, ["edge", "new", "undated", "x"]);
    assert_eq!(expire(store, LOG, 20).await, Expired::default());
    assert_eq!(
        expire(store, LOG, 2000).await.events,
        3,
        "when it was stored"
    );
    assert_eq!(
        ids(store).await,
        ["x"],
        "an object lives as long as the tenant has it"
    );
    assert!(
        graves(store).await.is_empty(),
        "what happened is not removed: it is over"
    );
    assert_eq!(span(store).await, None);
    log(store, 2001, vec![event("old", Some(2000))]).await;
    assert_eq!(ids(store).await, ["old", "x"]);
}

pub async fn tombstones_are_kept_for_their_time(store: &impl Store) {
    let mut writer = delta(store).await;
    let people = vec![
        person("a", "Ada"),
        person("b", "Bob"),
        Change::Link(member("g", "a")),
        Change::Link(member("g", "b")),
        Change::Link(member("h", "b")),
    ];
    writer.round(Begin::Generation, people).await;
    writer.second = 10;
    let gone = vec![
        removed("a", RemovedReason::Deleted),
        Change::Unlink(member("h", "b")),
    ];
    writer.round(Begin::Round, gone).await;
    writer.second = 20;
    writer
        .round(Begin::Round, vec![removed("c", RemovedReason::Deleted)])
        .await;
    assert_eq!(members(store).await, pairs(&[("g", "b")]));
    assert_eq!(expire(store, PEOPLE, 11).await, Expired::default());
    let expired = expire(store, PEOPLE, 12).await;
    assert_eq!(
        (expired.tombstones, expired.relations, expired.feed),
        (1, 1, 1)
    );
    let graves: Vec<String> = graves(store).await.into_iter().map(|(id, ..)| id).collect();
    assert_eq!(graves, ["c"]);
    assert_eq!(
        members(store).await,
        pairs(&[("g", "b")]),
        "what a tombstone hid does not come to light"
    );
    assert_eq!(ids(store).await, ["b"]);
    assert_eq!(
        expire(store, SourceId::new("other"), 99).await,
        Expired::default()
    );
}

pub async fn however_much_is_past_its_time_all_of_it_goes(store: &impl Store) {
    for page in 0..11 {
        let events = (0..500).map(|n| event(&format!("e{page:02}{n:03}"), Some(n)));
        log(store, 1000, events.collect()).await;
    }
    assert_eq!(expire(store, LOG, 499).await.events, 499 * 11);
    assert_eq!(ids(store).await.len(), 11);
}

pub async fn the_last_run_of_a_source_is_kept(store: &impl Store) {
    for second in [1, 5, 9] {
        let (outcome, stats) = (Outcome::Complete, RunStats::default());
        for source in [PEOPLE, LOG] {
            let run = RunEntry::new(source, at(second), at(second), outcome.clone(), stats);
            store.log_run(&run).await.expect("logged");
        }
    }
    assert_eq!(expire(store, PEOPLE, 5).await.runs, 1);
    assert_eq!(expire(store, PEOPLE, 100).await.runs, 1);
    let runs = store.runs(Some(&PEOPLE), None, 9).await.expect("runs");
    let ended: Vec<_> = runs.iter().filter_map(|run| run.ended_at).collect();
    assert_eq!(ended, [at(9)]);
    assert_eq!(
        store.runs(Some(&LOG), None, 9).await.expect("runs").len(),
        3
    );
}
