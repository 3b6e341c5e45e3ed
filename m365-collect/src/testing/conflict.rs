//! Changes that contradict each other: replays do not resurrect, and the service decides.

use super::fixture::{PEOPLE, delta, graves, ids, names, pairs, person, record, removed};
use crate::kind::Kind;
use crate::record::{Change, RemovedReason};
use crate::store::{Begin, Conflict, Finish, Store, StoreError};

pub async fn a_replayed_object_does_not_come_back_by_itself(store: &impl Store) {
    let mut writer = delta(store).await;
    writer
        .round(Begin::Generation, vec![person("a", "Ada")])
        .await;
    writer
        .round(Begin::Round, vec![removed("a", RemovedReason::Deleted)])
        .await;
    writer.begin(Begin::Round, vec![person("a", "Ada")]).await;
    assert!(ids(store).await.is_empty(), "a replay does not resurrect");
    let conflicts = store.conflicts(&PEOPLE, 10).await.expect("conflicts");
    assert!(
        matches!(conflicts.as_slice(), [Conflict::Object { id, .. }] if id == "a"),
        "{conflicts:?}"
    );
    writer
        .page(vec![Change::ConfirmGone {
            kind: Kind::USER,
            id: "a".to_owned(),
            reason: RemovedReason::Changed,
        }])
        .await;
    writer.finish(false).await.expect("the end of a round");
    let graves = graves(store).await;
    assert!(
        matches!(graves.as_slice(), [(_, RemovedReason::Deleted, _)]),
        "the reason that was known is kept: {graves:?}"
    );
}

pub async fn a_confirmed_object_comes_back_whole(store: &impl Store) {
    let mut writer = delta(store).await;
    let whole = record("a", r#"{"id":"a","displayName":"Ada","mail":"a@x"}"#);
    writer
        .round(Begin::Generation, vec![Change::Upsert(whole)])
        .await;
    writer
        .round(Begin::Round, vec![removed("a", RemovedReason::Changed)])
        .await;
    writer.begin(Begin::Round, vec![person("a", "?")]).await;
    let now = record("a", r#"{"id":"a","displayName":"Ada L."}"#);
    writer.page(vec![Change::Confirm(now.clone())]).await;
    writer.finish(false).await.expect("the end of a round");
    let stored = store.record(&Kind::USER, "a").await.expect("a record");
    assert_eq!(stored, Some(now), "nothing of the removed object is left");
    assert!(graves(store).await.is_empty());
    // It was removed once: a removal may be an old one that is replayed.
    writer
        .begin(Begin::Round, vec![removed("a", RemovedReason::Changed)])
        .await;
    assert_eq!(ids(store).await, ["a"]);
    assert_eq!(
        store.conflicts(&PEOPLE, 10).await.expect("conflicts").len(),
        1
    );
}

pub async fn a_removal_that_contradicts_its_round_is_a_conflict(store: &impl Store) {
    let mut writer = delta(store).await;
    writer
        .begin(Begin::Generation, vec![person("a", "Ada")])
        .await;
    writer
        .page(vec![removed("a", RemovedReason::Changed)])
        .await;
    assert_eq!(
        ids(store).await,
        ["a"],
        "which of the two came last is not known"
    );
    let conflicts = store.conflicts(&PEOPLE, 10).await.expect("conflicts");
    assert!(
        matches!(
            conflicts.as_slice(),
            [Conflict::Object {
                reason: Some(RemovedReason::Changed),
                ..
            }]
        ),
        "{conflicts:?}"
    );
}

pub async fn two_states_of_an_object_in_one_round_are_a_conflict(store: &impl Store) {
    let mut writer = delta(store).await;
    writer
        .begin(Begin::Generation, vec![person("a", "Ada")])
        .await;
    let same = record("a", r#"{"id":"a","mail":"a@x"}"#);
    writer.page(vec![Change::Upsert(same)]).await;
    assert!(
        store
            .conflicts(&PEOPLE, 9)
            .await
            .expect("conflicts")
            .is_empty()
    );
    writer.page(vec![person("a", "Ada L.")]).await;
    let conflicts = store.conflicts(&PEOPLE, 9).await.expect("conflicts");
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    assert_eq!(names(store).await, pairs(&[("a", "Ada")]));
    let now = record("a", r#"{"id":"a","displayName":"Ada L."}"#);
    writer.page(vec![Change::Confirm(now)]).await;
    writer.finish(false).await.expect("the end of a round");
    // In the next round it is a change like any other.
    writer
        .round(Begin::Round, vec![person("a", "Countess")])
        .await;
    assert_eq!(names(store).await, pairs(&[("a", "Countess")]));
}

pub async fn a_generation_does_not_resurrect_by_itself(store: &impl Store) {
    let mut writer = delta(store).await;
    let people = vec![person("a", "Ada"), person("b", "Bob")];
    writer.round(Begin::Generation, people).await;
    writer
        .round(Begin::Round, vec![removed("a", RemovedReason::Deleted)])
        .await;
    let people = vec![person("a", "Ada"), person("b", "Bob")];
    writer.begin(Begin::Generation, people).await;
    let conflicts = store.conflicts(&PEOPLE, 9).await.expect("conflicts");
    assert!(
        matches!(conflicts.as_slice(), [Conflict::Object { id, .. }] if id == "a"),
        "{conflicts:?}"
    );
    let back = record("a", r#"{"id":"a","displayName":"Ada"}"#);
    writer.page(vec![Change::Confirm(back)]).await;
    writer.finish(false).await.expect("the swap");
    assert_eq!(ids(store).await, ["a", "b"]);
}

pub async fn a_round_cannot_end_while_conflicts_are_open(store: &impl Store) {
    let mut writer = delta(store).await;
    writer
        .begin(Begin::Generation, vec![person("a", "Ada")])
        .await;
    let mut commit = writer.commit(vec![
        removed("a", RemovedReason::Changed),
        person("b", "Bob"),
    ]);
    commit.checkpoint = Some("link".to_owned());
    commit.finish = Some(Finish::default());
    let refused = store.commit(commit).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict { objects: 1, .. })),
        "{refused:?}"
    );
    assert_eq!(ids(store).await, ["a"], "a refused commit changes nothing");
    assert_eq!(delta(store).await.lease.checkpoint, None);
}

pub async fn what_is_left_as_it_is_is_no_conflict_any_more(store: &impl Store) {
    let leave = |id: &str| Change::Leave {
        kind: Kind::USER,
        id: id.to_owned(),
    };
    let mut writer = delta(store).await;
    writer
        .round(
            Begin::Generation,
            vec![person("a", "Ada"), person("b", "Bob")],
        )
        .await;
    writer
        .round(Begin::Round, vec![removed("b", RemovedReason::Deleted)])
        .await;
    // Two states of one object, and an object that may be back: nobody can say.
    let said = vec![
        person("a", "Ada"),
        person("a", "Ada L."),
        person("b", "Bob"),
    ];
    writer.begin(Begin::Round, said).await;
    writer.page(vec![leave("a"), leave("b")]).await;
    writer.finish(false).await.expect("the end of a round");
    assert_eq!(ids(store).await, ["a"], "one stays there, one stays gone");
    let graves = graves(store).await;
    assert!(
        matches!(graves.as_slice(), [(_, RemovedReason::Deleted, _)]),
        "{graves:?}"
    );
}
