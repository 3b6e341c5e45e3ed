//! Calls of which some are dropped or left unpolled, in virtual time, against a service that
//! refuses at random: what becomes of the others.
#![allow(
    clippy::cast_possible_truncation,
    reason = "figures of a test are small"
)]

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use async_trait::async_trait;
use graph_client::{
    Client, Clock as _, Credential, Limit, LimitScope, LimitUnit, Limits, Random as _,
    RetryOptions, TenantId, Transport, TransportError, TransportRequest, TransportResponse,
    Workload,
};
use http::{HeaderMap, StatusCode};

use super::simulation::{Seeded, VirtualClock};

/// The longest that an answer takes.
pub(crate) const LATENCY: Duration = Duration::from_millis(20);
/// The longest wait of the client's own, and the longest that the service asks for.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(4);
/// What a wait may be spread by.
const SPREAD: Duration = Duration::from_millis(400);
/// How many of one report are documented for a window, and the window that the client keeps to,
/// which is a twentieth longer. <https://learn.microsoft.com/graph/throttling-limits>
const REPORTS: (u32, Duration) = (14, Duration::from_secs(630));
/// What those whom nobody polls may cost the others.
const ALLOWED: Duration = Duration::from_secs(1);
/// Nothing in these runs takes as long, even at the smallest quota.
const END: Duration = Duration::from_secs(10 * 60 * 60);

impl Seeded {
    pub(crate) fn below(&self, end: u64) -> u64 {
        self.next_u64() % end
    }

    fn one_in(&self, many: u64) -> bool {
        self.below(many) == 0
    }
}

/// A service that refuses a few of the first requests and then none.
pub(crate) struct Service {
    clock: Arc<VirtualClock>,
    random: Seeded,
    state: Mutex<Served>,
}

#[derive(Default)]
struct Served {
    refusals_left: u64,
    last_refusal: Duration,
    answered: u32,
    reports: Quota,
    late: Vec<String>,
}

/// The use of a quota whose window is long, so that waiting for it is most of what there is.
#[derive(Default)]
struct Quota {
    asked: Vec<Duration>,
    refusals: u32,
    free: Duration,
}

impl Quota {
    /// One more was asked for: when it could have been at the latest. A refusal makes the client
    /// believe half as much at worst.
    fn ask(&mut self, now: Duration) {
        let (documented, window) = REPORTS;
        let least = (documented >> self.refusals.min(31)).max(1) as usize;
        if let Some(before) = self.asked.len().checked_sub(least) {
            self.free = self.free.max(self.asked[before] + window);
        }
        self.asked.push(now);
    }
}

impl Service {
    /// A refusal, as long as there are some left.
    fn refusal(&self) -> Option<(StatusCode, HeaderMap)> {
        let mut state = self.state.lock().unwrap();
        if state.refusals_left == 0 || !self.random.one_in(3) {
            state.answered += 1;
            return None;
        }
        state.refusals_left -= 1;
        let mut headers = HeaderMap::new();
        if self.random.one_in(2) {
            headers.insert("retry-after", self.random.below(5).into());
        }
        let status = if self.random.one_in(3) { 503 } else { 429 };
        Some((StatusCode::from_u16(status).unwrap(), headers))
    }

    fn refusals_left(&self) -> u64 {
        self.state.lock().unwrap().refusals_left
    }

    async fn travel(&self) {
        let millis = 1 + self.random.below(LATENCY.as_millis() as u64 / 2);
        self.clock.sleep(Duration::from_millis(millis)).await;
    }

    fn body(&self, request: &TransportRequest) -> (StatusCode, HeaderMap, String) {
        let path = request.url.path().to_owned();
        let mut headers = HeaderMap::new();
        if path.ends_with("/$batch") {
            return (StatusCode::OK, headers, self.batch(&request.body));
        }
        if path.contains("/reports/") {
            headers.insert("location", "https://files.example/x".parse().unwrap());
            return (StatusCode::FOUND, headers, String::new());
        }
        let at = format!("{path}?{}", request.url.query().unwrap_or_default());
        (StatusCode::OK, headers, resource(&at))
    }

