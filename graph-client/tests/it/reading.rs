//! Reading much: pages ahead, pages as received, parts side by side.
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::support::{Fixture, User, fixture, last, page};
use futures::{StreamExt as _, TryStreamExt as _};
use graph_client::test_util::Answer;
use graph_client::{DeltaEvent, PartitionEvent};
use serde::Deserialize;

const ORIGIN: &str = "https://graph.microsoft.com/v1.0/users";

fn link(n: usize) -> String {
    format!("{ORIGIN}?$skiptoken={n}")
}

/// Pages of one user each; the link of the last is absent.
fn three_pages(f: &Fixture) {
    f.graph.on(
        "/v1.0/users",
        [
            page(&["a"], Some(&link(1))),
            page(&["b"], Some(&link(2))),
            page(&["c"], None),
        ],
    );
}

#[tokio::test]
async fn the_next_page_is_asked_for_before_the_last_one_is_used_and_no_more_than_one() {
    let f = fixture();
    three_pages(&f);
    let mut pages = f.client.list::<User>("users").prefetch().pages();
    let mut seen = Vec::new();
    let mut asked = Vec::new();
    while let Some(page) = pages.try_next().await.unwrap() {
        seen.extend(page.items.into_iter().map(|user| user.id));
        asked.push(f.graph.requests().len());
    }
    assert_eq!(seen, ["a", "b", "c"]);
    assert_eq!(asked, [2, 3, 3]);
}

#[tokio::test]
async fn without_prefetch_nothing_is_asked_for_ahead() {
    let f = fixture();
    three_pages(&f);
    let mut pages = f.client.list::<User>("users").pages();
    pages.try_next().await.unwrap();
    assert_eq!(f.graph.requests().len(), 1);
}

