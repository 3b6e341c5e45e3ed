//! The permissions table of the setup page, from the descriptors of the sources.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::source::Source;

/// A Markdown table of the application permissions that these sources need, each with what it is
/// for. `docs/setup.md` holds that of the catalogue; give your own sources for your own page.
///
/// ```
/// let table = m365_collect::connect::permissions_table(&m365_collect::sources::catalogue());
/// assert!(table.contains("| `User.Read.All` |"));
/// ```
pub fn permissions_table(sources: &[Arc<dyn Source>]) -> String {
    let mut needed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut optional: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for source in sources {
        let descriptor = source.descriptor();
        let entry = match &descriptor.license {
            None => format!("`{}`", descriptor.id),
            Some(license) => format!("`{}` ({license})", descriptor.id),
        };
        for name in &descriptor.permissions {
            needed.entry(name).or_default().push(entry.clone());
        }
        for name in &descriptor.optional_permissions {
            optional.entry(name).or_default().push(entry.clone());
        }
    }
    let mut table = String::from(
        "| application permission | needed by the source (license) | shows more of |\n|---|---|---|\n",
    );
    let mut names: Vec<&str> = needed.keys().chain(optional.keys()).copied().collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let cell = |of: &BTreeMap<&str, Vec<String>>| {
            of.get(name)
                .map(|entries| entries.join(", "))
                .unwrap_or_default()
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| `{name}` | {} | {} |",
            cell(&needed),
            cell(&optional)
        );
    }
    table
}
