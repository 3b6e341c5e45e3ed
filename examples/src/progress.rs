//! Progress of a sync on standard error: bars on a terminal, else lines.

mod bars;
mod lines;

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;

use clap::ValueEnum;
use m365_collect::{Progress, ProgressEvent, Silent};

pub use bars::Bars;
pub use lines::Lines;

/// How progress is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Show {
    /// Bars on a terminal, else lines.
    #[default]
    Auto,
    /// A bar for each source.
    Bars,
    /// A line for each source, and for each long wait.
    Lines,
    /// A JSON object for everything that happens, one a line.
    Json,
    /// Nothing.
    None,
}

impl Show {
    /// What shows it.
    pub fn progress(self) -> Arc<dyn Progress> {
        match self {
            Self::Auto if std::io::stderr().is_terminal() => Arc::new(Bars::new()),
            Self::Bars => Arc::new(Bars::new()),
            Self::Auto | Self::Lines => Arc::new(Lines),
            Self::Json => Arc::new(JsonLines),
            Self::None => Arc::new(Silent),
        }
    }
}

#[derive(Debug)]
struct JsonLines;

impl Progress for JsonLines {
    fn event(&self, event: &ProgressEvent) {
        if let Ok(line) = serde_json::to_string(event) {
            // Where it cannot be written there is nobody to read it.
            let _ = writeln!(std::io::stderr().lock(), "{line}");
        }
    }
}
