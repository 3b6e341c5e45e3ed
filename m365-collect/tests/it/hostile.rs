//! Whatever goes wrong on the way, the store ends equal to the truth.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::common::{differences, engine, sync_until_complete, tombstones};
use m365_collect::{Kind, SqliteStore, Store};
use tenant_sim::{Expiry, FaultPlan, GenerateOptions, Sim, SimHandle, Tenant, Truth};

/// People and groups, and what is known of them; `catalogue.rs` has everything under faults.
const PEOPLE: [&str; 14] = [
    "organization",
    "domains",
    "subscribed_skus",
    "users",
    "sign_in_activity",
    "groups",
    "role_definitions",
    "role_assignments",
    "role_eligibilities",
    "registration_details",
    "per_user_mfa",
    "conditional_access_policies",
    "named_locations",
    "security_defaults",
];

async fn equals_truth(store: &Arc<dyn Store>, sim: &SimHandle, when: &str) {
    let truth = sim.truth();
    let mut differences = differences(store.as_ref(), &truth).await;
    differences.extend(graves(store, &truth).await);
    assert!(
        differences.is_empty(),
        "{when}: {} differences, such as {:?}",
        differences.len(),
        &differences[..differences.len().min(5)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_tenant_ends_equal_to_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    let tenant = Tenant::generate(GenerateOptions {
        seed: 7,
        users: 3_000,
        groups: 150,
        ..GenerateOptions::default()
    });
    let mut hostile = FaultPlan::hostile(11);
    hostile.retry_after_scale = 0.02;
    let sim = Sim::builder()
        .tenant(tenant)
        .faults(hostile)
        .start()
        .await
        .unwrap();
    let store: Arc<dyn Store> = Arc::new(
        SqliteStore::open(folder.path().join("hostile.m365"))
            .await
            .unwrap(),
    );
    let everybody = engine(&sim, &store).only(PEOPLE);
    sync_until_complete(&everybody).await;
    equals_truth(&store, &sim, "after the first sync").await;

    // The rest without asking for each person in turn.
    let engine = engine(&sim, &store).only(PEOPLE).skip(["per_user_mfa"]);

    for round in 0..3 {
        sim.edit(|tenant| tenant.churn(round, 400));
        sync_until_complete(&engine).await;
        equals_truth(&store, &sim, &format!("after edits {round}")).await;
    }
    for (number, expiry) in [
        Expiry::GoneWithLocation,
        Expiry::GoneWithoutLocation,
        Expiry::SyncStateNotFound,
    ]
    .into_iter()
    .enumerate()
    {
        sim.edit(|tenant| tenant.churn(100 + number as u64, 200));
        sim.expire_delta_tokens(expiry);
        sync_until_complete(&engine).await;
        equals_truth(&store, &sim, &format!("after {expiry:?}")).await;
    }
    assert_eq!(sim.stats().writes, 0, "nothing but reads was sent");
    assert_eq!(sim.stats().without_bearer, 0);
}

/// Every deleted object that is known has a tombstone and no content; nothing else has.
async fn graves(store: &Arc<dyn Store>, truth: &Truth) -> Vec<String> {
    let mut found = Vec::new();
    for (kind, live, deleted) in [
        (Kind::USER, &truth.users, &truth.deleted_users),
        (Kind::GROUP, &truth.groups, &truth.deleted_groups),
    ] {
        for id in tombstones(store.as_ref(), &kind).await {
            if live.contains_key(&id) {
                found.push(format!("{kind} {id} is there, but has a tombstone"));
            }
            if !deleted.contains_key(&id) {
                found.push(format!(
                    "{kind} {id} was never deleted, but has a tombstone"
                ));
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_who_was_read_and_deleted_has_a_tombstone_with_the_reason() {
    let mut hostile = FaultPlan::hostile(5);
    hostile.retry_after_scale = 0.0;
    // An expired token makes the service forget why somebody is gone.
    hostile.gone_with_location = 0.0;
    hostile.gone_without_location = 0.0;
    hostile.sync_state_not_found = 0.0;
    hostile.page_token_lost = 0.0;
    let sim = Sim::builder()
        .faults(hostile)
        .page_size(10)
        .start()
        .await
        .unwrap();
    let store: Arc<dyn Store> = Arc::new(m365_collect::MemoryStore::new());
    let engine = engine(&sim, &store).only(["users", "groups"]);
    let mut seen = BTreeSet::new();
    for day in 0..10 {
        sync_until_complete(&engine).await;
        let truth = sim.truth();
        seen.extend(truth.users.into_keys());
        let graves = store.tombstones(&Kind::USER, None, 10_000).await.unwrap();
        let graves: BTreeMap<String, &str> = graves
            .into_iter()
            .map(|grave| (grave.id, grave.reason.as_str()))
            .collect();
        for (id, reason) in truth
            .deleted_users
            .iter()
            .filter(|(id, _)| seen.contains(*id))
        {
            assert_eq!(
                graves.get(id),
                Some(&reason.as_str()),
                "day {day}, user {id}"
            );
        }
        sim.edit(|tenant| tenant.churn(day, 30));
    }
    assert!(
        !sim.truth().deleted_users.is_empty(),
        "somebody was deleted"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_hostile_days_end_equal_to_the_truth() {
    for seed in 0..8 {
        let tenant = Tenant::generate(GenerateOptions {
            seed,
            users: 120,
            groups: 25,
            ..GenerateOptions::default()
        });
        let mut hostile = FaultPlan::hostile(seed);
        hostile.retry_after_scale = 0.0;
        hostile.slow_body = 0.0;
        let sim = Sim::builder()
            .tenant(tenant)
            .faults(hostile)
            .page_size(20)
            .start()
            .await
            .unwrap();
        let store: Arc<dyn Store> = Arc::new(m365_collect::MemoryStore::new());
        // So many changes a day may be more removals in one resync than would be believed unasked.
        let engine = engine(&sim, &store)
            .only(["users", "groups"])
            .confirm_removals(true);
        for day in 0..6 {
            sync_until_complete(&engine).await;
            equals_truth(&store, &sim, &format!("seed {seed}, day {day}")).await;
            sim.edit(|tenant| tenant.churn(seed * 100 + day, 40));
        }
    }
}
