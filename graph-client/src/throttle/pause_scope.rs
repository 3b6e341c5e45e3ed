//! Those who pause together: a refusal stops them all, and they resume slowly; being told how little
//! is left slows them down beforehand.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use http::HeaderMap;

use super::flow::Turn;

/// What a request is taken to cost of what is said to be left. Most reads of `SharePoint` cost one
/// resource unit or two.
const COST: u64 = 2;
/// What is said of a later time than this is not waited for; a refusal will say so if it must be.
const LONGEST: Duration = Duration::from_secs(600);

/// How much the service says may still come, and when it will be more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowance {
    left: u64,
    until: Duration,
    /// The number of the request that was told this.
    told: u64,
}

impl Allowance {
    /// `RateLimit-Remaining` and `RateLimit-Reset` in seconds, as `SharePoint` sends them when most of
    /// a limit is used up.
    /// <https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online>
    pub(super) fn of(headers: &HeaderMap, now: Duration) -> Option<Self> {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
        let left = number("ratelimit-remaining")?;
        let reset = Duration::from_secs(number("ratelimit-reset")?).min(LONGEST);
        let until = now.saturating_add(reset);
        let told = 0;
        Some(Self { left, until, told })
    }
}

/// Those who pause together, and how far they have resumed.
#[derive(Debug, Default)]
pub(super) struct PauseScope {
    pub(super) paused_until: Duration,
    /// How many may be in flight after a pause; nothing when it is over for good.
    pub(super) window: Option<u32>,
    /// The tickets of those under way.
    pub(super) inside: HashSet<u64>,
    /// The flows that wait for one of those to return.
    pub(super) parked: BTreeSet<Turn>,
    /// What was sent last before the pause: the answers up to that say nothing of the time
    /// after.
    paused_at: u64,
    allowance: Option<Allowance>,
}

impl PauseScope {
    /// Notes what the service says is left, besides what those under way will take of it. An
    /// answer that comes late does not outdate a later one.
    pub(super) fn allow(&mut self, allowance: Allowance, told: u64) {
        if self.allowance.is_some_and(|known| known.told > told) {
            return;
        }
        let others = (self.inside.len() as u64)
            .saturating_sub(1)
            .saturating_mul(COST);
        self.allowance = Some(Allowance {
            left: allowance.left.saturating_sub(others),
            told,
            ..allowance
        });
    }

    /// When one more may go by what the service said is left.
    pub(super) fn allowed_at(&self, now: Duration) -> Duration {
        self.allowance
            .filter(|allowance| allowance.until > now && allowance.left < COST)
            .map_or(now, |allowance| allowance.until)
    }

    /// Whether nothing would be lost if it were made anew.
    pub(super) fn is_idle(&self, now: Duration) -> bool {
        self.inside.is_empty()
            && self.parked.is_empty()
            && self.window.is_none()
            && self.paused_until <= now
            && self.allowed_at(now) <= now
    }

    /// Whether one more may be under way.
    pub(super) fn has_place(&self) -> bool {
        self.window
            .is_none_or(|window| self.inside.len() < window as usize)
    }

    pub(super) fn enter(&mut self, ticket: u64) {
        self.inside.insert(ticket);
        if let Some(allowance) = &mut self.allowance {
            allowance.left = allowance.left.saturating_sub(COST);
        }
    }

    /// Pauses it; `sent` is the number of what was sent last.
    pub(super) fn pause(&mut self, sent: u64, until: Duration) {
        self.paused_at = sent;
        self.paused_until = self.paused_until.max(until);
        self.window = Some(1);
    }

    /// What was sent with that number succeeded.
    pub(super) fn ramp_up(&mut self, sent: u64, fully: u32) {
        if sent <= self.paused_at {
            return;
        }
        self.window = self
            .window
            .map(|window| window.saturating_mul(2))
            .filter(|window| *window < fully);
    }
}
