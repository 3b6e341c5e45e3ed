//! The conformance suite of [`Store`]: what every store must do, ours and yours.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(
//! m365_collect::testing::store_conforms(async || m365_collect::MemoryStore::new())
//! # );
//! ```

#![expect(
    clippy::expect_used,
    reason = "a test suite panics where a store does not conform"
)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::value::RawValue;

use crate::outcome::{Outcome, Tally};
use crate::record::{Change, Edge, Kind, Record, Relation, RemovedReason};
use crate::source::SourceId;
use crate::store::{
    Begin, Commit, Committed, Contested, Finish, Held, Lease, Reading, RunEntry, Store, StoreError,
    StoredTenant,
};

const PEOPLE: SourceId = SourceId::new("people");

/// Runs the whole suite; `fresh` makes an empty store each time it is called.
///
/// Panics with the behaviour that the store does not show.
pub async fn store_conforms<S: Store>(fresh: impl AsyncFn() -> S) {
    a_new_store_is_empty(&fresh().await).await;
    rows_and_checkpoint_go_in_together(&fresh().await).await;
    evidence_is_as_old_as_the_beginning_of_its_round(&fresh().await).await;
    an_overtaken_lease_writes_nothing(&fresh().await).await;
    a_partial_object_is_laid_over_the_stored_one(&fresh().await).await;
    a_listing_replaces_objects_whole(&fresh().await).await;
    a_removal_keeps_reason_and_time(&fresh().await).await;
    a_replayed_object_does_not_come_back_by_itself(&fresh().await).await;
    a_confirmed_object_comes_back_whole(&fresh().await).await;
    a_removal_that_contradicts_its_round_is_contested(&fresh().await).await;
    two_states_of_an_object_in_one_round_are_contested(&fresh().await).await;
    a_generation_does_not_resurrect_by_itself(&fresh().await).await;
    a_round_cannot_end_while_objects_are_contested(&fresh().await).await;
    a_new_generation_is_swapped_in_whole(&fresh().await).await;
    an_abandoned_generation_leaves_nothing_behind(&fresh().await).await;
    a_sweep_removes_what_was_not_listed(&fresh().await).await;
    a_sweep_that_removes_too_much_is_held(&fresh().await).await;
    a_swap_that_removes_too_much_is_held(&fresh().await).await;
    a_round_that_is_not_whole_removes_nothing(&fresh().await).await;
    relations_begin_and_end(&fresh().await).await;
    contradicting_relations_are_settled_by_a_listing(&fresh().await).await;
    a_relation_to_a_removed_object_is_not_live(&fresh().await).await;
    sources_do_not_touch_each_other(&fresh().await).await;
    reading_goes_page_by_page(&fresh().await).await;
    a_store_belongs_to_one_tenant(&fresh().await).await;
    the_last_run_of_each_source_is_kept(&fresh().await).await;
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn person(id: &str, name: &str) -> Change {
    Change::Upsert(record(
        id,
        &format!(r#"{{"id":"{id}","displayName":"{name}"}}"#),
    ))
}

fn record(id: &str, json: &str) -> Record {
    let raw = RawValue::from_string(json.to_owned()).expect("JSON");
    Record::new(Kind::USER, id, raw)
}

fn removed(id: &str, reason: RemovedReason) -> Change {
    Change::Remove {
        kind: Kind::USER,
        id: id.to_owned(),
        reason,
    }
}

fn member(from: &str, to: &str) -> Edge {
    Edge::new(Relation::MEMBER, from, to)
}

/// A writer of one source that counts seconds.
struct Writer<'a, S> {
    store: &'a S,
    lease: Lease,
    second: u64,
}

impl<'a, S: Store> Writer<'a, S> {
    async fn new(store: &'a S, source: SourceId, reading: Reading) -> Self {
        let lease = store.lease(&source, reading, at(0)).await;
        let lease = lease.expect("a lease");
        Self {
            store,
            lease,
            second: 0,
        }
    }

    fn commit(&mut self, changes: Vec<Change>) -> Commit {
        self.second += 1;
        let mut commit = Commit::new(&self.lease, at(self.second));
        commit.changes = changes;
        commit
    }

    async fn begin(&mut self, begin: Begin, changes: Vec<Change>) -> Committed {
        let mut commit = self.commit(changes);
        commit.begin = Some(begin);
        self.store.commit(commit).await.expect("a commit")
    }

    async fn page(&mut self, changes: Vec<Change>) -> Committed {
        let commit = self.commit(changes);
        self.store.commit(commit).await.expect("a commit")
    }

    async fn finish(&mut self, confirmed: bool) -> Result<Committed, StoreError> {
        let mut commit = self.commit(Vec::new());
        commit.checkpoint = Some("link".to_owned());
        commit.finish = Some(Finish::confirmed(confirmed));
        self.store.commit(commit).await
    }

    /// A whole delta round.
    async fn round(&mut self, begin: Begin, changes: Vec<Change>) {
        self.begin(begin, changes).await;
        self.finish(false).await.expect("the end of a round");
    }
}

async fn delta<S: Store>(store: &S) -> Writer<'_, S> {
    Writer::new(store, PEOPLE, Reading::Delta).await
}

