//! What it costs to keep personal data for its time and no longer:
//! `cargo bench -p benches --bench retention -- 100000 1000000`; the arguments are numbers of people
//! and of sign-ins.
//!
//! A store in SQLite is filled without any service, and one person after another is erased from it.
//! `TMPDIR` says where the store goes.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a program that prints a table"
)]

use std::future::Future;
use std::time::{Duration, Instant, UNIX_EPOCH};

use m365_collect::History;
use m365_collect::store::{Begin, Commit, Expiry, Finish};
use m365_collect::{Change, Kind, Record, SourceId, SqliteStore, Store, SyncMode};
use serde_json::value::RawValue;

const PEOPLE: SourceId = SourceId::new("people");
const LOG: SourceId = SourceId::new("log");
const PAGE: u64 = 5_000;

#[tokio::main]
async fn main() {
    let sizes: Vec<u64> = std::env::args()
        .filter_map(|size| size.parse().ok())
        .collect();
    let (people, events) = match sizes.as_slice() {
        [people, events, ..] => (*people, *events),
        [people] => (*people, 1_000_000),
        [] => (100_000, 1_000_000),
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.m365");
    let store = SqliteStore::open(&path).await.unwrap();
    let megabytes = || std::fs::metadata(&path).unwrap().len() / 1_000_000;

    fill(&store, &PEOPLE, people, user).await;
    println!("{people} people, {} MB", megabytes());
    timed("one erased by id", store.erase(&id(1)))
        .await
        .unwrap();
    timed("one erased by address", store.erase(&address(2)))
        .await
        .unwrap();

    fill(&store, &LOG, events, |n| sign_in(n, n % people)).await;
    println!("and {events} sign-ins, {} MB", megabytes());
    timed("the span of the log", store.span(&Kind::SIGN_IN))
        .await
        .unwrap();
    timed("the log read and parsed instead", parse_all(&store)).await;
    timed("one more erased by id", store.erase(&id(3)))
        .await
        .unwrap();
    // A tenth of them, by the second in which they happened.
    let expiry = Expiry::new(LOG, UNIX_EPOCH + Duration::from_secs(6), Duration::ZERO);
    let expired = timed("what is past its time removed", store.expire(&expiry)).await;
    println!("  that were {} sign-ins", expired.unwrap().events);
}

async fn timed<T>(what: &str, work: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let done = work.await;
    println!(
        "{what:<34} {:>10.3} ms",
        begun.elapsed().as_secs_f64() * 1e3
    );
    done
}

fn id(n: u64) -> String {
    format!("{n:08x}-7e6e-486e-a8f4-0f6ad7f0c1b2")
}

fn address(n: u64) -> String {
    format!("person{n}@contoso.example")
}

fn record(kind: Kind, id: String, json: String) -> Change {
    Change::Upsert(Record::new(kind, id, RawValue::from_string(json).unwrap()))
}

fn user(n: u64) -> Change {
    let json = format!(
        r#"{{"id":"{}","userPrincipalName":"{}","displayName":"Person {n}"}}"#,
        id(n),
        address(n)
    );
    record(Kind::USER, id(n), json)
}

fn sign_in(n: u64, person: u64) -> Change {
    let json = format!(
        r#"{{"id":"event-{n}","createdDateTime":"1970-01-01T00:00:{:02}Z","userId":"{}","userPrincipalName":"{}"}}"#,
        n % 60,
        id(person),
        address(person)
    );
    record(Kind::SIGN_IN, format!("event-{n}"), json)
}

async fn fill(store: &SqliteStore, source: &SourceId, count: u64, made: impl Fn(u64) -> Change) {
    let is_log = *source == LOG;
    let sync_mode = if is_log {
        SyncMode::Window
    } else {
        SyncMode::Delta
    };
    let mut begun = 0;
    while begun < count {
        let end = count.min(begun + PAGE);
        let lease = store.lease(source, sync_mode).await.unwrap();
        let mut commit = Commit::new(&lease, UNIX_EPOCH + Duration::from_secs(60));
        commit.begin = (begun == 0).then_some(Begin::Round);
        commit.changes = (begun..end).map(&made).collect();
        commit.checkpoint = Some("link".to_owned());
        commit.event_time = is_log.then(|| "createdDateTime".into());
        commit.history = History::None;
        commit.finish = (end == count).then(|| Finish::confirmed(true));
        store.commit(commit).await.unwrap();
        begun = end;
    }
}

async fn parse_all(store: &SqliteStore) {
    let mut after: Option<String> = None;
    loop {
        let page = store
            .records(&Kind::SIGN_IN, after.as_deref(), 1000)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        for record in &page {
            let _: serde_json::Value = record.view().unwrap();
        }
    }
}
