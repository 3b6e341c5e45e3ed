//! What the service does to a gate: a refusal closes it, and it opens slowly; being told how little
//! is left narrows it beforehand.

use std::time::Duration;

use http::HeaderMap;

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
        Some(Self { left, until })
    }
}

/// What refusals do.
#[derive(Debug, Default)]
pub(super) struct Lane {
    pub(super) closed_until: Duration,
    /// How many may be in flight while reopening; nothing when fully open.
    pub(super) window: Option<u32>,
    pub(super) in_flight: u32,
    allowance: Option<Allowance>,
    /// Since when it has not been fully open.
    impeded_since: Option<Duration>,
    /// For how long it was not, before.
    impeded: Duration,
}

impl Lane {
    pub(super) fn impeded(&self, now: Duration) -> Duration {
        let since = self
            .impeded_since
            .map_or(Duration::ZERO, |since| now.saturating_sub(since));
        self.impeded.saturating_add(since)
    }

    /// Notes what the service says is left, besides what those under way will take of it.
    pub(super) fn allow(&mut self, allowance: Allowance) {
        let others = u64::from(self.in_flight.saturating_sub(1)).saturating_mul(COST);
        self.allowance = Some(Allowance {
            left: allowance.left.saturating_sub(others),
            ..allowance
        });
    }

    /// When one more may go by what the service said is left.
    pub(super) fn allowed_at(&self, now: Duration) -> Duration {
        self.allowance
            .filter(|allowance| allowance.until > now && allowance.left < COST)
            .map_or(now, |allowance| allowance.until)
    }

    pub(super) fn enter(&mut self) {
        self.in_flight += 1;
        if let Some(allowance) = &mut self.allowance {
            allowance.left = allowance.left.saturating_sub(COST);
        }
    }

    pub(super) fn close(&mut self, now: Duration, until: Duration) {
        self.closed_until = self.closed_until.max(until);
        self.window = Some(1);
        self.impeded_since.get_or_insert(now);
    }

    pub(super) fn open_further(&mut self, now: Duration, fully: u32) {
        self.window = self
            .window
            .map(|window| window.saturating_mul(2))
            .filter(|window| *window < fully);
        if self.window.is_none() {
            self.impeded = self.impeded(now);
            self.impeded_since = None;
        }
    }
}
