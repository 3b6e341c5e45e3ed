//! What Graph answers, refuses and withholds, and that nothing untested passes for good.

#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

use std::sync::Arc;

use crate::connect_service::{
    APP, Microsoft, TENANT, blocked, chosen, every_permission, graph_error, jwt, problem,
    readiness, without,
};
use m365_collect::connect::{
    Code, ConnectionTest, Readiness, Service, Severity, StageState, Status,
};
use m365_collect::sources::shape::ListSource;
use m365_collect::{Completeness, Descriptor, Kind, Run, Source};
use serde_json::json;
use wiremock::ResponseTemplate;

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
    // A token, the organization, one call a service and somebody whose mailbox is looked at,
    // subscriptions, report settings, itself.
    let services = microsoft.check().await.stages.calls.found.unwrap().len();
    assert_eq!(asked.len(), 1 + 1 + services + 1 + 1 + 1 + 1, "{asked:?}");
    assert!(
        asked
            .iter()
            .any(|path| path == &format!("/v1.0/applications(appId='{APP}')")
                || path == &format!("/v1.0/applications(appId=%27{APP}%27)"))
    );
}

#[tokio::test]
async fn a_source_that_does_not_say_what_it_reads_is_compared_but_not_called() {
    let microsoft = Microsoft::good().await;
    let descriptor = Descriptor::full("org_contacts", "contacts").permission("User.Read.All");
    let connection = ConnectionTest::new(microsoft.client())
        .sources(vec![Arc::new(Own(descriptor.clone()))])
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
async fn a_source_of_ones_own_is_called_as_it_reads() {
    let microsoft = Microsoft::good().await;
    let descriptor = Descriptor::full("org_contacts", "contacts").permission("User.Read.All");
    let source = ListSource::new(descriptor, Kind::ORG_CONTACT, "contacts");
    let connection = ConnectionTest::new(microsoft.client())
        .sources(vec![Arc::new(source)])
        .run()
        .await;
    assert_eq!(readiness(&connection, "org_contacts"), Readiness::Ready);
    assert!(
        microsoft
            .asked()
            .await
            .contains(&"/v1.0/contacts".to_owned())
    );
}

/// A source whose descriptor does not tell what it asks.
#[derive(Debug)]
struct Own(Descriptor);

#[async_trait::async_trait]
impl Source for Own {
    fn descriptor(&self) -> &Descriptor {
        &self.0
    }

    async fn read(&self, _: &mut Run<'_>) -> Result<Completeness, m365_collect::Error> {
        Ok(Completeness::Complete)
    }
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
        assert_eq!(connection.stages.licenses.state, StageState::NotKnown);
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
            "policies/authenticationMethodsPolicy",
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
