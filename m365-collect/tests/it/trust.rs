//! One answer is not the truth: which tenant it is that answers, what is held and for how long, and
//! what an application is not shown.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use graph_client::test_util::{Answer, FakeTransport, FixedRandom, ManualClock, Recorded};
use graph_client::{Client, Clock, Credential, RetryOptions, TenantId};
use m365_collect::insight::relation::Reach;
use m365_collect::{
    Completeness, Descriptor, Engine, Error, Kind, MemoryStore, Outcome, PartialReason, Relation,
    Report, Run, Source, SourceId, Store, StoredTenant, facts,
};

const GRAPH: &str = "https://graph.microsoft.com/v1.0";
const ID: &str = "7d6b0f0a-1111-4a4a-9c9c-0123456789ab";
const OTHER: &str = "00000000-2222-4a4a-9c9c-0123456789ab";
const HOUR: Duration = Duration::from_secs(60 * 60);

struct Tenant {
    asked: &'static str,
    graph: Arc<FakeTransport>,
    clock: Arc<ManualClock>,
    store: Arc<dyn Store>,
}

impl Tenant {
    /// One that is asked for by this name and whose organization answers so.
    fn new(asked: &'static str, organization: Answer) -> Self {
        let graph = Arc::new(FakeTransport::new());
        graph.on("/v1.0/organization", vec![organization; 50]);
        Self {
            asked,
            graph,
            clock: Arc::new(ManualClock::new()),
            store: Arc::new(MemoryStore::new()),
        }
    }

    fn contoso() -> Self {
        Self::new("contoso.example", organization(ID))
    }

    /// Tokens say so much of themselves.
    fn token(self, claims: &str) -> Self {
        let encode = |text| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let token = format!("{}.{}.c2ln", encode("{}"), encode(claims));
        let path = format!("/{}/oauth2/v2.0/token", self.asked);
        let grant = format!(r#"{{"access_token":"{token}","expires_in":3600}}"#);
        self.graph.on(&path, vec![Answer::json(grant); 50]);
        self
    }

    fn engine(&self, only: &[&str]) -> Engine {
        let client = Client::builder(
            TenantId::new(self.asked).unwrap(),
            Credential::client_secret("app", "secret"),
        )
        .transport(Arc::<FakeTransport>::clone(&self.graph))
        .clock(Arc::<ManualClock>::clone(&self.clock))
        .random(Arc::new(FixedRandom::new(0.5)))
        .retry(RetryOptions::default().max_attempts(1))
        .build()
        .unwrap();
        Engine::new(client, Arc::clone(&self.store))
            .check_counts(false)
            .only(only.iter().copied())
    }

    async fn sync(&self, only: &str) -> Result<Report, Error> {
        self.engine(&[only]).run().await
    }

    async fn outcome(&self, only: &str) -> Outcome {
        let report = self.sync(only).await.unwrap();
        report.source(only).unwrap().outcome.clone()
    }

    async fn is_untouched(&self) -> bool {
        self.store.tenant().await.unwrap().is_none()
            && self.store.last_runs().await.unwrap().is_empty()
            && self.graph.requests().len() <= 1
    }

    fn contacts(&self) {
        let contact = Answer::json(r#"{"value":[{"id":"c"}]}"#);
        self.graph.on("/v1.0/contacts", vec![contact; 9]);
    }
}

fn organization(id: &str) -> Answer {
    Answer::json(format!(
        r#"{{"value":[{{"id":"{id}","displayName":"Contoso",
            "verifiedDomains":[{{"name":"contoso.example"}}]}}]}}"#
    ))
}

fn forbidden() -> Answer {
    Answer::error(403, "Authorization_RequestDenied")
}

#[tokio::test]
async fn another_tenant_than_was_asked_for_is_named_and_nothing_of_it_is_written() {
    for asked in ["fabrikam.example", OTHER] {
        let tenant = Tenant::new(asked, organization(ID));
        let error = tenant.sync("org_contacts").await.unwrap_err();
        assert!(matches!(error, Error::OtherTenant { .. }), "{error:?}");
        let text = error.to_string();
        assert!(
            text.contains(asked) && text.contains("Contoso") && text.contains(ID),
            "{text}"
        );
        assert!(tenant.is_untouched().await);
    }
}

