//! HTTP/1.1 on loopback.

mod batch;
pub(crate) mod body;
pub(crate) mod custom;
mod delivery;
mod download;
pub(crate) mod endpoint;
mod graph;
pub(crate) mod received;
mod row;
pub(crate) mod shared;
pub(crate) mod tenants;
mod version;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::clock;
use crate::fault::{After, Early, Failure};
use crate::reply::{Content, Reply};
use body::{Body, Cut};
use delivery::Delivery;
use received::Received;
use shared::Shared;
use tenants::Tenants;

/// Larger request bodies are refused: a batch of 20 reads is far smaller.
const MAX_REQUEST: usize = 4 * 1024 * 1024;

/// Accepts connections until told to stop; open ones end with it.
pub(crate) async fn serve(
    listener: TcpListener,
    tenants: Tenants,
    mut stop: oneshot::Receiver<()>,
) {
    let tenants = Arc::new(tenants);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stop => return,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                // Small answers must not wait for acknowledgements; without the option they are only slower.
                let _ = stream.set_nodelay(true);
                let tenants = Arc::clone(&tenants);
                connections.spawn(async move {
                    let service = service_fn(move |request| handle(Arc::clone(&tenants), request));
                    // A connection that a client or a fault closed is no event.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .timer(TokioTimer::new())
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        }
    }
}

async fn handle(tenants: Arc<Tenants>, request: Request<Incoming>) -> Result<Response<Body>, Cut> {
    let (parts, body) = request.into_parts();
    let mut received = Received {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: Bytes::new(),
    };
    let shared = tenants.of(&received);
    let busy = shared.busy();
    let body = Limited::new(body, MAX_REQUEST).collect().await;
    received.body = body
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    if !shared.latency.is_zero() {
        tokio::time::sleep(shared.latency).await;
    }
    let (delivery, ids) = clock::at(shared.clock.present(), || deliver(shared, &received));
    match delivery {
        Delivery::Dropped => Err(Cut),
        Delivery::Reply(reply, spoilt) => {
            Ok(respond(shared, reply, spoilt, &ids).map(|body| body.keeping(busy)))
        }
    }
}

/// The ids that an answer carries.
struct Ids {
    request: String,
    client_request: String,
}

/// What comes of a request.
fn deliver(shared: &Shared, received: &Received) -> (Delivery, Ids) {
    shared.control().recorder.stats.requests += 1;
    let request = shared.new_id();
    let client_request = received
        .header("client-request-id")
        .map_or_else(|| request.clone(), ToOwned::to_owned);
    let delivery = if let Some(tenant) = token_tenant(&received.path) {
        token(shared, tenant, received)
    } else if let Some(file) = download::token(&received.path) {
        download::answer(shared, received, file, &request, &client_request)
    } else if batch::is_batch(received) {
        batch::answer(shared, received, &request, &client_request)
    } else {
        graph::answer(shared, received, &request, &client_request)
    };
    let ids = Ids {
        request,
        client_request,
    };
    (delivery, ids)
}

/// Answers without a connection, at a moment of the caller's; `None` where the connection would have
/// broken.
pub(crate) fn answer_at(
    tenants: &Tenants,
    elapsed: Duration,
    received: &Received,
) -> Option<Response<Bytes>> {
    let shared = tenants.of(received);
    clock::at(shared.clock.moment(elapsed), || {
        let (delivery, ids) = deliver(shared, received);
        match delivery {
            Delivery::Dropped | Delivery::Reply(_, Some(After::Reset)) => None,
            Delivery::Reply(reply, spoilt) => {
                let spoilt = spoilt.filter(|spoilt| *spoilt == After::Truncated);
                Some(respond(shared, reply, spoilt, &ids).map(Body::into_bytes))
            }
        }
    })
}

/// The tenant of `/{tenant}/oauth2/v2.0/token`.
fn token_tenant(path: &str) -> Option<&str> {
    let tenant = path.strip_prefix('/')?.strip_suffix("/oauth2/v2.0/token")?;
    (!tenant.is_empty() && !tenant.contains('/')).then_some(tenant)
}

const TOKEN_TEMPLATE: &str = "{tenant}/oauth2/v2.0/token";

fn token(shared: &Shared, tenant: &str, received: &Received) -> Delivery {
    let key = received.key();
    let mut control = shared.control();
    control.recorder.arrived(key);
    let empty = |status| Reply::text(String::new()).with_status(status);
    let answer = if received.method == Method::POST {
        match control.faults.token(key) {
            Some(Early::Failure(Failure::Throttled(Some(wait)))) => {
                control.recorder.asked_to_wait(key, wait.until);
                Some(empty(429).with_header("retry-after", wait.header))
            }
            Some(Early::Failure(_)) => Some(empty(503)),
            Some(Early::Reset | Early::Expired(_)) => None,
            None => Some(shared.issue(&mut control, tenant, &received.body)),
        }
    } else {
        control.recorder.stats.writes += u64::from(received.method != Method::GET);
        Some(empty(405))
    };
    let status = answer.as_ref().map_or(0, |reply| reply.status);
    control
        .recorder
        .answered(received.method.as_str(), TOKEN_TEMPLATE, status);
    answer.map_or(Delivery::Dropped, |reply| Delivery::Reply(reply, None))
}

/// The HTTP response of an answer, with the headers that every answer carries.
fn respond(shared: &Shared, reply: Reply, spoilt: Option<After>, ids: &Ids) -> Response<Body> {
    let kind = match reply.content {
        Content::Json => {
            "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
        }
        Content::Text => "text/plain",
        Content::File => "application/octet-stream",
        Content::Html => "text/html; charset=utf-8",
    };
    let mut bytes = Bytes::from(reply.body);
    if spoilt == Some(After::Truncated) {
        bytes.truncate(bytes.len() / 2);
    }
    let sent = if spoilt == Some(After::Reset) {
        bytes.len() / 2
    } else {
        bytes.len()
    };
    shared.control().recorder.stats.bytes_sent += sent as u64;
    let body = match spoilt {
        Some(After::Reset) => Body::cut_in_the_middle(bytes),
        Some(After::Slow) => Body::slow(bytes),
        _ => Body::whole(bytes),
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        http::StatusCode::from_u16(reply.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let diagnostic = r#"{"ServerInfo":{"DataCenter":"Loopback","Slice":"E","Ring":"1","ScaleUnit":"000","RoleInstance":"SIM"}}"#;
    let common = [
        ("content-type", kind),
        ("request-id", ids.request.as_str()),
        ("client-request-id", ids.client_request.as_str()),
        ("x-ms-ags-diagnostic", diagnostic),
        ("cache-control", "no-cache"),
    ];
    let own = reply
        .headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()));
    for (name, value) in common.into_iter().chain(own) {
        // A value that is no header is left out rather than fail the answer: it came from the request.
        if let Ok(value) = http::HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}
