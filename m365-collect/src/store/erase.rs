//! Erases a person: in one transaction what is of them, wherever it stands.

use std::collections::{BTreeMap, BTreeSet};

use super::backend::Transaction;
use super::body::{self, Unsaid};
use super::depth::depth_of_name;
use super::oblivion::{self, Oblivion, remembered};
use super::person::{
    About, Account, Erased, Mention, Names, about, can_be_a_name, is_in_key, names_of,
};
use super::row::{Cursor, Row, Text, put, take};
use super::table::{Selection, Table};
use super::tables::{
    BODY, BodyRow, CONFLICT, ConflictRow, EDGE, ERASED, ERASING, EdgeRow, ErasedRow, ErasingRow,
    FEED, FeedRow, Key, NOTE, NoteRow, RECORD, RUN, RecordRow, RunRow, SOURCE, STAGED_EDGE,
    STAGED_RECORD, SourceRow, VERSION, VersionRow,
};
use super::{StoreError, crash, round};
use crate::kind::Kind;

pub(super) async fn erase(tx: &mut dyn Transaction, person: String) -> Result<Erased, StoreError> {
    // What arrived stands where it belongs then.
    round::sort_in_all(tx).await?;
    let (secret, mut oblivion) = if let Some(remembered) = remembered(tx).await? {
        remembered
    } else {
        let key = oblivion::new_key()?.to_vec();
        let oblivion = Oblivion::new(&key);
        (key, oblivion)
    };
    let accounts = accounts(tx, &person).await?;
    let names = match names_of(&accounts, &person)? {
        Some(names) => names,
        None if can_be_a_name(&person) || oblivion.knows(&person) => {
            let mut names = Names::default();
            names.add(&person);
            names
        }
        None => return Err(StoreError::Nobody),
    };
    let number = oblivion.add_names(&names);
    let digests = names.iter().map(|name| ErasedRow {
        digest: oblivion.digest(name).to_vec(),
        person: number,
        length: name.len() as u64,
    });
    put(tx, &ERASED, digests.collect()).await?;
    // In the same transaction as what goes: whoever opens the store next finishes it.
    let erasing = ErasingRow {
        only: oblivion::ONLY,
        key: secret,
        is_due: true,
    };
    put(tx, &ERASING, vec![erasing]).await?;
    let mut erased = erase_names(tx, &names).await?;
    crash::point("erase.begun");
    erased.is_account = names.is_of(&accounts);
    erased.remaining.sort();
    erased.remaining.dedup();
    Ok(erased)
}

/// How many people were erased.
pub(super) async fn erased(tx: &mut dyn Transaction) -> Result<u64, StoreError> {
    Ok(remembered(tx)
        .await?
        .map_or(0, |(_, oblivion)| oblivion.count()))
}

pub(super) async fn readmit(tx: &mut dyn Transaction, person: String) -> Result<bool, StoreError> {
    let remembered = remembered(tx).await?;
    let number = remembered.and_then(|(_, mut oblivion)| oblivion.readmit(&person));
    let Some(number) = number else {
        return Ok(false);
    };
    let own = Selection::of(&ERASED).is("person", number.cast_signed());
    tx.delete_range(&own).await?;
    Ok(true)
}

/// The accounts that may be meant.
async fn accounts(tx: &mut dyn Transaction, person: &str) -> Result<Vec<Account>, StoreError> {
    let mut accounts = Vec::new();
    let mut name = Names::default();
    name.add(person);
    let mut scratch = String::new();
    for table in [&RECORD, &STAGED_RECORD] {
        let mut rows = Cursor::new(Selection::of(table).under(&Kind::USER));
        while let Some(some) = rows.next::<RecordRow>(tx).await? {
            let texts = body::texts(tx, some.iter().filter_map(|row| row.body).collect()).await?;
            for row in some {
                let raw = row.body.and_then(|body| texts.get(&body));
                let raw = raw.map_or("", |raw| raw);
                if name.has(&row.id) || name.may_be_in(raw, &mut scratch) {
                    accounts.push(Account::of(&row.id, raw));
                }
            }
        }
    }
    Ok(accounts)
}

