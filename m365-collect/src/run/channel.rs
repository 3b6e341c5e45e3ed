//! Progress for a listener elsewhere: a terminal bar, a web page, a log.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures::Stream;
use futures::task::AtomicWaker;

use super::progress::{Progress, ProgressEvent};

/// A channel for the progress of a sync that keeps at most `capacity` events, at least one.
///
/// The sync never waits for the listener. Of the items stored of a source only the latest figure
/// is kept; where there is still no room, the oldest of the less important events is dropped and
/// the listener is told how many it [missed](ProgressEvent::Missed).
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use futures::StreamExt;
/// use m365_collect::{Progress, ProgressEvent, SourceId, progress_channel};
///
/// let (sender, mut events) = progress_channel(64);
/// // An engine tells it: `Engine::new(client, store).progress(Arc::new(sender))`.
/// sender.event(&ProgressEvent::Started { source: SourceId::new("users") });
/// drop(sender);
/// while let Some(event) = events.next().await {
///     let line = serde_json::to_string(&event).unwrap();
///     assert_eq!(line, r#"{"event":"started","source":"users"}"#);
/// }
/// # });
/// ```
pub fn progress_channel(capacity: usize) -> (ProgressSender, ProgressEvents) {
    let shared = Arc::new(Shared {
        queue: Mutex::new(Queue {
            events: VecDeque::new(),
            capacity: capacity.max(1),
            missed: 0,
            is_heard: true,
            is_over: false,
        }),
        listener: AtomicWaker::new(),
    });
    (
        ProgressSender {
            shared: Arc::clone(&shared),
        },
        ProgressEvents { shared },
    )
}

struct Shared {
    queue: Mutex<Queue>,
    listener: AtomicWaker,
}

struct Queue {
    events: VecDeque<ProgressEvent>,
    capacity: usize,
    missed: u64,
    is_heard: bool,
    is_over: bool,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn push(&mut self, event: &ProgressEvent) {
        if let ProgressEvent::Stored { source, .. } = event {
            let last = self.events.iter_mut().rev();
            let last = last
                .into_iter()
                .find(|before| before.source() == Some(source));
            if let Some(before @ ProgressEvent::Stored { .. }) = last {
                before.clone_from(event);
                return;
            }
        }
        if self.events.len() >= self.capacity {
            let passing = self.events.iter().position(is_passing).unwrap_or(0);
            self.events.remove(passing);
            self.missed += 1;
        }
        self.events.push_back(event.clone());
    }

    fn pop(&mut self) -> Option<ProgressEvent> {
        match std::mem::take(&mut self.missed) {
            0 => self.events.pop_front(),
            events => Some(ProgressEvent::Missed { events }),
        }
    }
}

/// Whether what it tells is soon told again or over.
const fn is_passing(event: &ProgressEvent) -> bool {
    matches!(
        event,
        ProgressEvent::Stored { .. }
            | ProgressEvent::Waiting { .. }
            | ProgressEvent::Retrying { .. }
            | ProgressEvent::Estimated { .. }
    )
}

/// The end of a [`progress_channel`] that an engine tells what happens.
pub struct ProgressSender {
    shared: Arc<Shared>,
}

impl Progress for ProgressSender {
    fn event(&self, event: &ProgressEvent) {
        let mut queue = self.shared.queue();
        if queue.is_heard {
            queue.push(event);
            drop(queue);
            self.shared.listener.wake();
        }
    }

    fn is_listening(&self) -> bool {
        self.shared.queue().is_heard
    }
}

impl Drop for ProgressSender {
    fn drop(&mut self) {
        self.shared.queue().is_over = true;
        self.shared.listener.wake();
    }
}

impl fmt::Debug for ProgressSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProgressSender").finish_non_exhaustive()
    }
}

/// The end of a [`progress_channel`] that hears what happens: a stream that ends with the engine.
///
/// # Cancel safety
/// Dropping a poll loses nothing; dropping the stream ends the listening.
pub struct ProgressEvents {
    shared: Arc<Shared>,
}

impl Stream for ProgressEvents {
    type Item = ProgressEvent;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<ProgressEvent>> {
        self.shared.listener.register(context.waker());
        let mut queue = self.shared.queue();
        match queue.pop() {
            Some(event) => Poll::Ready(Some(event)),
            None if queue.is_over => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

impl Drop for ProgressEvents {
    fn drop(&mut self) {
        let mut queue = self.shared.queue();
        queue.is_heard = false;
        queue.events.clear();
    }
}

impl fmt::Debug for ProgressEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProgressEvents").finish_non_exhaustive()
    }
}
