//! What objects say, apart from the rows that name them.

use std::collections::{BTreeMap, BTreeSet};

use super::StoreError;
use super::backend::Transaction;
use super::row::{Cursor, SOME, Text, append, get, range};
use super::table::{Selection, Table, Test, Value};
use super::tables::{
    ARRIVAL, ArrivalRow, BODY, BodyRow, Key, RECORD, RecordRow, STAGED_RECORD, VERSION, VersionRow,
};

/// So many bodies in a row are read as a range, and not one by one.
const RUN: usize = 8;

/// A body that an object of this kind and id no longer says.
pub(super) type Unsaid = (Key, i64);

/// The texts of these bodies.
pub(super) async fn texts(
    tx: &mut dyn Transaction,
    mut bodies: Vec<i64>,
) -> Result<BTreeMap<i64, Text>, StoreError> {
    bodies.sort_unstable();
    bodies.dedup();
    let mut texts = BTreeMap::new();
    let mut apart = Vec::new();
    for run in bodies.chunk_by(|one, next| one + 1 == *next) {
        match run {
            [first, ..] if run.len() >= RUN => {
                let after = vec![Value::Integer(first.saturating_sub(1))];
                let run = Selection::of(&BODY).after(after).limit(run.len());
                let rows: Vec<BodyRow> = range(tx, &run).await?;
                texts.extend(rows.into_iter().map(|row| (row.number, row.raw)));
            }
            _ => apart.extend_from_slice(run),
        }
    }
    for some in apart.chunks(SOME) {
        let keys = some.iter().copied().map(Value::Integer).collect();
        let rows: Vec<BodyRow> = get(tx, &BODY, 1, keys).await?;
        texts.extend(rows.into_iter().map(|row| (row.number, row.raw)));
    }
    Ok(texts)
}

/// Appends texts; gives the number of the first, which the others follow.
pub(super) async fn add(tx: &mut dyn Transaction, texts: Vec<Text>) -> Result<i64, StoreError> {
    let rows = texts.into_iter().map(|raw| BodyRow { number: 0, raw });
    append(tx, &BODY, rows.collect()).await
}

/// Forgets bodies, unless another row of the object still says so.
pub(super) async fn forget(tx: &mut dyn Transaction, unsaid: &[Unsaid]) -> Result<(), StoreError> {
    for some in unsaid.chunks(SOME) {
        forget_but_in(tx, &[&RECORD, &STAGED_RECORD], some.to_vec()).await?;
    }
    Ok(())
}

/// The same, where the object may say so in these tables only.
pub(super) async fn forget_but_in(
    tx: &mut dyn Transaction,
    tables: &[&'static Table],
    unsaid: Vec<Unsaid>,
) -> Result<(), StoreError> {
    let mut unsaid: BTreeSet<Unsaid> = unsaid.into_iter().collect();
    for table in tables {
        let rows: Vec<RecordRow> = get(tx, table, 2, keys(&unsaid)).await?;
        for row in rows {
            if let Some(body) = row.body {
                unsaid.remove(&([row.kind, row.id], body));
            }
        }
    }
    let rows: Vec<VersionRow> = get(tx, &VERSION, 2, keys(&unsaid)).await?;
    for row in rows {
        unsaid.remove(&([row.kind, row.id], row.body));
    }
    if unsaid.is_empty() {
        return Ok(());
    }
    // What is to be staged shares what readers see.
    let kinds: BTreeSet<&Text> = unsaid.iter().map(|([kind, _], _)| kind).collect();
    let kinds = kinds.into_iter().cloned().map(Value::Text).collect();
    let mut arrivals = Cursor::new(Selection::of(&ARRIVAL).test("kind", Test::In(kinds)));
    while let Some(rows) = arrivals.next::<ArrivalRow>(tx).await? {
        for row in rows {
            unsaid.remove(&([row.kind, row.id], row.body));
        }
    }
    let numbers = unsaid.into_iter().map(|(_, body)| Value::Integer(body));
    tx.delete_many(&BODY, 1, numbers.collect()).await
}

fn keys(unsaid: &BTreeSet<Unsaid>) -> Vec<Value> {
    let keys = unsaid.iter().map(|(key, _)| key.clone());
    keys.flat_map(|key| key.map(Value::Text)).collect()
}
