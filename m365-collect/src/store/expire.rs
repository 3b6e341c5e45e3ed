//! What is past its time goes, some of it in each transaction.

use super::backend::Transaction;
use super::batch::{SORT_CONTAINER, SORT_OBJECT};
use super::body;
use super::event::Event;
use super::row::{Text, name, put, range, take_some};
use super::sweep::yields;
use super::table::{Selection, Test, Value};
use super::tables::{
    EDGE, EdgeRow, FEED, FeedRow, RECORD, RecordRow, RunRow, SOURCE, STAGED_EDGE, VERSION,
    VersionRow,
};
use super::{Expired, Expiry, StoreError, log, round};
use crate::kind::DIRECTORY_OBJECTS;
use crate::timestamp;

/// So much goes in one transaction.
pub(super) const AT_ONCE: usize = 2_000;

/// A sort of what is past its time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Events,
    Tombstones,
    Relations,
    Versions,
    Feed,
    Runs,
}

impl Step {
    pub(super) const ALL: [Self; 6] = [
        Self::Events,
        Self::Tombstones,
        Self::Relations,
        Self::Versions,
        Self::Feed,
        Self::Runs,
    ];

    pub(super) const fn count(self, expired: &mut Expired) -> &mut u64 {
        match self {
            Self::Events => &mut expired.events,
            Self::Tombstones => &mut expired.tombstones,
            Self::Relations => &mut expired.relations,
            Self::Versions => &mut expired.versions,
            Self::Feed => &mut expired.feed,
            Self::Runs => &mut expired.runs,
        }
    }
}

/// What of a sort is past its time.
async fn old(
    tx: &mut dyn Transaction,
    expiry: &Expiry,
    step: Step,
) -> Result<Vec<Selection>, StoreError> {
    let source = &expiry.source;
    let before = || Test::Less(timestamp::to_millis(expiry.before));
    let removed_before = || Test::Less(timestamp::to_millis(expiry.removed_before));
    let by = |table, index| Selection::of(table).by(index);
    let own = |selection: Selection| selection.is("source", source);
    Ok(match step {
        Step::Events => {
            let kinds = yields(tx, name(source.as_str()), SORT_OBJECT).await?;
            let all = |(kind, dated)| by(&RECORD, "record_event").under(kind).under(dated);
            let old = |of| own(all(of)).test("happened_at", before());
            let of = |kind: Text| [(kind.clone(), 1_i64), (kind, 0)];
            kinds.into_iter().flat_map(of).map(old).collect()
        }
        Step::Tombstones => {
            let kinds = yields(tx, name(source.as_str()), SORT_OBJECT)
                .await?
                .into_iter();
            let all = |kind| own(by(&RECORD, "record_gone").under(kind));
            kinds
                .map(|kind: Text| all(kind).test("removed_at", removed_before()))
                .collect()
        }
        Step::Relations => {
            let relations = yields(tx, name(source.as_str()), SORT_CONTAINER)
                .await?
                .into_iter();
            let all = |relation| own(by(&EDGE, "edge_gone").under(relation));
            relations
                .map(|name: Text| all(name).test("removed_at", removed_before()))
                .collect()
        }
        Step::Versions => {
            let kinds = yields(tx, name(source.as_str()), SORT_OBJECT)
                .await?
                .into_iter();
            let all = |kind| by(&VERSION, "version_ended").under(kind);
            kinds
                .map(|kind: Text| all(kind).test("until", before()))
                .collect()
        }
        Step::Feed => {
            let all = by(&FEED, "feed_of_source").under(source);
            vec![all.test("at", before())]
        }
        Step::Runs => {
            let last = log::last_run(tx, source).await?.into_iter();
            let but = |last: RunRow| log::of(source).test("number", Test::Less(last.number));
            last.map(|last| but(last).test("ended_at", before()))
                .collect()
        }
    })
}

