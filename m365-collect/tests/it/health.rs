//! How a store fares is told by stable names, and a failure of any sort shows.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::common::fake::{Fake, empty, throttled};
use graph_client::test_util::Answer;
use m365_collect::sources::shape::ListSource;
use m365_collect::{Descriptor, Engine, Relation};
use serde_json::Value;

fn refused_token() -> Answer {
    Answer::status(401)
        .body(r#"{"error":"invalid_client","error_description":"AADSTS7000215: no"}"#)
}

async fn json(engine: &Engine) -> Value {
    serde_json::to_value(engine.health().await.unwrap()).unwrap()
}

fn names(value: &Value) -> BTreeSet<&str> {
    let object = value.as_object().unwrap();
    object.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn health_is_told_by_stable_names() {
    let fake = Fake::new();
    fake.answers("things", empty());
    let engine = fake.engine(vec![fake.source("things", 60)]);
    let health = json(&engine).await;
    assert_eq!(health["overall"], "not_read", "nothing was ever read");
    assert_eq!(health["connection"], Value::Null);
    assert_eq!(health["sources"][0]["outcome"], Value::Null);

    engine.run().await.unwrap();
    fake.clock.advance(Duration::from_secs(90));
    let health = json(&engine).await;
    let expected = ["as_of", "connection", "overall", "sources", "tenant"];
    assert_eq!(names(&health), BTreeSet::from(expected));
    let source = &health["sources"][0];
    let expected = [
        "age_seconds",
        "cadence_seconds",
        "changed",
        "status",
        "id",
        "last_run",
        "last_success",
        "outcome",
        "reason",
        "seen",
        "stored",
        "window",
    ];
    assert_eq!(names(source), BTreeSet::from(expected));
    let expected = [
        "changed",
        "failures",
        "requests",
        "runs",
        "seen",
        "throttled",
    ];
    assert_eq!(names(&source["window"]), BTreeSet::from(expected));
    let expected = ["at", "reason", "status"];
    assert_eq!(names(&health["connection"]), BTreeSet::from(expected));

    assert_eq!(health["overall"], "healthy");
    assert_eq!(health["as_of"], "2026-01-01T00:01:30Z");
    assert_eq!(health["connection"]["status"], "connected");
    assert_eq!(
        (&source["status"], &source["outcome"]),
        (&"healthy".into(), &"complete".into())
    );
    assert_eq!(source["age_seconds"], 90);
    assert_eq!(source["last_success"], "2026-01-01T00:00:00Z");
    let text = engine.health().await.unwrap().to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..2], ["Contoso: healthy", "connection: connected"]);
    assert!(
        lines[2].contains("things") && lines[2].contains("90 s ago") && lines.len() == 3,
        "{text}"
    );
}

