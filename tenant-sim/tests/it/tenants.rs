//! Several tenants on one origin: one app, and nothing of one in another.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use std::time::Duration;

use crate::common::{Reader, delta_link, text, token_response};
use proptest::prelude::*;
use serde_json::{Value, json};
use tenant_sim::{
    Area, CredentialState, Expiry, FaultPlan, GenerateOptions, Sim, SimBuilder, SimHandle, Tenant,
};

fn generated(seed: u64) -> Tenant {
    Tenant::generate(GenerateOptions {
        seed,
        users: 30,
        groups: 5,
        ..GenerateOptions::default()
    })
}

fn builder() -> SimBuilder {
    Sim::builder().tenants([Tenant::example(), generated(7), generated(8)])
}

fn second(sim: &SimHandle) -> &SimHandle {
    sim.tenants().nth(1).unwrap()
}

async fn code_of(sim: &SimHandle, tenant: &str) -> i64 {
    let answer = token_response(sim, tenant, &[]).await;
    let body: Value = answer.json().await.unwrap();
    body["error_codes"][0].as_i64().unwrap()
}

#[tokio::test]
async fn a_token_reads_the_tenant_it_was_asked_for() {
    let sim = builder().start().await.unwrap();
    assert_eq!(sim.tenants().count(), 3);
    for tenant in sim.tenants() {
        assert_eq!(
            (tenant.origin(), tenant.client_id(), tenant.client_secret()),
            (sim.origin(), sim.client_id(), sim.client_secret())
        );
        let mut reader = Reader::new(tenant).await;
        let organization = reader.get("v1.0/organization").await;
        let organization = &organization["value"][0];
        assert_eq!(text(organization, "id"), tenant.tenant_id());
        let users = reader.all("v1.0/users").await;
        let truth = tenant.truth();
        assert_eq!(users.len(), truth.users.len());
        assert!(
            users
                .iter()
                .all(|user| truth.users.contains_key(text(user, "id")))
        );
        let batch: Value = reader
            .http
            .post(reader.url("v1.0/$batch"))
            .bearer_auth(&reader.token)
            .body(
                json!({"requests": [{"id": "1", "method": "GET", "url": "organization"}]})
                    .to_string(),
            )
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(
            text(&batch["responses"][0]["body"]["value"][0], "id"),
            tenant.tenant_id()
        );
        for domain in organization["verifiedDomains"].as_array().unwrap() {
            let domain = text(domain, "name").to_uppercase();
            assert_eq!(
                sim.for_tenant(&domain).unwrap().tenant_id(),
                tenant.tenant_id()
            );
            let answer = token_response(&sim, &domain, &[]).await;
            let answer: Value = answer.json().await.unwrap();
            text(&answer, "access_token").clone_into(&mut reader.token);
            let answered = reader.get("v1.0/organization").await;
            assert_eq!(text(&answered["value"][0], "id"), tenant.tenant_id());
        }
    }
}

#[tokio::test]
async fn what_is_done_to_one_tenant_is_done_to_no_other() {
    let sim = builder().start().await.unwrap();
    let other = second(&sim);
    let (first, reader) = (Reader::new(&sim).await, Reader::new(other).await);
    let delta = delta_link(&first.pages("v1.0/users/delta", &[]).await);
    let count = sim.truth().users.len();

    other.edit(|tenant| tenant.create_user(json!({"displayName": "Nina Park"})));
    assert_eq!(sim.truth().users.len(), count);
    other.expire_delta_tokens(Expiry::GoneWithLocation);
    assert_eq!(first.get(&delta).await["value"], json!([]));

    other.deny(Area::Groups);
    other.revoke("Policy.Read.All");
    other.unlicense(Area::SignIns);
    for path in [
        "v1.0/groups",
        "v1.0/policies/authorizationPolicy",
        "v1.0/auditLogs/signIns",
    ] {
        assert_eq!(reader.refusal(path, &[]).await.0, 403, "{path}");
        first.get(path).await;
    }

    other.throttle_all(Some(9));
    assert_eq!(reader.refusal("v1.0/users", &[]).await.0, 429);
    first.get("v1.0/users").await;
    other.throttle_all(None);
    other.faults(FaultPlan {
        unavailable: 1.0,
        ..FaultPlan::none()
    });
    assert!(
        reader
            .send("v1.0/users", &[])
            .await
            .status()
            .is_server_error()
    );
    first.get("v1.0/users").await;
    other.clear_faults();

    other.credential_state(CredentialState::WrongSecret);
    assert_eq!(code_of(&sim, other.tenant_id()).await, 7_000_215);
    other.expire_bearer_tokens();
    assert_eq!(reader.refusal("v1.0/users", &[]).await.0, 401);
    first.get("v1.0/users").await;

    let (stats, others) = (sim.stats(), other.stats());
    assert_eq!((stats.tokens_issued, others.tokens_issued), (1, 1));
    assert_eq!((stats.status(403), others.status(403)), (0, 3));
    assert_eq!((stats.wrong_bearer, others.wrong_bearer), (0, 1));
    assert_eq!((stats.route("groups"), others.route("groups")), (1, 1));
    other.reset_stats();
    assert_eq!(other.stats().requests, 0);
    assert_eq!(sim.stats(), stats);
}

