//! Credentials other than a secret, and whose token it is.
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::User;
use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{KeyPair as _, RSA_PSS_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures::FutureExt as _;
use graph_client::test_util::{Answer, FakeTransport, FixedRandom, ManualClock, Recorded};
use graph_client::{
    AccessToken, Client, Credential, CredentialError, Limits, TenantId, TokenErrorKind,
    TokenProvider, TokenQuery,
};
use serde_json::Value;
use tokio::sync::Notify;

const PEM: &str = include_str!("../fixtures/throwaway-certificate.pem");
const TOKEN: &str = "/contoso.example/oauth2/v2.0/token";

fn client(credential: Credential) -> (Client, Arc<FakeTransport>, Arc<ManualClock>) {
    let graph = Arc::new(FakeTransport::new());
    let clock = Arc::new(ManualClock::new());
    let client = Client::builder(TenantId::new("contoso.example").unwrap(), credential)
        .transport(Arc::<FakeTransport>::clone(&graph))
        .clock(Arc::<ManualClock>::clone(&clock))
        .random(Arc::new(FixedRandom::new(0.0)))
        .limits(Limits::none())
        .build()
        .unwrap();
    (client, graph, clock)
}

fn form(request: &Recorded) -> HashMap<String, String> {
    url::form_urlencoded::parse(&request.body)
        .into_owned()
        .collect()
}

/// The blocks of a PEM file with this label.
fn der(label: &str) -> Vec<Vec<u8>> {
    PEM.split(&format!("-----BEGIN {label}-----"))
        .skip(1)
        .map(|rest| {
            let body = rest.split("-----END").next().unwrap();
            STANDARD.decode(body.replace(['\n', '\r'], "")).unwrap()
        })
        .collect()
}

#[tokio::test]
async fn a_certificate_signs_a_short_assertion_for_the_token_endpoint() {
    let credential = Credential::certificate("app-id", PEM).unwrap();
    assert!(!format!("{credential:?}").contains("BEGIN"));
    let (client, graph, clock) = client(credential);
    clock.advance(Duration::from_secs(100));
    client.authenticate().await.unwrap();
    let request = &graph.token_requests()[0];
    let form = form(request);
    assert_eq!(form["grant_type"], "client_credentials");
    assert_eq!(
        form["client_assertion_type"],
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    assert!(!form.contains_key("client_secret"));
    let parts: Vec<&str> = form["client_assertion"].split('.').collect();
    let decode = |part: &str| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    let (header, claims) = (decode(parts[0]), decode(parts[1]));
    // The second certificate in the file is that of the key.
    let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, &der("CERTIFICATE")[1]));
    assert_eq!(
        header,
        serde_json::json!({"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint})
    );
    let now = 1_767_225_600 + 100;
    assert_eq!(claims["aud"], request.url.as_str());
    assert_eq!(
        (&claims["iss"], &claims["sub"]),
        (&claims["sub"], &"app-id".into())
    );
    assert_eq!(claims["iat"], now);
    assert_eq!(claims["nbf"], now - 60);
    assert_eq!(claims["exp"], now + 600);
    assert_eq!(claims["jti"].as_str().unwrap().len(), 36);
    let key = RsaKeyPair::from_pkcs8(&der("PRIVATE KEY")[0]).unwrap();
    UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, key.public_key().as_ref())
        .verify(
            format!("{}.{}", parts[0], parts[1]).as_bytes(),
            &URL_SAFE_NO_PAD.decode(parts[2]).unwrap(),
        )
        .unwrap();
}

#[test]
fn a_certificate_without_its_key_or_a_key_without_its_certificate_is_refused() {
    let (certificates, key) = PEM.split_at(PEM.find("-----BEGIN PRIVATE").unwrap());
    let second = certificates.rfind("-----BEGIN CERT").unwrap();
    let stranger = format!("{}{key}", &certificates[..second]);
    for (pem, why) in [
        (certificates.to_owned(), "without a private key"),
        (key.to_owned(), "not in the file"),
        (stranger, "not in the file"),
        (String::new(), "without a private key"),
    ] {
        let error = Credential::certificate("app", pem).unwrap_err();
        assert!(
            error.is_invalid_request() && error.to_string().contains(why),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_federated_token_is_asked_for_anew_each_time() {
    let count = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&count);
    let (client, graph, clock) = client(Credential::federated(
        "app-id",
        Arc::new(move || {
            let mut count = counted.lock().unwrap();
            *count += 1;
            Ok(format!("assertion-{count}\n"))
        }),
    ));
    client.authenticate().await.unwrap();
    clock.advance(Duration::from_secs(3600));
    client.authenticate().await.unwrap();
    let sent: Vec<String> = graph
        .token_requests()
        .iter()
        .map(|request| form(request)["client_assertion"].clone())
        .collect();
    assert_eq!(sent, ["assertion-1", "assertion-2"]);
}

#[tokio::test]
async fn a_federated_token_in_a_file_is_read_when_it_is_needed() {
    let path = std::env::temp_dir().join(format!("graph-client-{}", std::process::id()));
    let (client, graph, _) = client(Credential::federated_file("app-id", &path));
    let error = client.authenticate().await.unwrap_err();
    assert!(error.is_authentication() && error.token_error().is_none());
    assert!(std::error::Error::source(&error).is_some());
    std::fs::write(&path, "from-a-file\n").unwrap();
    let result = client.authenticate().await;
    std::fs::remove_file(&path).unwrap();
    result.unwrap();
    assert_eq!(
        form(&graph.token_requests()[0])["client_assertion"],
        "from-a-file"
    );
}

#[tokio::test]
async fn a_refresh_token_opens_every_customer_and_is_replaced_by_the_new_one() {
    let stored = Arc::new(Mutex::new(Vec::new()));
    let store = Arc::clone(&stored);
    let (client, graph, _) = client(Credential::refresh_token(
        "app-id",
        Some("s3cret".to_owned()),
        "r3fresh-1",
        move |token| store.lock().unwrap().push(token.to_owned()),
    ));
    graph.on(
        TOKEN,
        [Answer::json(
            r#"{"access_token":"a","expires_in":3600,"refresh_token":"r3fresh-2"}"#,
        )],
    );
    client.authenticate().await.unwrap();
    let customer = client.for_tenant(TenantId::new("customer.example").unwrap());
    customer.authenticate().await.unwrap();
    let forms: Vec<_> = graph.token_requests().iter().map(form).collect();
    assert_eq!(forms[0]["grant_type"], "refresh_token");
    assert_eq!(forms[0]["refresh_token"], "r3fresh-1");
    assert_eq!(forms[0]["client_secret"], "s3cret");
    assert_eq!(forms[1]["refresh_token"], "r3fresh-2");
    assert_eq!(*stored.lock().unwrap(), ["r3fresh-2"]);
    assert!(!format!("{client:?}").contains("r3fresh"));
}

#[derive(Default)]
struct Broker(Mutex<Vec<(String, String, Option<String>)>>);

#[async_trait]
impl TokenProvider for Broker {
    async fn token(&self, query: TokenQuery<'_>) -> Result<AccessToken, CredentialError> {
        let asked = (
            query.tenant.to_string(),
            query.scope.to_owned(),
            query.claims.map(str::to_owned),
        );
        let mut all = self.0.lock().unwrap();
        all.push(asked);
        if query.tenant.as_str() == "broken.example" {
            return Err("the broker is out".into());
        }
        Ok(AccessToken::new(
            format!("broker-{}", all.len()),
            Duration::from_secs(3600),
        ))
    }
}

#[tokio::test]
async fn a_provider_is_asked_with_tenant_scope_and_claims_and_its_answer_is_kept() {
    let broker = Arc::new(Broker::default());
    let (client, graph, _) = client(Credential::provider(
        "app-id",
        Arc::<Broker>::clone(&broker),
    ));
    let challenge = r#"Bearer error="insufficient_claims", claims="e30=""#;
    let user = || Answer::json(r#"{"id":"1"}"#);
    graph.on(
        "/v1.0/users/1",
        [
            user(),
            user(),
            Answer::error(401, "x").header("www-authenticate", challenge),
            user(),
            user(),
        ],
    );
    for _ in 0..3 {
        client.get::<User>("users/1").send().await.unwrap();
    }
    let other = client.for_tenant(TenantId::new("other.example").unwrap());
    other.get::<User>("users/1").send().await.unwrap();
    let scope = "https://graph.microsoft.com/.default".to_owned();
    let ours = "contoso.example".to_owned();
    assert_eq!(
        *broker.0.lock().unwrap(),
        [
            (ours.clone(), scope.clone(), None),
            (ours, scope.clone(), Some("{}".to_owned())),
            ("other.example".to_owned(), scope, None),
        ]
    );
    let tokens_sent: Vec<String> = graph
        .requests()
        .iter()
        .map(|r| r.header("authorization").unwrap().to_owned())
        .collect();
    assert_eq!(
        tokens_sent,
        ["broker-1", "broker-1", "broker-1", "broker-2", "broker-3"].map(|t| format!("Bearer {t}"))
    );
    assert!(graph.token_requests().is_empty());
    let failing = client.for_tenant(TenantId::new("broken.example").unwrap());
    let error = failing.get::<User>("users/1").send().await.unwrap_err();
    assert!(error.is_authentication());
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "the broker is out"
    );
}

/// Answers its first question when it is told to, and the others at once.
#[derive(Default)]
struct Slow {
    asked: AtomicU64,
    go_on: Notify,
    fails: bool,
}

#[async_trait]
impl TokenProvider for Slow {
    async fn token(&self, _: TokenQuery<'_>) -> Result<AccessToken, CredentialError> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        if number == 1 {
            self.go_on.notified().await;
            if self.fails {
                return Err("the broker is out".into());
            }
        }
        let lifetime = Duration::from_secs(3600);
        Ok(AccessToken::new(format!("slow-{number}"), lifetime))
    }
}

#[tokio::test]
async fn who_comes_late_with_a_token_or_a_failure_takes_nothing_from_the_others() {
    for fails in [false, true] {
        let slow = Arc::new(Slow {
            fails,
            ..Slow::default()
        });
        let provider = Arc::<Slow>::clone(&slow);
        let (client, graph, _) = client(Credential::provider("app-id", provider));
        graph.on("/v1.0/users/1", vec![Answer::json(r#"{"id":"1"}"#); 3]);
        let get = || client.get::<User>("users/1").send();
        let mut first = pin!(get());
        assert!(first.as_mut().now_or_never().is_none());
        slow.go_on.notify_one();
        // The first does not come when it is woken, so that the second fetches.
        get().await.unwrap();
        first.await.unwrap();
        get().await.unwrap();
        let sent = graph.requests();
        let tokens = sent.iter().map(|request| request.header("authorization"));
        assert_eq!(
            tokens.collect::<Vec<_>>(),
            vec![Some("Bearer slow-2"); 3],
            "{fails}"
        );
    }
}

#[tokio::test]
async fn a_tenant_is_verified_by_its_own_answer() {
    let organization = r#"{"value":[{"id":"6E7B768E-07e2-4810-8459-485f84f8f204",
        "verifiedDomains":[{"name":"contoso.onmicrosoft.com"},{"name":"Contoso.Example"}]}]}"#;
    let (client, graph, _) = client(Credential::client_secret("app", "secret"));
    graph.on("/v1.0/organization", vec![Answer::json(organization); 3]);
    let id = client.verify_tenant().await.unwrap();
    assert_eq!(id.as_str(), "6e7b768e-07e2-4810-8459-485f84f8f204");
    client.for_tenant(id).verify_tenant().await.unwrap();
    let other = client.for_tenant(TenantId::new("fabrikam.example").unwrap());
    let error = other.verify_tenant().await.unwrap_err();
    assert!(error.is_wrong_tenant() && !error.is_authentication());
    assert!(!error.to_string().contains("6e7b768e"));
}

#[tokio::test]
async fn a_consented_tenant_is_trusted_only_after_it_answered() {
    let (client, graph, _) = client(Credential::client_secret("app", "secret"));
    let consent =
        graph_client::AdminConsent::new(graph_client::Cloud::Global, "app", "https://app.example")
            .unwrap();
    let came_back = "admin_consent=True&tenant=victim.example&state=s";
    let consented = || consent.callback(came_back, "s").unwrap();
    assert_eq!(consented().unverified_tenant().as_str(), "victim.example");
    graph.on(
        "/victim.example/oauth2/v2.0/token",
        [Answer::status(400).body(r#"{"error":"unauthorized_client","error_codes":[700016]}"#)],
    );
    let error = consented().verify(&client).await.unwrap_err();
    assert_eq!(
        error.token_error().unwrap().kind,
        TokenErrorKind::AppNotFound
    );
    graph.on(
        "/v1.0/organization",
        [Answer::json(
            r#"{"value":[{"id":"t-1","verifiedDomains":[{"name":"victim.example"}]}]}"#,
        )],
    );
    assert_eq!(consented().verify(&client).await.unwrap().as_str(), "t-1");
}

#[tokio::test]
async fn refused_assertions_and_unknown_persons_name_cause_and_cure() {
    for (number, kind) in [
        (700_027, TokenErrorKind::AssertionRejected),
        (700_021, TokenErrorKind::AssertionRejected),
        (50_020, TokenErrorKind::UserNotInTenant),
    ] {
        let (client, graph, _) = client(Credential::client_secret("app", "secret"));
        let body = format!(r#"{{"error":"invalid_client","error_codes":[{number}]}}"#);
        graph.on(TOKEN, [Answer::status(401).body(body)]);
        let error = client.authenticate().await.unwrap_err();
        assert_eq!(error.token_error().unwrap().kind, kind);
        assert!(error.to_string().contains(&format!("AADSTS{number}")));
    }
}

/// Never answers the first time.
#[derive(Default)]
struct Silent(Mutex<u32>);

impl Silent {
    async fn answer(&self) -> String {
        let asked = {
            let mut asked = self.0.lock().unwrap();
            *asked += 1;
            *asked
        };
        if asked == 1 {
            std::future::pending::<()>().await;
        }
        format!("token-{asked}")
    }
}

#[async_trait]
impl TokenProvider for Silent {
    async fn token(&self, _: TokenQuery<'_>) -> Result<AccessToken, CredentialError> {
        Ok(AccessToken::new(
            self.answer().await,
            Duration::from_secs(3600),
        ))
    }
}

#[async_trait]
impl graph_client::AssertionSource for Silent {
    async fn assertion(&self, _: &TenantId) -> Result<String, CredentialError> {
        Ok(self.answer().await)
    }
}

#[tokio::test]
async fn a_source_of_credentials_that_is_silent_holds_nobody_up_for_ever() {
    let provider = Credential::provider("app-id", Arc::new(Silent::default()));
    let federated = Credential::federated("app-id", Arc::new(Silent::default()));
    for credential in [provider, federated] {
        let clock = Arc::new(ManualClock::paused());
        let graph = Arc::new(FakeTransport::new());
        graph.on("/v1.0/users/1", [Answer::json(r#"{"id":"1"}"#)]);
        let client = Client::builder(TenantId::new("contoso.example").unwrap(), credential)
            .transport(Arc::<FakeTransport>::clone(&graph))
            .clock(Arc::<ManualClock>::clone(&clock))
            .limits(Limits::none())
            .build()
            .unwrap();
        let call = || client.get::<User>("users/1").send();
        let mut both = Box::pin(futures::future::join(call(), call()));
        assert!(both.as_mut().now_or_never().is_none());
        clock.advance(Duration::from_secs(99));
        assert!(both.as_mut().now_or_never().is_none());
        clock.advance(Duration::from_secs(1));
        let (first, second) = both.await;
        for error in [first.unwrap_err(), second.unwrap_err()] {
            assert!(error.is_timeout() && error.is_authentication(), "{error}");
        }
        assert_eq!(call().await.unwrap().id, "1", "it is asked again");
    }
}
