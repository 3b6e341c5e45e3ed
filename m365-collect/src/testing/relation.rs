//! Relations between objects.

use super::fixture::{PEOPLE, Writer, delta, member, members, pairs, person, removed};
use crate::id::SourceId;
use crate::id::SyncMode;
use crate::kind::Kind;
use crate::record::{Change, Relation, RemovedReason};
use crate::store::{Begin, Conflict, Store};

pub async fn relations_begin_and_end(store: &impl Store) {
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

pub async fn contradicting_relations_are_settled_by_a_listing(store: &impl Store) {
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
    let conflicts = store.conflicts(&PEOPLE, 10).await.expect("conflicts");
    assert!(
        matches!(conflicts.as_slice(), [Conflict::Container { from, .. }] if from == "g"),
        "{conflicts:?}"
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

pub async fn each_listing_of_a_container_settles_anew(store: &impl Store) {
    let mut writer = delta(store).await;
    let links = vec![
        Change::Link(member("g", "a")),
        Change::Link(member("g", "b")),
    ];
    writer.round(Begin::Generation, links).await;
    // Two rounds under one lease: what the first listing confirmed the second one does not hold.
    for listed in [&["a", "b"][..], &["a"]] {
        writer
            .begin(
                Begin::Round,
                vec![
                    Change::Link(member("g", "c")),
                    Change::Unlink(member("g", "c")),
                ],
            )
            .await;
        let mut changes: Vec<Change> = listed
            .iter()
            .map(|id| Change::ConfirmLink(member("g", id)))
            .collect();
        changes.push(Change::ConfirmedAll {
            relation: Relation::MEMBER,
            from: "g".to_owned(),
        });
        writer.page(changes).await;
        writer.finish(false).await.expect("the end of a round");
    }
    assert_eq!(members(store).await, pairs(&[("g", "a")]));
}

pub async fn a_relation_to_a_removed_object_is_not_live(store: &impl Store) {
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
    // Nor with very many tombstones beside the relations that are asked for.
    let more = (0..9).map(|n| removed(&format!("a{n}"), RemovedReason::Changed));
    writer.round(Begin::Round, more.collect()).await;
    let first = store.edges(&Relation::MEMBER, None, 1).await;
    assert_eq!(first.expect("relations"), [member("g", "b")]);
    // A report row that is keyed by a person's id is not the person.
    let mut report = Writer::new(store, SourceId::new("report"), SyncMode::Delta).await;
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
