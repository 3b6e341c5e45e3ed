//! What the stages of a test work with.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use futures::future::{Either, select};
use graph_client::{CallEvent, Client, Clock, Error, Observer};

use super::accepted::is_granted;
use super::app_credential::CredentialKind;
use super::code::Code;
use super::connection::Connection;
use super::diagnosis::Diagnosis;
use super::explain;
use super::problem::Problem;
use super::settings::Oddities;
use crate::source::Source;

/// Remembers how the service answered last, for when the time runs out over its refusals.
#[derive(Debug, Default)]
pub(super) struct Witness {
    status: AtomicU16,
}

impl Observer for Witness {
    fn event(&self, event: &CallEvent) {
        if let CallEvent::Attempt { status, .. } = event {
            self.status.store(status.unwrap_or(0), Ordering::Relaxed);
        }
    }
}

/// A test under way.
pub(super) struct Test<'a> {
    pub(super) client: Client,
    pub(super) sources: Vec<&'a dyn Source>,
    pub(super) odd: Oddities,
    /// What the client signs in with, where that is known.
    pub(super) used: Option<CredentialKind>,
    pub(super) clock: &'a dyn Clock,
    pub(super) until: Duration,
    pub(super) limit: Duration,
    pub(super) witness: Arc<Witness>,
    /// Whether Graph took the token in any answer.
    pub(super) is_accepted: bool,
    /// The permissions that the token names, where it can be read.
    pub(super) roles: Option<Vec<String>>,
    pub(super) found: Connection,
}

/// Why no call was made or no answer came.
pub(super) enum Missed {
    /// The service or the way to it failed.
    Failed(Error),
    /// The time for the test ran out.
    TimeUp,
}

/// Whether the test can go on.
pub(super) type Go = std::ops::ControlFlow<()>;

impl Test<'_> {
    /// Whether the application may have this permission, itself or by a wider one.
    pub(super) fn may_read(&self, name: &str) -> bool {
        self.roles
            .as_deref()
            .is_none_or(|granted| is_granted(name, granted))
    }

    /// Waits for an answer for as long as the test may take; tells how long it took.
    pub(super) async fn within<T>(
        &self,
        call: impl Future<Output = Result<T, Error>> + Send,
    ) -> (Result<T, Missed>, Duration) {
        let started = self.clock.monotonic();
        let left = self.until.saturating_sub(started);
        let result = if left.is_zero() {
            Err(Missed::TimeUp)
        } else {
            match select(Box::pin(call), self.clock.sleep(left)).await {
                Either::Left((result, _)) => result.map_err(Missed::Failed),
                Either::Right(_) => Err(Missed::TimeUp),
            }
        };
        (result, self.clock.monotonic().saturating_sub(started))
    }

    /// What a failure means.
    pub(super) fn diagnose(&self, missed: &Missed) -> Diagnosis {
        let error = match missed {
            Missed::Failed(error) => return explain::diagnose(error, self.odd),
            Missed::TimeUp => self.witness.status.load(Ordering::Relaxed),
        };
        let seconds = self.limit.as_secs_f64();
        let cure = "try again in a few minutes, or allow the test more time";
        match error {
            429 | 509 => Diagnosis::new(
                Code::Throttled,
                format!(
                    "the service kept asking to wait for the {seconds} s that the test may take"
                ),
                cure,
            ),
            500..=599 => Diagnosis::new(
                Code::Outage,
                format!(
                    "the service kept answering {error} for the {seconds} s that the test may take"
                ),
                "try again in a few minutes, and look at the service health page of Microsoft 365",
            ),
            _ => Diagnosis::new(
                Code::Unreachable,
                format!("no answer came in the {seconds} s that the test may take"),
                cure,
            ),
        }
    }

    /// Notes a problem; one that stands behind several stages is told once.
    pub(super) fn add(&mut self, diagnosis: Diagnosis) {
        let same = self.found.problems.iter_mut().find(|known| {
            known.code == diagnosis.code
                && matches!(
                    diagnosis.problem,
                    Problem::Authentication
                        | Problem::Throttled
                        | Problem::Unreachable
                        | Problem::Service
                )
        });
        match same {
            Some(known) => {
                known.severity = known.severity.min(diagnosis.severity);
                for source in diagnosis.blocks {
                    if !known.blocks.contains(&source) {
                        known.blocks.push(source);
                    }
                }
            }
            None => self.found.problems.push(diagnosis),
        }
    }
}
