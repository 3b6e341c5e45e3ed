//! The file of a store: what an earlier version left, and what happens where there is no room.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use graph_client::test_util::{Answer, FakeTransport};
use graph_client::{Client, Credential, TenantId};
use m365_collect::History;
use m365_collect::store::{Begin, Commit, Finish};
use m365_collect::{
    Change, Completeness, Descriptor, Engine, Error, Kind, Outcome, Record, Relation,
    RemovedReason, Run, Scan, Source, SourceId, SqliteStore, Store, StoreError, SyncMode,
};
use rusqlite::Connection;
use serde_json::value::RawValue;

const PEOPLE: SourceId = SourceId::new("people");

/// A file as schema 1 laid it out: two people, one who is gone, a membership, and a new generation
/// that was cut off after its first page.
const SCHEMA_1: &str = r#"
CREATE TABLE tenant (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    asked TEXT NOT NULL, organization TEXT, name TEXT
);
CREATE TABLE source (
    id TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL, round INTEGER NOT NULL, phase INTEGER NOT NULL,
    in_round INTEGER NOT NULL, in_part INTEGER NOT NULL,
    checkpoint TEXT, began_at INTEGER, completed_at INTEGER, as_of INTEGER
) WITHOUT ROWID;
CREATE TABLE run (
    number INTEGER PRIMARY KEY,
    source TEXT NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL,
    outcome TEXT NOT NULL, tally TEXT NOT NULL
);
CREATE INDEX run_of_source ON run (source, number);
CREATE TABLE record (
    kind TEXT NOT NULL, id TEXT NOT NULL, source TEXT NOT NULL, raw TEXT,
    round INTEGER NOT NULL, revived INTEGER NOT NULL,
    changed_at INTEGER NOT NULL, removed_at INTEGER, removed_reason TEXT,
    PRIMARY KEY (kind, id)
);
CREATE INDEX record_of_source ON record (source);
CREATE INDEX record_gone ON record (kind, id) WHERE removed_at IS NOT NULL;
CREATE TABLE edge (
    relation TEXT NOT NULL, from_id TEXT NOT NULL, to_id TEXT NOT NULL, source TEXT NOT NULL,
    round INTEGER NOT NULL, revived INTEGER NOT NULL, confirmed INTEGER NOT NULL,
    changed_at INTEGER NOT NULL, removed_at INTEGER,
    PRIMARY KEY (relation, from_id, to_id)
) WITHOUT ROWID;
CREATE INDEX edge_of_source ON edge (source);
CREATE TABLE staged_record (
    kind TEXT NOT NULL, id TEXT NOT NULL, source TEXT NOT NULL, raw TEXT,
    round INTEGER NOT NULL, revived INTEGER NOT NULL,
    changed_at INTEGER NOT NULL, removed_at INTEGER, removed_reason TEXT,
    PRIMARY KEY (kind, id)
);
CREATE INDEX staged_record_of_source ON staged_record (source);
CREATE TABLE staged_edge (
    relation TEXT NOT NULL, from_id TEXT NOT NULL, to_id TEXT NOT NULL, source TEXT NOT NULL,
    round INTEGER NOT NULL, revived INTEGER NOT NULL, confirmed INTEGER NOT NULL,
    changed_at INTEGER NOT NULL, removed_at INTEGER,
    PRIMARY KEY (relation, from_id, to_id)
) WITHOUT ROWID;
CREATE INDEX staged_edge_of_source ON staged_edge (source);
CREATE TABLE contested (
    source TEXT NOT NULL, sort INTEGER NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (source, sort, name, id)
) WITHOUT ROWID;
PRAGMA application_id = 1295201845;
PRAGMA user_version = 1;
INSERT INTO tenant VALUES (1, 'contoso.example', 'org-1', 'Contoso');
INSERT INTO source VALUES ('people', 3, 2, 2, 1, 0, 'page 2', 5000, 4000, 1000);
INSERT INTO run VALUES (1, 'people', 1000, 4000, '{"outcome":"complete"}', '{"seen":3,"upserted":3,
    "removed":0,"requests":1,"throttled":0,"bytes":9,"milliseconds":7}');
