//! A tenant is read, each refusal is told as what it is, and the facts say so.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::sync::Arc;

use crate::common::{client_with, differences, engine, impatient, records};
use compliance_map::State;
use m365_collect::{
    Descriptor, Engine, Kind, MemoryStore, Outcome, Store, StoreError, facts, sources,
};
use tenant_sim::{Area, CredentialState, FaultPlan, Sim, SimHandle, Tenant};

async fn example() -> SimHandle {
    Sim::builder().start().await.unwrap()
}

fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::new())
}

#[tokio::test]
async fn every_source_of_the_catalogue_is_read() {
    let sim = example().await;
    let store = memory();
    let report = engine(&sim, &store).run().await.unwrap();
    for source in &report.sources {
        assert_eq!(source.outcome, Outcome::Complete, "{}", source.id);
        assert!(source.stats.requests > 0, "{} asked nothing", source.id);
    }
    assert_eq!(report.sources.len(), sources::catalogue().len());
    let truth = sim.truth();
    assert_eq!(differences(store.as_ref(), &truth).await, [""; 0]);
    for (kind, expected) in [
        (Kind::DOMAIN, truth.domains.len()),
        (Kind::SUBSCRIBED_SKU, truth.subscribed_skus.len()),
        (Kind::ROLE_DEFINITION, truth.role_definitions.len()),
        (Kind::ROLE_ASSIGNMENT, truth.role_assignments.len()),
        (Kind::ROLE_ELIGIBILITY, truth.role_eligibilities.len()),
        (Kind::REGISTRATION_DETAILS, truth.registration_details.len()),
        (Kind::PER_USER_MFA, truth.users.len()),
        (Kind::CONDITIONAL_ACCESS_POLICY, truth.policies.len()),
        (Kind::NAMED_LOCATION, truth.named_locations.len()),
        (Kind::SIGN_IN_ACTIVITY, truth.users.len()),
    ] {
        assert_eq!(store.count(&kind).await.unwrap(), expected as u64, "{kind}");
    }
    assert_eq!(report.tenant.name.as_deref(), Some("Contoso"));
    assert_eq!(sim.stats().writes, 0, "nothing but reads was sent");
    assert_eq!(sim.stats().wrong_bearer + sim.stats().without_bearer, 0);
}

#[tokio::test]
async fn a_second_sync_asks_by_delta_link_and_only_for_changes() {
    let sim = example().await;
    let store = memory();
    engine(&sim, &store).run().await.unwrap();
    sim.reset_stats();
    let report = engine(&sim, &store)
        .only(["users", "groups"])
        .run()
        .await
        .unwrap();
    for source in &report.sources {
        assert_eq!(source.stats.seen, 0, "{}", source.id);
        assert_eq!(
            source.stats.requests, 2,
            "{}: what changed, and the count",
            source.id
        );
    }
}

#[tokio::test]
async fn changes_reach_the_store() {
    let sim = example().await;
    let store = memory();
    engine(&sim, &store).run().await.unwrap();
    sim.edit(|tenant| tenant.churn(5, 60));
    let report = engine(&sim, &store).run().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(differences(store.as_ref(), &sim.truth()).await, [""; 0]);
}

#[tokio::test]
async fn a_missing_permission_is_denied_by_403_and_the_other_sources_are_read() {
    let sim = example().await;
    sim.deny(Area::ConditionalAccess);
    let store = memory();
    let report = engine(&sim, &store).run().await.unwrap();
    let denied = report.source("conditional_access_policies").unwrap();
    assert!(
        matches!(&denied.outcome, Outcome::Denied { permission, .. } if permission == "Policy.Read.All"),
        "{:?}",
        denied.outcome
    );
    let others = report.sources.iter().filter(|s| s.id != denied.id);
    assert!(
        others.clone().all(|s| s.outcome.is_complete()),
        "{report:?}"
    );
    let facts = facts(store.as_ref()).await.unwrap();
    assert_eq!(facts.auth_ca_policies.state, State::Denied);
    assert_eq!(
        facts.auth_ca_policies.permission.as_deref(),
        Some("Policy.Read.All")
    );
    assert_eq!(facts.identity_users.state, State::Ok);
}

