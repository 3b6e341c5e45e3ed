//! What is asked of a store.

use std::collections::BTreeSet;
use std::time::SystemTime;

use serde_json::value::RawValue;

use super::backend::Transaction;
use super::batch::SORT_CONTAINER;
use super::row::{SOME, Text, damaged, get, pick, range};
use super::table::{Selection, Test, Value};
use super::tables::{
    ConflictRow, EDGE, FEED, FeedRow, RECORD, RecordRow, VERSION, VersionRow, YIELD, YieldRow,
};
use super::{
    Conflict, FeedEntry, FeedEvent, SourceState, StoreError, Tombstone, Version, body, log, round,
};
use crate::id::SourceId;
use crate::kind::{DIRECTORY_OBJECTS, Kind};
use crate::record::{Edge, Record, Relation, RemovedReason};
use crate::timestamp;

pub(super) async fn conflicts(
    tx: &mut dyn Transaction,
    source: SourceId,
    limit: usize,
) -> Result<Vec<Conflict>, StoreError> {
    let rows: Vec<ConflictRow> = range(tx, &round::conflicts(&source).limit(limit)).await?;
    let conflict = |row: ConflictRow| match row.sort {
        SORT_CONTAINER => Conflict::Container {
            relation: Relation::from(&*row.name),
            from: row.id.into_owned(),
        },
        _ => Conflict::Object {
            kind: Kind::from(&*row.name),
            id: row.id.into_owned(),
            reason: row.reason.as_deref().and_then(RemovedReason::parse),
        },
    };
    Ok(rows.into_iter().map(conflict).collect())
}

pub(super) async fn source_state(
    tx: &mut dyn Transaction,
    source: SourceId,
) -> Result<Option<SourceState>, StoreError> {
    let row = round::source(tx, &source).await?;
    Ok(row.map(|row| SourceState {
        completed_at: row.completed_at.map(timestamp::from_millis),
        as_of: row.as_of.map(timestamp::from_millis),
        in_round: row.in_round,
        in_part: row.in_part,
    }))
}

fn of_kind(kind: &Kind) -> Selection {
    Selection::of(&RECORD).under(kind)
}

pub(super) fn live(kind: &Kind) -> Selection {
    of_kind(kind).test("removed_at", Test::Null)
}

pub(super) async fn records(
    tx: &mut dyn Transaction,
    kind: Kind,
    after: Option<String>,
    limit: usize,
) -> Result<Vec<Record>, StoreError> {
    let after = after.map(Value::from).into_iter().collect();
    let some = live(&kind).after(after).limit(limit);
    let rows = pick(tx, some, &["id", "body"]).await?;
    to_records(tx, &kind, rows).await
}

pub(super) async fn record(
    tx: &mut dyn Transaction,
    kind: Kind,
    id: String,
) -> Result<Option<Record>, StoreError> {
    let key = vec![(&kind).into(), id.into()];
    let rows: Vec<RecordRow> = get(tx, &RECORD, 2, key).await?;
    let live = rows.into_iter().filter(|row| row.removed_at.is_none());
    let live = live.map(|row| (row.id, row.body)).collect();
    Ok(to_records(tx, &kind, live).await?.pop())
}

/// What live objects say. One of which nothing is said is no end of a list: the file is damaged.
pub(super) async fn to_records(
    tx: &mut dyn Transaction,
    kind: &Kind,
    rows: Vec<(Text, Option<i64>)>,
) -> Result<Vec<Record>, StoreError> {
    let mut texts = body::texts(tx, rows.iter().filter_map(|(_, body)| *body).collect()).await?;
    let record = |(id, body): (Text, Option<i64>)| {
        let raw = body.and_then(|body| texts.remove(&body));
        let raw = raw.ok_or_else(|| damaged("objects: what it says is missing"))?;
        Ok(Record::new(kind.clone(), id, json(raw, kind)?))
    };
    rows.into_iter().map(record).collect()
}

fn json(raw: Text, kind: &Kind) -> Result<Box<RawValue>, StoreError> {
    RawValue::from_string(raw.into_owned()).map_err(|_| StoreError::Damaged {
        what: format!("a record of kind {kind} is not JSON"),
    })
}

