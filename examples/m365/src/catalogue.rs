//! Frameworks of the caller's own.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use compliance_map::{Catalogue, CatalogueError};

use examples::exit::Failure;

/// A framework file of more bytes than this is none.
const LIMIT: u64 = 16 << 20;

/// The built-in frameworks, with those of some files beside them or in their place.
pub(crate) fn with(added: &[PathBuf], replacing: &[PathBuf]) -> Result<Catalogue, Failure> {
    let mut catalogue = Catalogue::builtin();
    for path in added {
        let json = read(path)?;
        catalogue.add(&json).map_err(|error| match error {
            CatalogueError::Exists { framework } => Failure::usage(format!(
                "{}: there is a framework {framework} already: give the file another id, or put it in \
                 its place with --replace-catalogue",
                path.display()
            )),
            other => refused(path, &other),
        })?;
    }
    for path in replacing {
        let json = read(path)?;
        let replaced = catalogue.replace(&json);
        replaced.map_err(|error| refused(path, &error))?;
    }
    Ok(catalogue)
}

fn refused(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::usage(format!("{}: {error}", path.display()))
}

fn read(path: &Path) -> Result<String, Failure> {
    let mut json = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LIMIT + 1).read_to_string(&mut json))
        .map_err(|error| refused(path, &format!("cannot be read: {error}")))?;
    if json.len() as u64 > LIMIT {
        return Err(refused(path, &"is too large for a framework file"));
    }
    Ok(json)
}