#[tokio::test]
async fn a_permission_that_is_taken_away_denies_what_was_read_before() {
    let sim = example().await;
    let store = memory();
    engine(&sim, &store).run().await.unwrap();
    sim.deny(Area::Users);
    engine(&sim, &store).run().await.unwrap();
    assert_eq!(
        facts(store.as_ref()).await.unwrap().identity_users.state,
        State::Denied
    );
    assert!(
        !records(store.as_ref(), &Kind::USER).await.is_empty(),
        "the data is kept"
    );
    sim.allow(Area::Users);
    engine(&sim, &store).run().await.unwrap();
    assert_eq!(
        facts(store.as_ref()).await.unwrap().identity_users.state,
        State::Ok
    );
}

#[tokio::test]
async fn without_the_license_for_sign_ins_the_people_are_still_complete() {
    let sim = example().await;
    sim.unlicense(Area::SignInActivity);
    let store = memory();
    let report = engine(&sim, &store).run().await.unwrap();
    assert!(matches!(
        report.source("sign_in_activity").unwrap().outcome,
        Outcome::Unlicensed { .. }
    ));
    assert_eq!(report.source("users").unwrap().outcome, Outcome::Complete);
    let facts = facts(store.as_ref()).await.unwrap();
    assert_eq!(facts.identity_signin_activity.state, State::Unlicensed);
    assert_eq!(facts.identity_users.items.len(), sim.truth().users.len());
}

#[tokio::test]
async fn eligible_roles_that_could_not_be_read_make_the_administrators_incomplete() {
    let sim = example().await;
    sim.deny(Area::RoleEligibility);
    let store = memory();
    engine(&sim, &store).run().await.unwrap();
    let roles = facts(store.as_ref())
        .await
        .unwrap()
        .identity_role_assignments;
    assert_eq!((roles.state, roles.complete), (State::Truncated, false));

    // A tenant without the license has none.
    sim.allow(Area::RoleEligibility);
    sim.unlicense(Area::RoleEligibility);
    engine(&sim, &store).run().await.unwrap();
    let roles = facts(store.as_ref())
        .await
        .unwrap()
        .identity_role_assignments;
    assert_eq!((roles.state, roles.complete), (State::Ok, true));
}

#[tokio::test]
async fn a_fan_out_whose_parents_were_never_read_is_skipped_and_not_empty() {
    let sim = example().await;
    sim.deny(Area::Users);
    let store = memory();
    let report = engine(&sim, &store).run().await.unwrap();
    let outcome = &report.source("per_user_mfa").unwrap().outcome;
    assert!(matches!(outcome, Outcome::Skipped { .. }), "{outcome:?}");
    assert_eq!(
        facts(store.as_ref()).await.unwrap().auth_per_user_mfa.state,
        State::NotCollected
    );
}

#[tokio::test]
async fn throttling_beyond_the_budget_is_told_with_its_retry_after() {
    let sim = example().await;
    let store = memory();
    sim.throttle_all(Some(3600));
    let client = client_with(&sim, sim.client_secret(), impatient());
    let report = Engine::new(client, Arc::clone(&store)).run().await.unwrap();
    let users = &report.source("users").unwrap().outcome;
    assert!(
        matches!(users, Outcome::Throttled { until: Some(_) }),
        "{users:?}"
    );
    assert!(!report.read_some());
    assert_eq!(
        facts(store.as_ref()).await.unwrap().identity_users.state,
        State::Error
    );
}

