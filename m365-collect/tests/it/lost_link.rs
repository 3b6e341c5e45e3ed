//! A link that the service gave and no longer takes is given up, whatever it answers; a refusal that a
//! fresh request meets as well changes nothing.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use graph_client::test_util::{FixedRandom, ManualClock};
use graph_client::{
    Client, Credential, Limits, TenantId, Transport, TransportError, TransportRequest,
    TransportResponse,
};
use http::{HeaderMap, StatusCode};
use m365_collect::{Engine, Kind, MemoryStore, Outcome, Relation, Report, Store};
use serde_json::{Value, json};

const GRAPH: &str = "https://graph.microsoft.com/v1.0";
const STATUSES: [u16; 9] = [200, 400, 401, 403, 404, 410, 429, 500, 503];

/// What comes with the status.
#[derive(Debug, Clone, Copy)]
enum Body {
    Empty,
    Html,
    BrokenOff,
    ByteOrderMark,
    WrongJson,
}

const BODIES: [Body; 5] = [
    Body::Empty,
    Body::Html,
    Body::BrokenOff,
    Body::ByteOrderMark,
    Body::WrongJson,
];

/// Which link does not work.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Broken {
    /// That to the next page of a listing.
    Next,
    /// That to the next page of a delta.
    DeltaNext,
    /// That to the changes since.
    Delta,
    /// That to the next page of one parent's collection.
    Parent,
}

/// How far the trouble goes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Trouble {
    None,
    /// Links that came with the first answer do not work, later ones do.
    FirstLinks,
    /// Nothing of the collection works.
    All,
}

#[derive(Debug)]
struct Service(Mutex<State>);

#[derive(Debug)]
struct State {
    broken: Broken,
    status: u16,
    body: Body,
    trouble: Trouble,
    /// Fresh requests so far: the links that they hand out carry the number.
    fresh: u32,
    asked: Vec<String>,
}

impl State {
    fn failure(&self) -> (u16, Vec<u8>) {
        let error = json!({"error": {"code": "UnknownError", "message": "made up"}}).to_string();
        let body = match self.body {
            Body::Empty => Vec::new(),
            Body::Html => b"<html><body>Service error</body></html>".to_vec(),
            Body::BrokenOff => br#"{"value":[{"id":"#.to_vec(),
            // A page with a mark is a page; an error is one with a mark or without.
            Body::ByteOrderMark if self.status == 200 => b"\xef\xbb\xbf{\"value\":[".to_vec(),
            Body::ByteOrderMark => [b"\xef\xbb\xbf", error.as_bytes()].concat(),
            Body::WrongJson => b"[1,2]".to_vec(),
        };
        (self.status, body)
    }

    /// The answer of one collection: its fresh page, or what a link leads to.
    fn page(&mut self, collection: &str, query: &str) -> (u16, Vec<u8>) {
        let is_link = query.contains("token=");
        let number: u32 = query
            .rsplit_once("token=")
            .and_then(|(_, token)| {
                token
                    .trim_start_matches(|c: char| !c.is_ascii_digit())
                    .parse()
                    .ok()
            })
            .unwrap_or_default();
        let is_delta_link = query.contains("deltatoken");
        let is_broken = match self.broken {
            Broken::Delta => is_delta_link,
            _ => is_link && !is_delta_link,
        };
        match self.trouble {
            Trouble::All => return self.failure(),
            Trouble::FirstLinks if is_broken && number == 1 => return self.failure(),
            _ => {}
        }
        if !is_link {
            self.fresh += 1;
        }
        let fresh = self.fresh;
        let link = |token: &str| format!("{GRAPH}/{collection}?${token}={fresh}");
        let is_delta = collection.ends_with("/delta");
        let item = |id: &str| json!({"id": id, "displayName": id, "userId": id});
        let page = match (is_link, is_delta_link) {
            (false, _) => json!({"value": [item("a"), item("b")],
                "@odata.nextLink": link("skiptoken")}),
            (true, false) if is_delta => json!({"value": [item("c")],
                "@odata.deltaLink": link("deltatoken")}),
            (true, false) => json!({"value": [item("c")]}),
            (true, true) => json!({"value": [], "@odata.deltaLink": link("deltatoken")}),
        };
        (200, page.to_string().into_bytes())
    }

