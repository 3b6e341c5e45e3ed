//! A clock that is moved ahead: what it times, and what it does not.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use std::time::{Duration, SystemTime};

use crate::common::{Reader, bearer, delta_link, offline_bearer, text};
use serde_json::json;
use tenant_sim::{GenerateOptions, Sim, Tenant, ThrottleMode};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn bearer_tokens_expire_in_every_tenant() {
    let other = Tenant::generate(GenerateOptions::default());
    let sim = Sim::builder()
        .tenants([Tenant::example(), other])
        .start()
        .await
        .unwrap();
    let second = sim.tenants().nth(1).unwrap();
    let mut readers = [Reader::new(&sim).await, Reader::new(second).await];
    sim.advance(59 * MINUTE);
    for reader in &readers {
        reader.get("v1.0/organization").await;
    }
    // Whichever handle it is moved with.
    second.advance(MINUTE);
    for reader in &readers {
        let refused = (401, "InvalidAuthenticationToken".to_owned());
        assert_eq!(reader.refusal("v1.0/organization", &[]).await, refused);
    }
    for (reader, tenant) in readers.iter_mut().zip(sim.tenants()) {
        reader.token = bearer(tenant).await;
        reader.get("v1.0/organization").await;
        assert_eq!(tenant.stats().wrong_bearer, 1);
    }
}

#[tokio::test]
async fn a_delta_link_is_too_old_after_seven_days_and_no_sooner() {
    let sim = Sim::builder()
        .token_lifetime(30 * DAY)
        .start()
        .await
        .unwrap();
    let reader = Reader::new(&sim).await;
    let first = delta_link(&reader.pages("v1.0/users/delta?$select=id", &[]).await);
    sim.advance(6 * DAY + 23 * HOUR);
    // A round that finds nothing new gives out a link as good as new.
    let second = delta_link(&reader.pages(&first, &[]).await);
    sim.advance(2 * HOUR);
    let gone = reader.send(&first, &[]).await;
    assert_eq!(gone.status(), 410);
    let location = gone.headers()["location"].to_str().unwrap();
    assert!(location.ends_with("users/delta?$select=id&$deltatoken="));
    reader.get(location).await;
    reader.get(&second).await;
}

#[tokio::test]
async fn the_window_of_a_limit_and_the_wait_of_a_refusal_pass() {
    let sim = Sim::builder()
        .throttle(ThrottleMode::Documented { time_scale: 1.0 })
        .start()
        .await
        .unwrap();
    let reader = Reader::new(&sim).await;
    let path = "v1.0/auditLogs/directoryAudits";
    for _ in 0..5 {
        reader.get(path).await;
    }
    assert_eq!(reader.refusal(path, &[]).await.0, 429);
    sim.advance(Duration::from_secs(10));
    reader.get(path).await;
    assert_eq!(sim.stats().early_retries, 0);

    sim.throttle(ThrottleMode::Off);
    sim.throttle_all(Some(3_000));
    assert_eq!(reader.refusal(path, &[]).await.0, 429);
    assert_eq!(reader.refusal(path, &[]).await.0, 429);
    assert_eq!(sim.stats().early_retries, 1);
    sim.throttle_all(None);
    sim.advance(50 * MINUTE);
    reader.get(path).await;
    assert_eq!(sim.stats().early_retries, 1);
}

#[tokio::test]
async fn edits_and_errors_are_dated_by_it_and_logs_are_not() {
    let start = SystemTime::UNIX_EPOCH + 20_000 * DAY;
    let sim = Sim::builder().now(start).start().await.unwrap();
    let logs = "v1.0/auditLogs/directoryAudits";
    let before = Reader::new(&sim).await.get(logs).await;
    sim.advance(40 * DAY + HOUR);
    let reader = Reader::new(&sim).await;
    let id = sim.edit(|tenant| tenant.create_user(json!({"displayName": "Nina Park"})));
    let user = reader
        .get(&format!("v1.0/users/{id}?$select=createdDateTime"))
        .await;
    assert!(text(&user, "createdDateTime").starts_with("2024-11-13T01:00:"));
    let error = reader.send("v1.0/users/none", &[]).await;
    let error: serde_json::Value = error.json().await.unwrap();
    let date = text(&error["error"]["innerError"], "date");
    assert!(date.starts_with("2024-11-13T01:00:"), "{date}");
    assert_eq!(reader.get(logs).await, before);
}

#[tokio::test]
async fn it_goes_no_further_than_it_can() {
    let sim = Sim::builder().start().await.unwrap();
    for by in [Duration::MAX, Duration::MAX, Duration::from_nanos(1)] {
        sim.advance(by);
        let reader = Reader::new(&sim).await;
        let link = delta_link(&reader.pages("v1.0/users/delta", &[]).await);
        reader.get(&link).await;
        sim.edit(|tenant| tenant.churn(1, 5));
    }
}

#[test]
fn without_a_server_it_adds_to_the_time_of_the_caller() {
    let sim = Sim::builder().offline();
    let token = offline_bearer(&sim);
    let request = http::Request::get(format!("{}/v1.0/organization", sim.graph_url()))
        .header("authorization", format!("Bearer {token}"))
        .body(bytes::Bytes::new())
        .unwrap();
    let status = |elapsed| sim.answer(elapsed, &request).unwrap().status().as_u16();
    assert_eq!(status(30 * MINUTE), 200);
    sim.advance(30 * MINUTE);
    assert_eq!([status(29 * MINUTE), status(30 * MINUTE)], [200, 401]);
}
