//! What several test files need.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::path::PathBuf;

use compliance_map::{Assessment, Catalogue, Fact, Facts, Options, Timestamp, assess};

/// The time of every assessment in the tests.
pub(crate) const NOW: &str = "2026-11-21T12:00:00Z";

pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

pub(crate) fn assess_all(facts: &Facts) -> Assessment {
    assess(facts, &Catalogue::builtin(), &Options::new(now())).unwrap()
}

/// Reference material that lies beside the workspace on the machines of its authors.
///
/// `None` elsewhere; the test then says that it was skipped.
pub(crate) fn reference_material(file: &str) -> Option<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/frameworks");
    let text = std::fs::read_to_string(folder.join(file)).ok();
    if text.is_none() {
        println!("SKIPPED: the reference material {file} is not on this machine");
    }
    text
}

/// A whole fact, read an hour before [`NOW`].
pub(crate) fn fact_of<T>(items: impl IntoIterator<Item = T>) -> Fact<T> {
    let collected_at = "2026-11-21T11:00:00Z".parse().unwrap();
    Fact::ok(collected_at, items.into_iter().collect())
}
