//! Files that are whole or not there at all.

use std::io::Write as _;
use std::path::Path;

use crate::exit::Failure;

/// Writes a file in one step: a reader never sees half of it.
///
/// # Errors
/// When it cannot be written; what stood there before is then unchanged.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::other(format!("{} cannot be written: {error}", path.display()))
    };
    let folder = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or_else(|| Path::new(".")))
        .map_err(|error| failed(&error))?;
    file.write_all(bytes).map_err(|error| failed(&error))?;
    file.persist(path).map_err(|error| failed(&error.error))?;
    Ok(())
}
