//! One step of the test: what came of it, how long it took.

use std::time::Duration;

use serde::{Serialize, Serializer};

/// One step of the test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Stage<T> {
    /// What came of it.
    pub state: StageState,
    /// One clause: what was found, or why it was not found out.
    pub note: String,
    /// How long it took.
    #[serde(rename = "milliseconds", serialize_with = "milliseconds")]
    pub elapsed: Duration,
    /// What was found; nothing where the step did not come to it.
    pub found: Option<T>,
}

/// What came of a step. Only the first says that all is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StageState {
    /// It was done, and all is well.
    Passed,
    /// It was done; something is to be done soon, or a part is missing.
    Warned,
    /// It was done, and something stands in the way.
    Failed,
    /// It could not be found out; the note says why.
    NotKnown,
    /// It was not tried; the note says why.
    NotRun,
}

impl StageState {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warned => "warned",
            Self::Failed => "failed",
            Self::NotKnown => "not_known",
            Self::NotRun => "not_run",
        }
    }
}

impl<T> Stage<T> {
    pub(super) fn new(state: StageState, note: impl Into<String>) -> Self {
        Self {
            state,
            note: note.into(),
            elapsed: Duration::ZERO,
            found: None,
        }
    }

    pub(super) fn passed(note: impl Into<String>, found: T) -> Self {
        Self::new(StageState::Passed, note).finding(found)
    }

    pub(super) fn not_known(why: impl Into<String>) -> Self {
        Self::new(StageState::NotKnown, why)
    }

    pub(super) fn not_run(why: impl Into<String>) -> Self {
        Self::new(StageState::NotRun, why)
    }

    pub(super) fn finding(mut self, found: T) -> Self {
        self.found = Some(found);
        self
    }

    pub(super) fn taking(mut self, elapsed: Duration) -> Self {
        self.elapsed = elapsed;
        self
    }

    /// Whether it was done and all is well.
    pub fn is_passed(&self) -> bool {
        self.state == StageState::Passed
    }

    pub(super) fn summary(&self, name: &'static str) -> StageSummary<'_> {
        StageSummary {
            name,
            state: self.state,
            note: &self.note,
            elapsed: self.elapsed,
        }
    }
}

/// A step without what it found, for lists of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StageSummary<'a> {
    /// Its name, as in JSON.
    pub name: &'static str,
    /// What came of it.
    pub state: StageState,
    /// One clause about it.
    pub note: &'a str,
    /// How long it took.
    pub elapsed: Duration,
}

pub(super) fn milliseconds<S: Serializer>(
    time: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}
