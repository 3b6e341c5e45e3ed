//! The objects of a large first reading: appended as they come, sorted in by the thousand.
//!
//! Ids come in no order, so that each of them, sorted in alone, would touch another page of the
//! file. Sorted together they are one pass over it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use super::apply::apply;
use super::backend::Transaction;
use super::batch::Scope;
use super::body;
use super::object::keyed;
use super::row::{SOME, Text, append, get, name, pick, put_by, range};
use super::table::{Existing, Selection, Value};
use super::tables::{ARRIVAL, ArrivalRow, Key, RECORD, RecordRow};
use super::{Committed, StoreError, crash};
use crate::kind::Kind;
use crate::record::{Change, Record};

/// From so many on they are sorted in: some ten megabytes of keys.
const MANY: i64 = 250_000;

fn of(source: Text) -> Selection {
    Selection::of(&ARRIVAL).is("source", source)
}

/// Whether something is not sorted in yet, of one source or of any.
pub(super) async fn has_some(
    tx: &mut dyn Transaction,
    source: Option<Text>,
) -> Result<bool, StoreError> {
    let some = source.map_or_else(|| Selection::of(&ARRIVAL), of);
    Ok(!tx.range(&some.limit(1)).await?.is_empty())
}

/// The first object after this one that is not sorted in yet, and its source.
pub(super) async fn next(
    tx: &mut dyn Transaction,
    after: Option<i64>,
) -> Result<Option<(i64, Text)>, StoreError> {
    let after = after.map(Value::Integer).into_iter().collect();
    let first = Selection::of(&ARRIVAL).after(after).limit(1);
    Ok(pick(tx, first, &["number", "source"]).await?.pop())
}

pub(super) async fn are_many(tx: &mut dyn Transaction) -> Result<bool, StoreError> {
    // Numbers are given in order, so that the span is at least the count.
    let all = Selection::of(&ARRIVAL).limit(1);
    let first: Vec<ArrivalRow> = range(tx, &all).await?;
    let last: Vec<ArrivalRow> = range(tx, &all.backward()).await?;
    let ends = first.first().zip(last.first());
    Ok(ends.is_some_and(|(first, last)| last.number - first.number >= MANY))
}

/// Appends objects. What readers see already is not written once more.
pub(super) async fn arrive(
    tx: &mut dyn Transaction,
    scope: Scope<'_>,
    at: i64,
    records: Vec<Record>,
) -> Result<(), StoreError> {
    let mut records = records.into_iter().peekable();
    while records.peek().is_some() {
        let some: Vec<(Key, Text)> = records.by_ref().take(SOME).map(keyed).collect();
        let known = if scope.is_staged {
            bodies(tx, &some).await?
        } else {
            BTreeMap::new()
        };
        let (mut said, mut rows) = (Vec::new(), Vec::new());
        for (key, raw) in some {
            let shared = known.get(&key).filter(|(_, seen)| *seen == raw);
            // Numbered from −1 down until they are written.
            let body = shared.map_or_else(
                || {
                    said.push(raw);
                    -i64::try_from(said.len()).unwrap_or(i64::MAX)
                },
                |(body, _)| *body,
            );
            rows.push((key, body));
        }
        let first = body::add(tx, said).await?;
        let rows = rows.into_iter().map(|([kind, id], body)| ArrivalRow {
            number: 0,
            source: scope.source(),
            kind,
            id,
            body: if body < 0 { first - 1 - body } else { body },
            at,
        });
        append(tx, &ARRIVAL, rows.collect()).await?;
    }
    Ok(())
}

/// What readers see of these objects.
async fn bodies(
    tx: &mut dyn Transaction,
    objects: &[(Key, Text)],
) -> Result<BTreeMap<Key, (i64, Text)>, StoreError> {
    let keys = objects
        .iter()
        .flat_map(|(key, _)| key.clone().map(Value::Text));
    let rows: Vec<RecordRow> = get(tx, &RECORD, 2, keys.collect()).await?;
    let texts = body::texts(tx, rows.iter().filter_map(|row| row.body).collect()).await?;
    let said = rows.into_iter().filter_map(|row| {
        let body = row.body?;
        Some(([row.kind, row.id], (body, texts.get(&body)?.clone())))
    });
    Ok(said.collect())
}

/// Number, kind, id and body of an object that arrived, and when it did.
type Arrival = (i64, Text, Text, i64, i64);

/// The keys of what arrived, in little room.
#[derive(Default)]
struct Arrived {
    kinds: Vec<Text>,
    ids: String,
    all: Vec<One>,
}

#[derive(Clone, Copy)]
struct One {
    kind: usize,
    /// Where its id stands.
    id: (u32, u32),
    number: i64,
    body: i64,
    at: i64,
}

impl Arrived {
    async fn of(tx: &mut dyn Transaction, source: Text) -> Result<Self, StoreError> {
        let mut arrived = Self::default();
        let mut after = Vec::new();
        loop {
            let some = of(source.clone()).after(after).limit(SOME);
            let rows: Vec<Arrival> =
                pick(tx, some, &["number", "kind", "id", "body", "at"]).await?;
            let Some((number, ..)) = rows.last() else {
                return Ok(arrived);
            };
            after = vec![Value::Integer(*number)];
            for row in rows {
                arrived.add(row)?;
            }
        }
    }

