//! Whether the files of a bundle are those that were put into it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::digest::Digest;
use super::manifest::{FORMAT, Listed, MANIFEST, MANIFEST_LIMIT, Manifest};
use super::measure::Measure;
use crate::framework::Catalogue;

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
    /// A file has another length.
    #[error("{name} was changed: it is {} than the {expected} bytes that the manifest says", if *longer { "longer" } else { "shorter" })]
    Length {
        /// The file.
        name: String,
        /// As the manifest says.
        expected: u64,
        /// Whether it is longer; by how much need not have been read.
        longer: bool,
    },
    /// The manifest names a file as no file of a bundle is named.
    #[error("{MANIFEST} names a file {name:?}, which is no plain name")]
    Name {
        /// The name.
        name: String,
    },
    /// A framework is not the one that is at hand.
    #[error(
        "{id} {version} was assessed by the framework file with the digest {expected}, and {}",
        found.map_or_else(|| "none of that id is at hand".to_owned(), |found| format!("the one at hand has {found}"))
    )]
    Framework {
        /// Its id.
        id: String,
        /// The edition that was assessed.
        version: String,
        /// As the manifest says.
        expected: Digest,
        /// The digest of the framework of that id that is at hand.
        found: Option<Digest>,
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
    let mut manifest: Option<Vec<u8>> = None;
    let mut found = Vec::new();
    for (name, bytes) in files {
        let (name, bytes) = (name.as_ref(), bytes.as_ref());
        let mut measure = Measure::new(name);
        measure.update(bytes);
        found.push(measure.finish());
        if name == MANIFEST && manifest.is_none() {
            manifest = Some(bytes.to_vec());
        }
    }
    verify_listed(manifest.as_deref(), found, expected)
}

/// Checks the files of a bundle, given as what was found of each, the manifest among them: for files
/// that are read piece by piece with [`Measure`].
///
/// Nobody has to read more than one byte beyond the length that [`Manifest::length_of`] says, or
/// beyond [`MANIFEST_LIMIT`] for the manifest itself: a file that is longer is not the one.
///
/// # Errors
///
/// As [`verify`].
pub fn verify_listed(
    manifest: Option<&[u8]>,
    files: impl IntoIterator<Item = Listed>,
    expected: Option<Digest>,
) -> Result<Manifest, Tampered> {
    let mut problems = Vec::new();
    let mut found: BTreeMap<String, Listed> = BTreeMap::new();
    for file in files {
        let name = file.name.clone();
        if found.insert(name.clone(), file).is_some() {
            problems.push(Problem::Twice { name });
        }
    }
    found.remove(MANIFEST);
    let manifest = match manifest {
        None => Err(Problem::NoManifest),
        Some(bytes) => {
            let digest = Digest::of(bytes);
            if let Some(expected) = expected.filter(|expected| *expected != digest) {
                problems.push(Problem::Whole {
                    expected,
                    found: digest,
                });
            }
            Manifest::read(bytes)
        }
    };
    match manifest {
        Err(problem) => problems.push(problem),
        Ok(manifest) => {
            compare(&manifest, &found, &mut problems);
            if problems.is_empty() {
                return Ok(manifest);
            }
        }
    }
    Err(Tampered { problems })
}

impl Manifest {
    /// Reads a manifest, so that the lengths of the other files are known before they are read.
    ///
    /// # Errors
    ///
    /// [`Problem`] when it is longer than [`MANIFEST_LIMIT`], cannot be read, or has a form that this
    /// version does not know.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        if u64::try_from(bytes.len()).is_ok_and(|length| length > MANIFEST_LIMIT) {
            let limit = format!("it is longer than {MANIFEST_LIMIT} bytes");
            return Err(Problem::Unreadable(limit));
        }
        let manifest: Self = serde_json::from_slice(bytes)
            .map_err(|error| Problem::Unreadable(error.to_string()))?;
        if manifest.format == FORMAT {
            Ok(manifest)
        } else {
            Err(Problem::Form(manifest.format))
        }
    }

    /// How long a file is that belongs to the bundle.
    pub fn length_of(&self, name: &str) -> Option<u64> {
        let listed = self.files.iter().find(|file| file.name == name);
        listed.map(|file| file.bytes)
    }

    /// Checks that the frameworks that were assessed are those of `catalogue`, byte for byte.
    ///
    /// A later version of this crate may have other ones under the same ids: check with the version
    /// that made the bundle, or with the file that was used.
    ///
    /// # Errors
    ///
    /// [`Tampered`] with a [`Problem::Framework`] for each that is another one or is not there.
    pub fn check(&self, catalogue: &Catalogue) -> Result<(), Tampered> {
        let other = self.frameworks.iter().filter_map(|listed| {
            let found = catalogue
                .source(&listed.id)
                .map(|source| Digest::of(source.as_bytes()));
            (found != Some(listed.sha256)).then(|| Problem::Framework {
                id: listed.id.clone(),
                version: listed.version.clone(),
                expected: listed.sha256,
                found,
            })
        });
        let problems: Vec<Problem> = other.collect();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Tampered { problems })
        }
    }
}

/// Whether a name leads nowhere but to a file in the folder of the bundle.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || ['.', '-', '_'].contains(&c);
    !name.is_empty() && !name.starts_with('.') && name.chars().all(plain)
}

fn compare(manifest: &Manifest, found: &BTreeMap<String, Listed>, problems: &mut Vec<Problem>) {
    let mut listed = BTreeSet::new();
    for file in &manifest.files {
        let name = || file.name.clone();
        if !is_plain(&file.name) {
            problems.push(Problem::Name { name: name() });
        }
        if !listed.insert(file.name.as_str()) {
            problems.push(Problem::Twice { name: name() });
        }
    }
    let mut extra: BTreeMap<&str, Digest> = found
        .iter()
        .filter(|(name, _)| !listed.contains(name.as_str()))
        .map(|(name, file)| (name.as_str(), file.sha256))
        .collect();
    for file in &manifest.files {
        let name = file.name.clone();
        match found.get(&file.name) {
            Some(found) if found.bytes != file.bytes => problems.push(Problem::Length {
                name,
                expected: file.bytes,
                longer: found.bytes > file.bytes,
            }),
            Some(found) if found.sha256 == file.sha256 => {}
            Some(found) => problems.push(Problem::Changed {
                name,
                expected: file.sha256,
                found: found.sha256,
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
