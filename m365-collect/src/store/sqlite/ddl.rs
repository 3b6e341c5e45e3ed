//! The tables, and how a file of an earlier version comes to have them.

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// What this program writes and knows.
pub(super) const SCHEMA_VERSION: i64 = 3;

/// Whose store it is, how far each source came, what its runs came to.
const STATE: &str = "
CREATE TABLE tenant (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    asked TEXT NOT NULL, organization TEXT, name TEXT
);
CREATE TABLE source (
    id TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL,
    round INTEGER NOT NULL,
    phase INTEGER NOT NULL,
    in_round INTEGER NOT NULL,
    in_part INTEGER NOT NULL,
    is_full INTEGER NOT NULL,
    checkpoint TEXT,
    began_at INTEGER,
    completed_at INTEGER,
    as_of INTEGER,
    dated_by TEXT
) WITHOUT ROWID;
CREATE TABLE run (
    number INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    tally TEXT NOT NULL
);
CREATE INDEX run_of_source ON run (source, number);
CREATE TABLE contested (
    source TEXT NOT NULL, sort INTEGER NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (source, sort, name, id)
) WITHOUT ROWID;
CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
";

/// Objects are kept in two parts: what they say is appended to `body` and never changed in place;
/// the small rows that name them are sorted by their ids. So a first reading writes each page once,
/// a swap moves names alone, and an earlier version of an object is a reference.
///
/// `arrival` holds the objects of a large first reading that are not sorted in yet. Staged tables
/// hold a new generation beside the one that readers see.
///
/// An event is `dated` 1 where it says itself when it happened, 0 where that is when it was stored.
const OBJECTS: &str = "
CREATE TABLE body (number INTEGER PRIMARY KEY, raw TEXT NOT NULL);
CREATE TABLE arrival (
    number INTEGER PRIMARY KEY,
    source TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, body INTEGER NOT NULL,
    at INTEGER NOT NULL
);
CREATE TABLE record (
    kind TEXT NOT NULL, id TEXT NOT NULL, source TEXT NOT NULL, body INTEGER,
    round INTEGER NOT NULL, revived INTEGER NOT NULL,
    changed_at INTEGER NOT NULL, removed_at INTEGER, removed_reason TEXT,
    dated INTEGER, happened_at INTEGER,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE staged_record (
    kind TEXT NOT NULL, id TEXT NOT NULL, source TEXT NOT NULL, body INTEGER,
    round INTEGER NOT NULL, revived INTEGER NOT NULL,
    changed_at INTEGER NOT NULL, removed_at INTEGER, removed_reason TEXT,
    dated INTEGER, happened_at INTEGER,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE edge (
    relation TEXT NOT NULL, from_id TEXT NOT NULL, to_id TEXT NOT NULL, source TEXT NOT NULL,
    round INTEGER NOT NULL, revived INTEGER NOT NULL, confirmed INTEGER NOT NULL,
    changed_at INTEGER NOT NULL, removed_at INTEGER,
    PRIMARY KEY (relation, from_id, to_id)
) WITHOUT ROWID;
CREATE TABLE staged_edge (
    relation TEXT NOT NULL, from_id TEXT NOT NULL, to_id TEXT NOT NULL, source TEXT NOT NULL,
    round INTEGER NOT NULL, revived INTEGER NOT NULL, confirmed INTEGER NOT NULL,
    changed_at INTEGER NOT NULL, removed_at INTEGER,
    PRIMARY KEY (relation, from_id, to_id)
) WITHOUT ROWID;
";

/// Which kinds and relations a source wrote; how objects came to be what they are.
const HISTORY: &str = "
CREATE TABLE source_yield (
    source TEXT NOT NULL, sort INTEGER NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (source, sort, name)
) WITHOUT ROWID;
CREATE TABLE version (
    kind TEXT NOT NULL, id TEXT NOT NULL, number INTEGER NOT NULL,
    body INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
    PRIMARY KEY (kind, id, number)
) WITHOUT ROWID;
CREATE TABLE feed (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    event TEXT NOT NULL, properties TEXT
);
";

/// What finds that which is past its time, and the oldest and newest event of a kind. What erasing
/// people remembers: keyed digests of their names, never the names.
const KEEPING: &str = "
CREATE INDEX record_gone ON record (kind, id, removed_at, source) WHERE removed_at IS NOT NULL;
CREATE INDEX record_event ON record (kind, dated, happened_at) WHERE happened_at IS NOT NULL;
CREATE INDEX edge_gone ON edge (relation, removed_at) WHERE removed_at IS NOT NULL;
CREATE INDEX version_ended ON version (kind, until);
CREATE INDEX feed_of_source ON feed (source, at);
CREATE TABLE erasing (
    only INTEGER PRIMARY KEY CHECK (only = 1), key BLOB NOT NULL, is_due INTEGER NOT NULL
);
CREATE TABLE erased (
    digest BLOB PRIMARY KEY, person INTEGER NOT NULL, length INTEGER NOT NULL
) WITHOUT ROWID;
";

/// Makes the tables where there are none, or brings an earlier version to this one. Another process
/// may have done so in the meantime: the version is read again inside.
pub(super) fn bring_up(connection: &mut Connection, application_id: i64) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match transaction.pragma_query_value(None, "user_version", |row| row.get(0))? {
        0 => {
            transaction.execute_batch(STATE)?;
            transaction.execute_batch(OBJECTS)?;
            transaction.execute_batch(HISTORY)?;
            transaction.execute_batch(KEEPING)?;
            transaction.pragma_update(None, "application_id", application_id)?;
        }
        1 => from_1(&transaction)?,
        2 => from_2(&transaction)?,
        _ => return Ok(()),
    }
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
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
         ALTER TABLE source ADD COLUMN dated_by TEXT;
         CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;",
    )?;
    transaction.execute_batch(OBJECTS)?;
    transaction.execute_batch(HISTORY)?;
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
    )?;
    transaction.execute_batch(KEEPING)
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
    transaction.execute_batch(KEEPING)
}
