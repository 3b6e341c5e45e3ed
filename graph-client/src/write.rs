//! Calls that **change a tenant**. Behind feature `writes`, off by default; nothing else in this
//! crate writes.
//!
//! ```no_run
//! # async fn run(client: graph_client::Client) -> graph_client::Result<()> {
//! use graph_client::write::Writer;
//! use serde_json::json;
//!
//! let writer = Writer::new(&client);
//! writer.patch(["users", "6e7b768e-07e2-4810-8459-485f84f8f204"], &json!({"jobTitle": "Manager"}))
//!     .send()
//!     .await?;
//! # Ok(()) }
//! ```
//!
//! # What is sent again
//!
//! What the service refused for want of room (429, 509, 503 with `Retry-After`) or what never
//! reached it is sent again, byte for byte, whatever the method. What may have been carried out,
//! since the answer was lost or is a 5xx, is sent again if doing it twice does no harm: `PATCH` and
//! `DELETE`, but not `POST`. Such a `POST` ends with its error, and whether it took effect is for the
//! caller to find out. A repeated `DELETE` may end with [`Error::is_not_found`] because the first
//! one succeeded. <https://learn.microsoft.com/graph/best-practices-concept>

#[cfg(feature = "notify")]
mod subscription;

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::decode;
use crate::error::{Error, Result};
use crate::path::IntoPath;
use crate::query::Target;
use crate::send::Call;
use crate::workload::Workload;

#[cfg(feature = "notify")]
pub use subscription::{NewSubscription, Subscription};

/// Writes with a client's application, tenant, retries and limits.
#[derive(Debug, Clone)]
pub struct Writer {
    client: Client,
}

impl Writer {
    /// A writer for the tenant of a client.
    pub fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
        }
    }

    /// Creates an object or calls an action. Not repeated when it may have been carried out.
    pub fn post(&self, path: impl IntoPath, body: &impl Serialize) -> WriteRequest {
        self.request(Method::POST, path, body)
    }

    /// Changes the given properties of an object.
    pub fn patch(&self, path: impl IntoPath, body: &impl Serialize) -> WriteRequest {
        self.request(Method::PATCH, path, body)
    }

    /// Deletes an object.
    pub fn delete(&self, path: impl IntoPath) -> WriteRequest {
        WriteRequest {
            client: self.client.clone(),
            method: Method::DELETE,
            target: Target::new(path),
            body: Ok(Bytes::new()),
        }
    }

    #[cfg(feature = "notify")]
    fn post_nothing(&self, path: impl IntoPath) -> WriteRequest {
        WriteRequest {
            method: Method::POST,
            ..self.delete(path)
        }
    }

    /// A request with a body, or one that says when it is sent why there is none.
    #[cfg(feature = "notify")]
    fn or_invalid<B>(
        &self,
        body: Result<B>,
        request: impl FnOnce(&Self, B) -> WriteRequest,
    ) -> WriteRequest {
        match body {
            Ok(body) => request(self, body),
            Err(error) => WriteRequest {
                body: Err(error),
                ..self.delete("subscriptions")
            },
        }
    }

    fn request(&self, method: Method, path: impl IntoPath, body: &impl Serialize) -> WriteRequest {
        let body = serde_json::to_vec(body)
            .map(Bytes::from)
            .map_err(|_| Error::invalid_request("the body could not be written as JSON"));
        WriteRequest {
            client: self.client.clone(),
            method,
            target: Target::new(path),
            body,
        }
    }
}

/// A change to be made, made by [`Writer`]. `Debug` does not show its body.
#[must_use = "nothing is written until it is sent"]
pub struct WriteRequest {
    client: Client,
    method: Method,
    target: Target,
    body: Result<Bytes>,
}

impl fmt::Debug for WriteRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteRequest")
            .field("method", &self.method)
            .field("target", &self.target)
            .field("body", &self.body.as_ref().map(Bytes::len))
            .finish_non_exhaustive()
    }
}

impl WriteRequest {
    /// Asks the beta version of the API. Default: v1.0.
    pub fn beta(mut self) -> Self {
        self.target.beta();
        self
    }

    /// A header. The client's own (`authorization`, `cookie`, `host`) cannot be set.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.target.header(name, value);
        self
    }

    /// Only if the object still is as it was when this `@odata.etag` was read; otherwise the call
    /// ends with status 412.
    pub fn if_match(self, etag: &str) -> Self {
        self.header("if-match", etag)
    }

    /// Makes the change.
    ///
    /// # Errors
    ///
    /// Whatever the service refused; [`Error::is_timeout`] or [`Error::is_connection`] when the
    /// answer was lost, in which case the change may have been made.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future sends nothing more, but what was sent may still be carried out.
    pub async fn send(self) -> Result<WriteResponse> {
        let url = self.target.url(&self.client.shared().graph)?;
        let workload = Workload::of(&url);
        let call = Call::write(
            self.method,
            url,
            self.target.headers().clone(),
            self.body?,
            workload,
        );
        self.client
            .send(call, |answer| {
                Ok(WriteResponse {
                    status: answer.status,
                    headers: answer.headers.clone(),
                    body: answer.body.clone(),
                })
            })
            .await
    }
}

/// What the service said of a change that it made or accepted.
#[derive(Clone)]
#[non_exhaustive]
pub struct WriteResponse {
    /// The status, a success.
    pub status: StatusCode,
    /// The headers, such as the `Location` of something that takes longer.
    pub headers: HeaderMap,
    /// The body, often empty.
    pub body: Bytes,
}

impl WriteResponse {
    /// Reads the body as a type.
    ///
    /// # Errors
    ///
    /// [`Error::is_decode`]. The change has been made all the same.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T> {
        decode::json(&self.body).map_err(Error::decode)
    }
}

impl fmt::Debug for WriteResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteResponse")
            .field("status", &self.status)
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}
