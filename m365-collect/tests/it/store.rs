//! Every store shows the same behaviour, and the file keeps its word.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::time::{Duration, UNIX_EPOCH};

use m365_collect::History;
use m365_collect::store::{Begin, Commit, Conflict, Finish, Lease};
use m365_collect::{
    Change, Edge, Kind, MemoryStore, Record, Relation, RemovedReason, SourceId, SqliteStore, Store,
    StoreError, StoredTenant, SyncMode,
};
use proptest::prelude::*;
use serde_json::value::RawValue;

mod memory {
    m365_collect::store_conforms!(async || Some((m365_collect::MemoryStore::new(), ())));
}

mod sqlite {
    m365_collect::store_conforms!(async || {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.m365");
        let store = m365_collect::SqliteStore::open(path).await.unwrap();
        Some((store, folder))
    });
}

#[tokio::test]
async fn a_foreign_file_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "x".repeat(5000)).unwrap();
    let other = folder.path().join("other.sqlite");
    rusqlite::Connection::open(&other)
        .unwrap()
        .execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1);")
        .unwrap();
    for path in [text, other] {
        let before = std::fs::read(&path).unwrap();
        for opened in [
            SqliteStore::open(&path).await,
            SqliteStore::open_read_only(&path).await,
        ] {
            assert!(
                matches!(opened, Err(StoreError::NotOurs { .. })),
                "{opened:?}"
            );
        }
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}

#[tokio::test]
async fn a_file_of_a_later_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later.m365");
    drop(SqliteStore::open(&path).await.unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let opened = SqliteStore::open(&path).await;
    assert!(
        matches!(opened, Err(StoreError::Newer { found: 99, .. })),
        "{opened:?}"
    );
}

#[tokio::test]
async fn reading_a_store_that_is_not_there_says_so_and_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nothing.m365");
    let opened = SqliteStore::open_read_only(&path).await;
    assert!(
        matches!(opened, Err(StoreError::Missing { .. })),
        "{opened:?}"
    );
    assert!(!path.exists());
}

#[tokio::test]
async fn a_file_whose_making_was_cut_off_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut-off.m365");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .unwrap();
    drop(connection);
    assert!(path.metadata().unwrap().len() > 0);
    let opened = SqliteStore::open_read_only(&path).await;
    assert!(
        matches!(opened, Err(StoreError::Missing { .. })),
        "{opened:?}"
    );
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.count(&Kind::USER).await.unwrap(), 0);
}

#[tokio::test]
async fn what_was_committed_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contoso.m365");
    {
        let store = SqliteStore::open(&path).await.unwrap();
        store
            .bind(&StoredTenant::new("contoso.example"))
            .await
            .unwrap();
        let lease = store.lease(&SOURCE, SyncMode::Full).await.unwrap();
        let mut commit = Commit::new(&lease, UNIX_EPOCH);
        commit.changes = vec![Change::Upsert(user(1, 1))];
        store.commit(commit).await.unwrap();
    }
    let reader = SqliteStore::open_read_only(&path).await.unwrap();
    assert_eq!(
        reader.records(&Kind::USER, None, 9).await.unwrap(),
        [user(1, 1)]
    );
    assert_eq!(
        reader.tenant().await.unwrap().unwrap().asked,
        "contoso.example"
    );
}

#[tokio::test]
async fn a_reader_sees_one_moment_while_another_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contoso.m365");
    let writer = SqliteStore::open(&path).await.unwrap();
    let lease = writer.lease(&SOURCE, SyncMode::Full).await.unwrap();
    let store = async |record| {
        let mut commit = Commit::new(&lease, UNIX_EPOCH);
        commit.changes = vec![Change::Upsert(record)];
        writer.commit(commit).await.unwrap();
    };
    store(user(1, 1)).await;
    let reader = SqliteStore::open_read_only(&path).await.unwrap();
    store(user(2, 1)).await;
    assert_eq!(reader.count(&Kind::USER).await.unwrap(), 1);
    let later = SqliteStore::open_read_only(&path).await.unwrap();
    assert_eq!(later.count(&Kind::USER).await.unwrap(), 2);
}

const SOURCE: SourceId = SourceId::new("people");

