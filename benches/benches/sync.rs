//! What a sync costs: `cargo bench -p benches --bench sync -- 100000 1000000`; the arguments are
//! numbers of users.
//!
//! A server on loopback sends users of about 1.4 kB in delta pages of 200, with ids in no order.
//! Each step runs in a process of its own and tells its time, processor time and peak memory: a
//! plain download of the same bytes, a first sync into SQLite, one without any change, one with a
//! change to every thousandth user, and the facts. All share the machine's cores with the server.
//! `TMPDIR` says where the store goes.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a program that prints a table"
)]

#[path = "sync/server.rs"]
mod server;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use benches::{peak_memory, processor_time};
use graph_client::{
    AccessToken, Client, Credential, CredentialError, Limits, TenantId, TokenProvider, TokenQuery,
};
use m365_collect::{Engine, Kind, SqliteStore, Store};
use server::Server;

const STEPS: [(&str, &str); 5] = [
    ("download", "plain download"),
    ("first", "first sync"),
    ("same", "sync without change"),
    ("changed", "sync with 0.1 % changed"),
    ("facts", "facts"),
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, marker, step, origin, store] = arguments.as_slice()
        && marker == "--step"
    {
        return child(step, origin, Path::new(store));
    }
    let mut sizes: Vec<usize> = arguments
        .iter()
        .filter_map(|size| size.parse().ok())
        .collect();
    if sizes.is_empty() {
        sizes = vec![100_000];
    }
    println!(
        "{:<26} {:>9} {:>9} {:>11} {:>10} {:>8} {:>9} {:>9}",
        "step", "users", "seconds", "users per s", "processor", "peak", "requests", "on disk"
    );
    for users in sizes {
        measure(users);
    }
}

fn measure(users: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let server = Arc::new(Server::new(users));
    let origin = runtime.block_on(Arc::clone(&server).listen());
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("bench.m365");
    for (step, title) in STEPS {
        server.changed(step == "changed");
        let before = server.requests();
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--step", step, &origin])
            .arg(&store)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{step}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let said = String::from_utf8(output.stdout).unwrap();
        let numbers: Vec<f64> = said
            .split_whitespace()
            .map(|n| n.parse().unwrap())
            .collect();
        let [seen, seconds, cpu, peak]: [f64; 4] = numbers.try_into().unwrap();
        let size: u64 = [&store, &folder.path().join("bench.m365-wal")]
            .into_iter()
            .filter_map(|file| file.metadata().ok())
            .map(|file| file.len())
            .sum();
        println!(
            "{title:<26} {seen:>9.0} {seconds:>8.2}s {:>11.0} {cpu:>9.2}s {peak:>4.1} MiB {:>9} {:>6} MiB",
            seen / seconds,
            server.requests() - before,
            size / 1024 / 1024,
        );
    }
}

/// Users seen, seconds, processor seconds and peak mebibytes.
fn child(step: &str, origin: &str, store: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let began = Instant::now();
    let seen = runtime.block_on(async {
        match step {
            "download" => server::download(origin).await,
            "facts" => facts(store).await,
            _ => sync(origin, store).await,
        }
    });
    let seconds = began.elapsed().as_secs_f64();
    println!("{seen} {seconds} {} {}", processor_time(), peak_memory());
}

async fn sync(origin: &str, path: &Path) -> u64 {
    let client = Client::builder(
        TenantId::new("contoso.example").unwrap(),
        Credential::provider("app", Arc::new(Fixed)),
    )
    .graph_origin(origin)
    .login_origin(origin)
    .limits(Limits::none())
    .build()
    .unwrap();
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(path).await.unwrap());
    let engine = Engine::new(client, Arc::clone(&store)).only(["users"]);
    let report = engine.run().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    report.sources[0].stats.seen
}

async fn facts(path: &Path) -> u64 {
    let store = SqliteStore::open_read_only(path).await.unwrap();
    let facts = m365_collect::facts(&store).await.unwrap();
    drop(facts);
    store.count(&Kind::USER).await.unwrap()
}

#[derive(Debug)]
struct Fixed;

#[async_trait]
impl TokenProvider for Fixed {
    async fn token(&self, _: TokenQuery<'_>) -> Result<AccessToken, CredentialError> {
        Ok(AccessToken::new("token", Duration::from_secs(3600)))
    }
}
