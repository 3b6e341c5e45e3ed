//! Under every fault at once, a correct reader still ends with the truth.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{Reader, bearer, text};
use reqwest::StatusCode;
use serde_json::{Map, Value};
use tenant_sim::{Expiry, FaultPlan, GenerateOptions, Sim, SimHandle, Tenant, Truth};

const USER: [&str; 8] = [
    "id",
    "displayName",
    "jobTitle",
    "department",
    "accountEnabled",
    "userType",
    "userPrincipalName",
    "assignedLicenses",
];
const GROUP: [&str; 5] = [
    "id",
    "displayName",
    "description",
    "groupTypes",
    "mailEnabled",
];

/// A reader that does what the documentation asks, and nothing clever.
struct Patient<'s> {
    sim: &'s SimHandle,
    reader: Reader,
    attempts: u32,
}

impl Patient<'_> {
    /// Asks until there is an answer that is not a passing failure; waits as told.
    async fn ask(&mut self, url: &str) -> (StatusCode, Option<String>, Value) {
        for _ in 0..20 {
            self.attempts += 1;
            let sent = self
                .reader
                .http
                .get(self.reader.url(url))
                .bearer_auth(&self.reader.token)
                .send()
                .await;
            let Ok(response) = sent else { continue };
            let status = response.status();
            let header = |name: &str| {
                response
                    .headers()
                    .get(name)
                    .map(|value| value.to_str().unwrap().to_owned())
            };
            let (location, wait) = (header("location"), header("retry-after"));
            let body = response.bytes().await;
            match status.as_u16() {
                401 => self.reader.token = self.token().await,
                429 => self.wait(wait.as_deref()).await,
                500..=599 => {}
                _ => {
                    // A body that is cut off or no JSON is read again.
                    let Some(body) = body
                        .ok()
                        .and_then(|body| serde_json::from_slice(&body).ok())
                    else {
                        continue;
                    };
                    return (status, location, body);
                }
            }
        }
        panic!("no answer to {url} in twenty attempts");
    }

    async fn token(&self) -> String {
        for _ in 0..20 {
            let sent = reqwest::Client::new()
                .post(format!("{}/{}/oauth2/v2.0/token", self.sim.login_url(), self.sim.tenant_id()))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(format!(
                    "grant_type=client_credentials&client_id={}&client_secret={}&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
                    self.sim.client_id(),
                    self.sim.client_secret()
                ))
                .send()
                .await;
            let Ok(response) = sent else { continue };
            let wait = response
                .headers()
                .get("retry-after")
                .map(|value| value.to_str().unwrap().to_owned());
            if response.status() == StatusCode::OK {
                let answer: Value = response.json().await.unwrap();
                return text(&answer, "access_token").to_owned();
            }
            self.wait(wait.as_deref()).await;
        }
        panic!("no token in twenty attempts");
    }

    async fn wait(&self, header: Option<&str>) {
        let seconds = header.map_or(0.0, |header| {
            header.parse().unwrap_or_else(|_| {
                let at = httpdate::parse_http_date(header).unwrap();
                at.duration_since(std::time::SystemTime::now())
                    .unwrap_or_default()
                    .as_secs_f64()
            })
        });
        tokio::time::sleep(std::time::Duration::from_secs_f64(seconds + 0.001)).await;
    }
}

#[derive(Default)]
struct Store {
    objects: BTreeMap<String, Map<String, Value>>,
    members: BTreeSet<(String, String)>,
    owners: BTreeSet<(String, String)>,
    link: Option<String>,
}

impl Store {
    /// Reads a delta round to its end, from the last deltaLink or from nothing.
    async fn sync(&mut self, patient: &mut Patient<'_>, set: &str, select: &str) {
        let initial = format!("v1.0/{set}/delta?$select={select}");
        let mut url = self.link.clone().unwrap_or_else(|| initial.clone());
        let mut fresh = self.link.is_none();
        let (mut upserted, mut removed) = (BTreeSet::new(), BTreeSet::new());
        if fresh {
            *self = Self::default();
        }
        loop {
            let (status, location, page) = patient.ask(&url).await;
            if status != StatusCode::OK {
                let code = text(&page["error"], "code");
                assert!(
                    status == StatusCode::GONE || code == "syncStateNotFound",
                    "{url}: {status} {code}"
                );
                assert!(
                    !fresh || url.contains("skiptoken"),
                    "a fresh start is never too old"
                );
                url = location.unwrap_or_else(|| initial.clone());
                *self = Self::default();
                (fresh, upserted, removed) = (true, BTreeSet::new(), BTreeSet::new());
                continue;
            }
            for item in page["value"].as_array().unwrap() {
                let id = text(item, "id").to_owned();
                if item.get("@removed").is_some() {
                    removed.insert(id.clone());
                    self.remove(&id);
                } else {
                    upserted.insert(id.clone());
                    self.upsert(&id, item);
                }
            }
            match (
                page["@odata.nextLink"].as_str(),
                page["@odata.deltaLink"].as_str(),
            ) {
                (Some(next), None) => next.clone_into(&mut url),
                (None, Some(link)) => {
                    self.link = Some(link.to_owned());
                    break;
                }
                both => panic!("a page has exactly one link: {both:?}"),
            }
        }
        // What a round both removed and changed is asked for by itself.
        for id in upserted.intersection(&removed) {
            let (status, _, object) = patient
                .ask(&format!("v1.0/{set}/{id}?$select={}", USER.join(",")))
                .await;
            self.remove(id);
            if status == StatusCode::OK {
                self.upsert(id, &object);
            } else {
                assert_eq!(status, StatusCode::NOT_FOUND);
            }
        }
    }

