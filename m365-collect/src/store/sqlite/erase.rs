//! Erases a person: in one transaction what is of them, then the room where it stood.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::expire::forget_body;
use super::schema::failed;
use super::write;
use crate::kind::Kind;
use crate::store::StoreError;
use crate::store::crash;
use crate::store::depth::depth_of_name;
use crate::store::oblivion::{self, Oblivion};
use crate::store::person::{
    About, Account, Erased, Mention, Names, about, can_be_a_name, is_in_key, names_of,
};

/// How long to wait for readers before what they still see is left to the next opening.
const WAIT: std::time::Duration = std::time::Duration::from_secs(2);

pub(super) fn erase(connection: &mut Connection, person: &str) -> Result<Erased, StoreError> {
    let sqlite = |error| failed("erase a person", error);
    let transaction = write::write(connection)?;
    let mut oblivion = match oblivion(&transaction).map_err(sqlite)? {
        Some(oblivion) => oblivion,
        None => begin(&transaction)?,
    };
    let accounts = accounts(&transaction, person).map_err(sqlite)?;
    let names = match names_of(&accounts, person)? {
        Some(names) => names,
        None if can_be_a_name(person) || oblivion.knows(person) => {
            let mut names = Names::default();
            names.add(person);
            names
        }
        None => return Err(StoreError::Nobody),
    };
    let is_account = names.is_of(&accounts);
    let number = oblivion.add_names(&names);
    let erased = remember(&transaction, &oblivion, &names, number)
        .and_then(|()| {
            Erasure {
                transaction: &transaction,
                names: &names,
                keys: BTreeSet::new(),
                erased: Erased::default(),
            }
            .run()
        })
        .map_err(sqlite)?;
    crash::point("erase.begun");
    transaction.commit().map_err(sqlite)?;
    crash::point("erase.done");
    // They are erased by now, whatever becomes of the room that they left.
    let is_scrubbed = scrub(connection).inspect_err(|error| {
        tracing::warn!(%error, "the room of whoever was erased was not overwritten");
    });
    Ok(Erased {
        is_account,
        is_scrubbed: is_scrubbed.unwrap_or(false),
        ..erased
    })
}

/// Whom the store has forgotten; `None` where nobody ever was.
pub(super) fn oblivion(connection: &Connection) -> rusqlite::Result<Option<Oblivion>> {
    let key = connection
        .prepare_cached("SELECT key FROM erasing")?
        .query_row([], |row| row.get::<_, Vec<u8>>(0))
        .optional()?;
    let Some(key) = key else {
        return Ok(None);
    };
    let mut oblivion = Oblivion::new(&key);
    let mut statement = connection.prepare_cached("SELECT digest, length, person FROM erased")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        oblivion.add(row.get(0)?, row.get(1)?, row.get(2)?);
    }
    drop(rows);
    drop(statement);
    Ok(Some(oblivion))
}

fn begin(transaction: &Transaction<'_>) -> Result<Oblivion, StoreError> {
    let key = oblivion::new_key()?;
    transaction
        .execute(
            "INSERT INTO erasing (only, key, is_due) VALUES (1, ?1, 0)",
            params![key],
        )
        .map_err(|error| failed("erase a person", error))?;
    Ok(Oblivion::new(&key))
}

fn remember(
    transaction: &Transaction<'_>,
    oblivion: &Oblivion,
    names: &Names,
    person: u64,
) -> rusqlite::Result<()> {
    for name in names.iter() {
        transaction.execute(
            "INSERT OR REPLACE INTO erased (digest, person, length) VALUES (?1, ?2, ?3)",
            params![oblivion.digest(name), person, name.len()],
        )?;
    }
    // In the same transaction as what goes: whoever opens the file next finishes it.
    transaction.execute("UPDATE erasing SET is_due = 1", [])?;
    Ok(())
}

pub(super) fn readmit(connection: &mut Connection, person: &str) -> Result<bool, StoreError> {
    let sqlite = |error| failed("readmit a person", error);
    let transaction = write::write(connection)?;
    let oblivion = oblivion(&transaction).map_err(sqlite)?;
    let Some(number) = oblivion.and_then(|mut oblivion| oblivion.readmit(person)) else {
        return Ok(false);
    };
    transaction
        .execute("DELETE FROM erased WHERE person = ?1", params![number])
        .and_then(|_| transaction.commit())
        .map_err(sqlite)?;
    Ok(true)
}

