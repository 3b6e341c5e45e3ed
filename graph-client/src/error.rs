//! What can go wrong, as one type that callers ask rather than match.

mod body;
mod display;
mod item;
mod kind;
mod predicate;
mod sentence;
mod token;
mod transport;

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

pub(crate) use body::ErrorBody;
pub use item::ItemError;
pub use kind::ErrorKind;
pub use token::{TokenError, TokenErrorKind};
pub(crate) use transport::request_id;
pub use transport::{TransportError, TransportErrorKind};

use crate::decode::DecodeFailure;

/// The result of this crate's calls.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a source of credentials outside this crate failed with. Its text must hold no secret.
pub type CredentialError = Box<dyn std::error::Error + Send + Sync>;

/// Why a call failed.
///
/// Ask it by predicate: [`is_throttled`](Self::is_throttled), [`is_gone`](Self::is_gone),
/// [`is_permission_denied`](Self::is_permission_denied) and so on, or by [`kind`](Self::kind). Status, Graph code and request
/// ids are kept whenever the service answered at all. `Display` and `Debug` hold no secret, token,
/// link, query, body or object id; of what the service says about a request that is not valid (400),
/// `Display` shows words and names of properties, and no values.
///
/// One pointer wide and cheap to clone.
#[derive(Clone)]
pub struct Error {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    kind: Kind,
    status: Option<StatusCode>,
    code: Option<String>,
    message: Option<String>,
    is_unlicensed: bool,
    /// It was sent with a new token after one was refused.
    is_refreshed: bool,
    /// It is the answer to the batch and not to a request inside.
    is_of_batch: bool,
    retry_after: Option<Duration>,
    request_id: Option<String>,
    client_request_id: Option<String>,
    location: Option<String>,
    host: Option<String>,
    attempts: u32,
    elapsed: Duration,
    route: Option<String>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

#[derive(Debug, Clone)]
enum Kind {
    /// The service answered with a status that is not a success.
    Service,
    /// Waiting as long as was asked would exceed the budget.
    Throttled,
    /// The token endpoint refused.
    Token(Box<TokenError>),
    /// A source of credentials outside this crate failed.
    Credential,
    /// It did not answer.
    SilentCredential,
    WrongTenant,
    /// The link to a file no longer works.
    LostDownload,
    Connection,
    Timeout,
    TooLarge(Excess),
    Transport,
    RefusedLink(&'static str),
    Endless(Endless),
    Redirect,
    Resync,
    /// Not sent, since a request of the same batch failed that it depends on.
    Dependency,
    MalformedItem(Box<ItemError>),
    Decode(DecodeFailure),
    Invalid(String),
}

/// Why a link is refused that leads into a network of ours.
pub(crate) const NOT_PUBLIC: &str = "leads to an address that is not public";

/// What an answer has more of than is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Excess {
    Bytes,
    Headers,
    /// Items on one page, or answers in one batch.
    Items,
}

/// Why a listing is taken for one without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endless {
    /// A link came back that had been followed.
    Repeats,
    /// Page after page was empty.
    Empty,
    /// It has more pages than the client was told to read.
    Pages,
}

/// Codes of 403 that speak of a license and not of a permission.
/// <https://learn.microsoft.com/graph/errors>
const UNLICENSED: &[&str] = &[
    "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
    "AadPremiumLicenseRequired",
];

impl Error {
    fn of(kind: Kind) -> Self {
        Self {
            inner: Arc::new(Inner {
                kind,
                status: None,
                code: None,
                message: None,
                is_unlicensed: false,
                is_refreshed: false,
                is_of_batch: false,
                retry_after: None,
                request_id: None,
                client_request_id: None,
                location: None,
                host: None,
                attempts: 0,
                elapsed: Duration::ZERO,
                route: None,
                source: None,
            }),
        }
    }

