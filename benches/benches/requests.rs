//! What each source of the catalogue asks of the service: `cargo bench -p benches --bench requests`;
//! the arguments are numbers of users, groups and devices, 10,000, 2,000 and 8,000 unless told.
//!
//! A first reading of a simulated tenant, without limits of our own: how many requests each source
//! sends, how many more there are inside its batches, and which share of what the documented limits
//! allow in an hour that is, with nothing beside it. Requests inside a batch count like others.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a program that prints a table"
)]

use std::sync::Arc;
use std::time::Instant;

use graph_client::{Client, Credential, Limits, TenantId};
use m365_collect::{Engine, SourceReport, SqliteStore, sources};
use tenant_sim::{GenerateOptions, Sim, Tenant};

fn main() {
    let numbers: Vec<usize> = std::env::args()
        .filter_map(|number| number.parse().ok())
        .collect();
    let number = |at: usize, otherwise| numbers.get(at).copied().unwrap_or(otherwise);
    let options = GenerateOptions {
        users: number(0, 10_000),
        groups: number(1, 2_000),
        devices: Some(number(2, 8_000)),
        administrators: 25,
        ..GenerateOptions::default()
    };
    tokio::runtime::Runtime::new()
        .unwrap()
        .block_on(measure(options));
}

async fn measure(options: GenerateOptions) {
    let sim = Sim::builder()
        .tenant(Tenant::generate(options))
        .start()
        .await
        .unwrap();
    let client = Client::builder(
        TenantId::new(sim.tenant_id()).unwrap(),
        Credential::client_secret(sim.client_id(), sim.client_secret()),
    )
    .graph_origin(sim.graph_url())
    .login_origin(sim.login_url())
    .limits(Limits::none())
    .build()
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("bench.m365"));
    let began = Instant::now();
    let report = Engine::new(client, Arc::new(store.await.unwrap()))
        .check_counts(false)
        .run()
        .await
        .unwrap();
    println!(
        "{} users, {} groups, {} devices: {:.1} s, {} requests",
        options.users,
        options.groups,
        options.devices.unwrap_or_default(),
        began.elapsed().as_secs_f64(),
        sim.stats().requests
    );
    println!(
        "{:<36} {:<17} {:>8} {:>8} {:>9} {:>12} {:>8}",
        "source", "workload", "seen", "requests", "in batch", "allowed/hour", "share"
    );
    for source in &report.sources {
        row(source);
    }
}

fn row(source: &SourceReport) {
    let catalogue = sources::catalogue();
    let mut all = catalogue.iter().map(|known| known.descriptor());
    let descriptor = all.find(|descriptor| descriptor.id == source.id).unwrap();
    let endpoint = descriptor.endpoints.first().unwrap();
    let allowed = endpoint.reads_an_hour(&Limits::documented());
    // A batch is no request of its own for the limits: what is inside counts, and the pages that
    // follow.
    let batches = source.stats.batched.div_ceil(20).min(source.stats.requests);
    let counted = source.stats.requests - batches + source.stats.batched;
    let share = allowed.map(|allowed| counted as f64 / allowed as f64 * 100.0);
    println!(
        "{:<36} {:<17} {:>8} {:>8} {:>9} {:>12} {:>8}{}",
        source.id.as_str(),
        endpoint.workload().as_str(),
        source.stats.seen,
        source.stats.requests,
        source.stats.batched,
        allowed.map_or_else(|| "-".to_owned(), |allowed| allowed.to_string()),
        share.map_or_else(|| "-".to_owned(), |share| format!("{share:.2} %")),
        source
            .outcome
            .reason()
            .map_or_else(String::new, |reason| format!(
                "  {}: {reason}",
                source.outcome.name()
            )),
    );
}
