//! One row per control and subject, for a spreadsheet.

use super::printable::printable;
use super::subjects::listed;
use crate::assess::{Assessment, ControlResult};

const HEADER: &str =
    "framework,control,title,status,native,ratio,list,subject,upn,display_name,why";

/// The assessment as CSV (RFC 4180), one row per control and person or object that does not pass, and
/// one row for a control without any.
///
/// No cell can be taken for a formula: one that starts like it, also after what is no letter, digit or
/// sign, and any part of one behind `;` or `|` that does, gets an apostrophe in front, as in <https://owasp.org/www-community/attacks/CSV_Injection>. Cells are shown as
/// [`printable`] says; the JSON holds every name as it is.
pub fn csv(assessment: &Assessment) -> String {
    let mut out = format!("{HEADER}\r\n");
    for result in &assessment.results {
        for row in rows(assessment, result) {
            let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
            out.push_str(&cells.join(","));
            out.push_str("\r\n");
        }
    }
    out
}

fn rows<'r>(assessment: &'r Assessment, result: &'r ControlResult) -> Vec<[String; 11]> {
    let row = |list: &str, subject: &str, why: &str| {
        let name = assessment.people.names.get(subject);
        let text = |text: Option<&String>| text.cloned().unwrap_or_default();
        [
            result.control.framework().to_owned(),
            result.control.control().to_owned(),
            result.title.clone(),
            result.status.as_str().to_owned(),
            text(result.native.as_ref()),
            text(result.ratio.as_ref()),
            list.to_owned(),
            subject.to_owned(),
            text(name.as_ref().and_then(|name| name.upn.as_ref())),
            text(match &name {
                Some(name) => name.display_name.as_ref(),
                None => assessment.names.get(subject),
            }),
            why.to_owned(),
        ]
    };
    let subjects = &result.subjects;
    let mut rows = Vec::new();
    for (list, why, ids) in listed(subjects) {
        rows.extend(ids.into_iter().map(|id| row(list, id, why)));
    }
    for excluded in subjects.excluded.iter() {
        rows.push(row("excluded", excluded.id, excluded.reason));
    }
    if rows.is_empty() {
        rows.push(row("", "", &result.why));
    }
    rows
}

/// What begins a formula, in the forms that spreadsheets read alike: plain, full width and small, and
/// the minus sign.
const FORMULA: [char; 13] = [
    '=', '+', '-', '@', '\u{2212}', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\u{fe66}',
    '\u{fe62}', '\u{fe63}', '\u{fe6b}',
];

/// A cell in quotes, on one line, that is no formula: neither to who leaves out what is no letter, digit
/// or sign before it, nor, in any of its parts, to who divides cells at other signs than commas.
fn quoted(cell: &str) -> String {
    let parts = cell.split_inclusive([';', '|', '\t', '\r', '\n']);
    let guarded = parts.map(|part| {
        let is_sign = |c: char| FORMULA.contains(&c) || c.is_ascii_punctuation();
        let seen = part.trim_start_matches(|c: char| !c.is_alphanumeric() && !is_sign(c));
        let guard = if seen.starts_with(FORMULA) { "'" } else { "" };
        format!("{guard}{}", printable(part))
    });
    let guard = if cell.starts_with(['\t', '\r', '\n']) {
        "'"
    } else {
        ""
    };
    let cell: String = guarded.collect();
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}
