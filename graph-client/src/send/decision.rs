//! What to do after an answer: one rule for a request, wherever it travels.

use std::time::Duration;

use http::{Method, StatusCode};
use url::Url;

use super::call::{BatchRole, CallKind};
use super::progress::RequestHistory;
use super::response_kind::{self, ResponseKind};
use crate::client::Client;
use crate::error::{Error, ErrorBody, TokenError, request_id};
use crate::retry::RetryOptions;
use crate::throttle::{RequestCost, Sent};
use crate::transport::TransportResponse;

const MAX_REDIRECTS: u32 = 5;

/// What decides whether a request is sent again, besides its answer.
pub(crate) struct RetryContext<'a> {
    pub(super) kind: CallKind,
    pub(super) method: &'a Method,
    pub(crate) url: &'a Url,
    pub(crate) cost: &'a RequestCost,
    pub(super) batch_role: BatchRole,
    /// A redirect is the answer, and not followed.
    pub(super) keep_redirect: bool,
    /// Whether it may be sent again although it may have been carried out.
    pub(super) repeatable: bool,
    pub(crate) history: RequestHistory,
    /// How often it may be sent.
    pub(super) max_attempts: u32,
    pub(crate) remaining: Duration,
    pub(crate) last: LastAttempt,
    /// Puts on an error what is known of its call.
    pub(crate) seal: &'a (dyn Fn(Error) -> Error + Sync),
}

/// How a request was sent the last time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastAttempt {
    pub(crate) sent: Sent,
    pub(crate) attempts: u32,
    /// The generation of the token.
    pub(crate) generation: Option<u64>,
}

/// What to do after an answer. Errors are sealed.
pub(crate) enum Decision {
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
    /// Again when the pause ends.
    AfterPause,
    /// Again after this wait.
    Backoff(Duration),
    Fail(Error),
}

