//! Where a store may stand, and what may stand in its file: files that somebody else prepared.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test expects, its helpers expect too"
)]

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use m365_collect::{Kind, SqliteStore, Store, StoreError};
use rusqlite::Connection;

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A store, closed.
    async fn store(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        drop(SqliteStore::open(&path).await.unwrap());
        path
    }
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().mode() & 0o777
}

#[tokio::test]
async fn a_store_and_what_is_beside_it_is_for_its_owner_alone() {
    let place = Place::new();
    let store = SqliteStore::open(place.path("s.m365")).await.unwrap();
    let _claim = store.claim().await.unwrap();
    for name in ["s.m365", "s.m365-wal", "s.m365-shm", "s.m365.lock"] {
        assert_eq!(mode(&place.path(name)), 0o600, "{name}");
    }
}

#[tokio::test]
async fn a_store_is_never_made_through_a_link() {
    let place = Place::new();
    let link = place.path("s.m365");
    symlink(place.path("elsewhere"), &link).unwrap();
    for refused in [
        SqliteStore::open(&link).await.err().unwrap(),
        SqliteStore::delete(&link).await.err().unwrap(),
    ] {
        assert!(matches!(refused, StoreError::Unsafe { .. }), "{refused:?}");
    }
    assert!(!place.path("elsewhere").exists());
}

#[tokio::test]
async fn the_lock_is_never_written_through_another_name() {
    for is_symbolic in [true, false] {
        let place = Place::new();
        let store = SqliteStore::open(place.path("s.m365")).await.unwrap();
        let letter = place.path("letter.txt");
        std::fs::write(&letter, "Dear Bea").unwrap();
        let lock = place.path("s.m365.lock");
        if is_symbolic {
            symlink(&letter, &lock).unwrap();
        } else {
            std::fs::hard_link(&letter, &lock).unwrap();
        }
        let refused = store.claim().await;
        assert!(
            matches!(refused, Err(StoreError::Storage { .. })),
            "{refused:?}"
        );
        assert_eq!(std::fs::read_to_string(&letter).unwrap(), "Dear Bea");
    }
}

#[tokio::test]
async fn a_link_that_looks_like_a_deletion_deletes_nothing() {
    let place = Place::new();
    let other = place.store("other.m365").await;
    let before = std::fs::read(&other).unwrap();
    symlink(&other, place.path("s.m365.deleting")).unwrap();
    place.store("s.m365").await;
    assert_eq!(std::fs::read(&other).unwrap(), before);
}

#[tokio::test]
async fn that_others_may_write_a_store_is_mended_and_that_they_may_read_it_is_left() {
    let place = Place::new();
    let path = place.store("s.m365").await;
    for (found, left) in [(0o666, 0o644), (0o660, 0o640), (0o640, 0o640)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(found)).unwrap();
        drop(SqliteStore::open(&path).await.unwrap());
        assert_eq!(mode(&path), left, "{found:o}");
    }
}

/// Only a user who may give files away can try it.
#[tokio::test]
async fn a_store_of_another_user_is_not_written() {
    let place = Place::new();
    let path = place.store("s.m365").await;
    if std::os::unix::fs::chown(&path, Some(12_345), None).is_err() {
        return;
    }
    for refused in [
        SqliteStore::open(&path).await.err().unwrap(),
        SqliteStore::delete(&path).await.err().unwrap(),
    ] {
        assert!(matches!(refused, StoreError::Unsafe { .. }), "{refused:?}");
    }
    assert!(SqliteStore::open_read_only(&path).await.is_ok());
}

