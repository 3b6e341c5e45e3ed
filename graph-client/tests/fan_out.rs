//! One collection of each of many parents.
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::{StreamExt as _, stream};
use graph_client::test_util::{Answer, FakeTransport};
use graph_client::{BatchRequest, Transport, TransportError, TransportRequest, TransportResponse};
use serde_json::{Value, json};
use support::{User, fixture, page};

const BATCH: &str = "/v1.0/$batch";

fn members(group: &str) -> BatchRequest {
    BatchRequest::get(["groups", group, "members"])
        .key(group)
        .select(["id"])
        .header("consistencylevel", "eventual")
}

/// A batch of so many answers, each a page with one member named after its place.
fn answers(n: usize) -> Answer {
    let responses: Vec<Value> = (0..n)
        .map(|i| json!({"id": i.to_string(), "status": 200, "body": {"value": [{"id": format!("m{i}")}]}}))
        .collect();
    Answer::json(json!({ "responses": responses }).to_string())
}

#[tokio::test]
async fn every_parent_comes_in_order_with_all_of_its_pages() {
    let f = fixture();
    let next = "https://graph.microsoft.com/v1.0/groups/b/members?$skiptoken=2";
    f.graph.on(
        BATCH,
        [Answer::json(
            json!({"responses": [
                {"id": "2", "status": 200, "body": {"value": []}},
                {"id": "1", "status": 200, "body": {"value": [{"id": "b1"}], "@odata.nextLink": next}},
                {"id": "0", "status": 200, "body": {"value": [{"id": "a1"}]}},
                {"id": "3", "status": 404, "body": {"error": {"code": "Request_ResourceNotFound"}}},
            ]})
            .to_string(),
        )],
    );
    f.graph.on("/v1.0/groups/b/members", [page(&["b2"], None)]);
    let requests = stream::iter(["a", "b", "c", "d"]).map(members);
    let pages: Vec<_> = f.client.fan_out::<User>(requests).collect().await;
    let seen: Vec<(String, bool, Option<Vec<String>>)> = pages
        .iter()
        .map(|page| {
            let ids = page.result.as_ref().ok();
            let ids = ids.map(|p| p.items.iter().map(|u| u.id.clone()).collect());
            (page.key.clone(), page.last, ids)
        })
        .collect();
    let ids = |ids: &[&str]| Some(ids.iter().map(|id| (*id).to_owned()).collect());
    assert_eq!(
        seen,
        [
            ("a".to_owned(), true, ids(&["a1"])),
            ("b".to_owned(), false, ids(&["b1"])),
            ("b".to_owned(), true, ids(&["b2"])),
            ("c".to_owned(), true, ids(&[])),
            ("d".to_owned(), true, None),
        ]
    );
    assert!(pages[4].result.as_ref().unwrap_err().is_not_found());
    // The next page gets the headers of the request too.
    assert_eq!(
        f.graph.requests()[1].header("consistencylevel"),
        Some("eventual")
    );
}

#[tokio::test]
async fn parents_are_taken_only_as_they_are_needed() {
    let f = fixture();
    f.graph.on(BATCH, vec![answers(20); 500]);
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    let requests = stream::iter(0..10_000).map(move |n| {
        counter.fetch_add(1, Ordering::Relaxed);
        members(&n.to_string())
    });
    let mut pages = f.client.fan_out::<User>(requests);
    assert_eq!(pages.next().await.unwrap().key, "0");
    assert!(taken.load(Ordering::Relaxed) <= 100);
    assert_eq!(pages.count().await, 9_999);
    assert_eq!(f.graph.requests().len(), 500);
}

/// A service that takes a while to answer: the first batch so many turns of the runtime, whatever
/// else is asked so many.
struct Takes {
    first: AtomicUsize,
    others: usize,
    graph: Arc<FakeTransport>,
}

#[async_trait::async_trait]
impl Transport for Takes {
    async fn send(&self, request: TransportRequest) -> Result<TransportResponse, TransportError> {
        let is_batch = request.url.path().ends_with("$batch");
        let turns = match self.first.swap(0, Ordering::Relaxed) {
            first if is_batch && first > 0 => first,
            first => {
                self.first.store(first, Ordering::Relaxed);
                self.others
            }
        };
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        self.graph.send(request).await
    }
}

/// After a refusal one request goes first and the others wait for what becomes of it. Where that
/// one is a batch, the next page of a parent of another batch waits for it too, and must not wait
/// for what nobody polls meanwhile.
#[tokio::test]
async fn the_pages_of_a_parent_do_not_wait_behind_a_batch_under_way() {
    let (builder, graph, _clock) = support::builder();
    let client = builder
        .transport(Arc::new(Takes {
            first: AtomicUsize::new(8),
            others: 5,
            graph: Arc::clone(&graph),
        }))
        .build()
        .unwrap();
    let next = "https://graph.microsoft.com/v1.0/groups/0/members?$skiptoken=2";
    let mut first: Vec<Value> = (0..20)
        .map(|i| json!({"id": i.to_string(), "status": 200, "body": {"value": []}}))
        .collect();
    first[0]["body"] = json!({"value": [{"id": "m"}], "@odata.nextLink": next});
    graph.on(
        BATCH,
        [
            // The second batch is answered before the first one.
            Answer::status(429).header("retry-after", "1"),
            Answer::json(json!({ "responses": first }).to_string()),
            answers(20),
        ],
    );
    graph.on("/v1.0/groups/0/members", [page(&["n"], None)]);
    let requests = stream::iter(0..40).map(|n| members(&n.to_string()));
    let pages = client.fan_out::<User>(requests).collect::<Vec<_>>();
    let pages = tokio::time::timeout(Duration::from_secs(10), pages)
        .await
        .unwrap();
    assert_eq!(pages.len(), 41);
    assert!(pages.iter().all(|page| page.result.is_ok()));
}

#[tokio::test]
async fn a_request_that_is_not_valid_is_an_error_of_its_own() {
    let f = fixture();
    f.graph.on(BATCH, vec![answers(1); 2]);
    let requests = stream::iter(["a", "..", "c"]).map(members);
    let responses: Vec<_> = f.client.batch_stream(requests).collect().await;
    let ok: Vec<bool> = responses.iter().map(|r| r.result.is_ok()).collect();
    assert_eq!(ok, [true, false, true]);
    assert!(
        responses[1]
            .result
            .as_ref()
            .unwrap_err()
            .is_invalid_request()
    );
    assert_eq!(responses[1].key, "..");
}
