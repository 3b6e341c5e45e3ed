//! What can be asked of an error.

use std::time::Duration;

use http::StatusCode;

use super::{Error, ItemError, Kind, TokenError, UNLICENSED};

impl Error {
    fn has_code(&self, codes: &[&str]) -> bool {
        self.code()
            .is_some_and(|code| codes.iter().any(|known| known.eq_ignore_ascii_case(code)))
    }

    /// The status of an answer that came whole; of one that broke off it says too little.
    pub(crate) fn answered(&self) -> Option<StatusCode> {
        let broke_off = matches!(
            self.inner.kind,
            Kind::Connection | Kind::Timeout | Kind::TooLarge(_) | Kind::Transport
        );
        self.inner.status.filter(|_| !broke_off)
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
        self.answered() == Some(StatusCode::GONE) && !self.inner.is_of_batch
    }

    /// 404: no such object; it may have been deleted since it was listed. Not where it is the batch
    /// that was not found, which says nothing of the objects inside.
    pub fn is_not_found(&self) -> bool {
        self.answered() == Some(StatusCode::NOT_FOUND) && !self.inner.is_of_batch
    }

    /// 403 for want of a permission or of its consent, as opposed to a license or a better token.
    pub fn is_permission_denied(&self) -> bool {
        self.answered() == Some(StatusCode::FORBIDDEN)
            && !self.is_unlicensed()
            && !self.is_authentication()
    }

    /// The tenant lacks the license that this data needs.
    pub fn is_unlicensed(&self) -> bool {
        self.answered().is_some_and(|s| s.is_client_error())
            && (self.inner.is_unlicensed || self.has_code(UNLICENSED))
    }

    /// The token endpoint refused, the source of the credential failed or was silent, or Graph
    /// refused a fresh token: by 401, or by 403 with the code `insufficient_claims` where conditional
    /// access wants more of it.
    pub fn is_authentication(&self) -> bool {
        match self.inner.kind {
            Kind::Token(_) | Kind::Credential | Kind::SilentCredential => true,
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

    /// No answer within the time allowed for one attempt; of the source of a credential as well, which
    /// is [`is_authentication`](Self::is_authentication) too.
    pub fn is_timeout(&self) -> bool {
        matches!(self.inner.kind, Kind::Timeout | Kind::SilentCredential)
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
            || self.answered() == Some(StatusCode::FAILED_DEPENDENCY)
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

    /// The answer was a success by its status but broke off, or was not what this service writes:
    /// empty, say, or a page in HTML of something in between. Where asking again does no harm that
    /// was done, as far as the budget went; it may help later. [`is_decode`](Self::is_decode) or
    /// [`is_connection`](Self::is_connection) holds as well; [`status`](Self::status) and
    /// [`request_id`](Self::request_id) are those of the answer, where there was one.
    pub fn is_unreadable(&self) -> bool {
        match &self.inner.kind {
            Kind::Decode(failure) => failure.unreadable,
            Kind::Connection => self.inner.status.is_some_and(|s| s.is_success()),
            _ => false,
        }
    }

    /// The answer has more than is read of one: bytes
    /// ([`max_body`](crate::ClientBuilder::max_body)), headers, or items on a page
    /// ([`MAX_ITEMS`](crate::MAX_ITEMS)). Asking again would not help, smaller pages may.
    pub fn is_too_large(&self) -> bool {
        matches!(self.inner.kind, Kind::TooLarge(_))
    }

    /// A listing that would never end: it repeated a link, had ten thousand empty pages in a row, or
    /// more than [`max_pages`](crate::ClientBuilder::max_pages). What it gave is not all there is.
    pub fn is_endless(&self) -> bool {
        matches!(self.inner.kind, Kind::Endless(_))
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

    /// How long the service asked to stay away, or how long its pause lasts.
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

    /// The host that could not be reached or did not answer.
    pub fn host(&self) -> Option<&str> {
        self.inner.host.as_deref()
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

    /// The service's own message, cut to a bounded length. It may hold personal data, so do not log
    /// it unread: `Debug` has nothing of it, and `Display` only of status 400, without values.
    pub fn service_message(&self) -> Option<&str> {
        self.inner.message.as_deref()
    }
}
