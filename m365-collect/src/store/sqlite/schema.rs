//! The file: how it is recognised and opened.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::ddl::{self, SCHEMA_VERSION};
use super::place;
use crate::store::StoreError;

/// `M365`, at the place where SQLite keeps the owner of a file.
pub(super) const APPLICATION_ID: i64 = 0x4D33_3635;
/// How long to wait for another process: as long as it takes to swap in a large generation.
pub(super) const BUSY: std::time::Duration = std::time::Duration::from_secs(60);

/// Opens the file for writing, and makes it where there is none.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    place::check_file(path)?;
    place::make_own(path)?;
    if std::fs::metadata(path).is_ok_and(|file| file.len() > 0) {
        // A foreign file is recognised before anything could write to it; only one whose last
        // writer was cut off in a transaction has to be rolled back first, by whoever opens it.
        let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        if is_to_be_rolled_back(&connection) {
            connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        }
        if !is_blank(&connection) {
            recognise(&connection, path)?;
        }
    }
    make_private(path)?;
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let set_up = |error| failed("open the store", error);
    // Of a new file only: objects of a kilobyte or two leave less room unused.
    connection
        .pragma_update(None, "page_size", 8192)
        .map_err(set_up)?;
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .map_err(set_up)?;
    connection
        .pragma_update(None, "synchronous", "FULL")
        .map_err(set_up)?;
    connection
        .pragma_update(None, "cache_size", -8 * 1024)
        .map_err(set_up)?;
    // The log is copied into the file behind the commits; should that fail, it is bounded here.
    connection
        .pragma_update(None, "wal_autocheckpoint", 32_000)
        .map_err(set_up)?;
    // What is deleted is overwritten.
    connection
        .pragma_update(None, "secure_delete", "ON")
        .map_err(set_up)?;
    ddl::bring_up(&mut connection, APPLICATION_ID).map_err(set_up)?;
    Ok(connection)
}

/// Makes the file where there is none, for its owner's eyes only: it holds personal data.
fn make_private(path: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(StoreError::Storage {
                what: format!("make {}: {error}", path.display()),
                cause: Box::new(error),
            })
        }
        _ => Ok(()),
    }
}

/// Makes sure that the file is a store.
pub(super) fn check_ours(path: &Path) -> Result<(), StoreError> {
    if !path.exists() {
        return Err(StoreError::Missing {
            path: path.display().to_string(),
        });
    }
    place::check_file(path)?;
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    recognise(&connection, path).map(drop)
}

/// Opens the file for reading only, as it stands now.
pub(super) fn open_read_only(path: &Path) -> Result<Connection, StoreError> {
    if !path.exists() {
        return Err(StoreError::Missing {
            path: path.display().to_string(),
        });
    }
    place::check_file(path)?;
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    // A store has a rollback journal only while it is made.
    if is_blank(&connection) || is_to_be_rolled_back(&connection) {
        return Err(StoreError::Missing {
            path: path.display().to_string(),
        });
    }
    let found = recognise(&connection, path)?;
    if found < SCHEMA_VERSION {
        return Err(StoreError::Older {
            path: path.display().to_string(),
            found,
            known: SCHEMA_VERSION,
        });
    }
    // One transaction for as long as it is open: what another process commits meanwhile is not
    // seen, so that everything that is read belongs together.
    connection
        .execute_batch("BEGIN DEFERRED; SELECT 1 FROM source LIMIT 1")
        .map_err(|error| failed("open the store", error))?;
    Ok(connection)
}

/// Whether the file is a database that belongs to nobody and holds nothing: what is left where
/// its making was cut off.
fn is_blank(connection: &Connection) -> bool {
    let tables = "SELECT count(*) FROM sqlite_schema";
    pragma(connection, "application_id").is_ok_and(|id| id == 0)
        && connection
            .query_row(tables, [], |row| row.get::<_, i64>(0))
            .is_ok_and(|tables| tables == 0)
}

/// Whether a transaction was cut off that only a writer can undo.
fn is_to_be_rolled_back(connection: &Connection) -> bool {
    pragma(connection, "application_id").is_err_and(|error| {
        error
            .sqlite_error()
            .is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_READONLY_ROLLBACK)
    })
}