/// Removes some of a sort; how many. There may be more where it is [`AT_ONCE`].
pub(super) async fn step(
    tx: &mut dyn Transaction,
    expiry: Expiry,
    step: Step,
) -> Result<u64, StoreError> {
    let mut gone = 0;
    for old in old(tx, &expiry, step).await? {
        let old = old.limit(AT_ONCE - gone);
        gone += match step {
            _ if gone == AT_ONCE => 0,
            Step::Events => {
                let rows: Vec<RecordRow> = take_some(tx, &old).await?;
                let said = rows
                    .iter()
                    .filter_map(|row| Some((row.object(), row.body?)));
                body::forget(tx, &said.collect::<Vec<_>>()).await?;
                rows.len()
            }
            Step::Tombstones => tombstones(tx, &old).await?,
            Step::Relations => take_some::<EdgeRow>(tx, &old).await?.len(),
            Step::Versions => {
                let rows: Vec<VersionRow> = take_some(tx, &old).await?;
                let (gone, said) = (rows.len(), rows.into_iter());
                let said = said.map(|row| ([row.kind, row.id], row.body));
                body::forget(tx, &said.collect::<Vec<_>>()).await?;
                gone
            }
            Step::Feed => take_some::<FeedRow>(tx, &old).await?.len(),
            Step::Runs => take_some::<RunRow>(tx, &old).await?.len(),
        };
    }
    Ok(gone as u64)
}

/// With the tombstone of an object of the directory go the relations to it, which it hid.
async fn tombstones(tx: &mut dyn Transaction, old: &Selection) -> Result<usize, StoreError> {
    let rows: Vec<RecordRow> = take_some(tx, old).await?;
    let objects = rows
        .iter()
        .filter(|row| DIRECTORY_OBJECTS.contains(&&*row.kind));
    let ends: Vec<Value> = objects.map(|row| row.id.clone().into()).collect();
    if !ends.is_empty() {
        for table in [&EDGE, &STAGED_EDGE] {
            for column in ["from_id", "to_id"] {
                let hidden = Selection::of(table).test(column, Test::In(ends.clone()));
                tx.delete_range(&hidden).await?;
            }
        }
    }
    Ok(rows.len())
}

/// Dates the events that were stored before their times were looked at, some after an id of a kind.
/// Gives the last of them, until there are none.
pub(super) async fn date(
    tx: &mut dyn Transaction,
    expiry: Expiry,
    after: (Text, Text),
) -> Result<Option<(Text, Text)>, StoreError> {
    let Some(property) = expiry.event_time.as_deref() else {
        return Ok(None);
    };
    // A source that never ran has nothing to date.
    let Some(mut source) = round::source(tx, &expiry.source).await? else {
        return Ok(None);
    };
    if source.dated_by.as_deref() == Some(property) {
        return Ok(None);
    }
    // By one kind after the other, so that each page is found where the last one ended.
    let kinds = yields(tx, source.id.clone(), SORT_OBJECT).await?;
    for kind in kinds.into_iter().filter(|kind| *kind >= after.0) {
        let id = if kind == after.0 {
            after.1.clone()
        } else {
            Text::default()
        };
        let own = Selection::of(&RECORD)
            .under(kind.clone())
            .is("source", source.id.clone());
        let live = own.test("body", Test::Present).after(vec![id.into()]);
        let mut rows: Vec<RecordRow> = range(tx, &live.limit(AT_ONCE)).await?;
        let texts = body::texts(tx, rows.iter().filter_map(|row| row.body).collect()).await?;
        for row in &mut rows {
            let raw = row.body.and_then(|body| texts.get(&body));
            let stored_at = timestamp::from_millis(row.changed_at);
            let event = Event::of(raw.map_or("", |raw| raw), property, stored_at);
            row.dated = Some(event.is_dated);
            row.happened_at = Some(timestamp::to_millis(event.at));
        }
        if let Some(last) = rows.last().map(|row| (kind, row.id.clone())) {
            put(tx, &RECORD, rows).await?;
            return Ok(Some(last));
        }
    }
    source.dated_by = Some(name(property));
    put(tx, &SOURCE, vec![source]).await?;
    Ok(None)
}