    fn add(&mut self, (number, kind, id, body, at): Arrival) -> Result<(), StoreError> {
        let known = self.kinds.iter().position(|known| *known == kind);
        let kind = known.unwrap_or_else(|| {
            self.kinds.push(kind);
            self.kinds.len() - 1
        });
        let from = self.ids.len();
        self.ids.push_str(&id);
        let place = u32::try_from(from)
            .ok()
            .zip(u32::try_from(self.ids.len()).ok());
        self.all.push(One {
            kind,
            id: place.ok_or_else(|| super::row::damaged("arrival"))?,
            number,
            body,
            at,
        });
        Ok(())
    }

    fn id(&self, one: &One) -> &str {
        let (from, to) = one.id;
        self.ids.get(from as usize..to as usize).unwrap_or_default()
    }

    fn kind(&self, one: &One) -> &str {
        self.kinds.get(one.kind).map_or("", |kind| kind)
    }

    fn key(&self, one: &One) -> Key {
        let kind = self.kinds.get(one.kind).cloned().unwrap_or_default();
        [kind, name(self.id(one))]
    }

    /// In the order of their keys, and of their coming.
    fn sort(&mut self) {
        let mut all = std::mem::take(&mut self.all);
        let key = |one: &One| (self.kind(one), self.id(one));
        all.sort_unstable_by(|a, b| key(a).cmp(&key(b)).then(a.number.cmp(&b.number)));
        self.all = all;
    }
}

/// Sorts in what arrived; what came more than once, or was there, goes by the rules.
pub(super) async fn sort_in(
    tx: &mut dyn Transaction,
    scope: Scope<'_>,
) -> Result<Committed, StoreError> {
    let mut arrived = Arrived::of(tx, scope.source()).await?;
    arrived.sort();
    let mut done = Committed::default();
    // Of what came more than once the first is the one that the others meet.
    let (mut repeated, mut firsts) = (Vec::new(), Vec::new());
    for (n, one) in arrived.all.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|n| arrived.all.get(n));
        let is_first = before
            .is_none_or(|before| before.kind != one.kind || arrived.id(before) != arrived.id(one));
        if is_first {
            firsts.push(*one);
        } else {
            repeated.push(*one);
        }
        if firsts.len() == SOME || n + 1 == arrived.all.len() {
            done.upserted += add_new(tx, scope, &arrived, &mut firsts, &mut repeated).await?;
        }
    }
    repeated.sort_unstable_by_key(|one| one.number);
    let mut unsaid = Vec::new();
    for some in repeated.chunks(SOME) {
        let texts = body::texts(tx, some.iter().map(|one| one.body).collect()).await?;
        let mut changes = Vec::new();
        for one in some {
            let key = arrived.key(one);
            let raw = texts.get(&one.body).cloned().unwrap_or_default();
            let raw = RawValue::from_string(raw.into_owned())
                .map_err(|_| super::row::damaged("arrival"))?;
            let record = Record::new(Kind::from(&*key[0]), key[1].clone(), raw);
            changes.push((one.at, Change::Upsert(record)));
            unsaid.push((key, one.body));
        }
        done += apply(tx, scope, changes).await?;
    }
    if !arrived.all.is_empty() {
        tx.delete_range(&of(scope.source())).await?;
    }
    body::forget(tx, &unsaid).await?;
    crash::point("sorted_in");
    Ok(done)
}

/// Writes those of which there is no row yet; the others are to go by the rules. How many were new.
async fn add_new(
    tx: &mut dyn Transaction,
    scope: Scope<'_>,
    arrived: &Arrived,
    firsts: &mut Vec<One>,
    repeated: &mut Vec<One>,
) -> Result<u64, StoreError> {
    let firsts = std::mem::take(firsts);
    let keys = |some: &[One]| -> Vec<Value> {
        let keys = some.iter().map(|one| arrived.key(one));
        keys.flat_map(|key| key.map(Value::Text)).collect()
    };
    // What was removed before must not come back by itself.
    let mut gone: BTreeSet<Key> = BTreeSet::new();
    if scope.is_staged {
        let rows: Vec<RecordRow> = get(tx, &RECORD, 2, keys(&firsts)).await?;
        let rows = rows.into_iter().filter(|row| row.removed_at.is_some());
        gone.extend(rows.map(|row| [row.kind, row.id]));
    }
    let (new, back): (Vec<One>, Vec<One>) = firsts
        .into_iter()
        .partition(|one| gone.is_empty() || !gone.contains(&arrived.key(one)));
    repeated.extend(back);
    let rows = new.iter().map(|one| {
        let [kind, id] = arrived.key(one);
        RecordRow {
            kind,
            id,
            source: scope.source(),
            body: Some(one.body),
            round: scope.round,
            revived: false,
            changed_at: one.at,
            removed_at: None,
            removed_reason: None,
            dated: None,
            happened_at: None,
        }
    });
    let rows = rows.collect::<Vec<RecordRow>>();
    let written = put_by(tx, scope.record(), rows, Existing::Keep).await?;
    if written < new.len() as u64 {
        let rows: Vec<RecordRow> = get(tx, scope.record(), 2, keys(&new)).await?;
        let there = rows.into_iter().map(|row| ([row.kind, row.id], row.body));
        let there: BTreeMap<Key, Option<i64>> = there.collect();
        let says_so = |one: &One| there.get(&arrived.key(one)) == Some(&Some(one.body));
        repeated.extend(new.iter().filter(|one| !says_so(one)));
    }
    Ok(written)
}
