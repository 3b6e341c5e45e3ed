//! An error in one word.

use super::Error;

/// What went wrong, in one word, for who would rather match than ask. Where several of the
/// predicates of [`Error`] hold, it is the one that says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// [`Error::is_wrong_tenant`].
    WrongTenant,
    /// [`Error::is_throttled`].
    Throttled,
    /// [`Error::is_unlicensed`].
    Unlicensed,
    /// [`Error::is_authentication`].
    Authentication,
    /// [`Error::is_permission_denied`].
    PermissionDenied,
    /// [`Error::is_page_token_lost`].
    PageTokenLost,
    /// [`Error::is_not_found`].
    NotFound,
    /// [`Error::is_gone`].
    Gone,
    /// [`Error::is_failed_dependency`].
    FailedDependency,
    /// [`Error::is_timeout`].
    Timeout,
    /// [`Error::is_connection`].
    Connection,
    /// [`Error::is_refused_link`].
    RefusedLink,
    /// [`Error::is_malformed_item`].
    MalformedItem,
    /// [`Error::is_decode`].
    Decode,
    /// [`Error::is_too_large`].
    TooLarge,
    /// [`Error::is_endless`].
    Endless,
    /// [`Error::is_invalid_request`].
    InvalidRequest,
    /// None of these: [`Error::status`] and [`Error::code`] say more where there was an answer.
    Other,
}

type Predicate = fn(&Error) -> bool;

/// In the order in which they count.
const WORDS: [(Predicate, ErrorKind); 17] = [
    (Error::is_wrong_tenant, ErrorKind::WrongTenant),
    (Error::is_throttled, ErrorKind::Throttled),
    (Error::is_unlicensed, ErrorKind::Unlicensed),
    (Error::is_authentication, ErrorKind::Authentication),
    (Error::is_permission_denied, ErrorKind::PermissionDenied),
    (Error::is_page_token_lost, ErrorKind::PageTokenLost),
    (Error::is_not_found, ErrorKind::NotFound),
    (Error::is_gone, ErrorKind::Gone),
    (Error::is_failed_dependency, ErrorKind::FailedDependency),
    (Error::is_timeout, ErrorKind::Timeout),
    (Error::is_connection, ErrorKind::Connection),
    (Error::is_refused_link, ErrorKind::RefusedLink),
    (Error::is_malformed_item, ErrorKind::MalformedItem),
    (Error::is_decode, ErrorKind::Decode),
    (Error::is_too_large, ErrorKind::TooLarge),
    (Error::is_endless, ErrorKind::Endless),
    (Error::is_invalid_request, ErrorKind::InvalidRequest),
];

