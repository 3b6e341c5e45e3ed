//! Single answers: one object, a count, or the bytes themselves.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::decode;
use crate::error::{Error, Result};
use crate::field::fields;
use crate::page;
use crate::path::IntoPath;
use crate::query::{Target, common_setters};
use crate::send::Call;
use crate::workload::Workload;

impl Client {
    /// Reads one object: `client.get::<Me>(["users", id]).await`. `$select` asks for the fields of
    /// `T`.
    pub fn get<T: DeserializeOwned + Send>(&self, path: impl IntoPath) -> GetRequest<T> {
        GetRequest {
            client: self.clone(),
            target: Target::new(path),
            of: PhantomData,
        }
    }

    /// Counts the objects of a collection by its `/$count`.
    /// <https://learn.microsoft.com/graph/aad-advanced-queries>
    pub fn count(&self, path: impl IntoPath) -> CountRequest {
        let mut target = Target::new(path);
        if let Ok(path) = target.path_mut() {
            path.push("$count");
        }
        target.header("consistencylevel", "eventual");
        target.header("accept", "text/plain");
        CountRequest {
            client: self.clone(),
            target,
        }
    }

    /// Reads anything this crate has no words for. Still only by GET, through the same send path.
    pub fn raw(&self, path: impl IntoPath) -> RawRequest {
        let mut target = Target::new(path);
        target.select_default();
        RawRequest {
            client: self.clone(),
            target,
        }
    }
}

/// An object to be read, made by [`Client::get`]. To await it is to [`send`](Self::send) it.
#[derive(Debug)]
#[must_use = "nothing is read until it is sent or awaited"]
pub struct GetRequest<T> {
    client: Client,
    target: Target,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned + Send> GetRequest<T> {
    common_setters!();

    /// Reads the object.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`], [`Error::is_permission_denied`], [`Error::is_throttled`] and so on.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future sends nothing more.
    pub async fn send(mut self) -> Result<T> {
        self.target.select_fields(fields::<T>());
        let call = get(&self.client, &self.target)?;
        self.client
            .send(call, |answer| {
                decode::json(&answer.body).map_err(Error::decode)
            })
            .await
    }
}

impl<T: DeserializeOwned + Send + 'static> IntoFuture for GetRequest<T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'static, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// A count to be read, made by [`Client::count`]. To await it is to [`send`](Self::send) it.
#[derive(Debug)]
#[must_use = "nothing is read until it is sent or awaited"]
pub struct CountRequest {
    client: Client,
    target: Target,
}

impl CountRequest {
    /// Asks the beta version of the API.
    pub fn beta(mut self) -> Self {
        self.target.beta();
        self
    }

    /// `$filter`: counts only what fits.
    pub fn filter(mut self, filter: impl Into<String>) -> Self {
        self.target.option("$filter", filter);
        self
    }

    /// Reads the count. It may lag behind changes.
    ///
    /// # Errors
    ///
    /// Whatever the service refused; [`Error::is_decode`] when the answer is no number.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future sends nothing more.
    pub async fn send(self) -> Result<u64> {
        let call = get(&self.client, &self.target)?;
        self.client
            .send(call, |answer| page::count(&answer.body))
            .await
    }
}

impl IntoFuture for CountRequest {
    type Output = Result<u64>;
    type IntoFuture = BoxFuture<'static, Result<u64>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Any GET, made by [`Client::raw`]. To await it is to [`send`](Self::send) it.
#[derive(Debug)]
#[must_use = "nothing is read until it is sent or awaited"]
pub struct RawRequest {
    client: Client,
    target: Target,
}

impl RawRequest {
    common_setters!();

    /// Reads the answer.
    ///
    /// # Errors
    ///
    /// A status that is no success is an error here too.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future sends nothing more.
    pub async fn send(self) -> Result<RawResponse> {
        let call = get(&self.client, &self.target)?;
        self.client
            .send(call, |answer| {
                Ok(RawResponse {
                    status: answer.status,
                    headers: answer.headers.clone(),
                    body: answer.body.clone(),
                })
            })
            .await
    }
}

impl IntoFuture for RawRequest {
    type Output = Result<RawResponse>;
    type IntoFuture = BoxFuture<'static, Result<RawResponse>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

fn get(client: &Client, target: &Target) -> Result<Call> {
    let url = target.url(&client.shared().graph)?;
    let workload = Workload::of(&url);
    Ok(Call::get(url, target.headers().clone(), workload))
}

/// A successful answer as received.
#[derive(Clone)]
#[non_exhaustive]
pub struct RawResponse {
    /// The status, a success.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decompressed.
    pub body: Bytes,
}

impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse")
            .field("status", &self.status)
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}
