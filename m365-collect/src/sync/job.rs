//! Reads one source within a sync, in as many attempts as it takes.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures::future::{self, Either};

use super::count::Counts;
use super::engine::Engine;
use super::plans::Plans;
use super::report::SourceReport;
use crate::descriptor::Descriptor;
use crate::error::{Error, Result};
use crate::id::SourceId;
use crate::id::SyncMode;
use crate::outcome::Completeness;
use crate::outcome::{Outcome, PartialReason, RunStats};
use crate::run::accepted::Accepted;
use crate::run::metrics::SourceMetrics;
use crate::run::progress::{ProgressEvent, ProgressReporter, WaitCause};
use crate::run::{Run, Terms};
use crate::source::Source;
use crate::store::{Finish, RunEntry};

/// How often a throttled source is tried in one sync.
const ATTEMPTS: u32 = 5;
/// How long a throttled source stays away when the service does not say.
const REST: Duration = Duration::from_secs(60);

/// One source of a sync.
#[derive(Debug)]
pub(super) struct Job {
    source: Arc<dyn Source>,
    reporter: ProgressReporter,
    accepted: Accepted,
    metrics: Arc<SourceMetrics>,
    stats: RunStats,
    started: Option<(SystemTime, Duration)>,
    attempts: u32,
    /// Whether an attempt of this sync began to read everything.
    has_begun: bool,
}

impl Job {
    pub(super) fn new(
        source: Arc<dyn Source>,
        reporter: ProgressReporter,
        accepted: Accepted,
    ) -> Self {
        let id = source.descriptor().id.clone();
        let metrics = Arc::new(SourceMetrics::new(id, reporter.clone(), accepted.clone()));
        Self {
            source,
            reporter,
            accepted,
            metrics,
            stats: RunStats::default(),
            started: None,
            attempts: 0,
            has_begun: false,
        }
    }

    pub(super) fn descriptor(&self) -> &Descriptor {
        self.source.descriptor()
    }

    pub(super) fn id(&self) -> &SourceId {
        &self.descriptor().id
    }

    /// Reads the source once, from where it stands.
    pub(super) async fn read(&mut self, engine: &Engine, plans: &Plans) -> Outcome {
        if self.started.is_none() {
            self.started = Some((engine.clock.now(), engine.clock.monotonic()));
            self.reporter.tell(&ProgressEvent::Started {
                source: self.id().clone(),
            });
        }
        self.attempts += 1;
        let outcome = match self.attempt(engine).await {
            Ok(outcome) => outcome,
            Err(error) => self.outcome(&error, false, engine.clock.now()),
        };
        plans
            .doubt(outcome, self.descriptor(), &engine.client)
            .await
    }

    async fn attempt(&mut self, engine: &Engine) -> Result<Outcome> {
        let source = Arc::clone(&self.source);
        let descriptor = source.descriptor();
        let parents = match parents(engine, descriptor).await? {
            Parents::Whole => None,
            Parents::Lack(gap) => Some(gap),
            Parents::Refused(outcome) => return Ok(outcome),
        };
        let state = engine.store.source_state(&descriptor.id).await?;
        let is_first = state.is_none_or(|state| state.completed_at.is_none());
        // What an earlier attempt of the same sync began to read afresh goes on.
        let full_resync = engine.full_resync && !self.has_begun;
        let terms = Terms {
            finish: Finish::confirmed(engine.confirm_removals),
            full_resync,
            partitioned: engine.partitioned,
            is_stuck: is_stuck(engine, &descriptor.id).await?,
            is_in_part: state.is_some_and(|state| state.in_part),
        };
        let lease = engine.store.lease(&descriptor.id, descriptor.mode).await?;
        let client = engine.client.with_observer(Arc::clone(&self.metrics) as _);
        let mut counts = Counts::new(engine, &client, descriptor);
        let reads_all =
            is_first || full_resync || lease.mode == SyncMode::Full || lease.checkpoint.is_none();
        let goes_on = lease.checkpoint.is_some() && !full_resync;
        let mut run = Run::new(
            client,
            Arc::clone(&engine.store),
            descriptor,
            lease,
            Arc::clone(&engine.clock),
            Arc::clone(&self.metrics),
            self.stats,
            terms,
        );
        let read = {
            let mode = pin!(async {
                loop {
                    match source.read(&mut run).await {
                        Err(error) if run.begins_anew(&error) => {}
                        done => return done,
                    }
                }
            });
            let estimate = pin!(async {
                if reads_all && self.reporter.is_listened_to() {
                    let stored = if goes_on { counts.stored().await } else { 0 };
                    counts.estimate(stored, &self.metrics).await;
                }
            });
            // Side by side: the estimate must not hold the reading up.
            match future::select(mode, estimate).await {
                Either::Left((read, _)) => read,
                Either::Right(((), mode)) => mode.await,
            }
        };
        let ended = match read {
            Ok(Completeness::Complete) => run.complete(parents).await,
            Ok(Completeness::Partial(gap)) => run.complete(Some(gap)).await,
            Err(error) => Err(error),
        };
        let ended = match ended {
            // What came before the failure stays; where it cannot, that is the worse news.
            Err(error) => match run.give_up().await {
                Ok(()) => Err(error),
                Err(worse) => Err(worse),
            },
            ended => ended,
        };
        let outcome = match ended {
            Ok(None) => Outcome::Complete,
            Ok(Some(reason)) => Outcome::Partial { reason },
            Err(error) => self.outcome(&error, run.stored_some(), engine.clock.now()),
        };
        self.has_begun |= run.has_begun();
        let seen_before = self.stats.seen;
        self.stats = run.stats();
        if outcome.is_complete() {
            // Of everything that is read nothing is a change.
            let changes = if reads_all || run.has_begun() {
                0
            } else {
                self.stats.seen.saturating_sub(seen_before)
            };
            let (counted, gap) = counts.reconcile(changes, &self.reporter).await?;
            self.stats.counted = counted;
            if let Some(reason) = gap {
                return Ok(Outcome::Partial { reason });
            }
        }
        Ok(outcome)
    }

