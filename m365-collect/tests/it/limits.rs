//! What was learned of the limits is kept with the tenant, and with no other.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::sync::Arc;

use crate::common::fake::{Fake, empty, throttled};
use graph_client::test_util::ManualClock;
use graph_client::{LearnedLimits, TenantId};
use m365_collect::{Engine, MemoryStore, Store};

const NOTE: &str = "learned_limits/app";

/// A tenant whose service refuses a request of the directory once.
async fn refusing() -> (Fake, graph_client::Client) {
    let fake = Fake::new();
    fake.answers("things", [throttled(5)]);
    fake.answers("things", empty());
    let client = fake.client();
    sync(&fake, &client).await;
    (fake, client)
}

async fn sync(fake: &Fake, client: &graph_client::Client) {
    let report = Engine::new(client.clone(), Arc::clone(&fake.store))
        .sources(vec![fake.source("things", 60)])
        .clock(Arc::<ManualClock>::clone(&fake.clock))
        .run()
        .await
        .unwrap();
    assert!(report.is_complete(), "{report:?}");
}

async fn noted(store: &dyn Store) -> LearnedLimits {
    let note = store.note(NOTE).await.unwrap().unwrap_or_default();
    serde_json::from_str(&note).unwrap()
}

#[tokio::test]
async fn what_a_sync_learned_the_next_one_knows() {
    let (fake, client) = refusing().await;
    let learned = client.learned_limits();
    assert!(!learned.is_empty(), "a refusal teaches");
    assert_eq!(noted(fake.store.as_ref()).await, learned);

    let restarted = fake.client();
    assert!(restarted.learned_limits().is_empty());
    sync(&fake, &restarted).await;
    let known = restarted.learned_limits();
    assert_eq!(known.len(), learned.len(), "{known:?}");
}

#[tokio::test]
async fn it_is_kept_when_the_sync_failed() {
    let fake = Fake::new();
    fake.answers("things", [throttled(3600)]);
    let engine = fake.engine(vec![fake.source("things", 60)]);
    let report = engine.run().await.unwrap();
    assert!(!report.read_some());
    assert!(!noted(fake.store.as_ref()).await.is_empty());
}

#[tokio::test]
async fn what_was_noted_and_is_damaged_is_left_out() {
    for damaged in ["", "{", "[{}]", r#"{"tenant": 5}"#, "\u{0}", "[[[["] {
        let fake = Fake::new();
        fake.answers("things", empty());
        fake.store.set_note(NOTE, damaged).await.unwrap();
        let client = fake.client();
        sync(&fake, &client).await;
        assert!(client.learned_limits().is_empty(), "{damaged}");
    }
    let fake = Fake::new();
    fake.answers("things", empty());
    let huge = format!("[{}]", " ".repeat(1 << 20));
    fake.store.set_note(NOTE, &huge).await.unwrap();
    sync(&fake, &fake.client()).await;
}

#[tokio::test]
async fn one_tenants_limits_never_reach_another() {
    let (fake, client) = refusing().await;
    let note = fake.store.note(NOTE).await.unwrap().unwrap();
    assert!(note.contains("contoso.example"), "{note}");

    // A client of both tenants keeps with the other one nothing of the first.
    let fabrikam = client.for_tenant(TenantId::new("fabrikam.example").unwrap());
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let other = Fake {
        store: Arc::clone(&store),
        ..Fake::new()
    };
    fake.answers("things", empty());
    sync(&other_of(&fake, &other), &fabrikam).await;
    let kept = store.note(NOTE).await.unwrap();
    assert!(
        kept.as_deref().is_none_or(|note| !note.contains("contoso")),
        "{kept:?}"
    );

    // And what found its way there all the same is not used.
    store.set_note(NOTE, &note).await.unwrap();
    let stranger = fake
        .client()
        .for_tenant(TenantId::new("fabrikam.example").unwrap());
    sync(&other_of(&fake, &other), &stranger).await;
    assert!(stranger.learned_limits().is_empty());
    let kept = store.note(NOTE).await.unwrap().unwrap();
    assert!(!kept.contains("contoso"), "{kept}");
}

/// The answers of one with the store of the other.
fn other_of(answers: &Fake, store: &Fake) -> Fake {
    Fake {
        graph: Arc::clone(&answers.graph),
        clock: Arc::clone(&answers.clock),
        store: Arc::clone(&store.store),
        reads: Arc::clone(&store.reads),
        heard: Arc::clone(&store.heard),
    }
}
