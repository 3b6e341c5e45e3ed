//! What the tests against a simulated tenant share.

#![allow(dead_code, reason = "each test file uses a part")]

pub(crate) mod fake;
pub(crate) mod rounds;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use graph_client::{Client, Credential, Limits, RetryOptions, TenantId};
use m365_collect::{Edge, Engine, Kind, Record, Relation, Report, Store};
use serde_json::Value;
use tenant_sim::{SimHandle, Truth};

/// A client for the simulated tenant. Without the documented quotas, which the simulator does not
/// enforce unless told to.
pub(crate) fn client(sim: &SimHandle) -> Client {
    let mut retry = RetryOptions::default();
    retry.base_delay = Duration::from_millis(1);
    client_with(sim, sim.client_secret(), retry)
}

pub(crate) fn client_with(sim: &SimHandle, secret: &str, retry: RetryOptions) -> Client {
    Client::builder(
        TenantId::new(sim.tenant_id()).unwrap(),
        Credential::client_secret(sim.client_id(), secret),
    )
    .graph_origin(sim.graph_url())
    .login_origin(sim.login_url())
    .limits(Limits::none())
    .retry(retry)
    .build()
    .unwrap()
}

/// Little patience, for tests in which waiting is in vain.
pub(crate) fn impatient() -> RetryOptions {
    let mut retry = RetryOptions::default();
    retry.max_attempts = 3;
    retry.total_time = Duration::from_secs(2);
    retry.base_delay = Duration::from_millis(10);
    retry.max_delay = Duration::from_millis(50);
    retry
}

pub(crate) fn engine(sim: &SimHandle, store: &Arc<dyn Store>) -> Engine {
    Engine::new(client(sim), Arc::clone(store))
}

/// Syncs until a run is complete. A fault may end a run of a source; the next one goes on.
pub(crate) async fn sync_until_complete(engine: &Engine) -> Report {
    let mut last = None;
    for _ in 0..20 {
        match engine.run().await {
            Ok(report) if report.is_complete() => return report,
            other => last = Some(other),
        }
    }
    panic!("no sync was complete: {last:?}");
}

pub(crate) async fn records(store: &dyn Store, kind: &Kind) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    let mut after: Option<String> = None;
    loop {
        let page: Vec<Record> = store.records(kind, after.as_deref(), 500).await.unwrap();
        let Some(last) = page.last() else { return all };
        after = Some(last.id.clone());
        all.extend(page.into_iter().map(|r| (r.id.clone(), r.view().unwrap())));
    }
}

pub(crate) async fn edges(store: &dyn Store, relation: &Relation) -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    let mut after: Option<Edge> = None;
    loop {
        let page = store.edges(relation, after.as_ref(), 500).await.unwrap();
        let Some(last) = page.last() else { return all };
        after = Some(last.clone());
        all.extend(page.into_iter().map(|edge| (edge.from, edge.to)));
    }
}

pub(crate) async fn tombstones(store: &dyn Store, kind: &Kind) -> BTreeSet<String> {
    let graves = store.tombstones(kind, None, 100_000).await.unwrap();
    graves.into_iter().map(|grave| grave.id).collect()
}

/// Properties of a user that every sync asks for.
const USER: &[&str] = &[
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
];
const GROUP: &[&str] = &[
    "id",
    "displayName",
    "description",
    "groupTypes",
    "securityEnabled",
    "mailEnabled",
];

/// Why the store differs from the truth; empty where it does not.
pub(crate) async fn differences(store: &dyn Store, truth: &Truth) -> Vec<String> {
    let mut found = Vec::new();
    let users = records(store, &Kind::USER).await;
    let groups = records(store, &Kind::GROUP).await;
    compare("user", &truth.users, &users, USER, &mut found);
    compare("group", &truth.groups, &groups, GROUP, &mut found);
    for (what, truth, read) in [
        (
            "member",
            &truth.members,
            edges(store, &Relation::MEMBER).await,
        ),
        ("owner", &truth.owners, edges(store, &Relation::OWNER).await),
    ] {
        found.extend(
            truth
                .difference(&read)
                .map(|edge| format!("{what} {edge:?} is missing")),
        );
        found.extend(
            read.difference(truth)
                .map(|edge| format!("{what} {edge:?} is not there")),
        );
    }
    found
}

fn compare(
    what: &str,
    truth: &BTreeMap<String, Value>,
    read: &BTreeMap<String, Value>,
    properties: &[&str],
    found: &mut Vec<String>,
) {
    for (id, object) in truth {
        match read.get(id) {
            None => found.push(format!("{what} {id} is missing")),
            Some(read) => found.extend(
                Truth::mismatch(object, read, properties)
                    .map(|name| format!("{what} {id} differs in {name}")),
            ),
        }
    }
    found.extend(
        read.keys()
            .filter(|id| !truth.contains_key(*id))
            .map(|id| format!("{what} {id} is not there")),
    );
}
