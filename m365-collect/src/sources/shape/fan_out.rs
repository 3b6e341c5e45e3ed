//! One request for each stored object of another source, sent in batches.

use std::time::SystemTime;

use async_trait::async_trait;
use graph_client::{BatchRequest, BatchResponse};

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::kind::Kind;
use crate::outcome::Gap;
use crate::record::{Change, Record};
use crate::source::{Completeness, Descriptor, Source};
use crate::sync::Run;
use crate::timestamp;

/// Asks `collection/{id}/path` for every stored object of the parent kind; the answer is kept
/// under the parent's id.
///
/// A parent that is gone by now is passed over. One that is there but cannot be read makes the
/// outcome partial; a missing permission or licence ends the run.
#[derive(Debug, Clone)]
pub struct FanOutSource {
    descriptor: Descriptor,
    kind: Kind,
    parents: Kind,
    collection: &'static str,
    path: &'static [&'static str],
    is_beta: bool,
}

/// Parents asked for between two commits: a few batches of twenty.
const PARENTS: usize = 100;

impl FanOutSource {
    /// Asks for `collection/{id}/path` of every stored object of the kind `parents`.
    pub fn new(
        descriptor: Descriptor,
        kind: Kind,
        parents: Kind,
        collection: &'static str,
        path: &'static [&'static str],
    ) -> Self {
        Self {
            descriptor: descriptor.kind(kind.clone()),
            kind,
            parents,
            collection,
            path,
            is_beta: false,
        }
    }

    /// From the beta version of Graph.
    #[must_use]
    pub fn beta(mut self) -> Self {
        self.is_beta = true;
        self
    }

    fn request(&self, parent: &Record) -> BatchRequest {
        let mut path = vec![self.collection, parent.id.as_str()];
        path.extend(self.path);
        let request = BatchRequest::get(path).key(parent.id.clone());
        if self.is_beta {
            request.beta()
        } else {
            request
        }
    }
}

impl FanOutSource {
    /// Goes on after the last parent that was asked for, unless that is so long ago that the
    /// answers would be old ones.
    fn resume(&self, run: &mut Run<'_>) -> Saved {
        let now = run.now();
        let saved = run
            .checkpoint()
            .and_then(|saved| serde_json::from_str::<Saved>(saved).ok())
            .filter(|saved| {
                let age = now.duration_since(saved.began);
                age.is_ok_and(|age| age <= self.descriptor.cadence)
            });
        match saved {
            Some(saved) => {
                run.go_on();
                saved
            }
            None => Saved {
                after: None,
                began: now,
                unread: 0,
                first_error: String::new(),
            },
        }
    }

    /// Those of the parents without an answer that are not gone themselves: a service that does
    /// not know the question must not look like people of whom there is nothing to say.
    async fn still_there(
        &self,
        run: &Run<'_>,
        not_found: Vec<(String, graph_client::Error)>,
    ) -> Result<Vec<(String, graph_client::Error)>> {
        if not_found.is_empty() {
            return Ok(not_found);
        }
        let requests = not_found
            .iter()
            .map(|(id, _)| BatchRequest::get([self.collection, id.as_str()]).select(["id"]))
            .collect();
        let answers = run.client().batch(requests).await?;
        let is_there = |answer: &BatchResponse| match &answer.result {
            Err(error) => !error.is_not_found(),
            Ok(_) => true,
        };
        Ok(not_found
            .into_iter()
            .zip(answers)
            .filter(|(_, answer)| is_there(answer))
            .map(|(asked, _)| asked)
            .collect())
    }
}

#[async_trait]
impl Source for FanOutSource {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness> {
        let mut saved = self.resume(run);
        loop {
            let parents = run
                .stored(&self.parents, saved.after.as_deref(), PARENTS)
                .await?;
            let Some(last) = parents.last() else { break };
            saved.after = Some(last.id.clone());
            let requests = parents.iter().map(|parent| self.request(parent)).collect();
            let mut changes = Vec::with_capacity(parents.len());
            let mut not_found = Vec::new();
            for answer in run.client().batch(requests).await? {
                match answer.result {
                    Ok(raw) => changes.push(Change::Upsert(Record::new(
                        self.kind.clone(),
                        answer.key,
                        raw,
                    ))),
                    Err(error) if error.is_not_found() => not_found.push((answer.key, error)),
                    Err(error) if ends_the_run(&error) => {
                        run.changes(changes).await?;
                        return Err(error.into());
                    }
                    Err(error) => saved.note(&error),
                }
            }
            for (_, error) in self.still_there(run, not_found).await? {
                saved.note(&error);
            }
            let checkpoint = run.to_json(&saved)?;
            run.advance(changes, checkpoint).await?;
        }
        Ok(if saved.unread == 0 {
            Completeness::Complete
        } else {
            Completeness::Partial(Gap::Unread {
                objects: saved.unread,
                error: saved.first_error,
            })
        })
    }
}

/// How far it came, and what it must not forget.
#[derive(Serialize, Deserialize)]
struct Saved {
    after: Option<String>,
    #[serde(with = "timestamp")]
    began: SystemTime,
    unread: u64,
    first_error: String,
}

impl Saved {
    fn note(&mut self, error: &graph_client::Error) {
        if self.unread == 0 {
            self.first_error = error.to_string();
        }
        self.unread += 1;
    }
}

/// Whether the next parent would meet the same refusal.
fn ends_the_run(error: &graph_client::Error) -> bool {
    error.is_permission_denied()
        || error.is_unlicensed()
        || error.is_throttled()
        || error.is_authentication()
}
