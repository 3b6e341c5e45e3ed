//! Many small reads in few requests.
//!
//! <https://learn.microsoft.com/graph/json-batching>

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use url::Url;

use crate::client::Client;
use crate::decode::{self, DecodeFailure};
use crate::error::{Error, ErrorBody, Result};
use crate::observer::{CallEvent, WaitReason};
use crate::path::{self, IntoPath};
use crate::query::{Target, common_setters};
use crate::send::{Call, Verdict, request_id};
use crate::throttle::{Scope, Workload};
use crate::transport::TransportResponse;

/// The most requests that Graph takes in one batch.
const MAX_REQUESTS: u32 = 20;

/// A GET inside a batch.
#[derive(Debug, Clone)]
#[must_use = "nothing is read until the batch is sent"]
pub struct BatchRequest {
    key: Option<String>,
    target: Target,
}

impl BatchRequest {
    /// A GET of a resource.
    pub fn get(path: impl IntoPath) -> Self {
        Self {
            key: None,
            target: Target::new(path),
        }
    }

    /// A name of the caller's own for telling the answers apart, the id of a parent for instance.
    /// It is not sent and need not be unique. Default: empty.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    common_setters!();

    /// `$filter`; put strings in with [`quote`](crate::quote).
    pub fn filter(mut self, filter: impl Into<String>) -> Self {
        self.target.option("$filter", filter);
        self
    }

    /// `$top`: the size of a page.
    pub fn top(mut self, items: u32) -> Self {
        self.target.option("$top", items.to_string());
        self
    }

    /// Header `ConsistencyLevel: eventual`.
    pub fn consistency_level_eventual(mut self) -> Self {
        self.target.header("consistencylevel", "eventual");
        self
    }
}

/// The answer to one request of a batch.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BatchResponse {
    /// The key of the request.
    pub key: String,
    /// The body as received (`null` when there was none), or the same error that a call by itself
    /// would have ended with. A body that is not JSON arrives as a string.
    pub result: Result<Box<RawValue>>,
}

impl BatchResponse {
    /// Reads the body as a type. For a page of a collection see [`Client::page`].
    ///
    /// # Errors
    ///
    /// That of the request, or [`Error::is_decode`].
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T> {
        let body = self.result.as_ref().map_err(Clone::clone)?;
        decode::json(body.get().as_bytes()).map_err(Error::decode)
    }
}

