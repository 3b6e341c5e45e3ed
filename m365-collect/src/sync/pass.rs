//! Reads sources side by side: each after those it waits for, throttled ones last.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::future::{self, Either};
use futures::stream::FuturesUnordered;

use super::engine::Engine;
use super::job::Job;
use super::plans::Plans;
use super::report::SourceReport;
use crate::id::SourceId;
use crate::outcome::Outcome;
use crate::run::accepted::Accepted;
use crate::source::Source;

/// A throttled source that made place for the others.
struct Parked {
    job: Job,
    outcome: Outcome,
    /// By the monotonic clock.
    not_before: Duration,
}

/// Reads the sources, and gives their reports in the order in which they are given.
pub(super) async fn read_all(
    engine: &Engine,
    sources: Vec<Arc<dyn Source>>,
    accepted: &Accepted,
) -> Vec<SourceReport> {
    let order: Vec<SourceId> = sources
        .iter()
        .map(|source| source.descriptor().id.clone())
        .collect();
    let mut unfinished: BTreeSet<SourceId> = order.iter().cloned().collect();
    let mut waiting: Vec<Job> = sources
        .into_iter()
        .map(|source| Job::new(source, engine.reporter(), accepted.clone()))
        .collect();
    let mut parked: Vec<Parked> = Vec::new();
    let plans = Plans::default();
    let plans = &plans;
    let mut running = FuturesUnordered::new();
    let mut reports = Vec::with_capacity(order.len());
    loop {
        let now = engine.clock.monotonic();
        let mut places = engine.concurrency.saturating_sub(running.len());
        for one in parked.extract_if(.., |one| one.not_before <= now) {
            waiting.push(one.job);
        }
        for mut job in waiting.extract_if(.., |job| {
            let starts = places > 0 && is_ready(job, &unfinished);
            places -= usize::from(starts);
            starts
        }) {
            running.push(async move {
                let outcome = job.read(engine, plans).await;
                (job, outcome)
            });
        }
        let finished = if running.is_empty() {
            // Whoever is throttled now has nobody left to make place for.
            match parked.pop() {
                None => break,
                Some(Parked { job, outcome, .. }) => Some((job, outcome)),
            }
        } else {
            let first = parked.iter().map(|one| one.not_before).min();
            let rested = async {
                match first {
                    Some(time) => engine.clock.sleep(time.saturating_sub(now)).await,
                    None => future::pending().await,
                }
            };
            match future::select(running.next(), pin!(rested)).await {
                Either::Left((ended, _)) => ended,
                Either::Right(((), _)) => None,
            }
        };
        let Some((job, outcome)) = finished else {
            continue;
        };
        match job.rest(&outcome, engine.clock.now()) {
            Some(rest)
                if !running.is_empty() || waiting.iter().any(|job| is_ready(job, &unfinished)) =>
            {
                job.parked(rest);
                let not_before = engine.clock.monotonic().saturating_add(rest);
                parked.push(Parked {
                    job,
                    outcome,
                    not_before,
                });
            }
            _ => {
                let report = job.finish(engine, outcome).await;
                unfinished.remove(&report.id);
                reports.push(report);
            }
        }
    }
    reports.sort_by_key(|report| order.iter().position(|id| *id == report.id));
    reports
}

/// Whether all that it waits for is done.
fn is_ready(job: &Job, unfinished: &BTreeSet<SourceId>) -> bool {
    let mut parents = job.descriptor().waits_for();
    !parents.any(|id| unfinished.contains(id))
}
