//! A service with limits in virtual time, and hungry callers of it: one thread, one clock, the same
//! numbers for the same seed. The client is whole; only network and time are made up.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "helpers of tests and measurements"
)]

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use futures::executor::LocalPool;
use futures::task::LocalSpawnExt as _;
use graph_client::{
    Client, Clock, Credential, LearnedLimits, Limit, LimitScope, Limits, Random, RetryOptions,
    TenantId, Transport, TransportError, TransportRequest, TransportResponse, Workload,
};
use http::{HeaderMap, StatusCode};

/// A clock that jumps from one awaited moment to the next.
#[derive(Default)]
pub(crate) struct VirtualClock(Mutex<Timers>);

#[derive(Default)]
struct Timers {
    now: Duration,
    next: u64,
    due: BinaryHeap<Reverse<(Duration, u64)>>,
    wakers: HashMap<u64, Waker>,
}

impl VirtualClock {
    /// Goes to the next moment that somebody waits for; false when nobody does before `end`.
    pub(crate) fn step(&self, end: Duration) -> bool {
        let mut timers = self.0.lock().unwrap();
        let mut woken = Vec::new();
        while let Some(Reverse((at, id))) = timers.due.peek().copied() {
            if at > end || (!woken.is_empty() && at > timers.now) {
                break;
            }
            timers.due.pop();
            if let Some(waker) = timers.wakers.remove(&id) {
                timers.now = timers.now.max(at);
                woken.push(waker);
            }
        }
        drop(timers);
        let any = !woken.is_empty();
        woken.into_iter().for_each(Waker::wake);
        any
    }
}

