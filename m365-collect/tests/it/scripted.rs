//! What a source makes of answers that a well-behaved service does not give.

#![allow(
    clippy::unwrap_used,
    reason = "what a test expects, its helpers expect too"
)]

use std::sync::Arc;

use compliance_map::State;
use graph_client::test_util::{Answer, FakeTransport, FixedRandom, ManualClock};
use graph_client::{Client, Credential, TenantId};
use m365_collect::{
    Engine, Kind, MemoryStore, Outcome, PartialReason, Relation, Report, Store, facts,
};

const GRAPH: &str = "https://graph.microsoft.com/v1.0";

struct Scripted {
    graph: Arc<FakeTransport>,
    store: Arc<dyn Store>,
}

impl Scripted {
    fn new() -> Self {
        let graph = Arc::new(FakeTransport::new());
        let contoso = r#"{"value":[{"id":"0rg","displayName":"Contoso","verifiedDomains":[{"name":"contoso.example"}]}]}"#;
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
        reason: PartialReason::Malformed { items: 1 },
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

    let report = tenant
        .engine(&["users"])
        .full_resync(true)
        .run()
        .await
        .unwrap();
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
                reason: PartialReason::Unread { objects: 1, .. }
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
async fn a_listing_whose_skiptoken_was_lost_begins_anew() {
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
            // From the beginning it is no better.
            Answer::error(400, "BadRequest"),
        ],
    );
    assert_eq!(tenant.outcome("domains").await, Outcome::Complete);
    let outcome = tenant.outcome("domains").await;
    assert!(!outcome.is_complete(), "{outcome:?}");
    assert_eq!(tenant.ids(&Kind::DOMAIN).await, ["a.example", "b.example"]);
}

#[tokio::test]
async fn a_delta_link_that_was_stored_for_another_origin_is_not_followed_and_all_is_read_again() {
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

fn not_found(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","status":404,"body":{{"error":{{"code":"Request_ResourceNotFound"}}}}}}"#
    )
}

