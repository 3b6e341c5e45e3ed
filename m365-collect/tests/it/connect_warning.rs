//! What does not stand in the way today and would mislead or fail tomorrow.

#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::connect_service::{
    APP, Microsoft, TENANT, blocked, chosen, every_permission, key, problem, without,
};
use m365_collect::connect::{
    Code, Connection, ConnectionTest, CredentialKind, Problem, Severity, StageState, Status,
};
use m365_collect::sources::shape::ListSource;
use m365_collect::{Descriptor, Kind, Source, sources};
use serde_json::json;
use wiremock::ResponseTemplate;

fn in_days(days: u64) -> String {
    let time = SystemTime::now() + Duration::from_secs(days * 24 * 60 * 60 + 60);
    let seconds = time.duration_since(UNIX_EPOCH).unwrap().as_secs();
    let time = time::OffsetDateTime::from_unix_timestamp(i64::try_from(seconds).unwrap()).unwrap();
    time.format(&time::format_description::well_known::Rfc3339)
        .unwrap()
}

#[tokio::test]
async fn a_secret_near_its_end_is_warned_about() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&every_permission()).await;
    let keys = json!({"passwordCredentials": [key(&in_days(12))], "keyCredentials": []});
    microsoft.credentials(keys).await;
    microsoft.rest().await;
    let connection = microsoft.check().await;
    let diagnosis = problem(&connection, Code::SecretExpiresSoon);
    assert_eq!(diagnosis.severity, Severity::Warning);
    assert!(diagnosis.cause.contains("12 days"), "{connection}");
    assert_eq!(connection.status, Status::Connected);
    assert!(connection.is_complete());
    let found = connection.stages.credentials.found.unwrap();
    assert_eq!(
        (found[0].kind, found[0].days_left),
        (CredentialKind::Secret, Some(12))
    );
}

#[tokio::test]
async fn the_end_of_a_secret_is_not_known_unless_it_was_read() {
    let note = |connection: &Connection| {
        let stage = &connection.stages.credentials;
        assert_eq!(stage.state, StageState::NotKnown, "{connection}");
        stage.note.clone()
    };
    // No permission: it is not even asked for.
    let microsoft = Microsoft::silent().await;
    let mut roles = without("Application.Read.All");
    roles.retain(|role| role != "Directory.Read.All");
    microsoft.token(&roles).await;
    microsoft.rest().await;
    let test = ConnectionTest::new(microsoft.client()).sources(chosen(&["users"]));
    let connection = test.run().await;
    assert!(note(&connection).contains("Application.Read.All"));
    assert!(connection.is_complete(), "it is an extra: {connection}");
    assert!(
        !microsoft
            .asked()
            .await
            .iter()
            .any(|path| path.contains("applications"))
    );

    let at = format!("applications(appId='{APP}')");
    for (status, code, words) in [
        (404, "Request_ResourceNotFound", "another tenant"),
        (403, "Authorization_RequestDenied", "may not read"),
    ] {
        let microsoft = Microsoft::silent().await;
        microsoft.token(&every_permission()).await;
        microsoft.graph_error(&at, status, code, "made up").await;
        microsoft.rest().await;
        let connection = microsoft.check().await;
        assert!(note(&connection).contains(words), "{connection}");
    }
    // Null is not an empty list.
    let microsoft = Microsoft::silent().await;
    microsoft.token(&every_permission()).await;
    microsoft
        .credentials(json!({"passwordCredentials": null}))
        .await;
    microsoft.rest().await;
    note(&microsoft.check().await);
}