async fn names(store: &impl Store) -> Vec<(String, String)> {
    let records = store.records(&Kind::USER, None, 10_000).await;
    let records = records.expect("records");
    assert_eq!(
        store.count(&Kind::USER).await.expect("a count"),
        records.len() as u64,
        "the count is that of the live records"
    );
    records
        .into_iter()
        .map(|record| {
            let value: serde_json::Value = record.view().expect("JSON");
            let name = value["displayName"].as_str().unwrap_or_default().to_owned();
            (record.id, name)
        })
        .collect()
}

async fn ids(store: &impl Store) -> Vec<String> {
    names(store).await.into_iter().map(|(id, _)| id).collect()
}

async fn members(store: &impl Store) -> Vec<(String, String)> {
    let edges = store.edges(&Relation::MEMBER, None, 10_000).await;
    let edges = edges.expect("relations");
    edges.into_iter().map(|edge| (edge.from, edge.to)).collect()
}

async fn graves(store: &impl Store) -> Vec<(String, RemovedReason, SystemTime)> {
    let tombstones = store.tombstones(&Kind::USER, None, 10_000).await;
    let tombstones = tombstones.expect("tombstones");
    tombstones
        .into_iter()
        .map(|grave| (grave.id, grave.reason, grave.removed_at))
        .collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect()
}