    fn edit(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.inner));
        self
    }

    /// Wrong use of this crate, found before anything was sent.
    pub(crate) fn invalid_request(what: impl Into<String>) -> Self {
        Self::of(Kind::Invalid(what.into()))
    }

    pub(crate) fn refused_link(why: &'static str) -> Self {
        Self::of(Kind::RefusedLink(why))
    }

    pub(crate) fn endless(why: Endless) -> Self {
        Self::of(Kind::Endless(why))
    }

    pub(crate) fn too_large(what: Excess) -> Self {
        Self::of(Kind::TooLarge(what))
    }

    pub(crate) fn resync_limit(last: &Self) -> Self {
        let mut error = last.clone();
        Arc::make_mut(&mut error.inner).kind = Kind::Resync;
        error
    }

    pub(crate) fn decode(failure: DecodeFailure) -> Self {
        if failure.is_excess {
            return Self::too_large(Excess::Items);
        }
        Self::of(Kind::Decode(failure))
    }

    pub(crate) fn malformed_item(item: ItemError) -> Self {
        Self::of(Kind::MalformedItem(Box::new(item)))
    }

    pub(crate) fn throttled(retry_after: Duration) -> Self {
        Self::of(Kind::Throttled).edit(|e| e.retry_after = Some(retry_after))
    }

    pub(crate) fn transport(error: Arc<TransportError>) -> Self {
        let kind = match error.kind() {
            TransportErrorKind::Connect | TransportErrorKind::Interrupted => Kind::Connection,
            TransportErrorKind::Timeout => Kind::Timeout,
            TransportErrorKind::TooLarge => Kind::TooLarge(Excess::Bytes),
            TransportErrorKind::HeadersTooLarge => Kind::TooLarge(Excess::Headers),
            TransportErrorKind::NotPublic => Kind::RefusedLink(NOT_PUBLIC),
            TransportErrorKind::Other => Kind::Transport,
        };
        let (status, id) = (error.status(), error.request_id().map(str::to_owned));
        Self::of(kind).edit(|e| {
            (e.status, e.request_id) = (status, id);
            e.source = Some(error);
        })
    }

    /// An answer of Graph with a status that is not a success, from its parsed body.
    pub(crate) fn service(status: StatusCode, body: ErrorBody) -> Self {
        Self::of(Kind::Service).edit(|e| {
            e.status = Some(status);
            e.code = body.code;
            e.is_unlicensed = body.is_unlicensed;
            e.message = body.message;
        })
    }

    /// An answer of the token endpoint that grants nothing.
    pub(crate) fn token(status: StatusCode, error: TokenError) -> Self {
        Self::of(Kind::Token(Box::new(error))).edit(|e| e.status = Some(status))
    }

    /// A source of credentials that does not answer.
    pub(crate) fn silent_credential() -> Self {
        Self::of(Kind::SilentCredential)
    }

    /// What a source of credentials failed with.
    pub(crate) fn credential(error: CredentialError) -> Self {
        Self::of(Kind::Credential).edit(|e| e.source = Some(Arc::from(error)))
    }

    pub(crate) fn wrong_tenant() -> Self {
        Self::of(Kind::WrongTenant)
    }

    /// A request of a batch that was not sent because of this.
    pub(crate) fn failed_dependency(of: Self) -> Self {
        Self::of(Kind::Dependency).edit(|e| e.source = Some(Arc::new(of)))
    }

    pub(crate) fn lost_download() -> Self {
        Self::of(Kind::LostDownload)
    }

    pub(crate) fn is_lost_download(&self) -> bool {
        matches!(self.inner.kind, Kind::LostDownload)
    }

    pub(crate) fn into_redirect(self) -> Self {
        self.edit(|e| e.kind = Kind::Redirect)
    }

    pub(crate) fn into_throttled(self, retry_after: Duration) -> Self {
        self.edit(|e| {
            e.kind = Kind::Throttled;
            e.retry_after = Some(retry_after);
        })
    }

    /// The batch as a whole was answered so: that says nothing of what is asked for inside.
    pub(crate) fn of_batch(self) -> Self {
        self.edit(|e| e.is_of_batch = true)
    }

    pub(crate) fn with_retry_after(self, retry_after: Option<Duration>) -> Self {
        self.edit(|e| e.retry_after = retry_after)
    }

    pub(crate) fn with_request_id(self, id: Option<String>) -> Self {
        self.edit(|e| e.request_id = id)
    }

    /// What came with an answer that could not be read.
    pub(crate) fn with_answer(self, status: StatusCode, id: Option<String>) -> Self {
        self.edit(|e| {
            e.status = Some(status);
            e.request_id = id;
        })
    }

    pub(crate) fn with_refreshed(self, is_refreshed: bool) -> Self {
        self.edit(|e| e.is_refreshed = is_refreshed)
    }

    pub(crate) fn with_host(self, host: Option<&str>) -> Self {
        self.edit(|e| e.host = host.map(str::to_owned))
    }

    pub(crate) fn with_location(self, location: Option<String>) -> Self {
        self.edit(|e| e.location = location)
    }

    pub(crate) fn with_call(
        self,
        route: &str,
        client_request_id: &str,
        attempts: u32,
        elapsed: Duration,
    ) -> Self {
        self.edit(|e| {
            e.route = Some(route.to_owned());
            e.client_request_id = Some(client_request_id.to_owned());
            e.attempts = attempts;
            e.elapsed = elapsed;
        })
    }

    pub(crate) fn location(&self) -> Option<&str> {
        self.inner.location.as_deref()
    }

    #[cfg_attr(
        not(feature = "rustls"),
        expect(dead_code, reason = "only the built-in transport asks")
    )]
    pub(crate) fn with_source(
        self,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        self.edit(|e| e.source = Some(Arc::new(source)))
    }
}
