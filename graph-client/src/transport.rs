//! The seam between the client and the network.

#[cfg(feature = "rustls")]
pub(crate) mod http_builder;
#[cfg(feature = "rustls")]
pub(crate) mod http_client;
#[cfg(feature = "rustls")]
mod tls;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use crate::error::TransportError;

/// Sends one request and reads the whole answer.
///
/// An implementation neither retries, nor follows redirects, nor adds credentials or cookies: the
/// client does what is needed of these, and its checks rely on nothing else doing so.
///
/// # Cancel safety
///
/// Dropping the future must abandon the request.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends a request. Any status is an answer and not an error. What takes longer than
    /// [`TransportRequest::timeout`] is dropped soon after.
    ///
    /// # Errors
    ///
    /// When there is no whole answer within [`TransportRequest::timeout`] and
    /// [`TransportRequest::max_body`].
    async fn send(&self, request: TransportRequest) -> Result<TransportResponse, TransportError>;
}

/// A request, ready to be sent as it is.
#[derive(Clone)]
#[non_exhaustive]
pub struct TransportRequest {
    /// The method.
    pub method: Method,
    /// The URL; it was checked and must not be built anew.
    pub url: Url,
    /// The headers; the token is marked sensitive.
    pub headers: HeaderMap,
    /// The body, empty for most.
    pub body: Bytes,
    /// The time allowed from connecting to the last byte of the answer.
    pub timeout: Duration,
    /// The size that the decompressed answer may have, in bytes.
    pub max_body: usize,
    /// Not over a connection that was used before: the last answer was a 503, and Microsoft asks to
    /// retry on a new one. A transport without connections need not mind.
    /// <https://learn.microsoft.com/graph/best-practices-concept>
    pub fresh_connection: bool,
    /// Only to public addresses: an answer named this host, and its name must not lead into a
    /// private network. A host that is an address was checked already. A transport that does not
    /// resolve names itself, for instance behind a proxy, need not mind.
    pub public_only: bool,
}

impl TransportRequest {
    /// A request without headers and body.
    pub fn new(method: Method, url: Url, timeout: Duration, max_body: usize) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            timeout,
            max_body,
            fresh_connection: false,
            public_only: false,
        }
    }
}

impl fmt::Debug for TransportRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportRequest")
            .field("method", &self.method)
            .field("host", &self.url.host_str())
            .field("route", &crate::path::route(&self.url))
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// An answer.
#[derive(Clone)]
#[non_exhaustive]
pub struct TransportResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decompressed.
    pub body: Bytes,
}

impl TransportResponse {
    /// An answer.
    pub fn new(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers,
            body: body.into(),
        }
    }
}

impl fmt::Debug for TransportResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportResponse")
            .field("status", &self.status)
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}
