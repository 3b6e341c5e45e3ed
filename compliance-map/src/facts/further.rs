//! What an object says beyond what is modelled here: it never proves more, and may take something away.

use std::collections::BTreeMap;

use serde_json::Value;

/// Whether a member is only a note of the protocol: an annotation such as `@odata.type`, or an operation
/// that may be called, such as `#microsoft.graph.restore`. See
/// <https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html>.
pub fn is_annotation(name: &str) -> bool {
    name.contains('@') || name.starts_with('#')
}

/// Whether a member that is not modelled holds anything at all, so that a producer of facts has to carry
/// it. Null, what is empty, and objects of nothing else hold nothing, nor do annotations in them.
///
/// ```
/// use compliance_map::facts::says_something;
/// use serde_json::json;
///
/// assert!(says_something(&json!({"only": ["administrators"]})));
/// assert!(!says_something(&json!({"@odata.type": "#x", "only": []})));
/// ```
pub fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| !is_annotation(name) && says_something(value)),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Names of the members that this version does not model and that hold something.
pub(crate) fn not_modelled(members: &BTreeMap<String, Value>) -> impl Iterator<Item = &str> {
    members
        .iter()
        .filter(|(name, value)| !is_annotation(name) && says_something(value))
        .map(|(name, _)| name.as_str())
}

/// Names of what narrows an object: all that is not modelled and holds something, but for remarks that
/// any object may carry and those that this kind may carry.
pub(crate) fn narrowing<'m>(
    members: &'m BTreeMap<String, Value>,
    remarks: &'m [&'m str],
) -> impl Iterator<Item = &'m str> {
    let all = move || REMARKS.iter().chain(remarks);
    not_modelled(members).filter(move |name| !all().any(|remark| is_same_word(remark, name)))
}

/// Whether more is said of an object than remarks, which may take something away.
pub(crate) fn says_more(members: &BTreeMap<String, Value>, remarks: &[&str]) -> bool {
    narrowing(members, remarks).next().is_some()
}

/// What any object of Graph may carry and what changes nothing of what it proves, on 2026-11-29:
/// <https://learn.microsoft.com/en-us/graph/api/overview>.
const REMARKS: [&str; 13] = [
    "created",
    "created_at",
    "created_date_time",
    "description",
    "display_name",
    "id",
    "last_modified_date_time",
    "modified",
    "modified_at",
    "modified_date_time",
    "name",
    "upn",
    "user_principal_name",
];

/// Graph's spelling is `displayName`, that of facts `display_name`.
fn is_same_word(one: &str, other: &str) -> bool {
    fn letters(word: &str) -> impl Iterator<Item = u8> {
        let letters = word.bytes().filter(|byte| *byte != b'_');
        letters.map(|byte| byte.to_ascii_lowercase())
    }
    letters(one).eq(letters(other))
}
