//! An erased person is nowhere in the file, whenever the process ends, and nobody else is touched.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, UNIX_EPOCH};

use m365_collect::History;
use m365_collect::store::{Begin, Commit, Finish, Lease};
use m365_collect::testing::{DELETE_CRASH_POINTS, ERASE_CRASH_POINTS};
use m365_collect::{
    Change, Edge, Kind, MemoryStore, Record, Relation, RemovedReason, SourceId, SqliteStore, Store,
    StoreError, SyncMode,
};
use proptest::prelude::*;
use serde_json::value::RawValue;

const PEOPLE: SourceId = SourceId::new("people");
const LOG: SourceId = SourceId::new("log");
const SETTINGS: SourceId = SourceId::new("settings");
const STORE: &str = "M365_ERASE_STORE";
const DELETES: &str = "M365_ERASE_DELETES";

fn id(n: u64) -> String {
    format!("{n:08x}-7e6e-486e-a8f4-0f6ad7f0c1b2")
}

/// What tells a person: id, user principal name, mail, display name.
fn tells(n: u64) -> [String; 4] {
    [
        id(n),
        format!("upn{n:06}@contoso.example"),
        format!("mail{n:06}@contoso.example"),
        format!("Person Number {n:06}"),
    ]
}

fn record(kind: &Kind, id: &str, json: String) -> Change {
    Change::Upsert(Record::new(
        kind.clone(),
        id,
        RawValue::from_string(json).unwrap(),
    ))
}

/// `version` makes it say something else, and fills the page so that bodies move about.
fn user(n: u64, version: u64) -> Change {
    let [id, upn, mail, name] = tells(n);
    let rest = "x".repeat(usize::try_from(n * 37 % 400 + version * 113 % 300).unwrap());
    let json = format!(
        r#"{{"id":"{id}","userPrincipalName":"{upn}","mail":"{mail}","displayName":"{name}","v":{version},"rest":"{rest}"}}"#
    );
    record(&Kind::USER, &id, json)
}

fn sign_in(n: u64, person: u64) -> Change {
    let [id, upn, _, name] = tells(person);
    let event = format!("event-{n}");
    let json = format!(
        r#"{{"id":"{event}","createdDateTime":"1970-01-01T00:00:{:02}Z","userId":"{id}","userPrincipalName":"{upn}","userDisplayName":"{name}"}}"#,
        n % 60
    );
    record(&Kind::SIGN_IN, &event, json)
}

