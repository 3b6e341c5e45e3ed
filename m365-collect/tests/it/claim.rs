//! One sync of a tenant at a time, over processes too, and nothing is left of one that was killed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what a test expects, its helpers expect too"
)]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use m365_collect::{SqliteStore, Store, StoreError};

const STORE: &str = "CLAIMED_STORE";

/// Not a test: what the other process does, which is this program again.
#[tokio::test]
async fn holds_the_claim_of_another_process() {
    let Some(path) = std::env::var_os(STORE) else {
        return;
    };
    let store = SqliteStore::open(path).await.unwrap();
    let _claim = store.claim().await.unwrap();
    println!("\nclaimed");
    std::future::pending::<()>().await;
}

fn claimed_by_another(path: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "claim::holds_the_claim_of_another_process",
            "--nocapture",
        ])
        .env(STORE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stdout.take().unwrap());
    let claimed = said
        .lines()
        .map_while(Result::ok)
        .any(|line| line == "claimed");
    assert!(claimed, "the other process has the claim");
    child
}

#[tokio::test]
async fn another_process_is_named_and_its_death_frees_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contoso.m365");
    let store = SqliteStore::open(&path).await.unwrap();
    let mut other = claimed_by_another(&path);
    let refused = store.claim().await.unwrap_err();
    let StoreError::InUse { process } = &refused else {
        panic!("{refused:?}");
    };
    if cfg!(unix) {
        assert_eq!(*process, Some(other.id()));
        let said = refused.to_string();
        assert!(said.contains(&other.id().to_string()), "{said}");
    }
    other.kill().unwrap();
    other.wait().unwrap();
    drop(store.claim().await.unwrap());
}

#[cfg(unix)]
#[tokio::test]
async fn a_store_by_another_name_is_the_same_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contoso.m365");
    let store = SqliteStore::open(&path).await.unwrap();
    let link = folder.path().join("link.m365");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let linked = SqliteStore::open(&link).await.unwrap();
    let _claim = store.claim().await.unwrap();
    let refused = linked.claim().await;
    assert!(
        matches!(refused, Err(StoreError::InUse { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_reader_needs_no_claim() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contoso.m365");
    let store = SqliteStore::open(&path).await.unwrap();
    let _claim = store.claim().await.unwrap();
    let reader = SqliteStore::open_read_only(&path).await.unwrap();
    assert!(reader.last_runs().await.unwrap().is_empty());
}
