//! Changes: what is sent again and what is not.
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use std::time::Duration;

use crate::support::{Fixture, User, fixture};
use graph_client::TransportErrorKind;
use graph_client::test_util::Answer;
use graph_client::write::{WriteRequest, Writer};
use serde_json::json;

const PATH: &str = "/v1.0/users/1";

/// A request of each method.
fn requests(f: &Fixture) -> [WriteRequest; 3] {
    let writer = Writer::new(&f.client);
    [
        writer.post("users/1", &json!({"a": "é"})),
        writer.patch("users/1", &json!({"a": "é"})),
        writer.delete("users/1"),
    ]
}

/// How many calls each method made when this was answered before a success, and whether it ended
/// well.
async fn calls(first: &Answer) -> Vec<(usize, bool)> {
    let mut seen = Vec::new();
    for at in 0..3 {
        let f = fixture();
        f.graph
            .on(PATH, [first.clone(), Answer::json(r#"{"id":"1"}"#)]);
        let request = requests(&f).into_iter().nth(at).unwrap();
        let ok = request.send().await.is_ok();
        seen.push((f.graph.requests().len(), ok));
    }
    seen
}

#[tokio::test]
async fn a_refused_post_is_sent_again_with_identical_body_and_content_type() {
    let f = fixture();
    f.graph.on(
        "/v1.0/users",
        [
            Answer::status(429).header("retry-after", "7"),
            Answer::status(201).body(r#"{"id":"1"}"#),
        ],
    );
    let writer = Writer::new(&f.client);
    let response = writer
        .post("users", &json!({"displayName": "Adèle"}))
        .header("prefer", "return=representation")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status, 201);
    assert_eq!(response.decode::<User>().unwrap().id, "1");
    let sent = f.graph.requests();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].body, sent[1].body);
    assert_eq!(sent[0].body, r#"{"displayName":"Adèle"}"#.as_bytes());
    for request in &sent {
        assert_eq!(request.method, "POST");
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.header("prefer"), Some("return=representation"));
    }
    assert_eq!(f.clock.elapsed(), Duration::from_secs(7));
}

#[tokio::test]
async fn what_was_surely_not_done_is_sent_again() {
    for refusal in [
        Answer::status(429),
        Answer::status(509),
        Answer::status(503).header("retry-after", "1"),
        Answer::failure(TransportErrorKind::Connect),
        Answer::error(401, "InvalidAuthenticationToken"),
    ] {
        assert_eq!(calls(&refusal).await, [(2, true); 3], "{refusal:?}");
    }
}

#[tokio::test]
async fn what_may_have_been_done_is_sent_again_only_if_twice_does_no_harm() {
    for doubt in [
        Answer::status(500),
        Answer::status(502),
        Answer::status(503),
        Answer::status(504),
        Answer::failure(TransportErrorKind::Timeout),
        Answer::failure(TransportErrorKind::Interrupted),
    ] {
        assert_eq!(
            calls(&doubt).await,
            [(1, false), (2, true), (2, true)],
            "{doubt:?}"
        );
    }
}

#[tokio::test]
async fn a_write_refused_by_4xx_is_final() {
    for status in [400, 403, 404, 409, 412] {
        let refusal = Answer::error(status, "x");
        assert_eq!(calls(&refusal).await, [(1, false); 3], "{status}");
    }
}

#[tokio::test]
async fn a_303_is_followed_by_a_get_without_body() {
    let f = fixture();
    f.graph.on(
        PATH,
        [Answer::status(303).header("location", "/v1.0/operations/2")],
    );
    f.graph.on("/v1.0/operations/2", [Answer::json("{}")]);
    let [post, ..] = requests(&f);
    post.send().await.unwrap();
    let second = &f.graph.requests()[1];
    assert_eq!((second.method.as_str(), second.body.len()), ("GET", 0));
    assert_eq!(second.header("content-type"), None);
    // Any other redirect would repeat the change elsewhere.
    for status in [301, 302, 307, 308] {
        let redirect = Answer::status(status).header("location", "/v1.0/users/2");
        assert_eq!(calls(&redirect).await, [(1, false); 3], "{status}");
    }
    let foreign = Answer::status(303).header("location", "https://evil.example/x");
    assert_eq!(calls(&foreign).await, [(1, false); 3]);
}

#[tokio::test]
async fn an_object_that_changed_is_a_412_and_not_overwritten() {
    let f = fixture();
    f.graph.on(PATH, [Answer::error(412, "PreconditionFailed")]);
    let [_, patch, _] = requests(&f);
    let error = patch.if_match("W/\"1\"").send().await.unwrap_err();
    assert_eq!(error.status(), Some(412));
    assert_eq!(f.graph.requests()[0].header("if-match"), Some("W/\"1\""));
}

#[tokio::test]
async fn a_409_concurrency_violation_was_not_carried_out_and_is_sent_again_whatever_it_is() {
    let conflict = Answer::error(409, "Directory_ConcurrencyViolation").header("retry-after", "5");
    assert_eq!(calls(&conflict).await, [(2, true), (2, true), (2, true)]);
    let f = fixture();
    f.graph.on(PATH, [conflict, Answer::status(204)]);
    let [post, ..] = requests(&f);
    post.send().await.unwrap();
    assert_eq!(f.clock.elapsed(), Duration::from_secs(5));
    let other = Answer::error(409, "Request_MultipleObjectsWithSameKeyValue");
    assert_eq!(calls(&other).await, [(1, false), (1, false), (1, false)]);
}
