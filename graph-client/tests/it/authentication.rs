//! Tokens: how they are fetched, shared, renewed, and where they go.
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use std::sync::Arc;
use std::time::Duration;

use crate::support::{Events, SECRET, User, builder, fixture, page};
use futures::{StreamExt as _, TryStreamExt as _};
use graph_client::test_util::Answer;
use graph_client::{CallEvent, Client, Cloud, Credential, TenantId, TokenErrorKind};

const TOKEN: &str = "/contoso.example/oauth2/v2.0/token";

fn users(ids: &[&str]) -> Answer {
    page(ids, None)
}

#[tokio::test]
async fn asks_for_a_token_by_client_credentials_as_documented() {
    let f = fixture();
    f.graph.on("/v1.0/users", [users(&["a"])]);
    assert_eq!(
        f.client
            .list::<User>("users")
            .items()
            .try_collect::<Vec<_>>()
            .await
            .unwrap()
            .len(),
        1
    );
    let token = &f.graph.token_requests()[0];
    assert_eq!(
        token.url.as_str(),
        format!("https://login.microsoftonline.com{TOKEN}")
    );
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&token.body)
        .into_owned()
        .collect();
    let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(
        form,
        [
            ("client_id", "app-id"),
            ("scope", "https://graph.microsoft.com/.default"),
            ("grant_type", "client_credentials"),
            ("client_secret", SECRET),
        ]
    );
    assert_eq!(token.header("authorization"), None);
    assert!(f.graph.requests()[0].headers["authorization"].is_sensitive());
    assert_eq!(
        f.graph.requests()[0].header("authorization"),
        Some("Bearer token-1")
    );
}

