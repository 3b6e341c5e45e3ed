//! Microsoft's services on loopback, with the answers that their pages document.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test file uses a part; what a test expects, its helpers expect too"
)]

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use graph_client::{Client, Credential, RetryOptions, TenantId};
use m365_collect::connect::{Code, Connection, ConnectionTest, Diagnosis, Readiness};
use m365_collect::{Source, SourceId, sources};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The tenant of the pages' examples.
pub(crate) const TENANT: &str = "84841066-274d-4ec0-a5c1-276be684bdd3";
pub(crate) const APP: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";
pub(crate) const REQUEST_ID: &str = "1c9d40f5-0a86-4fbf-8d26-6e0e4bbf1c0e";
/// What must be nowhere in what is said.
pub(crate) const SECRET: &str = "canary~secret-value";

/// Every permission of the catalogue, and those of the optional stages.
pub(crate) fn every_permission() -> Vec<String> {
    let mut names: Vec<String> = m365_collect::sources::catalogue()
        .iter()
        .flat_map(|source| {
            let descriptor = source.descriptor();
            let optional = descriptor.optional_permissions.iter();
            let all = descriptor.permissions.iter().chain(optional);
            all.map(ToString::to_string).collect::<Vec<_>>()
        })
        .collect();
    names.push("ReportSettings.Read.All".to_owned());
    names.push("Application.Read.All".to_owned());
    names.sort();
    names.dedup();
    names
}

/// Sign-in service and Graph.
pub(crate) struct Microsoft {
    pub(crate) server: MockServer,
}

impl Microsoft {
    /// Without any answer: what is not mounted is 404.
    pub(crate) async fn silent() -> Self {
        Self {
            server: MockServer::start().await,
        }
    }

    /// With a good answer to everything that the test asks.
    pub(crate) async fn good() -> Self {
        let this = Self::silent().await;
        this.token(&every_permission()).await;
        this.rest().await;
        this
    }

    /// Good answers of Graph, which stand behind those mounted before.
    pub(crate) async fn rest(&self) {
        self.graph(
            "organization",
            json!({"value": [{
                "id": TENANT,
                "displayName": "Contoso",
                "tenantType": "AAD",
                "verifiedDomains": [
                    {"name": "Contoso.onmicrosoft.com", "isInitial": true, "isDefault": true, "type": "Managed"},
                    {"name": "canary-domain.example", "isInitial": false, "isDefault": false, "type": "Managed"},
                ],
            }]}),
        )
        .await;
        let people = json!({"value": [{
            "id": "6ea91a8d-e32e-41a1-b7bd-d2d185eed0e0",
            "displayName": "Canary Person",
        }]});
        self.graph("users", people).await;
        self.graph(
            "subscribedSkus",
            skus(&["AAD_PREMIUM", "AAD_PREMIUM_P2", "INTUNE_A"]),
        )
        .await;
        self.graph(
            "admin/reportSettings",
            json!({"displayConcealedNames": false}),
        )
        .await;
        self.credentials(
            json!({"passwordCredentials": [key("2099-01-01T00:00:00Z")], "keyCredentials": []}),
        )
        .await;
        // Whatever else is listed is there and has nothing to see.
        let other = ResponseTemplate::new(200)
            .set_body_json(json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata", "value": []}))
            .insert_header("request-id", REQUEST_ID);
        Mock::given(method("GET"))
            .respond_with(other)
            .with_priority(200)
            .mount(&self.server)
            .await;
    }

    /// <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>
    pub(crate) async fn token(&self, roles: &[String]) {
        let mut claims = json!({"aud": "https://graph.microsoft.com", "tid": TENANT, "appid": APP});
        if !roles.is_empty() {
            claims["roles"] = json!(roles);
        }
        self.token_of(&jwt(&claims)).await;
    }

    pub(crate) async fn token_of(&self, token: &str) {
        let body = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": token});
        self.sign_in(ResponseTemplate::new(200).set_body_json(body))
            .await;
    }

    pub(crate) async fn sign_in(&self, answer: ResponseTemplate) {
        Mock::given(method("POST"))
            .respond_with(answer)
            .mount(&self.server)
            .await;
    }

    /// A refusal in the shape that the page of the flow shows.
    pub(crate) async fn refuse(&self, status: u16, error: &str, aadsts: u32, message: &str) {
        let id = "255d1aef-8c98-452f-ac51-23d051240864";
        let correlation = "fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7";
        let time = "2026-01-09 02:02:12Z";
        let body = json!({
            "error": error,
            "error_description": format!(
                "AADSTS{aadsts}: {message}\r\nTrace ID: {id}\r\nCorrelation ID: {correlation}\r\nTimestamp: {time}"
            ),
            "error_codes": [aadsts],
            "timestamp": time,
            "trace_id": id,
            "correlation_id": correlation,
        });
        self.sign_in(ResponseTemplate::new(status).set_body_json(body))
            .await;
    }

    /// A good answer of Graph.
    pub(crate) async fn graph(&self, at: &str, body: Value) {
        self.answer(at, ResponseTemplate::new(200).set_body_json(body))
            .await;
    }

    /// A refusal of Graph: <https://learn.microsoft.com/graph/errors>.
    pub(crate) async fn graph_error(&self, at: &str, status: u16, code: &str, message: &str) {
        self.answer(at, graph_error(status, code, message)).await;
    }

    pub(crate) async fn answer(&self, at: &str, answer: ResponseTemplate) {
        Mock::given(method("GET"))
            .and(path(format!("/v1.0/{at}")))
            .respond_with(answer.insert_header("request-id", REQUEST_ID))
            .with_priority(5)
            .mount(&self.server)
            .await;
    }

    /// Every call of Graph gets this answer.
    pub(crate) async fn all_of_graph(&self, answer: ResponseTemplate) {
        Mock::given(method("GET"))
            .respond_with(answer)
            .mount(&self.server)
            .await;
    }

    pub(crate) async fn credentials(&self, body: Value) {
        self.graph(&format!("applications(appId='{APP}')"), body)
            .await;
    }

    pub(crate) fn client(&self) -> Client {
        self.client_of(TENANT)
    }

    pub(crate) fn client_of(&self, tenant: &str) -> Client {
        client(tenant, &self.server.uri(), &self.server.uri())
    }

    pub(crate) async fn check(&self) -> Connection {
        ConnectionTest::new(self.client()).run().await
    }

    /// The paths asked for, in order.
    pub(crate) async fn asked(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.unwrap();
        requests.iter().map(|r| r.url.path().to_owned()).collect()
    }
}

/// A client that tries once, so that a test takes no time.
pub(crate) fn client(tenant: &str, login: &str, graph: &str) -> Client {
    Client::builder(
        TenantId::new(tenant).unwrap(),
        Credential::client_secret(APP, SECRET),
    )
    .login_origin(login)
    .graph_origin(graph)
    .retry(RetryOptions::default().max_attempts(1))
    .build()
    .unwrap()
}

pub(crate) fn graph_error(status: u16, code: &str, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status)
        .set_body_json(json!({"error": {
            "code": code,
            "message": message,
            "innerError": {
                "date": "2026-01-09T02:02:12",
                "request-id": REQUEST_ID,
                "client-request-id": REQUEST_ID,
            },
        }}))
        .insert_header("request-id", REQUEST_ID)
}