fn found(id: &str, body: &str) -> String {
    format!(r#"{{"id":"{id}","status":200,"body":{body}}}"#)
}

fn batch(answers: &[String]) -> Answer {
    Answer::json(format!(r#"{{"responses":[{}]}}"#, answers.join(",")))
}

/// Two states of one person in one round: the service has to be asked.
const TWO_STATES: &str = r#"{"id":"a"},{"id":"p","jobTitle":"old"},{"id":"p","jobTitle":"new"}"#;

fn unconfirmed(objects: u64) -> Outcome {
    Outcome::Partial {
        reason: PartialReason::Unconfirmed { objects },
    }
}

#[tokio::test]
async fn an_object_that_a_delta_names_is_not_gone_for_one_404_of_a_lagging_copy() {
    let tenant = Scripted::new();
    let rounds = [round("1", TWO_STATES), round("2", ""), round("3", "")];
    tenant.graph.on("/v1.0/users/delta", rounds);
    let person = r#"{"id":"p","jobTitle":"new"}"#;
    let answers = [batch(&[not_found("0")]), batch(&[found("0", person)])];
    tenant.graph.on("/v1.0/$batch", answers);
    assert_eq!(tenant.outcome("users").await, unconfirmed(1));
    assert_eq!(
        tenant.ids(&Kind::USER).await,
        ["a", "p"],
        "it is there at once"
    );
    assert_eq!(tenant.outcome("users").await, Outcome::Complete);
    let stored = tenant.store.record(&Kind::USER, "p").await.unwrap();
    assert_eq!(
        stored.unwrap().raw.get(),
        person,
        "and is what the service says"
    );
    assert_eq!(tenant.outcome("users").await, Outcome::Complete);
}

#[tokio::test]
async fn an_object_that_three_runs_in_a_row_do_not_find_is_gone() {
    let tenant = Scripted::new();
    let rounds = ["1", "2", "3", "4"].map(|token| match token {
        "1" => round(token, TWO_STATES),
        _ => round(token, ""),
    });
    tenant.graph.on("/v1.0/users/delta", rounds);
    tenant
        .graph
        .on("/v1.0/$batch", vec![batch(&[not_found("0")]); 3]);
    assert_eq!(tenant.outcome("users").await, unconfirmed(1));
    assert_eq!(tenant.outcome("users").await, unconfirmed(1));
    assert_eq!(tenant.ids(&Kind::USER).await, ["a", "p"]);
    assert_eq!(tenant.outcome("users").await, Outcome::Complete);
    assert_eq!(tenant.ids(&Kind::USER).await, ["a"]);
    assert_eq!(tenant.outcome("users").await, Outcome::Complete);
}

#[tokio::test]
async fn an_object_of_which_a_removal_was_told_goes_with_the_first_404() {
    let tenant = Scripted::new();
    let both = r#"{"id":"a"},{"id":"p"},{"id":"p","@removed":{"reason":"changed"}}"#;
    tenant.graph.on("/v1.0/users/delta", [round("1", both)]);
    tenant.graph.on("/v1.0/$batch", [batch(&[not_found("0")])]);
    assert_eq!(tenant.outcome("users").await, Outcome::Complete);
    assert_eq!(tenant.ids(&Kind::USER).await, ["a"]);
}

#[tokio::test]
async fn members_of_a_group_that_a_delta_names_do_not_go_for_one_404() {
    let tenant = Scripted::new();
    let groups = |token: &str, items: &str| {
        Answer::json(format!(
            r#"{{"value":[{items}],"@odata.deltaLink":"{GRAPH}/groups/delta?$deltatoken={token}"}}"#
        ))
    };
    let contradiction =
        r#"{"id":"g","members@delta":[{"id":"c"},{"id":"c","@removed":{"reason":"deleted"}}]}"#;
    let rounds = [
        groups("1", r#"{"id":"g","members@delta":[{"id":"a"},{"id":"b"}]}"#),
        groups("2", contradiction),
        groups("3", ""),
    ];
    tenant.graph.on("/v1.0/groups/delta", rounds);
    assert_eq!(tenant.outcome("groups").await, Outcome::Complete);
    tenant.graph.on(
        "/v1.0/groups/g/members",
        [
            Answer::error(404, "Request_ResourceNotFound"),
            Answer::json(r#"{"value":[{"id":"a"},{"id":"c"}]}"#),
        ],
    );
    tenant.graph.on("/v1.0/$batch", [batch(&[not_found("0")])]);
    let members = async || {
        let edges = tenant
            .store
            .edges(&Relation::MEMBER, None, 9)
            .await
            .unwrap();
        edges.into_iter().map(|edge| edge.to).collect::<Vec<_>>()
    };
    assert_eq!(tenant.outcome("groups").await, unconfirmed(1));
    let kept = members().await;
    assert!(
        kept.contains(&"a".to_owned()) && kept.contains(&"b".to_owned()),
        "{kept:?}"
    );
    assert_eq!(tenant.outcome("groups").await, Outcome::Complete);
    assert_eq!(members().await, ["a", "c"]);
}

#[tokio::test]
async fn a_401_of_one_endpoint_is_its_refusal_and_not_that_of_the_credential() {
    let tenant = Scripted::new();
    let refused = || Answer::error(401, "UnknownError");
    tenant
        .graph
        .on("/v1.0/deviceManagement/managedDevices", vec![refused(); 9]);
    tenant.graph.on(
        "/v1.0/contacts",
        [Answer::json(r#"{"value":[{"id":"c"}]}"#)],
    );
    let report = tenant.sync(&["managed_devices", "org_contacts"]).await;
    let outcome = &report.source("managed_devices").unwrap().outcome;
    assert!(
        matches!(outcome, Outcome::Denied { code: Some(code), .. } if code == "UnknownError"),
        "{outcome:?}"
    );
    assert!(report.source("org_contacts").unwrap().outcome.is_complete());
    let engine = tenant.engine(&["managed_devices", "org_contacts"]);
    let connection = engine.health().await.unwrap().connection.unwrap();
    assert_ne!(connection.status.as_str(), "authentication_error");
}

#[tokio::test]
async fn where_every_endpoint_answers_401_the_credential_is_to_blame() {
    let tenant = Scripted::new();
    let graph = Arc::new(FakeTransport::new());
    for path in ["organization", "contacts", "domains"] {
        let refused = vec![Answer::error(401, "InvalidAuthenticationToken"); 9];
        graph.on(&format!("/v1.0/{path}"), refused);
    }
    let known = m365_collect::StoredTenant::new("contoso.example");
    tenant.store.bind(&known).await.unwrap();
    let tenant = Scripted { graph, ..tenant };
    let report = tenant.sync(&["org_contacts", "domains"]).await;
    for source in &report.sources {
        let is_blamed = matches!(source.outcome, Outcome::Unauthenticated { .. });
        assert!(is_blamed, "{source:?}");
    }
}

#[tokio::test]
async fn report_rows_under_one_key_are_all_kept() {
    let tenant = Scripted::new();
    // In some tenants the id of every site is the same.
    let header = "Report Refresh Date,Site Id,Owner Principal Name,File Count";
    let nobody = "00000000-0000-0000-0000-000000000000";
    let rows =
        format!("{header}\n2026-01-01,{nobody},a@x.example,1\n2026-01-01,{nobody},b@x.example,2\n");
    tenant.graph.on(
        "/v1.0/reports/getSharePointSiteUsageDetail(period='D30')",
        vec![Answer::status(200).body(rows); 2],
    );
    for _ in 0..2 {
        assert_eq!(
            tenant.outcome("share_point_site_usages").await,
            Outcome::Complete
        );
        let ids = tenant.ids(&Kind::SHARE_POINT_SITE_USAGE).await;
        assert_eq!(ids, [nobody.to_owned(), format!("{nobody}#2")]);
    }
}

#[tokio::test]
async fn objects_of_a_listing_under_one_key_are_told() {
    let tenant = Scripted::new();
    let same = r#"{"value":[{"id":"a"},{"id":"a"},{"id":"b"}]}"#;
    let other = r#"{"value":[{"id":"a","displayName":"A"},{"id":"a","displayName":"B"}]}"#;
    tenant
        .graph
        .on("/v1.0/contacts", [Answer::json(same), Answer::json(other)]);
    assert_eq!(tenant.outcome("org_contacts").await, Outcome::Complete);
    let collided = Outcome::Partial {
        reason: PartialReason::Collided { objects: 1 },
    };
    assert_eq!(tenant.outcome("org_contacts").await, collided);
    assert_eq!(
        tenant.ids(&Kind::ORG_CONTACT).await,
        ["a", "b"],
        "what did not come is not swept"
    );
}

#[tokio::test]
async fn an_application_that_the_service_does_not_know_may_never_have_been_consented_to() {
    let tenant = Scripted::new();
    let unknown = Answer::error(403, "Authorization_IdentityNotFound");
    tenant.graph.on("/v1.0/contacts", vec![unknown; 2]);
    let reason = tenant.outcome("org_contacts").await.reason().unwrap();
    assert!(reason.contains("never consented"), "{reason}");
}

#[tokio::test]
async fn a_batch_answered_404_says_nothing_of_what_is_asked_for_inside() {
    let tenant = Scripted::new();
    let rounds = [round("1", r#"{"id":"a"},{"id":"b"}"#), round("2", "")];
    tenant.graph.on("/v1.0/users/delta", rounds);
    tenant.sync(&["users"]).await;
    let state = |id: &str| found(id, r#"{"perUserMfaState":"enforced"}"#);
    tenant
        .graph
        .on("/beta/$batch", [batch(&[state("0"), state("1")])]);
    assert_eq!(tenant.outcome("per_user_mfa").await, Outcome::Complete);
    let lost = Answer::error(404, "NotFound");
    tenant.graph.on("/beta/$batch", vec![lost.clone(); 4]);
    tenant.graph.on("/v1.0/$batch", vec![lost; 4]);
    let outcome = tenant.outcome("per_user_mfa").await;
    assert!(!outcome.is_complete(), "{outcome:?}");
    assert_eq!(tenant.ids(&Kind::PER_USER_MFA).await, ["a", "b"]);
}

#[tokio::test]
async fn a_parent_answered_404_is_told_and_what_is_known_of_it_stays() {
    let tenant = Scripted::new();
    tenant.graph.on(
        "/v1.0/users/delta",
        [round("1", r#"{"id":"a"},{"id":"b"}"#)],
    );
    tenant.sync(&["users"]).await;
    let state = |id: &str| found(id, r#"{"perUserMfaState":"enforced"}"#);
    let answers = [
        batch(&[state("0"), state("1")]),
        batch(&[state("0"), not_found("1")]),
    ];
    tenant.graph.on("/beta/$batch", answers);
    assert_eq!(tenant.outcome("per_user_mfa").await, Outcome::Complete);
    tenant.graph.on("/v1.0/$batch", [batch(&[not_found("0")])]);
    assert_eq!(tenant.outcome("per_user_mfa").await, unconfirmed(1));
    assert_eq!(tenant.ids(&Kind::PER_USER_MFA).await, ["a", "b"]);
}

#[tokio::test]
async fn an_answer_that_is_not_what_was_asked_for_overwrites_nothing() {
    for junk in [
        "null",
        "{}",
        "[]",
        "3",
        r#"{"error":{"code":"x"}}"#,
        r#"{"id":"other"}"#,
    ] {
        let tenant = Scripted::new();
        let rounds = [round("1", TWO_STATES), round("2", "")];
        tenant.graph.on("/v1.0/users/delta", rounds);
        let person = r#"{"id":"p","jobTitle":"new"}"#;
        let answers = [batch(&[found("0", junk)]), batch(&[found("0", person)])];
        tenant.graph.on("/v1.0/$batch", answers);
        assert_eq!(tenant.outcome("users").await, unconfirmed(1), "{junk}");
        let stored = tenant.store.record(&Kind::USER, "p").await.unwrap();
        assert_eq!(stored.unwrap().raw.get(), r#"{"id":"p","jobTitle":"old"}"#);
        assert_eq!(tenant.outcome("users").await, Outcome::Complete);
        let stored = tenant.store.record(&Kind::USER, "p").await.unwrap();
        assert_eq!(stored.unwrap().raw.get(), person);
        // The same of what is asked for each of many.
        if junk.contains("other") {
            continue;
        }
        let states = [
            found("0", junk),
            found("1", r#"{"perUserMfaState":"enforced"}"#),
        ];
        tenant.graph.on("/beta/$batch", [batch(&states)]);
        let outcome = tenant.outcome("per_user_mfa").await;
        let is_told = matches!(
            &outcome,
            Outcome::Partial {
                reason: PartialReason::Unread { objects: 1, .. }
            }
        );
        assert!(is_told, "{junk}: {outcome:?}");
        assert_eq!(tenant.ids(&Kind::PER_USER_MFA).await, ["p"], "{junk}");
    }
}
