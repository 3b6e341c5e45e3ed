//! The test of a whole tenant, simulated.

#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

use graph_client::{Client, Credential, RetryOptions, TenantId};
use m365_collect::connect::{Code, Connection, Readiness, StageState, Status, check};
use m365_collect::{SourceId, sources};
use tenant_sim::{Area, CredentialState, GenerateOptions, Sim, SimHandle, Tenant};

async fn connect(sim: &SimHandle) -> Connection {
    let client = Client::builder(
        TenantId::new(sim.tenant_id()).unwrap(),
        Credential::client_secret(sim.client_id(), sim.client_secret()),
    )
    .graph_origin(sim.graph_url())
    .login_origin(sim.login_url())
    .retry(RetryOptions::default().max_attempts(1))
    .build()
    .unwrap();
    check(&client, &sources::catalogue()).await
}

#[tokio::test]
async fn a_tenant_that_grants_everything_is_connected() {
    let sim = Sim::builder().start().await.unwrap();
    let connection = connect(&sim).await;
    assert_eq!(connection.status, Status::Connected, "{connection}");
    assert!(connection.problems.is_empty(), "{connection}");
    assert!(connection.is_complete(), "{connection}");
    assert_eq!(connection.tenant.as_ref().unwrap().id, sim.tenant_id());
    assert!(
        connection
            .sources
            .iter()
            .all(|s| s.readiness == Readiness::Ready),
        "{connection}"
    );
    // The example tenant has no P2, yet the simulation answers for eligible roles.
    assert_eq!(
        connection.stages.licenses.state,
        StageState::Warned,
        "{connection}"
    );
}

#[tokio::test]
async fn a_revoked_permission_is_named_with_what_it_blocks() {
    let sim = Sim::builder().start().await.unwrap();
    sim.revoke("AuditLog.Read.All");
    let connection = connect(&sim).await;
    assert_eq!(connection.status, Status::PermissionError, "{connection}");
    assert_eq!(connection.problems.len(), 1, "{connection}");
    let problem = &connection.problems[0];
    assert_eq!(problem.code, Code::PermissionMissing);
    assert_eq!(problem.permission.as_deref(), Some("AuditLog.Read.All"));
    let blocks: Vec<&str> = problem.blocks.iter().map(SourceId::as_str).collect();
    assert!(blocks.contains(&"sign_in_activity") && blocks.contains(&"registration_details"));
}

#[tokio::test]
async fn a_tenant_that_consented_to_nothing_is_told_so() {
    let sim = Sim::builder().start().await.unwrap();
    sim.credential_state(CredentialState::NoConsent);
    let connection = connect(&sim).await;
    assert_eq!(connection.status, Status::PermissionError);
    assert!(connection.has(Code::NoConsent), "{connection}");
}

#[tokio::test]
async fn a_license_taken_away_blocks_the_sources_of_its_service() {
    let sim = Sim::builder().start().await.unwrap();
    sim.unlicense(Area::RoleEligibility);
    let connection = connect(&sim).await;
    assert_eq!(connection.status, Status::Connected, "{connection}");
    let problem = &connection.problems[0];
    assert_eq!(
        (problem.code, problem.plan.as_deref()),
        (Code::LicenseMissing, Some("AAD_PREMIUM_P2"))
    );
    // Those of Identity Protection need the same license, and have answered.
    let blocks: Vec<&str> = problem.blocks.iter().map(SourceId::as_str).collect();
    assert_eq!(
        blocks,
        [
            "role_eligibilities",
            "role_assignment_schedules",
            "role_management_policies",
            "role_management_policy_assignments",
            "access_reviews",
            "access_review_instances"
        ],
        "{connection}"
    );
    assert!(!connection.is_complete());
}

#[tokio::test]
async fn a_large_tenant_is_tested_with_as_few_calls_as_a_small_one() {
    let mut requests = Vec::new();
    for users in [50, 5_000] {
        let options = GenerateOptions {
            users,
            ..GenerateOptions::default()
        };
        let sim = Sim::builder()
            .tenant(Tenant::generate(options))
            .start()
            .await
            .unwrap();
        let connection = connect(&sim).await;
        assert_eq!(connection.status, Status::Connected, "{connection}");
        requests.push(sim.stats().requests);
    }
    assert_eq!(requests[0], requests[1]);
}