async fn a_new_store_is_empty(store: &impl Store) {
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

async fn rows_and_checkpoint_go_in_together(store: &impl Store) {
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

async fn evidence_is_as_old_as_the_beginning_of_its_round(store: &impl Store) {
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

async fn an_overtaken_lease_writes_nothing(store: &impl Store) {
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

async fn a_partial_object_is_laid_over_the_stored_one(store: &impl Store) {
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

async fn a_listing_replaces_objects_whole(store: &impl Store) {
    let first = record("a", r#"{"id":"a","displayName":"Ada","mail":"a@x"}"#);
    let second = record("a", r#"{"id":"a","displayName":"Ada"}"#);
    for object in [first, second.clone()] {
        let mut writer = Writer::new(store, PEOPLE, Reading::Full).await;
        writer.page(vec![Change::Upsert(object)]).await;
        writer.finish(false).await.expect("a sweep");
    }
    let stored = store.record(&Kind::USER, "a").await.expect("a record");
    assert_eq!(stored, Some(second), "kept as received");
}

async fn a_removal_keeps_reason_and_time(store: &impl Store) {
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

async fn a_replayed_object_does_not_come_back_by_itself(store: &impl Store) {
    let mut writer = delta(store).await;
    writer
        .round(Begin::Generation, vec![person("a", "Ada")])
        .await;
    writer
        .round(Begin::Round, vec![removed("a", RemovedReason::Deleted)])
        .await;
    writer.begin(Begin::Round, vec![person("a", "Ada")]).await;
    assert!(ids(store).await.is_empty(), "a replay does not resurrect");
    let contested = store.contested(&PEOPLE, 10).await.expect("contested");
    assert!(
        matches!(contested.as_slice(), [Contested::Object { id, .. }] if id == "a"),
        "{contested:?}"
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

async fn a_confirmed_object_comes_back_whole(store: &impl Store) {
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
        store.contested(&PEOPLE, 10).await.expect("contested").len(),
        1
    );
}

async fn a_removal_that_contradicts_its_round_is_contested(store: &impl Store) {
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
    let contested = store.contested(&PEOPLE, 10).await.expect("contested");
    assert!(
        matches!(
            contested.as_slice(),
            [Contested::Object {
                reason: Some(RemovedReason::Changed),
                ..
            }]
        ),
        "{contested:?}"
    );
}

async fn two_states_of_an_object_in_one_round_are_contested(store: &impl Store) {
    let mut writer = delta(store).await;
    writer
        .begin(Begin::Generation, vec![person("a", "Ada")])
        .await;
    let same = record("a", r#"{"id":"a","mail":"a@x"}"#);
    writer.page(vec![Change::Upsert(same)]).await;
    assert!(
        store
            .contested(&PEOPLE, 9)
            .await
            .expect("contested")
            .is_empty()
    );
    writer.page(vec![person("a", "Ada L.")]).await;
    let contested = store.contested(&PEOPLE, 9).await.expect("contested");
    assert_eq!(contested.len(), 1, "{contested:?}");
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

async fn a_generation_does_not_resurrect_by_itself(store: &impl Store) {
    let mut writer = delta(store).await;
    let people = vec![person("a", "Ada"), person("b", "Bob")];
    writer.round(Begin::Generation, people).await;
    writer
        .round(Begin::Round, vec![removed("a", RemovedReason::Deleted)])
        .await;
    let people = vec![person("a", "Ada"), person("b", "Bob")];
    writer.begin(Begin::Generation, people).await;
    let contested = store.contested(&PEOPLE, 9).await.expect("contested");
    assert!(
        matches!(contested.as_slice(), [Contested::Object { id, .. }] if id == "a"),
        "{contested:?}"
    );
    let back = record("a", r#"{"id":"a","displayName":"Ada"}"#);
    writer.page(vec![Change::Confirm(back)]).await;
    writer.finish(false).await.expect("the swap");
    assert_eq!(ids(store).await, ["a", "b"]);
}

async fn a_round_cannot_end_while_objects_are_contested(store: &impl Store) {
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
        matches!(refused, Err(StoreError::Contested { objects: 1, .. })),
        "{refused:?}"
    );
    assert_eq!(ids(store).await, ["a"], "a refused commit changes nothing");
    assert_eq!(delta(store).await.lease.checkpoint, None);
}

async fn a_new_generation_is_swapped_in_whole(store: &impl Store) {
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

async fn an_abandoned_generation_leaves_nothing_behind(store: &impl Store) {
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

async fn a_sweep_removes_what_was_not_listed(store: &impl Store) {
    let mut writer = Writer::new(store, PEOPLE, Reading::Full).await;
    let people = vec![person("a", "Ada"), person("b", "Bob")];
    writer.page(people).await;
    let done = writer.finish(false).await.expect("a sweep");
    assert_eq!(done.removed, 0);
    let mut writer = Writer::new(store, PEOPLE, Reading::Full).await;
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
    let mut writer = Writer::new(store, PEOPLE, Reading::Full).await;
    writer
        .page(vec![person("a", "Ada"), person("b", "Bob")])
        .await;
    writer.finish(false).await.expect("a sweep");
    assert_eq!(ids(store).await, ["a", "b"]);
}

fn crowd(size: usize) -> Vec<Change> {
    (0..size)
        .map(|n| person(&format!("p{n:04}"), "P"))
        .collect()
}

async fn a_sweep_that_removes_too_much_is_held(store: &impl Store) {
    let mut writer = Writer::new(store, PEOPLE, Reading::Full).await;
    writer.page(crowd(200)).await;
    writer.finish(false).await.expect("a sweep");
    let before = store.source_state(&PEOPLE).await.expect("a state");

    let mut writer = Writer::new(store, PEOPLE, Reading::Full).await;
    writer.page(crowd(149)).await;
    let done = writer.finish(false).await.expect("a held sweep");
    assert_eq!(done.held, Some(Held::new(51, 200)));
    assert_eq!(ids(store).await.len(), 200, "the old objects are kept");
    let after = store.source_state(&PEOPLE).await.expect("a state");
    assert_eq!(
        after.map(|state| state.completed_at),
        before.map(|state| state.completed_at),
        "a held round is not complete"
    );

    let mut writer = Writer::new(store, PEOPLE, Reading::Full).await;
    writer.page(crowd(150)).await;
    let done = writer.finish(false).await.expect("a sweep");
    assert_eq!((done.held, done.removed), (None, 50), "50 objects may go");

    let mut writer = Writer::new(store, PEOPLE, Reading::Full).await;
    writer.page(crowd(1)).await;
    let done = writer.finish(true).await.expect("a confirmed sweep");
    assert_eq!((done.held, done.removed), (None, 149));
}

async fn a_swap_that_removes_too_much_is_held(store: &impl Store) {
    let mut writer = delta(store).await;
    writer.round(Begin::Generation, crowd(100)).await;
    writer.begin(Begin::Generation, crowd(10)).await;
    let done = writer.finish(false).await.expect("a held swap");
    assert_eq!(done.held, Some(Held::new(90, 100)));
    assert_eq!(ids(store).await.len(), 100);
    let mut writer = delta(store).await;
    assert_eq!(
        writer.lease.checkpoint, None,
        "the next run reads everything again"
    );
    writer.begin(Begin::Generation, crowd(10)).await;
    let done = writer.finish(true).await.expect("a confirmed swap");
    assert_eq!((done.held, done.removed), (None, 90));
    assert_eq!(ids(store).await.len(), 10);
}

async fn a_round_that_is_not_whole_removes_nothing(store: &impl Store) {
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
    let mut listing = Writer::new(store, SourceId::new("listing"), Reading::Full).await;
    listing.page(vec![person("x", "X"), person("y", "Y")]).await;
    listing.finish(false).await.expect("a sweep");
    let mut listing = Writer::new(store, SourceId::new("listing"), Reading::Full).await;
    let mut commit = listing.commit(vec![person("x", "X")]);
    commit.finish = Some(Finish::default().in_part());
    let done = store.commit(commit).await.expect("the end of a listing");
    assert_eq!(done.removed, 0);
}

async fn relations_begin_and_end(store: &impl Store) {
    let mut writer = delta(store).await;
    let done = writer
        .begin(
            Begin::Generation,
            vec![
                Change::Link(member("g", "a")),
                Change::Link(member("g", "b")),
                Change::Link(member("g", "a")),
            ],
        )
        .await;
    assert_eq!(done.upserted, 2, "a repeated relation is one relation");
    writer.finish(false).await.expect("the end of a round");
    let done = writer
        .begin(
            Begin::Round,
            vec![
                Change::Unlink(member("g", "a")),
                Change::Unlink(member("g", "a")),
                Change::Unlink(member("g", "nobody")),
            ],
        )
        .await;
    assert_eq!(done.removed, 1);
    writer.finish(false).await.expect("the end of a round");
    assert_eq!(members(store).await, pairs(&[("g", "b")]));
    assert_eq!(
        store.relations().await.expect("relations"),
        [Relation::MEMBER]
    );
}

async fn contradicting_relations_are_settled_by_a_listing(store: &impl Store) {
    let mut writer = delta(store).await;
    let links = vec![
        Change::Link(member("g", "a")),
        Change::Link(member("g", "b")),
        Change::Link(member("h", "a")),
    ];
    writer.round(Begin::Generation, links).await;
    writer
        .begin(
            Begin::Round,
            vec![
                Change::Link(member("g", "c")),
                Change::Unlink(member("g", "c")),
            ],
        )
        .await;
    let contested = store.contested(&PEOPLE, 10).await.expect("contested");
    assert!(
        matches!(contested.as_slice(), [Contested::Container { from, .. }] if from == "g"),
        "{contested:?}"
    );
    writer
        .page(vec![
            Change::ConfirmLink(member("g", "a")),
            Change::ConfirmLink(member("g", "d")),
        ])
        .await;
    let done = writer
        .page(vec![Change::ConfirmedAll {
            relation: Relation::MEMBER,
            from: "g".to_owned(),
        }])
        .await;
    assert_eq!(done.removed, 2);
    writer.finish(false).await.expect("the end of a round");
    assert_eq!(
        members(store).await,
        pairs(&[("g", "a"), ("g", "d"), ("h", "a")])
    );
}

async fn a_relation_to_a_removed_object_is_not_live(store: &impl Store) {
    let mut writer = delta(store).await;
    let first = vec![
        person("a", "Ada"),
        person("b", "Bob"),
        Change::Link(member("g", "a")),
        Change::Link(member("g", "b")),
        Change::Link(member("g", "stranger")),
    ];
    writer.round(Begin::Generation, first).await;
    writer
        .round(Begin::Round, vec![removed("a", RemovedReason::Changed)])
        .await;
    assert_eq!(
        members(store).await,
        pairs(&[("g", "b"), ("g", "stranger")])
    );
    // A report row that is keyed by a person's id is not the person.
    let mut report = Writer::new(store, SourceId::new("report"), Reading::Delta).await;
    let row = Change::Remove {
        kind: Kind::REGISTRATION_DETAILS,
        id: "b".to_owned(),
        reason: RemovedReason::Absent,
    };
    report.begin(Begin::Generation, vec![row]).await;
    assert_eq!(
        members(store).await,
        pairs(&[("g", "b"), ("g", "stranger")])
    );
}

async fn sources_do_not_touch_each_other(store: &impl Store) {
    let mut people = Writer::new(store, PEOPLE, Reading::Full).await;
    people.page(vec![person("a", "Ada")]).await;
    people.finish(false).await.expect("a sweep");
    let mut others = Writer::new(store, SourceId::new("others"), Reading::Full).await;
    others.page(vec![person("z", "Zoe")]).await;
    others.finish(false).await.expect("a sweep");
    assert_eq!(ids(store).await, ["a", "z"]);
    assert_eq!(store.kinds().await.expect("kinds"), [(Kind::USER, 2)]);
}

async fn reading_goes_page_by_page(store: &impl Store) {
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

async fn a_store_belongs_to_one_tenant(store: &impl Store) {
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

async fn the_last_run_of_each_source_is_kept(store: &impl Store) {
    let run = |source: SourceId, second, outcome| {
        let tally = Tally {
            seen: second,
            ..Tally::default()
        };
        RunEntry::new(source, at(second), at(second + 1), outcome, tally)
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
