use std::future::poll_fn;
use std::sync::Mutex;
use std::task::{Poll, Waker};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;

use crate::clock::Clock;
use crate::sync::lock;

/// 2026-01-01T00:00:00Z.
const START: Duration = Duration::from_secs(1_767_225_600);

/// A clock that takes no time: it moves only by being waited on, or when told.
///
/// One that moves by being waited on has no [deadlines](Clock::deadline): its time says nothing of
/// how long anything took. Those of a paused one come when it is moved there.
///
/// Wall clock and monotonic clock move together, from 2026-01-01T00:00:00Z.
#[derive(Debug)]
pub struct ManualClock {
    /// Whether a sleep moves the clock instead of waiting to be moved.
    moves: bool,
    state: Mutex<ClockState>,
}

#[derive(Debug, Default)]
struct ClockState {
    elapsed: Duration,
    sleeps: Vec<Duration>,
    wakers: Vec<Waker>,
    /// Of those who wait for a deadline.
    hurried: Vec<Waker>,
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl ManualClock {
    /// A clock on which a sleep is over as soon as others had a turn, and moves the time to its end.
    pub fn new() -> Self {
        Self {
            moves: true,
            state: Mutex::default(),
        }
    }

    /// A clock that stands still until [`advance`](Self::advance).
    pub fn paused() -> Self {
        Self {
            moves: false,
            state: Mutex::default(),
        }
    }

    /// Moves the time forward and wakes who has slept long enough.
    pub fn advance(&self, by: Duration) {
        let wakers = {
            let mut state = lock(&self.state);
            state.elapsed = state.elapsed.saturating_add(by);
            let hurried = std::mem::take(&mut state.hurried);
            let sleepers = std::mem::take(&mut state.wakers);
            sleepers.into_iter().chain(hurried)
        };
        wakers.for_each(Waker::wake);
    }

    /// How far the clock has come since it was made.
    pub fn elapsed(&self) -> Duration {
        lock(&self.state).elapsed
    }

    /// Every sleep that was begun, in order.
    pub fn sleeps(&self) -> Vec<Duration> {
        lock(&self.state).sleeps.clone()
    }

    /// How many sleep until the clock is moved.
    pub fn sleepers(&self) -> usize {
        lock(&self.state).wakers.len()
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        let start = SystemTime::UNIX_EPOCH + START;
        // Later than can be said, it stands still.
        start.checked_add(self.elapsed()).unwrap_or(start)
    }

    fn monotonic(&self) -> Duration {
        self.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        let deadline = {
            let mut state = lock(&self.state);
            state.sleeps.push(duration);
            state.elapsed.saturating_add(duration)
        };
        let mut yielded = false;
        poll_fn(|context| {
            let mut state = lock(&self.state);
            if state.elapsed >= deadline && yielded {
                return Poll::Ready(());
            }
            if self.moves && yielded {
                state.elapsed = state.elapsed.max(deadline);
                return Poll::Ready(());
            }
            if self.moves || state.elapsed >= deadline {
                yielded = true;
                context.waker().wake_by_ref();
            } else {
                yielded = true;
                if !state
                    .wakers
                    .iter()
                    .any(|waker| waker.will_wake(context.waker()))
                {
                    state.wakers.push(context.waker().clone());
                }
            }
            Poll::Pending
        })
        .await;
    }

    async fn deadline(&self, after: Duration) {
        let deadline = self.elapsed().saturating_add(after);
        poll_fn(|context| {
            let mut state = lock(&self.state);
            if self.moves {
                return Poll::Pending;
            }
            if state.elapsed >= deadline {
                return Poll::Ready(());
            }
            let waker = context.waker();
            if !state.hurried.iter().any(|known| known.will_wake(waker)) {
                state.hurried.push(waker.clone());
            }
            Poll::Pending
        })
        .await;
    }
}
