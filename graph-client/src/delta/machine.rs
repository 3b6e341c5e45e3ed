//! The delta protocol as a pure step function: what to ask for, and what an answer means.

use url::Url;

use crate::link::{Checkpoint, DeltaLink, NextLink};
use crate::visited::Visited;

/// Why a round starts from nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResyncReason {
    /// It is the first.
    Initial,
    /// The service answered 410.
    Gone,
    /// The service no longer knows the delta token: directory tokens live seven days.
    TokenExpired,
    /// The service forgot the position within the round.
    PageTokenLost,
}

/// How often one read starts over before it gives up.
const MAX_RESTARTS: u32 = 3;

/// Codes by which the service says that it no longer knows a delta token.
/// <https://learn.microsoft.com/graph/delta-query-overview>
const TOKEN_LOST: &[&str] = &[
    "syncStateNotFound",
    "syncStateInvalid",
    "resyncRequired",
    "resyncApplyDifferences",
    "resyncUploadDifferences",
    "resyncChangesApplyDifferences",
    "resyncChangesUploadDifferences",
];
const PAGE_LOST: &[&str] = &[
    "DirectoryPageTokenNotFoundException",
    "Directory_ExpiredPageToken",
];

/// Whether a failure means that the sync state is lost.
pub(super) fn resync_reason(status: Option<u16>, code: Option<&str>) -> Option<ResyncReason> {
    let status = status.filter(|status| (400..500).contains(status))?;
    let one_of = |codes: &[&str]| {
        code.is_some_and(|code| codes.iter().any(|known| known.eq_ignore_ascii_case(code)))
    };
    if one_of(PAGE_LOST) {
        Some(ResyncReason::PageTokenLost)
    } else if one_of(TOKEN_LOST) {
        Some(ResyncReason::TokenExpired)
    } else {
        (status == 410).then_some(ResyncReason::Gone)
    }
}

/// The state of one read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Round {
    at: Position,
    /// To be told with the next page.
    resync: Option<ResyncReason>,
    /// Begun with the latest token, so that it says nothing of what exists.
    latest: bool,
    restarts: u32,
    /// The links of this round.
    visited: Visited,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Position {
    Initial,
    Link(Url),
    End,
}

/// What to ask for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NextRequest<'a> {
    /// The URL that the read was configured with.
    Initial,
    /// A link of the service.
    Link(&'a Url),
    /// Nothing more.
    None,
}

/// What came back. Links have passed the origin check.
#[derive(Debug, Clone)]
pub(super) enum Input {
    Page {
        next: Option<Url>,
        delta: Option<Url>,
    },
    Lost {
        reason: ResyncReason,
        location: Option<Url>,
    },
}

/// What it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Hand the page on.
    Deliver {
        resync: Option<ResyncReason>,
        checkpoint: Checkpoint,
    },
    /// Ask again, from nothing.
    StartOver,
    /// It has started over often enough.
    GiveUp,
    /// A next link came back that had been followed already.
    Loop,
    /// A page has to have one of both links.
    NoLink,
}

impl Round {
    /// From nothing.
    pub(super) fn initial() -> Self {
        Self {
            at: Position::Initial,
            resync: Some(ResyncReason::Initial),
            latest: false,
            restarts: 0,
            visited: Visited::default(),
        }
    }

    /// From now on.
    pub(super) fn latest() -> Self {
        Self {
            resync: None,
            latest: true,
            ..Self::initial()
        }
    }

    /// From a checkpoint.
    pub(super) fn resumed(link: Url) -> Self {
        let mut visited = Visited::default();
        visited.insert(&link);
        Self {
            resync: None,
            visited,
            at: Position::Link(link),
            ..Self::initial()
        }
    }

    pub(super) fn next_request(&self) -> NextRequest<'_> {
        match &self.at {
            Position::Initial => NextRequest::Initial,
            Position::Link(url) => NextRequest::Link(url),
            Position::End => NextRequest::None,
        }
    }

    pub(super) fn step(mut self, input: Input) -> (Self, Step) {
        match input {
            // A page should never have both; to go on loses nothing, to stop might.
            Input::Page {
                next: Some(next), ..
            } => {
                if !self.visited.insert(&next) {
                    self.at = Position::End;
                    return (self, Step::Loop);
                }
                let checkpoint = Checkpoint::Next(NextLink::restore(next.as_str()));
                self.at = Position::Link(next);
                self.deliver(checkpoint)
            }
            Input::Page {
                next: None,
                delta: Some(delta),
            } => {
                self.at = Position::End;
                self.deliver(Checkpoint::Delta(DeltaLink::restore(delta)))
            }
            Input::Page {
                next: None,
                delta: None,
            } => {
                self.at = Position::End;
                (self, Step::NoLink)
            }
            Input::Lost { reason, location } => {
                if self.restarts == MAX_RESTARTS {
                    self.at = Position::End;
                    return (self, Step::GiveUp);
                }
                self.restarts += 1;
                self.visited.clear();
                self.latest &= location.is_none();
                self.resync = (!self.latest).then_some(reason);
                self.at = match location {
                    Some(url) => {
                        self.visited.insert(&url);
                        Position::Link(url)
                    }
                    None => Position::Initial,
                };
                (self, Step::StartOver)
            }
        }
    }

    fn deliver(mut self, checkpoint: Checkpoint) -> (Self, Step) {
        let resync = self.resync.take();
        (self, Step::Deliver { resync, checkpoint })
    }
}

#[cfg(test)]
mod tests;
