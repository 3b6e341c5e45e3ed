//! What an answer means for the call: done, again, later, or never.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use http::HeaderMap;
use http::header::{LOCATION, WWW_AUTHENTICATE};

use crate::error::{ErrorBody, TokenError, TokenErrorKind};
use crate::throttle::{RetryAfter, ThrottleScope};
use crate::transport::TransportResponse;

/// <https://learn.microsoft.com/graph/errors> and <https://learn.microsoft.com/graph/throttling>.
#[cfg_attr(test, derive(Debug))]
#[derive(PartialEq, Eq)]
pub(crate) enum ResponseKind {
    Success,
    /// Elsewhere, as the `Location` says.
    Redirect(String),
    /// The token is not accepted; a claims challenge says what a better one must hold.
    Unauthorized {
        claims: Option<String>,
    },
    /// The service wants fewer requests: pause everyone.
    Throttled {
        asked: Option<Duration>,
        scope: ThrottleScope,
    },
    /// A passing failure: this call tries again.
    Transient,
    /// Not carried out, since somebody else was changing the same: this call tries again, whatever
    /// it does.
    Conflict {
        asked: Option<Duration>,
    },
    Failure,
}

impl ResponseKind {
    /// Whether the service carried nothing out, for reasons that are not the request's own.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Throttled { .. } | Self::Transient)
    }

    pub(crate) fn of(answer: &TransportResponse, token_endpoint: bool, now: SystemTime) -> Self {
        let (status, headers) = (answer.status, &answer.headers);
        if status.is_success() {
            return Self::Success;
        }
        let asked = RetryAfter::of(headers, now);
        match status.as_u16() {
            429 | 509 => Self::Throttled {
                asked,
                scope: ThrottleScope::of(headers),
            },
            500 | 502 | 503 | 504 if asked.is_some() => Self::Throttled {
                asked,
                scope: ThrottleScope::Tenant,
            },
            408 | 500 | 502 | 503 | 504 => Self::Transient,
            409 if is_concurrency_violation(&answer.body) => Self::Conflict { asked },
            _ if token_endpoint => {
                if TokenError::parse(&answer.body).kind == TokenErrorKind::Transient {
                    Self::Transient
                } else {
                    Self::Failure
                }
            }
            301 | 302 | 303 | 307 | 308 => location(headers).map_or(Self::Failure, Self::Redirect),
            401 => Self::Unauthorized {
                claims: claims(headers),
            },
            // Continuous access evaluation and conditional access also ask by 403.
            403 => match claims(headers) {
                Some(claims) => Self::Unauthorized {
                    claims: Some(claims),
                },
                None => Self::Failure,
            },
            _ => Self::Failure,
        }
    }
}

/// Whether a 409 is for the moment only. <https://learn.microsoft.com/graph/errors>
fn is_concurrency_violation(body: &[u8]) -> bool {
    ErrorBody::parse(body)
        .code
        .is_some_and(|code| code.eq_ignore_ascii_case("Directory_ConcurrencyViolation"))
}

pub(crate) fn location(headers: &HeaderMap) -> Option<String> {
    let location = headers.get(LOCATION)?.to_str().ok()?;
    (!location.is_empty()).then(|| location.to_owned())
}

/// The claims challenge of `WWW-Authenticate: Bearer … claims="<base64>"`, decoded.
/// <https://learn.microsoft.com/entra/identity-platform/claims-challenge>
fn claims(headers: &HeaderMap) -> Option<String> {
    const LONGEST: usize = 8 * 1024;
    headers.get_all(WWW_AUTHENTICATE).iter().find_map(|value| {
        let (_, rest) = value.to_str().ok()?.split_once("claims=")?;
        let encoded = rest.trim_start_matches('"').split(['"', ',', ' ']).next()?;
        if encoded.is_empty() || encoded.len() > LONGEST {
            return None;
        }
        let bytes = base64::engine::general_purpose::STANDARD_NO_PAD
            .decode(encoded.trim_end_matches('='))
            .ok()?;
        String::from_utf8(bytes).ok()
    })
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn kind(status: u16, headers: &[(&'static str, &str)], token_endpoint: bool) -> ResponseKind {
        let headers = headers
            .iter()
            .map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap()))
            .collect();
        let answer = TransportResponse::new(StatusCode::from_u16(status).unwrap(), headers, "");
        ResponseKind::of(&answer, token_endpoint, SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn follows_the_documented_statuses_429_503_and_401() {
        assert_eq!(kind(200, &[], false), ResponseKind::Success);
        for status in [500, 502, 503, 504] {
            assert_eq!(kind(status, &[], false), ResponseKind::Transient);
            let asked = Some(Duration::from_secs(3));
            assert_eq!(
                kind(status, &[("retry-after", "3")], false),
                ResponseKind::Throttled {
                    asked,
                    scope: ThrottleScope::Tenant
                }
            );
        }
        for status in [429, 509] {
            assert_eq!(
                kind(status, &[], false),
                ResponseKind::Throttled {
                    asked: None,
                    scope: ThrottleScope::Tenant
                }
            );
        }
        for status in [400, 402, 403, 404, 409, 410, 423, 507, 501] {
            assert_eq!(
                kind(status, &[("location", "/x")], false),
                ResponseKind::Failure,
                "{status}"
            );
        }
        assert_eq!(kind(302, &[], false), ResponseKind::Failure);
        assert_eq!(
            kind(302, &[("location", "/x")], false),
            ResponseKind::Redirect("/x".to_owned())
        );
        assert_eq!(
            kind(302, &[("location", "/x")], true),
            ResponseKind::Failure
        );
        assert_eq!(kind(401, &[], true), ResponseKind::Failure);
    }

    #[test]
    fn a_409_is_for_the_moment_only_when_it_says_concurrency_violation() {
        let kind = |code: &str| {
            let body = format!(r#"{{"error":{{"code":"{code}"}}}}"#);
            let answer = TransportResponse::new(StatusCode::CONFLICT, HeaderMap::new(), body);
            ResponseKind::of(&answer, false, SystemTime::UNIX_EPOCH)
        };
        assert_eq!(
            kind("Directory_ConcurrencyViolation"),
            ResponseKind::Conflict { asked: None }
        );
        assert_eq!(
            kind("Request_MultipleObjectsWithSameKeyValue"),
            ResponseKind::Failure
        );
    }

    #[test]
    fn keeps_the_claims_challenge() {
        let challenge = r#"Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==", x="y""#;
        let claims = Some(r#"{"access_token":{}}"#.to_owned());
        assert_eq!(
            kind(401, &[("www-authenticate", challenge)], false),
            ResponseKind::Unauthorized {
                claims: claims.clone()
            }
        );
        assert_eq!(
            kind(403, &[("www-authenticate", challenge)], false),
            ResponseKind::Unauthorized { claims }
        );
        assert_eq!(
            kind(401, &[("www-authenticate", "Bearer claims=\"%%\"")], false),
            ResponseKind::Unauthorized { claims: None }
        );
        assert_eq!(kind(403, &[], false), ResponseKind::Failure);
    }
}
