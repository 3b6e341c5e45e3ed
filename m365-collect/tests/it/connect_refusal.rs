//! What the sign-in service refuses is told apart, with cause, cure and page.

#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

use crate::connect_service::{Microsoft, SECRET, TENANT, client};
use m365_collect::connect::{
    Code, Connection, ConnectionTest, Problem, SecretShape, Severity, StageState, Status,
};
use wiremock::ResponseTemplate;

/// The one problem, of which cause, cure and page are there and nothing was tried after it.
fn only(connection: &Connection, code: Code, status: Status) {
    let codes: Vec<Code> = connection.problems.iter().map(|p| p.code).collect();
    assert_eq!(codes, [code], "{connection}");
    assert_eq!(connection.status, status, "{connection}");
    let problem = &connection.problems[0];
    assert!(
        !problem.cause.is_empty() && !problem.cure.is_empty(),
        "{connection}"
    );
    assert!(problem.link.is_some(), "{connection}");
    assert_eq!(problem.severity, Severity::Error);
    assert_eq!(connection.stages.authentication.state, StageState::Failed);
    for stage in connection.stages.summaries().iter().skip(2) {
        assert_eq!(
            stage.state,
            StageState::NotRun,
            "{} after a refusal",
            stage.name
        );
    }
    assert!(!connection.is_complete());
}

async fn refused(status: u16, error: &str, aadsts: u32, message: &str) -> Connection {
    let microsoft = Microsoft::silent().await;
    microsoft.refuse(status, error, aadsts, message).await;
    microsoft.check().await
}

/// Status, OAuth error, number and message as the pages show them, and what each one is.
/// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
const REFUSALS: &[(u16, &str, u32, &str, Code)] = &[
    (
        401,
        "invalid_client",
        7_000_215,
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '6731de76-14a6-49ae-97bc-6eba6914391e'.",
        Code::WrongSecret,
    ),
    (
        401,
        "invalid_client",
        7_000_222,
        "The provided client secret keys for app '6731de76-14a6-49ae-97bc-6eba6914391e' are expired.",
        Code::SecretExpired,
    ),
    (
        400,
        "unauthorized_client",
        700_016,
        "Application with identifier '6731de76-14a6-49ae-97bc-6eba6914391e' was not found in the directory 'Contoso'.",
        Code::AppNotFound,
    ),
    (
        401,
        "invalid_client",
        7_000_229,
        "The client application '6731de76-14a6-49ae-97bc-6eba6914391e' is missing service principal in the tenant.",
        Code::AppNotFound,
    ),
    (
        400,
        "unauthorized_client",
        7_000_112,
        "Application '6731de76-14a6-49ae-97bc-6eba6914391e' is disabled.",
        Code::AppDisabled,
    ),
    (
        400,
        "invalid_request",
        90_002,
        "Tenant not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
        Code::TenantNotFound,
    ),
    (
        400,
        "invalid_request",
        90_027,
        "We are unable to issue tokens from this API version on the MSA tenant.",
        Code::PersonalAccount,
    ),
    (
        400,
        "invalid_grant",
        53_003,
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
        Code::ConditionalAccess,
    ),
    (
        400,
        "invalid_request",
        900_382,
        "Confidential Client is not supported in Cross Cloud request.",
        Code::WrongCloud,
    ),
    (
        400,
        "invalid_request",
        90_038,
        "The specified tenant belongs to another National Cloud.",
        Code::WrongCloud,
    ),
    (
        401,
        "invalid_client",
        700_024,
        "Client assertion is not within its valid time range.",
        Code::ClockSkew,
    ),
    (
        401,
        "invalid_client",
        700_027,
        "Client assertion failed signature validation.",
        Code::AssertionRejected,
    ),
    (
        400,
        "invalid_grant",
        65_001,
        "The user or administrator has not consented to use the application.",
        Code::NoConsent,
    ),
    (
        400,
        "invalid_request",
        1_234_567,
        "Something new.",
        Code::SignInRefused,
    ),
];

#[tokio::test]
async fn each_documented_refusal_has_its_diagnosis() {
    for (http, error, aadsts, message, code) in REFUSALS {
        let connection = refused(*http, error, *aadsts, message).await;
        let status = match code {
            Code::NoConsent => Status::PermissionError,
            _ => Status::AuthenticationError,
        };
        only(&connection, *code, status);
        assert_eq!(connection.problems[0].aadsts, Some(*aadsts));
        assert!(connection.to_string().contains(&format!("AADSTS{aadsts}")));
    }
}

