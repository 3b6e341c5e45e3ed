//! What Graph grants, refuses and withholds is told apart, and nothing untested passes for good.

#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

mod connect_service;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use connect_service::{
    APP, Microsoft, REQUEST_ID, TENANT, every_permission, graph_error, jwt, key, skus,
};
use m365_collect::connect::{
    Code, Connection, ConnectionTest, CredentialKind, Diagnosis, LicenceState, Problem, Readiness,
    Service, Severity, StageState, Status,
};
use m365_collect::sources::shape::ListSource;
use m365_collect::{Descriptor, Kind, Source, SourceId, sources};
use serde_json::json;
use wiremock::ResponseTemplate;

fn problem(connection: &Connection, code: Code) -> &Diagnosis {
    let mut all = connection.problems.iter();
    let found = all.find(|problem| problem.code == code);
    let found = found.unwrap_or_else(|| unreachable!("no {code} in {connection}"));
    assert!(
        !found.cure.is_empty() && found.link.is_some(),
        "{connection}"
    );
    found
}

fn readiness(connection: &Connection, id: &str) -> Readiness {
    let mut all = connection.sources.iter();
    all.find(|s| s.source.as_str() == id).unwrap().readiness
}

fn blocked(problem: &Diagnosis) -> Vec<&str> {
    problem.blocks.iter().map(SourceId::as_str).collect()
}

fn without(name: &str) -> Vec<String> {
    every_permission()
        .into_iter()
        .filter(|p| p != name)
        .collect()
}

fn chosen(ids: &[&str]) -> Vec<Arc<dyn Source>> {
    let all = sources::catalogue().into_iter();
    all.filter(|s| ids.contains(&s.descriptor().id.as_str()))
        .collect()
}

#[tokio::test]
async fn a_good_connection_passes_every_stage() {
    let microsoft = Microsoft::good().await;
    let connection = microsoft.check().await;
    assert_eq!(connection.status, Status::Connected, "{connection}");
    assert!(
        connection.problems.is_empty() && connection.is_complete(),
        "{connection}"
    );
    for stage in connection.stages.summaries() {
        assert_eq!(
            stage.state,
            StageState::Passed,
            "{}: {}",
            stage.name,
            stage.note
        );
    }
    for source in &connection.sources {
        assert_eq!(source.readiness, Readiness::Ready, "{}", source.source);
    }
    assert!(connection.to_string().contains("nothing stands in the way"));
}

#[tokio::test]
async fn it_asks_little_and_each_thing_once() {
    let microsoft = Microsoft::good().await;
    microsoft.check().await;
    let asked = microsoft.asked().await;
    // A token, the organization, one call a service, subscriptions, report settings, itself.
    let services = microsoft.check().await.stages.calls.found.unwrap().len();
    assert_eq!(asked.len(), 1 + 1 + services + 1 + 1 + 1, "{asked:?}");
    assert!(
        asked
            .iter()
            .any(|path| path == &format!("/v1.0/applications(appId='{APP}')")
                || path == &format!("/v1.0/applications(appId=%27{APP}%27)"))
    );
}

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
    microsoft.token(&["Directory.Read.All".to_owned()]).await;
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

#[tokio::test]
async fn a_source_of_ones_own_is_compared_but_not_called() {
    let microsoft = Microsoft::good().await;
    let descriptor = Descriptor::full("org_contacts", "contacts").permission("User.Read.All");
    let source = Arc::new(ListSource::new(
        descriptor,
        Kind::new("orgContact"),
        "contacts",
    ));
    let connection = ConnectionTest::new(microsoft.client())
        .sources(vec![source])
        .run()
        .await;
    assert_eq!(readiness(&connection, "org_contacts"), Readiness::NotKnown);
    assert_eq!(connection.stages.calls.state, StageState::NotKnown);
    assert!(!connection.is_complete(), "{connection}");
    assert!(
        !microsoft
            .asked()
            .await
            .iter()
            .any(|path| path.contains("contacts"))
    );
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
    let diagnosis = problem(&connection, Code::LicenceMissing);
    assert_eq!(diagnosis.plan.as_deref(), Some("AAD_PREMIUM"));
    assert_eq!(blocked(diagnosis), ["registration_details"]);
    assert_eq!(diagnosis.problem, Problem::Licence);
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
        .licence("Microsoft Intune (INTUNE_A)");
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
    let diagnosis = problem(&connection, Code::LicenceMissing);
    assert_eq!(diagnosis.plan.as_deref(), Some("INTUNE_A"));
    assert!(diagnosis.link.unwrap().contains("intune"), "{connection}");
    assert_eq!(blocked(diagnosis), ["managed_devices"]);
}

