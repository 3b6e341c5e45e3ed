//! What was asked of the simulated tenant.

use crate::clock::monotonic;
use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

/// Counts of what was asked, from [`SimHandle::stats`](crate::SimHandle::stats).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// HTTP requests of any kind, the token endpoint included; a batch is one.
    pub requests: u64,
    /// Answers by method, route template (`users/{id}`) and status; status 0 is a connection that was closed
    /// without an answer. Requests inside a batch are counted here with the method `BATCH`.
    pub by_route: BTreeMap<(String, String, u16), u64>,
    /// Tokens given out.
    pub tokens_issued: u64,
    /// Requests that were not reads: anything but GET, the token POST and a batch of GETs.
    pub writes: u64,
    /// Requests sent again before the `Retry-After` of their 429 had passed.
    pub early_retries: u64,
    /// The most requests that were being answered at one time.
    pub max_concurrent: usize,
    /// Graph requests without a bearer token.
    pub without_bearer: u64,
    /// Graph requests with a bearer token that was never given out, or has expired.
    pub wrong_bearer: u64,
    /// Bytes of response bodies handed to the network.
    pub bytes_sent: u64,
}

impl Stats {
    /// How many answers a route template had, of any method and status.
    pub fn route(&self, template: &str) -> u64 {
        self.by_route
            .iter()
            .filter(|((_, route, _), _)| route == template)
            .map(|(_, count)| count)
            .sum()
    }

    /// How many answers had this status.
    pub fn status(&self, status: u16) -> u64 {
        self.by_route
            .iter()
            .filter(|((_, _, answered), _)| *answered == status)
            .map(|(_, count)| count)
            .sum()
    }
}

/// Keeps the counts, and the waits that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    pub(crate) stats: Stats,
    waits: HashMap<u64, Instant>,
}

impl Recorder {
    /// More waits than this are cleaned up.
    const MANY: usize = 10_000;

    /// A request arrived: is it too early?
    pub(crate) fn arrived(&mut self, key: u64) {
        if let Some(until) = self.waits.remove(&key)
            && monotonic() < until
        {
            self.stats.early_retries += 1;
            self.waits.insert(key, until);
        }
    }

    /// A 429 asked to wait.
    pub(crate) fn asked_to_wait(&mut self, key: u64, until: Instant) {
        if self.waits.len() > Self::MANY {
            let now = monotonic();
            self.waits.retain(|_, until| *until > now);
        }
        self.waits.insert(key, until);
    }

    pub(crate) fn answered(&mut self, method: &str, template: &str, status: u16) {
        *self
            .stats
            .by_route
            .entry((method.to_owned(), template.to_owned(), status))
            .or_default() += 1;
    }

    pub(crate) fn reset(&mut self) {
        self.stats = Stats::default();
    }
}