fn user(id: u8, version: u8) -> Record {
    let json = format!(r#"{{"id":"u{id}","v":{version}}}"#);
    Record::new(
        Kind::USER,
        format!("u{id}"),
        RawValue::from_string(json).unwrap(),
    )
}

fn member(group: u8, user: u8) -> Edge {
    Edge::new(Relation::MEMBER, format!("g{group}"), format!("u{user}"))
}

#[derive(Debug, Clone)]
enum Step {
    Lease(SyncMode),
    Commit {
        begin: Option<Begin>,
        changes: Vec<Change>,
        checkpoint: bool,
        finish: Option<bool>,
    },
    Settle(bool),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (0..6u8, 0..4u8).prop_map(|(id, v)| Change::Upsert(user(id, v))),
        2 => (0..6u8, any::<bool>()).prop_map(|(id, forever)| Change::Remove {
            kind: Kind::USER,
            id: format!("u{id}"),
            reason: if forever { RemovedReason::Deleted } else { RemovedReason::Changed },
        }),
        3 => (0..3u8, 0..6u8).prop_map(|(g, u)| Change::Link(member(g, u))),
        2 => (0..3u8, 0..6u8).prop_map(|(g, u)| Change::Unlink(member(g, u))),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let begin = prop_oneof![
        3 => Just(None),
        1 => Just(Some(Begin::Round)),
        1 => Just(Some(Begin::Generation)),
    ];
    prop_oneof![
        1 => prop_oneof![Just(SyncMode::Delta), Just(SyncMode::Full)].prop_map(Step::Lease),
        6 => (
            begin,
            proptest::collection::vec(change(), 0..8),
            any::<bool>(),
            prop_oneof![2 => Just(None), 1 => any::<bool>().prop_map(Some)],
        ).prop_map(|(begin, changes, checkpoint, finish)| Step::Commit {
            begin, changes, checkpoint, finish,
        }),
        3 => any::<bool>().prop_map(Step::Settle),
    ]
}

/// Everything that can be read of a store, as text.
async fn picture(store: &dyn Store) -> String {
    let state = store.source_state(&SOURCE).await.unwrap();
    let records = store.records(&Kind::USER, None, 100).await.unwrap();
    let raw: Vec<&str> = records.iter().map(|record| record.raw.get()).collect();
    let edges = store.edges(&Relation::MEMBER, None, 100).await.unwrap();
    let graves = store.tombstones(&Kind::USER, None, 100).await.unwrap();
    let conflicts = store.conflicts(&SOURCE, 100).await.unwrap();
    let feed = store.feed(0, 1000).await.unwrap();
    let mut versions = Vec::new();
    for id in 0..6 {
        for version in store
            .versions(&Kind::USER, &format!("u{id}"))
            .await
            .unwrap()
        {
            versions.push((id, version.since, version.until, version.raw.to_string()));
        }
    }
    // Of one commit, the order is the store's own.
    let mut feed: Vec<_> = feed
        .into_iter()
        .map(|entry| (entry.at, entry.id, entry.event, entry.properties))
        .collect();
    feed.sort();
    format!("{state:?}\n{raw:?}\n{edges:?}\n{graves:?}\n{conflicts:?}\n{feed:?}\n{versions:?}")
}

async fn play(store: &dyn Store, steps: &[Step]) -> Vec<String> {
    let mut lease: Lease = store.lease(&SOURCE, SyncMode::Delta).await.unwrap();
    let mut log = Vec::new();
    for (second, step) in (1..).zip(steps) {
        let at = UNIX_EPOCH + Duration::from_secs(second);
        let said = match step {
            Step::Lease(mode) => {
                lease = store.lease(&SOURCE, *mode).await.unwrap();
                format!("{lease:?} {:?}", lease.checkpoint)
            }
            Step::Commit {
                begin,
                changes,
                checkpoint,
                finish,
            } => {
                let mut commit = Commit::new(&lease, at);
                commit.begin = *begin;
                commit.changes.clone_from(changes);
                commit.history = History::Versions;
                commit.checkpoint = checkpoint.then(|| format!("link {second}"));
                // Small bounds, so that small pictures reach them.
                commit.finish = finish.map(|confirmed| {
                    let mut finish = Finish::confirmed(confirmed);
                    finish.objects = 2;
                    finish.whole = second % 4 != 0;
                    finish
                });
                match store.commit(commit).await {
                    Ok(done) => format!("{done:?}"),
                    Err(error) => error.to_string(),
                }
            }
            Step::Settle(there) => {
                let mut commit = Commit::new(&lease, at);
                commit.history = History::Versions;
                commit.changes = settled(&store.conflicts(&SOURCE, 100).await.unwrap(), *there);
                format!("{:?}", store.commit(commit).await.unwrap())
            }
        };
        log.push(said);
        log.push(picture(store).await);
    }
    log
}

fn settled(conflicts: &[Conflict], there: bool) -> Vec<Change> {
    let mut changes = Vec::new();
    for one in conflicts {
        match one {
            Conflict::Object {
                kind, id, reason, ..
            } if !there => {
                changes.push(Change::ConfirmGone {
                    kind: kind.clone(),
                    id: id.clone(),
                    reason: reason.unwrap_or(RemovedReason::Changed),
                });
            }
            Conflict::Object { id, .. } => {
                let number = id.trim_start_matches('u').parse().unwrap();
                changes.push(Change::Confirm(user(number, 9)));
            }
            Conflict::Container { relation, from, .. } => {
                if there {
                    changes.push(Change::ConfirmLink(Edge::new(relation.clone(), from, "u1")));
                }
                changes.push(Change::ConfirmedAll {
                    relation: relation.clone(),
                    from: from.clone(),
                });
            }
            _ => {}
        }
    }
    changes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 4))]

    #[test]
    fn memory_and_sqlite_agree_on_any_history(steps in proptest::collection::vec(step(), 1..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let memory = play(&MemoryStore::new(), &steps).await;
            // In the second file even one object of a generation is sorted in later.
            for (name, bulk) in [("s.m365", 1000), ("bulk.m365", 1)] {
                let sqlite = SqliteStore::open(folder.path().join(name)).await.unwrap();
                let sqlite = play(&sqlite.bulk_from(bulk), &steps).await;
                for (n, (left, right)) in memory.iter().zip(&sqlite).enumerate() {
                    // What is sorted in later counts later.
                    if bulk == 1 && left.starts_with("Committed") && right.starts_with("Committed") {
                        continue;
                    }
                    assert_eq!(left, right, "{name} after step {} ({:?})", n / 2, steps[n / 2]);
                }
            }
        });
    }
}
