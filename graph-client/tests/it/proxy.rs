//! Settings of the built-in transport: proxies, roots, a client that was given.
#![cfg(feature = "rustls")]
#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use graph_client::{
    HttpTransport, Transport as _, TransportError, TransportErrorKind, TransportRequest,
    TransportResponse,
};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

async fn head(socket: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match socket.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

async fn answer(socket: &mut (impl AsyncWrite + Unpin), body: &str) {
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(answer.as_bytes()).await.unwrap();
    let _ = socket.shutdown().await;
}

/// A proxy that leads everything to one address, or answers by itself, and tells what it was asked.
async fn proxy(leads_to: Option<SocketAddr>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://ann:pass@{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let head = head(&mut socket).await;
            told.lock().unwrap().push(head);
            let Some(address) = leads_to else {
                answer(&mut socket, "by the proxy").await;
                continue;
            };
            let mut onward = TcpStream::connect(address).await.unwrap();
            socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut socket, &mut onward).await;
        }
    });
    (url, asked)
}

/// A server with a certificate of its own for `graph.example`, which is also its root, in PEM.
async fn tls_server() -> (SocketAddr, String) {
    let made = rcgen::generate_simple_self_signed(vec!["graph.example".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            if let Ok(mut socket) = acceptor.accept(socket).await {
                head(&mut socket).await;
                answer(&mut socket, "in private").await;
            }
        }
    });
    let der = base64::engine::general_purpose::STANDARD.encode(made.cert.der());
    let pem = format!("-----BEGIN CERTIFICATE-----\n{der}\n-----END CERTIFICATE-----\n");
    (address, pem)
}

fn request(url: &str) -> TransportRequest {
    let timeout = Duration::from_secs(30);
    TransportRequest::new(http::Method::GET, url.parse().unwrap(), timeout, 1024)
}

async fn get(transport: &HttpTransport, url: &str) -> Result<TransportResponse, TransportError> {
    transport.send(request(url)).await
}

#[tokio::test]
async fn the_proxy_finds_the_host_and_learns_no_more_of_a_request_than_that() {
    let (address, root) = tls_server().await;
    let (proxy, asked) = proxy(Some(address)).await;
    let transport = HttpTransport::builder()
        .proxy(proxy)
        .root_certificates(root);
    let transport = transport.build().unwrap();
    let read = get(&transport, "https://graph.example/v1.0/users").await;
    assert_eq!(read.unwrap().body, "in private");
    let mut public = request("https://graph.example/v1.0/users");
    public.public_only = true;
    assert_eq!(transport.send(public).await.unwrap().body, "in private");
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 2);
    for head in &*asked {
        assert!(head.starts_with("CONNECT graph.example:443 HTTP/1.1\r\n"));
        // Of `ann:pass`.
        assert!(head.contains("Basic YW5uOnBhc3M="), "{head}");
        assert!(!head.contains("users"), "{head}");
    }
}

#[tokio::test]
async fn a_root_of_ones_own_is_trusted_by_who_was_told_to_alone() {
    let (address, _) = tls_server().await;
    let (proxy, _) = proxy(Some(address)).await;
    let transport = HttpTransport::with_proxy(&proxy).unwrap();
    let refused = get(&transport, "https://graph.example/").await;
    assert_eq!(refused.unwrap_err().kind(), TransportErrorKind::Connect);
}

#[tokio::test]
async fn loopback_goes_through_the_proxy_too_unless_said_otherwise() {
    let server = MockServer::start().await;
    let (url, asked) = proxy(None).await;
    let all = HttpTransport::builder().proxy(&url);
    let some = all.clone().no_proxy("other.example, 127.0.0.0/8");
    let read = get(&all.build().unwrap(), &server.uri()).await.unwrap();
    assert_eq!(read.body, "by the proxy");
    let some = some.build().unwrap();
    assert_eq!(get(&some, &server.uri()).await.unwrap().status, 404);
    assert_eq!(asked.lock().unwrap().len(), 1);
    // Who names the host is not to find what stands beside the proxy.
    let mut public = request(&server.uri());
    public.public_only = true;
    assert_eq!(some.send(public).await.unwrap().body, "by the proxy");
}

#[test]
fn settings_that_cannot_be_right_are_refused() {
    for bad in [
        "",
        "proxy",
        "http://",
        "socks5://h:1",
        "http://h/path",
        "http://h?x=M4RK",
    ] {
        let error = HttpTransport::with_proxy(bad).unwrap_err();
        assert!(error.is_invalid_request(), "{bad}");
        assert!(error.to_string().contains("the proxy is not"), "{error}");
    }
    let begun = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for bad in ["no certificate", begun] {
        let error = HttpTransport::builder().root_certificates(bad).build();
        let error = error.unwrap_err();
        assert!(error.is_invalid_request() && error.to_string().contains("PEM"));
    }
}

#[tokio::test]
async fn a_client_that_was_given_sends_and_its_redirects_are_refused() {
    let server = MockServer::start().await;
    let elsewhere = ResponseTemplate::new(302).insert_header("location", "/there");
    for (at, answer) in [("/here", elsewhere), ("/there", ResponseTemplate::new(200))] {
        Mock::given(path(at))
            .respond_with(answer)
            .mount(&server)
            .await;
    }
    let here = format!("{}/here", server.uri());
    let still = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let still = HttpTransport::from_client(still.build().unwrap());
    assert_eq!(get(&still, &here).await.unwrap().status, 302);
    let moving = HttpTransport::from_client(reqwest::Client::new());
    let error = get(&moving, &here).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Other);
}
