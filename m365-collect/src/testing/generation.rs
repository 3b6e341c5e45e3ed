//! New generations beside the old one, sweeps, and the breaker before them.

use super::fixture::{
    PEOPLE, Writer, at, crowd, delta, graves, ids, member, members, names, pairs, person, record,
    removed,
};
use crate::id::SourceId;
use crate::id::SyncMode;
use crate::kind::Kind;
use crate::record::{Change, RemovedReason};
use crate::store::{Begin, Commit, Finish, HeldSweep, Store};

pub async fn a_new_generation_is_swapped_in_whole(store: &impl Store) {
    let mut writer = delta(store).await;
    let old = vec![
        person("a", "Ada"),
        person("b", "Bob"),
        Change::Link(member("g", "a")),
        Change::Link(member("g", "b")),
    ];
    writer.round(Begin::Generation, old).await;
    let new = vec![person("b", "Robert"), Change::Link(member("g", "b"))];
    writer.begin(Begin::Generation, new).await;
    let part = record("c", r#"{"id":"c","displayName":"Cy"}"#);
    let rest = record("c", r#"{"id":"c","mail":"c@x"}"#);
    writer
        .page(vec![
            Change::Upsert(part),
            Change::Upsert(rest),
            Change::Link(member("g", "c")),
            removed("d", RemovedReason::Deleted),
        ])
        .await;
    assert_eq!(
        names(store).await,
        pairs(&[("a", "Ada"), ("b", "Bob")]),
        "readers see the old generation until the new one is whole"
    );
    assert_eq!(members(store).await, pairs(&[("g", "a"), ("g", "b")]));
    writer.second = 20;
    let done = writer.finish(false).await.expect("the swap");
    assert_eq!((done.upserted, done.removed), (3, 2), "as readers see it");
    assert_eq!(names(store).await, pairs(&[("b", "Robert"), ("c", "Cy")]));
    assert_eq!(members(store).await, pairs(&[("g", "b"), ("g", "c")]));
    let graves = graves(store).await;
    assert_eq!(graves[0], ("a".to_owned(), RemovedReason::Absent, at(21)));
    assert_eq!(graves[1].0, "d");
    let merged = store.record(&Kind::USER, "c").await.expect("a record");
    let merged: serde_json::Value = merged.expect("a record").view().expect("JSON");
    assert_eq!(
        merged["mail"], "c@x",
        "parts of an object are merged in a new generation too"
    );
}

pub async fn an_abandoned_generation_leaves_nothing_behind(store: &impl Store) {
    let mut writer = delta(store).await;
    writer
        .round(Begin::Generation, vec![person("a", "Ada")])
        .await;
    writer
        .begin(Begin::Generation, vec![person("ghost", "G")])
        .await;
    let mut writer = delta(store).await;
    writer
        .begin(Begin::Generation, vec![person("a", "Ada")])
        .await;
    writer.finish(false).await.expect("the swap");
    assert_eq!(ids(store).await, ["a"]);
}

pub async fn a_sweep_removes_what_was_not_listed(store: &impl Store) {
    let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
    let people = vec![person("a", "Ada"), person("b", "Bob")];
    writer.page(people).await;
    let done = writer.finish(false).await.expect("a sweep");
    assert_eq!(done.removed, 0);
    let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
    writer
        .page(vec![person("b", "Bob"), person("b", "Bob")])
        .await;
    assert_eq!(
        ids(store).await,
        ["a", "b"],
        "nothing is swept before the end"
    );
    let done = writer.finish(false).await.expect("a sweep");
    assert_eq!(done.removed, 1);
    assert_eq!(ids(store).await, ["b"]);
    // Listed again: it is there.
    let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
    writer
        .page(vec![person("a", "Ada"), person("b", "Bob")])
        .await;
    writer.finish(false).await.expect("a sweep");
    assert_eq!(ids(store).await, ["a", "b"]);
}

pub async fn a_sweep_that_removes_too_much_is_held(store: &impl Store) {
    let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
    writer.page(crowd(200)).await;
    writer.finish(false).await.expect("a sweep");
    let before = store.source_state(&PEOPLE).await.expect("a state");

    let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
    writer.page(crowd(149)).await;
    let done = writer.finish(false).await.expect("a held sweep");
    assert_eq!(done.held, Some(HeldSweep::new(51, 200)));
    assert_eq!(ids(store).await.len(), 200, "the old objects are kept");
    let after = store.source_state(&PEOPLE).await.expect("a state");
    assert_eq!(
        after.map(|state| state.completed_at),
        before.map(|state| state.completed_at),
        "a held round is not complete"
    );

    let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
    writer.page(crowd(150)).await;
    let done = writer.finish(false).await.expect("a sweep");
    assert_eq!((done.held, done.removed), (None, 50), "50 objects may go");

    let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
    writer.page(crowd(1)).await;
    let done = writer.finish(true).await.expect("a confirmed sweep");
    assert_eq!((done.held, done.removed), (None, 149));
}

pub async fn a_swap_that_removes_too_much_is_held(store: &impl Store) {
    let mut writer = delta(store).await;
    writer.round(Begin::Generation, crowd(100)).await;
    let mut few = crowd(10);
    few.push(person("new", "New"));
    writer.begin(Begin::Generation, few).await;
    let done = writer.finish(false).await.expect("a held swap");
    assert_eq!(done.held, Some(HeldSweep::new(90, 100)));
    assert_eq!(ids(store).await.len(), 101, "old and new, and nothing lost");
    let state = store.source_state(&PEOPLE).await.expect("a state");
    assert!(
        state.is_some_and(|state| state.in_part && !state.in_round),
        "the round has ended, and is not complete"
    );
    let mut writer = delta(store).await;
    assert!(
        writer.lease.checkpoint.is_some(),
        "the next run asks for what changed since"
    );
    writer.begin(Begin::Generation, crowd(10)).await;
    let done = writer.finish(true).await.expect("a confirmed swap");
    assert_eq!((done.held, done.removed), (None, 91));
    assert_eq!(ids(store).await.len(), 10);
}

pub async fn a_round_that_is_not_whole_removes_nothing(store: &impl Store) {
    let mut writer = delta(store).await;
    writer
        .round(
            Begin::Generation,
            vec![person("a", "Ada"), person("b", "Bob")],
        )
        .await;
    let before = store.source_state(&PEOPLE).await.expect("a state");
    writer
        .begin(Begin::Generation, vec![person("b", "Robert")])
        .await;
    let mut commit = writer.commit(Vec::new());
    commit.checkpoint = Some("later".to_owned());
    commit.finish = Some(Finish::default().in_part());
    let done = store.commit(commit).await.expect("the swap");
    assert_eq!((done.upserted, done.removed, done.held), (1, 0, None));
    assert_eq!(names(store).await, pairs(&[("a", "Ada"), ("b", "Robert")]));
    let after = store.source_state(&PEOPLE).await.expect("a state");
    assert_eq!(
        after.map(|state| state.completed_at),
        before.map(|state| state.completed_at),
        "a round that is not whole is not complete"
    );
    assert_eq!(
        delta(store).await.lease.checkpoint.as_deref(),
        Some("later"),
        "the next run goes on all the same"
    );
    let mut listing = Writer::new(store, SourceId::new("listing"), SyncMode::Full).await;
    listing.page(vec![person("x", "X"), person("y", "Y")]).await;
    listing.finish(false).await.expect("a sweep");
    let mut listing = Writer::new(store, SourceId::new("listing"), SyncMode::Full).await;
    let mut commit = listing.commit(vec![person("x", "X")]);
    commit.finish = Some(Finish::default().in_part());
    let done = store.commit(commit).await.expect("the end of a listing");
    assert_eq!(done.removed, 0);
}

pub async fn a_listing_that_was_cut_off_goes_on(store: &impl Store) {
    let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
    assert!(!writer.lease.in_round);
    let mut commit = writer.commit(vec![person("a", "Ada")]);
    commit.checkpoint = Some("page 2".to_owned());
    store.commit(commit).await.expect("a commit");

    let lease = store.lease(&PEOPLE, SyncMode::Full).await.expect("a lease");
    assert!(lease.in_round);
    assert_eq!(lease.checkpoint.as_deref(), Some("page 2"));
    let mut commit = Commit::new(&lease, at(9));
    commit.changes = vec![person("b", "Bob")];
    commit.finish = Some(Finish::default());
    store.commit(commit).await.expect("the end of a listing");
    assert_eq!(ids(store).await, ["a", "b"]);
    let state = store.source_state(&PEOPLE).await.expect("a state");
    let state = state.expect("a state");
    assert_eq!(state.as_of, Some(at(1)), "as old as its first page");
    let lease = store.lease(&PEOPLE, SyncMode::Full).await.expect("a lease");
    assert_eq!(
        (lease.checkpoint, lease.in_round),
        (None, false),
        "there is nothing to go on with"
    );
}

pub async fn a_listing_ends_and_begins_without_a_checkpoint(store: &impl Store) {
    let left = async || {
        let lease = store.lease(&PEOPLE, SyncMode::Full).await.expect("a lease");
        (lease.checkpoint, lease.in_round)
    };
    let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
    let mut commit = writer.commit(vec![person("a", "Ada"), person("b", "Bob")]);
    // Gathered from the pages before: where the listing would have gone on.
    commit.checkpoint = Some("page 2".to_owned());
    commit.finish = Some(Finish::default());
    store.commit(commit).await.expect("a listing in one commit");
    assert_eq!(left().await, (None, false), "it ended");

    let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
    let mut commit = writer.commit(vec![person("a", "Ada")]);
    commit.checkpoint = Some("page 2".to_owned());
    store.commit(commit).await.expect("a part of a listing");
    assert_eq!(left().await, (Some("page 2".to_owned()), true));

    let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
    let commit = writer.commit(vec![person("a", "Ada")]);
    store.commit(commit).await.expect("another listing begins");
    assert_eq!(
        left().await,
        (None, true),
        "it must not go on where the one before it stood"
    );
}

pub async fn objects_under_one_key_are_counted_and_never_complete(store: &impl Store) {
    let state = async || {
        let state = store.source_state(&PEOPLE).await.expect("a state");
        state.map(|state| (state.completed_at.is_some(), state.in_part))
    };
    // At once and in several commits, few and many, at first and beside what was there.
    for (many, apart) in [(2, false), (2, true), (600, false), (600, true)] {
        let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
        let mut first = crowd(many);
        // What comes twice and says the same is one.
        first.push(first[0].clone());
        let second = vec![person("p0001", "Somebody else")];
        let mut collided = 0;
        if apart {
            collided += writer.page(first).await.collided;
            collided += writer.page(second).await.collided;
        } else {
            first.extend(second);
            collided += writer.page(first).await.collided;
        }
        let mut commit = writer.commit(Vec::new());
        commit.finish = Some(if collided > 0 {
            Finish::default().in_part()
        } else {
            Finish::default()
        });
        let end = store.commit(commit).await.expect("the end of a listing");
        assert_eq!(collided + end.collided, 1, "{many} apart {apart}");
        assert_eq!(state().await.map(|(_, in_part)| in_part), Some(true));
        let mut writer = Writer::new(store, PEOPLE, SyncMode::Full).await;
        writer.page(crowd(many)).await;
        let end = writer.finish(true).await.expect("the end of a listing");
        assert_eq!(end.collided, 0);
        assert_eq!(state().await, Some((true, false)));
    }
}
