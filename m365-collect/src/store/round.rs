//! The transactions of a source: leases, commits, and how a round begins and ends in them.

use super::backend::Transaction;
use super::batch::Scope;
use super::oblivion::Oblivion;
use super::row::{Text, name, one, put};
use super::table::Selection;
use super::tables::{CONFLICT, SOURCE, SourceRow};
use super::{
    Begin, CheckpointUpdate, Commit, Committed, Finish, Lease, StoreError, apply, arrival, crash,
    oblivion, swap, sweep,
};
use crate::id::SourceId;
use crate::id::SyncMode;
use crate::record::Change;
use crate::timestamp;

/// Where the rows of a source go: changes of the picture that readers see …
const INCREMENTAL: i64 = 0;
/// … a whole picture, written straight into the one that readers see …
const GENERATION: i64 = 1;
/// … or beside it.
const STAGED_GENERATION: i64 = 2;

/// Readers go on seeing a generation that was complete until the next one is.
const fn phase(begin: Begin, was_complete: bool) -> i64 {
    match (begin, was_complete) {
        (Begin::Round, _) => INCREMENTAL,
        (Begin::Generation, true) => STAGED_GENERATION,
        (Begin::Generation, false) => GENERATION,
    }
}

pub(super) async fn source(
    tx: &mut dyn Transaction,
    source: &SourceId,
) -> Result<Option<SourceRow>, StoreError> {
    one(tx, &SOURCE, vec![source.into()]).await
}

pub(super) async fn lease(
    tx: &mut dyn Transaction,
    id: SourceId,
    mode: SyncMode,
) -> Result<Lease, StoreError> {
    let known = source(tx, &id).await?;
    let mut row = known.unwrap_or_else(|| SourceRow {
        id: name(id.as_str()),
        epoch: 0,
        round: 0,
        phase: INCREMENTAL,
        in_round: false,
        in_part: false,
        is_full: false,
        checkpoint: None,
        began_at: None,
        completed_at: None,
        as_of: None,
        dated_by: None,
    });
    row.epoch += 1;
    row.is_full = mode == SyncMode::Full;
    let checkpoint = row.checkpoint.clone().map(Text::into_owned);
    let lease = Lease::new(id, mode, row.epoch, checkpoint).in_round(row.in_round);
    put(tx, &SOURCE, vec![row]).await?;
    Ok(lease)
}

fn scope<'a>(row: &SourceRow, commit: &'a Commit, oblivion: Option<&'a Oblivion>) -> Scope<'a> {
    Scope {
        commit,
        oblivion,
        round: row.round,
        is_staged: row.phase == STAGED_GENERATION,
        has_history: row.completed_at.is_some(),
    }
}

pub(super) async fn commit(
    tx: &mut dyn Transaction,
    mut commit: Commit,
    bulk: Option<usize>,
) -> Result<Committed, StoreError> {
    let row = source(tx, &commit.source).await?;
    let mut row =
        row.filter(|row| row.epoch == commit.epoch)
            .ok_or_else(|| StoreError::Fenced {
                source_id: commit.source.clone(),
            })?;
    let oblivion = oblivion::remembered(tx).await?;
    let oblivion = oblivion.as_ref().map(|(_, oblivion)| oblivion);
    let forgotten = oblivion.map_or(0, |oblivion| oblivion.drop_forgotten(&mut commit));
    let changes = std::mem::take(&mut commit.changes);
    let commit = &commit;
    let at = timestamp::to_millis(commit.at);
    if let Some(how) = commit.begin {
        row.phase = phase(how, row.completed_at.is_some());
        row.round += 1;
        row.in_round = true;
        row.began_at = Some(at);
        tx.delete_range(&conflicts(&commit.source)).await?;
        swap::discard_staged(tx, &commit.source).await?;
    }
    crash::point("commit.begun");
    let scope = scope(&row, commit, oblivion);
    // Events are sorted in one by one: each of them is looked at for its time.
    let bulk = bulk.filter(|_| row.phase != INCREMENTAL && commit.event_time.is_none());
    let mut done = apply_all(tx, scope, at, changes, bulk).await?;
    if commit.finish.is_some() || commit.is_last {
        done += arrival::sort_in(tx, scope).await?;
    }
    crash::point("commit.applied");
    if scope.is_staged {
        // It is not yet what readers see: it counts when it is swapped in.
        (done.upserted, done.removed) = (0, 0);
    }
    if let Some(how) = commit.finish {
        let how = if done.collided > 0 {
            how.in_part()
        } else {
            how
        };
        let open = tx.count(&conflicts(&commit.source)).await?;
        if open > 0 {
            return Err(StoreError::Conflict {
                source_id: commit.source.clone(),
                objects: open,
            });
        }
        done += end(tx, scope, &row, at, how).await?;
        row.phase = INCREMENTAL;
        row.in_round = false;
        row.in_part = !how.whole || done.held.is_some();
        if !row.in_part {
            row.completed_at = Some(at);
            row.as_of = row.began_at.or(Some(at));
        }
    }
    match commit.checkpoint_update() {
        CheckpointUpdate::Keep => {}
        CheckpointUpdate::Clear => row.checkpoint = None,
        CheckpointUpdate::Set(checkpoint) => row.checkpoint = Some(name(checkpoint)),
    }
    put(tx, &SOURCE, vec![row]).await?;
    crash::point("commit.ended");
    done.forgotten = forgotten;
    Ok(done)
}