#[tokio::test]
async fn a_link_of_another_tenant_is_refused() {
    let sim = builder().page_size(5).start().await.unwrap();
    let other = second(&sim);
    let (first, reader) = (Reader::new(&sim).await, Reader::new(other).await);
    let next = text(&reader.get("v1.0/users").await, "@odata.nextLink").to_owned();
    let delta = delta_link(&reader.pages("v1.0/users/delta", &[]).await);
    for link in [&next, &delta] {
        let refused = (400, "Request_BadRequest".to_owned());
        assert_eq!(first.refusal(link, &[]).await, refused);
        reader.get(link).await;
    }
    let id = text(&reader.get("v1.0/users").await["value"][0], "id").to_owned();
    assert_eq!(first.refusal(&format!("v1.0/users/{id}"), &[]).await.0, 404);
    // A link to a file is all it takes: it is of the tenant that gave it out.
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let path = "v1.0/reports/getOffice365ActiveUserDetail(period='D30')";
    let redirect = client.get(reader.url(path)).bearer_auth(&reader.token);
    let redirect = redirect.send().await.unwrap();
    let file = redirect.headers()["location"].to_str().unwrap();
    let file = client.get(file).send().await.unwrap().text().await.unwrap();
    assert!(file.contains("tenant7.example"), "{file}");
    let downloads = |sim: &SimHandle| sim.stats().route("reports/download/{token}");
    assert_eq!((downloads(&sim), downloads(other)), (0, 1));
}

#[tokio::test]
async fn what_belongs_to_no_tenant_is_refused_by_the_first() {
    let sim = builder().start().await.unwrap();
    for name in [
        "tenant9.example",
        "contoso.onmicrosoft.com.",
        "%7Btenant%7D",
        &"t".repeat(4_000),
    ] {
        assert_eq!(code_of(&sim, name).await, 90_002, "{name}");
        assert!(sim.for_tenant(name).is_none());
    }
    assert_eq!(code_of(&sim, "common").await, 9_001_023);
    let mut reader = Reader::new(second(&sim)).await;
    reader.token.push('x');
    assert_eq!(reader.refusal("v1.0/users", &[]).await.0, 401);
    let file = reader.http.get(reader.url("reports/download/made-up"));
    assert_eq!(file.send().await.unwrap().status(), 403);
    assert_eq!(sim.stats().requests, 7);
    assert_eq!(second(&sim).stats().requests, 1);
}

#[tokio::test]
async fn of_tenants_with_one_id_the_first_is_served() {
    let twice = [generated(7), generated(7), generated(100_007)];
    let sim = Sim::builder().tenants(twice).start().await.unwrap();
    assert_eq!(sim.tenants().count(), 2);
    // The third has another id, and the domain of the first.
    assert_ne!(sim.tenant_id(), second(&sim).tenant_id());
    let named = sim.for_tenant("tenant7.example").unwrap();
    assert_eq!(named.tenant_id(), sim.tenant_id());
    Reader::new(second(&sim)).await.get("v1.0/users").await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_name_is_answered_without_a_server_too(name in "[!-~]{1,40}") {
        let sim = builder().offline();
        let uri = format!("{}/{name}/oauth2/v2.0/token", sim.login_url());
        let Ok(request) = http::Request::post(uri).body(bytes::Bytes::new()) else { return Ok(()) };
        let answer = sim.answer(Duration::ZERO, &request).unwrap();
        prop_assert!(answer.status().is_client_error());
        prop_assert_eq!(second(&sim).stats().requests, 0);
    }
}
