//! Telling a future that is slow from one that nobody polls.

use std::future::Future;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use crate::sync::lock;

/// Who was woken and has not come by then is absent: nobody waits for it any longer.
pub(crate) const GRACE: Duration = Duration::from_millis(100);
/// The grace where somebody has just been found absent: who is passed over loses a turn and not its
/// place, and many that are absent would add up.
pub(crate) const SHORT_GRACE: Duration = Duration::from_millis(10);

/// What can be seen of a future from outside: how often it was polled, and whether it was woken
/// since.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
    polls: AtomicU64,
    woken: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Pulse {
    /// Runs a future so that others can see from this whether it is polled.
    pub(crate) async fn of<F: Future>(self: &Arc<Self>, future: F) -> F::Output {
        let mut future = pin!(future);
        let waker = Waker::from(Arc::clone(self));
        poll_fn(|context| {
            {
                let mut outer = lock(&self.waker);
                match &mut *outer {
                    Some(outer) => outer.clone_from(context.waker()),
                    none => *none = Some(context.waker().clone()),
                }
            }
            self.polls.fetch_add(1, Ordering::Relaxed);
            self.woken.store(false, Ordering::Release);
            future.as_mut().poll(&mut Context::from_waker(&waker))
        })
        .await
    }
}

// Nothing of the clock or the rate limiter is touched here: whoever wakes may hold what these need.
impl Wake for Pulse {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        let outer = lock(&self.waker).clone();
        if let Some(outer) = outer {
            outer.wake();
        }
    }
}

/// One who looks at a [`Pulse`] now and then.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// With how many polls it was first seen woken, and when.
    seen: Option<(u64, Duration)>,
}

impl Watch {
    /// Whether it was seen woken for longer than the grace, without a poll in between. Being slow
    /// is no absence: who has not been woken has nothing to come for.
    pub(crate) fn is_absent(&mut self, pulse: &Pulse, now: Duration) -> bool {
        if !pulse.woken.load(Ordering::Acquire) {
            self.seen = None;
            return false;
        }
        let polls = pulse.polls.load(Ordering::Relaxed);
        match self.seen {
            Some((seen, since)) if seen == polls => since.saturating_add(GRACE) <= now,
            _ => {
                self.seen = Some((polls, now));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn who_was_woken_and_does_not_come_is_absent_and_who_is_slow_is_not() {
        let pulse = Arc::new(Pulse::default());
        let (answer, answered) = futures::channel::oneshot::channel::<()>();
        let mut call = Box::pin(pulse.of(answered));
        assert!(call.as_mut().now_or_never().is_none());
        let mut watch = Watch::default();
        let secs = Duration::from_secs;
        assert!(!watch.is_absent(&pulse, secs(0)) && !watch.is_absent(&pulse, secs(90)));
        answer.send(()).unwrap();
        assert!(!watch.is_absent(&pulse, secs(100)), "it may be on its way");
        assert!(watch.is_absent(&pulse, secs(100) + GRACE));
        assert!(call.now_or_never().is_some());
        assert!(!watch.is_absent(&pulse, secs(101)));
    }
}
