//! Draws the faults of each request.

use std::collections::{BTreeSet, HashMap};

use fastrand::Rng;

use super::plan::FaultPlan;
use crate::clock::seconds;
use crate::expiry::Expiry;
use crate::guid::mix;
use crate::odata::query::Query;
use crate::retry_after::RetryAfter;

/// A fault instead of the answer.
#[derive(Debug, Clone)]
pub(crate) enum Early {
    /// The connection closes.
    Reset,
    /// A delta token is too old.
    Expired(Expiry),
    Failure(Failure),
}

/// A failure that is answered.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    Throttled(Option<RetryAfter>),
    /// Graph's envelope with this status.
    Unavailable(u16),
    Html(u16),
    Empty(u16),
    Unauthorized,
    PageTokenLost,
}

/// A fault of the answer's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    Reset,
    Truncated,
    Slow,
}

/// What a request is, as far as faults care.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Situation {
    /// Names the request: method, path and query.
    pub(crate) key: u64,
    pub(crate) template: &'static str,
    pub(crate) bearer: u64,
    pub(crate) has_delta_token: bool,
    pub(crate) has_page_token: bool,
    pub(crate) is_delta: bool,
}

impl Situation {
    pub(crate) fn of(key: u64, template: &'static str, bearer: u64, query: &Query) -> Self {
        let is_delta = template.ends_with("/delta");
        let delta_token = query
            .delta_token
            .as_deref()
            .is_some_and(|token| !token.is_empty() && token != "latest");
        let has_page_token = query.skip_token.is_some();
        Self {
            key,
            template,
            bearer,
            has_delta_token: is_delta && (delta_token || has_page_token),
            has_page_token,
            is_delta,
        }
    }
}

/// The faults of one running simulation.
#[derive(Debug)]
pub(crate) struct Injector {
    plan: FaultPlan,
    rng: Rng,
    /// How often in a row each failing request has failed.
    failing: HashMap<u64, u32>,
    /// Bearer tokens refused for a request, so that sending the same one again does not help.
    refused: HashMap<u64, u64>,
    /// Collections whose reader is starting again; left alone until done.
    restarting: BTreeSet<&'static str>,
}

impl Injector {
    pub(crate) fn new(plan: FaultPlan) -> Self {
        let rng = Rng::with_seed(mix(plan.seed));
        Self {
            plan,
            rng,
            failing: HashMap::new(),
            refused: HashMap::new(),
            restarting: BTreeSet::new(),
        }
    }

    pub(crate) fn plan(&self) -> &FaultPlan {
        &self.plan
    }

    /// Whether something of this rate happens now.
    pub(crate) fn draw(&mut self, rate: f64) -> bool {
        rate > 0.0 && self.rng.f64() < rate
    }

    /// A failure, unless this request has failed often enough.
    fn may_fail(&mut self, key: u64) -> bool {
        let failures = self.failing.entry(key).or_default();
        *failures += 1;
        *failures <= self.plan.max_in_a_row
    }

