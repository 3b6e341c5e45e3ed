//! Links that were followed, so that a listing that leads in a circle is noticed.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use url::Url;

/// Keeps eight bytes a link, since links are long and a large tenant has thousands of pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Visited(HashSet<u64>);

impl Visited {
    /// Whether the link is new.
    pub(crate) fn insert(&mut self, url: &Url) -> bool {
        let mut hasher = DefaultHasher::new();
        url.as_str().hash(&mut hasher);
        self.0.insert(hasher.finish())
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