    fn batch(&self, body: &[u8]) -> String {
        let batch: serde_json::Value = serde_json::from_slice(body).unwrap();
        let requests = batch["requests"].as_array().unwrap().iter();
        let responses = requests.map(|request| {
            let id = request["id"].as_str().unwrap();
            let url = request["url"].as_str().unwrap();
            match self.refusal() {
                None => format!(
                    r#"{{"id":"{id}","status":200,"body":{}}}"#,
                    resource(&format!("/v1.0{url}"))
                ),
                Some((status, headers)) => {
                    let headers: BTreeMap<&str, &str> = headers
                        .iter()
                        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
                        .collect();
                    format!(
                        r#"{{"id":"{id}","status":{},"headers":{}}}"#,
                        status.as_u16(),
                        serde_json::to_string(&headers).unwrap()
                    )
                }
            }
        });
        let responses: Vec<String> = responses.collect();
        format!(r#"{{"responses":[{}]}}"#, responses.join(","))
    }
}

/// Collections have three pages, everything else is an object.
fn resource(target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let page = query
        .split("page=")
        .nth(1)
        .map_or(1, |n| n.parse().unwrap());
    let is_delta = path.ends_with("/delta");
    let collection = ["/users", "/members", "/messages", "/delta"]
        .iter()
        .any(|end| path.ends_with(end));
    if !collection {
        return r#"{"id":"1"}"#.to_owned();
    }
    let link = match (page, is_delta) {
        _ if query.contains("token=latest") => {
            format!(r#","@odata.deltaLink":"https://graph.microsoft.com{path}?page=3""#)
        }
        (1 | 2, _) => format!(
            r#","@odata.nextLink":"https://graph.microsoft.com{path}?page={}""#,
            page + 1
        ),
        (_, true) => {
            format!(r#","@odata.deltaLink":"https://graph.microsoft.com{path}?page=9""#)
        }
        (_, false) => String::new(),
    };
    format!(r#"{{"value":[{{"id":"{page}"}}]{link}}}"#)
}

#[async_trait]
impl Transport for Service {
    async fn send(&self, request: TransportRequest) -> Result<TransportResponse, TransportError> {
        let is_report = request.url.path().contains("/reports/");
        if is_report {
            let now = self.clock.monotonic();
            self.state.lock().unwrap().reports.ask(now);
        }
        self.travel().await;
        let before = self.refusals_left();
        let refusal = self.refusal();
        let (status, headers, body) = if let Some((status, headers)) = refusal {
            (status, headers, String::new())
        } else if request.url.path().ends_with("/token") {
            let token = r#"{"access_token":"token","expires_in":3600}"#;
            (StatusCode::OK, HeaderMap::new(), token.to_owned())
        } else if request.url.host_str() == Some("files.example") {
            let csv = "Report Refresh Date,User\n2026-01-01,1\n";
            (StatusCode::OK, HeaderMap::new(), csv.to_owned())
        } else {
            self.body(&request)
        };
        let refused = self.refusals_left() < before;
        self.travel().await;
        if refused {
            // The wait counts from when the client takes notice.
            let mut state = self.state.lock().unwrap();
            state.last_refusal = self.clock.monotonic();
            state.reports.refusals +=
                u32::from(is_report && status == StatusCode::TOO_MANY_REQUESTS);
        }
        Ok(TransportResponse::new(status, headers, body))
    }
}

/// Sees to it that calls end in time.
#[derive(Clone)]
pub(crate) struct Meter(Arc<Service>);

impl Meter {
    /// A call ends at the latest a second after the longest wait that the refusals up to then led
    /// to; what the service took for answers meanwhile comes on top.
    pub(crate) async fn call<T>(&self, name: &str, call: impl Future<Output = T>) -> T {
        self.ends(name, |_| Duration::ZERO, call).await
    }

    /// A report may also wait until its quota had room for the last that was asked for.
    pub(crate) async fn report<T>(&self, call: impl Future<Output = T>) -> T {
        self.ends("a report", |served| served.reports.free, call)
            .await
    }

    async fn ends<T>(
        &self,
        name: &str,
        free: impl Fn(&Served) -> Duration,
        call: impl Future<Output = T>,
    ) -> T {
        let before = self.0.state.lock().unwrap().answered;
        let began = self.0.clock.monotonic();
        let result = call.await;
        let now = self.0.clock.monotonic();
        let mut state = self.0.state.lock().unwrap();
        let free = began
            .max(state.last_refusal + LONGEST_WAIT + SPREAD)
            .max(free(&state));
        let latest = free + LATENCY * (state.answered - before + 2) + ALLOWED;
        if now > latest {
            state.late.push(format!(
                "{name} was {:?} late at {now:?}",
                now.saturating_sub(latest)
            ));
        }
        result
    }
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Runs,
    /// Polled so often, then kept and never polled again.
    Left(u32),
    /// Polled so often, then dropped.
    Dropped(u32),
}

pub(crate) type Job = Pin<Box<dyn Future<Output = graph_client::Result<()>>>>;

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

struct Task {
    name: &'static str,
    fate: Fate,
    job: Option<Job>,
    woken: Arc<Flag>,
    polls: u32,
}

impl Task {
    fn is_ready(&self) -> bool {
        self.job.is_some() && self.woken.0.load(Ordering::SeqCst) && self.fate != self.at_end()
    }

    fn at_end(&self) -> Fate {
        Fate::Left(self.polls)
    }
}

/// One run, decided by its seed.
pub(crate) struct World {
    pub(crate) client: Client,
    pub(crate) random: Seeded,
    clock: Arc<VirtualClock>,
    service: Arc<Service>,
    tasks: Vec<Task>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self::with_limits(seed, |random| match random.below(3) {
            0 => Limits::none(),
            1 => Limits::documented(),
            _ => Limits::documented().with(
                Limit::new(Workload::Identity, LimitScope::Tenant, 2, Duration::ZERO)
                    .unit(LimitUnit::Concurrent),
            ),
        })
    }

    pub(crate) fn with_limits(seed: u64, limits: impl Fn(&Seeded) -> Limits) -> Self {
        let clock = Arc::new(VirtualClock::default());
        let random = Seeded::new(seed);
        let service = Arc::new(Service {
            clock: Arc::clone(&clock),
            random: Seeded::new(random.next_u64()),
            state: Mutex::new(Served {
                refusals_left: random.below(7),
                ..Served::default()
            }),
        });
        let limits = limits(&random);
        let retry = RetryOptions::default().max_delay(LONGEST_WAIT);
        let tenant = TenantId::new("one.example").unwrap();
        let client = Client::builder(tenant, Credential::client_secret("app", "secret"))
            .transport(Arc::<Service>::clone(&service))
            .clock(Arc::<VirtualClock>::clone(&clock))
            .random(Arc::new(Seeded::new(random.next_u64())))
            .limits(limits)
            .retry(retry)
            .build()
            .unwrap();
        Self {
            client: client.patient(),
            random,
            clock,
            service,
            tasks: Vec::new(),
        }
    }

    pub(crate) fn meter(&self) -> Meter {
        Meter(Arc::clone(&self.service))
    }

    pub(crate) fn spawn(&mut self, name: &'static str, fate: Fate, job: Job) {
        self.tasks.push(Task {
            name,
            fate,
            job: Some(job),
            woken: Arc::new(Flag(AtomicBool::new(true))),
            polls: 0,
        });
    }

    /// Runs until all have ended that run, and says when; or what went wrong.
    pub(crate) fn run(mut self) -> Result<Duration, String> {
        let mut turn = 0u64;
        loop {
            turn += 1;
            if turn > 2_000_000 {
                return Err(self.tell("turns without end"));
            }
            let mut ready: Vec<usize> = (0..self.tasks.len())
                .filter(|at| self.tasks[*at].is_ready())
                .collect();
            if ready.is_empty() {
                if self
                    .tasks
                    .iter()
                    .all(|task| task.job.is_none() || task.fate != Fate::Runs)
                {
                    let late = self.service.state.lock().unwrap().late.join(", ");
                    return if late.is_empty() {
                        Ok(self.clock.monotonic())
                    } else {
                        Err(self.tell(&late))
                    };
                }
                if !self.clock.step(END) {
                    return Err(self.tell("stuck"));
                }
                continue;
            }
            while !ready.is_empty() {
                let at = ready.swap_remove(self.random.below(ready.len() as u64) as usize);
                self.poll(at)?;
            }
        }
    }

    fn poll(&mut self, at: usize) -> Result<(), String> {
        let task = &mut self.tasks[at];
        if task.fate == Fate::Dropped(task.polls) {
            task.job = None;
            return Ok(());
        }
        let Some(job) = &mut task.job else {
            return Ok(());
        };
        task.woken.0.store(false, Ordering::SeqCst);
        task.polls += 1;
        let waker = Waker::from(Arc::clone(&task.woken));
        let polled = job.as_mut().poll(&mut Context::from_waker(&waker));
        // One that is dropped is so at once, and not when it is woken.
        if task.fate == Fate::Dropped(task.polls) {
            task.job = None;
        }
        let Poll::Ready(result) = polled else {
            return Ok(());
        };
        task.job = None;
        let name = task.name;
        if let Err(error) = result {
            return Err(self.tell(&format!("{name} failed: {error}")));
        }
        Ok(())
    }

    fn tell(&self, what: &str) -> String {
        let tasks: Vec<String> = self
            .tasks
            .iter()
            .map(|task| {
                let state = if task.job.is_some() { "open" } else { "ended" };
                format!(
                    "{} {:?} {state} after {} polls",
                    task.name, task.fate, task.polls
                )
            })
            .collect();
        format!(
            "{what} at {:?}: {}",
            self.clock.monotonic(),
            tasks.join("; ")
        )
    }
}
