//! What a sync tells while it runs.

use std::fmt;
use std::time::Duration;

use crate::outcome::{Outcome, Tally};
use crate::source::SourceId;

/// Listens to a sync: a terminal, a log, a web page.
///
/// Called from within the sync, so it must not block.
pub trait Progress: Send + Sync + fmt::Debug {
    /// Something happened.
    fn event(&self, event: &ProgressEvent<'_>);
}

/// What happened.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum ProgressEvent<'a> {
    /// A source is being read.
    Started {
        /// Which.
        source: &'a SourceId,
    },
    /// Some of it is stored.
    Stored {
        /// Which.
        source: &'a SourceId,
        /// Items received so far.
        seen: u64,
    },
    /// The service asked to wait.
    Waiting {
        /// The source that waits.
        source: &'a SourceId,
        /// For how long.
        wait: Duration,
    },
    /// A source is done.
    Finished {
        /// Which.
        source: &'a SourceId,
        /// What came of it.
        outcome: &'a Outcome,
        /// What it did.
        tally: &'a Tally,
    },
}

/// Nobody listens.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn event(&self, _: &ProgressEvent<'_>) {}
}