pub(super) async fn edges(
    tx: &mut dyn Transaction,
    relation: Relation,
    after: Option<Edge>,
    limit: usize,
) -> Result<Vec<Edge>, StoreError> {
    // Tombstones are few, and read in a row several times as quick as ends are looked up: only those
    // of a kind that has very many more than are asked for are looked up.
    let (mut gone, mut kinds) = (BTreeSet::new(), Vec::new());
    let many = limit.saturating_mul(4);
    for kind in DIRECTORY_OBJECTS {
        let all = of_kind(&Kind::new(kind)).by("record_gone").limit(many);
        let ids: Vec<(Text, i64)> = pick(tx, all, &["id", "removed_at"]).await?;
        if ids.len() < many {
            gone.extend(ids.into_iter().map(|(id, _)| id));
        } else {
            kinds.push(kind);
        }
    }
    let mut edges = Vec::new();
    let mut after = after.map_or_else(Vec::new, |edge| vec![edge.from.into(), edge.to.into()]);
    while edges.len() < limit {
        let wanted = (limit - edges.len()).min(SOME);
        let all = Selection::of(&EDGE).under(&relation);
        let some = all
            .test("removed_at", Test::Null)
            .after(after)
            .limit(wanted);
        let rows: Vec<(Text, Text)> = pick(tx, some, &["from_id", "to_id"]).await?;
        let Some((from, to)) = rows.last() else { break };
        after = vec![from.clone().into(), to.clone().into()];
        let is_last = rows.len() < wanted;
        let removed = removed_ends(tx, &kinds, &rows).await?;
        let is_gone = |end: &Text| gone.contains(end) || removed.contains(end);
        let rows = rows.into_iter();
        let there = rows.filter(|(from, to)| !is_gone(from) && !is_gone(to));
        edges.extend(there.map(|(from, to)| Edge::new(relation.clone(), from, to)));
        if is_last {
            break;
        }
    }
    Ok(edges)
}

