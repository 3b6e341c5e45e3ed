//! The one send path. Every request of this crate, that for a token included, goes through
//! [`Client::send`]: a retry loop around the throttle gate, the token, the transport and the
//! judgement of the answer.

mod budget;
mod call;
mod verdict;

pub(crate) use budget::Budget;
pub(crate) use call::Call;
pub(crate) use verdict::{Verdict, location, request_id};

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::future;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tracing::Instrument as _;

use self::call::CallKind;
use crate::client::Client;
use crate::error::{Error, ErrorBody, Result, TokenError};
use crate::observer::{CallEvent, WaitReason};
use crate::retry::RetryOptions;
use crate::throttle::{Blocked, Demand, Permit, Scope, Ticket, Workload};
use crate::token::Token;
use crate::transport::{TransportError, TransportErrorKind, TransportRequest, TransportResponse};

const THROTTLE_PRIORITY: HeaderName = HeaderName::from_static("x-ms-throttle-priority");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const PRODUCT: &str = concat!("graph-client/", env!("CARGO_PKG_VERSION"));
const MAX_REDIRECTS: u32 = 5;
/// The least that an attempt is given, even at the very end of the budget.
const LEAST_ATTEMPT: Duration = Duration::from_secs(1);

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
}

/// What to do after an attempt.
enum Next<R> {
    Done(R),
    /// Again at once, with another URL or token.
    AtOnce,
    /// Again when the gate opens, which takes this long.
    Gate(Error, Duration),
    /// Again after a wait of our own.
    Backoff(Error),
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
        let demand = call
            .demand
            .take()
            .unwrap_or_else(|| shared.gates.demand(self.tenant(), call.workload, &call.url));
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
            let permit = self.permit(&call, &progress).await?;
            let token = match call.kind {
                CallKind::Graph => Some(
                    self.token(progress.rejected, progress.claims.as_deref())
                        .await?,
                ),
                CallKind::Token | CallKind::Download => None,
            };
            progress.attempts += 1;
            let next = match self.attempt(&call, &progress, token.as_ref()).await {
                Ok(answer) => self.judge(
                    &mut call,
                    &mut progress,
                    &permit,
                    token.as_ref(),
                    &answer,
                    &decode,
                ),
                Err(error) if may_repeat(&call, &error) => Next::Backoff(Error::transport(error)),
                Err(error) => Next::Fail(Error::transport(error)),
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
                Next::Backoff(error) => {
                    let wait = self.backoff(&progress);
                    let error = self.seal(&progress, error);
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
                        Next::Backoff(error)
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
                if call.kind == CallKind::Download {
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
            Verdict::Transient if call.repeatable => Next::Backoff(failure(call, answer)),
            Verdict::Transient | Verdict::Failure => Next::Fail(failure(call, answer)),
        }
    }

    /// Passes the gate, waiting in front of it as long as the budget allows.
    ///
    /// Waiting for limits of our own is not held against the budget, which is for the service's
    /// refusals: a wide fan-out at a small limit takes its time and does not fail by itself. It is
    /// bounded all the same: who would have to wait longer than
    /// [`RetryOptions::queue_time`] is refused at once and does not stand in line.
    async fn permit(&self, call: &Call, progress: &Progress) -> Result<Permit> {
        let shared = self.shared();
        let patience = if call.spare {
            SPARE_BUDGET.min(shared.retry.queue_time)
        } else {
            shared.retry.queue_time
        };
        let ticket = shared
            .gates
            .enqueue(
                &progress.demand,
                self.priority(),
                patience,
                shared.clock.monotonic(),
            )
            .map_err(|wait| self.seal(progress, Error::throttled(wait)))?;
        let permit = self.turn(call, progress, &ticket).await;
        progress
            .budget
            .excuse(ticket.quota_wait(shared.clock.monotonic()));
        permit
    }

    /// Waits until it is the turn of a ticket.
    async fn turn(&self, call: &Call, progress: &Progress, ticket: &Ticket) -> Result<Permit> {
        let shared = self.shared();
        loop {
            let now = shared.clock.monotonic();
            let blocked = match ticket.poll(now) {
                Ok(permit) => return Ok(permit),
                Err(blocked) => blocked,
            };
            let remaining = self
                .remaining(progress)
                .saturating_add(ticket.quota_wait(now));
            match blocked {
                Blocked::Until(at, reason) => {
                    let wait = at.saturating_sub(now);
                    if reason == WaitReason::Throttled && wait > remaining {
                        return Err(self.seal(progress, Error::throttled(wait)));
                    }
                    let called = pin!(ticket.called());
                    let waited = pin!(self.wait(call.workload, wait, reason));
                    future::select(called, waited).await;
                }
                Blocked::Turn => {
                    if remaining.is_zero() {
                        return Err(self.seal(progress, Error::throttled(shared.retry.base_delay)));
                    }
                    // Whoever is in flight is back within the timeout of an attempt.
                    ticket.called().await;
                }
            }
        }
    }

    async fn attempt(
        &self,
        call: &Call,
        progress: &Progress,
        token: Option<&Token>,
    ) -> Result<TransportResponse, TransportError> {
        let shared = self.shared();
        let started = shared.clock.monotonic();
        let request = TransportRequest {
            method: call.method.clone(),
            url: call.url.clone(),
            headers: self.headers(call, progress, token),
            body: call.body.clone(),
            timeout: shared
                .retry
                .attempt_timeout
                .min(self.remaining(progress).max(LEAST_ATTEMPT)),
            max_body: shared.max_body,
        };
        let outcome = shared.transport.send(request).await;
        let elapsed = shared.clock.monotonic().saturating_sub(started);
        let status = outcome.as_ref().ok().map(|answer| answer.status.as_u16());
        let bytes = outcome
            .as_ref()
            .map_or(0, |answer| answer.body.len() as u64);
        match &outcome {
            Ok(answer) => tracing::debug!(
                attempt = progress.attempts,
                status,
                bytes,
                elapsed_ms = elapsed.as_millis(),
                request_id = request_id(&answer.headers),
                "answered"
            ),
            Err(error) => tracing::debug!(
                attempt = progress.attempts,
                elapsed_ms = elapsed.as_millis(),
                kind = ?error.kind(),
                "no answer"
            ),
        }
        self.observe(|| CallEvent::Attempt {
            method: call.method.clone(),
            workload: call.workload,
            route: progress.route.clone(),
            status,
            bytes,
            elapsed,
        });
        outcome
    }

    fn close_gate(
        &self,
        permit: &Permit,
        (scope, quota): (Scope, bool),
        wait: Duration,
        progress: &Progress,
    ) {
        let shared = self.shared();
        // Some spread, but not so much that a wait that fits the budget no longer does.
        let spread = RetryOptions::spread(wait, &*shared.random)
            .min(self.remaining(progress))
            .max(wait);
        let now = shared.clock.monotonic();
        permit.throttled(scope, quota, now, now.saturating_add(spread));
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

    fn headers(&self, call: &Call, progress: &Progress, token: Option<&Token>) -> HeaderMap {
        let mut headers = call.headers.clone();
        headers
            .entry(ACCEPT)
            .or_insert(HeaderValue::from_static("application/json"));
        if call.kind == CallKind::Graph {
            headers.insert(
                THROTTLE_PRIORITY,
                HeaderValue::from_static(self.priority().header()),
            );
        }
        headers.insert(USER_AGENT, HeaderValue::from_static(PRODUCT));
        if call.kind != CallKind::Download
            && let Ok(id) = HeaderValue::from_str(&progress.client_request_id)
        {
            headers.insert(CLIENT_REQUEST_ID, id);
        }
        if let Some(mut bearer) =
            token.and_then(|t| HeaderValue::from_str(&format!("Bearer {}", t.expose())).ok())
        {
            bearer.set_sensitive(true);
            headers.insert(AUTHORIZATION, bearer);
        }
        headers
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
        CallKind::Graph => Error::service(answer.status, ErrorBody::parse(&answer.body)),
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