    fn answer(&mut self, method: &str, path: &str, query: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let ok = |value: Value| (200, value.to_string().into_bytes());
        if path.ends_with("/token") {
            return ok(json!({"access_token": "opaque", "expires_in": 3600}));
        }
        self.asked.push(format!("{method} {path}?{query}"));
        match path {
            "/v1.0/organization" => ok(json!({"value": [{"id": "0rg",
                "verifiedDomains": [{"name": "contoso.example"}]}]})),
            "/v1.0/users/delta" => self.page("users/delta", query),
            "/v1.0/contacts" => self.page("contacts", query),
            "/v1.0/teams" => ok(json!({"value": [{"id": "t1"}]})),
            "/v1.0/teams/t1/members" => self.page("teams/t1/members", query),
            "/v1.0/$batch" => {
                let asked: Value = serde_json::from_slice(body).unwrap();
                let answers = asked["requests"].as_array().unwrap().iter().map(|one| {
                    let url = one["url"].as_str().unwrap();
                    let (status, body) = if url.starts_with("/teams/t1/members") {
                        self.page("teams/t1/members", "")
                    } else {
                        ok(json!({"id": "t1", "displayName": "t1"}))
                    };
                    let body = serde_json::from_slice(&body)
                        .unwrap_or_else(|_| json!(String::from_utf8_lossy(&body)));
                    json!({"id": one["id"], "status": status, "body": body})
                });
                let answers: Vec<Value> = answers.collect();
                ok(json!({"responses": answers}))
            }
            _ => (404, Vec::new()),
        }
    }
}

#[async_trait]
impl Transport for Service {
    async fn send(&self, request: TransportRequest) -> Result<TransportResponse, TransportError> {
        let (method, url) = (request.method.as_str().to_owned(), request.url.clone());
        let query = url.query().unwrap_or_default().replace("%24", "$");
        let mut state = self.0.lock().unwrap();
        let (status, body) = state.answer(&method, url.path(), &query, &request.body);
        let status = StatusCode::from_u16(status).unwrap();
        Ok(TransportResponse::new(status, HeaderMap::new(), body))
    }
}

struct Tenant {
    service: Arc<Service>,
    clock: Arc<ManualClock>,
    store: Arc<dyn Store>,
    broken: Broken,
}

impl Tenant {
    fn new(broken: Broken, status: u16, body: Body) -> Self {
        let state = State {
            broken,
            status,
            body,
            trouble: Trouble::None,
            fresh: 0,
            asked: Vec::new(),
        };
        Self {
            service: Arc::new(Service(Mutex::new(state))),
            clock: Arc::new(ManualClock::new()),
            store: Arc::new(MemoryStore::new()),
            broken,
        }
    }

    fn is(&self, trouble: Trouble) {
        let mut state = self.service.0.lock().unwrap();
        state.trouble = trouble;
        state.asked.clear();
    }

    fn asked(&self) -> Vec<String> {
        let asked = self.service.0.lock().unwrap().asked.clone();
        asked
            .into_iter()
            .filter(|url| !url.contains("organization"))
            .collect()
    }

