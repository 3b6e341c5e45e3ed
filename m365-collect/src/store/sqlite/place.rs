//! Where a store stands: which file a path names, and whether it is this user's alone to write.
//!
//! A link that the user names is resolved once, when a store is opened or deleted; from then on
//! none is followed, neither by the store nor by what stands beside it.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::store::StoreError;

/// The file that a path names, by a path without links.
pub(super) fn find(path: &Path) -> Result<PathBuf, StoreError> {
    if !cfg!(unix) {
        return Ok(path.to_owned());
    }
    match path.symlink_metadata() {
        Ok(_) => std::fs::canonicalize(path).map_err(|_| unsafe_at(path, "is a link to nothing")),
        // What stands above is said by whoever makes the file, or does not find it.
        Err(_) => Ok(in_its_folder(path)),
    }
}

/// A file that is not there yet, by a path without links.
fn in_its_folder(path: &Path) -> PathBuf {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    match (std::fs::canonicalize(folder), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// Makes sure that what is there is a file: a pipe would never end.
pub(super) fn check_file(path: &Path) -> Result<(), StoreError> {
    match path.symlink_metadata() {
        Ok(found) if !found.is_file() => Err(StoreError::NotOurs {
            path: path.display().to_string(),
        }),
        _ => Ok(()),
    }
}

/// Makes sure that nobody else can write the file. That of another user is refused, whoever may
/// write it: its owner could change it at any time. Where others may write a file of one's own, that
/// is taken from them, because whoever may do so needs to do nothing else about it.
#[cfg(unix)]
pub(super) fn make_own(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    let Ok(found) = path.symlink_metadata() else {
        return Ok(());
    };
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(unsafe_at(path, "belongs to another user"));
    }
    let mode = found.permissions().mode();
    if mode & OTHERS_WRITE != 0 {
        let own = std::fs::Permissions::from_mode(mode & 0o7777 & !OTHERS_WRITE);
        std::fs::set_permissions(path, own)
            .map_err(|_| unsafe_at(path, "can be written by others"))?;
    }
    Ok(())
}

#[cfg(unix)]
const OTHERS_WRITE: u32 = 0o022;

/// Makes sure that what SQLite reads beside the file is of whoever owns the file, or of this user, and
/// that nobody else can write it: a log is part of the store, and a pipe in its place never ends.
#[cfg(unix)]
pub(super) fn check_beside(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    let own = rustix::process::geteuid().as_raw();
    let owner = path.symlink_metadata().map_or(own, |file| file.uid());
    for ending in ["-journal", "-wal", "-shm"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(ending);
        let beside = PathBuf::from(beside);
        let Ok(found) = beside.symlink_metadata() else {
            continue;
        };
        if !found.is_file() || found.nlink() > 1 {
            return Err(unsafe_at(&beside, "is no file, or has another name too"));
        }
        if ![own, owner].contains(&found.uid()) {
            return Err(unsafe_at(&beside, "belongs to another user"));
        }
        let mode = found.permissions().mode();
        if mode & OTHERS_WRITE != 0 {
            let less = std::fs::Permissions::from_mode(mode & 0o7777 & !OTHERS_WRITE);
            std::fs::set_permissions(&beside, less)
                .map_err(|_| unsafe_at(&beside, "can be written by others"))?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn check_beside(_: &Path) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn make_own(_: &Path) -> Result<(), StoreError> {
    Ok(())
}

/// Opens a file beside a store, and no other: neither what a link names, nor a pipe, nor a file that
/// has another name too or belongs to somebody else.
pub(super) fn open_beside(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;

        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    let found = file.metadata()?;
    #[cfg(unix)]
    let is_own = {
        use std::os::unix::fs::MetadataExt as _;
        found.uid() == rustix::process::geteuid().as_raw() && found.nlink() < 2
    };
    #[cfg(not(unix))]
    let is_own = true;
    if found.is_file() && is_own {
        Ok(file)
    } else {
        Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "what stands there is not of this user, or has another name too",
        ))
    }
}

fn unsafe_at(path: &Path, why: &'static str) -> StoreError {
    StoreError::Unsafe {
        path: path.display().to_string(),
        why,
    }
}