/// Applies changes, those of objects of a large first reading by way of their arrival.
async fn apply_all(
    tx: &mut dyn Transaction,
    scope: Scope<'_>,
    at: i64,
    changes: Vec<Change>,
    bulk: Option<usize>,
) -> Result<Committed, StoreError> {
    apply::note_yield(tx, scope, &changes).await?;
    let objects = changes.iter().filter(|c| matches!(c, Change::Upsert(_)));
    let mut arrives = match bulk {
        Some(bulk) => {
            objects.count() >= bulk || arrival::has_some(tx, Some(scope.source())).await?
        }
        None => false,
    };
    let mut done = Committed::default();
    let (mut arriving, mut rest) = (Vec::new(), Vec::new());
    for change in changes {
        match change {
            Change::Upsert(record) if arrives => arriving.push(record),
            Change::Remove { .. } | Change::Confirm(_) | Change::ConfirmGone { .. } if arrives => {
                // It meets the rows that came before it.
                arrival::arrive(tx, scope, at, std::mem::take(&mut arriving)).await?;
                done += arrival::sort_in(tx, scope).await?;
                arrives = false;
                rest.push((at, change));
            }
            change => rest.push((at, change)),
        }
    }
    arrival::arrive(tx, scope, at, arriving).await?;
    done += apply::apply(tx, scope, rest).await?;
    if arrives && arrival::are_many(tx).await? {
        done += arrival::sort_in(tx, scope).await?;
    }
    Ok(done)
}

/// What of a source the service is to be asked about.
pub(super) fn conflicts(source: &SourceId) -> Selection {
    Selection::of(&CONFLICT).under(source)
}

/// Ends the round of a commit: from here on it is what readers see that changes.
async fn end(
    tx: &mut dyn Transaction,
    scope: Scope<'_>,
    row: &SourceRow,
    at: i64,
    how: Finish,
) -> Result<Committed, StoreError> {
    let live = Scope {
        is_staged: false,
        ..scope
    };
    match row.phase {
        STAGED_GENERATION => swap::swap(tx, live, at, how).await,
        GENERATION if how.whole => sweep::sweep(tx, live, at, how, sweep::Gone::NotNamed).await,
        _ => Ok(Committed::default()),
    }
}

/// Sorts in what has arrived for any source, so that whoever reads here sees all of it.
pub(super) async fn sort_in_all(tx: &mut dyn Transaction) -> Result<(), StoreError> {
    let mut after = None;
    // Those of the same source behind it are sorted in with it.
    while let Some((number, id)) = arrival::next(tx, after).await? {
        after = Some(number);
        let id = SourceId::try_from(id.into_owned()).map_err(|_| super::row::damaged("arrival"))?;
        let Some(row) = source(tx, &id).await? else {
            continue;
        };
        let mode = if row.is_full {
            SyncMode::Full
        } else {
            SyncMode::Delta
        };
        let began_at = timestamp::from_millis(row.began_at.unwrap_or_default());
        let commit = Commit::new(&Lease::new(id, mode, row.epoch, None), began_at);
        arrival::sort_in(tx, scope(&row, &commit, None)).await?;
    }
    Ok(())
}
