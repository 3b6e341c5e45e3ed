//! Evidence from a whole sync: every key that Graph can show, from what the service says to the fact.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::sync::Arc;

use crate::common::engine;
use compliance_map::State;
use compliance_map::facts::FactKey;
use m365_collect::{MemoryStore, Store, facts};
use tenant_sim::{Area, Sim, SimHandle};

async fn evidence(sim: &SimHandle) -> compliance_map::Facts {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    engine(sim, &store).run().await.unwrap();
    facts(store.as_ref()).await.unwrap()
}

/// What is beside Graph, or a person's word.
fn is_elsewhere(key: &str) -> bool {
    const NAMES: [&str; 10] = [
        "attest.document",
        "attest.scope",
        "collab.teams",
        "data.dlp",
        "data.retention",
        "device.updates",
        "log.export",
        "log.retention",
        "log.unified_audit",
        "org.partners",
    ];
    NAMES.contains(&key) || key.starts_with("email.")
}

/// Everything was read: each fact has rows, and rests on whole readings.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_sync_proves_every_fact_that_graph_can_show() {
    let sim = Sim::builder().start().await.unwrap();
    let facts = evidence(&sim).await;
    for FactKey { key, .. } in FactKey::ALL {
        let envelope = facts.envelope(key);
        if is_elsewhere(key) {
            assert_eq!(envelope.state, State::NotCollected, "{key}");
            continue;
        }
        assert_eq!(envelope.state, State::Ok, "{key}: {envelope:?}");
        assert!(envelope.rows > 0, "{key}");
        // What profiles do not say may stand in those that Graph does not show.
        assert_eq!(envelope.complete, *key != "device.config", "{key}");
    }
}

/// The service lists nothing at all: what every tenant has was not read then, and the rest is empty.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_lists_nothing_proves_no_empty_tenant() {
    let sim = Sim::builder().start().await.unwrap();
    for area in Area::ALL {
        sim.empty(area, true);
    }
    let facts = evidence(&sim).await;
    for key in [
        "identity.users",
        "identity.role_assignments",
        "identity.service_principals",
        "org.tenant",
        "auth.password_policy",
    ] {
        let envelope = facts.envelope(key);
        assert_eq!(
            (envelope.state, envelope.rows),
            (State::Truncated, 0),
            "{key}"
        );
    }
    for key in [
        "identity.guests",
        "auth.ca_policies",
        "device.inventory",
        "auth.risk",
    ] {
        let envelope = facts.envelope(key);
        assert_eq!((envelope.state, envelope.rows), (State::Ok, 0), "{key}");
    }
}

/// One area is taken away after the other: its facts say so, and no other fact is worse or better
/// for it than it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_stays_with_the_facts_of_its_area() {
    for (area, key, permission) in [
        (
            Area::ManagedDevices,
            "device.inventory",
            "DeviceManagementManagedDevices.Read.All",
        ),
        (Area::RiskyUsers, "auth.risk", "IdentityRiskyUser.Read.All"),
        (
            Area::SecureScores,
            "posture.secure_score",
            "SecurityEvents.Read.All",
        ),
        (
            Area::SharePointSettings,
            "data.sharing",
            "SharePointTenantSettings.Read.All",
        ),
        (
            Area::Applications,
            "identity.service_principals",
            "Application.Read.All",
        ),
    ] {
        let sim = Sim::builder().start().await.unwrap();
        sim.deny(area);
        let facts = evidence(&sim).await;
        let envelope = facts.envelope(key);
        let is_told = match envelope.state {
            State::Denied => envelope.permission == Some(permission),
            // A part of it is read elsewhere.
            State::Truncated => envelope.note.is_some_and(|note| note.contains(permission)),
            _ => false,
        };
        assert!(is_told, "{area:?}: {envelope:?}");
        let licensed = Sim::builder().start().await.unwrap();
        licensed.unlicense(Area::RiskyUsers);
        let risk = evidence(&licensed).await;
        assert_eq!(risk.envelope("auth.risk").state, State::Unlicensed);
    }
}