/// The ends that are removed objects of the directory.
async fn removed_ends(
    tx: &mut dyn Transaction,
    kinds: &[&'static str],
    rows: &[(Text, Text)],
) -> Result<BTreeSet<Text>, StoreError> {
    let ends = rows.iter().flat_map(|(from, to)| [from, to]);
    let ends: BTreeSet<&Text> = ends.collect();
    let keys = kinds
        .iter()
        .flat_map(|kind| ends.iter().map(move |end| (kind, end)))
        .flat_map(|(kind, end)| [(*kind).into(), (*end).clone().into()]);
    let objects: Vec<RecordRow> = get(tx, &RECORD, 2, keys.collect()).await?;
    let gone = objects.into_iter().filter(|row| row.removed_at.is_some());
    Ok(gone.map(|row| row.id).collect())
}

pub(super) async fn tombstones(
    tx: &mut dyn Transaction,
    kind: Kind,
    after: Option<String>,
    limit: usize,
) -> Result<Vec<Tombstone>, StoreError> {
    let after = after.map(Value::from).into_iter().collect();
    let gone = of_kind(&kind).by("record_gone").after(after).limit(limit);
    let rows: Vec<RecordRow> = range(tx, &gone).await?;
    let tombstone = |row: RecordRow| {
        let reason = row.removed_reason.as_deref().and_then(RemovedReason::parse);
        let (reason, at) = reason
            .zip(row.removed_at)
            .ok_or_else(|| damaged("tombstones"))?;
        let at = timestamp::from_millis(at);
        Ok(Tombstone::new(
            kind.clone(),
            row.id.into_owned(),
            reason,
            at,
        ))
    };
    rows.into_iter().map(tombstone).collect()
}

pub(super) async fn versions(
    tx: &mut dyn Transaction,
    kind: Kind,
    id: String,
) -> Result<Vec<Version>, StoreError> {
    let own = Selection::of(&VERSION).under(&kind).under(id.clone());
    let rows: Vec<VersionRow> = range(tx, &own).await?;
    let now: Vec<RecordRow> = get(tx, &RECORD, 2, vec![(&kind).into(), id.into()]).await?;
    let ended = rows
        .into_iter()
        .map(|row| (row.since, Some(row.until), row.body));
    let now = now
        .into_iter()
        .filter_map(|row| Some((row.changed_at, None, row.body?)));
    let all: Vec<_> = ended.chain(now).collect();
    let texts = body::texts(tx, all.iter().map(|(.., body)| *body).collect()).await?;
    let version = |(since, until, body): (i64, Option<i64>, i64)| {
        let raw = texts.get(&body).cloned();
        let raw = raw.ok_or_else(|| damaged("versions: what it says is missing"))?;
        let until = until.map(timestamp::from_millis);
        let since = timestamp::from_millis(since);
        Ok(Version::new(since, until, json(raw, &kind)?))
    };
    all.into_iter().map(version).collect()
}

pub(super) async fn feed(
    tx: &mut dyn Transaction,
    after: u64,
    limit: usize,
) -> Result<Vec<FeedEntry>, StoreError> {
    let after = vec![Value::Integer(i64::try_from(after).unwrap_or(i64::MAX))];
    let rows: Vec<FeedRow> = range(tx, &Selection::of(&FEED).after(after).limit(limit)).await?;
    let entry = |row: FeedRow| {
        let properties = row
            .properties
            .map(|names| serde_json::from_str(&names))
            .transpose();
        Ok(FeedEntry {
            number: row.number.unsigned_abs(),
            at: timestamp::from_millis(row.at),
            source: log::source_id(row.source)?,
            kind: Kind::from(&*row.kind),
            id: row.id.into_owned(),
            event: FeedEvent::parse(&row.event).ok_or_else(|| damaged("the feed"))?,
            properties: properties
                .map_err(|_| damaged("the feed"))?
                .unwrap_or_default(),
        })
    };
    rows.into_iter().map(entry).collect()
}

/// All of the kind less the tombstones: both are counted in an index alone.
pub(super) async fn count(tx: &mut dyn Transaction, kind: Kind) -> Result<u64, StoreError> {
    let all = tx.count(&of_kind(&kind)).await?;
    let gone = tx.count(&of_kind(&kind).by("record_gone")).await?;
    Ok(all.saturating_sub(gone))
}

pub(super) async fn count_of(
    tx: &mut dyn Transaction,
    kind: Kind,
    source: SourceId,
) -> Result<u64, StoreError> {
    tx.count(&live(&kind).is("source", &source)).await
}

/// The ends of an index.
pub(super) async fn span(
    tx: &mut dyn Transaction,
    kind: Kind,
) -> Result<Option<(SystemTime, SystemTime)>, StoreError> {
    let events = Selection::of(&RECORD)
        .by("record_event")
        .under(&kind)
        .under(1)
        .limit(1);
    let oldest: Vec<RecordRow> = range(tx, &events).await?;
    let newest: Vec<RecordRow> = range(tx, &events.backward()).await?;
    let at = |rows: Vec<RecordRow>| rows.first().and_then(|row| row.happened_at);
    let ends = at(oldest).zip(at(newest));
    Ok(ends.map(|(oldest, newest)| {
        (
            timestamp::from_millis(oldest),
            timestamp::from_millis(newest),
        )
    }))
}

/// The names that sources wrote, of kinds or of relations.
async fn yielded(tx: &mut dyn Transaction, sort: i64) -> Result<BTreeSet<Text>, StoreError> {
    let rows: Vec<YieldRow> = range(tx, &Selection::of(&YIELD)).await?;
    let own = rows.into_iter().filter(|row| row.sort == sort);
    Ok(own.map(|row| row.name).collect())
}

pub(super) async fn kinds(tx: &mut dyn Transaction) -> Result<Vec<(Kind, u64)>, StoreError> {
    let mut kinds = Vec::new();
    for name in yielded(tx, super::batch::SORT_OBJECT).await? {
        let kind = Kind::from(&*name);
        match count(tx, kind.clone()).await? {
            0 => {}
            live => kinds.push((kind, live)),
        }
    }
    Ok(kinds)
}

pub(super) async fn relations(tx: &mut dyn Transaction) -> Result<Vec<Relation>, StoreError> {
    let names = yielded(tx, SORT_CONTAINER).await?;
    Ok(names.iter().map(|name| Relation::from(&**name)).collect())
}
