//! Deletes a store: the file and what SQLite keeps beside it.
//!
//! The file gets another name first, so that it is no store any more from one moment to the next;
//! then it is overwritten from its end to its beginning, and removed. Where that was cut off, the
//! next opening finishes it: the last part to be overwritten is the one that says whose it is.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use rusqlite::OpenFlags;

use super::{claim, place, schema};
use crate::store::{StoreError, crash};

/// How long to wait for readers.
const WAIT: std::time::Duration = std::time::Duration::from_secs(2);
/// So much is overwritten at once.
const PART: u64 = 1024 * 1024;

pub(super) fn delete(path: &Path) -> Result<(), StoreError> {
    if finish(path)? && !path.exists() {
        return remove_lock(path);
    }
    schema::check_ours(path)?;
    place::make_own(path)?;
    let claim = claim::claim(path)?;
    let connection = schema::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Only who is alone can do so; the log and its index go with it.
    let alone = connection.busy_timeout(WAIT).and_then(|()| {
        connection.query_row("PRAGMA journal_mode = DELETE", [], |row| {
            row.get::<_, String>(0)
        })
    });
    match alone {
        Ok(mode) if mode == "delete" => {}
        Ok(_) => return Err(StoreError::Busy),
        Err(error) => return Err(schema::failed("delete the store", error)),
    }
    drop(connection);
    std::fs::rename(path, doomed(path)).map_err(|error| failed(path, error))?;
    crash::point("delete.begun");
    finish(path)?;
    drop(claim);
    remove_lock(path)
}

fn remove_lock(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(beside(path, ".lock")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(path, error)),
        _ => Ok(()),
    }
}

/// Finishes a deletion that was cut off, and says whether there was one.
pub(super) fn finish(path: &Path) -> Result<bool, StoreError> {
    let doomed = doomed(path);
    // What is there and is no file of this user's own, such as a link, is somebody else's too.
    match doomed.symlink_metadata() {
        Ok(found) if found.is_file() => {}
        _ => return Ok(false),
    }
    let mut options = OpenOptions::new();
    let mut file = match place::open_beside(&doomed, options.read(true).write(true)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(&doomed, error)),
    };
    // A file that happens to be called so is somebody else's.
    if !is_ours(&mut file).map_err(|error| failed(&doomed, error))? {
        return Ok(false);
    }
    overwrite(&mut file)
        .and_then(|()| {
            drop(file);
            std::fs::remove_file(&doomed)
        })
        .map(|()| true)
        .map_err(|error| failed(&doomed, error))
}

/// Whether a file is a store, or what is left of one that is being overwritten.
fn is_ours(file: &mut File) -> io::Result<bool> {
    let mut head = Vec::new();
    file.take(100).read_to_end(&mut head)?;
    let owner = head.get(68..72).map(<[u8]>::to_vec);
    let is_overwritten = head.iter().all(|byte| *byte == 0);
    Ok(is_overwritten || owner.as_deref() == Some(&schema::APPLICATION_ID.to_be_bytes()[4..]))
}

fn overwrite(file: &mut File) -> io::Result<()> {
    let nothing = vec![0; usize::try_from(PART).unwrap_or_default()];
    let mut end = file.metadata()?.len();
    while end > 0 {
        let start = (end - 1) / PART * PART;
        file.seek(SeekFrom::Start(start))?;
        let length = usize::try_from(end - start).unwrap_or_default();
        file.write_all(nothing.get(..length).unwrap_or_default())?;
        end = start;
    }
    file.sync_all()?;
    crash::point("delete.overwritten");
    file.set_len(0)
}

/// Beside a path without links.
fn doomed(path: &Path) -> PathBuf {
    beside(path, ".deleting")
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn failed(path: &Path, error: io::Error) -> StoreError {
    StoreError::Storage {
        what: format!("delete {}: {error}", path.display()),
        cause: Box::new(error),
    }
}