#[tokio::test]
async fn a_next_link_behind_the_items_is_found_and_one_inside_an_item_is_not_believed() {
    let f = fixture();
    let inner =
        r#"{"value":[{"id":"a","x":{"@odata.nextLink":"https://graph.microsoft.com/v1.0/wrong"}}]"#;
    f.graph.on(
        "/v1.0/users",
        [
            Answer::json(format!(r#"{inner},"@odata.nextLink":"{}"}}"#, link(1))),
            Answer::json(format!("{inner}}}")),
        ],
    );
    let users: Vec<User> = f
        .client
        .list("users")
        .prefetch()
        .items()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(users.len(), 2);
}

#[tokio::test]
async fn a_truncated_page_is_asked_for_again_when_prefetching_too() {
    let f = fixture();
    f.graph.on(
        "/v1.0/users",
        [
            Answer::json(format!(
                r#"{{"@odata.nextLink":"{}","value":[{{"id"#,
                link(1)
            )),
            Answer::status(503),
            page(&["a"], Some(&link(1))),
            page(&["b"], None),
        ],
    );
    let users: Vec<User> = f
        .client
        .list("users")
        .prefetch()
        .items()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(users.len(), 2);
}

#[tokio::test]
async fn a_failing_page_ahead_fails_in_its_turn() {
    let f = fixture();
    f.graph.on(
        "/v1.0/users",
        [page(&["a"], Some(&link(1))), Answer::error(403, "x")],
    );
    let mut pages = f.client.list::<User>("users").prefetch().pages();
    assert_eq!(pages.next().await.unwrap().unwrap().items.len(), 1);
    assert!(
        pages
            .next()
            .await
            .unwrap()
            .unwrap_err()
            .is_permission_denied()
    );
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn next_links_are_guarded_when_prefetching_too() {
    for prefetch in [false, true] {
        let f = fixture();
        f.graph.on(
            "/v1.0/users",
            [page(&["a"], Some("https://evil.example/v1.0/users"))],
        );
        let list = f.client.list::<User>("users");
        let list = if prefetch { list.prefetch() } else { list };
        let error = list.raw_pages().next().await.unwrap().unwrap_err();
        assert!(error.is_refused_link());
        assert_eq!(f.graph.requests().len(), 1);
        // A circle is noticed as well.
        let f = fixture();
        f.graph
            .on("/v1.0/users", vec![page(&[], Some(&link(1))); 9]);
        let list = f.client.list::<User>("users");
        let list = if prefetch { list.prefetch() } else { list };
        let pages: Vec<_> = list.pages().collect().await;
        assert!(pages.last().unwrap().is_err());
        assert!(f.graph.requests().len() <= 3);
    }
}

#[derive(Debug, PartialEq, Deserialize)]
struct Borrowed<'a> {
    id: &'a str,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
}

#[tokio::test]
async fn raw_pages_keep_items_as_received_and_decode_into_types_that_borrow() {
    let f = fixture();
    let items = [
        r#"{"id":"a",  "name":"\u00e9"}"#,
        r#"{"id":7}"#,
        r#"{"name":null,"id":"c"}"#,
    ];
    let body = format!(
        "\u{feff}{{\"@odata.count\":3, \"value\" : [ {} ] }}",
        items.join(" ,\n")
    );
    f.graph.on("/v1.0/users", [Answer::json(body)]);
    let mut pages = f.client.list::<User>("users").raw_pages();
    let page = pages.try_next().await.unwrap().unwrap();
    assert_eq!(f.graph.requests()[0].target(), "/v1.0/users?$select=id");
    assert_eq!(
        (page.len(), page.is_empty(), page.count),
        (3, false, Some(3))
    );
    assert_eq!(page.items().collect::<Vec<_>>(), items);
    assert_eq!(page.slices().nth(2).unwrap(), items[2]);
    let decoded: Vec<_> = page.decode::<Borrowed<'_>>().collect();
    assert_eq!(decoded[0].as_ref().unwrap().name.as_deref(), Some("é"));
    assert!(decoded[1].as_ref().unwrap_err().is_malformed_item());
    assert_eq!(decoded[2].as_ref().unwrap().id, "c");
    let shown = format!("{page:?}");
    assert!(!shown.contains("name"), "{shown}");
    let page = page.into_page::<User>();
    assert_eq!((page.items.len(), page.malformed[0].index), (2, 1));
}

#[tokio::test]
async fn partitions_and_the_delta_replay_together_are_the_whole_and_nothing_else() {
    let f = fixture();
    let delta = |n: u8| format!("{ORIGIN}/delta?$deltatoken={n}");
    f.graph.on(
        "/v1.0/users/delta?$deltatoken=latest&$select=id",
        [last(&[], &delta(1))],
    );
    f.graph.on(
        "/v1.0/users/delta?$select=id&$deltatoken=latest",
        [last(&[], &delta(1))],
    );
    let part = |n: u8| format!("/v1.0/users?$filter=part eq {n}&$select=id");
    // While they are read, b moves from the second part to the first and is in neither, c moves
    // from the first to the second and is in both, d is deleted and e is new.
    f.graph.on(&part(1), [page(&["a", "c"], Some(&link(1)))]);
    f.graph.on("/v1.0/users?$skiptoken=1", [page(&["d"], None)]);
    f.graph.on(&part(2), [page(&["c", "x"], None)]);
    let replay = format!(
        r#"{{"value":[{{"id":"b"}},{{"id":"c"}},{{"id":"d","@removed":{{"reason":"changed"}}}},{{"id":"e"}}],
            "@odata.deltaLink":"{}"}}"#,
        delta(2)
    );
    f.graph
        .on("/v1.0/users/delta?$deltatoken=1", [Answer::json(replay)]);
    let filters = (1..=2).map(|n| format!("part eq {n}"));
    let mut events = f
        .client
        .list_partitioned::<User>("users", filters, 2, |part| part);
    let mut store = BTreeMap::new();
    let mut end = None;
    while let Some(event) = events.try_next().await.unwrap() {
        match event {
            PartitionEvent::Page(page) => {
                store.extend(page.items.into_iter().map(|user| (user.id.clone(), user)));
            }
            PartitionEvent::Change(DeltaEvent::Upsert(user)) => {
                store.insert(user.id.clone(), user);
            }
            PartitionEvent::Change(DeltaEvent::Removed { id, .. }) => {
                store.remove(&id);
            }
            PartitionEvent::Change(DeltaEvent::Checkpoint(checkpoint)) => end = Some(checkpoint),
            other => panic!("{other:?}"),
        }
    }
    let ids: Vec<&str> = store.keys().map(String::as_str).collect();
    assert_eq!(ids, ["a", "b", "c", "e", "x"]);
    assert!(end.unwrap().is_complete());
    // The token was taken before any part was asked for.
    assert!(f.graph.requests()[0].url.path().ends_with("/delta"));
}

#[tokio::test]
async fn what_the_partitions_select_is_what_the_delta_tracks() {
    let f = fixture();
    f.graph.on(
        "/v1.0/users/delta",
        [
            last(&[], &format!("{ORIGIN}/delta?$deltatoken=1")),
            last(&[], &format!("{ORIGIN}/delta?$deltatoken=2")),
        ],
    );
    f.graph.on("/v1.0/users", [page(&["a"], None)]);
    let filters = ["accountEnabled eq true".to_owned()];
    let events = f
        .client
        .list_partitioned::<User>("users", filters, 1, |part| {
            part.select(["id", "accountEnabled"])
        });
    let _: Vec<_> = events.try_collect().await.unwrap();
    let token = f.graph.requests()[0].target();
    assert!(token.contains("$select=id,accountEnabled"), "{token}");
}

#[tokio::test]
async fn a_failing_partition_ends_the_whole() {
    let f = fixture();
    f.graph.on(
        "/v1.0/users/delta",
        [last(&[], &format!("{ORIGIN}/delta?$deltatoken=1"))],
    );
    f.graph.on(
        "/v1.0/users",
        [page(&["a"], None), Answer::error(403, "x"), page(&[], None)],
    );
    let filters = (1..=3).map(|n| format!("part eq {n}"));
    let events: Vec<_> = f
        .client
        .list_partitioned::<User>("users", filters, 1, |part| part)
        .collect()
        .await;
    assert_eq!(events.len(), 2);
    assert!(events[1].as_ref().unwrap_err().is_permission_denied());
    assert_eq!(f.graph.requests().len(), 3);
}
