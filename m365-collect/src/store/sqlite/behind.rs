//! Copies the write-ahead log into the file while further commits go on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use rusqlite::{Connection, OpenFlags};

use super::schema;

/// Once so many bytes were committed the log is copied.
const LOG: usize = 32 * 1024 * 1024;

const IDLE: u8 = 0;
const COPYING: u8 = 1;
const COPIED: u8 = 2;

/// Copies the log on a connection of its own, one copy at a time.
///
/// Nothing depends on it: what is in the log is durable and read from there. A copy that fails is
/// made by a later one, at the latest by the committing connection itself.
#[derive(Clone)]
pub(super) struct Behind {
    path: PathBuf,
    state: Arc<AtomicU8>,
    /// Committed since the last copy was begun.
    bytes: Arc<AtomicUsize>,
}

impl Behind {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            state: Arc::new(AtomicU8::new(IDLE)),
            bytes: Arc::default(),
        }
    }

    /// So many bytes were committed: begins a copy where that makes the log long.
    pub(super) fn committed(&self, bytes: usize) {
        if self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes >= LOG
            && self
                .state
                .compare_exchange(IDLE, COPYING, Ordering::AcqRel, Ordering::Acquire)
                .is_ok()
        {
            self.bytes.store(0, Ordering::Relaxed);
            let copy = self.clone();
            tokio::task::spawn_blocking(move || {
                let copied = schema::connect(&copy.path, OpenFlags::SQLITE_OPEN_READ_WRITE)
                    .is_ok_and(|connection| checkpoint(&connection));
                let next = if copied { COPIED } else { IDLE };
                copy.state.store(next, Ordering::Release);
            });
        }
    }

    /// After a copy, copies the little that was committed meanwhile, so that the log begins anew
    /// with the next commit instead of growing for ever.
    pub(super) fn finish(&self, connection: &Connection) {
        if self
            .state
            .compare_exchange(COPIED, IDLE, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
        {
            checkpoint(connection);
        }
    }
}

fn checkpoint(connection: &Connection) -> bool {
    connection
        .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
            row.get::<_, i64>(0)
        })
        .is_ok_and(|busy| busy == 0)
}