fn policy(n: u64, without: u64, version: u64) -> Change {
    let key = format!("policy-{n}");
    let excluded = id(without);
    let json = format!(r#"{{"id":"{key}","v":{version},"users":{{"exclude":["{excluded}"]}}}}"#);
    record(&Kind::CONDITIONAL_ACCESS_POLICY, &key, json)
}

fn member(group: u64, person: u64) -> Edge {
    Edge::new(Relation::MEMBER, format!("group-{group}"), id(person))
}

/// What goes into a store together.
#[derive(Debug, Clone)]
struct Step {
    source: SourceId,
    begin: Option<Begin>,
    changes: Vec<Change>,
    finishes: bool,
}

async fn take(store: &dyn Store, step: &Step, second: u64) {
    let mode = match step.source.as_str() {
        "log" => SyncMode::Window,
        "settings" => SyncMode::Full,
        _ => SyncMode::Delta,
    };
    let lease: Lease = store.lease(&step.source, mode).await.unwrap();
    let mut commit = Commit::new(&lease, UNIX_EPOCH + Duration::from_secs(second));
    commit.begin = step.begin;
    commit.changes.clone_from(&step.changes);
    commit.checkpoint = Some("link".to_owned());
    commit.history = if step.source == LOG {
        History::None
    } else {
        History::Versions
    };
    commit.event_time = (step.source == LOG).then(|| "createdDateTime".into());
    let mut finish = Finish::confirmed(true);
    finish.whole = !second.is_multiple_of(3);
    commit.finish = step.finishes.then_some(finish);
    match store.commit(commit).await {
        Ok(_) | Err(StoreError::Conflict { .. }) => {}
        Err(error) => panic!("{error}"),
    }
    // A round that begins anew gives up what was not sorted in, and whoever looks sorts it in.
    store.count(&Kind::USER).await.unwrap();
}

/// Everything that a file holds, with what SQLite keeps beside it.
fn bytes(path: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for suffix in ["", "-wal", "-shm", "-journal", ".lock"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        all.extend(std::fs::read(PathBuf::from(name)).unwrap_or_default());
    }
    all
}

fn is_in(bytes: &[u8], text: &str) -> bool {
    // Byte for byte: whatever is no text is a sign that stands in no name.
    let bytes: String = bytes
        .iter()
        .map(|byte| {
            if byte.is_ascii() {
                char::from(*byte)
            } else {
                '?'
            }
        })
        .collect();
    bytes
        .to_ascii_lowercase()
        .contains(&text.to_ascii_lowercase())
}

fn assert_nowhere(path: &Path, person: u64, but: &[String]) {
    let bytes = bytes(path);
    for text in tells(person) {
        assert!(but.contains(&text) || !is_in(&bytes, &text), "{text}");
    }
}

const PERSONS: u64 = 5;

fn step() -> impl Strategy<Value = Step> {
    let person = 0..PERSONS;
    let of_people = prop_oneof![
        4 => (person.clone(), 0..4u64).prop_map(|(n, v)| user(n, v)),
        1 => person.clone().prop_map(|n| Change::Remove {
            kind: Kind::USER, id: id(n), reason: RemovedReason::Deleted,
        }),
        1 => person.clone().prop_map(|n| Change::ConfirmGone {
            kind: Kind::USER, id: id(n), reason: RemovedReason::Deleted,
        }),
        3 => (0..3u64, person.clone()).prop_map(|(g, n)| Change::Link(member(g, n))),
        1 => (0..3u64, person.clone()).prop_map(|(g, n)| Change::Unlink(member(g, n))),
    ];
    let begin = prop_oneof![
        3 => Just(None), 2 => Just(Some(Begin::Round)), 1 => Just(Some(Begin::Generation)),
    ];
    let of = |source: SourceId, changes: BoxedStrategy<Change>| {
        (
            begin.clone(),
            proptest::collection::vec(changes, 0..9),
            any::<bool>(),
        )
            .prop_map(move |(begin, changes, finishes)| Step {
                source: source.clone(),
                begin,
                changes,
                finishes,
            })
    };
    prop_oneof![
        4 => of(PEOPLE, of_people.boxed()),
        2 => of(LOG, (0..30u64, person.clone()).prop_map(|(n, p)| sign_in(n, p)).boxed()),
        2 => of(SETTINGS, (0..2u64, person, 0..3u64)
            .prop_map(|(n, p, v)| policy(n, p, v)).boxed()),
    ]
}

/// All that can be read of a store, one line each; without the numbers of the feed.
async fn lines(store: &dyn Store) -> Vec<String> {
    let mut lines = Vec::new();
    for kind in [Kind::USER, Kind::SIGN_IN, Kind::CONDITIONAL_ACCESS_POLICY] {
        for record in store.records(&kind, None, 999).await.unwrap() {
            lines.push(format!("{kind} {} {}", record.id, record.raw.get()));
        }
        for grave in store.tombstones(&kind, None, 999).await.unwrap() {
            lines.push(format!("{grave:?}"));
        }
        lines.push(format!("{kind} {:?}", store.span(&kind).await.unwrap()));
    }
    for n in 0..PERSONS {
        for version in store.versions(&Kind::USER, &id(n)).await.unwrap() {
            lines.push(format!("{n} {version:?} {}", version.raw));
        }
    }
    for n in 0..2 {
        let key = format!("policy-{n}");
        let kind = Kind::CONDITIONAL_ACCESS_POLICY;
        let versions = store.versions(&kind, &key).await.unwrap();
        for version in &versions {
            // What it says now is a record already.
            if version.until.is_some() {
                lines.push(format!("{key} {version:?} {}", version.raw));
            }
        }
    }
    for edge in store.edges(&Relation::MEMBER, None, 999).await.unwrap() {
        lines.push(format!("{edge:?}"));
    }
    for source in [PEOPLE, LOG, SETTINGS] {
        for contested in store.conflicts(&source, 999).await.unwrap() {
            lines.push(format!("{contested:?}"));
        }
        lines.push(format!("{:?}", store.source_state(&source).await.unwrap()));
    }
    for entry in store.feed(0, 9999).await.unwrap() {
        let at = entry.at;
        lines.push(format!(
            "{at:?} {:?} {} {:?}",
            entry.event, entry.id, entry.properties
        ));
    }
    lines
}

/// The span of the log changes with its events.
fn is_derived(line: &str) -> bool {
    line.starts_with("signIn Some") || line == "signIn None"
}

/// Each case makes a file and writes it anew.
fn fewer() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: usual.cases / 4,
        ..usual
    }
}

