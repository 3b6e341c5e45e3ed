//! Why there is no whole answer.

use http::{HeaderMap, StatusCode};

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
    /// The host has no public address where [only such](crate::TransportRequest::public_only) are allowed.
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
