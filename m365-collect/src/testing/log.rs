//! Whose store it is, and the log of its runs.

use super::fixture::{PEOPLE, at};
use crate::id::SourceId;
use crate::outcome::{Outcome, RunStats};
use crate::store::{RUNS_KEPT, RunEntry, Store, StoreError, StoredTenant};

pub async fn a_store_belongs_to_one_tenant(store: &impl Store) {
    let contoso = StoredTenant::new("contoso.example");
    store.bind(&contoso).await.expect("bound");
    let known = contoso
        .clone()
        .with_organization("org-1", Some("Contoso".to_owned()));
    store.bind(&known).await.expect("the same tenant");
    store.bind(&contoso).await.expect("the same tenant");
    store
        .bind(&StoredTenant::new("ORG-1"))
        .await
        .expect("the same tenant by its id");
    let bound = store.tenant().await.expect("a tenant").expect("a tenant");
    assert_eq!(bound.asked, "contoso.example");
    assert_eq!(bound.organization.as_deref(), Some("org-1"));
    assert_eq!(bound.name.as_deref(), Some("Contoso"));
    for other in [
        StoredTenant::new("fabrikam.example"),
        StoredTenant::new("contoso.example").with_organization("org-2", None),
    ] {
        let refused = store.bind(&other).await;
        assert!(
            matches!(refused, Err(StoreError::OtherTenant { .. })),
            "{refused:?}"
        );
    }
}

pub async fn the_last_run_of_each_source_is_kept(store: &impl Store) {
    let run = |source: SourceId, second, outcome| {
        let stats = RunStats {
            seen: second,
            ..RunStats::default()
        };
        RunEntry::new(source, at(second), at(second + 1), outcome, stats)
    };
    let denied = Outcome::Denied {
        permission: "User.Read.All".to_owned(),
        code: None,
    };
    let other = SourceId::new("others");
    for entry in [
        run(PEOPLE, 1, Outcome::Complete),
        run(other.clone(), 2, Outcome::Complete),
        run(PEOPLE, 3, denied.clone()),
    ] {
        store.log_run(&entry).await.expect("logged");
    }
    let runs = store.last_runs().await.expect("runs");
    assert_eq!(
        runs,
        [run(other, 2, Outcome::Complete), run(PEOPLE, 3, denied)]
    );
}

fn run(source: SourceId, second: u64) -> RunEntry {
    let stats = RunStats {
        seen: second,
        ..RunStats::default()
    };
    RunEntry::new(source, at(second), at(second + 1), Outcome::Complete, stats)
}

pub async fn past_runs_are_told_newest_first(store: &impl Store) {
    let (people, other) = (PEOPLE, SourceId::new("others"));
    // The clock went back once: what was logged last is the newest all the same.
    for entry in [
        run(PEOPLE, 1),
        run(other.clone(), 9),
        run(PEOPLE, 5),
        run(PEOPLE, 3),
    ] {
        store.log_run(&entry).await.expect("logged");
    }
    let seconds = async |source, since: Option<u64>, limit| {
        let runs = store.runs(source, since.map(at), limit).await;
        let runs = runs.expect("runs");
        runs.iter().map(|run| run.stats.seen).collect::<Vec<_>>()
    };
    assert_eq!(seconds(None, None, 100).await, [3, 5, 9, 1]);
    assert_eq!(seconds(Some(&people), None, 100).await, [3, 5, 1]);
    assert_eq!(seconds(Some(&people), None, 2).await, [3, 5]);
    assert_eq!(
        seconds(None, Some(6), 100).await,
        [5, 9],
        "those that ended at six or later"
    );
    assert_eq!(seconds(Some(&other), Some(11), 100).await, [0; 0]);
    let newest = store.runs(None, None, 1).await.expect("runs");
    assert_eq!(newest, [run(PEOPLE, 3)], "whole");
}

pub async fn the_log_of_runs_is_bounded(store: &impl Store) {
    let other = SourceId::new("others");
    store.log_run(&run(other.clone(), 0)).await.expect("logged");
    let last = RUNS_KEPT as u64 + 2;
    for second in 1..=last {
        store.log_run(&run(PEOPLE, second)).await.expect("logged");
    }
    let runs = store.runs(Some(&PEOPLE), None, usize::MAX).await;
    let runs = runs.expect("runs");
    assert_eq!(runs.len(), RUNS_KEPT);
    assert_eq!(runs.first(), Some(&run(PEOPLE, last)));
    assert_eq!(runs.last(), Some(&run(PEOPLE, 3)), "the oldest are gone");
    let others = store.runs(Some(&other), None, 10).await.expect("runs");
    assert_eq!(others, [run(other, 0)], "another source's are untouched");
}
