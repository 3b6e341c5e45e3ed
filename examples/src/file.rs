//! Files that are whole or not there at all.

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

/// A file that is being written and takes its place when it is finished.
#[derive(Debug)]
pub struct Begun {
    file: tempfile::NamedTempFile,
    path: PathBuf,
}

impl Begun {
    /// Begins a file.
    ///
    /// # Errors
    /// When none can be made where it is to be.
    pub fn new(path: &Path) -> Result<Self, Failure> {
        let folder = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let file = tempfile::NamedTempFile::new_in(folder.unwrap_or_else(|| Path::new(".")));
        Ok(Self {
            file: file.map_err(|error| failed(path, &error))?,
            path: path.to_owned(),
        })
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// When that cannot be done; what stood there before is then unchanged.
    pub fn finish(self) -> Result<(), Failure> {
        let path = self.path;
        let kept = self.file.persist(&path);
        kept.map_err(|error| failed(&path, &error.error))?;
        Ok(())
    }
}

impl Write for Begun {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::other(format!("{} cannot be written: {error}", path.display()))
}
