//! One collection of each of many parents, in batches.

use std::fmt;
use std::pin::Pin;

use futures::future;
use futures::stream::{self, BoxStream, Stream, StreamExt as _};
use serde::de::DeserializeOwned;

use crate::batch::{BatchRequest, BatchResponse};
use crate::client::Client;
use crate::error::Result;
use crate::page::Page;

/// Parents asked together, and how often that at a time.
const TOGETHER: usize = 20;
const SIDE_BY_SIDE: usize = 4;

/// A page of one parent, made by [`Client::fan_out`]. `Debug` shows neither key nor items.
#[non_exhaustive]
pub struct FanOutPage<T> {
    /// The key of the parent's request.
    pub key: String,
    /// Whether this is the last that comes of this parent. It is complete only if this is not an
    /// error.
    pub last: bool,
    /// The page; or why there is no more of this parent, which leaves the others alone.
    pub result: Result<Page<T>>,
}

impl<T> fmt::Debug for FanOutPage<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FanOutPage")
            .field("last", &self.last)
            .field("result", &self.result)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Reads a collection of each of many parents: the members of all groups, say.
    ///
    /// The first pages come in batches, up to four at a time; where there are more pages they are
    /// followed to the end before the next parent's come. Nothing is under way while the caller has
    /// a page in hand, so that it may ask for other things meanwhile. Parents come in the order asked, each
    /// with at least one page or error. Memory is bounded by some eighty first pages, however many
    /// parents there are; `requests` is asked for more only as they are needed.
    ///
    /// ```no_run
    /// # async fn run(client: graph_client::Client, ids: Vec<String>) -> graph_client::Result<()> {
    /// use futures::{StreamExt, stream};
    /// use graph_client::BatchRequest;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Member { id: String }
    ///
    /// let requests = stream::iter(ids).map(|id| {
    ///     BatchRequest::get(["groups", &id, "members"]).key(&id).select(["id"]).top(999)
    /// });
    /// let mut pages = client.fan_out::<Member>(requests);
    /// while let Some(page) = pages.next().await {
    ///     match page.result {
    ///         Ok(members) => println!("{}: {} members", page.key, members.items.len()),
    ///         Err(error) => println!("{}: unknown, since {error}", page.key),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Dropping the stream, or a poll of it, loses no more than what was under way.
    pub fn fan_out<T>(
        &self,
        requests: impl Stream<Item = BatchRequest> + Send + 'static,
    ) -> impl Stream<Item = FanOutPage<T>> + Send + Unpin
    where
        T: DeserializeOwned + Send + 'static,
    {
        let client = self.clone();
        let parents = self.batches(requests);
        parents
            .flat_map(move |(request, response)| pages_of(&client, &request, response))
            .boxed()
    }

    /// The answers to any number of requests, in the order asked, with the memory of a few batches.
    /// A request that is not valid is an error in its own answer.
    ///
    /// # Cancel safety
    ///
    /// Dropping the stream, or a poll of it, loses no more than the batches under way.
    pub fn batch_stream(
        &self,
        requests: impl Stream<Item = BatchRequest> + Send + 'static,
    ) -> impl Stream<Item = BatchResponse> + Send + Unpin {
        self.batches(requests).map(|(_, response)| response)
    }

    fn batches(
        &self,
        requests: impl Stream<Item = BatchRequest> + Send + 'static,
    ) -> Pin<Box<dyn Stream<Item = (BatchRequest, BatchResponse)> + Send>> {
        let client = self.clone();
        // Batches that are under way are awaited together before the first answer is handed out: one
        // that nobody polls would keep its place at the rate limiter, and whoever asks for more in between,
        // the next page of a parent for instance, would wait behind it for ever.
        requests
            .chunks(TOGETHER * SIDE_BY_SIDE)
            .then(move |chunks| {
                let client = client.clone();
                async move {
                    let batches = chunks.chunks(TOGETHER).map(|chunk| client.one_batch(chunk));
                    let responses = future::join_all(batches).await.into_iter().flatten();
                    stream::iter(chunks.into_iter().zip(responses.collect::<Vec<_>>()))
                }
            })
            .flatten()
            .boxed()
    }

    /// The answers of one batch; where a request is not valid, those of the others all the same.
    async fn one_batch(&self, chunk: &[BatchRequest]) -> Vec<BatchResponse> {
        match self.batch(chunk.to_vec()).await {
            Ok(responses) => responses,
            Err(_) => self.one_by_one(chunk).await,
        }
    }

    /// When one is not valid, which it is and what the others say.
    async fn one_by_one(&self, chunk: &[BatchRequest]) -> Vec<BatchResponse> {
        let mut responses = Vec::with_capacity(chunk.len());
        for request in chunk {
            let response = match self.batch(vec![request.clone()]).await {
                Ok(mut one) => one.pop(),
                Err(error) => Some(BatchResponse::refused(request, error)),
            };
            responses.extend(response);
        }
        responses
    }
}

fn pages_of<T: DeserializeOwned + Send + 'static>(
    client: &Client,
    request: &BatchRequest,
    response: BatchResponse,
) -> BoxStream<'static, FanOutPage<T>> {
    let key = response.key.clone();
    let first = response.result.and_then(|body| client.page::<T>(&body));
    let page = |key: &str, result: Result<Page<T>>| FanOutPage {
        key: key.to_owned(),
        last: result.as_ref().map_or(true, |page| page.next.is_none()),
        result,
    };
    let next = first.as_ref().ok().and_then(|page| page.next.clone());
    let first = stream::iter([page(&key, first)]);
    match next {
        None => first.boxed(),
        Some(next) => {
            let rest = client.listing_of::<T>(request).resume(next).pages();
            first
                .chain(rest.map(move |result| page(&key, result)))
                .boxed()
        }
    }
}
