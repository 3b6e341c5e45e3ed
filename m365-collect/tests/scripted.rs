//! What a source makes of answers that a well-behaved service does not give.

#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

use std::sync::Arc;

use compliance_map::State;
use graph_client::test_util::{Answer, FakeTransport, FixedRandom, ManualClock};
use graph_client::{Client, Credential, TenantId};
use m365_collect::{Engine, Gap, Kind, MemoryStore, Outcome, Relation, Report, Store, facts};

const GRAPH: &str = "https://graph.microsoft.com/v1.0";

struct Scripted {
    graph: Arc<FakeTransport>,
    store: Arc<dyn Store>,
}

impl Scripted {
    fn new() -> Self {
        let graph = Arc::new(FakeTransport::new());
        let contoso = r#"{"value":[{"id":"0rg","displayName":"Contoso"}]}"#;
        graph.on("/v1.0/organization", vec![Answer::json(contoso); 9]);
        Self {
            graph,
            store: Arc::new(MemoryStore::new()),
        }
    }

    fn engine(&self, only: &[&str]) -> Engine {
        let clock = Arc::new(ManualClock::new());
        let client = Client::builder(
            TenantId::new("contoso.example").unwrap(),
            Credential::client_secret("app", "secret"),
        )
        .transport(Arc::<FakeTransport>::clone(&self.graph))
        .clock(Arc::<ManualClock>::clone(&clock))
        .random(Arc::new(FixedRandom::new(0.5)))
        .build()
        .unwrap();
        Engine::new(client, Arc::clone(&self.store))
            .clock(clock)
            .check_counts(false)
            .only(only.iter().copied())
    }

    async fn sync(&self, only: &[&str]) -> Report {
        let report = self.engine(only).run().await.unwrap();
        assert_eq!(self.graph.unmatched(), [""; 0]);
        report
    }

    async fn outcome(&self, source: &str) -> Outcome {
        let report = self.sync(&[source]).await;
        report.source(source).unwrap().outcome.clone()
    }

    async fn ids(&self, kind: &Kind) -> Vec<String> {
        let records = self.store.records(kind, None, 100).await.unwrap();
        records.into_iter().map(|record| record.id).collect()
    }
}

/// The last page of a round.
fn round(token: &str, items: &str) -> Answer {
    Answer::json(format!(
        r#"{{"value":[{items}],"@odata.deltaLink":"{GRAPH}/users/delta?$deltatoken={token}"}}"#
    ))
}