#[tokio::test]
async fn a_licence_is_not_known_where_subscriptions_may_not_be_read() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&["Policy.Read.All".to_owned()]).await;
    microsoft.rest().await;
    let connection = ConnectionTest::new(microsoft.client())
        .sources(chosen(&["conditional_access_policies"]))
        .run()
        .await;
    let licences = &connection.stages.licences;
    assert_eq!(licences.state, StageState::NotKnown, "{connection}");
    assert!(licences.note.contains("LicenseAssignment.Read.All"));
    assert_eq!(
        licences.found.as_ref().unwrap()[0].state,
        LicenceState::NotKnown
    );
    assert!(connection.problems.is_empty(), "{connection}");
    assert!(!connection.is_complete());
    assert!(!connection.to_string().contains("nothing stands in the way"));
}

#[tokio::test]
async fn a_licence_that_is_there_and_refused_is_a_contradiction() {
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
    let diagnosis = problem(&connection, Code::LicenceContradicted);
    assert_eq!(blocked(diagnosis), ["registration_details"]);
    assert!(!connection.has(Code::LicenceMissing));
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
async fn concealed_report_names_are_told() {
    for (sources, severity) in [
        (sources::catalogue(), Severity::Warning),
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
async fn a_rate_limit_says_how_long_to_wait() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&every_permission()).await;
    let answer = graph_error(429, "TooManyRequests", "Please retry again later.");
    let answer = answer.insert_header("Retry-After", "600");
    microsoft
        .answer("identity/conditionalAccess/policies", answer)
        .await;
    microsoft.rest().await;
    let connection = microsoft.check().await;
    let diagnosis = problem(&connection, Code::Throttled);
    assert_eq!(connection.status, Status::ServiceError);
    assert_eq!(diagnosis.severity, Severity::Partial);
    assert!(diagnosis.cure.contains("600 seconds"), "{connection}");
    assert_eq!(
        readiness(&connection, "conditional_access_policies"),
        Readiness::Failed
    );
    assert_eq!(readiness(&connection, "users"), Readiness::Ready);
}

#[tokio::test]
async fn an_outage_is_microsofts_and_told_once() {
    for answer in [
        ResponseTemplate::new(500)
            .set_body_raw("<html>Our services aren't available</html>", "text/html"),
        graph_error(
            503,
            "serviceNotAvailable",
            "The service is temporarily unavailable.",
        ),
        ResponseTemplate::new(504),
    ] {
        let microsoft = Microsoft::silent().await;
        microsoft.token(&every_permission()).await;
        microsoft.all_of_graph(answer).await;
        let connection = microsoft.check().await;
        let diagnosis = problem(&connection, Code::Outage);
        assert_eq!(diagnosis.severity, Severity::Error, "nothing answers");
        assert_eq!(connection.status, Status::ServiceError);
        assert_eq!(connection.problems.len(), 1, "{connection}");
        assert_eq!(connection.stages.licences.state, StageState::NotKnown);
        assert_eq!(connection.stages.credentials.state, StageState::NotKnown);
        assert_eq!(readiness(&connection, "users"), Readiness::Failed);
    }
}

#[tokio::test]
async fn one_failing_service_does_not_condemn_the_rest() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&every_permission()).await;
    microsoft
        .answer(
            "roleManagement/directory/roleDefinitions",
            ResponseTemplate::new(502),
        )
        .await;
    microsoft.rest().await;
    let connection = microsoft.check().await;
    let diagnosis = problem(&connection, Code::Outage);
    assert_eq!(diagnosis.severity, Severity::Partial);
    assert_eq!(blocked(diagnosis), ["role_definitions", "role_assignments"]);
    let calls = connection.stages.calls.found.as_ref().unwrap();
    let failed = calls.iter().filter(|call| call.state == StageState::Failed);
    let failed: Vec<Service> = failed.map(|call| call.service).collect();
    assert_eq!(failed, [Service::RoleManagement]);
}

