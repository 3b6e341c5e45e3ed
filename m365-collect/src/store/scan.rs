//! All objects of a kind, in the order in which the file has what they say.
//!
//! Ids come in no order, so that, read by their ids, objects lie all over the file. Here the ids of
//! many are read ahead, which are small, and what these objects say from the first body to the last.

use std::fmt;
use std::sync::Arc;

use super::StoreError;
use super::backend::{Moment, Transaction};
use super::read::{live, records, to_records};
use super::row::{SOME, Text, damaged, get, name, pick};
use super::table::Value;
use super::tables::{RECORD, RecordRow};
use crate::kind::Kind;
use crate::record::Record;

/// So many ids are read ahead. A page of the file holds some five bodies and is read again for each
/// time that ids are read ahead: the fewer times, the better …
const AHEAD: usize = if cfg!(test) { 2 } else { 512 } * SOME;
/// … but ids take no more bytes than this.
const AHEAD_BYTES: usize = 32 * 1024 * 1024;

/// A pass over all live objects of a kind, which [`Store::scan`](super::Store::scan) takes further.
///
/// It holds the ids of some 512,000 objects at most, with 16 bytes beside each: about 27 MB where ids
/// are GUIDs. It belongs to the store that it began on.
#[derive(Clone)]
pub struct Scan {
    pub(super) kind: Kind,
    /// What comes after this id is not read ahead yet.
    pub(super) after: Option<String>,
    is_last: bool,
    ahead: Arc<Ahead>,
    /// So many of those have come.
    come: usize,
}

impl Scan {
    /// A pass from the beginning.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            after: None,
            is_last: false,
            ahead: Arc::default(),
            come: 0,
        }
    }
}

impl fmt::Debug for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// Ids that were read ahead, in little room.
#[derive(Default)]
struct Ahead {
    /// When.
    moment: Option<Moment>,
    ids: String,
    all: Vec<One>,
}

struct One {
    body: i64,
    /// Where its id stands.
    id: (u32, u32),
}

impl Ahead {
    /// Reads ids on from where the pass stands.
    async fn read(
        tx: &mut dyn Transaction,
        scan: &mut Scan,
        moment: Moment,
    ) -> Result<Self, StoreError> {
        let mut ahead = Self {
            moment: Some(moment),
            ..Self::default()
        };
        while !scan.is_last && ahead.all.len() < AHEAD && ahead.ids.len() < AHEAD_BYTES {
            let after = scan.after.take().map(Value::from).into_iter().collect();
            let some = live(&scan.kind).after(after).limit(SOME);
            let rows: Vec<(Text, Option<i64>)> = pick(tx, some, &["id", "body"]).await?;
            scan.is_last = rows.len() < SOME;
            for (id, body) in &rows {
                ahead.add(id, *body)?;
            }
            scan.after = rows.into_iter().last().map(|(id, _)| id.into_owned());
        }
        ahead.all.sort_unstable_by_key(|one| one.body);
        Ok(ahead)
    }

    fn add(&mut self, id: &str, body: Option<i64>) -> Result<(), StoreError> {
        let from = u32::try_from(self.ids.len());
        self.ids.push_str(id);
        let to = u32::try_from(self.ids.len());
        let one = body
            .zip(from.ok().zip(to.ok()))
            .map(|(body, id)| One { body, id });
        self.all.push(one.ok_or_else(|| damaged("objects"))?);
        Ok(())
    }

    /// Of some of them the id and the body.
    fn some(&self, from: usize, limit: usize) -> Vec<(Text, Option<i64>)> {
        let some = self.all.iter().skip(from).take(limit);
        let some = some.map(|one| {
            let (from, to) = one.id;
            let id = self.ids.get(from as usize..to as usize);
            (name(id.unwrap_or_default()), Some(one.body))
        });
        some.collect()
    }
}

/// The next objects of a pass, and how far it comes with them.
pub(super) async fn scan(
    tx: &mut dyn Transaction,
    mut scan: Scan,
    limit: usize,
) -> Result<(Scan, Vec<Record>), StoreError> {
    let Some(moment) = tx.moment().await? else {
        // What is read ahead would have to be looked up again.
        let after = scan.after.clone();
        let records = records(tx, scan.kind.clone(), after, limit.max(1)).await?;
        if let Some(last) = records.last() {
            scan.after = Some(last.id.clone());
        }
        return Ok((scan, records));
    };
    loop {
        if scan.come == scan.ahead.all.len() {
            scan.come = 0;
            scan.ahead = Arc::default();
            scan.ahead = Arc::new(Ahead::read(tx, &mut scan, moment).await?);
        }
        let mut some = scan.ahead.some(scan.come, limit.max(1));
        if some.is_empty() {
            return Ok((scan, Vec::new()));
        }
        scan.come += some.len();
        if scan.ahead.moment != Some(moment) {
            some = as_they_are(tx, &scan.kind, some).await?;
        }
        if scan.come == scan.ahead.all.len() {
            (scan.come, scan.ahead) = (0, Arc::default());
        }
        let records = to_records(tx, &scan.kind, some).await?;
        // All of them may have been removed meanwhile.
        if !records.is_empty() {
            return Ok((scan, records));
        }
    }
}

/// Of these objects those that are live, and what they say now. The number of a body that is gone may
/// have been given again.
async fn as_they_are(
    tx: &mut dyn Transaction,
    kind: &Kind,
    some: Vec<(Text, Option<i64>)>,
) -> Result<Vec<(Text, Option<i64>)>, StoreError> {
    let keys = some
        .into_iter()
        .flat_map(|(id, _)| [kind.into(), id.into()]);
    let rows: Vec<RecordRow> = get(tx, &RECORD, 2, keys.collect()).await?;
    let live = rows.into_iter().filter(|row| row.removed_at.is_none());
    Ok(live.map(|row| (row.id, row.body)).collect())
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use std::time::UNIX_EPOCH;

    use serde_json::value::RawValue;

    use super::*;
    use crate::id::{SourceId, SyncMode};
    use crate::record::Change;
    use crate::store::{Begin, Commit, SqliteStore, Store};

    #[tokio::test]
    async fn what_is_more_than_is_read_ahead_comes_too() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path().join("ahead.m365"))
            .await
            .unwrap();
        let source = SourceId::new("people");
        let lease = store.lease(&source, SyncMode::Delta).await.unwrap();
        let mut commit = Commit::new(&lease, UNIX_EPOCH);
        commit.begin = Some(Begin::Round);
        let user = |n: usize| {
            let raw = RawValue::from_string("{}".to_owned()).unwrap();
            Change::Upsert(Record::new(Kind::USER, format!("{n:05}"), raw))
        };
        commit.changes = (0..AHEAD * 5 / 2).map(user).collect();
        store.commit(commit).await.unwrap();
        let mut scan = Scan::new(Kind::USER);
        let mut seen = Vec::new();
        loop {
            let page = store.scan(&mut scan, 700).await.unwrap();
            if page.is_empty() {
                break;
            }
            assert!(scan.ahead.all.len() <= AHEAD);
            seen.extend(page.into_iter().map(|user| user.id));
        }
        seen.sort();
        let all: Vec<String> = (0..AHEAD * 5 / 2).map(|n| format!("{n:05}")).collect();
        assert_eq!(seen, all);
    }
}
