//! The transport over real sockets.
#![cfg(feature = "rustls")]
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use std::sync::Arc;
use std::time::Duration;

use crate::support::User;
use futures::TryStreamExt as _;
use graph_client::test_util::{FixedRandom, ManualClock};
use graph_client::{
    Client, Credential, HttpTransport, Limits, RetryOptions, TenantId, Transport as _,
    TransportRequest,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

// No injected clock moves tokio's: waits in these tests are the fake's, sockets are real.
fn client(origin: &str) -> Client {
    Client::builder(
        TenantId::new("contoso.example").unwrap(),
        Credential::client_secret("app", "secret"),
    )
    .graph_origin(origin)
    .login_origin(origin)
    .clock(Arc::new(ManualClock::new()))
    .random(Arc::new(FixedRandom::new(0.0)))
    .limits(Limits::none())
    .retry(RetryOptions::default().max_attempts(3))
    .build()
    .unwrap()
}

async fn service() -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/contoso.example/oauth2/v2.0/token"))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_string(r#"{"access_token":"real-token","expires_in":3599}"#),
        )
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn reads_pages_over_http() {
    let server = service().await;
    let next = format!("{}/v1.0/users?%24skiptoken=2", server.uri());
    Mock::given(path("/v1.0/users"))
        .and(query_param("$select", "id"))
        .and(header("authorization", "Bearer real-token"))
        .respond_with(ResponseTemplate::new(200).set_body_string(format!(
            r#"{{"value":[{{"id":"a"}}],"@odata.nextLink":"{next}"}}"#
        )))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(path("/v1.0/users"))
        .and(query_param("$skiptoken", "2"))
        .respond_with(ResponseTemplate::new(200).set_body_string(r#"{"value":[{"id":"b"}]}"#))
        .expect(1)
        .mount(&server)
        .await;
    let users: Vec<User> = client(&server.uri())
        .list("users")
        .items()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(users.len(), 2);
}

#[tokio::test]
async fn neither_redirects_nor_links_take_the_token_to_another_server() {
    let (server, elsewhere) = (service().await, MockServer::start().await);
    Mock::given(path("/v1.0/users/1"))
        .respond_with(
            ResponseTemplate::new(302)
                .insert_header("location", format!("{}/stolen", elsewhere.uri())),
        )
        .mount(&server)
        .await;
    Mock::given(path("/v1.0/users"))
        .respond_with(ResponseTemplate::new(200).set_body_string(format!(
            r#"{{"value":[],"@odata.nextLink":"{}/stolen"}}"#,
            elsewhere.uri()
        )))
        .mount(&server)
        .await;
    let client = client(&server.uri());
    assert!(
        client
            .get::<User>("users/1")
            .send()
            .await
            .unwrap_err()
            .is_refused_link()
    );
    let listed: Result<Vec<User>, _> = client.list("users").items().try_collect().await;
    assert!(listed.unwrap_err().is_refused_link());
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn only_reads_are_ever_sent() {
    let server = service().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_string(r#"{"id":"1"}"#))
        .mount(&server)
        .await;
    let client = client(&server.uri());
    client.get::<User>("users/1").send().await.unwrap();
    client.raw("users/1").send().await.unwrap();
    for request in server.received_requests().await.unwrap() {
        let token = request.url.path().ends_with("/oauth2/v2.0/token");
        assert!(token || request.method.as_str() == "GET");
    }
}

/// A server that answers each connection with these bytes and hangs up.
async fn raw_server(answers: Vec<Vec<u8>>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for answer in answers {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = [0; 8192];
            let _ = socket.read(&mut request).await;
            let _ = socket.write_all(&answer).await;
        }
    });
    origin
}

fn http(head: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{head}\r\n").into_bytes();
    answer.extend_from_slice(body);
    answer
}

fn token() -> Vec<u8> {
    let body = br#"{"access_token":"t","expires_in":3599}"#;
    http(&format!("content-length: {}\r\n", body.len()), body)
}

#[tokio::test]
async fn a_connection_reset_in_the_middle_of_a_body_is_tried_again() {
    let body = br#"{"id":"whole"}"#;
    let origin = raw_server(vec![
        token(),
        http("content-length: 14\r\n", br#"{"id":"#),
        Vec::new(),
        http("content-length: 14\r\n", body),
    ])
    .await;
    assert_eq!(
        client(&origin)
            .get::<User>("users/1")
            .send()
            .await
            .unwrap()
            .id,
        "whole"
    );
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_middle_of_every_body_keeps_the_status() {
    let broken = || http("request-id: id-1\r\ncontent-length: 14\r\n", br#"{"id":"#);
    let origin = raw_server(vec![token(), broken(), broken(), broken()]).await;
    let call = client(&origin).get::<User>("users/1").send();
    let error = call.await.unwrap_err();
    assert!(error.is_connection(), "{error}");
    assert_eq!((error.status(), error.attempts()), (Some(200), 3));
    assert_eq!(error.request_id(), Some("id-1"));
}

#[tokio::test]
async fn an_error_that_breaks_off_says_nothing_of_the_object_or_of_permissions() {
    for status in ["404 Not Found", "403 Forbidden", "410 Gone", "424 Failed"] {
        let head =
            format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 90\r\n\r\n{{");
        let broken = || head.clone().into_bytes();
        let origin = raw_server(vec![token(), broken(), broken(), broken()]).await;
        let call = client(&origin).get::<User>("users/1").send();
        let error = call.await.unwrap_err();
        assert!(error.is_connection() && !error.is_unreadable(), "{error}");
        assert_eq!(error.status().unwrap().to_string(), status[..3]);
        let says = [
            error.is_not_found(),
            error.is_permission_denied(),
            error.is_unlicensed(),
            error.is_gone(),
            error.is_failed_dependency(),
        ];
        assert_eq!(says, [false; 5], "{status}");
    }
}

#[tokio::test]
async fn compressed_answers_are_read_and_bounded_by_their_real_size() {
    // `{"id":"aaa…"}` with 100,000 letters, compressed by gzip.
    let squeezed = gzip(format!(r#"{{"id":"{}"}}"#, "a".repeat(100_000)).as_bytes());
    let answer = http(
        &format!(
            "content-encoding: gzip\r\ncontent-length: {}\r\n",
            squeezed.len()
        ),
        &squeezed,
    );
    let origin = raw_server(vec![token(), answer.clone()]).await;
    assert_eq!(
        client(&origin)
            .get::<User>("users/1")
            .send()
            .await
            .unwrap()
            .id
            .len(),
        100_000
    );

    let origin = raw_server(vec![token(), answer]).await;
    let small = Client::builder(
        TenantId::new("contoso.example").unwrap(),
        Credential::client_secret("app", "secret"),
    )
    .graph_origin(&origin)
    .login_origin(&origin)
    .max_body(50_000)
    .build()
    .unwrap();
    assert!(
        small
            .get::<User>("users/1")
            .send()
            .await
            .unwrap_err()
            .to_string()
            .contains("size limit")
    );
}

/// The gzip container around stored blocks: no compression, which is a valid kind of it.
fn gzip(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut chunks = data.chunks(65_535).peekable();
    while let Some(chunk) = chunks.next() {
        let length = u16::try_from(chunk.len()).unwrap();
        out.push(u8::from(chunks.peek().is_none()));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(chunk);
    }
    out.extend_from_slice(&crc32(data).to_le_bytes());
    out.extend_from_slice(&u32::try_from(data.len()).unwrap().to_le_bytes());
    out
}

fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & 0u32.wrapping_sub(crc & 1))
        })
    })
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_a_timeout() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let retry = RetryOptions::default()
        .max_attempts(1)
        .attempt_timeout(Duration::from_millis(50));
    let client = Client::builder(
        TenantId::new("contoso.example").unwrap(),
        Credential::client_secret("app", "secret"),
    )
    .graph_origin(&origin)
    .login_origin(&origin)
    .retry(retry)
    .build()
    .unwrap();
    let error = client.authenticate().await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn an_unreachable_host_is_a_connection_error_without_its_url() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = client(&origin).authenticate().await.unwrap_err();
    assert!(error.is_connection());
    assert_eq!(error.attempts(), 3);
    assert!(!format!("{error} {error:?}").contains(&origin));
    assert_eq!(error.host(), Some("127.0.0.1"));
    assert!(
        error
            .to_string()
            .contains("could not reach 127.0.0.1 for oauth2")
    );
}

#[tokio::test]
async fn after_a_503_the_retry_takes_a_new_connection_and_the_next_call_the_old_one() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let (report, mut seen) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        for connection in 0usize.. {
            let (mut socket, _) = listener.accept().await.unwrap();
            let report = report.clone();
            tokio::spawn(async move {
                let mut request = [0; 8192];
                while let Ok(1..) = socket.read(&mut request).await {
                    report.send(connection).unwrap();
                    let (status, body) = match (connection, request.starts_with(b"POST")) {
                        (_, true) => ("200 OK", r#"{"access_token":"t","expires_in":3599}"#),
                        (0, _) => ("503 Service Unavailable", "{}"),
                        _ => ("200 OK", r#"{"id":"1"}"#),
                    };
                    let answer = format!(
                        "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    socket.write_all(answer.as_bytes()).await.unwrap();
                }
            });
        }
    });
    client(&origin).get::<User>("users/1").send().await.unwrap();
    let mut connections = Vec::new();
    while let Ok(connection) = seen.try_recv() {
        connections.push(connection);
    }
    // The token and the refused call on the first, the retry on another.
    assert_eq!(connections, [0, 0, 1]);
}

#[tokio::test]
async fn http_2_and_compression_are_offered_without_being_asked_for() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let hello = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut hello = vec![0; 8192];
        let length = socket.read(&mut hello).await.unwrap();
        hello.truncate(length);
        hello
    });
    let url = format!("https://{address}/").parse().unwrap();
    let request = TransportRequest::new(http::Method::GET, url, Duration::from_secs(10), 100);
    // Nobody answers the greeting of TLS; what it offers is enough.
    let transport = HttpTransport::new().unwrap();
    assert!(transport.send(request).await.is_err());
    let hello = hello.await.unwrap();
    let offers = |protocols: &[u8]| hello.windows(protocols.len()).any(|part| part == protocols);
    assert!(offers(b"\x02h2\x08http/1.1"));

    let server = service().await;
    Mock::given(path("/v1.0/users/1"))
        .and(header("accept-encoding", "gzip"))
        .respond_with(ResponseTemplate::new(200).set_body_string(r#"{"id":"1"}"#))
        .mount(&server)
        .await;
    let client = client(&server.uri());
    client.get::<User>("users/1").send().await.unwrap();
}

#[tokio::test]
async fn more_headers_than_are_read_are_told_as_that_and_not_asked_for_again() {
    let many = "x-many: v\r\n".repeat(1000);
    let large = format!("x-large: {}\r\n", "v".repeat(1024 * 1024));
    for head in [many, large] {
        let answer = http(&format!("{head}content-length: 2\r\n"), b"{}");
        let origin = raw_server(vec![token(), answer]).await;
        let call = client(&origin).get::<User>("users/1").send();
        let error = call.await.unwrap_err();
        assert!(error.is_too_large() && !error.is_connection(), "{error:?}");
        assert_eq!(error.attempts(), 1);
        assert!(
            error.to_string().contains("more headers than can be read"),
            "{error}"
        );
    }
    let enough = "x-many: v\r\n".repeat(90);
    let answer = http(&format!("{enough}content-length: 10\r\n"), br#"{"id":"1"}"#);
    let origin = raw_server(vec![token(), answer]).await;
    client(&origin).get::<User>("users/1").send().await.unwrap();
}

#[tokio::test]
async fn a_request_may_take_as_long_as_can_be_said() {
    let server = service().await;
    let url = format!("{}/x", server.uri()).parse().unwrap();
    let request = TransportRequest::new(http::Method::GET, url, Duration::MAX, usize::MAX);
    let answer = HttpTransport::new().unwrap().send(request).await.unwrap();
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn a_report_beside_a_service_on_loopback_is_downloaded_without_the_token() {
    let (server, files) = (service().await, MockServer::start().await);
    Mock::given(path("/v1.0/reports/getMailboxUsageDetail"))
        .respond_with(
            ResponseTemplate::new(302).insert_header("location", format!("{}/file", files.uri())),
        )
        .mount(&server)
        .await;
    Mock::given(path("/file"))
        .respond_with(ResponseTemplate::new(200).set_body_string("Report Refresh Date\n"))
        .mount(&files)
        .await;
    let client = client(&server.uri());
    let report = client.report::<User>("getMailboxUsageDetail").send().await;
    assert_eq!(report.unwrap().rows().count(), 0);
    let asked = files.received_requests().await.unwrap();
    assert!(
        asked
            .iter()
            .all(|request| !request.headers.contains_key("authorization"))
    );
}
