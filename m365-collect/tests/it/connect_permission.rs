//! Permissions granted against permissions needed: what is missing is named with what it blocks.

#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

use std::sync::Arc;

use crate::connect_service::{
    Microsoft, REQUEST_ID, blocked, chosen, every_permission, graph_error, problem, readiness,
    without,
};
use m365_collect::connect::{Code, ConnectionTest, Readiness, Severity, StageState, Status};
use m365_collect::sources::shape::ListSource;
use m365_collect::{Descriptor, Kind, sources};

#[tokio::test]
async fn a_token_without_roles_is_missing_consent() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&[]).await;
    let refused = graph_error(
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    );
    microsoft.all_of_graph(refused).await;
    let connection = microsoft.check().await;
    let diagnosis = problem(&connection, Code::NoConsent);
    assert_eq!(connection.status, Status::PermissionError);
    assert_eq!(diagnosis.severity, Severity::Error);
    assert_eq!(diagnosis.blocks.len(), sources::catalogue().len());
    assert_eq!(
        connection.problems.len(),
        1,
        "one cause is told once: {connection}"
    );
    assert_eq!(connection.stages.calls.state, StageState::NotRun);
    assert_eq!(readiness(&connection, "users"), Readiness::Denied);
    assert_eq!(microsoft.asked().await.len(), 1, "Graph need not be asked");
}

#[tokio::test]
async fn a_missing_permission_is_named_with_what_it_blocks() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&without("AuditLog.Read.All")).await;
    microsoft.rest().await;
    let connection = microsoft.check().await;
    assert_eq!(connection.status, Status::PermissionError);
    let diagnosis = problem(&connection, Code::PermissionMissing);
    assert_eq!(diagnosis.permission.as_deref(), Some("AuditLog.Read.All"));
    assert_eq!(diagnosis.severity, Severity::Partial);
    assert!(
        blocked(diagnosis).contains(&"sign_in_activity"),
        "{connection}"
    );
    assert_eq!(
        readiness(&connection, "sign_in_activity"),
        Readiness::Denied
    );
    assert_eq!(readiness(&connection, "users"), Readiness::Ready);
}

#[tokio::test]
async fn a_wider_permission_will_do() {
    let microsoft = Microsoft::silent().await;
    // Hidden memberships are not part of what a wider permission opens.
    microsoft
        .token(&["Directory.Read.All", "Member.Read.Hidden"].map(str::to_owned))
        .await;
    microsoft.rest().await;
    let connection = ConnectionTest::new(microsoft.client())
        .sources(chosen(&["users", "groups", "subscribed_skus"]))
        .run()
        .await;
    assert_eq!(connection.status, Status::Connected, "{connection}");
    assert!(connection.problems.is_empty(), "{connection}");
    assert_eq!(readiness(&connection, "users"), Readiness::Ready);
}

#[tokio::test]
async fn what_a_wider_permission_opens_is_put_to_the_test() {
    let microsoft = Microsoft::silent().await;
    microsoft
        .token(&["User.Read.All", "Directory.Read.All"].map(str::to_owned))
        .await;
    let message = "Insufficient privileges to complete the operation.";
    microsoft
        .graph_error("groups", 403, "Authorization_RequestDenied", message)
        .await;
    microsoft.rest().await;
    let connection = ConnectionTest::new(microsoft.client())
        .sources(chosen(&["users", "groups"]))
        .run()
        .await;
    let diagnosis = problem(&connection, Code::PermissionMissing);
    assert_eq!(diagnosis.permission.as_deref(), Some("Group.Read.All"));
    assert_eq!(readiness(&connection, "groups"), Readiness::Denied);
    assert_eq!(readiness(&connection, "users"), Readiness::Ready);
}

#[tokio::test]
async fn a_permission_that_would_show_more_is_told_and_does_not_condemn() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&["User.Read.All".to_owned()]).await;
    microsoft.rest().await;
    let descriptor = Descriptor::full("users", "people")
        .permission("User.Read.All")
        .optional_permission("AuditLog.Read.All");
    let source = Arc::new(ListSource::new(descriptor, Kind::USER, "users"));
    let connection = ConnectionTest::new(microsoft.client())
        .sources(vec![source])
        .run()
        .await;
    let diagnosis = problem(&connection, Code::OptionalPermissionMissing);
    assert_eq!(diagnosis.permission.as_deref(), Some("AuditLog.Read.All"));
    assert_eq!(connection.status, Status::Connected, "{connection}");
    assert_eq!(readiness(&connection, "users"), Readiness::Limited);
    assert!(!connection.is_complete());
}

#[tokio::test]
async fn a_refusal_despite_the_permission_is_not_called_a_missing_one() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&every_permission()).await;
    let at = "identity/conditionalAccess/policies";
    microsoft
        .graph_error(
            at,
            403,
            "AccessDenied",
            "You cannot perform the requested operation.",
        )
        .await;
    microsoft.rest().await;
    let connection = microsoft.check().await;
    let diagnosis = problem(&connection, Code::AccessDenied);
    assert_eq!(connection.status, Status::PermissionError);
    assert_eq!(blocked(diagnosis), ["conditional_access_policies"]);
    assert_eq!(diagnosis.request_id.as_deref(), Some(REQUEST_ID));
    assert_eq!(
        readiness(&connection, "conditional_access_policies"),
        Readiness::Denied
    );
    assert_eq!(
        readiness(&connection, "named_locations"),
        Readiness::NotKnown,
        "it was not tried"
    );
}

#[tokio::test]
async fn an_opaque_token_leaves_permissions_unknown_and_the_calls_decide() {
    let microsoft = Microsoft::silent().await;
    microsoft.token_of("opaque").await;
    let message = "Insufficient privileges to complete the operation.";
    microsoft
        .graph_error("users", 403, "Authorization_RequestDenied", message)
        .await;
    microsoft.rest().await;
    let connection = ConnectionTest::new(microsoft.client())
        .sources(chosen(&["users", "security_defaults", "named_locations"]))
        .run()
        .await;
    assert!(!connection.permissions_known);
    assert_eq!(connection.stages.permissions.state, StageState::NotKnown);
    let diagnosis = problem(&connection, Code::PermissionMissing);
    assert_eq!(diagnosis.permission.as_deref(), Some("User.Read.All"));
    assert_eq!(connection.status, Status::PermissionError);
    assert_eq!(readiness(&connection, "users"), Readiness::Denied);
    assert_eq!(
        readiness(&connection, "security_defaults"),
        Readiness::Ready
    );
}

#[tokio::test]
async fn an_organization_that_is_refused_leaves_the_tenant_to_the_token() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&every_permission()).await;
    let message = "Insufficient privileges to complete the operation.";
    microsoft
        .graph_error("organization", 403, "Authorization_RequestDenied", message)
        .await;
    microsoft.rest().await;
    let connection = microsoft.check().await;
    assert!(connection.stages.tenant.is_passed(), "{connection}");
    assert_eq!(
        blocked(problem(&connection, Code::AccessDenied)),
        ["organization"]
    );
    assert_eq!(connection.status, Status::PermissionError);
}
