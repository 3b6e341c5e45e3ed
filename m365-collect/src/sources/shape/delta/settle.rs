//! Asks the service about objects of which a round said two things.

use futures::TryStreamExt;
use graph_client::BatchRequest;

use super::cursor::{Cursor, Missed, TOO_MANY};
use super::{DeltaSource, End};
use crate::error::{Error, Result};
use crate::members::Members;
use crate::record::RawItem;
use crate::record::{Change, Edge, Record, Relation, RemovedReason};
use crate::run::Run;
use crate::store::Conflict;

/// Objects in conflict asked for at a time: one batch.
const CONFLICTS: usize = 20;
const MEMBERS_PER_PAGE: u32 = 999;

/// An object to ask about, and why it would be gone, as far as a change said.
type Asked = (String, Option<RemovedReason>);

impl DeltaSource {
    /// Asks the service about every contested object, until none is left, and once more about what
    /// it did not find the last time.
    ///
    /// A 404 is not believed against a change that names the object and says nothing of a removal: it
    /// may come from a copy of the directory that lags behind the one that told the change. What is
    /// stored stays then, and the next runs ask again.
    pub(super) async fn settle(&self, run: &mut Run<'_>, saved: &mut Cursor) -> Result<()> {
        let before = std::mem::take(&mut saved.missed);
        let mut settled = Vec::new();
        loop {
            let conflicts = run.conflicts(CONFLICTS).await?;
            if conflicts.is_empty() {
                break;
            }
            let mut objects = Vec::new();
            for one in conflicts {
                match one {
                    Conflict::Object { id, reason, .. } => objects.push((id, reason)),
                    Conflict::Container { relation, from } => {
                        self.settle_container(run, saved, &before, &relation, &from)
                            .await?;
                        settled.push((from, Some(relation)));
                    }
                }
            }
            self.settle_objects(run, saved, &before, &objects).await?;
            settled.extend(objects.into_iter().map(|(id, _)| (id, None)));
        }
        let again = before.iter().filter(|missed| {
            let is_it = |(id, relation): &(String, Option<Relation>)| {
                *id == missed.id && *relation == missed.relation
            };
            !settled.iter().any(is_it)
        });
        let mut objects = Vec::new();
        for missed in again {
            match &missed.relation {
                None => objects.push((missed.id.clone(), None)),
                Some(relation) => {
                    self.settle_container(run, saved, &before, relation, &missed.id)
                        .await?;
                }
            }
        }
        for some in objects.chunks(CONFLICTS) {
            self.settle_objects(run, saved, &before, some).await?;
        }
        if saved.missed.len() > TOO_MANY {
            return Err(Error::Contract {
                source_id: self.descriptor.id.clone(),
                what: format!(
                    "the service does not find {} objects that it has just named: try again later",
                    saved.missed.len()
                ),
            });
        }
        Ok(())
    }

    async fn settle_objects(
        &self,
        run: &mut Run<'_>,
        saved: &mut Cursor,
        before: &[Missed],
        objects: &[Asked],
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
        let answers = run.client().batch(requests).await?;
        for ((id, reason), answer) in objects.iter().zip(answers) {
            let kind = self.kind.clone();
            match answer.result {
                Ok(raw) if is_it(&raw, id) => {
                    back.push(id.clone());
                    changes.push(Change::Confirm(Record::new(kind, id, raw)));
                }
                // Something else than was asked for says nothing of it.
                Ok(_) => {
                    saved.miss_for_good(id);
                    changes.push(Change::Leave {
                        kind,
                        id: id.clone(),
                    });
                }
                Err(error) if error.is_not_found() => {
                    let is_gone = reason.is_some() || saved.miss(before, id, None);
                    let id = id.clone();
                    changes.push(if is_gone {
                        let reason = reason.unwrap_or(RemovedReason::Absent);
                        Change::ConfirmGone { kind, id, reason }
                    } else {
                        Change::Leave { kind, id }
                    });
                }
                Err(error) => return Err(error.into()),
            }
        }
        run.changes(changes).await?;
        // What was related to an object before it was gone may have ended meanwhile.
        for id in back {
            for tracked in self.relations {
                self.settle_container(run, saved, before, &tracked.relation, &id)
                    .await?;
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
        saved: &mut Cursor,
        before: &[Missed],
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
        let mut is_empty = true;
        loop {
            match pages.try_next().await {
                Ok(None) => break,
                Ok(Some(page)) => {
                    is_empty &= page.items.is_empty();
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
                        Some(Err(error)) if error.is_not_found() => {}
                        _ => return Err(error.into()),
                    }
                    if saved.miss(before, from, Some(relation)) {
                        break;
                    }
                    return run
                        .changes(vec![Change::LeaveAll {
                            relation: relation.clone(),
                            from: from.to_owned(),
                        }])
                        .await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        let (relation, from) = (relation.clone(), from.to_owned());
        // Withheld is not empty.
        let is_withheld = is_empty && self.is_withheld(run, saved, &relation, &from).await?;
        run.changes(vec![if is_withheld {
            Change::LeaveAll { relation, from }
        } else {
            Change::ConfirmedAll { relation, from }
        }])
        .await
    }

    /// Whether a stored object is one whose relations are not shown to this application.
    async fn is_withheld(
        &self,
        run: &Run<'_>,
        saved: &Cursor,
        relation: &Relation,
        from: &str,
    ) -> Result<bool> {
        let Some((withheld, of)) = self.withheld.as_ref().filter(|_| saved.is_blind) else {
            return Ok(false);
        };
        if of != relation {
            return Ok(false);
        }
        let stored = run.stored_one(&self.kind, from).await?;
        Ok(stored.is_some_and(|stored| withheld.is_for(&stored.raw)))
    }
}

/// Whether an answer is the object that was asked for.
fn is_it(raw: &RawItem, id: &str) -> bool {
    Members::parse(raw.get()).is_ok_and(|members| members.is(id))
}
