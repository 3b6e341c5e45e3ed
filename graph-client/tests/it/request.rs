//! What a request says, and which ones are not sent.
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use std::future::IntoFuture as _;

use crate::support::{Fixture, User, builder, fixture, fixture_of, page};
use futures::StreamExt as _;
use graph_client::ListRequest;
use graph_client::test_util::{Answer, Recorded};
use serde::Deserialize;

#[tokio::test]
async fn every_request_says_whose_it_is() {
    let agents = |f: Fixture| async move {
        f.graph.on("/v1.0/users/1", [Answer::json(r#"{"id":"1"}"#)]);
        f.client.get::<User>("users/1").send().await.unwrap();
        let agent = |request: &Recorded| request.header("user-agent").map(str::to_owned);
        f.graph.requests().iter().map(agent).collect::<Vec<_>>()
    };
    let version = format!("graph-client/{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(agents(fixture()).await, vec![Some(version)]);
    let named = fixture_of(|b| b.user_agent("ISV|Contoso|Backup/1.0"));
    let said = Some("ISV|Contoso|Backup/1.0".to_owned());
    assert_eq!(agents(named).await, vec![said]);
    let bad = builder().0.user_agent("a\r\nb: c").build().unwrap_err();
    assert!(bad.is_invalid_request());
}

#[tokio::test]
async fn to_await_a_request_is_to_send_it() {
    let f = fixture();
    f.graph
        .on("/v1.0/users/1", vec![Answer::json(r#"{"id":"1"}"#); 2]);
    f.graph.on("/v1.0/users/$count", [Answer::json("7")]);
    assert_eq!(f.client.get::<User>("users/1").await.unwrap().id, "1");
    assert_eq!(f.client.count("users").await.unwrap(), 7);
    let raw = tokio::spawn(f.client.raw("users/1").into_future());
    assert_eq!(raw.await.unwrap().unwrap().body, r#"{"id":"1"}"#);
}

#[tokio::test]
async fn directory_objects_are_counted_and_searched_with_the_header_that_it_takes() {
    let header = async |path: &str, change: fn(ListRequest<User>) -> ListRequest<User>| {
        let f = fixture();
        let next = format!("https://graph.microsoft.com/v1.0/{path}?$skiptoken=2");
        let pages = [page(&[], Some(&next)), page(&[], None)];
        f.graph.on(&format!("/v1.0/{path}"), pages);
        let list = change(f.client.list::<User>(path));
        assert_eq!(list.items().count().await, 0);
        let header = |sent: &Recorded| sent.header("consistencylevel").map(str::to_owned);
        let sent: Vec<_> = f.graph.requests().iter().map(header).collect();
        assert_eq!((sent.len(), &sent[0]), (2, &sent[1]));
        sent[0].clone()
    };
    let eventual = Some("eventual".to_owned());
    assert_eq!(header("users", ListRequest::count).await, eventual);
    assert_eq!(
        header("groups/1/members", |l| l.search("x")).await,
        eventual
    );
    let twice = |l: ListRequest<User>| l.consistency_level_eventual().count();
    assert_eq!(header("users", twice).await, eventual);
    assert_eq!(header("users", |l| l.filter("x")).await, None);
    assert_eq!(header("users/1/messages", ListRequest::count).await, None);
    assert_eq!(header("auditLogs/signIns", ListRequest::count).await, None);
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only the names matter")]
struct AsInRust {
    id: String,
    display_name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only the names matter")]
struct Extended {
    id: String,
    extension_0a1b2c_name: Option<String>,
    contoso_courses: Option<String>,
    sp800_53: Option<String>,
}

#[tokio::test]
async fn a_type_with_rusts_own_names_is_refused_and_real_names_with_underscores_are_not() {
    let f = fixture();
    f.graph
        .on("/v1.0/users/1", vec![Answer::json(r#"{"id":"1"}"#); 2]);
    let refused = f.client.get::<AsInRust>("users/1").await.unwrap_err();
    assert!(refused.is_invalid_request() && f.graph.requests().is_empty());
    let told = refused.to_string();
    assert!(
        told.contains("field display_name") && told.contains("rename_all"),
        "{told}"
    );
    let listed = f.client.list::<AsInRust>("users").items().next().await;
    assert!(listed.unwrap().unwrap_err().is_invalid_request());
    f.client.get::<Extended>("users/1").await.unwrap();
    let by_hand = f.client.get::<AsInRust>("users/1").select(["id"]);
    by_hand.await.unwrap();
}

#[tokio::test]
async fn a_refused_request_is_told_in_the_words_of_the_service_and_without_values() {
    let f = fixture();
    let refusal = |status: u16, message: &str| {
        let body = serde_json::json!({"error": {"code": "BadRequest", "message": message}});
        Answer::status(status).body(body.to_string())
    };
    let unknown =
        "Could not find a property named 'contoso_course' on type 'microsoft.graph.user'.";
    let value = "Invalid filter clause: Syntax error in 'mail eq M4RK'.";
    let answers = [
        refusal(400, unknown),
        refusal(400, value),
        refusal(403, unknown),
    ];
    f.graph.on("/v1.0/users/1", answers);
    let mut told = Vec::new();
    for _ in 0..3 {
        let error = f.client.get::<User>("users/1").await.unwrap_err();
        assert!(!format!("{error:?}").contains("clause"), "{error:?}");
        told.push(error.to_string());
    }
    let said = "the service says: Could not find a property named 'contoso_course' on type";
    assert!(
        told[0].contains(said) && told[0].contains("rename_all"),
        "{}",
        told[0]
    );
    assert!(
        told[1].ends_with("says: Invalid filter clause: Syntax error in …"),
        "{}",
        told[1]
    );
    assert!(!told[2].contains("says"), "{}", told[2]);
}
