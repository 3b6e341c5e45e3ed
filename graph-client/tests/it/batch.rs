//! Batches: chunks, order, and each request by itself.
#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a failed expectation is a failed test; JSON is put together by value"
)]

use std::sync::Arc;
use std::time::Duration;

use crate::support::{Events, Fixture, User, builder_with, fixture, fixture_of};
use graph_client::test_util::{Answer, ManualClock};
use graph_client::{
    BatchRequest, BatchResponse, CallEvent, Limit, LimitScope, Limits, RetryOptions, Workload,
};
use serde_json::{Value, json};

const BATCH: &str = "/v1.0/$batch";

fn users(n: usize) -> Vec<BatchRequest> {
    (0..n)
        .map(|i| {
            BatchRequest::get(["users", &format!("u{i}")])
                .key(format!("k{i}"))
                .select(["id"])
        })
        .collect()
}

fn inner(id: usize, status: u16, headers: Value, body: Value) -> Value {
    json!({"id": id.to_string(), "status": status, "headers": headers, "body": body})
}

fn ok(id: usize) -> Value {
    inner(id, 200, json!({}), json!({"id": format!("r{id}")}))
}

fn refused(id: usize, status: u16, code: &str) -> Value {
    inner(
        id,
        status,
        json!({"request-id": "r-1"}),
        json!({"error": {"code": code, "message": "m"}}),
    )
}

fn answer(responses: Vec<Value>) -> Answer {
    Answer::json(json!({"responses": responses}).to_string())
}

fn sent(f: &Fixture, call: usize) -> Vec<Value> {
    let body: Value = serde_json::from_slice(&f.graph.requests()[call].body).unwrap();
    body["requests"].as_array().unwrap().clone()
}

fn ids(responses: &[BatchResponse]) -> Vec<String> {
    responses
        .iter()
        .map(|r| r.decode::<User>().map_or_else(|e| e.to_string(), |u| u.id))
        .collect()
}

#[tokio::test]
async fn twenty_one_requests_make_two_batches_and_none_make_none() {
    let f = fixture();
    f.graph.on(
        BATCH,
        [answer((0..20).map(ok).collect()), answer(vec![ok(0)])],
    );
    let responses = f.client.batch(users(21)).await.unwrap();
    assert_eq!(responses.len(), 21);
    assert_eq!(
        (responses[20].key.as_str(), ids(&responses)[20].as_str()),
        ("k20", "r0")
    );
    assert_eq!((sent(&f, 0).len(), sent(&f, 1).len()), (20, 1));
    assert_eq!(
        sent(&f, 1)[0],
        json!({"id": "0", "method": "GET", "url": "/users/u20?$select=id"})
    );
    assert!(f.client.batch(vec![]).await.unwrap().is_empty());
    assert_eq!(f.graph.requests().len(), 2);
}

#[tokio::test]
async fn reordered_batch_answers_are_matched_by_id() {
    let f = fixture();
    f.graph.on(BATCH, [answer(vec![ok(2), ok(0), ok(1)])]);
    assert_eq!(
        ids(&f.client.batch(users(3)).await.unwrap()),
        ["r0", "r1", "r2"]
    );
}

#[tokio::test]
async fn only_the_429_of_a_batch_is_sent_again_after_its_retry_after() {
    let f = fixture();
    let throttled = inner(
        1,
        429,
        json!({"RETRY-after": "7"}),
        json!({"error": {"code": "TooManyRequests"}}),
    );
    f.graph.on(
        BATCH,
        [answer(vec![ok(0), throttled, ok(2)]), answer(vec![ok(0)])],
    );
    let events = Arc::new(Events::default());
    let client = f.client.with_observer(Arc::<Events>::clone(&events));
    assert_eq!(
        ids(&client.batch(users(3)).await.unwrap()),
        ["r0", "r0", "r2"]
    );
    assert_eq!(
        sent(&f, 1),
        [json!({"id": "0", "method": "GET", "url": "/users/u1?$select=id"})]
    );
    assert_eq!(f.clock.elapsed(), Duration::from_secs(7));
    let statuses: Vec<u16> = events
        .0
        .lock()
        .unwrap()
        .iter()
        .filter_map(|event| match event {
            CallEvent::BatchItem { status, .. } => Some(*status),
            _ => None,
        })
        .collect();
    assert_eq!(statuses, [200, 429, 200, 200]);
}

