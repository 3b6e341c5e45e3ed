//! Whether the files of a bundle are those that were put into it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Digest, FORMAT, MANIFEST, Manifest};

/// One thing that is wrong with a bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The bundle has no manifest, so nothing can be checked.
    #[error("there is no {MANIFEST}, so nothing can be checked")]
    NoManifest,
    /// The manifest is not the one that was kept elsewhere.
    #[error("the digest of the whole is {found}, and {expected} was expected")]
    Whole {
        /// The digest that was kept elsewhere.
        expected: Digest,
        /// The digest of the manifest that is there.
        found: Digest,
    },
    /// The manifest cannot be read.
    #[error("{MANIFEST} cannot be read: {0}")]
    Unreadable(String),
    /// The bundle has a form that this version does not know.
    #[error("the bundle has the form {0}, which this version does not know; use a later one")]
    Form(String),
    /// A file has other content.
    #[error("{name} was changed: its digest is {found}, and the manifest says {expected}")]
    Changed {
        /// The file.
        name: String,
        /// As the manifest says.
        expected: Digest,
        /// As it is.
        found: Digest,
    },
    /// A file is not there.
    #[error("{name} is missing")]
    Missing {
        /// The file.
        name: String,
    },
    /// A file has another name.
    #[error("{from} is there as {to}")]
    Renamed {
        /// As the manifest says.
        from: String,
        /// As it is.
        to: String,
    },
    /// A file is there of which the manifest does not know.
    #[error("{name} does not belong to the bundle")]
    Extra {
        /// The file.
        name: String,
    },
    /// A name is given twice, so that one of the two files would stay unchecked.
    #[error("{name} is there twice")]
    Twice {
        /// The file.
        name: String,
    },
}

/// Everything that is wrong with a bundle; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tampered {
    /// What is wrong, each file once.
    pub problems: Vec<Problem>,
}

impl fmt::Display for Tampered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bundle is not what was put together")?;
        for (n, problem) in self.problems.iter().enumerate() {
            write!(f, "{} {problem}", if n == 0 { ":" } else { ";" })?;
        }
        Ok(())
    }
}

impl std::error::Error for Tampered {}

/// Checks the files of a bundle, given as names and bytes in any order.
///
/// `expected` is the digest that was kept elsewhere since the bundle was made. Without it the answer
/// only means that the files belong together: whoever can change all of them can make a new manifest
/// as well.
///
/// # Errors
///
/// [`Tampered`] names every file that is changed, missing, renamed, there twice, or not part of the
/// bundle.
pub fn verify<N: AsRef<str>, B: AsRef<[u8]>>(
    files: impl IntoIterator<Item = (N, B)>,
    expected: Option<Digest>,
) -> Result<Manifest, Tampered> {
    let mut problems = Vec::new();
    let mut found: BTreeMap<String, Digest> = BTreeMap::new();
    let mut manifest = None;
    for (name, bytes) in files {
        let (name, bytes) = (name.as_ref(), bytes.as_ref());
        let digest = Digest::of(bytes);
        if found.insert(name.to_owned(), digest).is_some() {
            problems.push(Problem::Twice {
                name: name.to_owned(),
            });
        } else if name == MANIFEST {
            manifest = Some((read(bytes), digest));
        }
    }
    let manifest = match manifest {
        None => Err(Problem::NoManifest),
        Some((manifest, digest)) => {
            if let Some(expected) = expected.filter(|expected| *expected != digest) {
                problems.push(Problem::Whole {
                    expected,
                    found: digest,
                });
            }
            manifest
        }
    };
    match manifest {
        Err(problem) => problems.push(problem),
        Ok(manifest) => {
            found.remove(MANIFEST);
            compare(&manifest, &found, &mut problems);
            if problems.is_empty() {
                return Ok(manifest);
            }
        }
    }
    Err(Tampered { problems })
}

fn read(bytes: &[u8]) -> Result<Manifest, Problem> {
    let manifest: Manifest =
        serde_json::from_slice(bytes).map_err(|error| Problem::Unreadable(error.to_string()))?;
    if manifest.format == FORMAT {
        Ok(manifest)
    } else {
        Err(Problem::Form(manifest.format))
    }
}

fn compare(manifest: &Manifest, found: &BTreeMap<String, Digest>, problems: &mut Vec<Problem>) {
    let mut listed = BTreeSet::new();
    for file in &manifest.files {
        if !listed.insert(file.name.as_str()) {
            problems.push(Problem::Twice {
                name: file.name.clone(),
            });
        }
    }
    let mut extra: BTreeMap<&str, Digest> = found
        .iter()
        .filter(|(name, _)| !listed.contains(name.as_str()))
        .map(|(name, digest)| (name.as_str(), *digest))
        .collect();
    for file in &manifest.files {
        let name = file.name.clone();
        match found.get(&file.name) {
            Some(digest) if *digest == file.sha256 => {}
            Some(digest) => problems.push(Problem::Changed {
                name,
                expected: file.sha256,
                found: *digest,
            }),
            None => {
                let same = extra.iter().find(|(_, digest)| **digest == file.sha256);
                let to = same.map(|(to, _)| *to);
                problems.push(match to.and_then(|to| extra.remove_entry(to)) {
                    Some((to, _)) => Problem::Renamed {
                        from: name,
                        to: to.to_owned(),
                    },
                    None => Problem::Missing { name },
                });
            }
        }
    }
    problems.extend(extra.into_keys().map(|name| Problem::Extra {
        name: name.to_owned(),
    }));
}
