//! What to do after an answer: one rule for a request, wherever it travels.

use std::time::Duration;

use http::{Method, StatusCode};
use url::Url;

use super::call::CallKind;
use super::verdict::{self, Verdict};
use crate::client::Client;
use crate::error::{Error, ErrorBody, TokenError};
use crate::retry::RetryOptions;
use crate::throttle::{Demand, Sent};
use crate::transport::{TransportResponse, request_id};

const MAX_REDIRECTS: u32 = 5;

/// A request whose answer is judged.
pub(crate) struct Case<'a> {
    pub(super) kind: CallKind,
    pub(super) method: &'a Method,
    pub(crate) url: &'a Url,
    pub(crate) demand: &'a Demand,
    pub(super) part: Part,
    /// A redirect is the answer, and not followed.
    pub(super) keep_redirect: bool,
    /// Whether it may be sent again although it may have been carried out.
    pub(super) repeatable: bool,
    pub(crate) standing: Standing,
    /// How often it may be sent.
    pub(super) max_attempts: u32,
    pub(crate) remaining: Duration,
    pub(crate) carried: Carried,
    /// Puts on an error what is known of its call.
    pub(crate) seal: &'a (dyn Fn(Error) -> Error + Sync),
}

/// How a request has fared up to now.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Standing {
    pub(crate) redirects: u32,
    /// A token was refused to it, and it was sent again with a new one.
    pub(crate) refreshed: bool,
}

/// How a request was sent the last time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Carried {
    pub(crate) sent: Sent,
    pub(crate) attempts: u32,
    /// The generation of the token.
    pub(crate) generation: Option<u64>,
}

/// Whether an answer is all there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    /// It holds the answers to others, and its success says nothing of theirs.
    Envelope,
    /// It came inside another.
    Inner,
}

/// What to do after an answer. Errors are sealed.
pub(crate) enum Next {
    /// Read it.
    Read,
    /// Again at once, there; with what is left of a POST, which is a GET, when so told.
    Elsewhere {
        url: Url,
        see_other: bool,
    },
    /// Again at once, with another token than this one.
    NewToken {
        rejected: u64,
        claims: Option<String>,
    },
    /// Again when the gate opens.
    Gate,
    /// Again after this wait.
    Backoff(Duration),
    Fail(Error),
}

impl<'a> Case<'a> {
    /// A GET inside a batch.
    pub(crate) fn inner(
        client: &Client,
        (url, demand): (&'a Url, &'a Demand),
        (standing, carried): (Standing, Carried),
        remaining: Duration,
        seal: &'a (dyn Fn(Error) -> Error + Sync),
    ) -> Self {
        Self {
            kind: CallKind::Graph,
            method: &Method::GET,
            url,
            demand,
            part: Part::Inner,
            keep_redirect: false,
            repeatable: true,
            standing,
            max_attempts: client.shared().retry.max_attempts,
            remaining,
            carried,
            seal,
        }
    }

    /// The error that an unsuccessful answer is.
    pub(crate) fn failure(&self, answer: &TransportResponse) -> Error {
        let error = match self.kind {
            CallKind::Graph | CallKind::Public => {
                Error::service(answer.status, ErrorBody::parse(&answer.body))
            }
            CallKind::Token => Error::token(answer.status, TokenError::parse(&answer.body)),
            // Its status speaks of the link and of no permission.
            CallKind::Download { .. } if answer.status.is_server_error() => {
                Error::service(answer.status, ErrorBody::default())
            }
            CallKind::Download { .. } => Error::lost_download(),
        };
        error
            .with_request_id(request_id(&answer.headers))
            .with_location(verdict::location(&answer.headers))
            .with_refreshed(self.standing.refreshed)
    }
}