#[tokio::test]
async fn refused_credentials_end_the_sync_before_the_store_is_touched() {
    let sim = example().await;
    let store = memory();
    for state in [
        CredentialState::WrongSecret,
        CredentialState::SecretExpired,
        CredentialState::AppNotFound,
    ] {
        sim.credential_state(state);
        let error = engine(&sim, &store).run().await.unwrap_err();
        assert!(error.is_authentication(), "{state:?}: {error}");
        assert_eq!(store.tenant().await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_token_without_consent_denies_every_source() {
    let sim = example().await;
    sim.credential_state(CredentialState::NoConsent);
    let store = memory();
    let report = engine(&sim, &store).run().await.unwrap();
    for source in &report.sources {
        assert!(
            matches!(
                source.outcome,
                Outcome::Denied { .. } | Outcome::Skipped { .. }
            ),
            "{}: {:?}",
            source.id,
            source.outcome
        );
    }
}

#[tokio::test]
async fn a_next_link_to_another_origin_gets_no_token_and_ends_the_source() {
    let trap = Sim::builder().start().await.unwrap();
    let sim = Sim::builder().page_size(10).start().await.unwrap();
    sim.foreign_next_link(Some(trap.origin()));
    let store = memory();
    let report = engine(&sim, &store).run().await.unwrap();
    let refused: Vec<_> = report
        .sources
        .iter()
        .filter(|s| !s.outcome.is_complete())
        .collect();
    assert!(!refused.is_empty(), "some source met the link");
    assert_eq!(
        trap.stats().requests,
        0,
        "the other origin was not asked at all"
    );
    // The link was shown once: the next sync is complete.
    sim.foreign_next_link(None);
    let report = engine(&sim, &store).run().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(differences(store.as_ref(), &sim.truth()).await, [""; 0]);
}

#[tokio::test]
async fn a_store_of_another_tenant_is_refused() {
    let (contoso, other) = (
        example().await,
        Sim::builder()
            .tenant(Tenant::generate(tenant_sim::GenerateOptions {
                seed: 9,
                users: 60,
                ..Default::default()
            }))
            .start()
            .await
            .unwrap(),
    );
    assert_ne!(contoso.tenant_id(), other.tenant_id());
    let store = memory();
    engine(&contoso, &store).run().await.unwrap();
    let refused = engine(&other, &store).run().await.unwrap_err();
    assert!(
        matches!(
            refused,
            m365_collect::Error::Store(StoreError::OtherTenant { .. })
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn malformed_json_in_one_page_does_not_become_an_empty_list() {
    let faults = FaultPlan {
        truncated_body: 1.0,
        max_in_a_row: u32::MAX,
        ..FaultPlan::none()
    };
    let sim = Sim::builder().start().await.unwrap();
    sim.faults(faults);
    let store = memory();
    let client = client_with(&sim, sim.client_secret(), impatient());
    if let Ok(report) = Engine::new(client, Arc::clone(&store)).run().await {
        // A report is a file from elsewhere, which this fault leaves alone.
        let reports = [
            "active_users",
            "office_activations",
            "mailbox_usages",
            "email_activities",
            "teams_activities",
            "one_drive_usages",
            "share_point_site_usages",
        ];
        assert!(
            report
                .sources
                .iter()
                .all(|s| !s.outcome.is_complete() || reports.contains(&s.id.as_str())),
            "{report:?}"
        );
    }
    assert_ne!(
        facts(store.as_ref()).await.unwrap().identity_users.state,
        State::Ok
    );
}

#[tokio::test]
async fn an_unknown_source_is_named() {
    let sim = example().await;
    let error = engine(&sim, &memory())
        .only(["userz"])
        .run()
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no source userz: did you mean users? `sources` lists them"
    );
}

#[test]
fn every_source_says_what_it_needs() {
    for source in sources::catalogue() {
        let Descriptor {
            id,
            kinds,
            relations,
            permissions,
            ..
        } = source.descriptor();
        assert!(kinds.len() + relations.len() > 0, "{id} yields nothing");
        assert!(!permissions.is_empty(), "{id} needs nothing");
        assert!(
            permissions.iter().all(|name| !name.contains("Write")),
            "{id} would write"
        );
    }
}
