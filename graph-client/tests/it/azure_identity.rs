//! Credentials of the Azure SDK as credentials of a client.
#![cfg(feature = "azure-identity")]
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use crate::support::{User, page};
use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::ErrorKind;
use graph_client::test_util::{Answer, FakeTransport, FixedRandom, ManualClock};
use graph_client::{AzureIdentity, Client, Clock as _, Credential, TenantId};
use time::OffsetDateTime;

#[derive(Debug)]
struct Scripted {
    asked: Mutex<Vec<String>>,
    answer: Result<u64, ErrorKind>,
    now: SystemTime,
}

#[async_trait]
impl TokenCredential for Scripted {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.asked.lock().unwrap().push(scopes.join(" "));
        let seconds = self
            .answer
            .clone()
            .map_err(|kind| azure_core::Error::with_message(kind, "s3cret answer"))?;
        let expires = OffsetDateTime::from(self.now) + Duration::from_secs(seconds);
        Ok(AccessToken::new("azure-t0ken", expires))
    }
}

fn tenant(name: &str) -> TenantId {
    TenantId::new(name).unwrap()
}

fn setup(answer: Result<u64, ErrorKind>) -> (Client, Arc<FakeTransport>, Arc<Scripted>) {
    let clock = Arc::new(ManualClock::new());
    let scripted = Arc::new(Scripted {
        asked: Mutex::default(),
        answer,
        now: clock.now(),
    });
    let source: Arc<dyn TokenCredential> = Arc::<Scripted>::clone(&scripted);
    let identity = AzureIdentity::new(tenant("contoso.example"), source)
        .clock(Arc::<ManualClock>::clone(&clock));
    let graph = Arc::new(FakeTransport::new());
    let client = Client::builder(
        tenant("contoso.example"),
        Credential::provider("app-id", Arc::new(identity)),
    )
    .transport(Arc::<FakeTransport>::clone(&graph))
    .clock(clock)
    .random(Arc::new(FixedRandom::new(0.0)))
    .build()
    .unwrap();
    (client, graph, scripted)
}

fn cause(error: &graph_client::Error) -> String {
    std::error::Error::source(error).unwrap().to_string()
}

#[tokio::test]
async fn the_token_is_asked_for_with_the_scope_and_kept_until_it_expires() {
    let (client, graph, scripted) = setup(Ok(3600));
    graph.on("/v1.0/users", [page(&[], None), page(&[], None)]);
    for _ in 0..2 {
        let items = client.list::<User>("users").items();
        assert_eq!(futures::StreamExt::count(items).await, 0);
    }
    assert_eq!(
        *scripted.asked.lock().unwrap(),
        ["https://graph.microsoft.com/.default"]
    );
    assert_eq!(
        graph.requests()[0].header("authorization"),
        Some("Bearer azure-t0ken")
    );
    assert_eq!(
        client.authenticate().await.unwrap().expires_in,
        Duration::from_secs(3600)
    );
    assert!(graph.token_requests().is_empty());
}

#[tokio::test]
async fn another_tenant_is_refused_and_not_answered_with_a_token_for_this_one() {
    let (client, graph, scripted) = setup(Ok(3600));
    let error = client
        .for_tenant(tenant("other.example"))
        .authenticate()
        .await
        .unwrap_err();
    assert!(error.is_authentication() && cause(&error).contains("another tenant"));
    assert!(scripted.asked.lock().unwrap().is_empty() && graph.all_requests().is_empty());
}

#[tokio::test]
async fn a_claims_challenge_is_a_typed_error_and_no_loop() {
    let (client, graph, scripted) = setup(Ok(3600));
    let challenge = r#"Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==""#;
    graph.on(
        "/v1.0/users/1",
        vec![Answer::status(401).header("www-authenticate", challenge); 3],
    );
    let error = client.get::<User>("users/1").send().await.unwrap_err();
    assert!(error.is_authentication() && cause(&error).contains("claims challenge"));
    assert_eq!(scripted.asked.lock().unwrap().len(), 1);
    assert_eq!(graph.requests().len(), 1);
}

#[tokio::test]
async fn refusals_are_told_without_what_the_sign_in_service_answered() {
    for (answer, why) in [
        (Err(ErrorKind::Credential), "set up on this machine"),
        (Err(ErrorKind::Connection), "check the network"),
        (Ok(0), "has expired"),
    ] {
        let (client, ..) = setup(answer);
        let error = client.authenticate().await.unwrap_err();
        assert!(cause(&error).contains(why), "{}", cause(&error));
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }
}

#[tokio::test]
async fn a_function_makes_a_credential_for_each_tenant() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    let identity = AzureIdentity::per_tenant(move |tenant| {
        noted.lock().unwrap().push(tenant.to_string());
        Ok(Arc::new(Scripted {
            asked: Mutex::default(),
            answer: Ok(3600),
            now: SystemTime::now(),
        }))
    });
    let client = Client::builder(
        tenant("a.example"),
        Credential::provider("app-id", Arc::new(identity)),
    )
    .transport(Arc::new(FakeTransport::new()))
    .build()
    .unwrap();
    client.authenticate().await.unwrap();
    let other = client.for_tenant(tenant("b.example"));
    other.authenticate().await.unwrap();
    assert_eq!(*asked.lock().unwrap(), ["a.example", "b.example"]);
}
