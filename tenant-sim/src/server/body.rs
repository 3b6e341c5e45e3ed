//! A response body that can arrive slowly, or not to its end.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::Sleep;

use crate::server::shared::Busy;

/// Pieces of a slow body, and the pause between them.
const PIECES: usize = 8;
const PAUSE: Duration = Duration::from_millis(12);

/// Why a body ended early; never seen by the client, whose connection closes.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed by a fault")]
pub(crate) struct Cut;

#[derive(Debug)]
pub(crate) struct Body {
    pieces: VecDeque<Bytes>,
    /// Bytes that `Content-Length` promises and that are still to come.
    left: u64,
    cut: bool,
    pause: Option<Pin<Box<Sleep>>>,
    slow: bool,
    /// The request counts as being answered until the body is gone.
    _busy: Option<Busy>,
}

impl Body {
    pub(crate) fn keeping(self, busy: Busy) -> Self {
        Self {
            _busy: Some(busy),
            ..self
        }
    }

    /// Everything at once.
    pub(crate) fn into_bytes(self) -> Bytes {
        let mut pieces = self.pieces.into_iter();
        match (pieces.next(), pieces.len()) {
            (None, _) => Bytes::new(),
            (Some(only), 0) => only,
            (Some(first), _) => {
                let mut all = Vec::from(first);
                pieces.for_each(|piece| all.extend_from_slice(&piece));
                all.into()
            }
        }
    }

    pub(crate) fn whole(bytes: Bytes) -> Self {
        let left = bytes.len() as u64;
        Self {
            pieces: VecDeque::from([bytes]),
            left,
            cut: false,
            pause: None,
            slow: false,
            _busy: None,
        }
    }

    /// The first half, then the connection closes.
    pub(crate) fn cut_in_the_middle(mut bytes: Bytes) -> Self {
        let left = bytes.len() as u64;
        bytes.truncate(bytes.len() / 2);
        Self {
            pieces: VecDeque::from([bytes]),
            left,
            cut: true,
            pause: None,
            slow: false,
            _busy: None,
        }
    }

    pub(crate) fn slow(mut bytes: Bytes) -> Self {
        let left = bytes.len() as u64;
        let size = bytes.len().div_ceil(PIECES).max(1);
        let mut pieces = VecDeque::new();
        while !bytes.is_empty() {
            pieces.push_back(bytes.split_to(size.min(bytes.len())));
        }
        Self {
            pieces,
            left,
            cut: false,
            pause: None,
            slow: true,
            _busy: None,
        }
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if let Some(pause) = &mut self.pause {
            std::task::ready!(pause.as_mut().poll(context));
            self.pause = None;
        }
        match self.pieces.pop_front() {
            Some(piece) => {
                self.left = self.left.saturating_sub(piece.len() as u64);
                if self.slow || self.cut {
                    self.pause = Some(Box::pin(tokio::time::sleep(PAUSE)));
                }
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            None if self.cut => Poll::Ready(Some(Err(Cut))),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && !self.cut
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