impl Client {
    /// Decides what an answer means for a request, and closes or opens the gate for it.
    pub(crate) fn judge(&self, case: &Case<'_>, answer: &TransportResponse) -> Next {
        let shared = self.shared();
        let verdict = Verdict::of(answer, case.kind == CallKind::Token, shared.clock.now());
        let refused = verdict.is_refusal();
        let is_envelope = case.part == Part::Envelope && verdict == Verdict::Success;
        if !refused && !is_envelope {
            let now = shared.clock.monotonic();
            let (gates, sent) = (&shared.gates, case.carried.sent);
            gates.taken(case.demand, sent, &answer.headers, now);
            if case.part != Part::Inner {
                gates.passed(case.demand, sent);
            }
        }
        let fail = |error| Next::Fail((case.seal)(error));
        match verdict {
            Verdict::Success => Next::Read,
            Verdict::Redirect(_) if case.keep_redirect => Next::Read,
            Verdict::Redirect(location) => {
                if matches!(case.kind, CallKind::Download { .. }) {
                    return fail(Error::refused_link("redirects elsewhere"));
                }
                if matches!(case.kind, CallKind::Public) {
                    return fail(case.failure(answer));
                }
                // What was made or done is to be looked at elsewhere.
                let see_other = answer.status == StatusCode::SEE_OTHER;
                let is_get = see_other || *case.method == Method::GET;
                if !is_get || case.standing.redirects >= MAX_REDIRECTS {
                    return fail(case.failure(answer).into_redirect());
                }
                match shared.graph.resolve_from(case.url, &location) {
                    Ok(url) => Next::Elsewhere { url, see_other },
                    Err(error) => fail(error),
                }
            }
            Verdict::Unauthorized { claims } => match case.carried.generation {
                Some(rejected) if !case.standing.refreshed => {
                    tracing::debug!(
                        claims = claims.is_some(),
                        "the token was refused; asking for a new one"
                    );
                    Next::NewToken { rejected, claims }
                }
                _ => fail(case.failure(answer)),
            },
            Verdict::Throttled { asked, scope } => {
                let wait = self.pause(case, asked);
                // Some spread, but not so much that a wait that fits the budget no longer does.
                let spread = RetryOptions::spread(wait, &*shared.random)
                    .min(case.remaining)
                    .max(wait);
                let now = shared.clock.monotonic();
                // Only these speak of a quota; a 503 is somebody else's trouble.
                let quota = matches!(answer.status.as_u16(), 429 | 509);
                let until = now.saturating_add(spread);
                let sent = case.carried.sent;
                let gates = &shared.gates;
                gates.refused(case.demand, (scope, quota), sent.at, now, until);
                let error = (case.seal)(case.failure(answer).with_retry_after(asked));
                if !self.may_retry(&error) {
                    Next::Fail(error)
                } else if wait > case.remaining {
                    Next::Fail(error.into_throttled(wait))
                } else if case.carried.attempts >= case.max_attempts {
                    Next::Fail(error)
                } else {
                    Next::Gate
                }
            }
            Verdict::Conflict { asked } => self.in_passing(case, case.failure(answer), asked),
            Verdict::Transient if case.repeatable => {
                self.in_passing(case, case.failure(answer), None)
            }
            Verdict::Transient | Verdict::Failure => fail(case.failure(answer)),
        }
    }

    /// After an answer that could not be read: once more, if what came was no whole JSON at all.
    pub(crate) fn unread(
        &self,
        case: &Case<'_>,
        error: Error,
        answer: Option<&TransportResponse>,
    ) -> Next {
        let error = match answer {
            Some(answer) => error.with_answer(answer.status, request_id(&answer.headers)),
            None => error,
        };
        if error.is_unreadable() && case.repeatable {
            self.in_passing(case, error, None)
        } else {
            Next::Fail((case.seal)(error))
        }
    }

    /// After a failure that may pass: once more, as far as the budget goes.
    pub(super) fn in_passing(
        &self,
        case: &Case<'_>,
        error: Error,
        asked: Option<Duration>,
    ) -> Next {
        let wait = self.backoff(case).max(asked.unwrap_or_default());
        let error = (case.seal)(error).with_retry_after(asked);
        if case.carried.attempts >= case.max_attempts
            || wait > case.remaining
            || !self.may_retry(&error)
        {
            return Next::Fail(error);
        }
        Next::Backoff(wait)
    }

    /// How long to stay away after a refusal. The first time what is asked for is enough; who is
    /// refused again stays away for as long as if nothing had been asked, at least.
    fn pause(&self, case: &Case<'_>, asked: Option<Duration>) -> Duration {
        match asked {
            Some(asked) if case.carried.attempts == 1 => asked,
            Some(asked) => asked.max(self.backoff(case)),
            None => self
                .backoff(case)
                .max(self.shared().gates.preset(case.demand)),
        }
    }

    fn backoff(&self, case: &Case<'_>) -> Duration {
        let shared = self.shared();
        shared.retry.backoff(case.carried.attempts, &*shared.random)
    }
}
