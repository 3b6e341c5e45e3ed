//! One batch, sent until each of its requests is settled.

use std::collections::BTreeMap;
use std::time::Duration;

use http::{Method, StatusCode};
use serde::Serialize;
use serde_json::value::RawValue;
use url::Url;

use super::answer::Incoming;
use crate::client::Client;
use crate::decode::DecodeFailure;
use crate::error::{Error, ErrorBody, Result};
use crate::observer::{CallEvent, WaitReason};
use crate::path::{self, IntoPath as _};
use crate::query::Target;
use crate::send::{Budget, Call, Verdict, request_id};
use crate::throttle::{Demand, Scope, Workload};

/// What requests of one batch have in common.
pub(super) type Kind = (&'static str, Workload);

/// A request as it is sent.
pub(super) struct Item {
    index: usize,
    url: String,
    headers: BTreeMap<String, String>,
    route: String,
    demand: Demand,
}

impl Item {
    pub(super) fn new(index: usize, target: &Target, client: &Client) -> Result<Self> {
        let url = target.url(&client.shared().graph)?;
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in target.headers() {
            let value = value
                .to_str()
                .map_err(|_| Error::invalid_request("a header in a batch must be plain text"))?;
            headers
                .entry(name.as_str().to_owned())
                .and_modify(|all| {
                    all.push_str(", ");
                    all.push_str(value);
                })
                .or_insert_with(|| value.to_owned());
        }
        Ok(Self {
            index,
            url: relative(&url),
            headers,
            route: path::route(&url),
            demand: client.shared().gates.demand(
                client.tenant(),
                Workload::of(&url),
                &Method::GET,
                &url,
            ),
        })
    }

    pub(super) fn workload(&self) -> Workload {
        self.demand.workload()
    }
}

/// Not carried out since what it depends on was not.
fn is_dependent(answer: &Incoming) -> bool {
    answer.response.status == StatusCode::FAILED_DEPENDENCY
}

/// Batched URLs are relative to the version.
fn relative(url: &Url) -> String {
    let path = url
        .path()
        .trim_start_matches('/')
        .split_once('/')
        .map_or("", |(_, path)| path);
    url.query()
        .map_or_else(|| format!("/{path}"), |query| format!("/{path}?{query}"))
}

#[derive(Serialize)]
struct Outgoing<'a> {
    requests: Vec<OutgoingItem<'a>>,
}

#[derive(Serialize)]
struct OutgoingItem<'a> {
    id: String,
    method: &'static str,
    url: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: &'a BTreeMap<String, String>,
    #[serde(rename = "dependsOn", skip_serializing_if = "Option::is_none")]
    depends_on: Option<[String; 1]>,
}

/// The requests of one batch, fewer with every round.
pub(super) struct Chunk<'a> {
    client: &'a Client,
    version: &'static str,
    workload: Workload,
    /// Each depends on the one before it.
    serial: bool,
    pending: Vec<Item>,
    done: Vec<(usize, Result<Box<RawValue>>)>,
    budget: Budget,
    rounds: u32,
    /// When the round under way began.
    sent: Duration,
    client_request_id: String,
}

/// A request that may yet succeed.
struct Failed {
    item: Item,
    error: Error,
    throttled: bool,
    asked: Option<Duration>,
    scope: Scope,
}

impl<'a> Chunk<'a> {
    pub(super) fn new(
        client: &'a Client,
        (version, workload): Kind,
        serial: bool,
        pending: Vec<Item>,
    ) -> Self {
        Self {
            client,
            version,
            workload,
            serial,
            pending,
            done: Vec::new(),
            budget: Budget::new(client.shared().clock.monotonic()),
            rounds: 0,
            sent: Duration::ZERO,
            client_request_id: client.new_request_id(),
        }
    }

    pub(super) async fn run(mut self) -> Vec<(usize, Result<Box<RawValue>>)> {
        while !self.pending.is_empty() {
            self.rounds += 1;
            self.sent = self.client.shared().clock.monotonic();
            match self.send().await {
                Ok(answers) => {
                    let failed = self.sort(answers);
                    self.prepare_again(failed).await;
                }
                Err(error) => {
                    for item in std::mem::take(&mut self.pending) {
                        self.done.push((item.index, Err(error.clone())));
                    }
                }
            }
        }
        self.done
    }

    async fn send(&self) -> Result<Vec<Incoming>> {
        let requests = self
            .pending
            .iter()
            .enumerate()
            .map(|(id, item)| OutgoingItem {
                id: id.to_string(),
                method: "GET",
                url: &item.url,
                headers: &item.headers,
                // What came before and is no longer pending has succeeded.
                depends_on: id
                    .checked_sub(1)
                    .filter(|_| self.serial)
                    .map(|before| [before.to_string()]),
            })
            .collect();
        let body = serde_json::to_vec(&Outgoing { requests })
            .map_err(|_| Error::invalid_request("the batch could not be written as JSON"))?;
        let mut url = self.client.shared().graph.url().clone();
        [self.version, "$batch"].into_path()?.append_to(&mut url)?;
        let call = Call::batch(
            url,
            body.into(),
            self.demand()?,
            self.budget.clone(),
            &self.client_request_id,
        );
        self.client
            .send(call, |answer| Incoming::parse(&answer.body))
            .await
    }

