//! JSON batches of reads.
//! <https://learn.microsoft.com/graph/json-batching>

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::guid::mix;
use crate::odata::query::Query;
use crate::reply::{Content, GraphError, Reply, Result};
use crate::server::delivery::Delivery;
use crate::server::endpoint::Endpoint;
use crate::server::graph::{self, bearer, checked};
use crate::server::received::Received;
use crate::server::shared::Shared;
use crate::server::version::Versioned;

const MAX: usize = 20;
const TEMPLATE: &str = "$batch";

#[derive(Deserialize)]
struct Batch {
    requests: Vec<Inner>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inner {
    id: String,
    method: String,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    depends_on: Vec<String>,
}

/// Whether a request is a batch.
pub(crate) fn is_batch(received: &Received) -> bool {
    received.method == Method::POST
        && Versioned::of(&received.path)
            .is_some_and(|versioned| versioned.path.eq_ignore_ascii_case(TEMPLATE))
}

/// Answers a batch: 200 if it is well formed, whatever its requests answer.
pub(crate) fn answer(
    shared: &Shared,
    received: &Received,
    request_id: &str,
    client_request_id: &str,
) -> Delivery {
    let reply = match respond(shared, received, request_id, client_request_id) {
        Ok(body) => Reply::value(&body),
        Err(error) => shared.refuse(error, request_id, client_request_id),
    };
    shared
        .control()
        .recorder
        .answered("POST", TEMPLATE, reply.status);
    Delivery::Reply(reply, None)
}

fn respond(
    shared: &Shared,
    received: &Received,
    request_id: &str,
    client_request_id: &str,
) -> Result<Value> {
    let throttled = shared.control().throttle_all;
    if let Some(seconds) = throttled {
        return Err(
            GraphError::new(429, "TooManyRequests", "Please retry again later.")
                .with_header("retry-after", seconds.to_string()),
        );
    }
    graph::authenticate(&mut shared.control(), bearer(received))?;
    let batch: Batch = serde_json::from_slice(&received.body)
        .map_err(|_| GraphError::new(400, "BadRequest", "Invalid batch payload format."))?;
    if batch.requests.is_empty() || batch.requests.len() > MAX {
        return Err(GraphError::new(
            400,
            "BadRequest",
            format!("Number of batch request steps must be between 1 and {MAX}."),
        ));
    }
    let mut ids = BTreeSet::new();
    for inner in &batch.requests {
        // Ids are compared without case.
        if inner.id.is_empty() || !ids.insert(inner.id.to_lowercase()) {
            return Err(GraphError::new(
                400,
                "BadRequest",
                "Every batch request step needs an id of its own.",
            ));
        }
    }
    let mut statuses: BTreeMap<&str, u16> = BTreeMap::new();
    let mut responses: Vec<Value> = Vec::with_capacity(batch.requests.len());
    for inner in &batch.requests {
        let failed = inner.depends_on.iter().any(|id| {
            statuses
                .get(id.as_str())
                .is_none_or(|status| *status >= 400)
        });
        let reply = if failed {
            let error = GraphError::new(
                424,
                "FailedDependency",
                "A request that this one depends on failed.",
            );
            shared.refuse(error, request_id, client_request_id)
        } else {
            one(shared, received, inner, request_id, client_request_id)
        };
        statuses.insert(&inner.id, reply.status);
        responses.push(json!({"id": inner.id, "status": reply.status, "headers": headers(&reply), "body": body(&reply)}));
    }
    // Responses come in any order.
    responses.sort_by_key(|response| {
        mix(shared.link_key
            ^ response["id"].as_str().map_or(0, |id| {
                id.bytes().fold(7, |sum, byte| mix(sum ^ u64::from(byte)))
            }))
    });
    Ok(json!({"responses": responses}))
}

fn one(
    shared: &Shared,
    outer: &Received,
    inner: &Inner,
    request_id: &str,
    client_request_id: &str,
) -> Reply {
    let version = if Versioned::of(&outer.path).is_some_and(|versioned| versioned.beta) {
        "beta"
    } else {
        "v1.0"
    };
    let url = inner.url.trim_start_matches('/');
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let received = Received {
        method: Method::GET,
        path: format!("/{version}/{path}"),
        query: query.to_owned(),
        headers: sent_headers(outer, inner),
        body: bytes::Bytes::new(),
    };
    let endpoint = shared.endpoint(&received.path);
    let reply = if let Some(endpoint) = &endpoint {
        read(shared, inner, &received, endpoint)
    } else {
        let segment = path.split('/').next().unwrap_or_default();
        Err(GraphError::no_segment(segment))
    };
    let reply = reply.unwrap_or_else(|error| shared.refuse(error, request_id, client_request_id));
    let name = endpoint.as_ref().map_or("unknown", Endpoint::name);
    shared
        .control()
        .recorder
        .answered("BATCH", name, reply.status);
    reply
}

/// The headers of a request of the batch, with the token of the batch.
fn sent_headers(outer: &Received, inner: &Inner) -> HeaderMap {
    let mut headers: HeaderMap = inner
        .headers
        .iter()
        .filter_map(|(name, value)| {
            Some((
                HeaderName::try_from(name.as_str()).ok()?,
                HeaderValue::from_str(value).ok()?,
            ))
        })
        .collect();
    if let Some(token) = outer.headers.get("authorization") {
        headers.insert("authorization", token.clone());
    }
    headers
}

/// Answers a request of the batch as if it had come alone.
fn read(shared: &Shared, inner: &Inner, received: &Received, endpoint: &Endpoint) -> Result<Reply> {
    if !inner.method.eq_ignore_ascii_case("GET") {
        shared.control().recorder.stats.writes += 1;
        return Err(GraphError::denied());
    }
    let key = mix(received.key());
    {
        let mut control = shared.control();
        control.recorder.arrived(key);
        let rate = control.faults.plan().batch_throttled;
        if let Some(wait) = control.faults.throttle_inner(key, rate) {
            let error = GraphError::new(429, "TooManyRequests", "Please retry again later.");
            control.recorder.asked_to_wait(key, wait.until);
            return Err(error.with_header("Retry-After", wait.header));
        }
    }
    let query = Query::parse(&received.query, &received.headers)?;
    checked(shared, received, endpoint, &query, bearer(received), key)
}

fn headers(reply: &Reply) -> Value {
    let mut headers: Map<String, Value> = reply
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    let kind = if reply.content == Content::Json {
        "application/json"
    } else {
        "text/plain"
    };
    headers.insert("Content-Type".to_owned(), json!(kind));
    Value::Object(headers)
}

/// JSON as it is; anything else as a base64 string.
fn body(reply: &Reply) -> Value {
    if reply.content == Content::Json {
        serde_json::from_slice(&reply.body).unwrap_or(Value::Null)
    } else {
        json!(base64::engine::general_purpose::STANDARD.encode(&reply.body))
    }
}
