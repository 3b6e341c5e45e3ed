//! One sync at a time, by a lock of the operating system on a file beside the store: it ends with
//! the process that has it, however that ends.
//!
//! Not on the store itself: closing any other handle to it would drop the locks of SQLite
//! (<https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_>).

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use super::place;
use crate::store::{Claim, StoreError};

/// A file that is locked. Closing it would not do: a child that is being started has it too until it
/// runs its own program, and the lock with it.
struct Locked(File);

impl Drop for Locked {
    fn drop(&mut self) {
        // Closing it is what is left then.
        let _ = self.0.unlock();
    }
}

/// Takes the lock, or says who has it.
pub(super) fn claim(store: &Path) -> Result<Claim, StoreError> {
    lock(store).map(Claim::new)
}

fn lock(store: &Path) -> Result<Locked, StoreError> {
    let failed = |error: io::Error| StoreError::Storage {
        what: format!("lock {}: {error}", store.display()),
        cause: Box::new(error),
    };
    let mut file = open(&lock_of(store).map_err(failed)?).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(StoreError::InUse {
                process: holder(&mut file),
            });
        }
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    // Only to tell others who has it: that it cannot be written is no reason not to sync.
    let _ = sign(&mut file);
    Ok(Locked(file))
}

/// The same file by whatever way the store is named.
fn lock_of(store: &Path) -> io::Result<PathBuf> {
    let mut name = std::fs::canonicalize(store)?.into_os_string();
    name.push(".lock");
    Ok(name.into())
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    place::open_beside(path, &mut options)
}

fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

/// Where the system lets others read a locked file.
fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_that_is_dropped_is_free_while_a_child_is_being_started() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("s.m365");
        File::create(&store).unwrap();
        let locked = lock(&store).unwrap();
        // As a fork has it until it executes its program.
        let inherited = locked.0.try_clone().unwrap();
        assert!(matches!(lock(&store), Err(StoreError::InUse { .. })));
        drop(locked);
        assert!(lock(&store).is_ok());
        drop(inherited);
    }
}
