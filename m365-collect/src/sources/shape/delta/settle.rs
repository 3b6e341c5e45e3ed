//! Asks the service about objects of which a round said two things.

use futures::TryStreamExt;
use graph_client::BatchRequest;

use super::{DeltaSource, End};
use crate::error::{Error, Result};
use crate::record::{Change, Edge, Record, Relation, RemovedReason};
use crate::store::Contested;
use crate::sync::{RawItem, Run};

/// Contested objects asked for at a time: one batch.
const CONTESTED: usize = 20;
const MEMBERS_PER_PAGE: u32 = 999;

impl DeltaSource {
    /// Asks the service about every contested object, until none is left.
    pub(super) async fn settle(&self, run: &mut Run<'_>) -> Result<()> {
        loop {
            let contested = run.contested(CONTESTED).await?;
            if contested.is_empty() {
                return Ok(());
            }
            let mut objects = Vec::new();
            for one in contested {
                match one {
                    Contested::Object { id, reason, .. } => objects.push((id, reason)),
                    Contested::Container { relation, from } => {
                        self.settle_container(run, &relation, &from).await?;
                    }
                }
            }
            self.settle_objects(run, &objects).await?;
        }
    }

    async fn settle_objects(
        &self,
        run: &mut Run<'_>,
        objects: &[(String, Option<RemovedReason>)],
    ) -> Result<()> {
        if objects.is_empty() {
            return Ok(());
        }
        let collection = self.path;
        let properties = || {
            let is_relation = |name: &&str| self.relations.iter().any(|r| r.property == *name);
            self.select
                .iter()
                .copied()
                .filter(move |name| !is_relation(name))
        };
        let requests = objects
            .iter()
            .map(|(id, _)| {
                BatchRequest::get([collection, id.as_str()])
                    .key(id.clone())
                    .select(properties())
            })
            .collect();
        let mut changes = Vec::with_capacity(objects.len());
        let mut back = Vec::new();
        for answer in run.client().batch(requests).await? {
            let reason = objects.iter().find(|(id, _)| *id == answer.key);
            match answer.result {
                Ok(raw) => {
                    back.push(answer.key.clone());
                    changes.push(Change::Confirm(Record::new(
                        self.kind.clone(),
                        answer.key,
                        raw,
                    )));
                }
                Err(error) if error.is_not_found() => changes.push(Change::ConfirmGone {
                    kind: self.kind.clone(),
                    reason: reason
                        .and_then(|(_, reason)| *reason)
                        .unwrap_or(RemovedReason::Changed),
                    id: answer.key,
                }),
                Err(error) => return Err(error.into()),
            }
        }
        run.changes(changes).await?;
        // What was related to an object before it was gone may have ended meanwhile.
        for id in back {
            for tracked in self.relations {
                self.settle_container(run, &tracked.relation, &id).await?;
            }
        }
        Ok(())
    }

    fn unsettled(&self, relation: &Relation) -> Error {
        Error::Contract {
            source_id: self.descriptor.id.clone(),
            what: format!(
                "a listing of {} holds what cannot be read, so it settles nothing",
                relation.as_str()
            ),
        }
    }

    async fn settle_container(
        &self,
        run: &mut Run<'_>,
        relation: &Relation,
        from: &str,
    ) -> Result<()> {
        let property = self
            .relations
            .iter()
            .find(|tracked| tracked.relation == *relation)
            .map_or(relation.as_str(), |tracked| tracked.property);
        let mut pages = run
            .client()
            .list::<RawItem>([self.path, from, property])
            .select(["id"])
            .top(MEMBERS_PER_PAGE)
            .pages();
        loop {
            match pages.try_next().await {
                Ok(None) => break,
                Ok(Some(page)) => {
                    // What cannot be read cannot be confirmed, and is not gone for that.
                    if !page.malformed.is_empty() {
                        return Err(self.unsettled(relation));
                    }
                    let mut changes = Vec::with_capacity(page.items.len());
                    for item in page.items {
                        let end: End = serde_json::from_str(item.get())
                            .map_err(|_| self.unsettled(relation))?;
                        let edge = Edge::new(relation.clone(), from, end.id);
                        changes.push(Change::ConfirmLink(edge));
                    }
                    run.changes(changes).await?;
                }
                // Where the container is gone, its relations are gone with it.
                Err(error) if error.is_not_found() => {
                    let container = BatchRequest::get([self.path, from]).select(["id"]);
                    let answer = run.client().batch(vec![container]).await?;
                    match answer.into_iter().next().map(|answer| answer.result) {
                        Some(Err(error)) if error.is_not_found() => break,
                        _ => return Err(error.into()),
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        run.changes(vec![Change::ConfirmedAll {
            relation: relation.clone(),
            from: from.to_owned(),
        }])
        .await
    }
}
