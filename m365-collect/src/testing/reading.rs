//! How a store is read.

use super::fixture::{PEOPLE, crowd, delta, ids, member, removed};
use crate::kind::Kind;
use crate::record::{Change, Relation, RemovedReason};
use crate::store::{Begin, Store};

pub(super) async fn a_new_store_is_empty(store: &impl Store) {
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

pub(super) async fn reading_goes_page_by_page(store: &impl Store) {
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
