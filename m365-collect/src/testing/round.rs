//! Pages, merging, removals and leases.

use super::fixture::{
    PEOPLE, Writer, at, delta, graves, ids, names, pairs, person, record, removed,
};
use crate::id::SourceId;
use crate::id::SyncMode;
use crate::kind::Kind;
use crate::record::{Change, RemovedReason};
use crate::store::{Begin, Store, StoreError};

pub async fn rows_and_checkpoint_go_in_together(store: &impl Store) {
    let mut writer = delta(store).await;
    assert_eq!(writer.lease.checkpoint, None);
    let mut commit = writer.commit(vec![person("a", "Ada")]);
    commit.begin = Some(Begin::Generation);
    commit.checkpoint = Some("next page".to_owned());
    let done = store.commit(commit).await.expect("a commit");
    assert_eq!((done.upserted, done.removed, done.held), (1, 0, None));
    assert_eq!(names(store).await, pairs(&[("a", "Ada")]));
    let state = store
        .source_state(&PEOPLE)
        .await
        .expect("a state")
        .expect("a state");
    assert_eq!((state.completed_at, state.in_round), (None, true));

    let mut writer = delta(store).await;
    assert_eq!(writer.lease.checkpoint.as_deref(), Some("next page"));
    writer.second = 8;
    writer.finish(false).await.expect("the end of a round");
    let state = store
        .source_state(&PEOPLE)
        .await
        .expect("a state")
        .expect("a state");
    assert_eq!((state.completed_at, state.in_round), (Some(at(9)), false));
    assert_eq!(
        state.as_of,
        Some(at(1)),
        "the rows are as new as the beginning of their round, not as its end"
    );
    assert_eq!(delta(store).await.lease.checkpoint.as_deref(), Some("link"));
}

pub async fn evidence_is_as_old_as_the_beginning_of_its_round(store: &impl Store) {
    let mut writer = delta(store).await;
    writer
        .begin(Begin::Generation, vec![person("a", "Ada")])
        .await;
    writer.second = 8;
    writer.finish(false).await.expect("the end of a round");
    let state = store.source_state(&PEOPLE).await.expect("a state");
    let state = state.expect("a state");
    assert_eq!(
        (state.as_of, state.completed_at),
        (Some(at(1)), Some(at(9)))
    );
}

pub async fn an_overtaken_lease_writes_nothing(store: &impl Store) {
    let mut old = delta(store).await;
    let mut new = delta(store).await;
    assert!(new.lease.epoch > old.lease.epoch, "epochs grow");
    new.begin(Begin::Generation, vec![person("a", "Ada")]).await;
    let commit = old.commit(vec![person("b", "Bob")]);
    let refused = store.commit(commit).await;
    assert!(
        matches!(refused, Err(StoreError::Fenced { .. })),
        "an overtaken writer is fenced: {refused:?}"
    );
    assert_eq!(ids(store).await, ["a"]);
}

pub async fn a_partial_object_is_laid_over_the_stored_one(store: &impl Store) {
    let mut writer = delta(store).await;
    let whole = record(
        "a",
        r#"{"id":"a","displayName":"Ada","mail":"a@x","odd":[1]}"#,
    );
    writer
        .round(Begin::Generation, vec![Change::Upsert(whole)])
        .await;
    let partial = record("a", r#"{"id":"a","mail":null}"#);
    writer
        .round(Begin::Round, vec![Change::Upsert(partial)])
        .await;
    let stored = store.record(&Kind::USER, "a").await.expect("a record");
    let stored: serde_json::Value = stored.expect("a record").view().expect("JSON");
    assert_eq!(
        stored,
        serde_json::json!({"id": "a", "displayName": "Ada", "mail": null, "odd": [1]}),
        "what is absent stays, null clears"
    );
}

pub async fn a_listing_replaces_objects_whole(store: &impl Store) {
    let first = record("a", r#"{"id":"a","displayName":"Ada","mail":"a@x"}"#);
    let second = record("a", r#"{"id":"a","displayName":"Ada"}"#);
    for object in [first, second.clone()] {
        let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
        writer.page(vec![Change::Upsert(object)]).await;
        writer.finish(false).await.expect("a sweep");
    }
    let stored = store.record(&Kind::USER, "a").await.expect("a record");
    assert_eq!(stored, Some(second), "kept as received");
}

pub async fn a_removal_keeps_reason_and_time(store: &impl Store) {
    let mut writer = delta(store).await;
    let people = vec![person("a", "Ada"), person("b", "Bob")];
    writer.round(Begin::Generation, people).await;
    writer.second = 10;
    let done = writer
        .begin(Begin::Round, vec![removed("a", RemovedReason::Changed)])
        .await;
    assert_eq!((done.upserted, done.removed), (0, 1));
    assert_eq!(ids(store).await, ["b"]);
    assert_eq!(
        graves(store).await,
        [("a".to_owned(), RemovedReason::Changed, at(11))]
    );
    // Deleted for good later on: since when it is gone does not change.
    writer.finish(false).await.expect("the end of a round");
    writer
        .round(Begin::Round, vec![removed("a", RemovedReason::Deleted)])
        .await;
    assert_eq!(
        graves(store).await,
        [("a".to_owned(), RemovedReason::Deleted, at(11))]
    );
}

pub async fn sources_do_not_touch_each_other(store: &impl Store) {
    let mut people = Writer::new(store, PEOPLE, SyncMode::Full).await;
    people.page(vec![person("a", "Ada")]).await;
    people.finish(false).await.expect("a sweep");
    let mut others = Writer::new(store, SourceId::new("others"), SyncMode::Full).await;
    others.page(vec![person("z", "Zoe")]).await;
    others.finish(false).await.expect("a sweep");
    assert_eq!(ids(store).await, ["a", "z"]);
    assert_eq!(store.kinds().await.expect("kinds"), [(Kind::USER, 2)]);
}
