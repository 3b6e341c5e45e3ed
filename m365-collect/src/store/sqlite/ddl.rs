//! The tables, and how a file of an earlier version comes to have them.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::store::sql::{self, Dialect};
use crate::store::tables;

/// What this program writes and knows.
pub(super) const SCHEMA_VERSION: i64 = 3;

/// Makes the tables where there are none, or brings an earlier version to this one. Another process
/// may have done so in the meantime: the version is read again inside.
pub(super) fn bring_up(connection: &mut Connection, application_id: i64) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match transaction.pragma_query_value(None, "user_version", |row| row.get(0))? {
        0 => {
            make_missing(&transaction)?;
            transaction.pragma_update(None, "application_id", application_id)?;
        }
        1 => from_1(&transaction)?,
        2 => from_2(&transaction)?,
        _ => return Ok(()),
    }
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}

fn make_missing(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(&sql::create(&tables(), Dialect::Sqlite))
}

/// Version 1 kept what an object says in its row.
fn from_1(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "ALTER TABLE record RENAME TO record_1;
         ALTER TABLE staged_record RENAME TO staged_record_1;
         ALTER TABLE edge RENAME TO edge_1;
         ALTER TABLE staged_edge RENAME TO staged_edge_1;
         DROP INDEX record_gone;
         ALTER TABLE source ADD COLUMN is_full INTEGER NOT NULL DEFAULT 0;
         ALTER TABLE source ADD COLUMN dated_by TEXT;",
    )?;
    make_missing(transaction)?;
    transaction.execute_batch(
        "INSERT INTO body (number, raw) SELECT rowid, raw FROM record_1 WHERE raw IS NOT NULL;
         INSERT INTO record (kind, id, source, body, round, revived, changed_at, removed_at,
                             removed_reason)
             SELECT kind, id, source, iif(raw IS NULL, NULL, rowid), round, revived, changed_at,
                    removed_at, removed_reason
             FROM record_1 ORDER BY kind, id;
         CREATE TEMP TABLE shift AS SELECT coalesce(max(number), 0) AS by FROM body;
         INSERT INTO body (number, raw)
             SELECT rowid + (SELECT by FROM shift), raw FROM staged_record_1 WHERE raw IS NOT NULL;
         INSERT INTO staged_record (kind, id, source, body, round, revived, changed_at, removed_at,
                                    removed_reason)
             SELECT kind, id, source, iif(raw IS NULL, NULL, rowid + (SELECT by FROM shift)), round,
                    revived, changed_at, removed_at, removed_reason
             FROM staged_record_1 ORDER BY kind, id;
         DROP TABLE shift;
         INSERT INTO edge SELECT * FROM edge_1;
         INSERT INTO staged_edge SELECT * FROM staged_edge_1;
         INSERT OR IGNORE INTO source_yield SELECT DISTINCT source, 0, kind FROM record;
         INSERT OR IGNORE INTO source_yield SELECT DISTINCT source, 0, kind FROM staged_record;
         INSERT OR IGNORE INTO source_yield SELECT DISTINCT source, 1, relation FROM edge;
         INSERT OR IGNORE INTO source_yield SELECT DISTINCT source, 1, relation FROM staged_edge;
         DROP TABLE record_1;
         DROP TABLE staged_record_1;
         DROP TABLE edge_1;
         DROP TABLE staged_edge_1;",
    )
}

/// Version 2 kept everything for ever, and did not know when an event happened: those that it left
/// are dated when the next run looks for what is past its time.
fn from_2(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "DROP INDEX record_gone;
         ALTER TABLE source ADD COLUMN dated_by TEXT;
         ALTER TABLE record ADD COLUMN dated INTEGER;
         ALTER TABLE record ADD COLUMN happened_at INTEGER;
         ALTER TABLE staged_record ADD COLUMN dated INTEGER;
         ALTER TABLE staged_record ADD COLUMN happened_at INTEGER;",
    )?;
    make_missing(transaction)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables of version 3 as its files have them.
    const TABLES: [(&str, &str); 16] = [
        ("tenant", "only asked organization name"),
        (
            "source",
            "id epoch round phase in_round in_part is_full checkpoint began_at completed_at as_of \
             dated_by",
        ),
        ("source_yield", "source sort name"),
        ("run", "number source started_at ended_at outcome tally"),
        ("contested", "source sort name id reason"),
        ("note", "name value"),
        ("body", "number raw"),
        ("arrival", "number source kind id body at"),
        ("record", OBJECT),
        ("staged_record", OBJECT),
        ("edge", RELATION),
        ("staged_edge", RELATION),
        ("version", "kind id number body since until"),
        ("feed", "number at source kind id event properties"),
        ("erasing", "only key is_due"),
        ("erased", "digest person length"),
    ];
    const OBJECT: &str = "kind id source body round revived changed_at removed_at removed_reason \
                          dated happened_at";
    const RELATION: &str = "relation from_id to_id source round revived confirmed changed_at \
                            removed_at";

    #[test]
    fn files_of_schema_3_keep_the_names_of_their_tables_and_columns() {
        let made = tables();
        for (name, columns) in TABLES {
            let table = made.iter().find(|table| table.name == name).unwrap();
            let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(names.join(" "), columns, "{name}");
        }
        assert_eq!(made.len(), TABLES.len());
    }
}