#[tokio::test]
async fn what_is_no_file_is_no_store() {
    let place = Place::new();
    let pipe = place.path("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    for path in [pipe.as_path(), place.0.path(), Path::new("/dev/null")] {
        for refused in [
            SqliteStore::open(path).await.err().unwrap(),
            SqliteStore::open_read_only(path).await.err().unwrap(),
            SqliteStore::delete(path).await.err().unwrap(),
        ] {
            assert!(matches!(refused, StoreError::NotOurs { .. }), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn what_this_program_never_makes_in_a_store_is_refused_before_it_is_read() {
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)";
    let view = format!(
        "DROP TABLE record; CREATE VIEW record AS {endless} SELECT 'user' AS kind, 'u' || i AS id,
         'people' AS source, 1 AS body, 1 AS round, 0 AS revived, 1 AS changed_at,
         NULL AS removed_at, NULL AS removed_reason, NULL AS dated, NULL AS happened_at FROM n"
    );
    let disguised = format!(
        "CREATE VIEW one AS {endless} SELECT i FROM n; PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET type = 'table' WHERE name = 'one'"
    );
    for (spoil, sort) in [
        (view.as_str(), "view"),
        ("CREATE VIEW more AS SELECT 1", "view"),
        (
            "CREATE TRIGGER more AFTER INSERT ON note BEGIN DELETE FROM record; END",
            "trigger",
        ),
        (
            "CREATE VIRTUAL TABLE more USING fts5(text)",
            "table of another kind",
        ),
        (
            "ALTER TABLE body ADD COLUMN more AS (hex(zeroblob(400000000)))",
            "table or index that makes up values",
        ),
        (
            "CREATE TABLE more (n INTEGER, t TEXT GENERATED ALWAYS AS (hex(n)) VIRTUAL)",
            "table or index that makes up values",
        ),
        (
            "CREATE TABLE more (n INTEGER, -- )\n t TEXT AS -- )\n (hex -- )\n (n)))",
            "table or index that makes up values",
        ),
        (
            "CREATE INDEX more ON body (hex(zeroblob(number)))",
            "table or index that makes up values",
        ),
        (
            "CREATE TABLE more (n INTEGER CHECK (length(zeroblob(n)) > 0))",
            "table or index that makes up values",
        ),
        // That its type belies its text is found by SQLite itself.
        (disguised.as_str(), "damaged"),
    ] {
        let place = Place::new();
        let path = place.store("s.m365").await;
        let spoilt = Connection::open(&path).unwrap().execute_batch(spoil);
        spoilt.unwrap();
        for refused in [
            SqliteStore::open(&path).await.err().unwrap(),
            SqliteStore::open_read_only(&path).await.err().unwrap(),
            SqliteStore::delete(&path).await.err().unwrap(),
        ] {
            let found = match &refused {
                StoreError::Altered { what, .. } => what,
                StoreError::Damaged { .. } => "damaged",
                other => panic!("{spoil}: {other:?}"),
            };
            assert_eq!(found, sort, "{spoil}");
        }
    }
}

#[tokio::test]
async fn an_index_of_one_s_own_is_no_reason_to_refuse_a_store() {
    let place = Place::new();
    let path = place.store("s.m365").await;
    let more = "CREATE INDEX mine ON record (source); CREATE TABLE notes_of_mine (text)";
    Connection::open(&path)
        .unwrap()
        .execute_batch(more)
        .unwrap();
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.count(&Kind::USER).await.unwrap(), 0);
}

#[tokio::test]
async fn what_sqlite_reads_beside_a_store_is_a_file_that_others_cannot_write() {
    for ending in ["-wal", "-journal", "-shm"] {
        let place = Place::new();
        let path = place.store("s.m365").await;
        let beside = place.path(&format!("s.m365{ending}"));
        let made = Command::new("mkfifo").arg(&beside).status().unwrap();
        assert!(made.success());
        for refused in [
            SqliteStore::open(&path).await.err().unwrap(),
            SqliteStore::open_read_only(&path).await.err().unwrap(),
        ] {
            assert!(matches!(refused, StoreError::Unsafe { .. }), "{refused:?}");
        }
        std::fs::remove_file(&beside).unwrap();
        std::fs::write(&beside, "").unwrap();
        std::fs::set_permissions(&beside, std::fs::Permissions::from_mode(0o666)).unwrap();
        let store = SqliteStore::open(&path).await.unwrap();
        let writable = beside.exists() && mode(&beside) & 0o022 != 0;
        assert!(!writable, "{ending}");
        drop(store);
        // Only a user who may give files away can try it.
        std::fs::write(&beside, "").unwrap();
        if std::os::unix::fs::chown(&beside, Some(12_345), None).is_ok() {
            let refused = SqliteStore::open_read_only(&path).await.err().unwrap();
            assert!(matches!(refused, StoreError::Unsafe { .. }), "{refused:?}");
        }
    }
}
