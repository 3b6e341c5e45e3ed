//! A listing and a fan-out that were cut off go on where they stopped.

#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

use std::sync::Arc;
use std::time::Duration;

use graph_client::test_util::{Answer, FakeTransport, FixedRandom, ManualClock};
use graph_client::{Client, Credential, RetryOptions, TenantId};
use m365_collect::{Engine, Kind, MemoryStore, Outcome, PartialReason, SqliteStore, Store};

const DOMAINS: &str = "https://graph.microsoft.com/v1.0/domains";

struct Tenant {
    graph: Arc<FakeTransport>,
    clock: Arc<ManualClock>,
    store: Arc<dyn Store>,
}

impl Tenant {
    fn new(store: Arc<dyn Store>) -> Self {
        let graph = Arc::new(FakeTransport::new());
        let contoso = r#"{"value":[{"id":"0rg","displayName":"Contoso","verifiedDomains":[{"name":"contoso.example"}]}]}"#;
        graph.on("/v1.0/organization", vec![Answer::json(contoso); 9]);
        let clock = Arc::new(ManualClock::new());
        Self {
            graph,
            clock,
            store,
        }
    }

    async fn sync(&self, full_resync: bool) -> Outcome {
        let client = Client::builder(
            TenantId::new("contoso.example").unwrap(),
            Credential::client_secret("app", "secret"),
        )
        .transport(Arc::<FakeTransport>::clone(&self.graph))
        .clock(Arc::<ManualClock>::clone(&self.clock))
        .random(Arc::new(FixedRandom::new(0.5)))
        .retry(RetryOptions::default().max_attempts(1))
        .build()
        .unwrap();
        let report = Engine::new(client, Arc::clone(&self.store))
            .clock(Arc::<ManualClock>::clone(&self.clock))
            .only(["domains"])
            .full_resync(full_resync)
            .run()
            .await
            .unwrap();
        report.sources[0].outcome.clone()
    }

    async fn ids(&self) -> Vec<String> {
        let records = self.store.records(&Kind::DOMAIN, None, 100).await.unwrap();
        records.into_iter().map(|record| record.id).collect()
    }

    /// How often the first page was asked for, and how often the second.
    fn asked(&self) -> (usize, usize) {
        let requests = self.graph.requests();
        let targets: Vec<String> = requests
            .iter()
            .map(graph_client::test_util::Recorded::target)
            .filter(|target| target.contains("/domains"))
            .collect();
        let second = targets.iter().filter(|t| t.contains("skiptoken")).count();
        (targets.len() - second, second)
    }
}

fn page(ids: &[&str], next: bool) -> Answer {
    let items: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    let next = if next {
        format!(r#","@odata.nextLink":"{DOMAINS}?$skiptoken=2""#)
    } else {
        String::new()
    };
    Answer::json(format!(r#"{{"value":[{}]{next}}}"#, items.join(",")))
}

fn interrupted(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Partial {
            reason: PartialReason::Interrupted { .. }
        }
    )
}

async fn stores() -> (tempfile::TempDir, [Arc<dyn Store>; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = SqliteStore::open(folder.path().join("s.m365"))
        .await
        .unwrap();
    (folder, [Arc::new(MemoryStore::new()), Arc::new(sqlite)])
}

#[tokio::test]
async fn a_listing_goes_on_from_the_next_link_behind_the_last_page_that_was_stored() {
    let (_folder, stores) = stores().await;
    for store in stores {
        let tenant = Tenant::new(store);
        tenant.graph.on(
            "/v1.0/domains",
            [
                page(&["a", "b"], true),
                Answer::error(500, "broken"),
                page(&["c"], false),
            ],
        );
        let outcome = tenant.sync(false).await;
        assert!(interrupted(&outcome), "{outcome:?}");
        assert_eq!(tenant.ids().await, ["a", "b"], "what was read is there");
        assert_eq!(tenant.sync(false).await, Outcome::Complete);
        assert_eq!(tenant.ids().await, ["a", "b", "c"]);
        assert_eq!(tenant.asked(), (1, 2), "the first page was not read twice");
    }
}

#[tokio::test]
async fn a_listing_that_was_cut_off_long_ago_begins_anew() {
    let (_folder, stores) = stores().await;
    for store in stores {
        let tenant = Tenant::new(store);
        tenant.graph.on(
            "/v1.0/domains",
            [
                page(&["a", "b"], true),
                Answer::error(500, "broken"),
                page(&["b"], false),
            ],
        );
        assert!(interrupted(&tenant.sync(false).await));
        tenant.clock.advance(Duration::from_secs(2 * 60 * 60));
        assert_eq!(tenant.sync(false).await, Outcome::Complete);
        assert_eq!(tenant.ids().await, ["b"], "a is gone by now");
        assert_eq!(tenant.asked(), (2, 1));
    }
}

#[tokio::test]
async fn a_listing_whose_skiptoken_is_refused_begins_anew() {
    let (_folder, stores) = stores().await;
    for store in stores {
        let tenant = Tenant::new(store);
        tenant.graph.on(
            "/v1.0/domains",
            [
                page(&["a", "old"], true),
                Answer::error(500, "broken"),
                Answer::error(400, "Request_BadRequest"),
                page(&["a"], true),
                page(&["c"], false),
            ],
        );
        assert!(interrupted(&tenant.sync(false).await));
        assert_eq!(tenant.sync(false).await, Outcome::Complete);
        assert_eq!(tenant.ids().await, ["a", "c"]);
    }
}

#[tokio::test]
async fn a_full_resync_does_not_go_on_with_anything() {
    let (_folder, stores) = stores().await;
    for store in stores {
        let tenant = Tenant::new(store);
        tenant.graph.on(
            "/v1.0/domains",
            [
                page(&["a"], true),
                Answer::error(500, "broken"),
                page(&["b"], false),
            ],
        );
        assert!(interrupted(&tenant.sync(false).await));
        assert_eq!(tenant.sync(true).await, Outcome::Complete);
        assert_eq!(tenant.ids().await, ["b"]);
    }
}

#[tokio::test]
async fn what_changed_long_ago_is_forgotten() {
    let (_folder, stores) = stores().await;
    for store in stores {
        let tenant = Tenant::new(store);
        let pages = [&["a"][..], &["a", "b"], &["a", "b"]];
        let pages = pages.map(|ids| page(ids, false));
        tenant.graph.on("/v1.0/domains", pages);
        assert_eq!(tenant.sync(false).await, Outcome::Complete);
        assert_eq!(tenant.sync(false).await, Outcome::Complete);
        assert_eq!(tenant.store.feed(0, 10).await.unwrap().len(), 1);
        tenant
            .clock
            .advance(Duration::from_secs(401 * 24 * 60 * 60));
        assert_eq!(tenant.sync(false).await, Outcome::Complete);
        assert_eq!(tenant.store.feed(0, 10).await.unwrap().len(), 0);
        assert_eq!(tenant.ids().await, ["a", "b"], "what is there stays");
    }
}