INSERT INTO record VALUES
    ('user', 'b', 'people', '{"id":"b","displayName":"Bob"}', 1, 0, 1000, NULL, NULL),
    ('user', 'a', 'people', '{"id":"a","displayName":"Ada"}', 1, 0, 1000, NULL, NULL),
    ('user', 'z', 'people', NULL, 1, 0, 3000, 3000, 'deleted');
INSERT INTO edge VALUES ('member', 'g', 'a', 'people', 1, 0, 0, 1000, NULL);
INSERT INTO staged_record VALUES
    ('user', 'a', 'people', '{"id":"a","displayName":"Ada"}', 2, 0, 5000, NULL, NULL),
    ('user', 'c', 'people', '{"id":"c","displayName":"Cy"}', 2, 0, 5000, NULL, NULL);
INSERT INTO staged_edge VALUES ('member', 'g', 'c', 'people', 2, 0, 0, 5000, NULL);
"#;

fn file_of_schema_1(path: &Path) {
    Connection::open(path)
        .unwrap()
        .execute_batch(SCHEMA_1)
        .unwrap();
}

async fn people(store: &dyn Store) -> Vec<String> {
    let records = store.records(&Kind::USER, None, 100).await.unwrap();
    records
        .iter()
        .map(|record| record.raw.get().to_owned())
        .collect()
}

#[tokio::test]
async fn a_file_of_schema_1_is_brought_up_to_date_and_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.m365");
    file_of_schema_1(&path);

    let read_only = SqliteStore::open_read_only(&path).await;
    assert!(
        matches!(read_only, Err(StoreError::Older { found: 1, .. })),
        "{read_only:?}"
    );
    let store = SqliteStore::open(&path).await.unwrap();
    let [ada, bob] = [
        r#"{"id":"a","displayName":"Ada"}"#,
        r#"{"id":"b","displayName":"Bob"}"#,
    ];
    assert_eq!(people(&store).await, [ada, bob]);
    let tenant = store.tenant().await.unwrap().unwrap();
    assert_eq!(tenant.organization.as_deref(), Some("org-1"));
    let graves = store.tombstones(&Kind::USER, None, 9).await.unwrap();
    assert_eq!((graves.len(), graves[0].id.as_str()), (1, "z"));
    let members = store.edges(&Relation::MEMBER, None, 9).await.unwrap();
    assert_eq!((members.len(), members[0].to.as_str()), (1, "a"));
    assert_eq!(store.last_runs().await.unwrap()[0].stats.seen, 3);

    let lease = store.lease(&PEOPLE, SyncMode::Delta).await.unwrap();
    assert_eq!(
        (lease.epoch, lease.checkpoint.as_deref()),
        (4, Some("page 2"))
    );
    let mut commit = Commit::new(&lease, UNIX_EPOCH + Duration::from_secs(9));
    commit.checkpoint = Some("link".to_owned());
    commit.finish = Some(Finish::default());
    store.commit(commit).await.unwrap();
    let cy = r#"{"id":"c","displayName":"Cy"}"#;
    assert_eq!(
        people(&store).await,
        [ada, cy],
        "the staged generation is whole"
    );
    let members = store.edges(&Relation::MEMBER, None, 9).await.unwrap();
    assert_eq!((members.len(), members[0].to.as_str()), (1, "c"));
    drop(store);
    assert!(SqliteStore::open_read_only(&path).await.is_ok());
    let bodies: i64 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT count(*) FROM body", [], |row| row.get(0))
        .unwrap();
    assert_eq!(bodies, 2, "nothing is left of what nobody says any more");
}

