//! What can go wrong, as one type that callers ask rather than match.

mod body;
mod token;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

pub(crate) use body::ErrorBody;
pub use token::{TokenError, TokenErrorKind};

use crate::credential::CredentialError;
use crate::decode::DecodeFailure;
use crate::page::ItemError;
use crate::transport::{TransportError, TransportErrorKind};

/// The result of this crate's calls.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed.
///
/// Ask it by predicate: [`is_throttled`](Self::is_throttled), [`is_gone`](Self::is_gone),
/// [`is_permission_denied`](Self::is_permission_denied) and so on. Status, Graph code and request
/// ids are kept whenever the service answered at all. `Display` and `Debug` hold no secret, token,
/// link, query, body or object id.
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
    not_applicable: bool,
    retry_after: Option<Duration>,
    request_id: Option<String>,
    client_request_id: Option<String>,
    location: Option<String>,
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
    WrongTenant,
    /// The link to a file no longer works.
    LostDownload,
    Connection,
    Timeout,
    TooLarge,
    Transport,
    RefusedLink(&'static str),
    Loop,
    Redirect,
    Resync,
    /// Not sent, since a request of the same batch failed that it depends on.
    Dependency,
    MalformedItem(Box<ItemError>),
    Decode(DecodeFailure),
    Invalid(String),
}