impl Error {
    /// What went wrong, in one word.
    ///
    /// ```
    /// use graph_client::{ErrorKind, TenantId};
    ///
    /// let error = TenantId::new("not a tenant").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    /// ```
    pub fn kind(&self) -> ErrorKind {
        WORDS
            .iter()
            .find(|(holds, _)| holds(self))
            .map_or(ErrorKind::Other, |(_, kind)| *kind)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use http::StatusCode;
    use proptest::prelude::*;

    use super::super::{Endless, ErrorBody, Excess, TokenError, TransportError};
    use super::*;
    use crate::TransportErrorKind;
    use crate::decode::DecodeFailure;

    fn error() -> impl Strategy<Value = Error> {
        let status = (400u16..600).prop_map(|code| StatusCode::from_u16(code).unwrap());
        let code = prop::sample::select(vec![
            "BadRequest",
            "insufficient_claims",
            "AadPremiumLicenseRequired",
            "Directory_ExpiredPageToken",
        ]);
        let body = (code, any::<bool>()).prop_map(|(code, unlicensed)| ErrorBody {
            code: Some(code.to_owned()),
            is_unlicensed: unlicensed,
            ..ErrorBody::default()
        });
        let transport = prop::sample::select(vec![
            TransportErrorKind::Connect,
            TransportErrorKind::Timeout,
            TransportErrorKind::Interrupted,
            TransportErrorKind::TooLarge,
            TransportErrorKind::HeadersTooLarge,
            TransportErrorKind::NotPublic,
            TransportErrorKind::Other,
        ]);
        let transport = (transport, status.clone()).prop_map(|(kind, status)| {
            let error = TransportError::new(kind);
            Error::transport(Arc::new(
                error.with_response(status, &http::HeaderMap::new()),
            ))
        });
        let plain = prop::sample::select(vec![
            Error::invalid_request("x"),
            Error::refused_link("x"),
            Error::endless(Endless::Empty),
            Error::too_large(Excess::Items),
            Error::decode(DecodeFailure::shape("x")),
            Error::throttled(Duration::ZERO),
            Error::silent_credential(),
            Error::credential("x".into()),
            Error::wrong_tenant(),
            Error::lost_download(),
            Error::failed_dependency(Error::wrong_tenant()),
        ]);
        let service = (status.clone(), body).prop_map(|(s, b)| Error::service(s, b));
        let token = status.prop_map(|s| Error::token(s, TokenError::parse(b"{}")));
        let any = prop_oneof![4 => service, 1 => token, 2 => transport, 2 => plain];
        let change = |(error, change): (Error, u8)| match change {
            0 => error.of_batch(),
            1 => Error::resync_limit(&error),
            2 => error.into_redirect(),
            3 => error.into_throttled(Duration::ZERO),
            _ => error,
        };
        (any, 0u8..12).prop_map(change)
    }

    /// Whether the predicate of a kind holds.
    fn holds(error: &Error, kind: ErrorKind) -> bool {
        match kind {
            ErrorKind::WrongTenant => error.is_wrong_tenant(),
            ErrorKind::Throttled => error.is_throttled(),
            ErrorKind::Unlicensed => error.is_unlicensed(),
            ErrorKind::Authentication => error.is_authentication(),
            ErrorKind::PermissionDenied => error.is_permission_denied(),
            ErrorKind::PageTokenLost => error.is_page_token_lost(),
            ErrorKind::NotFound => error.is_not_found(),
            ErrorKind::Gone => error.is_gone(),
            ErrorKind::FailedDependency => error.is_failed_dependency(),
            ErrorKind::Timeout => error.is_timeout(),
            ErrorKind::Connection => error.is_connection(),
            ErrorKind::RefusedLink => error.is_refused_link(),
            ErrorKind::MalformedItem => error.is_malformed_item(),
            ErrorKind::Decode => error.is_decode(),
            ErrorKind::TooLarge => error.is_too_large(),
            ErrorKind::Endless => error.is_endless(),
            ErrorKind::InvalidRequest => error.is_invalid_request(),
            ErrorKind::Other => !WORDS.iter().any(|(holds, _)| holds(error)),
        }
    }

    proptest! {
        #[test]
        fn the_word_and_the_predicates_agree(error in error()) {
            prop_assert!(holds(&error, error.kind()), "{:?} of {error:?}", error.kind());
        }
    }

    #[test]
    fn of_two_that_hold_the_word_is_what_to_act_on() {
        let of = |status: u16, code: &str| {
            let body = format!(r#"{{"error":{{"code":"{code}"}}}}"#);
            let status = StatusCode::from_u16(status).unwrap();
            Error::service(status, ErrorBody::parse(body.as_bytes())).kind()
        };
        assert_eq!(of(403, "AadPremiumLicenseRequired"), ErrorKind::Unlicensed);
        assert_eq!(of(403, "insufficient_claims"), ErrorKind::Authentication);
        assert_eq!(
            of(410, "Directory_ExpiredPageToken"),
            ErrorKind::PageTokenLost
        );
        assert_eq!(of(400, "BadRequest"), ErrorKind::Other);
        assert_eq!(Error::silent_credential().kind(), ErrorKind::Authentication);
    }
}
