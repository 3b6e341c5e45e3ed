//! Ids made from content: the same assessment gives the same ids, on any machine.

use uuid::Uuid;

/// The version 5 UUID of `parts` in `namespace`.
///
/// Each part stands with its length, so that no two lists of parts read alike.
pub(super) fn uuid(namespace: Uuid, parts: &[&str]) -> Uuid {
    let mut name = String::new();
    for part in parts {
        name.push_str(&part.len().to_string());
        name.push(':');
        name.push_str(part);
    }
    Uuid::new_v5(&namespace, name.as_bytes())
}

/// The namespace of everything that this crate names.
pub(super) fn own_namespace() -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:compliance-map")
}