/// Codes of 403 that speak of a licence and not of a permission.
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
                not_applicable: false,
                retry_after: None,
                request_id: None,
                client_request_id: None,
                location: None,
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

    pub(crate) fn paging_loop() -> Self {
        Self::of(Kind::Loop)
    }

    pub(crate) fn resync_limit(last: &Self) -> Self {
        let mut error = last.clone();
        Arc::make_mut(&mut error.inner).kind = Kind::Resync;
        error
    }

    pub(crate) fn decode(failure: DecodeFailure) -> Self {
        Self::of(Kind::Decode(failure))
    }

    pub(crate) fn malformed_item(item: ItemError) -> Self {
        Self::of(Kind::MalformedItem(Box::new(item)))
    }

    pub(crate) fn throttled(retry_after: Duration) -> Self {
        Self::of(Kind::Throttled).edit(|e| e.retry_after = Some(retry_after))
    }

    pub(crate) fn transport(error: TransportError) -> Self {
        let kind = match error.kind() {
            TransportErrorKind::Connect | TransportErrorKind::Interrupted => Kind::Connection,
            TransportErrorKind::Timeout => Kind::Timeout,
            TransportErrorKind::TooLarge => Kind::TooLarge,
            TransportErrorKind::Other => Kind::Transport,
        };
        Self::of(kind).edit(|e| e.source = Some(Arc::new(error)))
    }

    /// An answer of Graph with a status that is not a success, from its parsed body.
    pub(crate) fn service(status: StatusCode, body: ErrorBody) -> Self {
        Self::of(Kind::Service).edit(|e| {
            e.status = Some(status);
            e.code = body.code;
            e.not_applicable = body.not_applicable;
            e.message = body.message;
        })
    }

    /// An answer of the token endpoint that grants nothing.
    pub(crate) fn token(status: StatusCode, error: TokenError) -> Self {
        Self::of(Kind::Token(Box::new(error))).edit(|e| e.status = Some(status))
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

    pub(crate) fn with_retry_after(self, retry_after: Option<Duration>) -> Self {
        self.edit(|e| e.retry_after = retry_after)
    }

    pub(crate) fn with_request_id(self, id: Option<String>) -> Self {
        self.edit(|e| e.request_id = id)
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

    /// The answer was cut short, so that asking again may help.
    pub(crate) fn is_truncated(&self) -> bool {
        matches!(&self.inner.kind, Kind::Decode(failure) if failure.truncated)
    }

    fn has_code(&self, codes: &[&str]) -> bool {
        self.code()
            .is_some_and(|code| codes.iter().any(|known| known.eq_ignore_ascii_case(code)))
    }

    /// The service asked for more patience than the budget allows, or never stopped throttling.
    /// [`retry_after`](Self::retry_after) says how long to stay away when that is known.
    pub fn is_throttled(&self) -> bool {
        matches!(self.inner.kind, Kind::Throttled)
            || self
                .inner
                .status
                .is_some_and(|s| s == StatusCode::TOO_MANY_REQUESTS || s.as_u16() == 509)
    }

    /// 410: the sync state is gone and a full read is needed. Delta calls handle it themselves.
    pub fn is_gone(&self) -> bool {
        self.inner.status == Some(StatusCode::GONE)
    }

    /// 404: no such object; it may have been deleted since it was listed.
    pub fn is_not_found(&self) -> bool {
        self.inner.status == Some(StatusCode::NOT_FOUND)
    }

    /// 403 for want of a permission or of its consent, as opposed to a licence or a better token.
    pub fn is_permission_denied(&self) -> bool {
        self.inner.status == Some(StatusCode::FORBIDDEN)
            && !self.is_unlicensed()
            && !self.is_authentication()
    }

    /// The tenant lacks the licence that this data needs.
    pub fn is_unlicensed(&self) -> bool {
        self.inner.status.is_some_and(|s| s.is_client_error())
            && (self.inner.not_applicable || self.has_code(UNLICENSED))
    }

    /// The token endpoint refused, or Graph refused a fresh token: by 401, or by 403 with the code
    /// `insufficient_claims` where conditional access wants more of it.
    pub fn is_authentication(&self) -> bool {
        match self.inner.kind {
            Kind::Token(_) | Kind::Credential => true,
            Kind::Service => {
                self.inner.status == Some(StatusCode::UNAUTHORIZED)
                    || (self.inner.status == Some(StatusCode::FORBIDDEN)
                        && self.has_code(&["insufficient_claims"]))
            }
            _ => false,
        }
    }

    /// Another tenant answered than was asked; nothing that came from there may be kept.
    pub fn is_wrong_tenant(&self) -> bool {
        matches!(self.inner.kind, Kind::WrongTenant)
    }

    /// The connection could not be made or broke.
    pub fn is_connection(&self) -> bool {
        matches!(self.inner.kind, Kind::Connection)
    }

    /// No answer within the time allowed for one attempt.
    pub fn is_timeout(&self) -> bool {
        matches!(self.inner.kind, Kind::Timeout)
    }

    /// The service forgot the position in a listing (`DirectoryPageTokenNotFoundException`): start
    /// the listing again. <https://learn.microsoft.com/graph/paging>
    pub fn is_page_token_lost(&self) -> bool {
        self.has_code(&[
            "Directory_ExpiredPageToken",
            "DirectoryPageTokenNotFoundException",
        ])
    }

    /// A request of a batch was not carried out, since one failed that it depends on; what it failed
    /// with is the source when that is known.
    pub fn is_failed_dependency(&self) -> bool {
        matches!(self.inner.kind, Kind::Dependency)
            || self.inner.status == Some(StatusCode::FAILED_DEPENDENCY)
    }

    /// A link or redirect led to another origin. No token was sent there.
    pub fn is_refused_link(&self) -> bool {
        matches!(self.inner.kind, Kind::RefusedLink(_))
    }

    /// One item of a page did not fit the type. The stream that gave this goes on.
    pub fn is_malformed_item(&self) -> bool {
        matches!(self.inner.kind, Kind::MalformedItem(_))
    }

    /// The answer as a whole could not be understood.
    pub fn is_decode(&self) -> bool {
        matches!(self.inner.kind, Kind::Decode(_))
    }

    /// Wrong use of this crate or wrong configuration; nothing was sent.
    pub fn is_invalid_request(&self) -> bool {
        matches!(self.inner.kind, Kind::Invalid(_))
    }

    /// The HTTP status, when there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.inner.status.map(|s| s.as_u16())
    }

    /// The Graph error code: the deepest one that is known, else the outermost.
    /// For a refusal of the token endpoint, its OAuth error code such as `invalid_client`.
    pub fn code(&self) -> Option<&str> {
        match &self.inner.kind {
            Kind::Token(error) => error.error(),
            _ => self.inner.code.as_deref(),
        }
    }

    /// How long the service asked to stay away, or how long its gate stays closed.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// The service's id of the last request, to be given to Microsoft support.
    pub fn request_id(&self) -> Option<&str> {
        self.inner.request_id.as_deref()
    }

    /// The id this client sent with every attempt of the call.
    pub fn client_request_id(&self) -> Option<&str> {
        self.inner.client_request_id.as_deref()
    }

    /// How many times the request was sent.
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// How long the call took, waits included.
    pub fn elapsed(&self) -> Duration {
        self.inner.elapsed
    }

    /// The path of the call with ids replaced by `{id}`, without version or query.
    pub fn route(&self) -> Option<&str> {
        self.inner.route.as_deref()
    }

    /// What the token endpoint said, with cause and cure.
    pub fn token_error(&self) -> Option<&TokenError> {
        match &self.inner.kind {
            Kind::Token(error) => Some(error),
            _ => None,
        }
    }

    /// The item that did not fit, for [`is_malformed_item`](Self::is_malformed_item).
    pub fn item(&self) -> Option<&ItemError> {
        match &self.inner.kind {
            Kind::MalformedItem(item) => Some(item),
            _ => None,
        }
    }

    /// The service's own message, cut to a bounded length. It may hold personal data, so it is in
    /// neither `Display` nor `Debug`; do not log it unread.
    pub fn service_message(&self) -> Option<&str> {
        self.inner.message.as_deref()
    }

    fn advice(&self) -> &'static str {
        if self.is_unlicensed() {
            "the tenant lacks the licence for this data"
        } else if self.is_page_token_lost() {
            "the service forgot the position in the listing; start it again"
        } else {
            match self.status() {
                Some(400) => {
                    "the request is not valid for this resource; check $select, $filter and headers"
                }
                _ if self.is_authentication() => {
                    "the token was refused even after a refresh; check the tenant and the cloud"
                }
                Some(403) => "grant the application the permission for this data and consent to it",
                Some(404) => "there is no such object",
                Some(410) => "the sync state is gone; read in full again",
                Some(424) => "what it depends on failed; see the answer to that",
                Some(429 | 509) => "still throttled after the last attempt; try later",
                Some(500..=599) => "the service failed at every attempt; try later",
                _ => "see the code and the request id",
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.inner;
        let route = inner.route.as_deref().unwrap_or("the service");
        match &inner.kind {
            Kind::Service => {
                write!(f, "{route} answered {}", self.status().unwrap_or_default())?;
                if let Some(code) = &inner.code {
                    write!(f, " ({code})")?;
                }
                write!(f, ": {}", self.advice())
            }
            Kind::Throttled => {
                write!(
                    f,
                    "throttled at {route}: the wait is longer than the time budget"
                )?;
                match inner.retry_after {
                    Some(after) => {
                        write!(f, "; try again after {:.0} s", after.as_secs_f64().ceil())
                    }
                    None => Ok(()),
                }
            }
            Kind::Token(error) => write!(f, "no token: {error}"),
            Kind::Credential => f.write_str(
                "no token: the source of the credential failed; see the source of this error",
            ),
            Kind::LostDownload => f.write_str(
                "the link to the file did not work, even when asked for anew; try later",
            ),
            Kind::WrongTenant => f.write_str(
                "another tenant answered than was asked; check which tenant the token is for",
            ),
            Kind::Connection => write!(
                f,
                "could not reach {route}; check the network, DNS and proxy"
            ),
            Kind::Timeout => write!(
                f,
                "no answer from {route} in time; check the network or try later"
            ),
            Kind::TooLarge => {
                write!(
                    f,
                    "the answer of {route} exceeds the size limit; ask for fewer items or fields"
                )
            }
            Kind::Transport => write!(f, "the transport failed at {route}"),
            Kind::RefusedLink(why) => {
                write!(
                    f,
                    "refused a link because it {why}; no token was sent there"
                )
            }
            Kind::Loop => write!(
                f,
                "{route} repeated a page link; the listing would never end"
            ),
            Kind::Redirect => write!(f, "{route} redirected without end or without a target"),
            Kind::Resync => {
                write!(
                    f,
                    "the delta of {route} asked for a full read again and again; try later"
                )
            }
            Kind::Dependency => f.write_str(
                "not sent, since a request of the batch failed that it depends on; see the source",
            ),
            Kind::MalformedItem(item) => item.fmt(f),
            Kind::Decode(failure) => {
                write!(f, "the answer of {route} could not be read: {failure}")
            }
            Kind::Invalid(what) => f.write_str(what),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.inner;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("status", &self.status())
            .field("code", &inner.code)
            .field("retry_after", &inner.retry_after)
            .field("request_id", &inner.request_id)
            .field("client_request_id", &inner.client_request_id)
            .field("attempts", &inner.attempts)
            .field("elapsed", &inner.elapsed)
            .field("route", &inner.route)
            .field("source", &inner.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner.source.as_deref().map(|source| source as _)
    }
}
