//! The wire form.

use std::io;

use crate::assess::Assessment;

/// The assessment as indented JSON with a final newline, members named as in the facts format.
pub fn json(assessment: &Assessment) -> String {
    indented(assessment)
}

/// Writes what [`json`] returns, piece by piece: the answer about a million people fills some hundred
/// megabytes.
///
/// # Errors
/// What the writer returns.
pub fn write_json(assessment: &Assessment, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, assessment)?;
    out.write_all(b"\n")
}

/// Indented JSON with a final newline.
pub(crate) fn indented<T: serde::Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
