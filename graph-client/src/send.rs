//! The one send path. Every request of this crate, that for a token included, goes through
//! [`Client::send`]: a retry loop around the throttle gate, the token, the transport and the
//! judgement of the answer.

mod admission;
mod attempt;
mod budget;
mod call;
mod verdict;

pub(crate) use budget::Budget;
pub(crate) use call::Call;
pub(crate) use verdict::{Verdict, location, request_id};

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{Method, StatusCode};
use tracing::Instrument as _;

use self::call::CallKind;
use crate::client::Client;
use crate::error::{Error, ErrorBody, Result, TokenError};
use crate::observer::{CallEvent, WaitReason};
use crate::throttle::{Demand, Permit, Workload};
use crate::token::Token;
use crate::transport::{TransportError, TransportErrorKind, TransportResponse};

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const MAX_REDIRECTS: u32 = 5;

/// The budget of a call that can be done without.
const SPARE_BUDGET: Duration = Duration::from_secs(10);

/// How far one call has come.
struct Progress {
    budget: Budget,
    demand: Arc<Demand>,
    route: String,
    client_request_id: String,
    attempts: u32,
    max_attempts: u32,
    total_time: Duration,
    redirects: u32,
    /// The generation of the token that Graph refused.
    rejected: Option<u64>,
    claims: Option<String>,
    /// The last answer was a 503, which the next attempt should meet elsewhere.
    unavailable: bool,
}

/// What to do after an attempt.
enum Next<R> {
    Done(R),
    /// Again at once, with another URL or token.
    AtOnce,
    /// Again when the gate opens, which takes this long.
    Gate(Error, Duration),
    /// Again after a wait of our own, or what was asked for if that is longer.
    Backoff(Error, Option<Duration>),
    Fail(Error),
}

impl Client {
    /// Sends a call until it succeeds, fails for good, or its budget is spent.
    ///
    /// `decode` reads a successful answer; an answer that was cut short counts as a failure on the
    /// way and is asked for again.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops at once: nothing more is sent, and a place at the gate is given up.
    pub(crate) async fn send<R, D>(&self, mut call: Call, decode: D) -> Result<R>
    where
        R: Send,
        D: Fn(&TransportResponse) -> Result<R> + Send + Sync,
    {
        let progress = self.begin(&mut call);
        let span = tracing::debug_span!(
            "graph.call",
            method = %call.method,
            route = %progress.route,
            workload = call.workload.as_str(),
            tenant = self.tenant().as_str(),
            client_request_id = %progress.client_request_id,
        );
        Box::pin(self.run(call, progress, decode))
            .instrument(span)
            .await
    }

    fn begin(&self, call: &mut Call) -> Progress {
        let shared = self.shared();
        let demand = call.demand.take().unwrap_or_else(|| {
            shared
                .gates
                .demand(self.tenant(), call.workload, &call.method, &call.url)
        });
        let budget = call
            .budget
            .take()
            .unwrap_or_else(|| Budget::new(shared.clock.monotonic()));
        let given = call
            .headers
            .get(&CLIENT_REQUEST_ID)
            .and_then(|v| v.to_str().ok());
        let client_request_id = given.map_or_else(|| self.new_request_id(), str::to_owned);
        Progress {
            budget,
            demand: Arc::new(demand),
            route: call.route(),
            client_request_id,
            attempts: 0,
            max_attempts: if call.spare {
                1
            } else {
                shared.retry.max_attempts
            },
            total_time: if call.spare {
                SPARE_BUDGET.min(shared.retry.total_time)
            } else {
                shared.retry.total_time
            },
            redirects: 0,
            rejected: None,
            claims: None,
            unavailable: false,
        }
    }

    pub(crate) fn new_request_id(&self) -> String {
        let random = &self.shared().random;
        let bits = u128::from(random.next_u64()) << 64 | u128::from(random.next_u64());
        uuid::Builder::from_random_bytes(bits.to_be_bytes())
            .into_uuid()
            .to_string()
    }

    async fn run<R, D>(&self, mut call: Call, mut progress: Progress, decode: D) -> Result<R>
    where
        R: Send,
        D: Fn(&TransportResponse) -> Result<R> + Send + Sync,
    {
        loop {
            let (permit, token) = self.admission(&call, &progress).await?;
            progress.attempts += 1;
            let attempt = self.attempt(&call, &progress, token.as_ref());
            let next = match permit.of(attempt).await {
                Ok(answer) => self.judge(
                    &mut call,
                    &mut progress,
                    &permit,
                    token.as_ref(),
                    &answer,
                    &decode,
                ),
                Err(error) => {
                    let repeat = may_repeat(&call, &error);
                    let error = Error::transport(error).with_host(call.url.host_str());
                    if repeat {
                        Next::Backoff(error, None)
                    } else {
                        Next::Fail(error)
                    }
                }
            };
            drop(permit);
            match next {
                Next::Done(value) => return Ok(value),
                Next::AtOnce => {}
                Next::Fail(error) => return Err(self.seal(&progress, error)),
                Next::Gate(error, wait) => {
                    let error = self.seal(&progress, error);
                    if !self.may_retry(&error) {
                        return Err(error);
                    }
                    if wait > self.remaining(&progress) {
                        return Err(error.into_throttled(wait));
                    }
                    if progress.attempts >= progress.max_attempts {
                        return Err(error);
                    }
                    // The gate is closed now, and passing it again is the wait.
                }
                Next::Backoff(error, asked) => {
                    let wait = self.backoff(&progress).max(asked.unwrap_or_default());
                    let error = self.seal(&progress, error).with_retry_after(asked);
                    if progress.attempts >= progress.max_attempts
                        || wait > self.remaining(&progress)
                        || !self.may_retry(&error)
                    {
                        return Err(error);
                    }
                    self.wait(call.workload, wait, WaitReason::Backoff).await;
                }
            }
        }
    }

