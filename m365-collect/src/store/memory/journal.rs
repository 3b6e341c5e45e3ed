//! What a store keeps beside the picture: the log of runs, small notes, and who syncs.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::id::SourceId;
use crate::store::person::Names;
use crate::store::{Claim, Expiry, RUNS_KEPT, RunEntry, StoreError};

#[derive(Default)]
pub(super) struct Journal {
    pages: Mutex<Pages>,
    is_claimed: Arc<AtomicBool>,
}

#[derive(Default)]
struct Pages {
    /// The runs of each source with the number under which they were logged.
    runs: BTreeMap<SourceId, VecDeque<(u64, RunEntry)>>,
    logged: u64,
    notes: BTreeMap<String, String>,
}

/// Lets the next one sync.
struct Held(Arc<AtomicBool>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Journal {
    /// No method panics while it holds the pages half written.
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn claim(&self) -> Result<Claim, StoreError> {
        if self.is_claimed.swap(true, Ordering::AcqRel) {
            return Err(StoreError::InUse {
                process: Some(std::process::id()),
            });
        }
        Ok(Claim::new(Held(Arc::clone(&self.is_claimed))))
    }

    pub(super) fn log(&self, run: &RunEntry) {
        let mut pages = self.pages();
        pages.logged += 1;
        let number = pages.logged;
        let runs = pages.runs.entry(run.source.clone()).or_default();
        runs.push_back((number, run.clone()));
        if runs.len() > RUNS_KEPT {
            runs.pop_front();
        }
    }

    pub(super) fn last_runs(&self) -> Vec<RunEntry> {
        let pages = self.pages();
        let last = pages.runs.values().filter_map(VecDeque::back);
        last.map(|(_, run)| run.clone()).collect()
    }

    pub(super) fn runs(
        &self,
        source: Option<&SourceId>,
        since: Option<SystemTime>,
        limit: usize,
    ) -> Vec<RunEntry> {
        let pages = self.pages();
        let mut found: Vec<&(u64, RunEntry)> = pages
            .runs
            .iter()
            .filter(|(id, _)| source.is_none_or(|source| source == *id))
            .flat_map(|(_, runs)| runs)
            .filter(|(_, run)| since.is_none_or(|since| run.ended_at >= Some(since)))
            .collect();
        found.sort_unstable_by_key(|(number, _)| std::cmp::Reverse(*number));
        let newest = found.into_iter().take(limit);
        newest.map(|(_, run)| run.clone()).collect()
    }

    /// Blots names out of what came of the runs, and out of the notes.
    pub(super) fn blot_out(&self, names: &Names) {
        let mut pages = self.pages();
        for (_, run) in pages.runs.values_mut().flatten() {
            let blotted = serde_json::to_string(&run.outcome)
                .ok()
                .and_then(|text| names.blotted_out(&text))
                .and_then(|text| serde_json::from_str(&text).ok());
            if let Some(outcome) = blotted {
                run.outcome = outcome;
            }
        }
        for note in pages.notes.values_mut() {
            if let Some(blotted) = names.blotted_out(note) {
                *note = blotted;
            }
        }
    }

    /// Forgets the runs of a source that are past their time, but for the last; how many.
    pub(super) fn expire(&self, expiry: &Expiry) -> u64 {
        let mut pages = self.pages();
        let Some(runs) = pages.runs.get_mut(&expiry.source) else {
            return 0;
        };
        let (before, last) = (runs.len(), runs.back().map(|(number, _)| *number));
        runs.retain(|(number, run)| run.ended_at >= Some(expiry.before) || Some(*number) == last);
        (before - runs.len()) as u64
    }

    pub(super) fn note(&self, name: &str) -> Option<String> {
        self.pages().notes.get(name).cloned()
    }

    pub(super) fn set_note(&self, name: &str, value: &str) {
        let mut pages = self.pages();
        pages.notes.insert(name.to_owned(), value.to_owned());
    }
}