/// Everything that is said and gives a name, and how deep. What is said is read once, in the order in
/// which it was written.
async fn said(tx: &mut dyn Transaction, names: &Names) -> Result<BTreeMap<i64, usize>, StoreError> {
    let mut said = BTreeMap::new();
    let mut scratch = String::new();
    let mut rows = Cursor::new(Selection::of(&BODY));
    while let Some(some) = rows.next::<BodyRow>(tx).await? {
        for row in some
            .iter()
            .filter(|row| names.may_be_in(&row.raw, &mut scratch))
        {
            let depth = depth_of_name(&row.raw, usize::MAX, &|text| names.has(text));
            said.extend(depth.map(|depth| (row.number, depth)));
        }
    }
    Ok(said)
}

/// Erases what gives these names, or is about whoever has them.
async fn erase_names(tx: &mut dyn Transaction, names: &Names) -> Result<Erased, StoreError> {
    let said = said(tx, names).await?;
    let is_key = |key: &str| is_in_key(key, &|text| names.has(text));
    let mut erased = Erased::default();
    // The keys of what is gone, and what it said.
    let mut keys: BTreeSet<Key> = BTreeSet::new();
    let mut unsaid: Vec<Unsaid> = Vec::new();
    for table in [&RECORD, &STAGED_RECORD] {
        let remaining = &mut erased.remaining;
        let gone = take(tx, Selection::of(table), |row: &RecordRow| {
            let depth = row.body.and_then(|body| said.get(&body).copied());
            let kind = || Kind::from(&*row.kind);
            let about = match depth {
                None => About::Nothing,
                depth => about(&kind(), row.happened_at.is_some(), depth),
            };
            let goes = is_key(&row.id) || about == About::Them;
            if !goes && about == About::Mention {
                remaining.push(Mention::new(kind(), row.id.clone().into_owned()));
            }
            goes
        });
        let gone = gone.await?;
        if table.name == RECORD.name {
            erased.records = gone.len() as u64;
        }
        unsaid.extend(
            gone.iter()
                .filter_map(|row| Some((row.object(), row.body?))),
        );
        keys.extend(gone.iter().map(RecordRow::object));
    }
    let goes = |kind: &Text, id: &Text| is_key(id) || keys.contains(&[kind.clone(), id.clone()]);
    // The earlier versions of what is gone, and those of anything else that give a name.
    let versions = take(tx, Selection::of(&VERSION), |row: &VersionRow| {
        said.contains_key(&row.body) || goes(&row.kind, &row.id)
    });
    let versions = versions.await?.into_iter();
    unsaid.extend(versions.map(|row| ([row.kind, row.id], row.body)));
    body::forget(tx, &unsaid).await?;
    let ends: BTreeSet<&str> = keys.iter().map(|[_, id]| &**id).collect();
    let is_end = |id: &str| ends.contains(id) || names.has(id);
    for table in [&EDGE, &STAGED_EDGE] {
        let gone = take(tx, Selection::of(table), |row: &EdgeRow| {
            is_end(&row.from_id) || is_end(&row.to_id)
        });
        let live = gone
            .await?
            .iter()
            .filter(|row| row.removed_at.is_none())
            .count();
        if table.name == EDGE.name {
            erased.relations = live as u64;
        }
    }
    take(tx, Selection::of(&CONFLICT), |row: &ConflictRow| {
        is_key(&row.id) || ends.contains(&*row.id)
    })
    .await?;
    take(tx, Selection::of(&FEED), |row: &FeedRow| {
        goes(&row.kind, &row.id)
    })
    .await?;
    // A checkpoint that gives a name is given up, so that its source is read anew; elsewhere the name
    // is blotted out.
    rewrite(tx, &SOURCE, |row: &mut SourceRow| {
        let gives = row
            .checkpoint
            .as_deref()
            .and_then(|text| names.blotted_out(text));
        gives.map(|_| row.checkpoint = None)
    })
    .await?;
    rewrite(tx, &RUN, |row: &mut RunRow| {
        names
            .blotted_out(&row.outcome)
            .map(|text| row.outcome = text.into())
    })
    .await?;
    rewrite(tx, &NOTE, |row: &mut NoteRow| {
        names
            .blotted_out(&row.value)
            .map(|text| row.value = text.into())
    })
    .await?;
    Ok(erased)
}

/// Writes those rows of a table anew that change.
async fn rewrite<R: Row>(
    tx: &mut dyn Transaction,
    table: &'static Table,
    mut change: impl FnMut(&mut R) -> Option<()> + Send,
) -> Result<(), StoreError> {
    let mut rows = Cursor::new(Selection::of(table));
    while let Some(mut some) = rows.next::<R>(tx).await? {
        some.retain_mut(|row| change(row).is_some());
        put(tx, table, some).await?;
    }
    Ok(())
}
