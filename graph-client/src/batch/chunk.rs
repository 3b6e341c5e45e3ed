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
use crate::error::{Error, Result};
use crate::observer::{CallEvent, WaitReason};
use crate::path::{self, IntoPath as _};
use crate::query::Target;
use crate::send::{
    Before, Budget, Call, Decision, LastAttempt, RequestHistory, ResponseKind, RetryContext,
};
use crate::throttle::RequestCost;
use crate::workload::Workload;

/// What requests of one batch have in common.
pub(super) type Kind = (&'static str, Workload);

/// A request as it is sent.
pub(super) struct Item {
    index: usize,
    url: Url,
    headers: BTreeMap<String, String>,
    route: String,
    cost: RequestCost,
    history: RequestHistory,
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
            headers,
            route: path::route(&url),
            cost: client.shared().limiter.cost(
                client.tenant(),
                Workload::of(&url),
                &Method::GET,
                &url,
            ),
            history: RequestHistory::default(),
            url,
        })
    }

    pub(super) fn workload(&self) -> Workload {
        self.cost.workload()
    }
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
    url: String,
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
    before: Before,
    client_request_id: String,
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
            before: Before::default(),
            client_request_id: client.new_request_id(),
        }
    }

    pub(super) async fn run(mut self) -> Vec<(usize, Result<Box<RawValue>>)> {
        while !self.pending.is_empty() {
            match self.send().await {
                Ok((answers, last)) => {
                    self.before.attempts = last.attempts;
                    if let Some(wait) = self.sort(answers, last) {
                        let reason = WaitReason::Backoff;
                        self.client.wait(self.workload, wait, reason).await;
                    }
                }
                Err(error) => {
                    for item in std::mem::take(&mut self.pending) {
                        self.done.push((item.index, Err(error.clone().of_batch())));
                    }
                }
            }
        }
        self.done
    }

    async fn send(&self) -> Result<(Vec<Incoming>, LastAttempt)> {
        let requests = self
            .pending
            .iter()
            .enumerate()
            .map(|(id, item)| OutgoingItem {
                id: id.to_string(),
                method: "GET",
                url: relative(&item.url),
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
        url.set_path(self.version);
        "$batch".into_path()?.append_to(&mut url)?;
        let call = Call::batch(
            url,
            body.into(),
            self.cost()?,
            (self.budget.clone(), self.before.clone()),
            &self.client_request_id,
        );
        self.client
            .send_tracked(call, |answer| Incoming::parse(&answer.body))
            .await
    }

    /// What the limits count: every request inside.
    fn cost(&self) -> Result<RequestCost> {
        let costs: Vec<&RequestCost> = self.pending.iter().map(|item| &item.cost).collect();
        let (first, others) = costs
            .split_first()
            .ok_or_else(|| Error::invalid_request("the batch is empty"))?;
        Ok((*first).clone().with(others))
    }

    /// Puts away what is settled, keeps what may be tried again, and says how long to wait before
    /// that. Those that were refused have paused the next round.
    fn sort(&mut self, mut answers: Vec<Incoming>, last: LastAttempt) -> Option<Duration> {
        let mut wait = None;
        let mut all_passed = true;
        let sent = std::mem::take(&mut self.pending);
        let cost = sent.iter().map(|item| &item.cost).collect::<Vec<_>>();
        let cost = cost
            .split_first()
            .map(|(first, others)| (*first).clone().with(others));
        for (id, mut item) in sent.into_iter().enumerate() {
            let id = id.to_string();
            let mut its_own: Vec<Incoming> =
                answers.extract_if(.., |answer| answer.id == id).collect();
            // Two answers to one question are none.
            let answer = its_own.pop().filter(|_| its_own.is_empty());
            if let Some(answer) = &answer {
                self.client.observe(|| CallEvent::BatchItem {
                    workload: item.workload(),
                    route: item.route.clone(),
                    status: answer.response.status.as_u16(),
                });
            }
            let (next, error) = self.decide(&item, answer.as_ref(), last);
            // A refusal is one at the end of the budget too, and so is no answer.
            let now = self.client.shared().clock.now();
            let is_refused = answer
                .as_ref()
                .is_none_or(|answer| ResponseKind::of(&answer.response, false, now).is_refusal());
            all_passed &= !is_refused && !matches!(next, Decision::Backoff(_));
            match (next, answer) {
                (Decision::Read, Some(answer)) => self.done.push((item.index, answer.into_body())),
                (Decision::Fail(error), _) => self.done.push((item.index, Err(error))),
                // In a chain, whatever fails behind one that failed for good has failed for good.
                _ if self.is_cut_off() => self.done.push((item.index, Err(error))),
                (Decision::Elsewhere { url, .. }, _) if !self.fits(&url) => {
                    self.done.push((item.index, Err(error.into_redirect())));
                }
                (next, _) => {
                    match next {
                        Decision::Elsewhere { url, .. } => {
                            item.history.redirects += 1;
                            item.url = url;
                        }
                        Decision::NewToken { rejected, claims } => {
                            item.history.refreshed = true;
                            self.before.rejected = Some(rejected);
                            self.before.claims = claims.or(self.before.claims.take());
                        }
                        Decision::Backoff(asked) => wait = wait.max(Some(asked)),
                        Decision::Read | Decision::AfterPause | Decision::Fail(_) => {}
                    }
                    self.pending.push(item);
                }
            }
        }
        if let Some(cost) = cost.filter(|_| all_passed) {
            self.client.shared().limiter.passed(&cost, last.sent);
        }
        wait
    }

    /// What to do about one of the answers, and the error that it is if nothing can be done.
    fn decide(
        &self,
        item: &Item,
        answer: Option<&Incoming>,
        last: LastAttempt,
    ) -> (Decision, Error) {
        let shared = self.client.shared();
        let now = shared.clock.monotonic();
        let spent = self.budget.spent(now);
        let seal = |error: Error| {
            let elapsed = self.budget.elapsed(now);
            let id = &self.client_request_id;
            error.with_call(&item.route, id, last.attempts, elapsed)
        };
        let context = RetryContext::inner(
            self.client,
            (&item.url, &item.cost),
            (item.history, last),
            shared.retry.total_time.saturating_sub(spent),
            &seal,
        );
        let Some(answer) = answer else {
            let failure = "the batch holds no answer to this request";
            let error = Error::decode(DecodeFailure::unreadable(failure));
            let next = self.client.unread(&context, error.clone(), None);
            return (next, seal(error));
        };
        if let Some(error) = answer.excess().map(seal) {
            return (Decision::Fail(error.clone()), error);
        }
        let error = seal(context.failure(&answer.response));
        if answer.response.status != StatusCode::FAILED_DEPENDENCY {
            return (self.client.decide(&context, &answer.response), error);
        }
        // Not carried out since what it depends on was not, which is sent again as well.
        let again = last.attempts < shared.retry.max_attempts && !self.is_cut_off();
        let next = if again {
            Decision::AfterPause
        } else {
            Decision::Fail(error.clone())
        };
        (next, error)
    }

    /// Whether a chain is broken by one that will not be sent again.
    fn is_cut_off(&self) -> bool {
        self.serial && self.done.iter().any(|(_, result)| result.is_err())
    }

    /// Whether a URL can be asked in this batch, whose URLs are relative to its version.
    fn fits(&self, url: &Url) -> bool {
        let version = url.path_segments().and_then(|mut path| path.next());
        version == Some(self.version)
    }
}