    const fn source(&self) -> &'static str {
        match self.broken {
            Broken::Next => "org_contacts",
            Broken::Delta | Broken::DeltaNext => "users",
            Broken::Parent => "team_members",
        }
    }

    async fn run(&self) -> Outcome {
        let client = Client::builder(
            TenantId::new("contoso.example").unwrap(),
            Credential::client_secret("app", "secret"),
        )
        .transport(Arc::<Service>::clone(&self.service))
        .clock(Arc::<ManualClock>::clone(&self.clock))
        .random(Arc::new(FixedRandom::new(0.5)))
        .limits(Limits::none())
        .build()
        .unwrap();
        let report: Report = Engine::new(client, Arc::clone(&self.store))
            .check_counts(false)
            .only(match self.broken {
                Broken::Parent => vec!["teams", "team_members"],
                _ => vec![self.source()],
            })
            .run()
            .await
            .unwrap();
        report.source(self.source()).unwrap().outcome.clone()
    }

    async fn stored(&self) -> Vec<String> {
        if self.broken == Broken::Parent {
            let edges = self.store.edges(&Relation::TEAM_MEMBER, None, 9).await;
            return edges.unwrap().into_iter().map(|edge| edge.to).collect();
        }
        let kind = match self.broken {
            Broken::Next => Kind::ORG_CONTACT,
            _ => Kind::USER,
        };
        let records = self.store.records(&kind, None, 9).await.unwrap();
        records.into_iter().map(|record| record.id).collect()
    }
}

fn cases() -> Vec<(Broken, u16, Body)> {
    let links = [
        Broken::Next,
        Broken::DeltaNext,
        Broken::Delta,
        Broken::Parent,
    ];
    let mut cases = Vec::new();
    for broken in links {
        for status in STATUSES {
            cases.extend(BODIES.map(|body| (broken, status, body)));
        }
    }
    cases
}

#[tokio::test]
async fn a_next_link_or_delta_link_that_keeps_failing_is_given_up_in_three_runs_whatever_it_answers()
 {
    let mut slow = Vec::new();
    for (broken, status, body) in cases() {
        let case = format!("{broken:?} {status} {body:?}");
        let tenant = Tenant::new(broken, status, body);
        let before: &[&str] = if broken == Broken::Delta {
            assert!(tenant.run().await.is_complete(), "{case}");
            &["a", "b", "c"]
        } else {
            &[]
        };
        tenant.is(Trouble::FirstLinks);
        let mut runs = Vec::new();
        for _ in 0..3 {
            runs.push(tenant.run().await);
            let stored = tenant.stored().await;
            let lost = before.iter().any(|id| !stored.contains(&(*id).to_owned()));
            assert!(!lost, "{case}: of {before:?} only {stored:?} are left");
        }
        assert!(runs[2].is_complete(), "{case}: {runs:?}");
        assert_eq!(tenant.stored().await, ["a", "b", "c"], "{case}");
        if !runs[0].is_complete() {
            slow.push(status);
        }
    }
    slow.dedup();
    // What may pass is believed to be the service's trouble at first.
    assert!(
        slow.iter()
            .all(|status| [200, 429, 500, 503].contains(status)),
        "{slow:?}"
    );
}

#[tokio::test]
async fn a_refusal_that_a_fresh_request_meets_as_well_resets_nothing() {
    for (broken, status, body) in cases() {
        if broken == Broken::Parent {
            continue;
        }
        let case = format!("{broken:?} {status} {body:?}");
        let tenant = Tenant::new(broken, status, body);
        assert!(tenant.run().await.is_complete(), "{case}");
        tenant.is(Trouble::All);
        for _ in 0..4 {
            assert!(!tenant.run().await.is_complete(), "{case}");
            assert_eq!(tenant.stored().await, ["a", "b", "c"], "{case}");
        }
        tenant.is(Trouble::None);
        assert!(tenant.run().await.is_complete(), "{case}");
        assert_eq!(tenant.stored().await, ["a", "b", "c"], "{case}");
        if broken != Broken::Next {
            let asked = tenant.asked();
            let is_link = |url: &String| url.contains("deltatoken=1");
            assert!(
                asked.len() == 1 && asked.iter().all(is_link),
                "{case}: {asked:?}"
            );
        }
    }
}
