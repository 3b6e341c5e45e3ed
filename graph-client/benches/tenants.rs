//! What a refusal of one tenant costs a client of many: `cargo bench -p graph-client --bench
//! tenants`. Eight calls of each tenant wait for a limit; then one tenant is refused. The figures
//! are time on the processor until everything waits again: network and clock are made up.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a program that prints a table"
)]

#[path = "../tests/it/support/simulation.rs"]
mod simulation;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::executor::LocalPool;
use futures::task::LocalSpawnExt as _;
use graph_client::{
    Client, Clock as _, Credential, Limit, LimitScope, Limits, TenantId, Transport, TransportError,
    TransportRequest, TransportResponse, Workload,
};
use http::{HeaderMap, StatusCode};
use simulation::VirtualClock;

const CALLS: usize = 8;

/// Answers at once; but `refused` is refused after a second.
struct Service {
    clock: Arc<VirtualClock>,
    refusing: AtomicBool,
}

#[async_trait]
impl Transport for Service {
    async fn send(&self, request: TransportRequest) -> Result<TransportResponse, TransportError> {
        let token = r#"{"access_token":"token","expires_in":86400}"#;
        let mut headers = HeaderMap::new();
        let mut status = StatusCode::OK;
        if request.url.path().ends_with("/organization")
            && self.refusing.swap(false, Ordering::Relaxed)
        {
            self.clock.sleep(Duration::from_secs(1)).await;
            headers.insert("retry-after", 30.into());
            status = StatusCode::TOO_MANY_REQUESTS;
        }
        Ok(TransportResponse::new(status, headers, token))
    }
}

/// Processor time to take a refusal, and all that until everybody has been served.
fn measure(tenants: usize) -> (Duration, Duration) {
    let clock = Arc::new(VirtualClock::default());
    let service = Arc::new(Service {
        clock: Arc::clone(&clock),
        refusing: AtomicBool::new(true),
    });
    // One of each tenant goes at once, the others a minute later.
    let limit = |requests, per| {
        let per = Duration::from_secs(per);
        Limit::new(Workload::Identity, LimitScope::Tenant, requests, per)
    };
    let client = Client::builder(
        TenantId::new("t0.example").unwrap(),
        Credential::client_secret("app", "secret"),
    )
    .transport(service)
    .clock(Arc::<VirtualClock>::clone(&clock))
    .limits(Limits::documented().with(limit(1, 60)))
    .build()
    .unwrap();
    let mut pool = LocalPool::new();
    for tenant in 0..tenants {
        let client = client.for_tenant(TenantId::new(format!("t{tenant}.example")).unwrap());
        for _ in 0..=CALLS {
            let client = client.clone();
            let call = async move {
                client.raw("organization").send().await.unwrap();
            };
            pool.spawner().spawn_local(call).unwrap();
        }
    }
    pool.run_until_stalled();
    // The answer comes; what it sets off until all wait again is what is measured.
    assert!(clock.step(Duration::from_secs(2)));
    let began = Instant::now();
    pool.run_until_stalled();
    let refusal = began.elapsed();
    let began = Instant::now();
    while clock.step(Duration::from_secs(700)) {
        pool.run_until_stalled();
    }
    assert!(!pool.try_run_one());
    (refusal, began.elapsed())
}

fn main() {
    println!(
        "{:>8} {:>20} {:>26}",
        "tenants", "one refusal (ms)", "all served after it (ms)"
    );
    for tenants in [10, 100, 1_000, 5_000] {
        let runs = if tenants > 100 { 3 } else { 10 };
        let (mut refusal, mut rest) = (Duration::MAX, Duration::MAX);
        for _ in 0..runs {
            let (one, all) = measure(tenants);
            (refusal, rest) = (refusal.min(one), rest.min(all));
        }
        println!(
            "{tenants:>8} {:>20.3} {:>26.1}",
            refusal.as_secs_f64() * 1000.0,
            rest.as_secs_f64() * 1000.0
        );
    }
}
