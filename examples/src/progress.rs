//! Progress of a sync as lines on standard error.

use m365_collect::{Progress, ProgressEvent};

/// One line for each source that is done, and one for each long wait.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lines;

/// Shorter waits are not worth a line.
const WORTH_TELLING: std::time::Duration = std::time::Duration::from_secs(2);

impl Progress for Lines {
    fn event(&self, event: &ProgressEvent<'_>) {
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
            ProgressEvent::Waiting { source, wait } if *wait >= WORTH_TELLING => {
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
