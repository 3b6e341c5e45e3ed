//! Overwrites the room of what was deleted.

use rusqlite::{Connection, OptionalExtension as _};

use super::schema::BUSY;
use crate::store::crash;

/// How long to wait for readers before what they still see is left to the next opening.
const WAIT: std::time::Duration = std::time::Duration::from_secs(2);

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
    connection.busy_timeout(BUSY)?;
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
