//! What is remembered of objects that change.

use std::time::Duration;

use super::fixture::{PEOPLE, Writer, at, delta, person, record, removed};
use crate::id::{History, SyncMode};
use crate::kind::Kind;
use crate::record::{Change, RemovedReason};
use crate::store::{Begin, Expiry, FeedEvent, Store};

async fn feed(store: &impl Store) -> Vec<(String, FeedEvent, Vec<String>)> {
    let feed = store.feed(0, 10_000).await.expect("the feed");
    assert!(
        feed.is_sorted_by(|a, b| a.number < b.number),
        "numbers grow: {feed:?}"
    );
    feed.into_iter()
        .map(|entry| (entry.id, entry.event, entry.properties))
        .collect()
}

fn entry(id: &str, event: FeedEvent) -> (String, FeedEvent, Vec<String>) {
    (id.to_owned(), event, Vec::new())
}

pub async fn the_feed_begins_after_the_first_reading(store: &impl Store) {
    let mut writer = delta(store).await;
    let people = vec![person("a", "Ada"), person("b", "Bob")];
    writer.round(Begin::Generation, people).await;
    assert_eq!(feed(store).await, [], "everything was new");
    writer
        .begin(
            Begin::Round,
            vec![
                Change::Upsert(record(
                    "a",
                    r#"{"id":"a","displayName":"Ada L.","mail":"a@x"}"#,
                )),
                removed("b", RemovedReason::Deleted),
                person("c", "Cy"),
            ],
        )
        .await;
    writer.page(vec![person("c", "Cy")]).await;
    writer.finish(false).await.expect("the end of a round");
    let updated = vec!["displayName".to_owned(), "mail".to_owned()];
    let expected = [
        ("a".to_owned(), FeedEvent::Updated, updated),
        entry("b", FeedEvent::Removed),
        entry("c", FeedEvent::Created),
    ];
    assert_eq!(feed(store).await, expected);

    writer.begin(Begin::Round, vec![person("b", "?")]).await;
    assert_eq!(feed(store).await.len(), 3, "a conflict is no change yet");
    let back = record("b", r#"{"id":"b","displayName":"Bob"}"#);
    writer.page(vec![Change::Confirm(back)]).await;
    writer.finish(false).await.expect("the end of a round");
    let last = store.feed(3, 10).await.expect("the feed");
    assert_eq!(last.len(), 1, "a reader goes on where it stopped");
    assert_eq!(
        (last[0].id.as_str(), last[0].event),
        ("b", FeedEvent::Restored)
    );
    assert_eq!((&last[0].source, &last[0].kind), (&PEOPLE, &Kind::USER));
}

pub async fn a_listing_feeds_only_what_differs(store: &impl Store) {
    for people in [
        vec![person("a", "Ada"), person("b", "Bob"), person("c", "Cy")],
        vec![person("a", "Ada"), person("b", "Robert"), person("d", "Di")],
    ] {
        let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
        writer.page(people).await;
        writer.finish(true).await.expect("a sweep");
    }
    let mut told = feed(store).await;
    told.sort();
    let updated = vec!["displayName".to_owned()];
    let expected = [
        ("b".to_owned(), FeedEvent::Updated, updated),
        entry("c", FeedEvent::Removed),
        entry("d", FeedEvent::Created),
    ];
    assert_eq!(told, expected);
}

async fn versions(store: &impl Store, id: &str) -> Vec<(u64, Option<u64>, String)> {
    let seconds = |time: std::time::SystemTime| {
        let since = time.duration_since(at(0)).expect("a time after the first");
        since.as_secs()
    };
    let versions = store.versions(&Kind::USER, id).await.expect("versions");
    versions
        .into_iter()
        .map(|version| {
            let value: serde_json::Value = serde_json::from_str(version.raw.get()).expect("JSON");
            let name = value["displayName"].as_str().unwrap_or_default().to_owned();
            (seconds(version.since), version.until.map(seconds), name)
        })
        .collect()
}

pub async fn settings_keep_their_versions(store: &impl Store) {
    for (second, names) in [(0, ["On", "x"]), (10, ["On", "y"]), (20, ["Off", "y"])] {
        let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
        writer.history = History::Versions;
        writer.second = second;
        let [a, b] = names;
        writer.page(vec![person("a", a), person("b", b)]).await;
        writer.finish(false).await.expect("a sweep");
    }
    let on_off = [(1, Some(22), "On".to_owned()), (22, None, "Off".to_owned())];
    assert_eq!(
        versions(store, "a").await,
        on_off,
        "the second reading changed nothing"
    );
    let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
    writer.history = History::Versions;
    writer.second = 30;
    writer.page(vec![person("b", "y")]).await;
    writer.finish(false).await.expect("a sweep");
    let gone = [
        (1, Some(22), "On".to_owned()),
        (22, Some(32), "Off".to_owned()),
    ];
    assert_eq!(
        versions(store, "a").await,
        gone,
        "what was removed is remembered"
    );

    let mut expiry = Expiry::new(PEOPLE, at(25), Duration::ZERO);
    expiry.removed_before = at(0);
    let expired = store.expire(&expiry).await.expect("expired");
    assert_eq!((expired.versions, expired.feed), (2, 2));
    assert_eq!(versions(store, "a").await, gone[1..]);
    let feed = store.feed(0, 100).await.expect("the feed");
    assert!(feed.iter().all(|entry| entry.at >= at(25)), "{feed:?}");
    assert_eq!(feed.len(), 1);
    assert_eq!(versions(store, "b").await, [(12, None, "y".to_owned())]);
}

pub async fn what_changes_all_the_time_is_not_remembered(store: &impl Store) {
    for name in ["Ada", "Ada L."] {
        let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
        writer.history = History::None;
        writer.page(vec![person("a", name)]).await;
        writer.finish(false).await.expect("a sweep");
    }
    assert_eq!(feed(store).await, []);
    assert_eq!(versions(store, "a").await.len(), 1);
}
