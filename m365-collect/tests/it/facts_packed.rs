//! Whoever was packed is assessed as whoever has a row.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what is wrong by panicking"
)]

use std::sync::{Arc, LazyLock};

use crate::common::engine;
use crate::facts_tenant::{Ending, NOW, Tenant, sources};
use compliance_map::coverage::{mfa_summary, mfa_summary_in};
use compliance_map::{Assessment, Catalogue, Options, Status, assess, assess_in};
use m365_collect::{MemoryStore, Store, evidence, facts};
use tenant_sim::Sim;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::builtin);

async fn assert_same(store: &dyn Store, case: &str) -> Assessment {
    let full = facts(store).await.unwrap();
    let (packed, people) = evidence(store).await.unwrap();
    let people = Arc::new(people);
    let read_at = full.identity_users.collected_at;
    let now = read_at.unwrap_or_else(|| NOW.parse().unwrap());
    let options = Options::new(now);
    let of_rows = assess(&full, &CATALOGUE, &options).unwrap();
    let of_packed = assess_in(&packed, &people, &CATALOGUE, &options).unwrap();
    for (of_rows, of_packed) in of_rows.results.iter().zip(&of_packed.results) {
        assert_eq!(of_rows, of_packed, "{case}");
    }
    assert!(of_rows == of_packed, "{case}");
    assert_eq!(
        mfa_summary(&full, now),
        mfa_summary_in(&packed, &people, now),
        "{case}"
    );
    // Every row that was taken out is in the directory, and nothing else was.
    let mut emptied = full.clone();
    emptied.identity_users.items.clear();
    emptied.identity_signin_activity.items.clear();
    emptied.auth_registration.items.clear();
    emptied.auth_methods.items.clear();
    emptied.auth_per_user_mfa.items.clear();
    for group in &mut emptied.identity_groups.items {
        group.members.retain(|member| {
            !full
                .identity_users
                .items
                .iter()
                .any(|user| user.id == *member)
        });
    }
    emptied.people_packed = true;
    assert_eq!(packed, emptied, "{case}");
    of_packed
}

#[tokio::test]
async fn however_the_sources_about_people_ended() {
    let people = [
        "users",
        "groups",
        "sign_in_activity",
        "registration_details",
        "authentication_methods",
        "per_user_mfa",
    ];
    let endings = [
        Ending::Whole,
        Ending::Empty,
        Ending::Half,
        Ending::Denied,
        Ending::NotRead,
    ];
    for source in people {
        for ending in endings {
            let tenant = Tenant::new();
            for read in sources::all() {
                if read.source != source || ending != Ending::NotRead {
                    tenant.read(&read).await;
                }
                if read.source == source {
                    tenant.end(&read, ending).await;
                }
            }
            let case = format!("{source} {ending:?}");
            Box::pin(assert_same(tenant.store.as_ref(), &case)).await;
        }
    }
}

#[tokio::test]
async fn in_a_whole_tenant() {
    let sim = Sim::builder().start().await.unwrap();
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    engine(&sim, &store).run().await.unwrap();
    let of_packed = Box::pin(assert_same(store.as_ref(), "simulated")).await;
    let decided = |status| matches!(status, Status::Satisfied | Status::NotSatisfied);
    let mut results = of_packed.results.iter();
    assert!(
        results.any(|result| decided(result.status)),
        "{of_packed:?}"
    );
}
