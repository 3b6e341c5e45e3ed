//! Whatever answers, the test ends, says what is wrong, and never that all is well.

#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

use std::sync::Arc;

use crate::connect_service::{APP, SECRET, TENANT, every_permission, jwt};
use graph_client::test_util::{FixedRandom, ManualClock};
use graph_client::{
    Client, Credential, RetryOptions, TenantId, Transport, TransportError, TransportRequest,
    TransportResponse,
};
use m365_collect::connect::{Connection, ConnectionTest, Status};
use proptest::prelude::*;
use serde_json::json;

/// One answer to whatever is asked of Graph; the sign-in service gives that too, or a token.
#[derive(Debug)]
struct Answer {
    status: u16,
    body: String,
    request_id: bool,
    gives_token: bool,
}

#[async_trait::async_trait]
impl Transport for Answer {
    async fn send(&self, request: TransportRequest) -> Result<TransportResponse, TransportError> {
        let is_token = request.url.path().ends_with("/token");
        let mut headers = request.headers;
        headers.clear();
        let status = self.status.try_into().unwrap();
        let mut answer = TransportResponse::new(status, headers, self.body.clone());
        if self.request_id {
            answer.headers.insert("request-id", "1".parse().unwrap());
        }
        if self.gives_token && is_token {
            let token = jwt(&json!({"tid": TENANT, "roles": every_permission()}));
            let body = json!({"access_token": token, "expires_in": 3599});
            answer.status = 200.try_into().unwrap();
            answer.body = body.to_string().into();
        }
        Ok(answer)
    }
}

fn check(answer: Answer) -> Connection {
    let client = Client::builder(
        TenantId::new(TENANT).unwrap(),
        Credential::client_secret(APP, SECRET),
    )
    .transport(Arc::new(answer))
    .clock(Arc::new(ManualClock::new()))
    .random(Arc::new(FixedRandom::new(0.0)))
    .retry(RetryOptions::default().max_attempts(1))
    .build()
    .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(ConnectionTest::new(client).run())
}

/// Anything, and what looks like an answer of Microsoft.
fn body() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        Just("{}".to_owned()),
        Just(r#"{"value": []}"#.to_owned()),
        Just(r#"{"value": null}"#.to_owned()),
        Just(r#"{"error": {"code": "", "message": null}}"#.to_owned()),
        Just(r#"{"error": {"code": "Authorization_RequestDenied"}}"#.to_owned()),
        Just(r#"{"error": "invalid_client", "error_codes": [7000215]}"#.to_owned()),
        Just(r#"{"access_token": "", "expires_in": 0}"#.to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_answer_of_graph_but_the_right_ones_passes_for_a_connection(
        status in 200u16..600,
        body in body(),
        request_id in any::<bool>(),
    ) {
        let connection = check(Answer { status, body, request_id, gives_token: true });
        prop_assert_ne!(connection.status, Status::Connected, "{}", connection);
        prop_assert!(!connection.is_complete() && !connection.problems.is_empty());
    }

    #[test]
    fn no_answer_of_the_sign_in_service_but_a_token_passes_for_a_connection(
        status in 200u16..600,
        body in body(),
        request_id in any::<bool>(),
    ) {
        let connection = check(Answer { status, body, request_id, gives_token: false });
        prop_assert_ne!(connection.status, Status::Connected, "{}", connection);
        prop_assert!(!connection.is_complete() && !connection.problems.is_empty());
    }
}