#[tokio::test]
async fn another_tenant_is_noticed_before_anything_of_it_is_read() {
    let other = "0b2ee5c1-9a2e-4fd0-9d5c-6c6f3e0d3f11";
    let claims = json!({"tid": other, "roles": ["User.Read.All"]});
    let microsoft = Microsoft::silent().await;
    microsoft.token_of(&jwt(&claims)).await;
    microsoft.rest().await;
    let connection = microsoft.check().await;
    problem(&connection, Code::WrongTenant);
    assert_eq!(connection.status, Status::AuthenticationError);
    assert_eq!(microsoft.asked().await.len(), 1, "Graph was asked");

    let microsoft = Microsoft::silent().await;
    microsoft.token_of("opaque").await;
    let organization =
        json!({"value": [{"id": other, "displayName": "Fabrikam", "verifiedDomains": []}]});
    microsoft.graph("organization", organization).await;
    microsoft.rest().await;
    let connection = microsoft.check().await;
    problem(&connection, Code::WrongTenant);
    assert!(connection.tenant.is_none());
    assert!(!connection.to_string().contains("Fabrikam"), "{connection}");
    assert_eq!(microsoft.asked().await.len(), 2, "more was read of it");
}

#[tokio::test]
async fn a_tenant_asked_for_by_domain_is_recognised() {
    let microsoft = Microsoft::good().await;
    let client = microsoft.client_of("contoso.onmicrosoft.com");
    let connection = ConnectionTest::new(client).run().await;
    assert_eq!(connection.tenant.unwrap().id, TENANT);
    assert!(connection.stages.tenant.is_passed());
}

#[tokio::test]
async fn the_tenant_is_not_known_where_the_organization_may_not_be_read() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&["Policy.Read.All".to_owned()]).await;
    microsoft.rest().await;
    let chosen = chosen(&["security_defaults"]);
    let client = microsoft.client_of("contoso.onmicrosoft.com");
    let connection = ConnectionTest::new(client)
        .sources(chosen.clone())
        .run()
        .await;
    assert_eq!(connection.stages.tenant.state, StageState::NotKnown);
    assert_eq!(connection.stages.clock.state, StageState::NotKnown);
    // By its id it is known from the token.
    let connection = ConnectionTest::new(microsoft.client())
        .sources(chosen)
        .run()
        .await;
    assert!(connection.stages.tenant.is_passed());
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
async fn conditional_access_that_asks_for_more_is_named() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&every_permission()).await;
    let challenge = r#"Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==""#;
    let answer = graph_error(
        403,
        "insufficient_claims",
        "Continuous access evaluation resulted in challenge.",
    );
    microsoft
        .all_of_graph(answer.insert_header("WWW-Authenticate", challenge))
        .await;
    let connection = microsoft.check().await;
    problem(&connection, Code::ConditionalAccess);
    assert_eq!(connection.status, Status::AuthenticationError);
}

#[tokio::test]
async fn a_token_that_graph_refuses_points_at_tenant_and_cloud() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&every_permission()).await;
    let message = "Access token validation failure. Invalid audience.";
    microsoft
        .all_of_graph(graph_error(401, "InvalidAuthenticationToken", message))
        .await;
    let connection = microsoft.check().await;
    problem(&connection, Code::TokenRefused);
    assert_eq!(connection.status, Status::AuthenticationError);
}

#[tokio::test]
async fn what_answers_in_the_place_of_graph_is_named() {
    let html = "<html><body>Sign in to this network</body></html>";
    for status in [200, 302, 403, 407] {
        let microsoft = Microsoft::silent().await;
        microsoft.token(&every_permission()).await;
        let answer = ResponseTemplate::new(status)
            .set_body_raw(html, "text/html")
            .insert_header("location", "http://portal.example/");
        microsoft.all_of_graph(answer).await;
        let connection = microsoft.check().await;
        problem(&connection, Code::Proxy);
        assert_eq!(connection.status, Status::ServiceError, "{connection}");
        assert!(connection.tenant.is_none());
    }
}

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
    microsoft.token(&without("Application.Read.All")).await;
    microsoft.rest().await;
    let connection = microsoft.check().await;
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
async fn nothing_of_the_tenants_content_and_no_secret_is_said() {
    let microsoft = Microsoft::silent().await;
    microsoft.token(&without("AuditLog.Read.All")).await;
    let message = "canary-message about Canary Person";
    microsoft
        .graph_error("groups", 403, "Authorization_RequestDenied", message)
        .await;
    microsoft
        .graph_error(
            "policies/identitySecurityDefaultsEnforcementPolicy",
            400,
            "BadRequest",
            message,
        )
        .await;
    microsoft.rest().await;
    let connection = microsoft.check().await;
    assert!(connection.problems.len() > 1, "{connection}");
    let json = serde_json::to_string(&connection).unwrap();
    let said = format!("{connection}{connection:?}{json}").to_lowercase();
    assert!(!said.contains("canary"), "{said}");
    assert!(!said.contains("eyj"), "a token");
    assert!(!said.contains("127.0.0.1"), "a link");
}
