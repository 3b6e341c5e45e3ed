//! Files that are whole or not there at all, for their owner alone.
//!
//! A file takes the place of what stood there, a link included: none is followed. What cannot be
//! replaced, such as a terminal, `/dev/null` or a pipe, is written into.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::exit::Failure;

/// Writes a file in one step: a reader never sees half of it.
///
/// # Errors
/// When it cannot be written; what stood there before is then unchanged.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut file = Begun::new(path)?;
    let written = file.write_all(bytes);
    written.map_err(|error| failed(path, &error))?;
    file.finish()
}

/// Makes a folder for its owner alone, or takes one that is there and empty.
///
/// # Errors
/// When it is a link, not empty, or of another user.
pub fn folder(path: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| failed(path, &error);
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
    if std::fs::read_dir(path).map_err(failed)?.next().is_some() {
        return Err(Failure::usage(format!(
            "{} is not empty; name a new folder",
            path.display()
        )));
    }
    // Only its owner can do so: in the folder of another user nothing is safe.
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
            _ if is_written_into(path) => open(path).map(To::Into),
            _ => {
                let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
                let file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")));
                file.map(To::New)
            }
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

/// Whether what stands there is written into, and not replaced: what is no file, and what the system
/// shows of the files that a process has open. A link of anybody else's leads nowhere.
fn is_written_into(path: &Path) -> bool {
    let Ok(found) = path.symlink_metadata() else {
        return false;
    };
    let is_of_system = ["/dev/fd", "/proc"].iter().any(|of| path.starts_with(of))
        || path.parent() == Some(Path::new("/dev"));
    if found.is_symlink() {
        is_of_system
    } else {
        !found.is_file() && !found.is_dir()
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    let file = options.open(path)?;
    // A pipe that another user made at this place would bring them what is written.
    #[cfg(unix)]
    {
        use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

        let found = file.metadata()?;
        let is_anothers = found.uid() != rustix::process::geteuid().as_raw();
        if found.file_type().is_fifo() && is_anothers && !path.starts_with("/dev") {
            return Err(std::io::Error::new(
                std::io::ErrorKind::PermissionDenied,
                "it is the pipe of another user",
            ));
        }
    }
    Ok(file)
}

impl Write for Begun {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match &mut self.to {
            To::New(file) => file.write(bytes),
            To::Into(file) => file.write(bytes),
            To::Output => std::io::stdout().write(bytes),
            To::Errors => std::io::stderr().write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match &mut self.to {
            To::New(file) => file.flush(),
            To::Into(file) => file.flush(),
            To::Output => std::io::stdout().flush(),
            To::Errors => std::io::stderr().flush(),
        }
    }
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::other(format!("{} cannot be written: {error}", path.display()))
}