#[tokio::test]
async fn a_sign_in_service_that_fails_is_an_outage() {
    let message = "The Microsoft Online Directory Service (MSODS) is not available.";
    for status in [400, 503] {
        let connection = refused(status, "temporarily_unavailable", 90_033, message).await;
        only(&connection, Code::Outage, Status::ServiceError);
    }
}

#[tokio::test]
async fn the_id_of_a_secret_in_the_place_of_its_value_is_named() {
    let microsoft = Microsoft::silent().await;
    let message = "Invalid client secret provided.";
    microsoft
        .refuse(401, "invalid_client", 7_000_215, message)
        .await;
    let connection = ConnectionTest::new(microsoft.client())
        .secret_shape(SecretShape::of("f0b0b335-1d71-4883-8f98-567911bfdca6"))
        .run()
        .await;
    only(
        &connection,
        Code::SecretIdAsValue,
        Status::AuthenticationError,
    );
    assert_eq!(connection.stages.settings.state, StageState::Warned);
}

#[tokio::test]
async fn the_id_of_a_secret_is_named_even_where_the_service_is_not_reached() {
    let connection = ConnectionTest::new(client(TENANT, &closed().await, &closed().await))
        .secret_shape(SecretShape::Guid)
        .run()
        .await;
    assert!(connection.has(Code::SecretIdAsValue), "{connection}");
    assert_eq!(connection.status, Status::ServiceError);
    assert_eq!(
        connection.problems[0].code,
        Code::Unreachable,
        "the worst first"
    );
}

#[tokio::test]
async fn a_secret_that_looks_like_an_id_and_works_is_no_problem() {
    let microsoft = Microsoft::good().await;
    let connection = ConnectionTest::new(microsoft.client())
        .secret_shape(SecretShape::Guid)
        .run()
        .await;
    assert_eq!(connection.status, Status::Connected, "{connection}");
    assert!(connection.problems.is_empty(), "{connection}");
    assert!(connection.stages.settings.is_passed());
}

#[tokio::test]
async fn the_domain_of_a_mail_service_is_no_tenant() {
    let microsoft = Microsoft::silent().await;
    let message = "Tenant 'outlook.com' not found.";
    microsoft
        .refuse(400, "invalid_request", 90_002, message)
        .await;
    let connection = ConnectionTest::new(microsoft.client_of("outlook.com"))
        .run()
        .await;
    only(
        &connection,
        Code::PersonalAccount,
        Status::AuthenticationError,
    );
}

#[tokio::test]
async fn too_many_tokens_are_a_rate_limit_and_not_a_refusal() {
    let microsoft = Microsoft::silent().await;
    let answer = ResponseTemplate::new(429).insert_header("Retry-After", "60");
    microsoft.sign_in(answer).await;
    let connection = microsoft.check().await;
    only(&connection, Code::Throttled, Status::ServiceError);
    assert_eq!(connection.problems[0].problem, Problem::Throttled);
    assert!(
        connection.problems[0].cure.contains("60 seconds"),
        "{connection}"
    );
}

#[tokio::test]
async fn what_answers_in_the_place_of_the_sign_in_service_is_named() {
    let html = "<html><body>Sign in to this network</body></html>";
    for answer in [
        ResponseTemplate::new(200).set_body_raw(html, "text/html"),
        ResponseTemplate::new(302).insert_header("location", "http://portal.example/"),
        ResponseTemplate::new(403).set_body_raw(html, "text/html"),
        ResponseTemplate::new(407).insert_header("proxy-authenticate", "Basic realm=\"x\""),
    ] {
        let microsoft = Microsoft::silent().await;
        microsoft.sign_in(answer).await;
        only(&microsoft.check().await, Code::Proxy, Status::ServiceError);
    }
}

#[tokio::test]
async fn nothing_of_the_refusal_or_the_secret_is_repeated() {
    let microsoft = Microsoft::silent().await;
    let message = format!("canary-description {SECRET}");
    microsoft
        .refuse(401, "invalid_client", 7_000_215, &message)
        .await;
    let connection = microsoft.check().await;
    let json = serde_json::to_string(&connection).unwrap();
    let said = format!("{connection}{connection:?}{json}");
    assert!(!said.contains("canary"), "{said}");
}

/// A port at which nobody listens.
async fn closed() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
