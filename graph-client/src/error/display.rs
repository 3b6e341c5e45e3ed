//! How an error is told: what failed and what to do, without anything that should not be seen.

use std::fmt;

use super::sentence::{names_snake_case, sentence};
use super::{Endless, Error, Excess, Kind};

/// What to do about names as Rust has them.
const RENAME: &str =
    "; Graph's names are camelCase: is #[serde(rename_all = \"camelCase\")] missing?";

impl Error {
    fn advice(&self) -> &'static str {
        if self.is_unlicensed() {
            "the tenant lacks the license for this data"
        } else if self.is_page_token_lost() {
            "the service forgot the position in the listing; start it again"
        } else {
            match self.status() {
                Some(400) => {
                    "the request is not valid for this resource; check $select, $filter and headers"
                }
                _ if self.is_authentication() && !self.inner.is_refreshed => {
                    "the token was refused; check the tenant and the cloud"
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

impl Error {
    /// What the service says of a request that is wrong, without values; else nothing.
    fn sentence(&self) -> String {
        let message = self.inner.message.as_deref().unwrap_or_default();
        let said = sentence(message).filter(|_| self.status() == Some(400));
        said.map_or(String::new(), |said| {
            let cure = if names_snake_case(&said) { RENAME } else { "" };
            format!("; the service says: {said}{cure}")
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.inner;
        let route = inner.route.as_deref().unwrap_or("the service");
        let host = inner.host.as_deref().unwrap_or("the host");
        match &inner.kind {
            Kind::Service => {
                write!(f, "{route} answered {}", self.status().unwrap_or_default())?;
                if let Some(code) = &inner.code {
                    write!(f, " ({code})")?;
                }
                write!(f, ": {}{}", self.advice(), self.sentence())
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
            Kind::SilentCredential => f.write_str(
                "no token: the source of the credential did not answer in time; check what it waits \
                 for",
            ),
            Kind::LostDownload => f.write_str(
                "the link to the file did not work, even when asked for anew; try later",
            ),
            Kind::WrongTenant => f.write_str(
                "another tenant answered than was asked; check which tenant the token is for",
            ),
            Kind::Connection => write!(
                f,
                "could not reach {host} for {route}; check the network, DNS and proxy"
            ),
            Kind::Timeout => write!(
                f,
                "no answer from {host} for {route} in time; check the network or try later"
            ),
            Kind::TooLarge(Excess::Bytes) => {
                write!(
                    f,
                    "the answer of {route} exceeds the size limit; ask for fewer items or fields"
                )
            }
            Kind::TooLarge(Excess::Headers) => write!(
                f,
                "the answer of {route} has more headers than can be read; see what stands between \
                 here and the service, such as a proxy"
            ),
            Kind::TooLarge(Excess::Items) => write!(
                f,
                "the answer of {route} holds more items than a page may; ask for smaller pages"
            ),
            Kind::Transport => write!(f, "the transport failed at {host} for {route}"),
            Kind::RefusedLink(why) => {
                write!(
                    f,
                    "refused a link because it {why}; no token was sent there"
                )
            }
            Kind::Endless(Endless::Repeats) => write!(
                f,
                "{route} repeated a page link; the listing would never end"
            ),
            Kind::Endless(Endless::Empty) => write!(
                f,
                "{route} gave nothing but empty pages, one after another; try later or with \
                 another filter"
            ),
            Kind::Endless(Endless::Pages) => write!(
                f,
                "{route} has more pages than max_pages allows; go on from the last one if it is \
                 that large"
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
            .field("host", &inner.host)
            .field("source", &inner.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner.source.as_deref().map(|source| source as _)
    }
}
