//! How fast a tenant's users get into the store, beside a plain download of the same pages.
//!
//! `cargo bench -p benches --bench sync -- 20000 100000`; the arguments are numbers of users.
//! Reader and simulated tenant share the machine, so only the ratio says something.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use graph_client::{Client, Credential, Limits, TenantId};
use m365_collect::{Engine, Kind, RawItem, SqliteStore, Store};
use tenant_sim::{GenerateOptions, Sim, SimHandle, Tenant};

type Failure = Box<dyn std::error::Error>;

const PROPERTIES: &[&str] = &[
    "id",
    "userPrincipalName",
    "displayName",
    "mail",
    "accountEnabled",
    "userType",
    "createdDateTime",
    "department",
    "jobTitle",
    "assignedLicenses",
    "proxyAddresses",
];

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut sizes: Vec<usize> = std::env::args()
        .filter_map(|size| size.parse().ok())
        .collect();
    if sizes.is_empty() {
        sizes = vec![10_000, 50_000];
    }
    eprintln!(
        "   users  download users/s  first sync users/s   ratio  no-change sync  bytes/user on disk"
    );
    for users in sizes {
        let tenant = Tenant::generate(GenerateOptions {
            seed: 1,
            users,
            groups: 10,
            ..GenerateOptions::default()
        });
        let sim = Sim::builder().tenant(tenant).start().await?;
        measure(&sim, users).await?;
    }
    Ok(())
}

async fn measure(sim: &SimHandle, users: usize) -> Result<(), Failure> {
    let client = Client::builder(
        TenantId::new(sim.tenant_id())?,
        Credential::client_secret(sim.client_id(), sim.client_secret()),
    )
    .graph_origin(sim.graph_url())
    .login_origin(sim.login_url())
    .limits(Limits::none())
    .build()?;

    let began = Instant::now();
    let mut pages = client.delta::<RawItem>("users").select(PROPERTIES).pages();
    let mut seen = 0;
    while let Some(page) = pages.try_next().await? {
        seen += page.changes.len();
    }
    let download = began.elapsed();

    let folder = tempfile::tempdir()?;
    let path = folder.path().join("bench.m365");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path).await?);
    let engine = Engine::new(client, Arc::clone(&store)).only(["users"]);
    let began = Instant::now();
    let first = engine.run().await?;
    let sync = began.elapsed();
    let began = Instant::now();
    let second = engine.run().await?;
    let again = began.elapsed();
    let stored = store.count(&Kind::USER).await?;
    if !(first.is_complete() && second.is_complete()) || stored != seen as u64 {
        return Err("the sync was not complete: the figures would mean nothing".into());
    }
    let bytes = path.metadata()?.len() + wal(&path);
    eprintln!(
        "{users:>8} {:>17.0} {:>19.0} {:>7.2} {:>13.1?} {:>19}",
        rate(seen, download),
        rate(seen, sync),
        download.as_secs_f64() / sync.as_secs_f64(),
        again,
        bytes / stored.max(1),
    );
    Ok(())
}

fn wal(path: &std::path::Path) -> u64 {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    std::fs::metadata(name).map_or(0, |file| file.len())
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(users: usize, time: Duration) -> f64 {
    users as f64 / time.as_secs_f64()
}
