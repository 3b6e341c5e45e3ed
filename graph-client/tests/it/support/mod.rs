//! What the tests have in common.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::clone_on_ref_ptr,
    reason = "helpers of tests, of which each program uses a part"
)]

pub(crate) mod alone;
pub(crate) mod hostile;
pub(crate) mod simulation;
pub(crate) mod unpolled;

use std::sync::{Arc, Mutex};

use graph_client::test_util::{Answer, FakeTransport, FixedRandom, ManualClock};
use graph_client::{CallEvent, Client, ClientBuilder, Credential, Limits, Observer, TenantId};
use serde::Deserialize;

pub(crate) const SECRET: &str = "s3cr3t-V4lue";

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
}

pub(crate) struct Fixture {
    pub(crate) graph: Arc<FakeTransport>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) client: Client,
}

pub(crate) fn builder() -> (ClientBuilder, Arc<FakeTransport>, Arc<ManualClock>) {
    builder_with(ManualClock::new())
}

pub(crate) fn builder_with(
    clock: ManualClock,
) -> (ClientBuilder, Arc<FakeTransport>, Arc<ManualClock>) {
    let graph = Arc::new(FakeTransport::new());
    let clock = Arc::new(clock);
    let tenant = TenantId::new("contoso.example").unwrap();
    let builder = Client::builder(tenant, Credential::client_secret("app-id", SECRET))
        .transport(graph.clone())
        .clock(clock.clone())
        .random(Arc::new(FixedRandom::new(0.0)))
        .limits(Limits::none());
    (builder, graph, clock)
}

pub(crate) fn fixture() -> Fixture {
    fixture_of(|builder| builder)
}

pub(crate) fn fixture_of(change: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Fixture {
    let (builder, graph, clock) = builder();
    Fixture {
        client: change(builder).build().unwrap(),
        graph,
        clock,
    }
}

/// A page of users with these ids, and perhaps a link to the next.
pub(crate) fn page(ids: &[&str], next: Option<&str>) -> Answer {
    Answer::json(page_json(ids, next.map(|next| ("nextLink", next))))
}

/// A page of changes that ends the round.
pub(crate) fn last(ids: &[&str], delta: &str) -> Answer {
    Answer::json(page_json(ids, Some(("deltaLink", delta))))
}

fn page_json(ids: &[&str], link: Option<(&str, &str)>) -> String {
    let items: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    let link = link.map_or(String::new(), |(name, url)| {
        format!(r#","@odata.{name}":"{url}""#)
    });
    format!(r#"{{"value":[{}]{link}}}"#, items.join(","))
}

/// Keeps every event.
#[derive(Default)]
pub(crate) struct Events(pub(crate) Mutex<Vec<CallEvent>>);

impl Observer for Events {
    fn event(&self, event: &CallEvent) {
        self.0.lock().unwrap().push(event.clone());
    }
}
