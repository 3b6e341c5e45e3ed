//! The envelope of a fact, filled from what came of reading its sources.

use compliance_map::{Fact, State};
use serde::de::DeserializeOwned;

use super::part::{many, rows};
use super::value::timestamp;
use crate::evidence::{EvidenceState, Reader, Rows};
use crate::kind::Kind;
use crate::store::StoreError;

/// One source, one kind, one fact.
pub(super) async fn fact<V: DeserializeOwned, T: Send>(
    reader: &Reader<'_>,
    source: &'static str,
    kind: &Kind,
    to_row: impl Fn(String, V) -> T + Send,
) -> Result<Fact<T>, StoreError> {
    let evidence = reader.evidence(source, kind).await?;
    let to_row = move |id, view| Some(to_row(id, view));
    let (rows, evidence) = rows(reader, evidence, kind, to_row).await?;
    Ok(of_items(rows, evidence))
}

/// The same of many objects, as far as `to_row` wants them, in the order of this id.
pub(super) async fn fact_of_many<V: DeserializeOwned, T: Send>(
    reader: &Reader<'_>,
    source: &'static str,
    kind: &Kind,
    id: impl Fn(&T) -> &str + Send,
    to_row: impl FnMut(String, V) -> Option<T> + Send,
) -> Result<Fact<T>, StoreError> {
    let evidence = reader.evidence(source, kind).await?;
    let (rows, evidence) = many(reader, evidence, kind, id, to_row).await?;
    Ok(of_items(rows, evidence))
}

/// The fact of these rows. Rows that cannot be relied upon do not go into it.
pub(super) fn to_fact<T>(rows: Rows<T>, evidence: EvidenceState) -> Fact<T> {
    let (items, evidence) = rows.with(evidence);
    of_items(items, evidence)
}

pub(super) fn of_items<T>(items: Vec<T>, evidence: EvidenceState) -> Fact<T> {
    let beyond = || Fact::error("the time of the sync is beyond the calendar");
    match evidence {
        EvidenceState::Ok { as_of, note } => match timestamp(as_of) {
            Some(as_of) => {
                let mut fact = Fact::ok(as_of, items);
                fact.note = note;
                fact
            }
            None => beyond(),
        },
        EvidenceState::Truncated { as_of, note } => match timestamp(as_of) {
            Some(as_of) => Fact::truncated(as_of, items, note),
            None => beyond(),
        },
        EvidenceState::Denied { permission } => Fact::denied(permission),
        EvidenceState::Unlicensed { plan } => Fact::unlicensed(plan),
        EvidenceState::Error { error } => Fact::error(error),
        EvidenceState::NotCollected => Fact::not_collected(),
    }
}

/// A fact that no source can tell, and why not.
pub(super) fn not_told<T>(why: &str) -> Fact<T> {
    Fact {
        note: Some(why.to_owned()),
        ..Fact::not_collected()
    }
}

/// Of this every tenant has some: a list without any was not read to its end, whatever it says.
pub(super) fn never_empty<T>(fact: Fact<T>, what: &str) -> Fact<T> {
    match fact.collected_at {
        Some(at) if fact.state == State::Ok && fact.items.is_empty() => Fact::truncated(
            at,
            fact.items,
            format!("no {what} was listed, and every tenant has some"),
        ),
        _ => fact,
    }
}