#[tokio::test]
async fn concealed_report_names_are_told() {
    for (sources, severity) in [
        (chosen(&["users", "organization"]), Severity::Warning),
        (sources::catalogue(), Severity::Partial),
        (vec![usage_report()], Severity::Partial),
    ] {
        let microsoft = Microsoft::silent().await;
        let mut roles = every_permission();
        roles.push("Reports.Read.All".to_owned());
        microsoft.token(&roles).await;
        let concealed = json!({"value": {
            "@odata.type": "#microsoft.graph.adminReportSettings",
            "displayConcealedNames": true,
        }});
        microsoft.graph("admin/reportSettings", concealed).await;
        microsoft.rest().await;
        let test = ConnectionTest::new(microsoft.client()).sources(sources);
        let connection = test.run().await;
        let diagnosis = problem(&connection, Code::ConcealedReportNames);
        assert_eq!(diagnosis.severity, severity, "{connection}");
        assert_eq!(connection.status, Status::Connected);
    }
}

fn usage_report() -> Arc<dyn Source> {
    let descriptor =
        Descriptor::full("active_users", "usage of the services").permission("Reports.Read.All");
    Arc::new(ListSource::new(descriptor, Kind::new("usage"), "reports/x"))
}

#[tokio::test]
async fn whether_names_are_concealed_is_not_known_without_the_permission() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&["Reports.Read.All".to_owned()]).await;
    microsoft.rest().await;
    let connection = ConnectionTest::new(microsoft.client())
        .sources(vec![usage_report()])
        .run()
        .await;
    let stage = &connection.stages.report_names;
    assert_eq!(stage.state, StageState::NotKnown);
    assert!(
        stage.note.contains("ReportSettings.Read.All"),
        "{}",
        stage.note
    );
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_warned_about() {
    for (date, words) in [
        ("Mon, 05 Jan 2026 10:00:00 GMT", "ahead"),
        ("Sat, 05 Jan 2126 10:00:00 GMT", "behind"),
    ] {
        let microsoft = Microsoft::silent().await;
        microsoft.token(&every_permission()).await;
        let organization = json!({"value": [{"id": TENANT, "verifiedDomains": []}]});
        let answer = ResponseTemplate::new(200).set_body_json(organization);
        microsoft
            .answer("organization", answer.insert_header("date", date))
            .await;
        microsoft.rest().await;
        let connection = microsoft.check().await;
        let diagnosis = problem(&connection, Code::ClockSkew);
        assert_eq!(diagnosis.severity, Severity::Warning);
        assert!(diagnosis.cause.contains(words), "{connection}");
        assert_eq!(
            connection.status,
            Status::Connected,
            "it works all the same"
        );
        assert!(connection.stages.clock.found.is_some());
    }
}

#[tokio::test]
async fn a_tenant_without_users_is_not_a_clean_bill() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&every_permission()).await;
    microsoft.graph("users", json!({"value": []})).await;
    microsoft.rest().await;
    let connection = microsoft.check().await;
    let diagnosis = problem(&connection, Code::NoUsers);
    assert_eq!(diagnosis.problem, Problem::Data);
    assert!(!connection.is_complete(), "{connection}");
}

#[tokio::test]
async fn an_empty_first_page_is_not_a_tenant_without_users() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&every_permission()).await;
    let next = format!("{}/v1.0/users-page-2", microsoft.server.uri());
    microsoft
        .graph("users", json!({"value": [], "@odata.nextLink": next}))
        .await;
    microsoft
        .graph("users-page-2", json!({"value": [{"id": "a"}]}))
        .await;
    microsoft.rest().await;
    let connection = microsoft.check().await;
    assert!(connection.problems.is_empty(), "{connection}");
}

#[tokio::test]
async fn a_tenant_for_customers_has_no_delta() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&every_permission()).await;
    let organization = json!({"value": [{"id": TENANT, "displayName": "Contoso", "tenantType": "CIAM", "verifiedDomains": []}]});
    microsoft.graph("organization", organization).await;
    microsoft.rest().await;
    let connection = microsoft.check().await;
    let diagnosis = problem(&connection, Code::ExternalTenant);
    assert!(blocked(diagnosis).contains(&"users"), "{connection}");
}
