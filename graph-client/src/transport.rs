//! The seam between the client and the network.

#[cfg(feature = "rustls")]
mod http_client;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

#[cfg(feature = "rustls")]
pub use http_client::HttpTransport;

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

/// Why there is no whole answer.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.kind.as_str())]
pub struct TransportError {
    kind: TransportErrorKind,
    answered: Option<(StatusCode, Option<String>)>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Kinds of transport failure, told apart by whether sending again may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection was made.
    Connect,
    /// The time ran out.
    Timeout,
    /// The connection broke before the answer was whole.
    Interrupted,
    /// The answer is larger than allowed. Sending again would not help.
    TooLarge,
    /// The answer has more headers, or larger ones, than can be read; over HTTP/2 some that are
    /// malformed cannot be told from these. Sending again would not help.
    HeadersTooLarge,
    /// The host has no public address where [only such](TransportRequest::public_only) are allowed.
    /// Nothing was sent, and sending again would not help.
    NotPublic,
    /// Anything else. Sending again would not help.
    Other,
}

impl TransportErrorKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "no connection could be made",
            Self::Timeout => "the time for one attempt ran out",
            Self::Interrupted => "the connection broke before the answer was whole",
            Self::TooLarge => "the answer is larger than allowed",
            Self::HeadersTooLarge => "the answer has more headers than can be read",
            Self::NotPublic => "the host has no public address",
            Self::Other => "the request could not be sent",
        }
    }
}

impl TransportError {
    /// A failure.
    pub const fn new(kind: TransportErrorKind) -> Self {
        Self {
            kind,
            answered: None,
            source: None,
        }
    }

    /// A failure with its cause, which must not hold a URL, header or body.
    pub fn with_source(
        kind: TransportErrorKind,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            answered: None,
            source: Some(source.into()),
        }
    }

    /// The answer had begun: its status, and by its headers the service's id of the request, are
    /// kept in the error that the call ends with.
    #[must_use]
    pub fn with_response(mut self, status: StatusCode, headers: &HeaderMap) -> Self {
        self.answered = Some((status, request_id(headers)));
        self
    }

    pub(crate) fn status(&self) -> Option<StatusCode> {
        Some(self.answered.as_ref()?.0)
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.answered.as_ref()?.1.as_deref()
    }

    /// The kind of failure.
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    pub(crate) const fn is_transient(&self) -> bool {
        matches!(
            self.kind,
            TransportErrorKind::Connect
                | TransportErrorKind::Timeout
                | TransportErrorKind::Interrupted
        )
    }
}

/// The service's id of the request; shown in errors, so only what looks like an id is taken.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = headers
        .get("request-id")
        .or_else(|| headers.get("x-ms-request-id"))?
        .to_str()
        .ok()?;
    let plain = !id.is_empty()
        && id.len() <= 64
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain.then(|| id.to_owned())
}