impl Client {
    /// Reads any number of resources, twenty to a request, and answers in the order asked.
    ///
    /// Each is throttled by itself: those that were, and those that failed in passing, are sent
    /// again without the others, after the longest wait that was asked for. Requests of different
    /// version or workload go in different batches, and no batch is larger than a limit of its
    /// workload. One failing request, or one failing batch, leaves the others alone: its error is
    /// in [`BatchResponse::result`].
    ///
    /// No requests are answered by no responses, and nothing is sent.
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid_request`] when a request is not valid; then nothing was sent.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses the answers that came so far.
    pub async fn batch(&self, requests: Vec<BatchRequest>) -> Result<Vec<BatchResponse>> {
        let mut groups: BTreeMap<(&'static str, Workload), Vec<Item>> = BTreeMap::new();
        let mut answers: Vec<BatchResponse> = Vec::with_capacity(requests.len());
        for (index, request) in requests.into_iter().enumerate() {
            let item = Item::new(index, &request.target, self)?;
            groups
                .entry((request.target.version(), item.workload))
                .or_default()
                .push(item);
            let nothing = Error::decode(DecodeFailure::shape(
                "the batch holds no answer to this request",
            ));
            answers.push(BatchResponse {
                key: request.key.unwrap_or_default(),
                result: Err(nothing),
            });
        }
        for ((version, workload), items) in groups {
            let size = MAX_REQUESTS
                .min(self.shared().gates.limits().burst(workload))
                .max(1) as usize;
            let mut items = items.into_iter().peekable();
            while items.peek().is_some() {
                let chunk =
                    Chunk::new(self, version, workload, items.by_ref().take(size).collect());
                for (index, result) in Box::pin(chunk.run()).await {
                    if let Some(answer) = answers.get_mut(index) {
                        answer.result = result;
                    }
                }
            }
        }
        Ok(answers)
    }
}

/// A request as it is sent.
struct Item {
    index: usize,
    url: String,
    headers: BTreeMap<String, String>,
    route: String,
    workload: Workload,
}

impl Item {
    fn new(index: usize, target: &Target, client: &Client) -> Result<Self> {
        let url = target.url(&client.shared().graph)?;
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in target.headers() {
            let value = value
                .to_str()
                .map_err(|_| Error::invalid_request("a header in a batch must be plain text"))?;
            headers
                .entry(name.as_str().to_owned())
                .and_modify(|all| {
                    all.push_str(", ");
                    all.push_str(value);
                })
                .or_insert_with(|| value.to_owned());
        }
        Ok(Self {
            index,
            url: relative(&url),
            headers,
            route: path::route(&url),
            workload: Workload::of(&url),
        })
    }
}

/// Batched URLs are relative to the version.
fn relative(url: &Url) -> String {
    let path = url
        .path()
        .trim_start_matches('/')
        .split_once('/')
        .map_or("", |(_, path)| path);
    url.query()
        .map_or_else(|| format!("/{path}"), |query| format!("/{path}?{query}"))
}

#[derive(Serialize)]
struct Outgoing<'a> {
    requests: Vec<OutgoingItem<'a>>,
}

#[derive(Serialize)]
struct OutgoingItem<'a> {
    id: String,
    method: &'static str,
    url: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: &'a BTreeMap<String, String>,
}

/// The requests of one batch, fewer with every round.
struct Chunk<'a> {
    client: &'a Client,
    version: &'static str,
    workload: Workload,
    pending: Vec<Item>,
    done: Vec<(usize, Result<Box<RawValue>>)>,
    started: Duration,
    rounds: u32,
    client_request_id: String,
}

/// A request that may yet succeed.
struct Failed {
    item: Item,
    error: Error,
    throttled: bool,
    asked: Option<Duration>,
    scope: Scope,
}

impl<'a> Chunk<'a> {
    fn new(
        client: &'a Client,
        version: &'static str,
        workload: Workload,
        pending: Vec<Item>,
    ) -> Self {
        Self {
            client,
            version,
            workload,
            pending,
            done: Vec::new(),
            started: client.shared().clock.monotonic(),
            rounds: 0,
            client_request_id: client.new_request_id(),
        }
    }

    async fn run(mut self) -> Vec<(usize, Result<Box<RawValue>>)> {
        while !self.pending.is_empty() {
            self.rounds += 1;
            match self.send().await {
                Ok(answers) => {
                    let failed = self.sort(answers);
                    self.prepare_again(failed).await;
                }
                Err(error) => {
                    for item in std::mem::take(&mut self.pending) {
                        self.done.push((item.index, Err(error.clone())));
                    }
                }
            }
        }
        self.done
    }

    async fn send(&self) -> Result<Vec<Incoming>> {
        let requests = self
            .pending
            .iter()
            .enumerate()
            .map(|(id, item)| OutgoingItem {
                id: id.to_string(),
                method: "GET",
                url: &item.url,
                headers: &item.headers,
            })
            .collect();
        let body = serde_json::to_vec(&Outgoing { requests })
            .map_err(|_| Error::invalid_request("the batch could not be written as JSON"))?;
        let mut url = self.client.shared().graph.url().clone();
        [self.version, "$batch"].into_path()?.append_to(&mut url)?;
        let cost = u32::try_from(self.pending.len()).unwrap_or(MAX_REQUESTS);
        let call = Call::batch(
            url,
            body.into(),
            self.workload,
            cost,
            self.started,
            &self.client_request_id,
        );
        self.client
            .send(call, |answer| Incoming::parse(&answer.body))
            .await
    }

    /// Puts away what is settled and returns what may be tried again.
    fn sort(&mut self, mut answers: Vec<Incoming>) -> Vec<Failed> {
        let mut failed = Vec::new();
        for (id, item) in std::mem::take(&mut self.pending).into_iter().enumerate() {
            let id = id.to_string();
            let Some(at) = answers.iter().position(|answer| answer.id == id) else {
                let error = Error::decode(DecodeFailure::shape(
                    "the batch holds no answer to this request",
                ));
                let error = self.seal(&item, error);
                failed.push(Failed {
                    item,
                    error,
                    throttled: false,
                    asked: None,
                    scope: Scope::Tenant,
                });
                continue;
            };
            let answer = answers.swap_remove(at);
            self.client.report(|| CallEvent::BatchItem {
                workload: item.workload,
                route: item.route.clone(),
                status: answer.response.status.as_u16(),
            });
            match Verdict::of(&answer.response, false, self.client.shared().clock.now()) {
                Verdict::Success => self.done.push((item.index, answer.into_body())),
                Verdict::Throttled { asked, scope } => {
                    let error = self.error(&item, &answer).with_retry_after(asked);
                    failed.push(Failed {
                        item,
                        error,
                        throttled: true,
                        asked,
                        scope,
                    });
                }
                Verdict::Transient => {
                    let error = self.error(&item, &answer);
                    failed.push(Failed {
                        item,
                        error,
                        throttled: false,
                        asked: None,
                        scope: Scope::Tenant,
                    });
                }
                Verdict::Failure | Verdict::Redirect(_) | Verdict::Unauthorized { .. } => {
                    let error = self.error(&item, &answer);
                    self.done.push((item.index, Err(error)));
                }
            }
        }
        failed
    }

    /// Waits for those that failed in passing, or gives them up with their error when the budget
    /// is spent.
    async fn prepare_again(&mut self, failed: Vec<Failed>) {
        if failed.is_empty() {
            return;
        }
        let shared = self.client.shared();
        let backoff = shared.retry.backoff(self.rounds, &*shared.random);
        let wait = failed
            .iter()
            .filter_map(|f| f.asked)
            .max()
            .unwrap_or(backoff);
        let throttled = failed.iter().any(|f| f.throttled);
        let now = shared.clock.monotonic();
        if throttled {
            let scope = if failed.iter().any(|f| f.scope == Scope::App) {
                Scope::App
            } else {
                Scope::Tenant
            };
            shared.gates.close(
                self.client.tenant(),
                self.workload,
                scope,
                now.saturating_add(wait),
            );
        }
        let remaining = shared
            .retry
            .total_time
            .saturating_sub(now.saturating_sub(self.started));
        if wait > remaining || self.rounds >= shared.retry.max_attempts {
            for failed in failed {
                let error = if failed.throttled {
                    failed.error.into_throttled(wait)
                } else {
                    failed.error
                };
                self.done.push((failed.item.index, Err(error)));
            }
            return;
        }
        self.pending = failed.into_iter().map(|failed| failed.item).collect();
        // When the gate was closed, passing it again is the wait.
        if !throttled {
            self.client
                .wait(self.workload, wait, WaitReason::Backoff)
                .await;
        }
    }

    fn error(&self, item: &Item, answer: &Incoming) -> Error {
        let body = ErrorBody::parse(&answer.response.body);
        let error = Error::service(answer.response.status, body);
        self.seal(
            item,
            error.with_request_id(request_id(&answer.response.headers)),
        )
    }

    fn seal(&self, item: &Item, error: Error) -> Error {
        let elapsed = self
            .client
            .shared()
            .clock
            .monotonic()
            .saturating_sub(self.started);
        error.with_call(&item.route, &self.client_request_id, self.rounds, elapsed)
    }
}

/// One answer inside a batch, in the shape of an answer by itself.
struct Incoming {
    id: String,
    response: TransportResponse,
}

impl Incoming {
    fn parse(body: &[u8]) -> Result<Vec<Self>> {
        #[derive(Deserialize)]
        struct Envelope<'a> {
            #[serde(borrow)]
            responses: Vec<&'a RawValue>,
        }
        #[derive(Deserialize)]
        struct Response<'a> {
            id: String,
            status: u16,
            #[serde(default)]
            headers: Option<HashMap<String, serde_json::Value>>,
            #[serde(borrow, default)]
            body: Option<&'a RawValue>,
        }
        let envelope: Envelope<'_> = decode::borrowed(body).map_err(Error::decode)?;
        // One that cannot be read is as good as missing, and is asked for again.
        let readable = envelope.responses.iter().filter_map(|raw| {
            let response: Response<'_> = serde_json::from_str(raw.get()).ok()?;
            let body = response.body.map_or_else(
                || Bytes::from_static(b"null"),
                |raw| Bytes::copy_from_slice(raw.get().as_bytes()),
            );
            let headers = header_map(response.headers.unwrap_or_default());
            let status = StatusCode::from_u16(response.status).ok()?;
            Some(Self {
                id: response.id,
                response: TransportResponse::new(status, headers, body),
            })
        });
        Ok(readable.collect())
    }

    fn into_body(self) -> Result<Box<RawValue>> {
        decode::json(&self.response.body).map_err(Error::decode)
    }
}

/// The case of names varies between services; numbers occur as values.
fn header_map(headers: HashMap<String, serde_json::Value>) -> HeaderMap {
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    headers
        .into_iter()
        .filter_map(|(name, value)| {
            Some((
                HeaderName::try_from(name).ok()?,
                HeaderValue::try_from(text(value)).ok()?,
            ))
        })
        .collect()
}
