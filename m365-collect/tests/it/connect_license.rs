//! Licenses present against licenses needed, by subscriptions and by answers.

#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

use std::sync::Arc;

use crate::connect_service::{
    Microsoft, blocked, chosen, every_permission, problem, readiness, skus,
};
use m365_collect::connect::{
    Code, ConnectionTest, LicenseState, Problem, Readiness, StageState, Status,
};
use m365_collect::sources::shape::ListSource;
use m365_collect::{Descriptor, Kind, Source};

const NO_PREMIUM: &str = "Tenant is not a B2C tenant and doesn't have premium license";

#[tokio::test]
async fn a_tenant_without_entra_id_p1_is_told_so_once() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&every_permission()).await;
    microsoft
        .graph("subscribedSkus", skus(&["EXCHANGE_S_STANDARD"]))
        .await;
    let code = "Authentication_RequestFromNonPremiumTenantOrB2CTenant";
    let reports = "reports/authenticationMethods/userRegistrationDetails";
    microsoft.graph_error(reports, 403, code, NO_PREMIUM).await;
    microsoft.rest().await;
    let connection = ConnectionTest::new(microsoft.client())
        .sources(chosen(&[
            "users",
            "registration_details",
            "security_defaults",
        ]))
        .run()
        .await;
    let diagnosis = problem(&connection, Code::LicenseMissing);
    assert_eq!(diagnosis.plan.as_deref(), Some("AAD_PREMIUM"));
    assert_eq!(blocked(diagnosis), ["registration_details"]);
    assert_eq!(diagnosis.problem, Problem::License);
    assert_eq!(connection.problems.len(), 1, "{connection}");
    assert_eq!(
        connection.status,
        Status::Connected,
        "the connection is as good as it is"
    );
    assert!(!connection.is_complete());
    assert_eq!(
        readiness(&connection, "registration_details"),
        Readiness::Unlicensed
    );
    assert_eq!(readiness(&connection, "users"), Readiness::Ready);
}

fn managed_devices() -> Arc<dyn Source> {
    let descriptor = Descriptor::full("managed_devices", "devices managed by Intune")
        .permission("DeviceManagementManagedDevices.Read.All")
        .license("Microsoft Intune (INTUNE_A)");
    let kind = Kind::new("managedDevice");
    Arc::new(ListSource::new(
        descriptor,
        kind,
        "deviceManagement/managedDevices",
    ))
}

#[tokio::test]
async fn a_tenant_without_intune_is_told_so() {
    let microsoft = Microsoft::silent().await;
    let roles = [
        "DeviceManagementManagedDevices.Read.All",
        "LicenseAssignment.Read.All",
    ];
    microsoft.token(&roles.map(str::to_owned)).await;
    microsoft
        .graph("subscribedSkus", skus(&["AAD_PREMIUM"]))
        .await;
    let message = "Request not applicable to target tenant.";
    microsoft
        .graph_error(
            "deviceManagement/managedDevices",
            400,
            "BadRequest",
            message,
        )
        .await;
    microsoft.rest().await;
    let connection = ConnectionTest::new(microsoft.client())
        .sources(vec![managed_devices()])
        .run()
        .await;
    let diagnosis = problem(&connection, Code::LicenseMissing);
    assert_eq!(diagnosis.plan.as_deref(), Some("INTUNE_A"));
    assert!(diagnosis.link.unwrap().contains("intune"), "{connection}");
    assert_eq!(blocked(diagnosis), ["managed_devices"]);
}

#[tokio::test]
async fn a_license_is_not_known_where_subscriptions_may_not_be_read() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&["Policy.Read.All".to_owned()]).await;
    microsoft.rest().await;
    let connection = ConnectionTest::new(microsoft.client())
        .sources(chosen(&["conditional_access_policies"]))
        .run()
        .await;
    let licenses = &connection.stages.licenses;
    assert_eq!(licenses.state, StageState::NotKnown, "{connection}");
    assert!(licenses.note.contains("LicenseAssignment.Read.All"));
    assert_eq!(
        licenses.found.as_ref().unwrap()[0].state,
        LicenseState::NotKnown
    );
    assert!(connection.problems.is_empty(), "{connection}");
    assert!(!connection.is_complete());
    assert!(!connection.to_string().contains("nothing stands in the way"));
}

#[tokio::test]
async fn a_license_that_is_there_and_refused_is_a_contradiction() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&every_permission()).await;
    let code = "Authentication_RequestFromNonPremiumTenantOrB2CTenant";
    let reports = "reports/authenticationMethods/userRegistrationDetails";
    microsoft.graph_error(reports, 403, code, NO_PREMIUM).await;
    microsoft.rest().await;
    let connection = ConnectionTest::new(microsoft.client())
        .sources(chosen(&["registration_details"]))
        .run()
        .await;
    let diagnosis = problem(&connection, Code::LicenseContradicted);
    assert_eq!(blocked(diagnosis), ["registration_details"]);
    assert!(!connection.has(Code::LicenseMissing));
}
