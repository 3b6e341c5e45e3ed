//! How a store is read.

use super::fixture::{PEOPLE, Writer, crowd, delta, ids, member, names, person, removed};
use crate::id::SourceId;
use crate::id::SyncMode;
use crate::kind::Kind;
use crate::record::{Change, Record, Relation, RemovedReason};
use crate::store::{Begin, Scan, Store};

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

/// The next page of a pass: ids and names.
async fn page(store: &impl Store, scan: &mut Scan, limit: usize) -> Vec<(String, String)> {
    let page = store.scan(scan, limit).await.expect("records");
    assert!(page.len() <= limit);
    let pair = |record: Record| {
        let value: serde_json::Value = record.view().expect("JSON");
        assert_eq!(value["id"].as_str(), Some(record.id.as_str()));
        let name = value["displayName"].as_str().unwrap_or_default().to_owned();
        (record.id, name)
    };
    page.into_iter().map(pair).collect()
}

pub async fn a_pass_brings_each_object_once(store: &impl Store) {
    let mut changes = crowd(25);
    changes.reverse();
    changes.push(person("p0030", "Q"));
    let mut writer = delta(store).await;
    writer.round(Begin::Generation, changes).await;
    let changes = vec![removed("p0007", RemovedReason::Deleted)];
    writer.round(Begin::Round, changes).await;
    let mut scan = Scan::new(Kind::USER);
    let mut seen = Vec::new();
    loop {
        let more = page(store, &mut scan, 10).await;
        if more.is_empty() {
            break;
        }
        seen.extend(more);
    }
    seen.sort();
    assert_eq!(seen, names(store).await);
    assert_eq!(seen.len(), 25);
    assert!(
        page(store, &mut scan, 10).await.is_empty(),
        "it stays at its end"
    );
    let mut none = Scan::new(Kind::GROUP);
    assert!(page(store, &mut none, 10).await.is_empty());
}

pub async fn a_pass_brings_objects_as_they_are_when_they_come(store: &impl Store) {
    let mut writer = delta(store).await;
    writer.round(Begin::Generation, crowd(25)).await;
    let mut scan = Scan::new(Kind::USER);
    let mut seen = page(store, &mut scan, 5).await;
    assert_eq!(seen.len(), 5);
    // The last ones that were written are gone, and their room is taken by something else.
    let gone: Vec<String> = (20..25).map(|n| format!("p{n:04}")).collect();
    let changes = gone.iter().map(|id| removed(id, RemovedReason::Deleted));
    writer.round(Begin::Round, changes.collect()).await;
    let mut changes: Vec<Change> = (0..5).map(|n| person(&format!("new{n}"), "N")).collect();
    changes.extend((0..20).map(|n| person(&format!("p{n:04}"), "Q")));
    writer.round(Begin::Round, changes).await;
    loop {
        let more = page(store, &mut scan, 5).await;
        if more.is_empty() {
            break;
        }
        let is_new = |(id, name): &(String, String)| name == "Q" || id.starts_with('n');
        assert!(more.iter().all(is_new), "{more:?}");
        seen.extend(more);
    }
    let mut came: Vec<String> = seen.into_iter().map(|(id, _)| id).collect();
    came.retain(|id| id.starts_with('p') && !gone.contains(id));
    came.sort();
    let stayed: Vec<String> = (0..20).map(|n| format!("p{n:04}")).collect();
    assert_eq!(came, stayed);
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