pub(super) fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    place::check_beside(path)?;
    let mut flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if cfg!(unix) {
        flags |= OpenFlags::SQLITE_OPEN_NOFOLLOW;
    }
    let connection = Connection::open_with_flags(path, flags)
        .map_err(|error| failed(&format!("open {}", path.display()), error))?;
    // Nothing in the file may call what could do harm.
    connection
        .pragma_update(None, "trusted_schema", "OFF")
        .map_err(|error| failed("open the store", error))?;
    // A plan does not depend on values, so that no statement is planned again for others.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(|error| failed("open the store", error))?;
    connection
        .busy_timeout(BUSY)
        .map_err(|error| failed("open the store", error))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// The version of a file of ours, which this program can bring up to its own.
fn recognise(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let not_ours = || StoreError::NotOurs {
        path: path.display().to_string(),
    };
    let read = |name| {
        pragma(connection, name).map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => not_ours(),
            _ => failed(&format!("read {}", path.display()), error),
        })
    };
    if read("application_id")? != APPLICATION_ID {
        return Err(not_ours());
    }
    let found = read("user_version")?;
    if !(1..=SCHEMA_VERSION).contains(&found) {
        return Err(StoreError::Newer {
            path: path.display().to_string(),
            found,
            known: SCHEMA_VERSION,
        });
    }
    match strange(connection).map_err(|error| failed(&format!("read {}", path.display()), error))? {
        None => Ok(found),
        Some(what) => Err(StoreError::Altered {
            path: path.display().to_string(),
            what,
        }),
    }
}

/// What the file holds beside tables and indexes. A view or a virtual table in the place of a table
/// makes up its rows as they are read, without an end if it likes, and a trigger writes more than was
/// asked. The text decides what each is, and not the type beside it:
/// <https://www.sqlite.org/schematab.html>.
fn strange(connection: &Connection) -> rusqlite::Result<Option<&'static str>> {
    const MADE: [&str; 3] = ["CREATE TABLE ", "CREATE INDEX ", "CREATE UNIQUE INDEX "];
    let mut statement = connection.prepare("SELECT type, sql FROM sqlite_schema")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let sort: Option<String> = row.get(0)?;
        let text: Option<String> = row.get(1)?;
        // An index that a table brings has no text.
        let is_made = text
            .as_ref()
            .map_or(sort.as_deref() == Some("index"), |text| {
                MADE.iter().any(|made| text.starts_with(made))
            });
        match sort.as_deref() {
            Some("table" | "index") if is_made && text.as_deref().is_some_and(makes_up) => {
                return Ok(Some("table or index that makes up values"));
            }
            Some("table" | "index") if is_made => {}
            Some("view") => return Ok(Some("view")),
            Some("trigger") => return Ok(Some("trigger")),
            _ => return Ok(Some("table of another kind")),
        }
    }
    Ok(None)
}

/// Whether a table or index calls something: a column, default, check or index may then make up values
/// of any size. All that calls stands in brackets within brackets, but for types, keys and the check of
/// the tables with one row. Quotes and comments, in which a bracket would not count, are not ours either.
/// See <https://www.sqlite.org/gencol.html>.
fn makes_up(text: &str) -> bool {
    let text = text.to_ascii_uppercase().replace("CHECK (ONLY = 1)", "");
    let mut depth = 0_usize;
    let mut before = "";
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        let (name, sign) = match word.char_indices().next_back() {
            Some((at, sign)) if !sign.is_ascii_alphanumeric() && sign != '_' => {
                (word.get(..at).unwrap_or_default(), sign)
            }
            _ => (word, ' '),
        };
        let last = if name.is_empty() { before } else { name };
        if ["AS", "GENERATED", "CHECK", "COLLATE"].contains(&name) && depth > 0 {
            return true;
        }
        match sign {
            '(' if depth > 0 && last != "KEY" => return true,
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '\'' | '"' | '`' | '[' | '|' | '*' | '-' | '/' => return true,
            _ => {}
        }
        before = last;
    }
    false
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

/// The typed error of what SQLite said.
pub(super) fn failed(what: &str, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged {
            what: error.to_string(),
        },
        _ => StoreError::Storage {
            what: what.to_owned(),
            cause: Box::new(error),
        },
    }
}