    /// What the limits count: every request inside.
    fn demand(&self) -> Result<Demand> {
        Self::demand_of(self.pending.iter())
    }

    fn demand_of<'i>(items: impl Iterator<Item = &'i Item>) -> Result<Demand> {
        let demands: Vec<&Demand> = items.map(|item| &item.demand).collect();
        let (first, others) = demands
            .split_first()
            .ok_or_else(|| Error::invalid_request("the batch is empty"))?;
        Ok((*first).clone().with(others))
    }

    /// Puts away what is settled and returns what may be tried again.
    fn sort(&mut self, mut answers: Vec<Incoming>) -> Vec<Failed> {
        let mut failed: Vec<Failed> = Vec::new();
        for (id, item) in std::mem::take(&mut self.pending).into_iter().enumerate() {
            let id = id.to_string();
            let Some(at) = answers.iter().position(|answer| answer.id == id) else {
                let error = Error::decode(DecodeFailure::shape(
                    "the batch holds no answer to this request",
                ));
                let error = self.seal(&item, error);
                failed.push(Failed {
                    item,
                    error,
                    throttled: false,
                    asked: None,
                    scope: Scope::Tenant,
                });
                continue;
            };
            let answer = answers.swap_remove(at);
            self.client.observe(|| CallEvent::BatchItem {
                workload: item.workload(),
                route: item.route.clone(),
                status: answer.response.status.as_u16(),
            });
            let now = self.client.shared().clock.now();
            match Verdict::of(&answer.response, false, now) {
                // In a chain, whatever fails behind one that failed for good has failed for good.
                verdict if verdict != Verdict::Success && self.is_cut_off() => {
                    let error = self.error(&item, &answer);
                    self.done.push((item.index, Err(error)));
                }
                Verdict::Success => self.done.push((item.index, answer.into_body())),
                Verdict::Throttled { asked, scope } => {
                    let error = self.error(&item, &answer).with_retry_after(asked);
                    failed.push(Failed {
                        item,
                        error,
                        throttled: true,
                        asked,
                        scope,
                    });
                }
                // What it depended on is sent again as well.
                verdict if verdict == Verdict::Transient || is_dependent(&answer) => {
                    let error = self.error(&item, &answer);
                    failed.push(Failed {
                        item,
                        error,
                        throttled: false,
                        asked: None,
                        scope: Scope::Tenant,
                    });
                }
                _ => {
                    let error = self.error(&item, &answer);
                    self.done.push((item.index, Err(error)));
                }
            }
        }
        failed
    }

    /// Whether a chain is broken by one that will not be sent again.
    fn is_cut_off(&self) -> bool {
        self.serial && self.done.iter().any(|(_, result)| result.is_err())
    }

    /// Waits for those that failed in passing, or gives them up with their error when the budget
    /// is spent.
    async fn prepare_again(&mut self, failed: Vec<Failed>) {
        if failed.is_empty() {
            return;
        }
        let shared = self.client.shared();
        let backoff = shared.retry.backoff(self.rounds, &*shared.random);
        let wait = failed
            .iter()
            .filter_map(|f| f.asked)
            .max()
            .unwrap_or(backoff);
        let throttled = failed.iter().any(|f| f.throttled);
        let now = shared.clock.monotonic();
        if throttled && let Ok(demand) = Self::demand_of(failed.iter().map(|f| &f.item)) {
            let scope = if failed.iter().any(|f| f.scope == Scope::App) {
                Scope::App
            } else {
                Scope::Tenant
            };
            let quota = failed.iter().any(|f| f.throttled);
            shared.gates.refused(
                &demand,
                (scope, quota),
                self.sent,
                now,
                now.saturating_add(wait),
            );
        }
        let remaining = shared
            .retry
            .total_time
            .saturating_sub(self.budget.spent(now));
        if wait > remaining || self.rounds >= shared.retry.max_attempts {
            for failed in failed {
                let error = if failed.throttled {
                    failed.error.into_throttled(wait)
                } else {
                    failed.error
                };
                self.done.push((failed.item.index, Err(error)));
            }
            return;
        }
        self.pending = failed.into_iter().map(|failed| failed.item).collect();
        // When the gate was closed, passing it again is the wait.
        if !throttled {
            self.client
                .wait(self.workload, wait, WaitReason::Backoff)
                .await;
        }
    }

    fn error(&self, item: &Item, answer: &Incoming) -> Error {
        let body = ErrorBody::parse(&answer.response.body);
        let error = Error::service(answer.response.status, body);
        self.seal(
            item,
            error.with_request_id(request_id(&answer.response.headers)),
        )
    }

    fn seal(&self, item: &Item, error: Error) -> Error {
        let now = self.client.shared().clock.monotonic();
        let elapsed = self.budget.elapsed(now);
        error.with_call(&item.route, &self.client_request_id, self.rounds, elapsed)
    }
}