#[tokio::test]
async fn the_longest_inner_retry_after_counts() {
    let f = fixture();
    let wait = |id, after: Value| inner(id, 429, json!({"Retry-After": after}), Value::Null);
    f.graph.on(
        BATCH,
        [
            answer(vec![
                wait(0, json!("3")),
                wait(1, json!(9)),
                wait(2, json!("2.5")),
            ]),
            answer((0..3).map(ok).collect()),
        ],
    );
    f.client.batch(users(3)).await.unwrap();
    assert_eq!(f.clock.elapsed(), Duration::from_secs(9));
}

#[tokio::test]
async fn an_inner_retry_after_beyond_the_budget_is_a_typed_refusal() {
    let f = fixture_of(|b| b.retry(RetryOptions::default().total_time(Duration::from_secs(60))));
    let throttled = inner(
        1,
        429,
        json!({"Retry-After": "61"}),
        json!({"error": {"code": "TooManyRequests"}}),
    );
    f.graph.on(BATCH, [answer(vec![ok(0), throttled])]);
    let responses = f.client.batch(users(2)).await.unwrap();
    assert!(responses[0].result.is_ok());
    let error = responses[1].result.as_ref().unwrap_err();
    assert!(error.is_throttled());
    assert_eq!(
        (error.status(), error.retry_after()),
        (Some(429), Some(Duration::from_secs(61)))
    );
    assert_eq!(f.clock.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn endless_inner_failures_end_with_their_error() {
    for status in [429, 503] {
        let f = fixture_of(|b| b.retry(RetryOptions::default().max_attempts(3)));
        f.graph
            .on(BATCH, vec![answer(vec![refused(0, status, "x")]); 5]);
        let responses = f.client.batch(users(1)).await.unwrap();
        let error = responses[0].result.as_ref().unwrap_err();
        assert_eq!(
            (error.status(), error.attempts(), error.is_throttled()),
            (Some(status), 3, status == 429)
        );
        assert_eq!(f.graph.requests().len(), 3);
    }
}

#[tokio::test]
async fn inner_refusals_are_the_same_typed_errors_as_plain_ones() {
    let f = fixture();
    f.graph.on(
        BATCH,
        [
            answer(vec![
                refused(0, 403, "Authorization_RequestDenied"),
                refused(1, 404, "Request_ResourceNotFound"),
                refused(2, 403, "AadPremiumLicenseRequired"),
                refused(3, 401, "InvalidAuthenticationToken"),
                ok(4),
            ]),
            answer(vec![refused(0, 401, "InvalidAuthenticationToken")]),
        ],
    );
    let responses = f.client.batch(users(5)).await.unwrap();
    let error = |i: usize| responses[i].result.as_ref().unwrap_err();
    assert!(error(0).is_permission_denied() && error(1).is_not_found() && error(2).is_unlicensed());
    assert!(error(3).is_authentication());
    assert_eq!(
        (error(0).request_id(), error(0).route()),
        (Some("r-1"), Some("users/u0"))
    );
    assert!(responses[4].result.is_ok());
    assert_eq!(f.graph.requests().len(), 2);
}

#[tokio::test]
async fn an_inner_401_gets_a_new_token_once() {
    let f = fixture();
    let challenge = r#"Bearer error="insufficient_claims", claims="eyJ4Ijp7fX0=""#;
    let wants = |id, status, headers| inner(id, status, headers, Value::Null);
    f.graph.on(
        BATCH,
        [
            answer(vec![
                wants(0, 401, json!({})),
                ok(1),
                wants(2, 403, json!({"WWW-Authenticate": challenge})),
            ]),
            answer(vec![ok(0), wants(1, 401, json!({}))]),
        ],
    );
    let responses = f.client.batch(users(3)).await.unwrap();
    assert_eq!(ids(&responses)[..2], ["r0", "r1"]);
    let error = responses[2].result.as_ref().unwrap_err();
    assert!(error.is_authentication() && error.to_string().contains("even after a refresh"));
    assert_eq!((error.attempts(), f.graph.requests().len()), (2, 2));
    let tokens: Vec<String> = f
        .graph
        .requests()
        .iter()
        .map(|request| request.header("authorization").unwrap().to_owned())
        .collect();
    assert_eq!(tokens, ["Bearer token-1", "Bearer token-2"]);
    let form = f.graph.token_requests()[1].body.clone();
    assert!(String::from_utf8_lossy(&form).contains("claims="));
    assert_eq!(f.clock.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn an_inner_503_teaches_nothing_of_limits() {
    let f = fixture_of(|b| b.limits(Limits::documented()));
    let busy = inner(0, 503, json!({"Retry-After": "5"}), Value::Null);
    f.graph.on(BATCH, [answer(vec![busy]), answer(vec![ok(0)])]);
    f.client.batch(users(1)).await.unwrap();
    assert_eq!(f.clock.elapsed(), Duration::from_secs(5));
    assert!(f.client.learned_limits().is_empty());
}

#[tokio::test]
async fn an_inner_retry_after_of_zero_is_no_reason_to_hurry() {
    let f = fixture();
    let at_once = inner(0, 429, json!({"Retry-After": "0"}), Value::Null);
    f.graph.on(BATCH, vec![answer(vec![at_once]); 9]);
    let responses = f.client.batch(users(1)).await.unwrap();
    let error = responses[0].result.as_ref().unwrap_err();
    assert_eq!((error.attempts(), f.graph.requests().len()), (8, 8));
    // 0, then 2, 4, 8, 16, 32 and 60 seconds, each half of it at least.
    assert!(
        f.clock.elapsed() >= Duration::from_secs(61),
        "{:?}",
        f.clock.elapsed()
    );
}

#[tokio::test]
async fn an_inner_409_and_an_inner_redirect_are_followed_as_by_themselves() {
    let f = fixture();
    let there = json!({"Location": "https://graph.microsoft.com/v1.0/users/u9"});
    let away = json!({"Location": "https://evil.example/v1.0/users/u9"});
    f.graph.on(
        BATCH,
        [
            answer(vec![
                refused(0, 409, "Directory_ConcurrencyViolation"),
                inner(1, 302, there, Value::Null),
                inner(2, 302, away, Value::Null),
            ]),
            answer(vec![ok(0), ok(1)]),
        ],
    );
    let responses = f.client.batch(users(3)).await.unwrap();
    assert_eq!(ids(&responses)[..2], ["r0", "r1"]);
    assert!(responses[2].result.as_ref().unwrap_err().is_refused_link());
    assert_eq!(sent(&f, 1)[1]["url"], "/users/u9");
}

#[tokio::test]
async fn an_inner_refusal_of_one_mailbox_pauses_that_mailbox_alone() {
    let f = fixture_of(|b| b.limits(Limits::documented()));
    let mail = |id: &str| BatchRequest::get(["users", id, "messages"]);
    let busy = inner(0, 429, json!({"Retry-After": "30"}), Value::Null);
    f.graph
        .on(BATCH, [answer(vec![busy, ok(1)]), answer(vec![ok(0)])]);
    f.graph
        .on("/v1.0/users/b/messages", [crate::support::page(&[], None)]);
    let mut batch = std::pin::pin!(f.client.batch(vec![mail("a"), mail("b")]));
    while f.graph.requests().is_empty() {
        assert!(futures::FutureExt::now_or_never(batch.as_mut()).is_none());
    }
    assert!(futures::FutureExt::now_or_never(batch.as_mut()).is_none());
    let mut other = f.client.list::<User>("users/b/messages").pages();
    futures::StreamExt::next(&mut other).await.unwrap().unwrap();
    assert_eq!(f.clock.elapsed(), Duration::ZERO);
    assert!(
        batch
            .await
            .unwrap()
            .iter()
            .all(|answer| answer.result.is_ok())
    );
    assert!(f.clock.elapsed() >= Duration::from_secs(30));
}

#[tokio::test]
async fn a_missing_answer_of_a_batch_is_asked_for_again_and_then_an_error() {
    let f = fixture_of(|b| b.retry(RetryOptions::default().max_attempts(2)));
    f.graph.on(BATCH, [answer(vec![ok(0)]), answer(vec![])]);
    let responses = f.client.batch(users(2)).await.unwrap();
    assert!(responses[0].result.is_ok());
    assert!(responses[1].result.as_ref().unwrap_err().is_decode());
    assert_eq!(sent(&f, 1).len(), 1);
}

#[tokio::test]
async fn the_batch_itself_retries_like_any_call() {
    let f = fixture();
    f.graph.on(
        BATCH,
        [
            Answer::status(503).header("retry-after", "4"),
            answer(vec![ok(0)]),
        ],
    );
    assert_eq!(ids(&f.client.batch(users(1)).await.unwrap()), ["r0"]);
    assert!(f.clock.elapsed() >= Duration::from_secs(4));
    let requests = f.graph.requests();
    assert_eq!(requests[0].body, requests[1].body);
    assert_eq!(requests[1].header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_refused_batch_is_the_error_of_each_of_its_requests() {
    let f = fixture();
    f.graph.on(
        BATCH,
        [
            answer((0..20).map(ok).collect()),
            Answer::error(403, "Forbidden"),
        ],
    );
    let responses = f.client.batch(users(22)).await.unwrap();
    assert!(responses[..20].iter().all(|r| r.result.is_ok()));
    assert!(
        responses[20..]
            .iter()
            .all(|r| r.result.as_ref().unwrap_err().is_permission_denied())
    );
}

#[tokio::test]
async fn versions_and_workloads_go_in_batches_of_their_own_in_the_order_asked() {
    let f = fixture();
    f.graph.on(BATCH, [answer(vec![ok(0), ok(1)])]);
    f.graph.on(
        "/beta/$batch",
        [answer(vec![inner(
            0,
            200,
            json!({}),
            json!({"id": "beta"}),
        )])],
    );
    let mut requests = users(2);
    requests.insert(
        1,
        BatchRequest::get("users/1/authentication/requirements").beta(),
    );
    assert_eq!(
        ids(&f.client.batch(requests).await.unwrap()),
        ["r0", "beta", "r1"]
    );
}

#[tokio::test]
async fn no_batch_is_larger_than_a_limit_of_its_workload() {
    let limit = Limit::new(
        Workload::IdentityReports,
        LimitScope::Tenant,
        5,
        Duration::from_secs(10),
    );
    let f = fixture_of(|b| b.limits(Limits::none().with(limit)));
    f.graph.on(BATCH, vec![answer((0..5).map(ok).collect()); 2]);
    let requests = (0..10)
        .map(|i| BatchRequest::get(["users", &format!("u{i}"), "authentication", "methods"]))
        .collect();
    f.client.batch(requests).await.unwrap();
    assert_eq!((sent(&f, 0).len(), sent(&f, 1).len()), (5, 5));
    assert!(f.clock.elapsed() >= Duration::from_secs(10));
}

#[tokio::test]
async fn pages_inside_a_batch_can_be_read_and_their_next_link_followed() {
    let f = fixture();
    let next = "https://graph.microsoft.com/v1.0/groups/g/members?$skiptoken=2";
    let good = inner(
        0,
        200,
        json!({}),
        json!({"value": [{"id": "a"}], "@odata.nextLink": next}),
    );
    let evil = inner(
        1,
        200,
        json!({}),
        json!({"value": [], "@odata.nextLink": "https://evil.example/"}),
    );
    f.graph.on(BATCH, [answer(vec![good, evil])]);
    let requests = vec![
        BatchRequest::get("groups/g/members"),
        BatchRequest::get("groups/h/members"),
    ];
    let responses = f.client.batch(requests).await.unwrap();
    let page = f
        .client
        .page::<User>(responses[0].result.as_ref().unwrap())
        .unwrap();
    assert_eq!(
        (page.items[0].id.as_str(), page.next.unwrap().expose()),
        ("a", next)
    );
    assert!(
        f.client
            .page::<User>(responses[1].result.as_ref().unwrap())
            .unwrap_err()
            .is_refused_link()
    );
}

#[tokio::test]
async fn an_invalid_request_is_found_before_anything_is_sent() {
    let f = fixture();
    let requests = vec![BatchRequest::get("users"), BatchRequest::get(["users", ""])];
    assert!(
        f.client
            .batch(requests)
            .await
            .unwrap_err()
            .is_invalid_request()
    );
    assert!(f.graph.all_requests().is_empty());
}

#[tokio::test]
async fn batch_headers_go_along_and_bodies_that_are_not_json_arrive_as_text() {
    let f = fixture();
    f.graph.on(
        BATCH,
        [answer(vec![
            json!({"id": "0", "status": 200, "body": "12"}),
            json!({"id": "1", "status": 204}),
        ])],
    );
    let requests = vec![
        BatchRequest::get("users/$count")
            .consistency_level_eventual()
            .prefer("a")
            .prefer("b"),
        BatchRequest::get("me"),
    ];
    let responses = f.client.batch(requests).await.unwrap();
    assert_eq!(responses[0].result.as_ref().unwrap().get(), "\"12\"");
    assert_eq!(responses[1].result.as_ref().unwrap().get(), "null");
    assert_eq!(
        sent(&f, 0)[0]["headers"],
        json!({"consistencylevel": "eventual", "prefer": "a, b"})
    );
}

#[tokio::test]
async fn a_424_is_sent_again_with_what_it_depended_on() {
    let f = fixture();
    f.graph.on(
        BATCH,
        [
            answer(vec![
                ok(0),
                refused(1, 429, "TooManyRequests"),
                refused(2, 424, "FailedDependency"),
            ]),
            answer(vec![ok(0), ok(1)]),
        ],
    );
    assert_eq!(
        ids(&f.client.batch(users(3)).await.unwrap()),
        ["r0", "r0", "r1"]
    );
    assert_eq!(sent(&f, 1).len(), 2);
}

#[tokio::test]
async fn outlook_gets_no_more_in_a_batch_than_it_takes_at_a_time() {
    let f = fixture();
    f.graph.on(
        BATCH,
        [answer((0..4).map(ok).collect()), answer(vec![ok(0)])],
    );
    let requests = (0..5).map(|n| BatchRequest::get(["users", "a", "messages", &n.to_string()]));
    let responses = f.client.batch(requests.collect()).await.unwrap();
    assert!(responses.iter().all(|response| response.result.is_ok()));
    assert_eq!((sent(&f, 0).len(), sent(&f, 1).len()), (4, 1));
}

fn chain(n: usize) -> Vec<BatchRequest> {
    users(n)
        .into_iter()
        .enumerate()
        .map(|(i, request)| {
            let request = request.id(format!("Id{i}"));
            match i.checked_sub(1) {
                Some(before) => request.depends_on(format!("iD{before}")),
                None => request,
            }
        })
        .collect()
}

#[tokio::test]
async fn duplicate_ids_and_unknown_own_or_circular_dependencies_are_refused_before_sending() {
    let get = |id: &str| BatchRequest::get("me").id(id);
    for (requests, why) in [
        (vec![get("a"), get("A")], "the id of another"),
        (vec![get("")], "empty id"),
        (vec![get("a").depends_on("a")], "depends on itself"),
        (vec![get("a").depends_on("b")], "no request has"),
        (
            vec![get("a").depends_on("b"), get("b").depends_on("a")],
            "by way of others",
        ),
    ] {
        let f = fixture();
        let error = f.client.batch(requests).await.unwrap_err();
        assert!(error.is_invalid_request(), "{error}");
        assert!(error.to_string().contains(why), "{error}");
        assert!(f.graph.all_requests().is_empty());
    }
}

#[tokio::test]
async fn a_chain_goes_in_one_batch_that_says_who_depends_on_whom() {
    let f = fixture();
    f.graph.on(BATCH, [answer((0..3).map(ok).collect())]);
    assert_eq!(
        ids(&f.client.batch(chain(3)).await.unwrap()),
        ["r0", "r1", "r2"]
    );
    let depends: Vec<Value> = sent(&f, 0).iter().map(|r| r["dependsOn"].clone()).collect();
    assert_eq!(depends, [Value::Null, json!(["0"]), json!(["1"])]);
}

#[tokio::test]
async fn a_dependent_is_sent_again_with_its_dependency_and_only_then() {
    let f = fixture();
    f.graph.on(
        BATCH,
        [
            answer(vec![
                ok(0),
                inner(1, 429, json!({"Retry-After": "5"}), Value::Null),
                refused(2, 424, "FailedDependency"),
            ]),
            answer(vec![ok(0), ok(1)]),
        ],
    );
    assert_eq!(
        ids(&f.client.batch(chain(3)).await.unwrap()),
        ["r0", "r0", "r1"]
    );
    let again = sent(&f, 1);
    assert_eq!(again[0]["url"], "/users/u1?$select=id");
    assert_eq!(
        (&again[0]["dependsOn"], &again[1]["dependsOn"]),
        (&Value::Null, &json!(["0"]))
    );
    assert!(f.clock.elapsed() >= Duration::from_secs(5));
}

#[tokio::test]
async fn a_dependent_of_one_that_failed_for_good_is_not_sent_again() {
    let f = fixture();
    f.graph.on(
        BATCH,
        [answer(vec![
            refused(0, 404, "Request_ResourceNotFound"),
            refused(1, 424, "FailedDependency"),
            refused(2, 424, "FailedDependency"),
        ])],
    );
    let responses = f.client.batch(chain(3)).await.unwrap();
    let errors: Vec<_> = responses
        .iter()
        .map(|r| r.result.as_ref().unwrap_err())
        .collect();
    assert!(errors[0].is_not_found() && !errors[0].is_failed_dependency());
    assert!(errors[1].is_failed_dependency() && errors[2].is_failed_dependency());
    assert_eq!(f.graph.requests().len(), 1);
}

#[tokio::test]
async fn other_shapes_go_one_batch_after_another_and_stop_where_one_failed() {
    let f = fixture();
    let get = |name: &str| BatchRequest::get(["users", name]).key(name).id(name);
    f.graph.on(
        BATCH,
        [
            answer(vec![ok(0), refused(1, 403, "Authorization_RequestDenied")]),
            answer(vec![ok(0)]),
        ],
    );
    let requests = vec![
        get("a"),
        get("b"),
        get("of-a").depends_on("a"),
        get("of-both").depends_on("a").depends_on("b"),
    ];
    let responses = f.client.batch(requests).await.unwrap();
    assert_eq!(sent(&f, 1).len(), 1);
    assert_eq!(sent(&f, 1)[0]["url"], "/users/of-a");
    assert!(responses[2].result.is_ok());
    let error = responses[3].result.as_ref().unwrap_err();
    assert!(error.is_failed_dependency());
    let cause = std::error::Error::source(error).unwrap().to_string();
    assert!(cause.contains("403"), "{cause}");
}

#[tokio::test]
async fn two_batch_answers_to_one_request_are_none() {
    let f = fixture();
    let twice = answer(vec![ok(0), ok(1), ok(0)]);
    f.graph.on(BATCH, [twice, answer(vec![ok(0)])]);
    assert_eq!(ids(&f.client.batch(users(2)).await.unwrap()), ["r0", "r1"]);
    assert_eq!(f.graph.requests().len(), 2, "the one is asked again");
}

#[tokio::test]
async fn a_batch_404_is_not_that_of_what_was_asked_for_inside() {
    let f = fixture();
    f.graph.on(BATCH, [Answer::error(404, "NotFound")]);
    let responses = f.client.batch(users(1)).await.unwrap();
    let error = responses[0].result.as_ref().unwrap_err();
    assert_eq!(error.status(), Some(404));
    assert!(!error.is_not_found(), "{error}");
}

#[tokio::test]
async fn an_inner_429_at_the_end_of_the_budget_ends_no_pause() {
    for last in [vec![refused(0, 503, "x")], vec![ok(7)]] {
        let (builder, graph, clock) = builder_with(ManualClock::paused());
        let once = RetryOptions::default().max_attempts(1);
        let client = builder.retry(once).build().unwrap();
        let throttled = inner(0, 429, json!({"Retry-After": "5"}), Value::Null);
        graph.on(BATCH, [answer(vec![throttled]), answer(last)]);
        for _ in 0..2 {
            let responses = client.batch(users(1)).await.unwrap();
            assert!(responses[0].result.is_err());
            clock.advance(Duration::from_secs(6));
        }
        // No request has passed since: one goes first, and the others wait for what it hears.
        let refusal = Answer::status(429).header("retry-after", "5");
        graph.on("/v1.0/users/u0", vec![refusal; 10]);
        for _ in 0..10 {
            let client = client.clone();
            tokio::spawn(async move { client.get::<User>("users/u0").send().await });
        }
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        assert_eq!(graph.requests().len(), 3);
    }
}
