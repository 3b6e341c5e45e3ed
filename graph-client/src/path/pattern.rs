//! Patterns of paths, for workloads, limits and costs.

use url::Url;

/// The path of a Graph URL without its version, in lower case.
pub(crate) fn segments(url: &Url) -> Vec<String> {
    url.path_segments()
        .into_iter()
        .flatten()
        .skip(1)
        .map(str::to_ascii_lowercase)
        .collect()
}

/// Whether a path begins as a pattern says: `*` and `{id}` are any one segment, a final `*` any
/// ending of that segment. Both are in lower case.
pub(crate) fn fits(pattern: &str, path: &[String]) -> bool {
    let mut path = path.iter();
    pattern.split('/').all(|wanted| {
        path.next()
            .is_some_and(|segment| match wanted.strip_suffix('*') {
                Some(start) => segment.starts_with(start),
                None => wanted == "{id}" || segment == wanted,
            })
    })
}

/// As [`fits`], with nothing behind it.
pub(crate) fn is(pattern: &str, path: &[String]) -> bool {
    pattern.split('/').count() == path.len() && fits(pattern, path)
}

/// The segments at the `{id}`s of a pattern; of a function only its name.
pub(crate) fn key(pattern: &str, path: &[String]) -> String {
    let ids: Vec<&str> = pattern
        .split('/')
        .zip(path)
        .filter(|(wanted, _)| *wanted == "{id}")
        .map(|(_, segment)| segment.split('(').next().unwrap_or_default())
        .collect();
    ids.join("/")
}
