//! Documented throttling, with time that can run faster.

mod table;

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use crate::clock::monotonic;
use crate::odata::query::Query;
use crate::retry_after::RetryAfter;
use crate::route::Route;
use table::{Kind, LIMITS, Per, Unit, cost};

/// Whether documented limits apply.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum ThrottleMode {
    /// No limits.
    #[default]
    Off,
    /// The limits of <https://learn.microsoft.com/graph/throttling-limits>.
    Documented {
        /// Windows are divided by this: at 60.0 a ten-second window lasts a sixth of a second.
        time_scale: f64,
    },
}

/// What the limits say to a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct LimitCheck {
    /// Headers of the answer, throttled or not.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) rejected: Option<Rejected>,
}

#[derive(Debug, Clone)]
pub(crate) struct Rejected {
    pub(crate) retry_after: Option<RetryAfter>,
}

/// Usage of each limit within its window.
#[derive(Debug)]
pub(crate) struct Throttle {
    mode: ThrottleMode,
    /// By the row of the table, and what the row is counted for.
    windows: HashMap<(usize, u64), Window>,
}

/// A sliding window: what was used, and when.
#[derive(Debug, Clone, Default)]
struct Window {
    used: VecDeque<(Instant, u32)>,
    total: u32,
}

impl Window {
    fn forget(&mut self, now: Instant, length: Duration) {
        while let Some((at, cost)) = self.used.front().copied() {
            if now.duration_since(at) < length {
                break;
            }
            self.used.pop_front();
            self.total -= cost;
        }
    }

    /// How long until `cost` more fits under the limit.
    fn wait(&self, now: Instant, length: Duration, limit: u32, cost: u32) -> Duration {
        let mut total = self.total;
        for (at, used) in &self.used {
            if total + cost <= limit {
                break;
            }
            total -= used;
            if total + cost <= limit {
                return (*at + length).saturating_duration_since(now);
            }
        }
        length
    }
}

/// Names what a limit is counted for.
fn counted(per: Per, route: &Route) -> u64 {
    let mut hasher = DefaultHasher::new();
    match per {
        Per::Kind => return 0,
        Per::Path => route.template.hash(&mut hasher),
        Per::Object => (route.template, route.id.to_ascii_lowercase()).hash(&mut hasher),
    }
    hasher.finish()
}

/// More windows than this are cleaned up.
const MANY: usize = 10_000;
/// No window is longer.
const LONGEST: Duration = Duration::from_secs(3_600);

impl Throttle {
    pub(crate) fn new(mode: ThrottleMode) -> Self {
        Self {
            mode,
            windows: HashMap::new(),
        }
    }

    /// Counts a request against every limit it falls under; rejected requests count too.
    pub(crate) fn admit(
        &mut self,
        route: &Route,
        query: &Query,
        users: usize,
        scope: &str,
    ) -> LimitCheck {
        let template = route.template;
        let mut check = LimitCheck::default();
        let cost = cost(template, query);
        if table::kind(template, query).contains(&Kind::Directory) {
            check.headers.push(("x-ms-resource-unit", cost.to_string()));
        }
        let ThrottleMode::Documented { time_scale } = self.mode else {
            return check;
        };
        let scale = if time_scale > 0.0 { time_scale } else { 1.0 };
        let now = monotonic();
        let kinds = table::kind(template, query);
        if self.windows.len() > MANY {
            self.windows.retain(|_, window| {
                window.forget(now, LONGEST.div_f64(scale));
                window.total > 0
            });
        }
        for (at, row) in LIMITS.iter().enumerate() {
            if !kinds.contains(&row.kind) {
                continue;
            }
            let window = self
                .windows
                .entry((at, counted(row.per, route)))
                .or_default();
            let length = Duration::from_secs(row.seconds).div_f64(scale);
            let limit = row.allowed.of(users);
            let used = if row.unit == Unit::ResourceUnits {
                cost
            } else {
                1
            };
            window.forget(now, length);
            let over = window.total + used > limit;
            let wait = window.wait(now, length, limit, used);
            window.used.push_back((now, used));
            window.total += used;
            let share = f64::from(window.total) / f64::from(limit.max(1));
            if row.kind == Kind::Directory && share >= 0.8 {
                check.headers.push((
                    "x-ms-throttle-limit-percentage",
                    format!("{:.2}", share.min(1.8)),
                ));
            }
            if over && check.rejected.is_none() {
                if row.kind == Kind::Directory {
                    check.headers.push((
                        "x-ms-throttle-scope",
                        format!("Tenant_Application/ReadWrite/{scope}"),
                    ));
                    check.headers.push((
                        "x-ms-throttle-information",
                        "ResourceUnitLimitExceeded".to_owned(),
                    ));
                }
                // At the real pace the header has whole seconds; scaled waits need the decimal form.
                let seconds = wait.as_secs_f64();
                let retry_after = row.retry_after.then(|| {
                    if scale > 1.0 {
                        RetryAfter::decimal(seconds)
                    } else {
                        RetryAfter::whole_seconds(
                            wait.as_secs() + u64::from(wait.subsec_nanos() > 0),
                        )
                    }
                });
                check.rejected = Some(Rejected { retry_after });
            }
        }
        check
    }
}
