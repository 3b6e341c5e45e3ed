//! One limit being kept to: what went out in the window, and what may still go.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::time::Duration;

use super::adaptive_limit::AdaptiveLimit;
use super::flow::Turn;
use super::limit::{Limit, LimitScope, LimitUnit};
use super::tenant_usage::TenantUsage;
use crate::tenant::TenantId;

/// The parts in which a long list of sendings is kept.
const PARTS: u32 = 512;
/// The time in which a limit on what is under way at a time is learned, having no window.
const CONCURRENT: Duration = Duration::from_secs(60);

/// The use of one limit by those who share it.
#[derive(Debug)]
pub(super) struct Bucket {
    unit: LimitUnit,
    /// The documented window, and the longer one that the budget is for.
    per: Duration,
    window: Duration,
    /// Sendings closer together than this are kept as one.
    grain: Duration,
    /// When the end of a grain was, and what went out in it.
    sent: VecDeque<(Duration, u64)>,
    used: u64,
    /// Of `used`, what was refused.
    refused: u64,
    /// The tickets of those under way.
    pub(super) inside: HashSet<u64>,
    /// The flows that wait for one of those to return.
    pub(super) parked: BTreeSet<Turn>,
    /// Of an application's limit, who has used it.
    shares: Option<TenantUsage>,
    /// When the next may go, if all go at an even distance.
    next: Duration,
    /// What those want that wait for it.
    pub(super) wanted: u64,
    pub(super) adaptive: AdaptiveLimit,
}

impl Bucket {
    pub(super) fn new(limit: &Limit) -> Self {
        let window = limit.window();
        let grain = if limit.requests > PARTS {
            window / PARTS
        } else {
            Duration::ZERO
        };
        Self {
            unit: limit.unit,
            per: limit.per,
            window,
            grain,
            sent: VecDeque::new(),
            used: 0,
            refused: 0,
            inside: HashSet::new(),
            parked: BTreeSet::new(),
            shares: (limit.scope == LimitScope::App).then(|| TenantUsage::new(window)),
            next: Duration::ZERO,
            wanted: 0,
            adaptive: AdaptiveLimit::new(
                limit.requests,
                if limit.unit == LimitUnit::Concurrent {
                    CONCURRENT
                } else {
                    window
                },
            ),
        }
    }

    fn is_concurrent(&self) -> bool {
        self.unit == LimitUnit::Concurrent
    }

    /// Whether nothing would be lost if it were made anew.
    pub(super) fn is_idle(&mut self, now: Duration) -> bool {
        self.expire(now);
        self.inside.is_empty()
            && self.parked.is_empty()
            && self.wanted == 0
            && self.used == 0
            && self.adaptive.refused_at().is_none()
    }

    /// A place among those under way is free.
    pub(super) fn has_place(&self) -> bool {
        !self.is_concurrent() || self.under_way() < self.adaptive.units()
    }

    fn under_way(&self) -> u64 {
        self.inside.len() as u64
    }

    /// When a tenant may send so many units.
    ///
    /// Where tenants share a limit, the second half of a window is given out evenly, since others
    /// would wait for most of it behind one that takes all at once. Even so they would wait for the
    /// next place behind a tenant that takes each as it comes; so those that stay well below their
    /// share may go at once while the documented window has room, which it has since the even pace
    /// is that of the budget. What they take makes the others' next place later.
    pub(super) fn free_at(&mut self, units: u64, tenant: &TenantId, now: Duration) -> Duration {
        if self.is_concurrent() {
            return now;
        }
        self.expire(now);
        let limit = self.adaptive.units();
        let units = units.min(limit);
        let mut used = self.used.saturating_add(units);
        let (mut free, mut window) = (now, self.window);
        if let Some(shares) = self.shares.as_ref().filter(|s| s.has_others(tenant)) {
            if shares.is_modest(tenant, as_f64(units), as_f64(limit), now) {
                window = self.per;
            } else {
                // The pace keeps to the budget; what little the others took at once must not stop it.
                window = self.per.saturating_add(window) / 2;
                if used.saturating_mul(2) > limit {
                    free = self.next;
                }
            }
        }
        for (at, sent) in &self.sent {
            if used <= limit {
                break;
            }
            used = used.saturating_sub(*sent);
            free = free.max(at.saturating_add(window));
        }
        free.max(now)
    }