    /// The fault that replaces the answer, if any.
    pub(crate) fn before(&mut self, request: Situation) -> Option<Early> {
        if self.refused.get(&request.key) == Some(&request.bearer) {
            return Some(Early::Failure(Failure::Unauthorized));
        }
        let rate = |on: bool, rate: f64| if on { rate } else { 0.0 };
        let restart = !self.restarting.contains(request.template);
        let delta = restart && request.has_delta_token;
        let lost = restart && request.has_page_token && !request.is_delta;
        let plan = &self.plan;
        let kinds = [
            plan.throttled,
            plan.throttled_without_retry_after,
            plan.unavailable,
            plan.html_error,
            plan.empty_error,
            plan.reset_before_answer,
            rate(!self.refused.contains_key(&request.key), plan.unauthorized),
            rate(delta, plan.gone_with_location),
            rate(delta, plan.gone_without_location),
            rate(delta, plan.sync_state_not_found),
            rate(lost, plan.page_token_lost),
        ];
        let kind = self.pick(&kinds)?;
        if !self.may_fail(request.key) {
            return None;
        }
        if kind >= 7 {
            self.restarting.insert(request.template);
        }
        let failure = match kind {
            0 => Failure::Throttled(Some(self.retry_after())),
            1 => Failure::Throttled(None),
            2 => Failure::Unavailable(self.one_of(&[503, 504, 500, 502], 503)),
            3 => Failure::Html(self.one_of(&[502, 503], 502)),
            4 => Failure::Empty(self.one_of(&[500, 503], 500)),
            5 => return Some(Early::Reset),
            6 => {
                self.refused.insert(request.key, request.bearer);
                Failure::Unauthorized
            }
            7 => return Some(Early::Expired(Expiry::GoneWithLocation)),
            8 => return Some(Early::Expired(Expiry::GoneWithoutLocation)),
            9 => return Some(Early::Expired(Expiry::SyncStateNotFound)),
            _ => Failure::PageTokenLost,
        };
        Some(Early::Failure(failure))
    }

    /// The fault of a successful answer's body, if any.
    pub(crate) fn after(&mut self, key: u64) -> Option<After> {
        self.refused.remove(&key);
        let plan = &self.plan;
        let kind = self.pick(&[plan.reset_mid_body, plan.truncated_body, plan.slow_body]);
        match kind {
            Some(0) if self.may_fail(key) => return Some(After::Reset),
            Some(1) if self.may_fail(key) => return Some(After::Truncated),
            _ => {}
        }
        self.failing.remove(&key);
        kind.filter(|kind| *kind == 2).map(|_| After::Slow)
    }

    /// A collection was read to its end.
    pub(crate) fn finished(&mut self, template: &'static str) {
        self.restarting.remove(template);
    }

    /// A fault of the token endpoint, if any.
    pub(crate) fn token(&mut self, key: u64) -> Option<Early> {
        if !self.draw(self.plan.token_endpoint) || !self.may_fail(key) {
            self.failing.remove(&key);
            return None;
        }
        Some(match self.rng.u8(0..3) {
            0 => Early::Reset,
            1 => Early::Failure(Failure::Unavailable(503)),
            _ => Early::Failure(Failure::Throttled(Some(self.retry_after()))),
        })
    }

    /// The wait of a request inside a batch that is throttled, if it is.
    pub(crate) fn throttle_inner(&mut self, key: u64, rate: f64) -> Option<RetryAfter> {
        if !self.draw(rate) || !self.may_fail(key) {
            self.failing.remove(&key);
            return None;
        }
        Some(self.retry_after())
    }

    /// One of several exclusive faults, by rate.
    fn pick(&mut self, rates: &[f64]) -> Option<usize> {
        let mut drawn = self.rng.f64();
        rates.iter().position(|rate| {
            drawn -= rate;
            drawn < 0.0
        })
    }

    fn one_of(&mut self, statuses: &[u16], otherwise: u16) -> u16 {
        self.rng.choice(statuses).copied().unwrap_or(otherwise)
    }

    /// Each of the three documented forms in turn; at most one second before scaling.
    pub(crate) fn retry_after(&mut self) -> RetryAfter {
        let scale = self.plan.retry_after_scale.max(0.0);
        match self.rng.u8(0..8) {
            // Scaled below half a second, whole seconds are none.
            0..=2 if scale < 0.5 => RetryAfter::whole_seconds(0),
            0..=2 => RetryAfter::whole_seconds(
                u64::from(self.rng.bool()) * seconds(scale.ceil()).as_secs(),
            ),
            3..=6 => RetryAfter::decimal(self.rng.f64() * scale),
            // Scaled below half a second, the date is now; written in whole seconds, that is just past.
            _ if scale < 0.5 => RetryAfter::now(),
            _ => RetryAfter::date(seconds(scale)),
        }
    }
}
