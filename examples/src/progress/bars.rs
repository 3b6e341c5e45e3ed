//! Progress as bars, for people.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use m365_collect::{Progress, ProgressEvent, SourceId};

use super::lines;

const COUNTING: &str = "  {prefix:<28} {spinner} {human_pos:>10} {wide_msg}";
const KNOWN: &str = "  {prefix:<28} [{bar:24}] {human_pos:>10}/{human_len} {wide_msg}";

/// A bar for each source that is being read, and a line for each that is done.
#[derive(Debug)]
pub struct Bars {
    all: MultiProgress,
    bars: Mutex<BTreeMap<SourceId, ProgressBar>>,
}

impl Bars {
    /// Bars on the standard error of this program; nothing is drawn where that is no terminal.
    pub fn new() -> Self {
        Self {
            all: MultiProgress::new(),
            bars: Mutex::default(),
        }
    }

    fn bar(&self, source: &SourceId) -> ProgressBar {
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = bars.entry(source.clone()).or_insert_with(|| {
            let bar = self.all.add(ProgressBar::no_length());
            bar.set_style(style(COUNTING));
            bar.set_prefix(source.to_string());
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        bar.clone()
    }

    fn remove(&self, source: &SourceId) {
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = bars.remove(source) {
            bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Default for Bars {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress for Bars {
    fn event(&self, event: &ProgressEvent) {
        match event {
            ProgressEvent::Started { source } => drop(self.bar(source)),
            ProgressEvent::Estimated { source, estimate } => {
                let bar = self.bar(source);
                bar.set_length(*estimate);
                bar.set_style(style(KNOWN));
            }
            ProgressEvent::Stored {
                source,
                seen,
                per_second,
                ..
            } => {
                let bar = self.bar(source);
                bar.set_position(*seen);
                bar.set_message(per_second.map_or_else(String::new, |n| format!("{n:.0}/s")));
            }
            ProgressEvent::Waiting { source, wait, .. } => {
                let seconds = wait.as_secs_f64();
                let bar = self.bar(source);
                bar.set_message(format!("waits {seconds:.0} s, as the service asked"));
            }
            ProgressEvent::Retrying { source, .. } => {
                self.bar(source).set_message("tries again");
            }
            ProgressEvent::Finished { source, .. } => {
                self.remove(source);
                self.print(event);
            }
            _ => self.print(event),
        }
    }
}

impl Bars {
    /// A line above the bars. Where it cannot be written there is nobody to read it.
    fn print(&self, event: &ProgressEvent) {
        if let Some(text) = lines::text(event) {
            let _ = self.all.println(text);
        }
    }
}
