//! Length and digest of a file that is read piece by piece.

use sha2::{Digest as _, Sha256};

use super::digest::Digest;
use super::manifest::Listed;

/// Takes in a file piece by piece, so that it never has to be in memory as a whole.
///
/// ```
/// use compliance_map::bundle::{Digest, Measure};
///
/// let mut measure = Measure::new("facts.json");
/// measure.update(b"{");
/// measure.update(b"}");
/// let found = measure.finish();
/// assert_eq!((found.bytes, found.sha256), (2, Digest::of(b"{}")));
/// ```
#[derive(Debug, Clone)]
pub struct Measure {
    name: String,
    bytes: u64,
    hash: Sha256,
}

impl Measure {
    /// Begins a file.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            bytes: 0,
            hash: Sha256::new(),
        }
    }

    /// Takes in the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(length);
        self.hash.update(piece);
    }

    /// The file as it was found.
    pub fn finish(self) -> Listed {
        Listed {
            name: self.name,
            bytes: self.bytes,
            sha256: Digest::from_hash(self.hash),
        }
    }
}