#[tokio::test]
async fn an_item_that_could_not_be_read_keeps_the_reading_partial_until_all_is_read_again() {
    let tenant = Scripted::new();
    tenant.graph.on(
        "/v1.0/users/delta",
        [
            round("1", r#"{"id":"a"},{"displayName":"without an id"}"#),
            round("2", r#"{"id":"b"}"#),
            round("3", r#"{"id":"a"},{"id":"b"},{"id":"c"}"#),
        ],
    );
    let missing_one = Outcome::Partial {
        reason: Gap::Malformed { items: 1 },
    };
    assert_eq!(tenant.outcome("users").await, missing_one);
    assert_eq!(tenant.ids(&Kind::USER).await, ["a"]);

    // The service will not send it again, so the next round does not make it whole.
    assert_eq!(tenant.outcome("users").await, missing_one);
    assert_eq!(
        tenant.ids(&Kind::USER).await,
        ["a", "b"],
        "changes go on arriving"
    );
    let users = facts(tenant.store.as_ref()).await.unwrap().identity_users;
    assert_eq!((users.state, users.complete), (State::Truncated, false));

    let report = tenant.engine(&["users"]).afresh(true).run().await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(tenant.ids(&Kind::USER).await, ["a", "b", "c"]);
}

#[tokio::test]
async fn a_question_that_the_service_does_not_know_is_not_an_answer() {
    let tenant = Scripted::new();
    tenant.graph.on(
        "/v1.0/users/delta",
        [round("1", r#"{"id":"a"},{"id":"gone"}"#)],
    );
    tenant.sync(&["users"]).await;
    let not_found = |id: &str| {
        format!(
            r#"{{"id":"{id}","status":404,"body":{{"error":{{"code":"Request_ResourceNotFound"}}}}}}"#
        )
    };
    let batch =
        |answers: &[String]| Answer::json(format!(r#"{{"responses":[{}]}}"#, answers.join(",")));
    tenant
        .graph
        .on("/beta/$batch", [batch(&[not_found("0"), not_found("1")])]);
    let there = r#"{"id":"0","status":200,"body":{"id":"a"}}"#.to_owned();
    tenant
        .graph
        .on("/v1.0/$batch", [batch(&[there, not_found("1")])]);
    let outcome = tenant.outcome("per_user_mfa").await;
    assert!(
        matches!(
            outcome,
            Outcome::Partial {
                reason: Gap::Unread { objects: 1, .. }
            }
        ),
        "one person is there and has no answer; the other is gone: {outcome:?}"
    );
}

#[tokio::test]
async fn a_listing_that_cannot_be_read_whole_ends_no_membership() {
    let tenant = Scripted::new();
    let groups = |token: &str, items: &str| {
        Answer::json(format!(
            r#"{{"value":[{items}],"@odata.deltaLink":"{GRAPH}/groups/delta?$deltatoken={token}"}}"#
        ))
    };
    // The second round says of one member both that it came and that it went.
    tenant.graph.on(
        "/v1.0/groups/delta",
        [
            groups("1", r#"{"id":"g","members@delta":[{"id":"a"},{"id":"b"}]}"#),
            groups(
                "2",
                r#"{"id":"g","members@delta":[{"id":"c"},{"id":"c","@removed":{"reason":"deleted"}}]}"#,
            ),
        ],
    );
    assert_eq!(tenant.outcome("groups").await, Outcome::Complete);
    tenant.graph.on(
        "/v1.0/groups/g/members",
        [Answer::json(r#"{"value":[{"id":"a"},{"id":null}]}"#)],
    );
    let outcome = tenant.outcome("groups").await;
    assert!(!outcome.is_complete(), "{outcome:?}");
    let edges = tenant
        .store
        .edges(&Relation::MEMBER, None, 9)
        .await
        .unwrap();
    let members: Vec<&str> = edges.iter().map(|edge| edge.to.as_str()).collect();
    assert!(
        members.contains(&"a") && members.contains(&"b"),
        "what could not be read is not gone: {members:?}"
    );
}

#[tokio::test]
async fn a_listing_whose_page_token_was_lost_begins_anew() {
    let tenant = Scripted::new();
    let first = format!(
        r#"{{"value":[{{"id":"a.example"}}],"@odata.nextLink":"{GRAPH}/domains?$skiptoken=2"}}"#
    );
    tenant.graph.on(
        "/v1.0/domains",
        [
            Answer::json(first.clone()),
            Answer::error(400, "DirectoryPageTokenNotFoundException"),
            Answer::json(first),
            Answer::json(r#"{"value":[{"id":"b.example"}]}"#),
        ],
    );
    assert_eq!(tenant.outcome("domains").await, Outcome::Complete);
    assert_eq!(tenant.ids(&Kind::DOMAIN).await, ["a.example", "b.example"]);
}

#[tokio::test]
async fn a_listing_that_stops_in_the_middle_removes_nothing() {
    let tenant = Scripted::new();
    let page = |id: &str, next: bool| {
        let link = format!(r#","@odata.nextLink":"{GRAPH}/domains?$skiptoken={id}""#);
        let link = if next { link.as_str() } else { "" };
        Answer::json(format!(r#"{{"value":[{{"id":"{id}"}}]{link}}}"#))
    };
    tenant.graph.on(
        "/v1.0/domains",
        [
            page("a.example", true),
            page("b.example", false),
            page("a.example", true),
            Answer::error(400, "BadRequest"),
        ],
    );
    assert_eq!(tenant.outcome("domains").await, Outcome::Complete);
    let outcome = tenant.outcome("domains").await;
    assert!(!outcome.is_complete(), "{outcome:?}");
    assert_eq!(tenant.ids(&Kind::DOMAIN).await, ["a.example", "b.example"]);
}

#[tokio::test]
async fn a_link_that_was_stored_for_another_origin_is_not_followed_and_all_is_read_again() {
    let tenant = Scripted::new();
    tenant.graph.on(
        "/v1.0/users/delta",
        [
            round("1", r#"{"id":"a"}"#),
            round("2", r#"{"id":"a"},{"id":"b"}"#),
        ],
    );
    tenant.sync(&["users"]).await;
    let clock = Arc::new(ManualClock::new());
    let elsewhere = Client::builder(
        TenantId::new("contoso.example").unwrap(),
        Credential::client_secret("app", "secret"),
    )
    .graph_origin("http://127.0.0.1:9")
    .transport(Arc::<FakeTransport>::clone(&tenant.graph))
    .clock(clock)
    .build()
    .unwrap();
    let report = Engine::new(elsewhere, Arc::clone(&tenant.store))
        .check_counts(false)
        .only(["users"])
        .run()
        .await;
    // The script answers with links to the first origin, which this client must refuse.
    let report = report.unwrap();
    assert!(!report.is_complete(), "{report:?}");
    let asked = tenant.graph.requests();
    let last = asked.last().unwrap();
    assert_eq!(
        last.url.host_str(),
        Some("127.0.0.1"),
        "the stored link was not followed"
    );
    assert!(!last.target().contains("deltatoken"), "{}", last.target());
    assert_eq!(tenant.ids(&Kind::USER).await, ["a"]);
}
