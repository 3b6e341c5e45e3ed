//! Questions in SQL over the store of a tenant, as `docs/sql.md` asks them.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _};
use m365_collect::store::SQL_VIEWS;
use m365_collect::{Kind, RawItem, SqliteStore, Store, StoreError, StoreExt};
use rusqlite::{Connection, OpenFlags};
use serde::Deserialize;
use tenant_sim::{Area, Sim, SimHandle};

use crate::common::{engine, sync_until_complete};

struct Asked {
    connection: Connection,
    store: Arc<dyn Store>,
    sim: SimHandle,
    _folder: tempfile::TempDir,
}

async fn asked(deny: Option<Area>) -> Asked {
    let sim = Sim::builder().start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("contoso.m365");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path).await.unwrap());
    match deny {
        None => drop(sync_until_complete(&engine(&sim, &store)).await),
        Some(area) => {
            sim.deny(area);
            engine(&sim, &store).run().await.unwrap();
        }
    }
    let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    connection.execute_batch(SQL_VIEWS).unwrap();
    Asked {
        connection,
        store,
        sim,
        _folder: folder,
    }
}

impl Asked {
    /// The first column.
    fn ask(&self, sql: &str) -> Vec<String> {
        let mut statement = self.connection.prepare(sql).unwrap();
        let rows = statement
            .query_map([], |row| row.get::<_, Option<String>>(0))
            .unwrap();
        rows.map(|row| row.unwrap().unwrap_or_default()).collect()
    }

    fn number(&self, sql: &str) -> i64 {
        self.connection
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    }
}

/// The questions that the page works through.
fn worked() -> Vec<&'static str> {
    let page = include_str!("../../../docs/sql.md");
    let blocks = page.split("```sql\n").skip(1);
    let questions: Vec<&str> = blocks
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert_eq!(questions.len(), 3);
    questions
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worked_questions_have_the_answers_of_the_tenant() {
    let asked = asked(None).await;
    let truth = asked.sim.truth();
    let [roles, unused, members] = worked()[..] else {
        panic!("three questions");
    };
    // Whoever holds a role and is enabled registered a second factor. A disabled one is not in the
    // report of registration, and is not left out for that.
    assert_eq!(asked.ask(roles), ["Renata Silva"]);
    let what = format!(
        "SELECT what FROM ({})",
        roles.trim_end().trim_end_matches(';')
    );
    assert_eq!(asked.ask(&what), ["registration not known"]);
    let disabled = "SELECT display_name FROM user WHERE account_enabled = 0";
    assert!(asked.ask(disabled).contains(&"Renata Silva".to_owned()));
    let with = roles
        .replace("WHEN 0 THEN", "WHEN 1 THEN")
        .replace("IS NOT 1", "IS 1");
    let with: BTreeSet<String> = asked.ask(&with).into_iter().collect();
    let holders =
        "SELECT DISTINCT display_name FROM role_assignment JOIN user ON user.id = principal_id";
    let mut holders: BTreeSet<String> = asked.ask(holders).into_iter().collect();
    assert!(holders.remove("Renata Silva"));
    assert_eq!(with, holders);
    assert!(!asked.ask(unused).is_empty());
    let name = "SELECT display_name FROM \"group\" JOIN group_member ON group_id = id LIMIT 1";
    let group = &asked.ask(name)[0];
    assert!(!asked.ask(&members.replace("Executives", group)).is_empty());
    for question in worked() {
        assert!(!asked.ask(question).contains(&"not known".to_owned()));
    }
    let users = asked.number("SELECT count(*) FROM user");
    assert_eq!(usize::try_from(users), Ok(truth.users.len()));
    let memberships = asked.number("SELECT count(*) FROM group_member");
    assert!(memberships > 0);
    for (view, at_least) in [
        ("reading", 80),
        ("group_owner", 1),
        ("subscribed_sku", 1),
        ("user_license", 50),
        ("role_assignment", 5),
        ("device", 1),
        ("sign_in_activity", 40),
    ] {
        let rows = asked.number(&format!("SELECT count(*) FROM {view}"));
        assert!(rows >= at_least, "{view}: {rows}");
    }
    for filled in [
        "SELECT count(*) FROM role_assignment WHERE role_name IS NOT NULL AND principal_id IS NOT NULL",
        "SELECT count(*) FROM sign_in_activity WHERE last_sign_in_at IS NOT NULL",
        "SELECT count(*) FROM user WHERE department IS NOT NULL AND created_at IS NOT NULL",
        "SELECT count(*) FROM reading WHERE outcome = 'complete' AND complete_at > '2020' AND ended_at > '2020'",
        "SELECT count(*) FROM device WHERE operating_system IS NOT NULL AND last_seen_at IS NOT NULL",
        "SELECT count(*) FROM subscribed_sku WHERE part_number IS NOT NULL AND enabled > 0 AND consumed > 0",
    ] {
        assert!(asked.number(filled) > 0, "{filled}");
    }
}

/// Whatever a question rests on: refused or never read, the answer is never silently nobody.
#[tokio::test(flavor = "multi_thread")]
async fn where_a_source_was_refused_or_never_read_the_answer_says_so() {
    let refused = asked(Some(Area::SignInActivity)).await;
    let outcome = refused.ask("SELECT outcome FROM reading WHERE source = 'sign_in_activity'");
    assert_eq!(outcome, ["denied"]);
    assert_eq!(refused.ask(worked()[1]), ["not known"]);
    let Asked { sim, .. } = refused;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("part.m365");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path).await.unwrap());
    engine(&sim, &store)
        .only(["organization"])
        .run()
        .await
        .unwrap();
    let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    connection.execute_batch(SQL_VIEWS).unwrap();
    let part = Asked {
        connection,
        store,
        sim,
        _folder: folder,
    };
    for (question, needed) in worked().into_iter().zip([4, 3, 2]) {
        assert_eq!(part.ask(question), vec!["not known"; needed], "{question}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_come_as_a_stream_of_ones_own_type_or_as_received() {
    #[derive(Deserialize)]
    struct User {
        id: String,
    }
    #[derive(Debug, Deserialize)]
    struct Wrong {
        #[serde(rename = "id")]
        _id: u8,
    }
    let asked = asked(None).await;
    let users: Vec<User> = asked.store.stream(&Kind::USER).try_collect().await.unwrap();
    let ids: BTreeSet<String> = users.into_iter().map(|user| user.id).collect();
    assert_eq!(ids, asked.sim.truth().users.into_keys().collect());
    let raw: Vec<RawItem> = asked.store.stream(&Kind::USER).try_collect().await.unwrap();
    assert_eq!(raw.len(), ids.len());
    let wrong: Vec<Result<Wrong, StoreError>> = asked.store.stream(&Kind::USER).collect().await;
    assert_eq!(
        wrong.len(),
        ids.len(),
        "each is told, and the stream goes on"
    );
    assert!(
        wrong
            .iter()
            .all(|one| matches!(one, Err(StoreError::Mistyped { .. })))
    );
}
