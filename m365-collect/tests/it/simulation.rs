//! Whole lives of a store in virtual time: days of edits, faults of every sort, runs that are cut
//! off at any request, consent that is taken away, clocks that jump.
//!
//! A life follows from its seed alone. `M365_SEEDS` says how many, 60 unless told; `M365_SEED` plays
//! a single one: what a failure names.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what a test expects, its helpers expect too"
)]

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use crate::common::differences;
use async_trait::async_trait;
use bytes::Bytes;
use graph_client::test_util::ManualClock;
use graph_client::{
    Client, Clock, Credential, Random, TenantId, Transport, TransportError, TransportErrorKind,
    TransportRequest, TransportResponse,
};
use m365_collect::{Engine, Kind, MemoryStore, Outcome, PartialReason, Report, Store};
use tenant_sim::{Expiry, FaultPlan, GenerateOptions, Offline, Sim, Tenant};
use tokio::sync::Notify;

/// splitmix64.
#[derive(Debug)]
struct Dice(AtomicU64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    fn roll(&self) -> u64 {
        let step = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.0.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&self, bound: u64) -> u64 {
        self.roll() % bound
    }
}

impl Random for Dice {
    #[expect(
        clippy::cast_precision_loss,
        reason = "53 bits are what a fraction holds"
    )]
    fn next_f64(&self) -> f64 {
        (self.roll() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn next_u64(&self) -> u64 {
        self.roll()
    }
}

/// The way from a client to a tenant without a server.
struct Wire {
    sim: Arc<Offline>,
    clock: Arc<ManualClock>,
    trace: Mutex<DefaultHasher>,
    sent: AtomicU64,
    cut_after: AtomicU64,
    cut: Notify,
}

#[async_trait]
impl Transport for Wire {
    async fn send(&self, request: TransportRequest) -> Result<TransportResponse, TransportError> {
        assert_eq!(
            request.url.host_str(),
            Some("127.0.0.1"),
            "nothing is sent to another host"
        );
        let number = self.sent.fetch_add(1, Ordering::Relaxed) + 1;
        if number >= self.cut_after.load(Ordering::Relaxed) {
            self.cut.notify_one();
            std::future::pending::<()>().await;
        }
        // Others get their turn, and a round trip takes its time.
        self.clock.sleep(Duration::from_millis(40)).await;
        let mut asked = http::Request::new(request.body.clone());
        *asked.method_mut() = request.method.clone();
        *asked.uri_mut() = request.url.as_str().parse().unwrap();
        *asked.headers_mut() = request.headers.clone();
        let elapsed = self.clock.elapsed();
        let answer = self.sim.answer(elapsed, &asked);
        let mut trace = self.trace.lock().unwrap();
        let status = answer.as_ref().map(|answer| answer.status().as_u16());
        (request.method.as_str(), request.url.path(), status, elapsed).hash(&mut *trace);
        match answer {
            None => Err(TransportError::new(TransportErrorKind::Interrupted)),
            Some(answer) => {
                let (parts, body): (_, Bytes) = answer.into_parts();
                Ok(TransportResponse::new(parts.status, parts.headers, body))
            }
        }
    }
}

struct Life {
    seed: u64,
    sim: Arc<Offline>,
    wire: Arc<Wire>,
    clock: Arc<ManualClock>,
    dice: Arc<Dice>,
    store: Arc<dyn Store>,
    /// Whether the owner of the tenant says that so many are gone.
    confirms: AtomicBool,
}

const SOURCES: [&str; 3] = ["organization", "users", "groups"];

impl Life {
    fn new(seed: u64) -> Self {
        let tenant = Tenant::generate(GenerateOptions {
            seed,
            users: 30 + usize::try_from(seed % 40).unwrap(),
            groups: 8,
            ..GenerateOptions::default()
        });
        let mut faults = FaultPlan::hostile(seed);
        faults.foreign_next_link = 0.002;
        faults.retry_after_scale = 30.0;
        let clock = Arc::new(ManualClock::new());
        let sim = Sim::builder()
            .tenant(tenant)
            .faults(faults)
            .now(clock.now())
            .page_size(5 + usize::try_from(seed % 20).unwrap());
        let sim = Arc::new(sim.offline());
        let wire = Arc::new(Wire {
            sim: Arc::clone(&sim),
            clock: Arc::clone(&clock),
            trace: Mutex::default(),
            sent: AtomicU64::new(0),
            cut_after: AtomicU64::new(u64::MAX),
            cut: Notify::new(),
        });
        Self {
            seed,
            sim,
            wire,
            clock,
            dice: Arc::new(Dice::new(seed)),
            store: Arc::new(MemoryStore::new()),
            confirms: AtomicBool::new(false),
        }
    }

    fn engine(&self) -> Engine {
        let client = Client::builder(
            TenantId::new(self.sim.tenant_id()).unwrap(),
            Credential::client_secret(self.sim.client_id(), self.sim.client_secret()),
        )
        .graph_origin(self.sim.graph_url())
        .login_origin(self.sim.login_url())
        .transport(Arc::<Wire>::clone(&self.wire))
        .clock(Arc::<ManualClock>::clone(&self.clock))
        .random(Arc::<Dice>::clone(&self.dice))
        .build()
        .unwrap();
        Engine::new(client, Arc::clone(&self.store))
            .clock(Arc::<ManualClock>::clone(&self.clock))
            .only(SOURCES)
            .partitioned(self.seed.is_multiple_of(3))
            .confirm_removals(self.confirms.load(Ordering::Relaxed))
    }

    /// A run that is cut off after some requests, as by a crash, where the dice say so.
    async fn run(&self) -> Option<Report> {
        let engine = self.engine();
        let sent = self.wire.sent.load(Ordering::Relaxed);
        let cut_after = if self.dice.below(3) == 0 {
            sent + 1 + self.dice.below(60)
        } else {
            u64::MAX
        };
        self.wire.cut_after.store(cut_after, Ordering::Relaxed);
        let report = tokio::select! {
            biased;
            report = engine.run() => report.ok(),
            () = self.wire.cut.notified() => None,
        };
        self.wire.cut_after.store(u64::MAX, Ordering::Relaxed);
        // A process that starts anew does not know what the last one was asked to wait.
        self.clock.advance(Duration::from_secs(60));
        report
    }

    async fn equals_truth(&self, when: &str) {
        let differences = differences(self.store.as_ref(), &self.sim.truth()).await;
        assert!(
            differences.is_empty(),
            "seed {}, {when}: {:?}",
            self.seed,
            &differences[..differences.len().min(5)]
        );
    }

    /// While consent is missing nothing is read, and nothing is lost.
    async fn without_consent(&self) {
        let before = self.store.count(&Kind::USER).await.unwrap();
        self.sim.revoke("User.Read.All");
        self.sim.expire_bearer_tokens();
        if let Some(report) = self.run().await {
            let outcome = &report.source("users").unwrap().outcome;
            assert!(
                !matches!(outcome, Outcome::Complete),
                "seed {}: {outcome:?}",
                self.seed
            );
        }
        let after = self.store.count(&Kind::USER).await.unwrap();
        assert!(
            after >= before,
            "seed {}: a refusal emptied a list",
            self.seed
        );
        self.sim.grant("User.Read.All");
        self.sim.expire_bearer_tokens();
    }

    /// Its trace: the same seed gives the same one.
    async fn live(&self) -> u64 {
        for day in 0..5 {
            for _ in 0..=self.dice.below(3) {
                let report = self.run().await;
                if report.is_some_and(|report| report.is_complete()) {
                    self.equals_truth(&format!("day {day}")).await;
                }
                if self.dice.below(20) == 0 {
                    self.without_consent().await;
                }
            }
            self.sim.edit(|tenant| {
                tenant.churn(
                    self.seed * 100 + day,
                    usize::try_from(self.dice.below(25)).unwrap(),
                );
            });
            // Until the next run: minutes, or longer than a delta token lives.
            let minutes = 10 + self.dice.below(60);
            self.clock.advance(Duration::from_secs(minutes * 60));
            if self.dice.below(6) == 0 {
                let expiries = [
                    Expiry::GoneWithLocation,
                    Expiry::GoneWithoutLocation,
                    Expiry::SyncStateNotFound,
                ];
                let which = usize::try_from(self.dice.below(3)).unwrap();
                self.sim.expire_delta_tokens(expiries[which]);
                self.clock.advance(Duration::from_secs(8 * 24 * 60 * 60));
            }
        }
        // Once the faults stop it is done within a few runs.
        self.sim.clear_faults();
        let mut runs = 0;
        loop {
            let report = self.run().await;
            if report.as_ref().is_some_and(Report::is_complete) {
                break;
            }
            // In a tenant of thirty, days of edits may take away more than is believed unasked.
            let sources = report.iter().flat_map(|report| &report.sources);
            let holds = sources.map(|source| &source.outcome).any(|outcome| {
                let Outcome::Partial { reason } = outcome else {
                    return false;
                };
                matches!(reason, PartialReason::HeldRemovals { .. })
            });
            self.confirms.store(holds, Ordering::Relaxed);
            runs += 1;
            assert!(
                runs < 12,
                "seed {}: it does not come to its end: {report:#?}",
                self.seed
            );
        }
        self.equals_truth("at the end").await;
        let stats = self.sim.stats();
        assert_eq!(stats.writes, 0, "seed {}: only reads", self.seed);
        assert_eq!(
            stats.early_retries, 0,
            "seed {}: it waits as asked",
            self.seed
        );
        self.wire.trace.lock().unwrap().finish()
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

#[test]
fn every_life_ends_with_the_truth() {
    assert!(ManualClock::new().now() > UNIX_EPOCH);
    let (first, seeds) = match number("M365_SEED") {
        Some(seed) => (seed, 1),
        None => (1, number("M365_SEEDS").unwrap_or(60)),
    };
    let mut requests = 0;
    for seed in first..first + seeds {
        let runtime = || {
            tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap()
        };
        let life = Life::new(seed);
        let trace = runtime().block_on(life.live());
        requests += life.wire.sent.load(Ordering::Relaxed);
        // Every so often twice: the same seed, the same requests at the same times.
        if seed % 20 == 1 {
            let again = Life::new(seed);
            assert_eq!(
                runtime().block_on(again.live()),
                trace,
                "seed {seed}: another life"
            );
        }
    }
    println!("{seeds} seeds, {requests} requests");
}
