//! The token endpoint, and what its tokens are good for.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use std::time::Duration;

use crate::common::{Reader, bearer, text, token_response};
use base64::Engine as _;
use serde_json::{Value, json};
use tenant_sim::{Area, CredentialState, Sim};

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(
        &base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(payload)
            .unwrap(),
    )
    .unwrap()
}

#[tokio::test]
async fn a_token_names_tenant_app_and_permissions() {
    let sim = Sim::builder().start().await.unwrap();
    for tenant in [
        sim.tenant_id(),
        "contoso.onmicrosoft.com",
        "CONTOSO.example",
    ] {
        let scope = format!("{}/.default", sim.graph_url());
        for scope in ["https://graph.microsoft.com/.default", &scope] {
            let answer: Value = token_response(&sim, tenant, &[("scope", scope)])
                .await
                .json()
                .await
                .unwrap();
            assert_eq!(
                (text(&answer, "token_type"), &answer["expires_in"]),
                ("Bearer", &json!(3599))
            );
            let claims = claims(text(&answer, "access_token"));
            assert_eq!(
                (text(&claims, "tid"), text(&claims, "appid")),
                (sim.tenant_id(), sim.client_id())
            );
            assert!(
                claims["roles"]
                    .as_array()
                    .unwrap()
                    .contains(&json!("User.Read.All"))
            );
            assert!(claims["exp"].as_i64() > claims["iat"].as_i64());
        }
    }
    assert_eq!(sim.stats().tokens_issued, 6);
    assert_eq!(sim.stats().writes, 0);
}

#[tokio::test]
async fn a_denied_area_leaves_the_token_unless_another_needs_its_permission() {
    let sim = Sim::builder().start().await.unwrap();
    sim.deny(Area::Users);
    sim.deny(Area::ConditionalAccess);
    let roles = claims(&bearer(&sim).await)["roles"].clone();
    assert!(!roles.as_array().unwrap().contains(&json!("User.Read.All")));
    assert!(
        roles
            .as_array()
            .unwrap()
            .contains(&json!("Policy.Read.All"))
    );
    sim.revoke("Policy.Read.All");
    assert!(
        !claims(&bearer(&sim).await)["roles"]
            .as_array()
            .unwrap()
            .contains(&json!("Policy.Read.All"))
    );
}

#[tokio::test]
async fn mistakes_in_a_token_request_have_their_documented_aadsts_codes() {
    let sim = Sim::builder().start().await.unwrap();
    let tenant = sim.tenant_id();
    for (tenant, changes, status, error, code) in [
        (
            tenant,
            vec![("client_secret", "wrong")],
            401,
            "invalid_client",
            7_000_215,
        ),
        (
            tenant,
            vec![("client_secret", "")],
            401,
            "invalid_client",
            7_000_216,
        ),
        (
            tenant,
            vec![("client_id", "11111111-2222-3333-4444-555555555555")],
            400,
            "unauthorized_client",
            700_016,
        ),
        (
            tenant,
            vec![("scope", "https://graph.microsoft.com/User.Read")],
            400,
            "invalid_scope",
            70_011,
        ),
        (
            tenant,
            vec![("grant_type", "password")],
            400,
            "unsupported_grant_type",
            70_003,
        ),
        (
            tenant,
            vec![("grant_type", "")],
            400,
            "invalid_request",
            900_144,
        ),
        ("other.example", vec![], 400, "invalid_request", 90_002),
        ("common", vec![], 400, "invalid_request", 9_001_023),
    ] {
        let response = token_response(&sim, tenant, &changes).await;
        let answered = response.status().as_u16();
        let body: Value = response.json().await.unwrap();
        assert_eq!(
            (answered, text(&body, "error"), &body["error_codes"]),
            (status, error, &json!([code])),
            "{changes:?}"
        );
        assert!(text(&body, "error_description").starts_with(&format!("AADSTS{code}: ")));
        for name in ["timestamp", "trace_id", "correlation_id"] {
            assert!(!text(&body, name).is_empty());
        }
    }
    assert_eq!(sim.stats().tokens_issued, 0);
}

#[tokio::test]
async fn a_credential_state_answers_the_right_secret() {
    let sim = Sim::builder().start().await.unwrap();
    for (state, status, code) in [
        (CredentialState::WrongSecret, 401, 7_000_215),
        (CredentialState::SecretExpired, 401, 7_000_222),
        (CredentialState::AppNotFound, 400, 700_016),
        (CredentialState::ServicePrincipalMissing, 401, 7_000_229),
        (CredentialState::TenantNotFound, 400, 90_002),
        (CredentialState::ConditionalAccessBlocked, 400, 53_003),
        (CredentialState::Transient, 503, 90_033),
        (CredentialState::Throttled, 429, 50_196),
    ] {
        sim.credential_state(state);
        let response = token_response(&sim, sim.tenant_id(), &[]).await;
        let (answered, wait) = (
            response.status().as_u16(),
            response.headers().get("retry-after").cloned(),
        );
        let body: Value = response.json().await.unwrap();
        assert_eq!(
            (answered, &body["error_codes"]),
            (status, &json!([code])),
            "{state:?}"
        );
        assert_eq!(wait.is_some_and(|wait| wait == "60"), status == 429);
    }
    sim.credential_state(CredentialState::Valid);
    assert_eq!(
        token_response(&sim, sim.tenant_id(), &[]).await.status(),
        200
    );
}

#[tokio::test]
async fn without_consent_a_token_is_issued_and_graph_refuses_it() {
    let sim = Sim::builder().start().await.unwrap();
    sim.credential_state(CredentialState::NoConsent);
    let reader = Reader::new(&sim).await;
    assert!(claims(&reader.token).get("roles").is_none());
    assert_eq!(
        reader.refusal("v1.0/users", &[]).await,
        (403, "Authorization_RequestDenied".to_owned())
    );
}

#[tokio::test]
async fn only_a_fresh_token_of_this_tenant_works_and_others_are_a_401() {
    let sim = Sim::builder().start().await.unwrap();
    let other = Sim::builder().start().await.unwrap();
    let mut reader = Reader::new(&sim).await;
    reader.get("v1.0/users").await;
    sim.advance(Duration::from_secs(3_599));
    let refused = (401, "InvalidAuthenticationToken".to_owned());
    assert_eq!(reader.refusal("v1.0/users", &[]).await, refused);
    reader.token = bearer(&other).await;
    assert_eq!(reader.refusal("v1.0/users", &[]).await, refused);
    assert_eq!(sim.stats().wrong_bearer, 2);
    let bare = reader
        .http
        .get(reader.url("v1.0/users"))
        .send()
        .await
        .unwrap();
    assert_eq!(bare.status(), 401);
    assert!(bare.headers().contains_key("www-authenticate"));
    assert_eq!(sim.stats().without_bearer, 1);
    reader.token = bearer(&sim).await;
    sim.expire_bearer_tokens();
    assert_eq!(reader.refusal("v1.0/users", &[]).await, refused);
}
