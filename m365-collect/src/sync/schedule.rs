//! Keeps a tenant in sync until told to stop.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{self, Either};
use graph_client::{Random, SystemRandom};

use super::due;
use super::due::DueReason;
use super::engine::Engine;
use super::report::Report;
use crate::error::{Error, Result};
use crate::store::StoreError;

/// How long to leave another sync of the tenant alone.
const OTHERS_TURN: Duration = Duration::from_secs(60);
/// The longest sleep at a time: what is due may change meanwhile, and so may the clock.
const NAP: Duration = Duration::from_secs(15 * 60);
/// Never less between two syncs, whatever the plan says.
const PAUSE: Duration = Duration::from_secs(1);

impl Engine {
    /// Reads each source when it is due, until told to stop.
    ///
    /// # Errors
    /// When a source is unknown, none is left to read, or their order cannot be kept.
    pub fn schedule(self) -> Result<Schedule> {
        let sources = self.selected()?;
        let cadences = sources.iter().map(|source| {
            let descriptor = source.descriptor();
            self.cadence_of(&descriptor.id, descriptor.cadence)
        });
        let shortest = cadences.min().unwrap_or_default();
        Ok(Schedule::new(self, shortest))
    }
}

/// Reads each source of a tenant when it is due, by [`Engine::schedule`].
///
/// What is due is planned from the store, so a schedule goes on after a restart where it was. A
/// source that was throttled is not tried before the service said; one that failed rests a
/// minute, then two, up to an hour. So does the whole schedule while the tenant cannot be read at
/// all. What is due goes into one sync, so a source that takes longer than the cadence of another
/// holds that one up.
///
/// # Examples
/// ```no_run
/// # async fn run(engine: m365_collect::Engine, ctrl_c: impl Future<Output = ()> + Send)
/// # -> m365_collect::Result<()> {
/// let mut schedule = engine.schedule()?;
/// schedule
///     .run(ctrl_c, |synced| match synced {
///         Ok(report) => println!("{} sources read", report.sources.len()),
///         Err(error) => eprintln!("not read: {error}"),
///     })
///     .await;
/// # Ok(())
/// # }
/// ```
pub struct Schedule {
    engine: Engine,
    random: Arc<dyn Random>,
    spread: Duration,
    /// By the monotonic clock; `None` until the first look.
    not_before: Option<Duration>,
    failures: u32,
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schedule")
            .field("engine", &self.engine)
            .field("spread", &self.spread)
            .field("failures", &self.failures)
            .finish_non_exhaustive()
    }
}

impl Schedule {
    pub(super) fn new(engine: Engine, shortest: Duration) -> Self {
        Self {
            engine,
            random: Arc::new(SystemRandom),
            spread: shortest / 10,
            not_before: None,
            failures: 0,
        }
    }

    /// Takes chance from here.
    #[must_use]
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.random = random;
        self
    }

    /// Begins at a random moment within this time where something is overdue at the start, so that
    /// many tenants do not begin together; a tenth of the shortest cadence by default. They keep
    /// the distance that they have.
    #[must_use]
    pub fn spread(mut self, spread: Duration) -> Self {
        self.spread = spread;
        self
    }

    /// The engine, such as for its plan and health.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Waits until something is due, and reads it.
    ///
    /// # Errors
    /// As of [`Engine::run`]; the next call waits longer each time. Another sync of the tenant is
    /// no error here: it is waited for.
    ///
    /// # Cancel safety
    /// Dropped while it waits, nothing happened; dropped while it reads, as of [`Engine::run`].
    /// Either way it can be called again.
    pub async fn next(&mut self) -> Result<Report> {
        loop {
            let clock = Arc::clone(&self.engine.clock);
            let now = clock.monotonic();
            let held = self
                .not_before
                .map_or(Duration::ZERO, |time| time.saturating_sub(now));
            if !held.is_zero() {
                clock.sleep(held.min(NAP)).await;
                continue;
            }
            let plan = match self.engine.plan().await {
                Ok(plan) => plan,
                Err(error) => {
                    self.rest_after_failure();
                    return Err(error);
                }
            };
            let wait = plan.earliest().map_or(NAP, |(at, reason)| {
                let wait = at.duration_since(plan.at).unwrap_or_default();
                match reason {
                    // What stopped one tenant may have stopped them all.
                    DueReason::Throttled | DueReason::Resting => {
                        wait.saturating_add(self.some_of(wait))
                    }
                    _ => wait,
                }
            });
            if !wait.is_zero() {
                self.not_before.get_or_insert(now);
                clock.sleep(wait.min(NAP)).await;
                continue;
            }
            if self.not_before.is_none() {
                let held = self.part_of(self.spread);
                self.not_before = Some(now.saturating_add(held));
                continue;
            }
            match self.engine.run_due().await {
                Ok(report) => {
                    self.failures = 0;
                    self.not_before = Some(clock.monotonic().saturating_add(PAUSE));
                    if let Some(report) = report {
                        return Ok(report);
                    }
                }
                Err(Error::Store(StoreError::InUse { .. })) => {
                    let wait = OTHERS_TURN.saturating_add(self.some_of(OTHERS_TURN));
                    self.not_before = Some(clock.monotonic().saturating_add(wait));
                }
                Err(error) => {
                    self.rest_after_failure();
                    return Err(error);
                }
            }
        }
    }

    /// Reads what is due, time and again, and hands over what came of it, until `stop` is ready.
    ///
    /// # Cancel safety
    /// Both the end of `stop` and dropping it leave a good store, as of [`Engine::run`].
    pub async fn run(
        &mut self,
        stop: impl Future<Output = ()> + Send,
        mut each: impl FnMut(Result<Report>) + Send,
    ) {
        let mut stop = pin!(stop);
        loop {
            match future::select(stop.as_mut(), pin!(self.next())).await {
                Either::Left(((), _)) => return,
                Either::Right((synced, _)) => each(synced),
            }
        }
    }

    fn rest_after_failure(&mut self) {
        self.failures = self.failures.saturating_add(1);
        let rest = due::rest(self.failures);
        let rest = rest.saturating_add(self.some_of(rest));
        let now = self.engine.clock.monotonic();
        self.not_before = Some(now.saturating_add(rest));
    }

    /// A random part of a tenth of a wait, and never more than the spread.
    fn some_of(&self, wait: Duration) -> Duration {
        self.part_of((wait / 10).min(self.spread))
    }

    /// A random part of a time, however long that is.
    fn part_of(&self, time: Duration) -> Duration {
        Duration::try_from_secs_f64(time.as_secs_f64() * self.chance()).unwrap_or(time)
    }

    fn chance(&self) -> f64 {
        let chance = self.random.next_f64();
        if chance.is_finite() {
            chance.clamp(0.0, 1.0)
        } else {
            0.0
        }
    }
}
