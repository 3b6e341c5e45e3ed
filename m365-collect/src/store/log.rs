//! Whose store it is, the log of runs, and small notes.

use std::time::SystemTime;

use super::backend::Transaction;
use super::row::{Text, append, damaged, name, one, put, range, take_some};
use super::table::{Selection, Test};
use super::tables::{NOTE, NoteRow, RUN, RunRow, TENANT, TenantRow};
use super::{RUNS_KEPT, RunEntry, StoreError, StoredTenant};
use crate::id::SourceId;
use crate::timestamp;

pub(super) async fn tenant(tx: &mut dyn Transaction) -> Result<Option<StoredTenant>, StoreError> {
    let row: Option<TenantRow> = one(tx, &TENANT, vec![1.into()]).await?;
    Ok(row.map(|row| StoredTenant {
        asked: row.asked.into_owned(),
        organization: row.organization.map(Text::into_owned),
        name: row.name.map(Text::into_owned),
    }))
}

pub(super) async fn bind(tx: &mut dyn Transaction, tenant: StoredTenant) -> Result<(), StoreError> {
    let bound = self::tenant(tx).await?;
    if let Some(bound) = bound.as_ref().filter(|bound| !bound.is_same(&tenant)) {
        return Err(StoreError::OtherTenant {
            stored: bound.organization.as_ref().unwrap_or(&bound.asked).clone(),
            asked: tenant.asked,
        });
    }
    let bound = bound.unwrap_or_else(|| tenant.clone());
    let row = TenantRow {
        only: 1,
        asked: bound.asked.into(),
        organization: tenant.organization.or(bound.organization).map(Text::Owned),
        name: tenant.name.or(bound.name).map(Text::Owned),
    };
    put(tx, &TENANT, vec![row]).await
}

/// Logs a run, and forgets those of its source that are too many.
pub(super) async fn log_run(tx: &mut dyn Transaction, run: RunEntry) -> Result<(), StoreError> {
    let millis = |time: Option<_>| time.map_or(0, timestamp::to_millis);
    let row = RunRow {
        number: 0,
        source: name(run.source.as_str()),
        started_at: millis(run.started_at),
        ended_at: millis(run.ended_at),
        outcome: to_json(&run.outcome)?,
        tally: to_json(&run.stats)?,
    };
    append(tx, &RUN, vec![row]).await?;
    let own = of(&run.source);
    let kept = tx.count(&own).await?;
    let surplus = usize::try_from(kept)
        .unwrap_or_default()
        .saturating_sub(RUNS_KEPT);
    if surplus > 0 {
        take_some::<RunRow>(tx, &own.limit(surplus)).await?;
    }
    Ok(())
}

/// The runs of a source, the first one first.
pub(super) fn of(source: &SourceId) -> Selection {
    Selection::of(&RUN).by("run_of_source").under(source)
}

/// The last run of a source.
pub(super) async fn last_run(
    tx: &mut dyn Transaction,
    source: &SourceId,
) -> Result<Option<RunRow>, StoreError> {
    let last: Vec<RunRow> = range(tx, &of(source).backward().limit(1)).await?;
    Ok(last.into_iter().next())
}

pub(super) async fn last_runs(tx: &mut dyn Transaction) -> Result<Vec<RunEntry>, StoreError> {
    let mut runs = Vec::new();
    let mut next = Selection::of(&RUN).by("run_of_source").limit(1);
    loop {
        let first: Vec<RunRow> = range(tx, &next).await?;
        let Some(first) = first.into_iter().next() else {
            return Ok(runs);
        };
        let source = source_id(first.source.clone())?;
        if let Some(last) = last_run(tx, &source).await? {
            runs.push(entry(last)?);
        }
        next = next.after(vec![first.source.into()]);
    }
}

pub(super) async fn runs(
    tx: &mut dyn Transaction,
    source: Option<SourceId>,
    since: Option<SystemTime>,
    limit: usize,
) -> Result<Vec<RunEntry>, StoreError> {
    let since = since.map_or(i64::MIN, timestamp::to_millis);
    let runs = source.map_or_else(|| Selection::of(&RUN), |source| of(&source));
    let newest = runs
        .test("ended_at", Test::AtLeast(since))
        .backward()
        .limit(limit);
    let rows: Vec<RunRow> = range(tx, &newest).await?;
    rows.into_iter().map(entry).collect()
}

pub(super) fn source_id(source: Text) -> Result<SourceId, StoreError> {
    SourceId::try_from(source.into_owned()).map_err(|_| damaged("a source"))
}

fn entry(row: RunRow) -> Result<RunEntry, StoreError> {
    Ok(RunEntry::new(
        source_id(row.source)?,
        timestamp::from_millis(row.started_at),
        timestamp::from_millis(row.ended_at),
        serde_json::from_str(&row.outcome).map_err(|_| damaged("outcomes"))?,
        serde_json::from_str(&row.tally).map_err(|_| damaged("tallies"))?,
    ))
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<Text, StoreError> {
    let json = serde_json::to_string(value).map_err(|error| StoreError::Storage {
        what: "write a run as JSON".to_owned(),
        cause: Box::new(error),
    });
    json.map(Text::Owned)
}

pub(super) async fn note(
    tx: &mut dyn Transaction,
    name: String,
) -> Result<Option<String>, StoreError> {
    let row: Option<NoteRow> = one(tx, &NOTE, vec![name.into()]).await?;
    Ok(row.map(|row| row.value.into_owned()))
}

pub(super) async fn set_note(
    tx: &mut dyn Transaction,
    name: String,
    value: String,
) -> Result<(), StoreError> {
    let row = NoteRow {
        name: name.into(),
        value: value.into(),
    };
    put(tx, &NOTE, vec![row]).await
}