impl<'a> RetryContext<'a> {
    /// A GET inside a batch.
    pub(crate) fn inner(
        client: &Client,
        (url, cost): (&'a Url, &'a RequestCost),
        (history, last): (RequestHistory, LastAttempt),
        remaining: Duration,
        seal: &'a (dyn Fn(Error) -> Error + Sync),
    ) -> Self {
        Self {
            kind: CallKind::Graph,
            method: &Method::GET,
            url,
            cost,
            batch_role: BatchRole::Item,
            keep_redirect: false,
            repeatable: true,
            history,
            max_attempts: client.shared().retry.max_attempts,
            remaining,
            last,
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
            .with_location(response_kind::location(&answer.headers))
            .with_refreshed(self.history.refreshed)
    }
}

impl Client {
    /// Decides what an answer means for a request, and pauses or resumes what it concerns.
    pub(crate) fn decide(
        &self,
        context: &RetryContext<'_>,
        answer: &TransportResponse,
    ) -> Decision {
        let shared = self.shared();
        let kind = ResponseKind::of(answer, context.kind == CallKind::Token, shared.clock.now());
        let refused = kind.is_refusal();
        let is_envelope =
            context.batch_role == BatchRole::Envelope && kind == ResponseKind::Success;
        if !refused && !is_envelope {
            let now = shared.clock.monotonic();
            let (limiter, sent) = (&shared.limiter, context.last.sent);
            limiter.taken(context.cost, sent, &answer.headers, now);
            if context.batch_role != BatchRole::Item {
                limiter.passed(context.cost, sent);
            }
        }
        let fail = |error| Decision::Fail((context.seal)(error));
        match kind {
            ResponseKind::Success => Decision::Read,
            ResponseKind::Redirect(_) if context.keep_redirect => Decision::Read,
            ResponseKind::Redirect(location) => {
                if matches!(context.kind, CallKind::Download { .. }) {
                    return fail(Error::refused_link("redirects elsewhere"));
                }
                if matches!(context.kind, CallKind::Public) {
                    return fail(context.failure(answer));
                }
                // What was made or done is to be looked at elsewhere.
                let see_other = answer.status == StatusCode::SEE_OTHER;
                let is_get = see_other || *context.method == Method::GET;
                if !is_get || context.history.redirects >= MAX_REDIRECTS {
                    return fail(context.failure(answer).into_redirect());
                }
                match shared.graph.resolve_from(context.url, &location) {
                    Ok(url) => Decision::Elsewhere { url, see_other },
                    Err(error) => fail(error),
                }
            }
            ResponseKind::Unauthorized { claims } => match context.last.generation {
                Some(rejected) if !context.history.refreshed => {
                    tracing::debug!(
                        claims = claims.is_some(),
                        "the token was refused; asking for a new one"
                    );
                    Decision::NewToken { rejected, claims }
                }
                _ => fail(context.failure(answer)),
            },
            ResponseKind::Throttled { asked, scope } => {
                let wait = self.pause(context, asked);
                // Some spread, but not so much that a wait that fits the budget no longer does.
                let spread = RetryOptions::spread(wait, &*shared.random)
                    .min(context.remaining)
                    .max(wait);
                let now = shared.clock.monotonic();
                // Only these speak of a quota; a 503 is somebody else's trouble.
                let quota = matches!(answer.status.as_u16(), 429 | 509);
                let until = now.saturating_add(spread);
                let sent = context.last.sent;
                let limiter = &shared.limiter;
                limiter.refused(context.cost, (scope, quota), sent.at, now, until);
                let error = (context.seal)(context.failure(answer).with_retry_after(asked));
                if !self.may_retry(&error) {
                    Decision::Fail(error)
                } else if wait > context.remaining {
                    Decision::Fail(error.into_throttled(wait))
                } else if context.last.attempts >= context.max_attempts {
                    Decision::Fail(error)
                } else {
                    Decision::AfterPause
                }
            }
            ResponseKind::Conflict { asked } => {
                self.in_passing(context, context.failure(answer), asked)
            }
            ResponseKind::Transient if context.repeatable => {
                self.in_passing(context, context.failure(answer), None)
            }
            ResponseKind::Transient | ResponseKind::Failure => fail(context.failure(answer)),
        }
    }

    /// After an answer that could not be read: once more, if what came was no whole JSON at all.
    pub(crate) fn unread(
        &self,
        context: &RetryContext<'_>,
        error: Error,
        answer: Option<&TransportResponse>,
    ) -> Decision {
        let error = match answer {
            Some(answer) => error.with_answer(answer.status, request_id(&answer.headers)),
            None => error,
        };
        if error.is_unreadable() && context.repeatable {
            self.in_passing(context, error, None)
        } else {
            Decision::Fail((context.seal)(error))
        }
    }

    /// After a failure that may pass: once more, as far as the budget goes.
    pub(super) fn in_passing(
        &self,
        context: &RetryContext<'_>,
        error: Error,
        asked: Option<Duration>,
    ) -> Decision {
        let wait = self.backoff(context).max(asked.unwrap_or_default());
        let error = (context.seal)(error).with_retry_after(asked);
        if context.last.attempts >= context.max_attempts
            || wait > context.remaining
            || !self.may_retry(&error)
        {
            return Decision::Fail(error);
        }
        Decision::Backoff(wait)
    }

    /// How long to stay away after a refusal. The first time what is asked for is enough; who is
    /// refused again stays away for as long as if nothing had been asked, at least.
    fn pause(&self, context: &RetryContext<'_>, asked: Option<Duration>) -> Duration {
        match asked {
            Some(asked) if context.last.attempts == 1 => asked,
            Some(asked) => asked.max(self.backoff(context)),
            None => self
                .backoff(context)
                .max(self.shared().limiter.preset(context.cost)),
        }
    }

    fn backoff(&self, context: &RetryContext<'_>) -> Duration {
        let shared = self.shared();
        shared.retry.backoff(context.last.attempts, &*shared.random)
    }
}
