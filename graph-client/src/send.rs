//! The one send path. Every request of this crate, that for a token included, goes through
//! [`Client::send`]: a retry loop around the rate limiter, the token, the transport and the
//! decision about the answer.

mod admission;
mod attempt;
mod budget;
mod call;
mod decision;
mod progress;
mod response_kind;
mod token;

pub(crate) use budget::Budget;
use budget::SPARE_BUDGET;
use call::CLIENT_REQUEST_ID;
pub(crate) use call::{Before, Call};
pub(crate) use decision::{Decision, LastAttempt, RetryContext};
use progress::Progress;
pub(crate) use progress::RequestHistory;
pub(crate) use response_kind::{ResponseKind, location};

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::future::{self, Either};
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use tracing::Instrument as _;

use crate::client::Client;
use crate::error::{Error, Result, TransportError, TransportErrorKind};
use crate::observer::{CallEvent, WaitReason};
use crate::token::Token;
use crate::transport::TransportResponse;
use crate::workload::Workload;

impl Client {
    /// Sends a call until it succeeds, fails for good, or its budget is spent.
    ///
    /// `decode` reads a successful answer; an answer that was cut short counts as a failure on the
    /// way and is asked for again.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops at once: nothing more is sent, and a place at the rate limiter is given up.
    pub(crate) async fn send<R, D>(&self, call: Call, decode: D) -> Result<R>
    where
        R: Send,
        D: Fn(&TransportResponse) -> Result<R> + Send + Sync,
    {
        let (read, _) = self.send_tracked(call, decode).await?;
        Ok(read)
    }

    /// As [`send`](Self::send), and says how it was sent the last time.
    pub(crate) async fn send_tracked<R, D>(
        &self,
        mut call: Call,
        decode: D,
    ) -> Result<(R, LastAttempt)>
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
        let cost = call.cost.take().unwrap_or_else(|| {
            shared
                .limiter
                .cost(self.tenant(), call.workload, &call.method, &call.url)
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
            cost: Arc::new(cost),
            route: call.route(),
            client_request_id,
            attempts: call.before.attempts,
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
            history: RequestHistory {
                redirects: 0,
                refreshed: call.before.rejected.is_some(),
            },
            rejected: call.before.rejected,
            claims: call.before.claims.take(),
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

    async fn run<R, D>(
        &self,
        mut call: Call,
        mut progress: Progress,
        decode: D,
    ) -> Result<(R, LastAttempt)>
    where
        R: Send,
        D: Fn(&TransportResponse) -> Result<R> + Send + Sync,
    {
        loop {
            let (permit, token) = self.admission(&call, &progress).await?;
            progress.attempts += 1;
            let attempt = self.attempt(&call, &progress, token.as_ref());
            let answer = permit.of(attempt).await;
            let last = LastAttempt {
                sent: permit.sent(),
                attempts: progress.attempts,
                generation: token.as_ref().map(Token::generation),
            };
            let next = {
                let seal = |error| self.seal(&progress, error);
                let context = self.context(&call, &progress, last, &seal);
                match &answer {
                    Ok(answer) => match self.decide(&context, answer) {
                        Decision::Read => match decode(answer) {
                            Ok(value) => return Ok((value, last)),
                            Err(error) => self.unread(&context, error, Some(answer)),
                        },
                        next => next,
                    },
                    Err(error) => self.unanswered(&context, error),
                }
            };
            drop(permit);
            progress.unavailable = answer
                .as_ref()
                .is_ok_and(|answer| answer.status == StatusCode::SERVICE_UNAVAILABLE);
            match next {
                // It is paused now, and being admitted again is the wait.
                Decision::Read | Decision::AfterPause => {}
                Decision::Fail(error) => return Err(error),
                Decision::Elsewhere { url, see_other } => {
                    progress.history.redirects += 1;
                    call.url = url;
                    if see_other {
                        call.method = Method::GET;
                        call.body = Bytes::new();
                        call.headers.remove(CONTENT_TYPE);
                    }
                }
                Decision::NewToken { rejected, claims } => {
                    progress.history.refreshed = true;
                    progress.rejected = Some(rejected);
                    progress.claims = claims;
                }
                Decision::Backoff(wait) => {
                    self.wait(call.workload, wait, WaitReason::Backoff).await;
                }
            }
        }
    }

    fn context<'a>(
        &self,
        call: &'a Call,
        progress: &'a Progress,
        last: LastAttempt,
        seal: &'a (dyn Fn(Error) -> Error + Sync),
    ) -> RetryContext<'a> {
        RetryContext {
            kind: call.kind,
            method: &call.method,
            url: &call.url,
            cost: &progress.cost,
            batch_role: call.batch_role,
            keep_redirect: call.keep_redirect,
            repeatable: call.repeatable,
            history: progress.history,
            max_attempts: progress.max_attempts,
            remaining: self.remaining(progress),
            last,
            seal,
        }
    }

    /// After a failure on the way: once more, when nothing was carried out or doing it twice does
    /// no harm.
    fn unanswered(&self, context: &RetryContext<'_>, failure: &Arc<TransportError>) -> Decision {
        let repeat = failure.is_transient()
            && (context.repeatable || failure.kind() == TransportErrorKind::Connect);
        let error = Error::transport(Arc::clone(failure)).with_host(context.url.host_str());
        if repeat {
            self.in_passing(context, error, None)
        } else {
            Decision::Fail((context.seal)(error))
        }
    }

    pub(crate) async fn wait(&self, workload: Workload, duration: Duration, reason: WaitReason) {
        self.tell_wait(workload, duration, reason);
        self.shared().clock.sleep(duration).await;
    }

    fn tell_wait(&self, workload: Workload, duration: Duration, reason: WaitReason) {
        tracing::debug!(wait_ms = duration.as_millis(), ?reason, "waiting");
        self.observe(|| CallEvent::Wait {
            workload,
            duration,
            reason,
        });
    }

    /// Runs for so long at most what may not end by itself.
    pub(crate) async fn within<F: Future>(&self, limit: Duration, future: F) -> Option<F::Output> {
        let future = pin!(future);
        match future::select(future, self.shared().clock.deadline(limit)).await {
            Either::Left((output, _)) => Some(output),
            Either::Right(_) => None,
        }
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