    /// Decides what an answer means, and prepares the call and the gate for it.
    fn judge<R, D>(
        &self,
        call: &mut Call,
        progress: &mut Progress,
        permit: &Permit,
        token: Option<&Token>,
        answer: &TransportResponse,
        decode: &D,
    ) -> Next<R>
    where
        D: Fn(&TransportResponse) -> Result<R>,
    {
        progress.unavailable = answer.status == StatusCode::SERVICE_UNAVAILABLE;
        let verdict = Verdict::of(
            answer,
            call.kind == CallKind::Token,
            self.shared().clock.now(),
        );
        if !matches!(verdict, Verdict::Throttled { .. } | Verdict::Transient) {
            permit.succeeded(&answer.headers, self.shared().clock.monotonic());
        }
        match verdict {
            Verdict::Success => match decode(answer) {
                Ok(value) => Next::Done(value),
                Err(error) => {
                    let error = error.with_request_id(request_id(&answer.headers));
                    if error.is_truncated() && call.repeatable {
                        Next::Backoff(error, None)
                    } else {
                        Next::Fail(error)
                    }
                }
            },
            Verdict::Redirect(_) if call.keep_redirect => match decode(answer) {
                Ok(value) => Next::Done(value),
                Err(error) => Next::Fail(error),
            },
            Verdict::Redirect(location) => {
                if matches!(call.kind, CallKind::Download | CallKind::Public) {
                    return Next::Fail(failure(call, answer));
                }
                progress.redirects += 1;
                // What was made or done is to be looked at elsewhere.
                if answer.status == StatusCode::SEE_OTHER && call.kind == CallKind::Graph {
                    call.method = Method::GET;
                    call.body = Bytes::new();
                    call.headers.remove(CONTENT_TYPE);
                }
                if call.method != Method::GET || progress.redirects > MAX_REDIRECTS {
                    return Next::Fail(failure(call, answer).into_redirect());
                }
                match self.shared().graph.resolve_from(&call.url, &location) {
                    Ok(url) => {
                        call.url = url;
                        Next::AtOnce
                    }
                    Err(error) => Next::Fail(error),
                }
            }
            Verdict::Unauthorized { claims } => match token {
                Some(token) if progress.rejected.is_none() => {
                    tracing::debug!(
                        claims = claims.is_some(),
                        "the token was refused; asking for a new one"
                    );
                    progress.rejected = Some(token.generation());
                    progress.claims = claims;
                    Next::AtOnce
                }
                _ => Next::Fail(failure(call, answer)),
            },
            Verdict::Throttled { asked, scope } => {
                let wait = self.pause(progress, asked);
                // Only these speak of a quota; a 503 is somebody else's trouble.
                let quota = matches!(answer.status.as_u16(), 429 | 509);
                self.close_gate(permit, (scope, quota), wait, progress);
                Next::Gate(failure(call, answer).with_retry_after(asked), wait)
            }
            Verdict::Conflict { asked } => Next::Backoff(failure(call, answer), asked),
            Verdict::Transient if call.repeatable => Next::Backoff(failure(call, answer), None),
            Verdict::Transient | Verdict::Failure => Next::Fail(failure(call, answer)),
        }
    }

    pub(crate) async fn wait(&self, workload: Workload, duration: Duration, reason: WaitReason) {
        tracing::debug!(wait_ms = duration.as_millis(), ?reason, "waiting");
        self.observe(|| CallEvent::Wait {
            workload,
            duration,
            reason,
        });
        self.shared().clock.sleep(duration).await;
    }

    /// How long to stay away after a refusal. The first time what is asked for is enough; who is
    /// refused again stays away for as long as if nothing had been asked, at least.
    fn pause(&self, progress: &Progress, asked: Option<Duration>) -> Duration {
        match asked {
            Some(asked) if progress.attempts == 1 => asked,
            Some(asked) => asked.max(self.backoff(progress)),
            None => self
                .backoff(progress)
                .max(self.shared().gates.preset(&progress.demand)),
        }
    }

    fn backoff(&self, progress: &Progress) -> Duration {
        self.shared()
            .retry
            .backoff(progress.attempts, &*self.shared().random)
    }

    fn elapsed(&self, progress: &Progress) -> Duration {
        progress.budget.elapsed(self.shared().clock.monotonic())
    }

    fn remaining(&self, progress: &Progress) -> Duration {
        let spent = progress.budget.spent(self.shared().clock.monotonic());
        progress.total_time.saturating_sub(spent)
    }

    /// Puts on an error what is known of its call.
    fn seal(&self, progress: &Progress, error: Error) -> Error {
        error.with_call(
            &progress.route,
            &progress.client_request_id,
            progress.attempts,
            self.elapsed(progress),
        )
    }
}

/// Whether a failure on the way is a reason to send again: always when nothing was carried out.
fn may_repeat(call: &Call, error: &TransportError) -> bool {
    error.is_transient() && (call.repeatable || error.kind() == TransportErrorKind::Connect)
}

/// The error that an unsuccessful answer is.
fn failure(call: &Call, answer: &TransportResponse) -> Error {
    let error = match call.kind {
        CallKind::Graph | CallKind::Public => {
            Error::service(answer.status, ErrorBody::parse(&answer.body))
        }
        CallKind::Token => Error::token(answer.status, TokenError::parse(&answer.body)),
        // Its status speaks of the link and of no permission.
        CallKind::Download if answer.status.is_server_error() => {
            Error::service(answer.status, ErrorBody::default())
        }
        CallKind::Download => Error::lost_download(),
    };
    error
        .with_request_id(request_id(&answer.headers))
        .with_location(verdict::location(&answer.headers))
}
