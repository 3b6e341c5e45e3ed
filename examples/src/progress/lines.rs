//! Progress as lines, for logs and pipes.

use std::io::Write as _;
use std::time::Duration;

use compliance_map::render::printable;
use m365_collect::{Outcome, Progress, ProgressEvent, RunStats, SourceId};

use crate::screen;

/// One line for each source that is done, and one for each long wait.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lines;

/// Shorter waits are not worth a line.
const WORTH_TELLING: Duration = Duration::from_secs(2);

impl Progress for Lines {
    fn event(&self, event: &ProgressEvent) {
        if let Some(text) = text(event) {
            // Where it cannot be written there is nobody to read it.
            let _ = writeln!(screen::err(), "{text}");
        }
    }

    fn is_listening(&self) -> bool {
        // There is no place for an estimate in a line that is written at the end.
        false
    }
}

/// What is worth a line.
pub(super) fn text(event: &ProgressEvent) -> Option<String> {
    match event {
        ProgressEvent::Finished {
            source,
            outcome,
            stats,
        } => Some(finished(source, outcome, stats)),
        ProgressEvent::Waiting { source, wait, .. } if *wait >= WORTH_TELLING => Some(format!(
            "  {:<28} waits {:.0} s, as the service asked",
            source.as_str(),
            wait.as_secs_f64()
        )),
        ProgressEvent::Resync { source } => Some(format!(
            "  {:<28} is read anew: the service asked for it",
            source.as_str()
        )),
        ProgressEvent::CountDiffers {
            source,
            stored,
            counted,
        } => Some(format!(
            "  {:<28} {stored} stored, {counted} counted: the service is asked again",
            source.as_str()
        )),
        _ => None,
    }
}

fn finished(source: &SourceId, outcome: &Outcome, stats: &RunStats) -> String {
    let line = format!(
        "  {:<28} {:<10} {:>7} seen {:>5} requests {:>6.1} s",
        source.as_str(),
        outcome.name(),
        stats.seen,
        stats.requests,
        stats.elapsed().as_secs_f64()
    );
    match outcome.reason() {
        None => line,
        Some(reason) => format!("{line}\n    {}", printable(&reason)),
    }
}