    /// About how long somebody who comes now and waits for his turn has to wait at most.
    pub(super) fn queue(&self, units: u64) -> Duration {
        if self.is_concurrent() {
            return Duration::ZERO;
        }
        let limit = self.adaptive.units();
        let before = self
            .used
            .saturating_add(self.wanted)
            .saturating_add(units.min(limit))
            .saturating_sub(1);
        let windows = u32::try_from(before / limit).unwrap_or(u32::MAX);
        self.window.saturating_mul(windows)
    }

    pub(super) fn record(&mut self, units: u64, tenant: &TenantId, now: Duration) {
        if self.is_concurrent() {
            return;
        }
        let units = units.min(self.adaptive.units());
        self.used += units;
        if let Some(shares) = &mut self.shares {
            shares.record(tenant, as_f64(units), now);
            let pace = pace(self.window, as_f64(units) / self.adaptive.limit());
            self.next = if self.used.saturating_mul(2) > self.adaptive.units() {
                // Coming late by less than a place loses none.
                self.next.max(now.saturating_sub(pace)).saturating_add(pace)
            } else {
                self.next.max(now.saturating_add(pace))
            };
        }
        match self.sent.back_mut() {
            Some((end, sent)) if now <= *end => *sent += units,
            _ => self.sent.push_back((now.saturating_add(self.grain), units)),
        }
    }

    /// What was recorded at a moment is not sent after all.
    pub(super) fn cancel(&mut self, units: u64, tenant: &TenantId, recorded: Duration) {
        if self.is_concurrent() {
            return;
        }
        let Some((_, sent)) = self
            .sent
            .iter_mut()
            .rev()
            .find(|(end, _)| *end >= recorded && end.saturating_sub(self.grain) <= recorded)
        else {
            return;
        };
        let units = units.min(*sent);
        *sent -= units;
        self.used = self.used.saturating_sub(units);
        if let Some(shares) = &mut self.shares {
            shares.record(tenant, -as_f64(units), recorded);
            let pace = pace(self.window, as_f64(units) / self.adaptive.limit());
            self.next = self.next.saturating_sub(pace);
        }
    }

    /// The service counted other than was estimated.
    pub(super) fn correct(&mut self, estimated: u64, actual: u64) {
        if self.unit != LimitUnit::ResourceUnits {
            return;
        }
        if let Some((_, sent)) = self.sent.back_mut() {
            let before = *sent;
            *sent = (*sent).saturating_add(actual).saturating_sub(estimated);
            self.used = (self.used + *sent).saturating_sub(before);
        }
    }

    pub(super) fn accepted(&mut self, sent: Duration, now: Duration) {
        self.expire(now);
        let used = if self.is_concurrent() {
            self.under_way()
        } else {
            self.used
        };
        self.adaptive.accepted(sent, now, as_f64(used));
    }

    pub(super) fn refused(&mut self, units: u64, sent: Duration, now: Duration) {
        self.expire(now);
        self.refused = self.refused.saturating_add(units).min(self.used);
        let accepted = as_f64(self.used - self.refused);
        self.adaptive.refused(sent, now, accepted);
    }

    /// How full it is, from 0 to 1.
    pub(super) fn fullness(&self) -> f64 {
        let used = if self.is_concurrent() {
            self.under_way()
        } else {
            self.used
        };
        as_f64(used) / self.adaptive.limit()
    }

    fn expire(&mut self, now: Duration) {
        while let Some((at, sent)) = self.sent.front().copied()
            && at.saturating_add(self.window) <= now
        {
            self.used = self.used.saturating_sub(sent);
            self.sent.pop_front();
        }
        self.refused = self.refused.min(self.used);
        if self.used == 0 {
            self.refused = 0;
        }
    }
}

