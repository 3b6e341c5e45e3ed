//! The wire form.

use crate::assess::Assessment;

/// The assessment as indented JSON with a final newline, members named as in the facts format.
pub fn json(assessment: &Assessment) -> String {
    indented(assessment)
}

/// Indented JSON with a final newline.
pub(crate) fn indented<T: serde::Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
