//! Many small reads in few requests.
//!
//! <https://learn.microsoft.com/graph/json-batching>

mod answer;
mod chunk;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use self::chunk::{Chunk, Item};
use crate::client::Client;
use crate::decode::{self, DecodeFailure};
use crate::error::{Error, Result};
use crate::path::IntoPath;
use crate::query::{Target, common_setters};
use crate::throttle::Workload;

/// The most requests that Graph takes in one batch.
const MAX_REQUESTS: u32 = 20;
/// Of those to Outlook, Graph has no more under way at a time.
/// <https://learn.microsoft.com/graph/throttling-limits>
const MAX_OUTLOOK_REQUESTS: u32 = 4;

/// A GET inside a batch.
#[derive(Debug, Clone)]
#[must_use = "nothing is read until the batch is sent"]
pub struct BatchRequest {
    key: Option<String>,
    pub(crate) target: Target,
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
    pub(crate) fn refused(request: &BatchRequest, error: Error) -> Self {
        Self {
            key: request.key.clone().unwrap_or_default(),
            result: Err(error),
        }
    }

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
                .entry((request.target.version(), item.workload()))
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
            let most = if workload == Workload::Outlook {
                MAX_OUTLOOK_REQUESTS
            } else {
                MAX_REQUESTS
            };
            let size = most
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