struct Waiting<'a>(&'a VirtualClock, u64);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().wakers.remove(&self.1);
    }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        self.0.lock().unwrap().now
    }

    async fn sleep(&self, duration: Duration) {
        let (id, deadline) = {
            let mut timers = self.0.lock().unwrap();
            timers.next += 1;
            let (id, deadline) = (timers.next, timers.now + duration);
            timers.due.push(Reverse((deadline, id)));
            (id, deadline)
        };
        // Who gave up waiting is neither woken nor a reason to go to that moment.
        let _waiting = Waiting(self, id);
        poll_fn(|context| {
            let mut timers = self.0.lock().unwrap();
            if timers.now >= deadline {
                return Poll::Ready(());
            }
            timers.wakers.insert(id, context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// A small generator of its own, so that the same seed is the same run for ever.
pub(crate) struct Seeded(Mutex<u64>);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Random for Seeded {
    fn next_f64(&self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn next_u64(&self) -> u64 {
        let mut state = self.0.lock().unwrap();
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// How long until latencies are counted: by then the first windows, which are let through at
/// once, are over.
const WARM_UP: Duration = Duration::from_secs(60);

/// How the service counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Counting {
    /// A bucket that fills at the rate; refused calls empty it as well.
    Accruing,
    /// A count that starts anew with each window.
    Fixed,
}

/// The truth about a limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Truth {
    pub(crate) counting: Counting,
    pub(crate) requests: f64,
    pub(crate) per: f64,
    /// Shared by all tenants, or each tenant's own.
    pub(crate) shared: bool,
}

#[derive(Default)]
struct Account {
    tokens: f64,
    at: f64,
    started: bool,
}

impl Account {
    /// Takes one; or how long to stay away.
    fn take(&mut self, truth: &Truth, now: f64) -> Option<f64> {
        if !self.started {
            (self.started, self.tokens, self.at) = (true, truth.requests, now);
        }
        match truth.counting {
            Counting::Accruing => {
                let rate = truth.requests / truth.per;
                self.tokens = (self.tokens + (now - self.at) * rate).min(truth.requests);
                self.at = now;
                let allowed = self.tokens >= 1.0;
                self.tokens = (self.tokens - 1.0).max(-truth.requests);
                (!allowed).then(|| ((1.0 - self.tokens) / rate).ceil().max(1.0))
            }
            Counting::Fixed => {
                let window = (now / truth.per).floor();
                if window > (self.at / truth.per).floor() {
                    self.tokens = truth.requests;
                }
                self.at = now;
                if self.tokens >= 1.0 {
                    self.tokens -= 1.0;
                    return None;
                }
                Some(((window + 1.0) * truth.per - now).ceil().max(1.0))
            }
        }
    }
}

/// What was counted of one tenant's calls.
#[derive(Default, Clone)]
pub(crate) struct Tally {
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    pub(crate) failed: u64,
    pub(crate) latencies: Vec<Duration>,
}

impl Tally {
    pub(crate) fn p99(&self) -> Duration {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        sorted
            .get(sorted.len() * 99 / 100)
            .or(sorted.last())
            .copied()
            .unwrap_or_default()
    }
}

type Tallies = Arc<Mutex<HashMap<String, Tally>>>;

struct Service {
    clock: Arc<VirtualClock>,
    random: Seeded,
    truth: Truth,
    accounts: Mutex<HashMap<String, Account>>,
    tallies: Tallies,
}

impl Service {
    /// Half of some 120 ms.
    async fn travel(&self) {
        let millis = 50.0 + 20.0 * self.random.next_f64();
        self.clock
            .sleep(Duration::from_secs_f64(millis / 1000.0))
            .await;
    }
}

#[async_trait]
impl Transport for Service {
    async fn send(&self, request: TransportRequest) -> Result<TransportResponse, TransportError> {
        if request.url.path().ends_with("/token") {
            let tenant = request.url.path_segments().unwrap().next().unwrap();
            let body = format!(r#"{{"access_token":"{tenant}","expires_in":86400}}"#);
            return Ok(TransportResponse::new(
                StatusCode::OK,
                HeaderMap::new(),
                body,
            ));
        }
        self.travel().await;
        let tenant = request.headers["authorization"]
            .to_str()
            .unwrap()
            .trim_start_matches("Bearer ")
            .to_owned();
        let account = if self.truth.shared { "" } else { &tenant };
        let refused = self
            .accounts
            .lock()
            .unwrap()
            .entry(account.to_owned())
            .or_default()
            .take(&self.truth, self.clock.monotonic().as_secs_f64());
        {
            let mut tallies = self.tallies.lock().unwrap();
            let tally = tallies.entry(tenant).or_default();
            match refused {
                None => tally.accepted += 1,
                Some(_) => tally.refused += 1,
            }
        }
        self.travel().await;
        let mut headers = HeaderMap::new();
        Ok(match refused {
            None => TransportResponse::new(StatusCode::OK, headers, "{}"),
            Some(wait) => {
                headers.insert("retry-after", wait.to_string().parse().unwrap());
                if self.truth.shared {
                    headers.insert("x-ms-throttle-scope", "Application/Read".parse().unwrap());
                }
                TransportResponse::new(StatusCode::TOO_MANY_REQUESTS, headers, "{}")
            }
        })
    }
}

/// One run: what the client believes, what is true, and who asks.
pub(crate) struct Run {
    pub(crate) truth: Truth,
    /// Requests that the client believes to be allowed in the same time.
    pub(crate) documented: Option<u32>,
    pub(crate) learned: LearnedLimits,
    /// The tenants with the callers of each, and how long a caller rests after each call.
    pub(crate) tenants: Vec<(&'static str, usize, Duration)>,
    pub(crate) seconds: u64,
    pub(crate) seed: u64,
}

pub(crate) struct SimulationResult {
    pub(crate) tallies: HashMap<String, Tally>,
    pub(crate) learned: LearnedLimits,
    truth: Truth,
    seconds: u64,
}

impl SimulationResult {
    fn total(&self, of: impl Fn(&Tally) -> u64) -> f64 {
        self.tallies.values().map(of).sum::<u64>() as f64
    }

    /// What got through, of what the limit would let through in the time.
    pub(crate) fn goodput(&self) -> f64 {
        let allowed = self.truth.requests / self.truth.per * self.seconds as f64;
        self.total(|tally| tally.accepted) / allowed
    }

    /// Requests that were refused, of all.
    pub(crate) fn wasted(&self) -> f64 {
        let refused = self.total(|tally| tally.refused);
        refused / (refused + self.total(|tally| tally.accepted)).max(1.0)
    }

    /// Calls that ended in an error.
    pub(crate) fn failed(&self) -> u64 {
        self.tallies.values().map(|tally| tally.failed).sum()
    }
}

impl Run {
    /// One tenant whose callers never rest.
    pub(crate) fn hungry(counting: Counting, per_second: f64, documented: Option<u32>) -> Self {
        let truth = Truth {
            counting,
            requests: per_second * 10.0,
            per: 10.0,
            shared: false,
        };
        let callers = ((per_second * 0.5) as usize).clamp(20, 400);
        Self {
            truth,
            documented,
            learned: LearnedLimits::default(),
            tenants: vec![("one.example", callers, Duration::ZERO)],
            seconds: 600,
            seed: 1,
        }
    }

    pub(crate) fn run(self) -> SimulationResult {
        let clock = Arc::new(VirtualClock::default());
        let tallies = Tallies::default();
        let service = Arc::new(Service {
            clock: Arc::clone(&clock),
            random: Seeded::new(self.seed),
            truth: self.truth,
            accounts: Mutex::default(),
            tallies: Arc::clone(&tallies),
        });
        let limits = self.documented.map_or(Limits::none(), |requests| {
            let scope = if self.truth.shared {
                LimitScope::App
            } else {
                LimitScope::Tenant
            };
            let per = Duration::from_secs_f64(self.truth.per);
            Limits::none().with(Limit::new(Workload::Identity, scope, requests, per))
        });
        let first = TenantId::new("one.example").unwrap();
        let client = Client::builder(first, Credential::client_secret("app", "secret"))
            .transport(service)
            .clock(Arc::<VirtualClock>::clone(&clock))
            .random(Arc::new(Seeded::new(self.seed.wrapping_mul(31))))
            .limits(limits)
            .learned_limits(self.learned)
            .retry(RetryOptions::default().total_time(Duration::from_secs(3600)))
            .build()
            .unwrap();
        let mut pool = LocalPool::new();
        for (tenant, callers, rest) in self.tenants {
            for caller in 0..callers {
                let client = client.for_tenant(TenantId::new(tenant).unwrap());
                let (clock, tallies) = (Arc::clone(&clock), Arc::clone(&tallies));
                let work = async move {
                    // Who rests does not rest in step.
                    clock.sleep(rest * caller as u32 / callers as u32).await;
                    loop {
                        let began = clock.monotonic();
                        let result = client.raw("organization").send().await;
                        {
                            let mut tallies = tallies.lock().unwrap();
                            let tally = tallies.entry(tenant.to_owned()).or_default();
                            match result {
                                Ok(_) if began < WARM_UP => {}
                                Ok(_) => tally
                                    .latencies
                                    .push(clock.monotonic().saturating_sub(began)),
                                Err(_) => tally.failed += 1,
                            }
                        }
                        if rest > Duration::ZERO {
                            clock.sleep(rest).await;
                        }
                    }
                };
                pool.spawner().spawn_local(work).unwrap();
            }
        }
        let end = Duration::from_secs(self.seconds);
        loop {
            pool.run_until_stalled();
            if !clock.step(end) {
                break;
            }
        }
        let tallies = tallies.lock().unwrap().clone();
        SimulationResult {
            tallies,
            learned: client.learned_limits(),
            truth: self.truth,
            seconds: self.seconds,
        }
    }
}