/// A part of a window, which may be as long as can be said.
fn pace(window: Duration, part: f64) -> Duration {
    Duration::try_from_secs_f64(window.as_secs_f64() * part.min(1.0)).unwrap_or(window)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "units of a window, far below where it matters"
)]
fn as_f64(units: u64) -> f64 {
    units as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::workload::Workload;

    #[test]
    fn a_window_as_long_as_can_be_said_is_one() {
        use crate::workload::Workload;
        let per = Duration::MAX;
        let mut bucket = Bucket::new(&Limit::new(Workload::Identity, LimitScope::App, 1, per));
        let tenant = TenantId::new("a.example").unwrap();
        bucket.record(1, &tenant, Duration::from_secs(1));
        assert_eq!(
            bucket.free_at(1, &tenant, Duration::from_secs(2)),
            Duration::MAX
        );
        bucket.cancel(1, &tenant, Duration::from_secs(1));
    }

    fn bucket(requests: u32) -> Bucket {
        let limit = Limit::new(
            Workload::Identity,
            LimitScope::Tenant,
            requests,
            Duration::from_secs(10),
        );
        Bucket::new(&limit.unit(LimitUnit::ResourceUnits))
    }

    fn tenant() -> TenantId {
        TenantId::new("a.example").unwrap()
    }

    #[test]
    fn a_limit_that_tenants_share_is_not_taken_all_at_once() {
        let ten = Limit::new(
            Workload::Identity,
            LimitScope::App,
            10,
            Duration::from_secs(10),
        );
        let mut bucket = Bucket::new(&ten);
        bucket.record(1, &TenantId::new("b.example").unwrap(), Duration::ZERO);
        let mut at = Duration::ZERO;
        let sent: Vec<u64> = (0..9)
            .map(|_| {
                at = bucket.free_at(1, &tenant(), at);
                bucket.record(1, &tenant(), at);
                at.as_secs()
            })
            .collect();
        assert_eq!(sent, [0, 0, 0, 0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn corrections_count() {
        let mut bucket = bucket(10);
        bucket.record(5, &tenant(), Duration::ZERO);
        bucket.correct(5, 10);
        assert!(bucket.free_at(1, &tenant(), Duration::ZERO) > Duration::ZERO);
        bucket.correct(10, 1);
        assert_eq!(bucket.free_at(9, &tenant(), Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn those_who_wait_make_the_queue_longer() {
        let mut bucket = bucket(5);
        assert_eq!(bucket.queue(1), Duration::ZERO);
        bucket.record(5, &tenant(), Duration::ZERO);
        bucket.wanted = 9;
        assert_eq!(bucket.queue(1), Duration::from_secs(21));
        bucket.wanted = 10;
        assert_eq!(bucket.queue(1), Duration::from_millis(3 * 10_500));
    }

    #[test]
    fn what_is_not_sent_after_all_does_not_count() {
        let mut bucket = bucket(10);
        bucket.record(6, &tenant(), Duration::ZERO);
        bucket.record(4, &tenant(), Duration::from_secs(1));
        bucket.cancel(6, &tenant(), Duration::ZERO);
        let now = Duration::from_secs(2);
        assert_eq!(bucket.free_at(6, &tenant(), now), now);
        assert!(bucket.free_at(7, &tenant(), now) > now);
    }

    proptest! {
        #[test]
        fn a_shared_limit_never_has_more_in_its_documented_window(
            limit in 1u32..300,
            wants in proptest::collection::vec((0u8..4, 1u64..5, 0u64..300), 1..600),
        ) {
            let per = Duration::from_secs(10);
            let mut bucket = Bucket::new(&Limit::new(Workload::Identity, LimitScope::App, limit, per));
            let mut now = Duration::ZERO;
            let mut sent: Vec<(Duration, u64)> = Vec::new();
            for (who, units, pause) in wants {
                now += Duration::from_millis(pause);
                let tenant = TenantId::new(format!("t{who}.example")).unwrap();
                // A hungry one waits; the others come when they like.
                let free = bucket.free_at(units, &tenant, now);
                if who == 0 {
                    now = free;
                } else if free > now {
                    continue;
                }
                bucket.record(units, &tenant, now);
                sent.push((now, units.min(u64::from(limit))));
            }
            for (index, (at, _)) in sent.iter().enumerate() {
                let in_window: u64 = sent
                    .iter()
                    .skip(index)
                    .take_while(|(later, _)| *later < *at + per)
                    .map(|(_, units)| units)
                    .sum();
                prop_assert!(in_window <= u64::from(limit));
            }
        }

        #[test]
        fn never_more_in_any_window_than_the_limit(
            limit in 1u32..2000,
            wants in proptest::collection::vec((1u64..50, 0u64..3000), 1..300),
        ) {
            let mut bucket = bucket(limit);
            let mut now = Duration::ZERO;
            let mut sent: Vec<(Duration, u64)> = Vec::new();
            for (units, pause) in wants {
                now += Duration::from_millis(pause);
                now = bucket.free_at(units, &tenant(), now);
                bucket.record(units, &tenant(), now);
                sent.push((now, units.min(u64::from(limit))));
            }
            for (index, (at, _)) in sent.iter().enumerate() {
                let in_window: u64 = sent
                    .iter()
                    .skip(index)
                    .take_while(|(later, _)| *later < *at + Duration::from_secs(10))
                    .map(|(_, units)| units)
                    .sum();
                prop_assert!(in_window <= u64::from(limit));
            }
        }
    }
}
