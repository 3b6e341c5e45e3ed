//! One collection of each of many parents.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed expectation is a failed test"
)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::{User, fixture, page};
use futures::{StreamExt as _, stream};
use graph_client::test_util::Answer;
use graph_client::{BatchRequest, Transport, TransportError, TransportRequest, TransportResponse};
use http::HeaderMap;
use serde_json::{Value, json};

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

/// A service that takes a while to answer, refuses for a moment now and then, and gives each parent
/// up to three pages.
struct Moody {
    luck: Mutex<fastrand::Rng>,
}

impl Moody {
    /// Whether it happens, once in so many times.
    fn once_in(&self, times: u32) -> bool {
        self.luck.lock().unwrap().u32(0..times) == 0
    }

    fn page(&self, group: &str, number: u32) -> Value {
        let mut page = json!({"value": [{"id": format!("{group}-{number}")}]});
        if number < 3 && self.once_in(2) {
            let next = format!(
                "https://graph.microsoft.com/v1.0/groups/{group}/members?page={}",
                number + 1
            );
            page["@odata.nextLink"] = json!(next);
        }
        page
    }

    fn refusal(&self) -> Option<(u16, HeaderMap)> {
        let mut headers = HeaderMap::new();
        if self.once_in(8) {
            headers.insert("retry-after", "2".parse().unwrap());
            return Some((429, headers));
        }
        let status = if self.once_in(12) { 401 } else { 503 };
        self.once_in(12).then_some((status, headers))
    }

    fn body(&self, request: &TransportRequest) -> Value {
        if request.url.path().ends_with("/token") {
            return json!({"access_token": format!("t{}", self.luck.lock().unwrap().u64(..)), "expires_in": 3599, "token_type": "Bearer"});
        }
        if !request.url.path().ends_with("$batch") {
            let group = request.url.path().split('/').nth(3).unwrap();
            let number = request.url.query().unwrap().trim_start_matches("page=");
            return self.page(group, number.parse().unwrap());
        }
        let batch: Value = serde_json::from_slice(&request.body).unwrap();
        let answers = batch["requests"].as_array().unwrap().iter().map(|inner| {
            let group = inner["url"].as_str().unwrap().split('/').nth(2).unwrap();
            if self.once_in(10) {
                return json!({"id": inner["id"], "status": 429, "headers": {"Retry-After": "2"}, "body": {}});
            }
            json!({"id": inner["id"], "status": 200, "body": self.page(group, 1)})
        });
        json!({"responses": answers.collect::<Vec<_>>()})
    }
}

#[async_trait::async_trait]
impl Transport for Moody {
    async fn send(&self, request: TransportRequest) -> Result<TransportResponse, TransportError> {
        let turns = self.luck.lock().unwrap().u32(0..12);
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        let is_token = request.url.path().ends_with("/token");
        let refusal = if is_token { None } else { self.refusal() };
        let (status, headers) = refusal.unwrap_or((200, HeaderMap::new()));
        let body = if status == 200 {
            self.body(&request)
        } else {
            json!({})
        };
        Ok(TransportResponse::new(
            http::StatusCode::from_u16(status).unwrap(),
            headers,
            body.to_string(),
        ))
    }
}

/// What is under way keeps its place at the rate limiter and the right to fetch a token. Whoever follows
/// the pages of one parent must not wait for a batch of others that nobody polls meanwhile.
#[tokio::test]
async fn it_comes_to_its_end_whatever_the_service_does() {
    for seed in 0..60 {
        let (builder, _graph, _clock) = crate::support::builder();
        let luck = Mutex::new(fastrand::Rng::with_seed(seed));
        let client = builder.transport(Arc::new(Moody { luck })).build().unwrap();
        let requests = stream::iter(0..100).map(|n| members(&n.to_string()));
        let pages = client.fan_out::<User>(requests).collect::<Vec<_>>();
        let pages = tokio::time::timeout(Duration::from_secs(20), pages).await;
        let pages = pages.unwrap_or_else(|_| panic!("seed {seed} hangs"));
        assert_eq!(
            pages.iter().filter(|page| page.last).count(),
            100,
            "seed {seed}"
        );
    }
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