    fn remove(&mut self, id: &str) {
        self.objects.remove(id);
        self.members.retain(|(group, _)| group != id);
        self.owners.retain(|(group, _)| group != id);
    }

    fn upsert(&mut self, id: &str, item: &Value) {
        let known = self.objects.entry(id.to_owned()).or_default();
        for (name, value) in item
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| !name.contains('@'))
        {
            known.insert(name.clone(), value.clone());
        }
        for (name, pairs) in [
            ("members@delta", &mut self.members),
            ("owners@delta", &mut self.owners),
        ] {
            for related in item
                .get(name)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                let pair = (id.to_owned(), text(related, "id").to_owned());
                if related.get("@removed").is_some() {
                    pairs.remove(&pair)
                } else {
                    pairs.insert(pair)
                };
            }
        }
    }

    fn must_equal(&self, truth: &BTreeMap<String, Value>, selected: &[&str]) {
        assert_eq!(
            self.objects.keys().collect::<Vec<_>>(),
            truth.keys().collect::<Vec<_>>()
        );
        for (id, object) in &self.objects {
            let object = Value::Object(object.clone());
            let wrong = Truth::mismatch(&truth[id], &object, selected);
            assert_eq!(wrong, None, "read {object}\ntrue {}", truth[id]);
        }
    }
}

async fn sync_and_compare(patient: &mut Patient<'_>, users: &mut Store, groups: &mut Store) {
    users.sync(patient, "users", &USER.join(",")).await;
    groups
        .sync(
            patient,
            "groups",
            &format!("{},members,owners", GROUP.join(",")),
        )
        .await;
    let truth = patient.sim.truth();
    users.must_equal(&truth.users, &USER);
    groups.must_equal(&truth.groups, &GROUP);
    let differ = |read: &BTreeSet<(String, String)>, truth: &BTreeSet<(String, String)>| {
        read.symmetric_difference(truth).next().cloned()
    };
    assert_eq!(differ(&groups.members, &truth.members), None);
    assert_eq!(differ(&groups.owners, &truth.owners), None);
}

#[tokio::test]
async fn a_patient_reader_ends_with_the_truth_whatever_happens() {
    let mut seen: BTreeMap<u16, u64> = BTreeMap::new();
    for seed in 1..=4 {
        let options = GenerateOptions {
            seed,
            users: 400,
            groups: 40,
            ..GenerateOptions::default()
        };
        let plan = FaultPlan {
            retry_after_scale: 0.02,
            ..FaultPlan::hostile(seed)
        };
        let sim = Sim::builder()
            .tenant(Tenant::generate(options))
            .faults(plan)
            .page_size(15)
            .start()
            .await
            .unwrap();
        let reader = Reader {
            http: reqwest::Client::new(),
            token: String::new(),
            origin: sim.graph_url().to_owned(),
        };
        let mut patient = Patient {
            sim: &sim,
            reader,
            attempts: 0,
        };
        let (mut users, mut groups) = (Store::default(), Store::default());
        sync_and_compare(&mut patient, &mut users, &mut groups).await;
        for round in 0..4 {
            assert!(sim.edit(|tenant| tenant.churn(seed * 100 + round, 150)) > 75);
            sync_and_compare(&mut patient, &mut users, &mut groups).await;
        }
        for expiry in [
            Expiry::GoneWithLocation,
            Expiry::GoneWithoutLocation,
            Expiry::SyncStateNotFound,
        ] {
            sim.edit(|tenant| tenant.churn(seed * 1000, 60));
            sim.expire_delta_tokens(expiry);
            sync_and_compare(&mut patient, &mut users, &mut groups).await;
        }
        let stats = sim.stats();
        assert_eq!((stats.early_retries, stats.writes), (0, 0));
        for status in [0, 400, 401, 404, 410, 429, 502, 503] {
            *seen.entry(status).or_default() += stats.status(status);
        }
    }
    // The plan was on.
    assert!(seen.values().all(|count| *count > 0), "{seen:?}");
}

#[tokio::test]
async fn the_same_seed_and_requests_give_the_same_faults() {
    let mut traces = Vec::new();
    for _ in 0..2 {
        let tenant = Tenant::generate(GenerateOptions {
            seed: 5,
            users: 200,
            ..GenerateOptions::default()
        });
        let sim = Sim::builder()
            .tenant(tenant)
            .page_size(10)
            .start()
            .await
            .unwrap();
        let token = bearer(&sim).await;
        sim.faults(FaultPlan {
            retry_after_scale: 0.0,
            slow_body: 0.0,
            ..FaultPlan::hostile(11)
        });
        let mut trace = Vec::new();
        for number in 0..300 {
            let url = format!("{}/v1.0/users?$top={}", sim.graph_url(), number % 7 + 1);
            let answer = reqwest::Client::new()
                .get(url)
                .bearer_auth(&token)
                .send()
                .await;
            trace.push(answer.map_or(0, |answer| answer.status().as_u16()));
        }
        traces.push(trace);
    }
    assert_eq!(traces[0], traces[1]);
    assert!(traces[0].iter().any(|status| *status != 200));
}
