//! Passing the rate limiter before an attempt.

use std::pin::pin;
use std::time::Duration;

use futures::future;

use super::budget::SPARE_BUDGET;
use super::call::{Call, CallKind};
use super::progress::Progress;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::observer::WaitReason;
use crate::pulse::GRACE;
use crate::throttle::{Blocked, Permit, Ticket};
use crate::token::Token;

/// A place in the line that costs less than this is nothing to tell of.
const WORTH_TELLING: Duration = Duration::from_secs(1);

impl Client {
    /// A token and leave to send with it, in this order: whoever had leave and went for a token
    /// first would send when it comes, and not when it may.
    ///
    /// Waiting for limits of our own is not held against the budget, which is for the service's
    /// refusals: a wide fan-out at a small limit takes its time and does not fail by itself. It is
    /// bounded all the same: who would have to wait longer than
    /// [`queue_time`](crate::RetryOptions::queue_time) is refused at once and does not stand in line,
    /// and who has waited longer does so no more.
    pub(super) async fn admission(
        &self,
        call: &Call,
        progress: &Progress,
    ) -> Result<(Permit, Option<Token>)> {
        let shared = self.shared();
        let mut token = self.token_of(call, progress).await?;
        let ticket = shared
            .limiter
            .enqueue(
                &progress.cost,
                self.priority(),
                self.patience(call, progress),
                shared.clock.monotonic(),
            )
            .map_err(|wait| self.seal(progress, Error::throttled(wait)))?;
        let mut permit = self.turn(call, progress, &ticket).await;
        let now = shared.clock.monotonic();
        if token.as_ref().is_some_and(|token| token.is_over(now))
            && let Ok(early) = permit
        {
            // The line was longer than the life of the token.
            ticket.put_back(early, now);
            token = self.token_of(call, progress).await?;
            permit = self.turn(call, progress, &ticket).await;
        }
        let queued = ticket.quota_wait(shared.clock.monotonic());
        progress.budget.excuse(queued);
        Ok((permit?, token))
    }

    async fn token_of(&self, call: &Call, progress: &Progress) -> Result<Option<Token>> {
        Ok(match call.kind {
            CallKind::Graph => Some(
                self.token(progress.rejected, progress.claims.as_deref())
                    .await?,
            ),
            CallKind::Token | CallKind::Download { .. } | CallKind::Public => None,
        })
    }

    /// How much longer a call may stand in line.
    fn patience(&self, call: &Call, progress: &Progress) -> Duration {
        let queue_time = self.queue_time();
        let patience = if call.spare {
            SPARE_BUDGET.min(queue_time)
        } else {
            queue_time
        };
        patience.saturating_sub(progress.budget.queued())
    }

    /// Waits until it is the turn of a ticket.
    async fn turn(&self, call: &Call, progress: &Progress, ticket: &Ticket) -> Result<Permit> {
        let shared = self.shared();
        let patience = self.patience(call, progress);
        let mut expected = Some(ticket.expected()).filter(|wait| *wait >= WORTH_TELLING);
        loop {
            let now = shared.clock.monotonic();
            let blocked = match ticket.poll(now) {
                Ok(permit) => return Ok(permit),
                Err(blocked) => blocked,
            };
            let queued = ticket.quota_wait(now);
            let remaining = self.remaining(progress).saturating_add(queued);
            let gives_up = |wait| Err(self.seal(progress, Error::throttled(wait)));
            let called = pin!(ticket.called());
            match blocked {
                Blocked::Until(at, WaitReason::Throttled) => {
                    let wait = at.saturating_sub(now);
                    if wait > remaining {
                        return gives_up(wait);
                    }
                    let waited = pin!(self.wait(call.workload, wait, WaitReason::Throttled));
                    future::select(called, waited).await;
                }
                _ if queued > patience => return gives_up(shared.retry.base_delay),
                Blocked::Until(at, reason) => {
                    let end = patience.saturating_sub(queued).saturating_add(GRACE);
                    let wait = at.saturating_sub(now).min(end);
                    let waited = pin!(self.wait(call.workload, wait, reason));
                    future::select(called, waited).await;
                }
                Blocked::Turn(_, WaitReason::Throttled) if remaining.is_zero() => {
                    return gives_up(shared.retry.base_delay);
                }
                Blocked::Turn(look, reason) => {
                    // Those before it are told of by themselves, but not how many they are.
                    if let Some(wait) = expected.take() {
                        self.tell_wait(call.workload, wait, WaitReason::RateLimit);
                    }
                    let end = if reason == WaitReason::Throttled {
                        remaining
                    } else {
                        patience.saturating_sub(queued).saturating_add(GRACE)
                    };
                    let wait = look.saturating_sub(now).min(end);
                    future::select(called, shared.clock.sleep(wait)).await;
                }
            }
        }
    }
}
