//! Many small reads in few requests.
//!
//! <https://learn.microsoft.com/graph/json-batching>

mod answer;
mod chunk;
mod order;

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use self::chunk::{Chunk, Item, Kind};
use crate::client::Client;
use crate::decode::{self, DecodeFailure};
use crate::error::{Error, Result};
use crate::path::IntoPath;
use crate::query::{Target, common_setters};
use crate::workload::Workload;

/// The most requests that Graph takes in one batch.
const MAX_REQUESTS: u32 = 20;
/// Of those to Outlook, Graph has no more under way at a time.
/// <https://learn.microsoft.com/graph/throttling-limits>
const MAX_OUTLOOK_REQUESTS: u32 = 4;

/// A GET inside a batch. `Debug` shows neither ids nor the values of options.
#[derive(Clone)]
#[must_use = "nothing is read until the batch is sent"]
pub struct BatchRequest {
    key: Option<String>,
    id: Option<String>,
    depends_on: Vec<String>,
    pub(crate) target: Target,
}

impl BatchRequest {
    /// A GET of a resource.
    pub fn get(path: impl IntoPath) -> Self {
        Self {
            key: None,
            id: None,
            depends_on: Vec::new(),
            target: Target::new(path),
        }
    }

    /// A name of the caller's own for telling the answers apart, the id of a parent for instance.
    /// It is not sent and need not be unique. Default: empty.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// A name by which other requests of the same call may depend on this one; case makes no
    /// difference, and no two may have the same.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sent only after the request with that [`id`](Self::id) was answered, and not at all when it
    /// failed: then the answer to this one is an error with [`Error::is_failed_dependency`]. May be
    /// said more than once.
    pub fn depends_on(mut self, id: impl Into<String>) -> Self {
        self.depends_on.push(id.into());
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

impl fmt::Debug for BatchRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchRequest")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

/// The answer to one request of a batch. `Debug` shows neither key nor body.
#[derive(Clone)]
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

impl fmt::Debug for BatchResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.result.as_ref().map(|body| body.get().len());
        f.debug_struct("BatchResponse")
            .field("result", &bytes)
            .finish_non_exhaustive()
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
    /// Requests that [depend](BatchRequest::depends_on) on one another in a chain go in one batch, by
    /// `dependsOn`; other shapes go in batches one after another. What failed in passing is sent
    /// again together with what depends on it: these are reads, and reading twice does no harm.
    ///
    /// No requests are answered by no responses, and nothing is sent.
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid_request`] when a request is not valid, an id is used twice, or a
    /// dependency is unknown or leads back to itself; then nothing was sent.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses the answers that came so far.
    pub async fn batch(&self, requests: Vec<BatchRequest>) -> Result<Vec<BatchResponse>> {
        let mut items: Vec<Option<Item>> = Vec::with_capacity(requests.len());
        let mut kinds: Vec<Kind> = Vec::with_capacity(requests.len());
        let names: Vec<(Option<&str>, &[String])> = requests
            .iter()
            .map(|request| (request.id.as_deref(), request.depends_on.as_slice()))
            .collect();
        let dependencies = order::dependencies(&names)?;
        let mut answers: Vec<BatchResponse> = Vec::with_capacity(requests.len());
        for (index, request) in requests.into_iter().enumerate() {
            let item = Item::new(index, &request.target, self)?;
            kinds.push((request.target.version(), item.workload()));
            items.push(Some(item));
            let nothing = Error::decode(DecodeFailure::shape(
                "the batch holds no answer to this request",
            ));
            answers.push(BatchResponse {
                key: request.key.unwrap_or_default(),
                result: Err(nothing),
            });
        }
        let stages = order::stages(&dependencies, &kinds, |kind| self.batch_size(kind.1))?;
        for together in stages.into_iter().flatten() {
            let mut pending = Vec::with_capacity(together.members.len());
            for member in &together.members {
                let failed = dependencies
                    .get(*member)
                    .into_iter()
                    .flatten()
                    .find_map(|on| answers.get(*on)?.result.as_ref().err())
                    .filter(|_| !together.serial)
                    .cloned();
                match (failed, items.get_mut(*member).and_then(Option::take)) {
                    (None, Some(item)) => pending.push(item),
                    (Some(error), _) => {
                        if let Some(answer) = answers.get_mut(*member) {
                            answer.result = Err(Error::failed_dependency(error));
                        }
                    }
                    (None, None) => {}
                }
            }
            let Some(kind) = together.members.first().and_then(|first| kinds.get(*first)) else {
                continue;
            };
            let chunk = Chunk::new(self, *kind, together.serial, pending);
            for (index, result) in Box::pin(chunk.run()).await {
                if let Some(answer) = answers.get_mut(index) {
                    answer.result = result;
                }
            }
        }
        Ok(answers)
    }

    /// How many requests to a workload go in one batch.
    fn batch_size(&self, workload: Workload) -> usize {
        let most = if workload == Workload::Outlook {
            MAX_OUTLOOK_REQUESTS
        } else {
            MAX_REQUESTS
        };
        most.min(self.shared().limiter.limits().burst(workload))
            .max(1) as usize
    }
}
