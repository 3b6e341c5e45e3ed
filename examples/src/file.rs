//! Files that are whole or not there at all, for their owner alone.
//!
//! A file takes the place of what stood there, a link included: none is followed. What cannot be
//! replaced, such as a terminal, `/dev/null` or a pipe, is written into.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::exit::Failure;

/// Writes a file in one step: a reader never sees half of it.
///
/// # Errors
/// When it cannot be written; what stood there before is then unchanged.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_by(path, |file| file.write_all(bytes))
}

/// The same of what is written piece by piece.
///
/// # Errors
/// As [`write()`].
pub fn write_by(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut file = Begun::new(path)?;
    let mut pieces = BufWriter::new(&mut file);
    let written = write(&mut pieces).and_then(|()| pieces.flush());
    drop(pieces);
    written.map_err(|error| failed(path, &error))?;
    file.finish()
}

/// What stands in a file, which is not read where it is longer than `limit` bytes.
///
/// # Errors
/// When it cannot be read, or is longer.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if file.metadata()?.len() > limit {
        return Err(longer(limit));
    }
    read_within(file, limit)
}

/// All that can be read, of which no more than `limit` bytes are kept and one is read beyond.
///
/// # Errors
/// When it cannot be read, or is longer.
pub fn read_within(from: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(longer(limit));
    }
    Ok(bytes)
}

fn longer(limit: u64) -> io::Error {
    io::Error::other(format!(
        "it is longer than {limit} bytes, so it cannot be the right file"
    ))
}

/// Makes a folder for its owner alone, or takes one that is there and empty.
///
/// # Errors
/// When it is a link, not empty, or of another user.
pub fn folder(path: &Path) -> Result<(), Failure> {
    // With a slash or a dot behind it, a link would be looked at through itself.
    let path: &Path = &path.components().collect::<PathBuf>();
    let failed = |error: io::Error| failed(path, &error);
    if path.is_symlink() {
        return Err(Failure::usage(format!(
            "{} is a link; name the folder itself",
            path.display()
        )));
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(failed)?;
    // In the folder of another user nothing is safe, even where one may write to it.
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;

        let found = path.symlink_metadata().map_err(failed)?;
        if !found.is_dir() || found.uid() != rustix::process::geteuid().as_raw() {
            return Err(Failure::usage(format!(
                "{} belongs to another user; name a new folder",
                path.display()
            )));
        }
    }
    if std::fs::read_dir(path).map_err(failed)?.next().is_some() {
        return Err(Failure::usage(format!(
            "{} is not empty; name a new folder",
            path.display()
        )));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        let own = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(path, own).map_err(failed)?;
    }
    Ok(())
}

/// A file that is being written and takes its place when it is finished.
#[derive(Debug)]
pub struct Begun {
    to: To,
    path: PathBuf,
}

#[derive(Debug)]
enum To {
    /// Beside its place until it is whole.
    New(tempfile::NamedTempFile),
    /// What stands there and is no file.
    Into(File),
    Output,
    Errors,
}

impl Begun {
    /// Begins a file.
    ///
    /// # Errors
    /// When none can be made where it is to be.
    pub fn new(path: &Path) -> Result<Self, Failure> {
        let to = match path.to_str() {
            Some("/dev/stdout" | "/dev/fd/1" | "/proc/self/fd/1") => Ok(To::Output),
            Some("/dev/stderr" | "/dev/fd/2" | "/proc/self/fd/2") => Ok(To::Errors),
            _ => match Opened::at(path) {
                Some(opened) => opened.open().map(To::Into),
                None => tempfile::NamedTempFile::new_in(folder_of(path)).map(To::New),
            },
        };
        Ok(Self {
            to: to.map_err(|error| failed(path, &error))?,
            path: path.to_owned(),
        })
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// When that cannot be done; what stood there before is then unchanged.
    pub fn finish(mut self) -> Result<(), Failure> {
        let flushed = self.flush();
        let path = self.path;
        flushed.map_err(|error| failed(&path, &error))?;
        if let To::New(file) = self.to {
            file.persist(&path)
                .map_err(|error| failed(&path, &error.error))?;
        }
        Ok(())
    }
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// What stands in a place and is written into, not replaced: what is no file, and what the system
/// shows of the files that a process has open. A link of anybody else's leads nowhere.
struct Opened {
    place: PathBuf,
    is_of_system: bool,
}

impl Opened {
    fn at(path: &Path) -> Option<Self> {
        // The path itself can say `/proc/../tmp`, so the folder counts that it leads to.
        let folder = folder_of(path).canonicalize().ok()?;
        let is_of_system = folder == Path::new("/dev")
            || folder == Path::new("/dev/fd")
            || (folder.starts_with("/proc") && folder.ends_with("fd"));
        let place = folder.join(path.file_name()?);
        let found = place.symlink_metadata().ok()?;
        let is_written_into = if found.is_symlink() {
            is_of_system
        } else {
            !found.is_file() && !found.is_dir()
        };
        is_written_into.then_some(Self {
            place,
            is_of_system,
        })
    }

    fn open(&self) -> io::Result<File> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true);
        #[cfg(unix)]
        if !self.is_of_system {
            use std::os::unix::fs::OpenOptionsExt as _;

            let flags = rustix::fs::OFlags::NOFOLLOW;
            options.custom_flags(flags.bits().cast_signed());
        }
        let file = options.open(&self.place)?;
        // A pipe that another user made at this place would bring them what is written.
        #[cfg(unix)]
        {
            use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

            let found = file.metadata()?;
            let is_anothers = found.uid() != rustix::process::geteuid().as_raw();
            if found.file_type().is_fifo() && is_anothers && !self.is_of_system {
                return Err(io::Error::new(
                    io::ErrorKind::PermissionDenied,
                    "it is the pipe of another user",
                ));
            }
        }
        Ok(file)
    }
}

impl Write for Begun {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.to {
            To::New(file) => file.write(bytes),
            To::Into(file) => file.write(bytes),
            To::Output => io::stdout().write(bytes),
            To::Errors => io::stderr().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            To::New(file) => file.flush(),
            To::Into(file) => file.flush(),
            To::Output => io::stdout().flush(),
            To::Errors => io::stderr().flush(),
        }
    }
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::other(format!("{} cannot be written: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_read_to_its_limit_and_refused() {
        let refused = read_within(io::repeat(b'x'), 10).unwrap_err().to_string();
        assert!(refused.contains("longer than 10 bytes"), "{refused}");
        assert_eq!(read_within(&b"0123456789"[..], 10).unwrap().len(), 10);
    }
}
