//! Small named values.

use rusqlite::{Connection, OptionalExtension, params};

pub(super) fn note(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    connection
        .query_row(
            "SELECT value FROM note WHERE name = ?1",
            params![name],
            |row| row.get(0),
        )
        .optional()
}

pub(super) fn set_note(connection: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO note (name, value) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![name, value],
    )?;
    Ok(())
}