#[tokio::test]
async fn objects_of_which_the_file_lost_what_they_say_are_damage_and_never_an_empty_list() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lost.m365");
    file_of_schema_1(&path);
    drop(SqliteStore::open(&path).await.unwrap());
    Connection::open(&path)
        .unwrap()
        .execute_batch("DELETE FROM body")
        .unwrap();
    let store = SqliteStore::open(&path).await.unwrap();
    let listed = store.records(&Kind::USER, None, 100).await;
    assert!(
        matches!(listed, Err(StoreError::Damaged { .. })),
        "{listed:?}"
    );
    let one = store.record(&Kind::USER, "a").await;
    assert!(matches!(one, Err(StoreError::Damaged { .. })), "{one:?}");
    let all = store.scan(&mut Scan::new(Kind::USER), 100).await;
    assert!(matches!(all, Err(StoreError::Damaged { .. })), "{all:?}");
    let gone = store.record(&Kind::USER, "z").await.unwrap();
    assert!(gone.is_none(), "a removed object says nothing");
}

fn crowd(from: usize, to: usize) -> Vec<Change> {
    (from..to)
        .map(|n| {
            let json = format!(r#"{{"id":"u{n:05}","text":"{}"}}"#, "x".repeat(4000));
            let raw = RawValue::from_string(json).unwrap();
            Change::Upsert(Record::new(Kind::USER, format!("u{n:05}"), raw))
        })
        .collect()
}

/// What another process writes is seen by a pass, and not by one that has the file open for reading.
#[tokio::test]
async fn a_pass_goes_on_while_another_process_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("passed.m365");
    let writer = SqliteStore::open(&path).await.unwrap();
    let lease = writer.lease(&PEOPLE, SyncMode::Delta).await.unwrap();
    let mut commit = Commit::new(&lease, UNIX_EPOCH);
    (commit.begin, commit.changes) = (Some(Begin::Round), crowd(0, 20));
    commit.finish = Some(Finish::default());
    writer.commit(commit.clone()).await.unwrap();
    let beside = SqliteStore::open(&path).await.unwrap();
    let reader = SqliteStore::open_read_only(&path).await.unwrap();
    let (mut pass, mut read_pass) = (Scan::new(Kind::USER), Scan::new(Kind::USER));
    assert_eq!(beside.scan(&mut pass, 5).await.unwrap().len(), 5);
    assert_eq!(reader.scan(&mut read_pass, 5).await.unwrap().len(), 5);
    let short = |n| {
        let raw = format!(r#"{{"id":"u{n:05}","text":"changed"}}"#);
        let raw = RawValue::from_string(raw).unwrap();
        Change::Upsert(Record::new(Kind::USER, format!("u{n:05}"), raw))
    };
    commit.changes = (0..20).map(short).collect();
    writer.commit(commit).await.unwrap();
    let rest = beside.scan(&mut pass, 100).await.unwrap();
    assert_eq!(rest.len(), 15);
    assert!(rest.iter().all(|user| user.raw.get().contains("changed")));
    let rest = reader.scan(&mut read_pass, 100).await.unwrap();
    assert_eq!(rest.len(), 15);
    assert!(rest.iter().all(|user| user.raw.get().len() > 4000));
}

/// What was read ahead is believed by no other handle: the number of a body that is gone may be given
/// again.
#[tokio::test]
async fn a_pass_that_goes_on_with_another_handle_gives_nobody_the_text_of_somebody_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("handles.m365");
    let writer = SqliteStore::open(&path).await.unwrap();
    let lease = writer.lease(&PEOPLE, SyncMode::Delta).await.unwrap();
    let mut commit = Commit::new(&lease, UNIX_EPOCH);
    (commit.begin, commit.changes) = (Some(Begin::Round), crowd(0, 4));
    commit.finish = Some(Finish::default());
    writer.commit(commit.clone()).await.unwrap();
    let mut pass = Scan::new(Kind::USER);
    let first = SqliteStore::open_read_only(&path).await.unwrap();
    let seen = first.scan(&mut pass, 1).await.unwrap();
    drop(first);
    let (kind, reason) = (Kind::USER, RemovedReason::Deleted);
    let id = "u00003".to_owned();
    commit.changes = vec![Change::Remove { kind, id, reason }];
    writer.commit(commit.clone()).await.unwrap();
    commit.changes = crowd(8, 9);
    writer.commit(commit).await.unwrap();
    let second = SqliteStore::open_read_only(&path).await.unwrap();
    let rest = second.scan(&mut pass, 100).await.unwrap();
    assert_eq!(seen.len() + rest.len(), 3);
    for user in seen.iter().chain(&rest) {
        assert!(user.raw.get().contains(&user.id), "{}", user.id);
    }
}

