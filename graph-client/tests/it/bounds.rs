//! What is more than there should ever be: a typed error, never a crash, a part taken for the whole,
//! or a read without end.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::support::{Fixture, User, builder, fixture, page};
use async_trait::async_trait;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use graph_client::test_util::Answer;
use graph_client::{
    BatchRequest, Error, MAX_ITEMS, Transport, TransportError, TransportRequest, TransportResponse,
};
use http::{HeaderMap, StatusCode};
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

const BATCH: &str = "/v1.0/$batch";

fn two_users() -> Vec<BatchRequest> {
    let request = |id: &str| BatchRequest::get(["users", id]).key(id);
    vec![request("a"), request("b")]
}

/// A fixture whose batch of two is answered with these headers to the first.
fn with_headers(headers: &str) -> Fixture {
    let f = fixture();
    let body = format!(
        r#"{{"responses":[{{"id":"0","status":200,"headers":{{{headers}}},"body":{{"id":"a"}}}},
            {{"id":"1","status":200,"headers":{{"x":"1","n":7}},"body":{{"id":"b"}}}}]}}"#
    );
    f.graph.on(BATCH, [Answer::json(body)]);
    f
}

#[tokio::test]
async fn a_batched_answer_with_too_many_headers_is_an_error_and_the_others_are_answered() {
    let many: Vec<String> = (0..100_000).map(|n| format!(r#""x-{n}":"v""#)).collect();
    let large = format!(r#""x-large":"{}""#, "v".repeat(1024 * 1024));
    for headers in [many.join(","), large] {
        let f = with_headers(&headers);
        let answers = f.client.batch(two_users()).await.unwrap();
        let error = answers[0].result.as_ref().unwrap_err();
        assert!(error.is_too_large() && !error.is_connection(), "{error}");
        assert_eq!((error.status(), error.attempts()), (Some(200), 1));
        assert_eq!(answers[1].decode::<User>().unwrap().id, "b");
        assert_eq!(f.graph.requests().len(), 1, "it is not asked for again");
    }
    let f = with_headers(r#""Retry-After":"1","retry-after":"2","a b":"c","deep":[[1]]"#);
    let answers = f.client.batch(two_users()).await.unwrap();
    assert_eq!(answers[0].decode::<User>().unwrap().id, "a");
}

#[tokio::test]
async fn more_answers_than_a_batch_has_requests_are_an_error_of_each() {
    let f = fixture();
    let body = format!(r#"{{"responses":[{}0]}}"#, "0,".repeat(1_000_000));
    f.graph.on(BATCH, [Answer::json(body)]);
    for answer in f.client.batch(two_users()).await.unwrap() {
        assert!(answer.result.unwrap_err().is_too_large());
    }
}

fn list_of(item: &str, count: usize) -> String {
    format!(
        r#"{{"value":[{}],"@odata.deltaLink":"/d"}}"#,
        vec![item; count].join(",")
    )
}

#[tokio::test]
async fn a_page_holds_so_many_items_and_one_more_is_an_error_and_no_shorter_page() {
    let (full, over) = (list_of("{}", MAX_ITEMS), list_of("{}", MAX_ITEMS + 1));
    let f = fixture();
    let bodies = [&full, &over, &over, &full, &over].map(|body| Answer::json(body.as_str()));
    f.graph.on("/v1.0/users", bodies);
    let page = || {
        f.client
            .list::<IgnoredAny>("users")
            .pages()
            .boxed()
            .into_future()
    };
    assert_eq!(page().await.0.unwrap().unwrap().items.len(), MAX_ITEMS);
    assert!(page().await.0.unwrap().unwrap_err().is_too_large());
    // Where not one of them fits as well.
    let mut users = f.client.list::<User>("users").items();
    let error = users.next().await.unwrap().unwrap_err();
    assert!(
        error.is_too_large() && error.status() == Some(200),
        "{error}"
    );
    assert!(users.next().await.is_none());
    let raw = || f.client.list::<User>("users").raw_pages().into_future();
    assert_eq!(raw().await.0.unwrap().unwrap().len(), MAX_ITEMS);
    assert!(raw().await.0.unwrap().unwrap_err().is_too_large());

    f.graph.on(
        "/v1.0/users/delta",
        [&full, &over].map(|body| Answer::json(body.as_str())),
    );
    let changes = || f.client.delta::<IgnoredAny>("users").pages().into_future();
    assert_eq!(changes().await.0.unwrap().unwrap().changes.len(), MAX_ITEMS);
    assert!(changes().await.0.unwrap().unwrap_err().is_too_large());
    let body = RawValue::from_string(over).unwrap();
    assert!(f.client.page::<User>(&body).unwrap_err().is_too_large());
}

#[tokio::test]
async fn every_malformed_item_of_a_page_is_counted() {
    let f = fixture();
    let body = || Answer::json(list_of("0", 20_000));
    f.graph.on("/v1.0/users", [body(), body()]);
    let pages: Vec<_> = f
        .client
        .list::<User>("users")
        .pages()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(pages[0].malformed.len(), 20_000);
    let items = f.client.list::<User>("users").items();
    let malformed =
        items.filter(|item| std::future::ready(item.as_ref().is_err_and(Error::is_malformed_item)));
    assert_eq!(malformed.count().await, 20_000);
}

#[tokio::test]
async fn json_of_any_depth_is_an_error_or_kept_as_it_is() {
    let deep =
        |open: &str, close: &str| format!("{}{}", open.repeat(200_000), close.repeat(200_000));
    let f = fixture();
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let nested = deep(open, close).replace(":}", ":0}");
        let list = format!(r#"{{"value":[{{"id":"a","b":{nested}}},{nested}]}}"#);
        f.graph.on(
            "/v1.0/users",
            [list.as_str(), list.as_str(), &nested].map(Answer::json),
        );
        let page: Vec<_> = f
            .client
            .list::<User>("users")
            .pages()
            .try_collect()
            .await
            .unwrap();
        assert_eq!((page[0].items.len(), page[0].malformed.len()), (1, 1));
        let values: Vec<_> = f
            .client
            .list::<serde_json::Value>("users")
            .items()
            .collect()
            .await;
        assert!(
            values
                .iter()
                .all(|v| v.as_ref().is_err_and(Error::is_malformed_item))
        );
        let whole: Result<Vec<User>, _> = f.client.list("users").items().try_collect().await;
        assert!(whole.unwrap_err().is_decode());
        let head = format!(r#"{{"id":"0","status":200,"headers":{nested},"body":{nested}}}"#);
        f.graph.on(
            BATCH,
            [Answer::json(format!(r#"{{"responses":[{head}]}}"#))],
        );
        let one = vec![BatchRequest::get("users/a")];
        let answer = f.client.batch(one).await.unwrap().remove(0);
        assert!(answer.decode::<serde_json::Value>().is_err());
    }
}

/// A service whose every page leads to another one.
struct Fresh {
    pages: AtomicU64,
    items: &'static str,
}

#[async_trait]
impl Transport for Fresh {
    async fn send(&self, request: TransportRequest) -> Result<TransportResponse, TransportError> {
        let body = if request.url.path().ends_with("/token") {
            r#"{"access_token":"t","expires_in":3599}"#.to_owned()
        } else {
            let page = self.pages.fetch_add(1, Ordering::Relaxed);
            let (items, path) = (self.items, request.url.path());
            format!(r#"{{"value":[{items}],"@odata.nextLink":"{path}?$skiptoken={page}"}}"#)
        };
        Ok(TransportResponse::new(
            StatusCode::OK,
            HeaderMap::new(),
            body,
        ))
    }
}

fn endless(items: &'static str, max_pages: Option<u64>) -> (graph_client::Client, Arc<Fresh>) {
    let service = Arc::new(Fresh {
        pages: AtomicU64::new(0),
        items,
    });
    let (builder, _, _) = builder();
    let builder = builder.transport(Arc::<Fresh>::clone(&service));
    let builder = match max_pages {
        Some(pages) => builder.max_pages(pages),
        None => builder,
    };
    (builder.build().unwrap(), service)
}

/// How many pages came before the error, and the error.
async fn until_error<T>(
    pages: impl futures::Stream<Item = Result<T, Error>>,
) -> (usize, Option<Error>) {
    let mut pages = std::pin::pin!(pages);
    let mut count = 0;
    loop {
        match pages.next().await {
            Some(Ok(_)) => count += 1,
            Some(Err(error)) => return (count, Some(error)),
            None => return (count, None),
        }
    }
}

#[tokio::test]
async fn empty_pages_with_ever_new_next_links_end_with_an_error() {
    for prefetch in [false, true] {
        let (client, service) = endless("", None);
        let mut users = client.list::<User>("users");
        if prefetch {
            users = users.prefetch();
        }
        let (pages, error) = until_error(users.pages()).await;
        let error = error.unwrap();
        assert!(
            error.is_endless() && error.to_string().contains("empty pages"),
            "{error}"
        );
        assert_eq!(pages, 10_000);
        assert!(service.pages.load(Ordering::Relaxed) <= 10_001);
    }
    let (client, _) = endless("", None);
    let (pages, error) = until_error(client.delta::<User>("users").pages()).await;
    assert_eq!((pages, error.unwrap().is_endless()), (10_000, true));
}

#[tokio::test]
async fn a_read_has_no_more_pages_than_it_may_have() {
    let (client, service) = endless(r#"{"id":"a"}"#, Some(50));
    let (pages, error) = until_error(client.list::<User>("users").pages()).await;
    assert_eq!((pages, error.unwrap().is_endless()), (50, true));
    assert_eq!(service.pages.load(Ordering::Relaxed), 50);
    let (pages, error) = until_error(client.list::<User>("users").raw_pages()).await;
    assert_eq!((pages, error.unwrap().is_endless()), (50, true));
    let (pages, error) = until_error(client.delta::<User>("users").pages()).await;
    assert_eq!((pages, error.unwrap().is_endless()), (50, true));
    let (builder, _, _) = builder();
    assert!(
        builder
            .max_pages(0)
            .build()
            .unwrap_err()
            .is_invalid_request()
    );
}

#[tokio::test]
async fn as_many_pages_as_allowed_are_a_whole_listing() {
    let (builder, graph, _) = builder();
    let client = builder.max_pages(2).build().unwrap();
    graph.on(
        "/v1.0/users",
        [
            page(&["a"], Some("/v1.0/users?$skiptoken=1")),
            page(&["b"], None),
        ],
    );
    let users: Vec<User> = client.list("users").items().try_collect().await.unwrap();
    assert_eq!(users.len(), 2);
}

#[tokio::test]
async fn a_parent_without_end_leaves_the_other_parents_alone() {
    let f = crate::support::fixture_of(|builder| builder.max_pages(3));
    let first = r#"{"value":[],"@odata.nextLink":"/v1.0/groups/a/members?$skiptoken=0"}"#;
    f.graph.on(
        BATCH,
        [Answer::json(format!(
            r#"{{"responses":[{{"id":"0","status":200,"body":{first}}},
            {{"id":"1","status":200,"body":{{"value":[{{"id":"m"}}]}}}}]}}"#
        ))],
    );
    let next = |n| page(&[], Some(&format!("/v1.0/groups/a/members?$skiptoken={n}")));
    f.graph.on("/v1.0/groups/a/members", (1..9).map(next));
    let parent = |id: &str| BatchRequest::get(["groups", id, "members"]).key(id);
    let parents = stream::iter([parent("a"), parent("b")]);
    let pages: Vec<_> = f.client.fan_out::<User>(parents).collect().await;
    let error = pages[4].result.as_ref().unwrap_err();
    assert!(error.is_endless() && pages[4].last, "{error}");
    assert_eq!(pages[5].key, "b");
    assert_eq!(pages[5].result.as_ref().unwrap().items.len(), 1);
}

#[tokio::test]
async fn times_of_any_length_are_waited_for_or_refused_and_crash_nothing() {
    use std::time::Duration;

    use graph_client::{Clock as _, Limit, LimitScope, Limits, RetryOptions, Workload};

    let longest = Limit::new(Workload::Identity, LimitScope::App, 1, Duration::MAX);
    let f = crate::support::fixture_of(|builder| builder.limits(Limits::none().with(longest)));
    f.graph
        .on("/v1.0/users", [page(&["a"], None), page(&["a"], None)]);
    let read = || {
        f.client
            .list::<User>("users")
            .items()
            .try_collect::<Vec<_>>()
    };
    assert_eq!(read().await.unwrap().len(), 1);
    assert!(read().await.unwrap_err().is_throttled());

    let f = fixture();
    let life = r#"{"access_token":"t","expires_in":18446744073709551615,"refresh_in":"9999999"}"#;
    f.graph
        .on("/contoso.example/oauth2/v2.0/token", [Answer::json(life)]);
    for asked in [
        "18446744073709551616",
        "1e400",
        "inf",
        "NaN",
        "99999999999999999999.5",
    ] {
        let refused = || Answer::status(429).header("retry-after", asked);
        f.graph.on("/v1.0/users", vec![refused(); 8]);
        assert!(read_of(&f).await.unwrap_err().is_throttled(), "{asked}");
        f.clock.advance(Duration::from_secs(400 * 24 * 60 * 60));
    }
    f.clock.advance(Duration::MAX);
    let _ = (f.clock.now(), f.clock.elapsed());

    let (builder, _, _) = builder();
    let options = RetryOptions::default().attempt_timeout(Duration::MAX);
    assert!(
        builder
            .retry(options)
            .build()
            .unwrap_err()
            .is_invalid_request()
    );
}

async fn read_of(f: &Fixture) -> Result<Vec<User>, Error> {
    f.client.list("users").items().try_collect().await
}
