//! Progress of a sync as lines on standard error.

use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use m365_collect::{Progress, ProgressEvent};

/// One line for each source that is done, and one for each long wait. On a terminal also one every
/// few seconds for a source that takes long.
#[derive(Debug)]
pub struct Lines {
    is_terminal: bool,
    last: Mutex<Instant>,
}

/// Shorter waits are not worth a line.
const WORTH_TELLING: Duration = Duration::from_secs(2);

impl Lines {
    /// Lines for the standard error that this program has.
    pub fn new() -> Self {
        Self {
            is_terminal: std::io::stderr().is_terminal(),
            last: Mutex::new(Instant::now()),
        }
    }

    fn is_time(&self) -> bool {
        let Ok(mut last) = self.last.lock() else {
            return false;
        };
        let is_time = self.is_terminal && last.elapsed() >= WORTH_TELLING;
        if is_time {
            *last = Instant::now();
        }
        is_time
    }
}

impl Default for Lines {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress for Lines {
    fn event(&self, event: &ProgressEvent) {
        match event {
            ProgressEvent::Finished {
                source,
                outcome,
                tally,
            } => {
                eprintln!(
                    "  {:<28} {:<10} {:>7} seen {:>5} requests {:>6.1} s",
                    source.as_str(),
                    outcome.name(),
                    tally.seen,
                    tally.requests,
                    tally.elapsed().as_secs_f64()
                );
                if let Some(reason) = outcome.reason() {
                    eprintln!("    {reason}");
                }
            }
            ProgressEvent::Stored { source, seen, .. } if self.is_time() => {
                eprintln!("  {:<28} …{seen:>17} seen", source.as_str());
            }
            ProgressEvent::Waiting { source, wait, .. } if *wait >= WORTH_TELLING => {
                eprintln!(
                    "  {:<28} waits {:.0} s, as the service asked",
                    source.as_str(),
                    wait.as_secs_f64()
                );
            }
            _ => {}
        }
    }
}