/// A file that no longer grows, as on a full disk: at whatever page that is, what was committed is
/// intact, the error says so, and with room again the work goes on.
#[tokio::test]
async fn where_there_is_no_room_what_was_committed_is_intact() {
    for extra in 1..30 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("full.m365");
        let store = SqliteStore::open(&path).await.unwrap().bulk_from(100);
        let lease = store.lease(&PEOPLE, SyncMode::Delta).await.unwrap();
        let write = async |from: usize, begin, finish| {
            let mut commit = Commit::new(&lease, UNIX_EPOCH + Duration::from_secs(1));
            commit.begin = begin;
            commit.history = History::Versions;
            commit.changes = crowd(from, from + 150);
            commit.checkpoint = Some(format!("page {from}"));
            commit.finish = finish;
            store.commit(commit).await
        };
        write(0, Some(Begin::Generation), None).await.unwrap();
        store.limit_pages(Some(extra)).await.unwrap();
        let refused = write(150, None, Some(Finish::default())).await;
        assert!(
            matches!(refused, Err(StoreError::Full)),
            "{extra}: {refused:?}"
        );
        store.limit_pages(None).await.unwrap();

        let again = store.lease(&PEOPLE, SyncMode::Delta).await.unwrap();
        assert_eq!(again.checkpoint.as_deref(), Some("page 0"));
        assert_eq!(store.count(&Kind::USER).await.unwrap(), 150);
        let mut commit = Commit::new(&again, UNIX_EPOCH + Duration::from_secs(2));
        commit.changes = crowd(150, 300);
        commit.finish = Some(Finish::default());
        store.commit(commit).await.unwrap();
        assert_eq!(store.count(&Kind::USER).await.unwrap(), 300);
    }
}

/// Goes on although a commit failed, as no source should.
#[derive(Debug)]
struct Stubborn {
    descriptor: Descriptor,
    store: SqliteStore,
}

#[async_trait::async_trait]
impl Source for Stubborn {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    async fn read(&self, run: &mut Run<'_>) -> Result<Completeness, Error> {
        run.begin(Begin::Generation);
        self.store.limit_pages(Some(1)).await?;
        let mut refused = 0;
        for page in 0..6 {
            // Each page is large enough to be written by itself.
            let changes = crowd(page * 2000, page * 2000 + 2000);
            refused += u32::from(run.advance(changes, format!("page {page}")).await.is_err());
            if refused == 1 {
                self.store.limit_pages(None).await?;
            }
        }
        assert!(
            refused > 1,
            "every page behind the one that failed is refused"
        );
        run.finish("link".to_owned()).await?;
        Ok(Completeness::Complete)
    }
}

#[tokio::test]
async fn behind_a_commit_that_failed_nothing_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("s.m365"))
        .await
        .unwrap();
    let graph = Arc::new(FakeTransport::new());
    let contoso = r#"{"value":[{"id":"0rg","displayName":"Contoso","verifiedDomains":[{"name":"contoso.example"}]}]}"#;
    graph.on("/v1.0/organization", vec![Answer::json(contoso); 9]);
    let client = Client::builder(
        TenantId::new("contoso.example").unwrap(),
        Credential::client_secret("app", "secret"),
    )
    .transport(graph)
    .build()
    .unwrap();
    let source = Stubborn {
        descriptor: Descriptor::delta("people", "people").kind(Kind::USER),
        store: store.clone(),
    };
    let report = Engine::new(client, Arc::new(store.clone()))
        .sources(vec![Arc::new(source)])
        .run()
        .await
        .unwrap();
    let outcome = &report.sources[0].outcome;
    assert!(
        matches!(outcome, Outcome::Failed { .. }),
        "nothing was stored: {outcome:?}"
    );
    assert_eq!(store.count(&Kind::USER).await.unwrap(), 0);
    let lease = store.lease(&PEOPLE, SyncMode::Delta).await.unwrap();
    assert_eq!(lease.checkpoint, None, "no checkpoint is ahead of its rows");
}