/// The form of a token; the signature is nobody's.
pub(crate) fn jwt(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!(
        "{}.{}.canary-signature",
        part(&json!({"typ": "JWT", "alg": "RS256"})),
        part(claims)
    )
}

/// <https://learn.microsoft.com/graph/api/subscribedsku-list>
pub(crate) fn skus(plans: &[&str]) -> Value {
    let plans: Vec<Value> = plans
        .iter()
        .map(|plan| json!({"servicePlanName": plan, "provisioningStatus": "Success", "appliesTo": "User"}))
        .collect();
    json!({"value": [{
        "capabilityStatus": "Enabled",
        "skuPartNumber": "ENTERPRISEPREMIUM",
        "servicePlans": plans,
    }]})
}

/// <https://learn.microsoft.com/graph/api/resources/passwordcredential>
pub(crate) fn key(ends: &str) -> Value {
    json!({
        "customKeyIdentifier": null,
        "displayName": "Canary Credential",
        "endDateTime": ends,
        "hint": "can",
        "keyId": "f0b0b335-1d71-4883-8f98-567911bfdca6",
        "secretText": null,
        "startDateTime": "2026-01-01T00:00:00Z",
    })
}

pub(crate) fn problem(connection: &Connection, code: Code) -> &Diagnosis {
    let mut all = connection.problems.iter();
    let found = all.find(|problem| problem.code == code);
    let found = found.unwrap_or_else(|| unreachable!("no {code} in {connection}"));
    assert!(
        !found.cure.is_empty() && found.link.is_some(),
        "{connection}"
    );
    found
}

pub(crate) fn readiness(connection: &Connection, id: &str) -> Readiness {
    let mut all = connection.sources.iter();
    all.find(|s| s.source.as_str() == id).unwrap().readiness
}

pub(crate) fn blocked(problem: &Diagnosis) -> Vec<&str> {
    problem.blocks.iter().map(SourceId::as_str).collect()
}

pub(crate) fn without(name: &str) -> Vec<String> {
    every_permission()
        .into_iter()
        .filter(|p| p != name)
        .collect()
}

pub(crate) fn chosen(ids: &[&str]) -> Vec<Arc<dyn Source>> {
    let all = sources::catalogue().into_iter();
    all.filter(|s| ids.contains(&s.descriptor().id.as_str()))
        .collect()
}
