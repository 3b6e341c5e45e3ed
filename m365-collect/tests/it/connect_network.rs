//! What is wrong on the way to Microsoft is told apart from what is wrong at Microsoft.

#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

use std::sync::Arc;
use std::time::Duration;

use crate::connect_service::{APP, Microsoft, SECRET, TENANT, client};
use graph_client::test_util::{Answer, FakeTransport, ManualClock};
use graph_client::{
    Client, Credential, RetryOptions, TenantId, Transport, TransportError, TransportErrorKind,
    TransportRequest, TransportResponse,
};
use m365_collect::connect::{Code, Connection, ConnectionTest, StageState, Status};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// The one problem, and that it is no problem of credentials.
fn is(connection: &Connection, code: Code) {
    let codes: Vec<Code> = connection.problems.iter().map(|p| p.code).collect();
    assert_eq!(codes, [code], "{connection}");
    assert_eq!(connection.status, Status::ServiceError, "{connection}");
    assert_eq!(connection.stages.authentication.state, StageState::Failed);
    assert_eq!(connection.stages.calls.state, StageState::NotRun);
}

#[tokio::test]
async fn a_port_at_which_nobody_listens_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let connection = ConnectionTest::new(client(TENANT, &origin, &origin))
        .run()
        .await;
    is(&connection, Code::Unreachable);
}

#[tokio::test]
async fn a_host_name_that_is_not_found_is_named_as_that() {
    // No name under `.invalid` is ever found: RFC 2606.
    let origin = "https://login.invalid";
    let connection = ConnectionTest::new(client(TENANT, origin, origin))
        .run()
        .await;
    is(&connection, Code::Dns);
}

#[tokio::test]
async fn graph_that_is_not_reached_ends_the_test() {
    let microsoft = Microsoft::good().await;
    let client = client(TENANT, &microsoft.server.uri(), "https://graph.invalid");
    let connection = ConnectionTest::new(client).run().await;
    let codes: Vec<Code> = connection.problems.iter().map(|p| p.code).collect();
    assert_eq!(codes, [Code::Dns], "{connection}");
    assert!(connection.stages.authentication.is_passed());
    assert_eq!(connection.stages.tenant.state, StageState::NotKnown);
    assert_eq!(
        connection.stages.calls.state,
        StageState::NotRun,
        "each would wait in vain"
    );
}

/// A server whose certificate nobody trusts, as a proxy has that opens the encryption.
async fn interceptor() -> String {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = tokio_rustls::rustls::crypto::ring::default_provider();
    let config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let _ = acceptor.accept(socket).await;
        }
    });
    origin
}

#[tokio::test]
async fn a_certificate_that_is_not_microsofts_is_an_interception() {
    let origin = interceptor().await;
    let connection = ConnectionTest::new(client(TENANT, &origin, &origin))
        .run()
        .await;
    is(&connection, Code::TlsIntercepted);
    assert!(
        connection.to_string().contains("root certificate"),
        "{connection}"
    );
}

#[tokio::test]
async fn what_does_not_speak_tls_is_not_microsoft() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut hello = [0; 1024];
            let _ = socket.read(&mut hello).await;
            let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let connection = ConnectionTest::new(client(TENANT, &origin, &origin))
        .run()
        .await;
    is(&connection, Code::TlsIntercepted);
}

/// What a TLS library says of a certificate whose time is not now.
#[derive(Debug)]
struct OutOfTime;

#[async_trait::async_trait]
impl Transport for OutOfTime {
    async fn send(&self, _: TransportRequest) -> Result<TransportResponse, TransportError> {
        Err(TransportError::with_source(
            TransportErrorKind::Connect,
            tokio_rustls::rustls::Error::InvalidCertificate(
                tokio_rustls::rustls::CertificateError::NotValidYet,
            ),
        ))
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_valid_now_points_at_the_clock() {
    let client = patient(Arc::new(OutOfTime));
    let connection = ConnectionTest::new(client).run().await;
    let codes: Vec<Code> = connection.problems.iter().map(|p| p.code).collect();
    assert_eq!(codes, [Code::ClockSkew], "{connection}");
}

fn patient(transport: Arc<dyn Transport>) -> Client {
    Client::builder(
        TenantId::new(TENANT).unwrap(),
        Credential::client_secret(APP, SECRET),
    )
    .transport(transport)
    .clock(Arc::new(ManualClock::new()))
    .retry(RetryOptions::default().max_attempts(1))
    .build()
    .unwrap()
}

const TOKEN: &str = "/84841066-274d-4ec0-a5c1-276be684bdd3/oauth2/v2.0/token";

#[tokio::test]
async fn the_test_ends_at_its_time_limit_and_says_what_it_did_not_come_to() {
    let graph = Arc::new(FakeTransport::new());
    graph.on(TOKEN, [Answer::never()]);
    let clock = Arc::new(ManualClock::paused());
    let test = ConnectionTest::new(patient(graph))
        .clock(Arc::<ManualClock>::clone(&clock))
        .time_limit(Duration::from_secs(20));
    let run = tokio::spawn(async move { test.run().await });
    while clock.sleepers() == 0 {
        tokio::task::yield_now().await;
    }
    clock.advance(Duration::from_secs(20));
    let connection = run.await.unwrap();
    is(&connection, Code::Unreachable);
    assert_eq!(connection.elapsed, Duration::from_secs(20));
    assert!(connection.to_string().contains("20 s"), "{connection}");
}

#[tokio::test]
async fn time_spent_on_refusals_is_told_by_the_refusal() {
    for (status, code) in [(503, Code::Outage), (429, Code::Throttled)] {
        let graph = Arc::new(FakeTransport::new());
        graph.on(
            TOKEN,
            [
                Answer::status(status).header("retry-after", "30"),
                Answer::never(),
            ],
        );
        let asked = Arc::<FakeTransport>::clone(&graph);
        let client = Client::builder(
            TenantId::new(TENANT).unwrap(),
            Credential::client_secret(APP, SECRET),
        )
        .transport(graph)
        .clock(Arc::new(ManualClock::new()))
        .build()
        .unwrap();
        let clock = Arc::new(ManualClock::paused());
        let test = ConnectionTest::new(client).clock(Arc::<ManualClock>::clone(&clock));
        let run = tokio::spawn(async move { test.run().await });
        while asked.token_requests().len() < 2 {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(60));
        is(&run.await.unwrap(), code);
    }
}

#[tokio::test]
async fn a_test_that_is_dropped_sends_nothing_more() {
    let graph = Arc::new(FakeTransport::new());
    graph.on(TOKEN, [Answer::never()]);
    let test = ConnectionTest::new(patient(Arc::<FakeTransport>::clone(&graph)));
    let run = tokio::spawn(async move { test.run().await });
    while graph.all_requests().is_empty() {
        tokio::task::yield_now().await;
    }
    run.abort();
    assert!(run.await.unwrap_err().is_cancelled());
    assert_eq!(graph.all_requests().len(), 1);
}

#[tokio::test]
async fn an_error_of_the_way_repeats_no_address() {
    let origin = interceptor().await;
    let connection = ConnectionTest::new(client(TENANT, &origin, &origin))
        .run()
        .await;
    let said = format!("{connection}{connection:?}");
    assert!(
        !said.contains("127.0.0.1") && !said.contains(SECRET),
        "{said}"
    );
}