#[tokio::test]
async fn failures_of_the_last_day_are_added_up() {
    let fake = Fake::new();
    fake.answers("things", vec![Answer::error(400, "BadRequest"); 2]);
    fake.answers(
        "things",
        [Answer::json(r#"{"value":[{"id":"a"},{"id":"b"}]}"#)],
    );
    let engine = fake.engine(vec![fake.source("things", 60)]);
    engine.run().await.unwrap();
    fake.clock.advance(Duration::from_secs(25 * 3600));
    engine.run().await.unwrap();
    engine.run().await.unwrap();
    let health = engine.health().await.unwrap();
    let source = &health.sources[0];
    assert_eq!(
        (source.window.runs, source.window.failures),
        (2, 1),
        "the first one is a day ago"
    );
    assert_eq!(source.window.failure_rate(), Some(0.5));
    assert_eq!(
        (source.seen, source.changed, source.stored),
        (2, 2, Some(2))
    );
    assert!(
        health.to_string().contains("1 of 2 runs failed"),
        "{health}"
    );
}

#[tokio::test]
async fn a_source_of_relations_alone_does_not_look_like_one_that_stored_nothing() {
    let fake = Fake::new();
    let item = Answer::json(r#"{"value":[{"id":"a","manager":{"id":"b"}}]}"#);
    fake.answers("things", [item]);
    let descriptor = Descriptor::full("managers", "whom people report to");
    let source =
        ListSource::relations(descriptor, "things").related_to_one("manager", Relation::MANAGER);
    let engine = fake.engine(vec![Arc::new(source)]);
    engine.run().await.unwrap();
    let health = engine.health().await.unwrap();
    assert_eq!(health.sources[0].outcome, Some("complete"));
    assert_eq!(
        (health.sources[0].changed, health.sources[0].stored),
        (1, None)
    );
    assert!(health.to_string().contains(" - stored "), "{health}");
}

#[tokio::test]
async fn age_is_measured_by_the_cadence_in_use() {
    let fake = Fake::new();
    fake.answers("things", empty());
    let engine = || fake.engine(vec![fake.source("things", 60)]);
    engine().run().await.unwrap();
    fake.clock.advance(Duration::from_secs(600));
    assert_eq!(json(&engine()).await["overall"], "healthy");
    let hasty = engine().cadence("things", Duration::from_secs(240));
    let health = json(&hasty).await;
    assert_eq!(health["overall"], "degraded");
    assert_eq!(health["sources"][0]["cadence_seconds"], 240);
}

#[tokio::test]
async fn a_refused_sign_in_is_known_until_the_next_success() {
    let fake = Fake::new();
    let token = "/contoso.example/oauth2/v2.0/token";
    fake.answers("things", empty());
    let engine = || fake.engine(vec![fake.source("things", 60)]);
    fake.graph.on(token, [refused_token()]);
    engine().run().await.unwrap_err();
    assert_eq!(
        json(&engine()).await["connection"],
        Value::Null,
        "a store that is nobody's yet is left alone"
    );

    engine().run().await.unwrap();
    fake.clock.advance(Duration::from_secs(60));
    fake.graph.on(token, [refused_token()]);
    engine().run().await.unwrap_err();
    let connection = &json(&engine()).await["connection"];
    assert_eq!(connection["status"], "authentication_error");
    assert_eq!(connection["at"], "2026-01-01T00:01:00Z");
    assert!(connection["reason"].is_string());

    fake.clock.advance(Duration::from_secs(60));
    engine().run().await.unwrap();
    let connection = &json(&engine()).await["connection"];
    assert_eq!(connection["status"], "connected");
}

#[tokio::test]
async fn a_throttled_tenant_is_a_service_error() {
    let fake = Fake::new();
    fake.answers("things", [throttled(3600)]);
    let engine = fake.engine(vec![fake.source("things", 60)]);
    engine.run().await.unwrap();
    let health = json(&engine).await;
    assert_eq!(health["connection"]["status"], "service_error");
    assert_eq!(health["overall"], "failing");
}

#[tokio::test]
async fn a_missing_permission_and_a_missing_license_are_told_apart() {
    let fake = Fake::new();
    fake.answers("things", empty());
    fake.answers(
        "denied",
        vec![Answer::error(403, "Authorization_RequestDenied"); 2],
    );
    fake.answers(
        "premium",
        vec![Answer::error(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"); 2],
    );
    let unlicensed = fake.engine(vec![fake.source("things", 60), fake.source("premium", 60)]);
    unlicensed.run().await.unwrap();
    let health = json(&unlicensed).await;
    assert_eq!(health["sources"][1]["outcome"], "unlicensed");
    assert_eq!(health["sources"][1]["status"], "degraded");
    assert_eq!(
        (&health["overall"], &health["connection"]["status"]),
        (&"healthy".into(), &"connected".into()),
        "what was not bought is not broken"
    );
    let denied = fake.engine(vec![fake.source("things", 60), fake.source("denied", 60)]);
    denied.run().await.unwrap();
    let health = json(&denied).await;
    assert_eq!(
        (&health["overall"], &health["connection"]["status"]),
        (&"degraded".into(), &"permission_error".into())
    );
}