    fn outcome(&self, error: &Error, stored_some: bool, now: SystemTime) -> Outcome {
        let is_accepted = self.accepted.is_known();
        error.outcome(self.descriptor(), stored_some, is_accepted, now)
    }

    /// How long to stay away before this outcome is worth another attempt; `None` where it is
    /// final.
    pub(super) fn rest(&self, outcome: &Outcome, now: SystemTime) -> Option<Duration> {
        let Outcome::Throttled { until } = outcome else {
            return None;
        };
        let rest = until.map_or(REST, |until| until.duration_since(now).unwrap_or_default());
        (self.attempts < ATTEMPTS).then_some(rest)
    }

    /// It makes place for others for so long.
    pub(super) fn parked(&self, rest: Duration) {
        self.metrics.waiting(rest, WaitCause::Throttled);
    }

    /// Logs what came of it.
    pub(super) async fn finish(self, engine: &Engine, outcome: Outcome) -> SourceReport {
        let (now, clock) = (engine.clock.now(), engine.clock.monotonic());
        let (started_at, began) = self.started.unwrap_or((now, clock));
        let elapsed = clock.saturating_sub(began).as_millis();
        let mut stats = self.metrics.add_to(self.stats);
        stats.elapsed_ms = u64::try_from(elapsed).unwrap_or(u64::MAX);
        let id = self.id().clone();
        let mut entry = RunEntry::new(id, started_at, now, outcome, stats);
        // Not worth the other sources: this one has not been read as long as nobody can tell.
        if let Err(error) = engine.store.log_run(&entry).await {
            entry.outcome = Outcome::Failed {
                error: error.to_string(),
            };
        }
        self.reporter.tell(&ProgressEvent::Finished {
            source: entry.source.clone(),
            outcome: entry.outcome.clone(),
            stats,
        });
        SourceReport {
            id: entry.source,
            outcome: entry.outcome,
            stats,
        }
    }
}

/// Whether the last run of a source failed and had received nothing: it stood where the next one
/// begins.
async fn is_stuck(engine: &Engine, id: &SourceId) -> Result<bool> {
    let last = engine.store.runs(Some(id), None, 1).await?;
    Ok(last.first().is_some_and(|run| {
        let has_failed = matches!(
            &run.outcome,
            Outcome::Throttled { .. }
                | Outcome::Failed { .. }
                | Outcome::Partial {
                    reason: PartialReason::Interrupted { .. }
                }
        );
        has_failed && run.stats.seen == 0
    }))
}

/// How the objects were read that a source asks about.
enum Parents {
    /// All of them.
    Whole,
    /// Not all of them.
    Lack(PartialReason),
    /// Not at all, for a reason that holds for the source as well.
    Refused(Outcome),
}

/// Where none of the parents was ever read there is nothing to ask, and nothing must not look like
/// everything.
async fn parents(engine: &Engine, descriptor: &Descriptor) -> Result<Parents> {
    if descriptor.after.is_empty() {
        return Ok(Parents::Whole);
    }
    let runs = engine.store.last_runs().await?;
    for parent in &descriptor.after {
        let state = engine.store.source_state(parent).await?.unwrap_or_default();
        let last = runs.iter().find(|run| run.source == *parent);
        if last.is_some_and(|run| run.outcome.has_all_objects()) && !state.in_round {
            continue;
        }
        let was_read = state.completed_at.is_some() || state.in_part;
        if was_read {
            return Ok(Parents::Lack(PartialReason::Parents {
                source: parent.clone(),
            }));
        }
        let refusal = last.map(|run| &run.outcome);
        if let Some(outcome) = refusal.filter(|outcome| holds_for(outcome, descriptor)) {
            return Ok(Parents::Refused(outcome.clone()));
        }
        return Err(Error::NotReadable {
            reason: format!("it needs {parent}, which were never read"),
        });
    }
    Ok(Parents::Whole)
}

/// Whether a source would be refused as its parents were: for the same permission or license.
fn holds_for(outcome: &Outcome, descriptor: &Descriptor) -> bool {
    match outcome {
        Outcome::Denied { permission, .. } => *permission == descriptor.needed_permissions(),
        Outcome::Unlicensed { plan } => descriptor.license.as_deref() == Some(plan.as_str()),
        _ => false,
    }
}