proptest! {
    #![proptest_config(fewer())]

    #[test]
    fn whoever_is_erased_is_gone_and_everything_else_is_as_before(
        before in proptest::collection::vec(step(), 1..14),
        after in proptest::collection::vec(step(), 0..8),
        person in 0..PERSONS,
        bulk in prop_oneof![Just(1usize), Just(200)],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("s.m365");
            let sqlite = SqliteStore::open(&path).await.unwrap().bulk_from(bulk);
            let memory = MemoryStore::new();
            let stores: [&dyn Store; 2] = [&sqlite, &memory];
            let mut pictures = Vec::new();
            for store in stores {
                for (second, step) in (1..).zip(&before) {
                    take(store, step, second).await;
                }
                let held = lines(store).await;
                let erased = store.erase(&id(person)).await.unwrap();
                let left = lines(store).await;
                let [own, ..] = tells(person);
                let names_them = |line: &&String| line.contains(&own);
                for line in held.iter().filter(|line| !names_them(line) && !is_derived(line)) {
                    assert!(left.contains(line), "{line} is gone");
                }
                for line in &left {
                    assert!(held.contains(line) || is_derived(line), "{line} is new");
                    let stays = line.starts_with("conditionalAccessPolicy");
                    assert!(stays || !names_them(&line), "{line} names them");
                }
                let mentions = left.iter().filter(names_them).count();
                assert!(erased.remaining.len() >= mentions, "{:?}", erased.remaining);
                for (second, step) in (100..).zip(&after) {
                    take(store, step, second).await;
                }
                let later = lines(store).await;
                for line in later.iter().filter(names_them) {
                    assert!(line.starts_with("conditionalAccessPolicy"), "{line} came back");
                }
                pictures.push((left, later, erased.records, erased.relations));
            }
            let [mut sqlite, mut memory] = <[_; 2]>::try_from(pictures).unwrap();
            for (left, right) in [(&mut sqlite.0, &mut memory.0), (&mut sqlite.1, &mut memory.1)] {
                left.sort();
                right.sort();
                left.iter().zip(right.iter()).for_each(|(left, right)| assert_eq!(left, right));
            }
            assert_eq!((sqlite.2, sqlite.3), (memory.2, memory.3));
            // Policies may mention the id; what they say is of the policy.
            assert_nowhere(&path, person, &[id(person)]);
        });
    }
}

/// Many people, changed a few times so that the file has free room where they stood.
async fn filled(store: &dyn Store, people: u64) {
    for version in 0..3 {
        let step = Step {
            source: PEOPLE,
            begin: Some(if version == 0 {
                Begin::Generation
            } else {
                Begin::Round
            }),
            changes: (0..people)
                .map(|n| user(n, version))
                .chain((0..people).map(|n| Change::Link(member(n % 7, n))))
                .collect(),
            finishes: true,
        };
        take(store, &step, version + 1).await;
    }
    let step = Step {
        source: LOG,
        begin: Some(Begin::Round),
        changes: (0..people * 2).map(|n| sign_in(n, n % people)).collect(),
        finishes: true,
    };
    take(store, &step, 9).await;
}

#[tokio::test]
async fn no_byte_of_an_erased_person_is_left_in_the_file_or_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    for bulk in [1, 200] {
        let path = folder.path().join(format!("{bulk}.m365"));
        let store = SqliteStore::open(&path).await.unwrap().bulk_from(bulk);
        filled(&store, 300).await;
        assert!(is_in(&bytes(&path), &tells(17)[3]));
        for person in [0, 17, 299] {
            let erased = store.erase(&tells(person)[1]).await.unwrap();
            assert!(erased.is_scrubbed && erased.remaining.is_empty());
            assert_eq!((erased.records, erased.relations), (3, 1));
            assert_nowhere(&path, person, &[]);
        }
        assert_eq!(store.count(&Kind::USER).await.unwrap(), 297);
        let there = bytes(&path);
        assert!(tells(16).iter().all(|text| is_in(&there, text)));
        // The same pages again, and then the file as a whole.
        filled(&store, 300).await;
        drop(store);
        for person in [0, 17, 299] {
            assert_nowhere(&path, person, &[]);
        }
    }
}

#[tokio::test]
async fn while_somebody_reads_the_rest_is_left_to_the_next_opening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.m365");
    let store = SqliteStore::open(&path).await.unwrap();
    filled(&store, 50).await;
    let reader = SqliteStore::open_read_only(&path).await.unwrap();
    let erased = store.erase(&id(7)).await.unwrap();
    assert!(!erased.is_scrubbed, "a reader still sees what stood there");
    assert_eq!(store.count(&Kind::USER).await.unwrap(), 49);
    assert_eq!(reader.count(&Kind::USER).await.unwrap(), 50);
    drop(reader);
    drop(store);
    let store = SqliteStore::open(&path).await.unwrap();
    assert_nowhere(&path, 7, &[]);
    assert_eq!(store.count(&Kind::USER).await.unwrap(), 49);
}

