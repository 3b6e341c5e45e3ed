//! How a store is read.

use super::fixture::{PEOPLE, Writer, crowd, delta, ids, member, person, removed};
use crate::id::SourceId;
use crate::id::SyncMode;
use crate::kind::Kind;
use crate::record::{Change, Relation, RemovedReason};
use crate::store::{Begin, Store};

pub async fn a_new_store_is_empty(store: &impl Store) {
    assert!(ids(store).await.is_empty());
    assert!(store.tenant().await.expect("a tenant").is_none());
    assert!(store.last_runs().await.expect("runs").is_empty());
    assert!(store.kinds().await.expect("kinds").is_empty());
    assert!(store.relations().await.expect("relations").is_empty());
    assert!(
        store
            .source_state(&PEOPLE)
            .await
            .expect("a state")
            .is_none()
    );
    assert!(
        store
            .record(&Kind::USER, "a")
            .await
            .expect("a record")
            .is_none()
    );
}

pub async fn reading_goes_page_by_page(store: &impl Store) {
    let mut writer = delta(store).await;
    let mut changes = crowd(25);
    changes
        .extend((0..25).map(|n| Change::Link(member(&format!("g{}", n % 3), &format!("p{n:04}")))));
    changes.extend((0..25).map(|n| removed(&format!("x{n:02}"), RemovedReason::Changed)));
    writer.round(Begin::Generation, changes).await;
    let mut seen = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = store.records(&Kind::USER, after.as_deref(), 10).await;
        let page = page.expect("records");
        assert!(page.len() <= 10);
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        seen.extend(page.into_iter().map(|record| record.id));
    }
    assert_eq!(seen, ids(store).await);
    assert_eq!(seen.len(), 25);
    assert!(seen.is_sorted());
    let mut edges = Vec::new();
    loop {
        let page = store.edges(&Relation::MEMBER, edges.last(), 10).await;
        let page = page.expect("relations");
        if page.is_empty() {
            break;
        }
        edges.extend(page);
    }
    assert_eq!(edges.len(), 25);
    assert!(edges.is_sorted());
    let first = store
        .tombstones(&Kind::USER, None, 10)
        .await
        .expect("tombstones");
    let rest = store
        .tombstones(
            &Kind::USER,
            first.last().map(|grave| grave.id.as_str()),
            100,
        )
        .await
        .expect("tombstones");
    assert_eq!((first.len(), rest.len()), (10, 15));
}

pub async fn each_source_counts_what_it_wrote_itself(store: &impl Store) {
    let other = SourceId::new("others");
    delta(store).await.round(Begin::Generation, crowd(3)).await;
    let mut writer = Writer::new(store, other.clone(), SyncMode::Delta).await;
    let more = vec![person("x", "X"), person("y", "Y")];
    writer.round(Begin::Generation, more).await;
    let gone = vec![removed("y", RemovedReason::Deleted)];
    writer.round(Begin::Round, gone).await;
    for (source, expected) in [(&PEOPLE, 3), (&other, 1), (&SourceId::new("none"), 0)] {
        let count = store.count_of(&Kind::USER, source).await;
        assert_eq!(count.expect("a count"), expected, "{source}");
    }
    assert_eq!(store.count(&Kind::USER).await.expect("a count"), 4);
}