#[tokio::test]
async fn a_hundred_callers_with_a_cold_token_cache_make_one_fetch() {
    let f = fixture();
    f.graph
        .on("/v1.0/users/1", vec![Answer::json(r#"{"id":"1"}"#); 100]);
    let calls = (0..100).map(|_| f.client.get::<User>("users/1").send());
    for result in futures::future::join_all(calls).await {
        result.unwrap();
    }
    assert_eq!(f.graph.token_requests().len(), 1);
    assert_eq!(f.graph.requests().len(), 100);
}

#[tokio::test]
async fn a_hundred_callers_share_one_refusal() {
    let f = fixture();
    f.graph.on(
        TOKEN,
        vec![
            Answer::status(401).body(r#"{"error":"invalid_client","error_codes":[7000222]}"#);
            100
        ],
    );
    let calls = (0..100).map(|_| f.client.get::<User>("users/1").send());
    for result in futures::future::join_all(calls).await {
        let error = result.unwrap_err();
        assert_eq!(
            error.token_error().map(|e| e.kind.clone()),
            Some(TokenErrorKind::SecretExpired)
        );
        assert!(error.is_authentication() && error.to_string().contains("AADSTS7000222"));
    }
    assert_eq!(f.graph.token_requests().len(), 1);
    assert!(f.graph.requests().is_empty());
    // A later call tries again, since the secret may have been renewed.
    f.client.authenticate().await.unwrap_err();
    assert_eq!(f.graph.token_requests().len(), 2);
}

#[tokio::test]
async fn the_next_waiter_fetches_the_token_when_the_fetching_one_is_dropped() {
    let f = fixture();
    f.graph.on(TOKEN, [Answer::never()]);
    let first = tokio::spawn({
        let client = f.client.clone();
        async move { client.authenticate().await }
    });
    while f.graph.token_requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let second = tokio::spawn({
        let client = f.client.clone();
        async move { client.authenticate().await }
    });
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert_eq!(f.graph.token_requests().len(), 1);
    first.abort();
    second.await.unwrap().unwrap();
    assert_eq!(f.graph.token_requests().len(), 2);
}

#[tokio::test]
async fn renews_early_and_keeps_the_old_token_while_it_is_valid() {
    let f = fixture();
    let token =
        |text: &str| Answer::json(format!(r#"{{"access_token":"{text}","expires_in":3600}}"#));
    f.graph
        .on(TOKEN, [token("old"), Answer::error(400, "x"), token("new")]);
    f.graph
        .on("/v1.0/users/1", vec![Answer::json(r#"{"id":"1"}"#); 4]);
    let read = || f.client.get::<User>("users/1").send();
    let used = || {
        f.graph
            .requests()
            .last()
            .unwrap()
            .header("authorization")
            .unwrap()
            .to_owned()
    };

    read().await.unwrap();
    f.clock.advance(Duration::from_secs(3299));
    read().await.unwrap();
    assert_eq!(
        (used(), f.graph.token_requests().len()),
        ("Bearer old".to_owned(), 1)
    );
    // Five minutes before its end it is renewed; that fails, so it serves on.
    f.clock.advance(Duration::from_secs(2));
    read().await.unwrap();
    assert_eq!(
        (used(), f.graph.token_requests().len()),
        ("Bearer old".to_owned(), 2)
    );
    f.clock.advance(Duration::from_secs(31));
    read().await.unwrap();
    assert_eq!(
        (used(), f.graph.token_requests().len()),
        ("Bearer new".to_owned(), 3)
    );
}

#[tokio::test]
async fn an_expired_token_is_not_used_when_renewing_fails() {
    let f = fixture();
    f.graph.on(
        TOKEN,
        [Answer::json(r#"{"access_token":"old","expires_in":3600}"#)],
    );
    f.client.authenticate().await.unwrap();
    f.clock.advance(Duration::from_secs(3600));
    f.graph.on(TOKEN, [Answer::error(400, "x")]);
    assert!(
        f.client
            .get::<User>("users/1")
            .send()
            .await
            .unwrap_err()
            .is_authentication()
    );
    assert!(f.graph.requests().is_empty());
}

#[tokio::test]
async fn a_401_with_claims_renews_once_with_them_and_does_not_loop() {
    let f = fixture();
    let challenge = r#"Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==""#;
    let refusal =
        Answer::error(401, "InvalidAuthenticationToken").header("www-authenticate", challenge);
    f.graph.on(
        "/v1.0/users/1",
        [refusal.clone(), Answer::json(r#"{"id":"1"}"#)],
    );
    f.client.get::<User>("users/1").send().await.unwrap();
    let tokens = f.graph.token_requests();
    assert_eq!(tokens.len(), 2);
    let claims = url::form_urlencoded::parse(&tokens[1].body)
        .find(|(k, _)| k == "claims")
        .map(|(_, v)| v.into_owned());
    assert_eq!(claims.as_deref(), Some(r#"{"access_token":{}}"#));
    assert_eq!(
        f.graph.requests()[1].header("authorization"),
        Some("Bearer token-2")
    );

    f.graph.on("/v1.0/users/2", vec![refusal; 5]);
    let error = f.client.get::<User>("users/2").send().await.unwrap_err();
    assert!(error.is_authentication());
    assert_eq!(
        (error.status(), error.code(), error.attempts()),
        (Some(401), Some("InvalidAuthenticationToken"), 2)
    );
}

#[tokio::test]
async fn many_401_at_once_renew_the_token_once() {
    let f = fixture();
    f.graph.on(
        "/v1.0/users/1",
        vec![Answer::error(401, "InvalidAuthenticationToken"); 20],
    );
    f.graph
        .on("/v1.0/users/1", vec![Answer::json(r#"{"id":"1"}"#); 20]);
    f.client.authenticate().await.unwrap();
    let calls = (0..20).map(|_| f.client.get::<User>("users/1").send());
    for result in futures::future::join_all(calls).await {
        result.unwrap();
    }
    assert_eq!(f.graph.token_requests().len(), 2);
}

#[tokio::test]
async fn the_token_call_retries_through_the_same_path() {
    let f = fixture();
    f.graph.on(
        TOKEN,
        [
            Answer::status(429).header("retry-after", "60"),
            Answer::status(400).body(r#"{"error":"invalid_request","error_codes":[90033]}"#),
            Answer::status(503),
        ],
    );
    f.client.authenticate().await.unwrap();
    assert_eq!(f.graph.token_requests().len(), 4);
    assert!(f.clock.elapsed() >= Duration::from_secs(60));
}

#[tokio::test]
async fn every_documented_aadsts_refusal_names_cause_and_cure() {
    for (number, kind) in [
        (7_000_215, TokenErrorKind::WrongSecret),
        (700_016, TokenErrorKind::AppNotFound),
        (7_000_229, TokenErrorKind::ServicePrincipalMissing),
        (90_002, TokenErrorKind::TenantNotFound),
        (65_001, TokenErrorKind::NoConsent),
        (53_003, TokenErrorKind::ConditionalAccess),
        (70_011, TokenErrorKind::InvalidScope),
        (5_000_224, TokenErrorKind::TenantDeleted),
    ] {
        let f = fixture();
        let body = format!(
            r#"{{"error":"invalid_client","error_codes":[{number}],"error_description":"AADSTS{number}: {SECRET}"}}"#
        );
        f.graph.on(TOKEN, [Answer::status(400).body(body)]);
        let error = f.client.authenticate().await.unwrap_err();
        let refusal = error.token_error().unwrap();
        assert_eq!((&refusal.kind, refusal.aadsts), (&kind, Some(number)));
        assert_eq!(
            (error.status(), error.code()),
            (Some(400), Some("invalid_client"))
        );
        let shown = error.to_string();
        assert!(
            shown.contains(refusal.cause()) && shown.contains(refusal.cure()),
            "{shown}"
        );
        assert!(!format!("{error:?}{shown}").contains(SECRET));
    }
}

#[tokio::test]
async fn a_token_without_roles_shows_missing_consent() {
    let f = fixture();
    // {"roles":[]} and then an opaque token.
    f.graph.on(
        TOKEN,
        [Answer::json(
            r#"{"access_token":"e30.eyJyb2xlcyI6W119.x","expires_in":3599}"#,
        )],
    );
    let info = f.client.authenticate().await.unwrap();
    assert_eq!(
        (info.roles, info.expires_in),
        (Some(vec![]), Duration::from_secs(3599))
    );
    let f = fixture();
    assert_eq!(f.client.authenticate().await.unwrap().roles, None);
}

#[tokio::test]
async fn each_cloud_has_its_own_hosts_and_scope() {
    for (cloud, graph, login) in [
        (
            Cloud::GccHigh,
            "graph.microsoft.us",
            "login.microsoftonline.us",
        ),
        (
            Cloud::Dod,
            "dod-graph.microsoft.us",
            "login.microsoftonline.us",
        ),
        (
            Cloud::China,
            "microsoftgraph.chinacloudapi.cn",
            "login.chinacloudapi.cn",
        ),
    ] {
        let (builder, fake, _) = builder();
        fake.on("/v1.0/users", [users(&[])]);
        let client = builder.cloud(cloud).build().unwrap();
        assert!(
            client
                .list::<User>("users")
                .pages()
                .next()
                .await
                .unwrap()
                .is_ok()
        );
        assert_eq!(fake.requests()[0].url.host_str(), Some(graph));
        let token = &fake.token_requests()[0];
        assert_eq!(token.url.host_str(), Some(login));
        assert!(String::from_utf8_lossy(&token.body).contains(&format!("{graph}%2F.default")));
    }
}

#[test]
fn bad_settings_fail_at_build() {
    let tenant = || TenantId::new("contoso.example").unwrap();
    let credential = || Credential::client_secret("app", "secret");
    for builder in [
        Client::builder(tenant(), credential()).graph_origin("http://graph.example"),
        Client::builder(tenant(), credential()).login_origin("https://login.example/path"),
        Client::builder(tenant(), Credential::client_secret(" ", "secret")),
        Client::builder(tenant(), Credential::client_secret("app", "")),
    ] {
        assert!(builder.build().unwrap_err().is_invalid_request());
    }
    for id in [
        "",
        "common",
        "organizations",
        "a/b",
        "a b",
        "..",
        "https://x",
        "ü.example",
    ] {
        assert!(TenantId::new(id).is_err(), "{id}");
    }
}

#[tokio::test]
async fn an_observer_hears_of_attempts_waits_and_tokens_without_ids() {
    let f = fixture();
    let events = Arc::new(Events::default());
    let client = f.client.with_observer(Arc::<Events>::clone(&events));
    f.graph.on(
        "/v1.0/users/6e7b768e-07e2-4810-8459-485f84f8f204",
        [
            Answer::status(429).header("retry-after", "3"),
            Answer::json(r#"{"id":"1"}"#),
        ],
    );
    client
        .get::<User>(["users", "6e7b768e-07e2-4810-8459-485f84f8f204"])
        .select(["id"])
        .send()
        .await
        .unwrap();
    let events = events.0.lock().unwrap();
    let kinds: Vec<String> = events
        .iter()
        .map(|event| match event {
            CallEvent::Attempt {
                route,
                status,
                bytes,
                ..
            } => format!("{route} {} {bytes}", status.unwrap_or(0)),
            CallEvent::Wait {
                duration, reason, ..
            } => format!("wait {} {reason:?}", duration.as_secs()),
            CallEvent::TokenRefreshed { expires_in, .. } => {
                format!("token {}", expires_in.as_secs())
            }
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        kinds[1..],
        [
            "token 3599",
            "users/{id} 429 0",
            "wait 3 Throttled",
            "users/{id} 200 10"
        ]
    );
    assert!(kinds[0].starts_with("oauth2/v2.0/token 200 "));
}

#[tokio::test]
async fn an_early_renewal_neither_insists_nor_holds_up_the_call() {
    let f = fixture();
    f.graph.on(
        TOKEN,
        [Answer::json(r#"{"access_token":"old","expires_in":3600}"#)],
    );
    f.graph.on(
        TOKEN,
        vec![Answer::status(429).header("retry-after", "200"); 3],
    );
    f.graph
        .on("/v1.0/users/1", vec![Answer::json(r#"{"id":"1"}"#); 3]);
    f.client.get::<User>("users/1").send().await.unwrap();
    f.clock.advance(Duration::from_secs(3400));
    for _ in 0..2 {
        f.client.get::<User>("users/1").send().await.unwrap();
    }
    assert_eq!(f.graph.token_requests().len(), 2);
    assert_eq!(f.clock.elapsed(), Duration::from_secs(3400));
}

#[tokio::test]
async fn a_403_that_wants_more_claims_is_about_the_token_and_not_a_permission() {
    let f = fixture();
    let challenge = r#"Bearer error="insufficient_claims", claims="e30=""#;
    let refusal = Answer::error(403, "insufficient_claims").header("www-authenticate", challenge);
    f.graph.on("/v1.0/users/1", vec![refusal; 3]);
    let error = f.client.get::<User>("users/1").send().await.unwrap_err();
    assert!(error.is_authentication() && !error.is_permission_denied());
    assert_eq!((error.status(), f.graph.requests().len()), (Some(403), 2));
}
