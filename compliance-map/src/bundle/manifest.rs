//! What a bundle says of itself: its files and frameworks with their digests.

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use crate::Timestamp;
use crate::facts::TenantInfo;

/// The file that names all others.
pub const MANIFEST: &str = "manifest.json";
/// A manifest of more bytes than this is none.
pub const MANIFEST_LIMIT: u64 = 1 << 20;
/// The form of a bundle; another form has another name.
pub(super) const FORMAT: &str = "compliance-map-bundle-1";

/// A file as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Digest,
}

/// A framework as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListedFramework {
    /// Its id.
    pub id: String,
    /// The edition.
    pub version: String,
    /// The digest of its JSON form: another one may ask something else under the same id.
    pub sha256: Digest,
}

/// What a bundle holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Manifest {
    /// The form of the bundle.
    pub format: String,
    /// The program and version that made it.
    pub made_by: String,
    /// The tenant.
    pub tenant: Option<TenantInfo>,
    /// The time of the assessment.
    pub as_of: Timestamp,
    /// The frameworks that were assessed, in their order.
    #[serde(default)]
    pub frameworks: Vec<ListedFramework>,
    /// Every other file, sorted by name.
    pub files: Vec<Listed>,
}
