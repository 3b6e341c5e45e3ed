//! The catalogue: every source we know how to read.
//!
//! A source is an entry in the table of its family: what it is called, what it needs, where it is
//! documented, and one of the [shapes](shape) with the request that it makes. `docs/sources.md`
//! lists them all.

mod application;
mod authentication;
mod collaboration;
mod device;
mod directory;
mod license;
mod log;
mod plan;
mod report;
mod role;
mod security;
mod service;
pub mod shape;
mod table;

use std::sync::Arc;
use std::time::Duration;

use crate::source::Source;

pub use table::table;

/// The sources of a family.
type Family = Vec<Arc<dyn Source>>;

/// Six hours: for what changes by the working day.
const SOMETIMES: Duration = Duration::from_secs(6 * 60 * 60);
/// For what is counted by the day, and for one request for each of many: more often would crowd
/// out everything else in a large tenant.
const DAILY: Duration = Duration::from_secs(24 * 60 * 60);

/// Every source, in the order in which reports list them.
///
/// ```
/// let ids: Vec<String> = m365_collect::sources::catalogue()
///     .iter()
///     .map(|source| source.descriptor().id.to_string())
///     .collect();
/// assert!(ids.contains(&"conditional_access_policies".to_owned()));
/// ```
pub fn catalogue() -> Vec<Arc<dyn Source>> {
    families()
        .into_iter()
        .flat_map(|(_, sources)| sources)
        .collect()
}

/// The sources by family, each with its title.
pub fn families() -> Vec<(&'static str, Vec<Arc<dyn Source>>)> {
    vec![
        ("Directory", directory::sources()),
        ("Licenses", license::sources()),
        ("Roles", role::sources()),
        ("Authentication", authentication::sources()),
        ("Applications", application::sources()),
        ("Collaboration", collaboration::sources()),
        ("Devices", device::sources()),
        ("Security", security::sources()),
        ("Logs", log::sources()),
        ("Reports", report::sources()),
        ("Service", service::sources()),
    ]
}