#[tokio::test]
async fn a_store_that_is_bound_takes_nothing_of_another_tenant_either() {
    let tenant = Tenant::contoso();
    tenant.contacts();
    assert!(tenant.outcome("org_contacts").await.is_complete());
    // The domain has moved.
    let moved = Answer::json(format!(
        r#"{{"value":[{{"id":"{OTHER}","displayName":"Other"}}]}}"#
    ));
    let later = Tenant {
        store: Arc::clone(&tenant.store),
        ..Tenant::new("contoso.example", moved)
    };
    let error = later.sync("org_contacts").await.unwrap_err();
    assert!(matches!(error, Error::OtherTenant { .. }), "{error:?}");
}

#[tokio::test]
async fn where_the_organization_cannot_be_read_the_token_may_say_which_tenant_it_is() {
    let right = format!(r#"{{"tid":"{ID}"}}"#);
    let tenant = Tenant::new(ID, forbidden()).token(&right);
    tenant.contacts();
    assert!(tenant.outcome("org_contacts").await.is_complete());

    let wrong = format!(r#"{{"tid":"{OTHER}"}}"#);
    let tenant = Tenant::new(ID, forbidden()).token(&wrong);
    let error = tenant.sync("org_contacts").await.unwrap_err();
    assert!(matches!(error, Error::OtherTenant { .. }), "{error:?}");
    assert!(tenant.is_untouched().await);
}

#[tokio::test]
async fn where_nothing_says_which_tenant_it_is_nothing_is_written() {
    let nothing = Answer::json(r#"{"value":[]}"#);
    for (asked, organization) in [
        (ID, forbidden()),
        ("contoso.example", forbidden()),
        (ID, nothing.clone()),
        ("contoso.example", nothing),
    ] {
        // An opaque token.
        let tenant = Tenant::new(asked, organization);
        let error = tenant.sync("org_contacts").await.unwrap_err();
        assert!(matches!(error, Error::UnknownTenant { .. }), "{error:?}");
        assert!(error.to_string().contains("Organization.Read.All"));
        assert!(tenant.is_untouched().await);
    }
    // A domain is not in the token, so that the token says nothing of it.
    let tenant = Tenant::new("contoso.example", forbidden()).token(&format!(r#"{{"tid":"{ID}"}}"#));
    let error = tenant.sync("org_contacts").await.unwrap_err();
    assert!(matches!(error, Error::UnknownTenant { .. }), "{error:?}");
    // A passing failure is told as that.
    let tenant = Tenant::new("contoso.example", Answer::status(503));
    let error = tenant.sync("org_contacts").await.unwrap_err();
    assert!(matches!(error, Error::Graph(_)), "{error:?}");
    assert!(tenant.is_untouched().await);
}

#[tokio::test]
async fn a_store_that_knows_its_tenant_goes_on_while_the_organization_cannot_be_read() {
    let known = StoredTenant::new("contoso.example").with_organization(ID, None);
    let tenant = Tenant::new("contoso.example", forbidden());
    tenant.store.bind(&known).await.unwrap();
    tenant.contacts();
    assert!(tenant.outcome("org_contacts").await.is_complete());
    let tenant =
        Tenant::new("contoso.example", forbidden()).token(&format!(r#"{{"tid":"{OTHER}"}}"#));
    tenant.store.bind(&known).await.unwrap();
    let error = tenant.sync("org_contacts").await.unwrap_err();
    assert!(matches!(error, Error::OtherTenant { .. }), "{error:?}");
}

#[tokio::test]
async fn tenants_of_customers_and_of_persons_are_refused() {
    let customers = Answer::json(format!(
        r#"{{"value":[{{"id":"{ID}","displayName":"Shop","tenantType":"CIAM"}}]}}"#
    ));
    let tenant = Tenant::new(ID, customers);
    let error = tenant.sync("org_contacts").await.unwrap_err();
    assert!(matches!(error, Error::NoOrganization { .. }), "{error:?}");
    assert!(tenant.is_untouched().await);
    let persons = "9188040d-6c67-4c5b-b112-36a304b66dad";
    let tenant = Tenant::new(persons, organization(persons));
    let error = tenant.sync("org_contacts").await.unwrap_err();
    assert!(matches!(error, Error::NoOrganization { .. }), "{error:?}");
}

/// A round of so many people, behind which changes are asked for by this token.
fn people(count: usize, token: &str) -> Answer {
    let mut items = String::new();
    for number in 0..count {
        let comma = if number == 0 { "" } else { "," };
        write!(items, r#"{comma}{{"id":"p{number:03}"}}"#).unwrap();
    }
    Answer::json(format!(
        r#"{{"value":[{items}],"@odata.deltaLink":"{GRAPH}/users/delta?$deltatoken={token}"}}"#
    ))
}

#[tokio::test]
async fn held_removals_cost_one_full_resync_a_day_and_are_told_meanwhile() {
    let tenant = Tenant::contoso();
    let lost = Answer::error(410, "syncStateNotFound");
    let held = Outcome::Partial {
        reason: PartialReason::HeldRemovals {
            removals: 90,
            of: 100,
        },
    };
    let fresh = |tenant: &Tenant| {
        let requests = tenant.graph.requests();
        let targets = requests.iter().map(Recorded::target);
        targets
            .filter(|target| target.contains("/users/delta") && !target.contains("deltatoken"))
            .count()
    };
    let count = async || tenant.store.count(&Kind::USER).await.unwrap();
    let mut answers = vec![people(100, "1"), lost, people(10, "2")];
    // What changed since comes all the same.
    let change = format!(
        r#"{{"value":[{{"id":"new"}}],"@odata.deltaLink":"{GRAPH}/users/delta?$deltatoken=3"}}"#
    );
    answers.push(Answer::json(change));
    answers.extend(vec![people(0, "4"); 19]);
    answers.push(people(100, "5"));
    tenant.graph.on("/v1.0/users/delta", answers);
    assert!(tenant.outcome("users").await.is_complete());
    assert_eq!(tenant.outcome("users").await, held);
    assert_eq!(
        (fresh(&tenant), count().await),
        (2, 100),
        "nothing is removed"
    );
    for _ in 0..20 {
        tenant.clock.advance(HOUR);
        assert_eq!(tenant.outcome("users").await, held, "as long as it is so");
    }
    assert_eq!((fresh(&tenant), count().await), (2, 101));
    let users = SourceId::new("users");
    let state = tenant.store.source_state(&users).await.unwrap();
    assert!(state.unwrap().in_part);

    // A day later everything is read once more, and they are there.
    tenant.clock.advance(HOUR * 5);
    assert!(tenant.outcome("users").await.is_complete());
    assert_eq!((fresh(&tenant), count().await), (3, 100));
}

#[tokio::test]
async fn held_removals_are_made_when_a_person_confirms_them() {
    let tenant = Tenant::contoso();
    let lost = Answer::error(410, "syncStateNotFound");
    let answers = [people(100, "1"), lost, people(10, "2"), people(10, "3")];
    tenant.graph.on("/v1.0/users/delta", answers);
    assert!(tenant.outcome("users").await.is_complete());
    assert!(!tenant.outcome("users").await.is_complete());
    let engine = tenant.engine(&["users"]).confirm_removals(true);
    assert!(engine.run().await.unwrap().is_complete());
    assert_eq!(tenant.store.count(&Kind::USER).await.unwrap(), 10);
}

#[tokio::test]
async fn a_full_resync_goes_on_where_the_same_run_was_throttled() {
    let tenant = Tenant::contoso();
    let page = |items: &str, next: &str| {
        Answer::json(format!(
            r#"{{"value":[{items}],"@odata.nextLink":"{GRAPH}/users/delta?$skiptoken={next}"}}"#
        ))
    };
    let throttled = || Answer::error(429, "TooManyRequests").header("retry-after", "30");
    tenant.graph.on(
        "/v1.0/users/delta",
        [
            people(3, "1"),
            page(r#"{"id":"p000"}"#, "a"),
            throttled(),
            page(r#"{"id":"p001"}"#, "b"),
            throttled(),
            people(3, "2"),
            people(0, "3"),
        ],
    );
    assert!(tenant.outcome("users").await.is_complete());
    let engine = tenant.engine(&["users", "slow"]).full_resync(true);
    let clock = Arc::clone(&tenant.clock);
    let report = engine.source(Slow::new(clock)).run().await.unwrap();
    let outcome = &report.source("users").unwrap().outcome;
    assert!(outcome.is_complete(), "{outcome:?}");
    let asked: Vec<String> = tenant
        .graph
        .requests()
        .iter()
        .map(Recorded::target)
        .collect();
    let fresh = asked
        .iter()
        .filter(|target| target.contains("/users/delta") && !target.contains("token"))
        .count();
    assert_eq!(fresh, 2, "once at first, and once afresh: {asked:?}");
}

/// Is under way for so long that a throttled source makes place and comes back.
#[derive(Debug)]
struct Slow(Descriptor, Arc<ManualClock>);

impl Slow {
    fn new(clock: Arc<ManualClock>) -> Self {
        Self(Descriptor::full("slow", "takes its time"), clock)
    }
}

#[async_trait]
impl Source for Slow {
    fn descriptor(&self) -> &Descriptor {
        &self.0
    }

    async fn read(&self, _: &mut Run<'_>) -> Result<Completeness, Error> {
        for _ in 0..200 {
            self.1.sleep(Duration::from_secs(1)).await;
            tokio::task::yield_now().await;
        }
        Ok(Completeness::Complete)
    }
}

/// A group with hidden membership and one without, as a delta tells them.
fn groups(hidden_members: &str, token: &str) -> Answer {
    Answer::json(format!(
        r#"{{"value":[{{"id":"h","displayName":"Quiet","visibility":"HiddenMembership"{hidden_members}}},
            {{"id":"g","displayName":"Open","members@delta":[{{"id":"u"}}]}}],
            "@odata.deltaLink":"{GRAPH}/groups/delta?$deltatoken={token}"}}"#
    ))
}

fn no_change(token: &str) -> Answer {
    Answer::json(format!(
        r#"{{"value":[],"@odata.deltaLink":"{GRAPH}/groups/delta?$deltatoken={token}"}}"#
    ))
}

fn withheld() -> Outcome {
    Outcome::Partial {
        reason: PartialReason::Permission {
            permission: "Member.Read.Hidden".to_owned(),
        },
    }
}

#[tokio::test]
async fn without_member_read_hidden_hidden_members_are_unknown_and_not_absent() {
    let claims = format!(r#"{{"tid":"{ID}","roles":["Group.Read.All"]}}"#);
    for tenant in [Tenant::contoso(), Tenant::contoso().token(&claims)] {
        let rounds = [groups("", "1"), no_change("2")];
        tenant.graph.on("/v1.0/groups/delta", rounds);
        for _ in 0..2 {
            assert_eq!(tenant.outcome("groups").await, withheld());
        }
        let facts = facts(tenant.store.as_ref()).await.unwrap();
        let of = |id: &str| {
            facts
                .identity_groups
                .items
                .iter()
                .find(|group| group.id == id)
        };
        assert!(of("h").unwrap().members_withheld);
        assert!(!of("g").unwrap().members_withheld);
        let reach = Reach::load(tenant.store.as_ref()).await.unwrap();
        assert_eq!(reach.withheld("h"), ["h"]);
        assert_eq!(reach.withheld("g"), [""; 0]);
    }
}

#[tokio::test]
async fn hidden_members_that_come_are_known() {
    let members = r#","members@delta":[{"id":"u"}]"#;
    // An opaque token: that some came shows that they are not withheld.
    let tenant = Tenant::contoso();
    tenant
        .graph
        .on("/v1.0/groups/delta", [groups(members, "1")]);
    assert_eq!(tenant.outcome("groups").await, Outcome::Complete);
    // A token that grants it: that none came shows that there are none.
    let claims = format!(r#"{{"tid":"{ID}","roles":["Member.Read.Hidden"]}}"#);
    let tenant = Tenant::contoso().token(&claims);
    tenant.graph.on("/v1.0/groups/delta", [groups("", "1")]);
    assert_eq!(tenant.outcome("groups").await, Outcome::Complete);
    let facts = facts(tenant.store.as_ref()).await.unwrap();
    assert!(
        facts
            .identity_groups
            .items
            .iter()
            .all(|group| !group.members_withheld)
    );
}

#[tokio::test]
async fn once_hidden_members_may_be_seen_everything_is_read_again() {
    let tenant = Tenant::contoso().token(r#"{"roles":["Group.Read.All"]}"#);
    tenant.graph.on("/v1.0/groups/delta", [groups("", "1")]);
    assert_eq!(tenant.outcome("groups").await, withheld());
    let members = r#","members@delta":[{"id":"u"}]"#;
    let granted = Tenant {
        store: Arc::clone(&tenant.store),
        ..Tenant::contoso().token(r#"{"roles":["Group.Read.All","Member.Read.Hidden"]}"#)
    };
    let rounds = [groups(members, "2"), no_change("3")];
    granted.graph.on("/v1.0/groups/delta", rounds);
    assert_eq!(granted.outcome("groups").await, Outcome::Complete);
    assert_eq!(granted.outcome("groups").await, Outcome::Complete);
    let asked: Vec<String> = granted
        .graph
        .requests()
        .iter()
        .map(Recorded::target)
        .collect();
    let asked: Vec<&String> = asked.iter().filter(|url| url.contains("groups")).collect();
    assert!(
        !asked[0].contains("deltatoken") && asked[1].contains("deltatoken=2"),
        "{asked:?}"
    );
}

#[tokio::test]
async fn facts_do_not_pass_for_people_who_were_erased_and_are_still_there() {
    let tenant = Tenant::contoso();
    let rounds = [people(3, "1"), people(0, "2")];
    tenant.graph.on("/v1.0/users/delta", rounds);
    assert!(tenant.outcome("users").await.is_complete());
    let members = r#"[{"id":"p001"},{"id":"p002"}]"#;
    let all = Answer::json(format!(
        r#"{{"value":[{{"id":"g","displayName":"All","members@delta":{members}}}],
            "@odata.deltaLink":"{GRAPH}/groups/delta?$deltatoken=1"}}"#
    ));
    let rounds = [all, no_change("2")];
    tenant.graph.on("/v1.0/groups/delta", rounds);
    assert!(tenant.outcome("groups").await.is_complete());
    // What is said of everybody, and what is said of the members of groups, is whole or not alike.
    let is_whole = async || {
        let facts = facts(tenant.store.as_ref()).await.unwrap();
        assert_eq!(
            facts.identity_users.complete,
            facts.identity_groups.complete
        );
        facts.identity_users.complete
    };
    assert!(is_whole().await);
    tenant.store.erase("p001").await.unwrap();
    assert!(tenant.outcome("users").await.is_complete());
    assert!(!is_whole().await, "nobody counted them");
    for (count, gone) in [("3", false), ("2", true)] {
        let counting = Tenant {
            store: Arc::clone(&tenant.store),
            ..Tenant::contoso()
        };
        // The service counts whoever is there.
        let counted = Answer::status(200).body(count);
        counting.graph.on("/v1.0/users/$count", vec![counted; 4]);
        counting.graph.on("/v1.0/users/delta", [people(0, "4")]);
        let engine = counting.engine(&["users"]).check_counts(true);
        engine.run().await.unwrap();
        assert_eq!(is_whole().await, gone, "{count} are counted and 2 stored");
    }
}

#[tokio::test]
async fn who_answers_without_saying_who_it_is_is_not_taken_for_nobody() {
    let known = StoredTenant::new(ID).with_organization(ID, None);
    let claims = format!(r#"{{"tid":"{ID}"}}"#);
    let other = format!(r#"{{"id":"{OTHER}","displayName":7,"verifiedDomains":null}}"#);
    for (organization, is_named) in [
        (format!(r#"{{"value":[{other}]}}"#), true),
        (r#"{"value":[{"id":null}]}"#.to_owned(), false),
        (
            r#"{"value":[{"displayName":"Somebody"}]}"#.to_owned(),
            false,
        ),
    ] {
        // With a token of the tenant, and in a store that knows it.
        let tenant = Tenant::new(ID, Answer::json(organization)).token(&claims);
        tenant.store.bind(&known).await.unwrap();
        let error = tenant.sync("org_contacts").await.unwrap_err();
        assert_eq!(
            matches!(error, Error::OtherTenant { .. }),
            is_named,
            "{error:?}"
        );
        assert_eq!(
            matches!(error, Error::UnknownTenant { .. }),
            !is_named,
            "{error:?}"
        );
        assert!(tenant.graph.requests().len() <= 1);
    }
}

#[tokio::test]
async fn what_was_known_of_hidden_members_stays_when_they_may_not_be_seen_any_more() {
    let seeing = Tenant::contoso().token(r#"{"roles":["Member.Read.Hidden"]}"#);
    let members = r#","members@delta":[{"id":"u"},{"id":"v"}]"#;
    seeing
        .graph
        .on("/v1.0/groups/delta", [groups(members, "1")]);
    assert_eq!(seeing.outcome("groups").await, Outcome::Complete);
    let blind = Tenant {
        store: Arc::clone(&seeing.store),
        ..Tenant::contoso().token(r#"{"roles":["Group.Read.All"]}"#)
    };
    let lost = Answer::error(410, "syncStateNotFound");
    blind
        .graph
        .on("/v1.0/groups/delta", [lost, groups("", "2")]);
    assert_eq!(blind.outcome("groups").await, withheld());
    let edges = blind.store.edges(&Relation::MEMBER, None, 9).await.unwrap();
    let of_hidden = edges.iter().filter(|edge| edge.from == "h").count();
    assert_eq!(of_hidden, 2, "{edges:?}");
}