/// What this process does when another one started it.
#[tokio::test]
async fn it_erases_when_it_is_told_to() {
    let Some(path) = std::env::var_os(STORE) else {
        return;
    };
    if std::env::var_os(DELETES).is_some() {
        return SqliteStore::delete(path).await.unwrap();
    }
    let store = SqliteStore::open(path).await.unwrap();
    store.erase(&id(7)).await.unwrap();
}

fn told_to(path: &Path, point: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "erase::it_erases_when_it_is_told_to"])
        .env(STORE, path)
        .env("M365_CRASH_AT", format!("{point}:1"))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// The files of a folder.
fn files(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_store_is_deleted_with_everything_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.m365");
    let missing = SqliteStore::delete(&path).await;
    assert!(
        matches!(missing, Err(StoreError::Missing { .. })),
        "{missing:?}"
    );
    std::fs::write(&path, "x".repeat(5_000)).unwrap();
    let foreign = SqliteStore::delete(&path).await;
    assert!(
        matches!(foreign, Err(StoreError::NotOurs { .. })),
        "{foreign:?}"
    );
    assert_eq!(std::fs::read(&path).unwrap().len(), 5_000);
    std::fs::remove_file(&path).unwrap();

    let store = SqliteStore::open(&path).await.unwrap();
    filled(&store, 50).await;
    let claim = store.claim().await.unwrap();
    let refused = SqliteStore::delete(&path).await;
    assert!(
        matches!(refused, Err(StoreError::InUse { .. })),
        "{refused:?}"
    );
    drop(claim);
    let refused = SqliteStore::delete(&path).await;
    assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
    assert_eq!(store.count(&Kind::USER).await.unwrap(), 50);
    drop(store);
    // By another name of the same file its store is deleted all the same.
    SqliteStore::delete(folder.path().join(".").join("s.m365"))
        .await
        .unwrap();
    assert_eq!(files(folder.path()), [""; 0]);
    #[cfg(unix)]
    {
        drop(SqliteStore::open(&path).await.unwrap());
        let link = folder.path().join("link.m365");
        std::os::unix::fs::symlink("s.m365", &link).unwrap();
        SqliteStore::delete(&link).await.unwrap();
        assert_eq!(
            files(folder.path()),
            ["link.m365"],
            "a link is not the store"
        );
    }
}

#[tokio::test]
async fn a_deletion_that_was_cut_off_is_finished_by_the_next_one_or_the_next_opening() {
    for (point, again) in DELETE_CRASH_POINTS
        .iter()
        .flat_map(|point| [(point, true), (point, false)])
    {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.m365");
        let store = SqliteStore::open(&path).await.unwrap();
        filled(&store, 50).await;
        drop(store);
        let status = told_to(&path, point).env(DELETES, "1").status().unwrap();
        assert!(!status.success(), "{point} was reached");
        let opened = SqliteStore::open_read_only(&path).await;
        assert!(
            matches!(opened, Err(StoreError::Missing { .. })),
            "{opened:?}"
        );
        if again {
            SqliteStore::delete(&path).await.unwrap();
            assert_eq!(files(folder.path()), [""; 0]);
            continue;
        }
        let store = SqliteStore::open(&path).await.unwrap();
        assert_eq!(store.count(&Kind::USER).await.unwrap(), 0);
        drop(store);
        assert_nowhere(&path, 7, &[]);
        assert!(!files(folder.path()).contains(&"s.m365.deleting".to_owned()));
    }
}

#[tokio::test]
async fn an_erasure_that_was_cut_off_is_finished_by_the_next_opening_or_never_began() {
    let folder = tempfile::tempdir().unwrap();
    for point in ERASE_CRASH_POINTS {
        let path = folder.path().join(format!("{point}.m365"));
        let store = SqliteStore::open(&path).await.unwrap();
        filled(&store, 50).await;
        drop(store);
        let status = told_to(&path, point).status().unwrap();
        assert!(!status.success(), "{point} was reached");
        let store = SqliteStore::open(&path).await.unwrap();
        let left = store.count(&Kind::USER).await.unwrap();
        if point == "erase.begun" {
            assert_eq!(left, 50, "nothing was said to be done");
            assert_eq!(store.erased().await.unwrap(), 0);
            store.erase(&id(7)).await.unwrap();
        } else {
            assert_eq!(left, 49, "{point}");
        }
        assert_nowhere(&path, 7, &[]);
        filled(&store, 50).await;
        assert_eq!(store.count(&Kind::USER).await.unwrap(), 49);
        drop(store);
        assert_nowhere(&path, 7, &[]);
    }
}
