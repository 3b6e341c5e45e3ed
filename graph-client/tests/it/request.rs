//! What a request says, and which ones are not sent.
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use crate::support::{Fixture, User, builder, fixture, fixture_of};
use graph_client::test_util::{Answer, Recorded};

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