/// The accounts that may be meant.
fn accounts(transaction: &Transaction<'_>, person: &str) -> rusqlite::Result<Vec<Account>> {
    let mut accounts = Vec::new();
    let mut name = Names::default();
    name.add(person);
    let mut scratch = String::new();
    for table in ["record", "staged_record"] {
        let mut statement = transaction.prepare(&format!(
            "SELECT r.id, b.raw FROM {table} r LEFT JOIN body b ON b.number = r.body
             WHERE r.kind = 'user'"
        ))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id = row.get_ref(0)?.as_str()?;
            let raw = row.get_ref(1)?.as_str_or_null()?.unwrap_or_default();
            if name.has(id) || name.may_be_in(raw, &mut scratch) {
                accounts.push(Account::of(id, raw));
            }
        }
    }
    Ok(accounts)
}

/// What goes with one person.
struct Erasure<'a> {
    transaction: &'a Transaction<'a>,
    names: &'a Names,
    /// The keys of what is gone.
    keys: BTreeSet<(String, String)>,
    erased: Erased,
}

impl Erasure<'_> {
    fn run(mut self) -> rusqlite::Result<Erased> {
        self.find_bodies()?;
        for table in ["record", "staged_record"] {
            self.records(table)?;
        }
        self.versions()?;
        for table in ["edge", "staged_edge"] {
            self.edges(table)?;
        }
        self.contested()?;
        self.feed()?;
        self.texts()?;
        self.transaction.execute("DELETE FROM said", [])?;
        self.erased.remaining.sort();
        self.erased.remaining.dedup();
        Ok(self.erased)
    }

    fn is_key(&self, key: &str) -> bool {
        is_in_key(key, &|text| self.names.has(text))
    }

    /// Notes everything that is said and gives a name, and how deep. What is said is read once, in
    /// the order in which it stands in the file.
    fn find_bodies(&self) -> rusqlite::Result<()> {
        self.transaction.execute_batch(
            "CREATE TEMP TABLE IF NOT EXISTS said (body INTEGER PRIMARY KEY, depth INTEGER)",
        )?;
        let mut note = self
            .transaction
            .prepare("INSERT INTO said (body, depth) VALUES (?1, ?2)")?;
        let mut statement = self.transaction.prepare("SELECT number, raw FROM body")?;
        let mut rows = statement.query([])?;
        let mut scratch = String::new();
        while let Some(row) = rows.next()? {
            let raw = row.get_ref(1)?.as_str()?;
            if self.names.may_be_in(raw, &mut scratch)
                && let Some(depth) = depth_of_name(raw, usize::MAX, &|text| self.names.has(text))
            {
                note.execute(params![row.get::<_, i64>(0)?, depth])?;
            }
        }
        Ok(())
    }

    fn records(&mut self, table: &str) -> rusqlite::Result<()> {
        let mut gone = Vec::new();
        let mut statement = self.transaction.prepare(&format!(
            "SELECT r.kind, r.id, r.body, r.happened_at IS NOT NULL, s.depth
             FROM {table} r LEFT JOIN said s ON s.body = r.body"
        ))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (kind, id) = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
            let depth: Option<usize> = row.get(4)?;
            let kind_of = || Kind::from(kind);
            let is_theirs = self.is_key(id)
                || match depth
                    .map(|depth| about(&kind_of(), row.get(3).unwrap_or(false), Some(depth)))
                {
                    Some(About::Them) => true,
                    Some(About::Mention) => {
                        self.erased
                            .remaining
                            .push(Mention::new(kind_of(), id.to_owned()));
                        false
                    }
                    Some(About::Nothing) | None => false,
                };
            if is_theirs {
                gone.push((
                    kind.to_owned(),
                    id.to_owned(),
                    row.get::<_, Option<i64>>(2)?,
                ));
            }
        }
        drop(rows);
        for (kind, id, body) in gone {
            self.transaction
                .prepare_cached(&format!("DELETE FROM {table} WHERE kind = ?1 AND id = ?2"))?
                .execute(params![kind, id])?;
            if let Some(body) = body {
                forget_body(self.transaction, &kind, &id, body)?;
            }
            self.erased.records += u64::from(table == "record");
            self.keys.insert((kind, id));
        }
        Ok(())
    }

    /// The earlier versions of what is gone, and those of anything else that give a name.
    fn versions(&self) -> rusqlite::Result<()> {
        let mut gone = Vec::new();
        let mut statement = self.transaction.prepare(
            "SELECT v.kind, v.id, v.number, v.body, s.body IS NOT NULL
             FROM version v LEFT JOIN said s ON s.body = v.body",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (kind, id): (String, String) = (row.get(0)?, row.get(1)?);
            let says_so: bool = row.get(4)?;
            let key = (kind, id);
            if says_so || self.is_key(&key.1) || self.keys.contains(&key) {
                gone.push((key, row.get::<_, i64>(2)?, row.get::<_, i64>(3)?));
            }
        }
        drop(rows);
        for ((kind, id), number, body) in gone {
            self.transaction
                .prepare_cached("DELETE FROM version WHERE kind = ?1 AND id = ?2 AND number = ?3")?
                .execute(params![kind, id, number])?;
            forget_body(self.transaction, &kind, &id, body)?;
        }
        Ok(())
    }

    /// The relations to them and to what is gone with them.
    fn edges(&mut self, table: &str) -> rusqlite::Result<()> {
        let ends: BTreeSet<&str> = self.keys.iter().map(|(_, id)| id.as_str()).collect();
        let is_end = |id: &str| ends.contains(id) || self.names.has(id);
        let mut gone = Vec::new();
        let mut statement = self.transaction.prepare(&format!(
            "SELECT relation, from_id, to_id, removed_at IS NULL FROM {table}"
        ))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if is_end(row.get_ref(1)?.as_str()?) || is_end(row.get_ref(2)?.as_str()?) {
                let edge: (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                gone.push((edge, row.get::<_, bool>(3)?));
            }
        }
        drop(rows);
        for ((relation, from, to), is_live) in gone {
            self.transaction
                .prepare_cached(&format!(
                    "DELETE FROM {table} WHERE relation = ?1 AND from_id = ?2 AND to_id = ?3"
                ))?
                .execute(params![relation, from, to])?;
            self.erased.relations += u64::from(is_live && table == "edge");
        }
        Ok(())
    }

    fn contested(&self) -> rusqlite::Result<()> {
        let mut statement = self
            .transaction
            .prepare("SELECT DISTINCT id FROM contested")?;
        let ids = statement
            .query_map([], |row| row.get::<_, String>(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let ends: BTreeSet<&str> = self.keys.iter().map(|(_, id)| id.as_str()).collect();
        for id in ids {
            if self.is_key(&id) || ends.contains(id.as_str()) {
                self.transaction
                    .execute("DELETE FROM contested WHERE id = ?1", params![id])?;
            }
        }
        Ok(())
    }

    fn feed(&self) -> rusqlite::Result<()> {
        let mut gone = Vec::new();
        let mut statement = self
            .transaction
            .prepare("SELECT number, kind, id FROM feed")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let key: (String, String) = (row.get(1)?, row.get(2)?);
            if self.is_key(&key.1) || self.keys.contains(&key) {
                gone.push(row.get::<_, i64>(0)?);
            }
        }
        drop(rows);
        for number in gone {
            self.transaction
                .prepare_cached("DELETE FROM feed WHERE number = ?1")?
                .execute(params![number])?;
        }
        Ok(())
    }

    /// A checkpoint that gives a name is given up, so that its source is read anew; elsewhere the
    /// name is blotted out.
    fn texts(&self) -> rusqlite::Result<()> {
        for (table, key, column, gives_up) in [
            ("source", "id", "checkpoint", true),
            ("run", "number", "outcome", false),
            ("note", "name", "value", false),
        ] {
            let mut statement = self.transaction.prepare(&format!(
                "SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL"
            ))?;
            let rows = statement
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<Vec<(rusqlite::types::Value, String)>>>()?;
            for (row, text) in rows {
                if let Some(blotted) = self.names.blotted_out(&text) {
                    self.transaction.execute(
                        &format!("UPDATE {table} SET {column} = ?2 WHERE {key} = ?1"),
                        params![row, (!gives_up).then_some(blotted)],
                    )?;
                }
            }
        }
        Ok(())
    }
}

/// Writes the file anew without what was deleted, and empties the log; whether that could be done
/// while others may read it.
pub(super) fn scrub(connection: &Connection) -> rusqlite::Result<bool> {
    let is_due = connection
        .prepare("SELECT is_due FROM erasing")?
        .query_row([], |row| row.get(0))
        .optional()?;
    if is_due != Some(true) {
        return Ok(true);
    }
    connection.busy_timeout(WAIT)?;
    let emptied = connection
        .execute_batch("VACUUM")
        .and_then(|()| empty_log(connection));
    connection.busy_timeout(super::schema::BUSY)?;
    crash::point("erase.scrubbed");
    if !emptied? {
        return Ok(false);
    }
    connection.execute("UPDATE erasing SET is_due = 0", [])?;
    Ok(true)
}

/// Copies the log into the file and cuts it to nothing.
fn empty_log(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
        row.get::<_, i64>(0).map(|busy| busy == 0)
    })
}
