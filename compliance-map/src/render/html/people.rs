//! Who: every list once, and a link to it wherever it comes up again.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use super::super::subjects::{listed, name};
use super::super::words::capital;
use super::escape::{Name, Text};
use crate::assess::Assessment;
use crate::verdict::Subjects;

/// So many names of one list are printed; the report says how many are left out.
pub(super) const SHOWN: usize = 1000;
/// A list up to this length stands in the line, wherever it comes up.
const SHORT: usize = 3;
/// A list up to this length is open.
const OPEN: usize = 12;

/// Remembers which lists of people stand in the report already.
#[derive(Default)]
pub(super) struct Lists<'a> {
    printed: BTreeMap<(&'static str, &'a str, Vec<&'a str>), usize>,
}

impl<'a> Lists<'a> {
    /// Everybody who does not pass, list by list and reason by reason; then who does not count.
    pub(super) fn write(
        &mut self,
        out: &mut String,
        assessment: &Assessment,
        subjects: &'a Subjects,
    ) -> fmt::Result {
        for group in listed(subjects) {
            self.group(out, assessment, group)?;
        }
        excluded(out, assessment, subjects)
    }

    fn group(
        &mut self,
        out: &mut String,
        assessment: &Assessment,
        (list, why, people): (&'static str, &'a str, Vec<&'a str>),
    ) -> fmt::Result {
        let heading = capital(match list {
            "conditional" => "only conditionally",
            "unknown" => "not decided",
            other => other,
        });
        if people.len() <= SHORT {
            let names: Vec<String> = people
                .iter()
                .map(|id| Name(&name(assessment, id)).to_string())
                .collect();
            return write!(
                out,
                "<p>{heading}: {} <span class=\"quiet\">({})</span></p>",
                names.join(", "),
                Text(why),
            );
        }
        let next = self.printed.len() + 1;
        let key = (list, why, people);
        if let Some(known) = self.printed.get(&key) {
            return write!(
                out,
                "<p class=\"small\">{heading}, {}: <a href=\"#who-{known}\">the same {} as named before</a></p>",
                Text(why),
                key.2.len(),
            );
        }
        write!(
            out,
            "<details id=\"who-{next}\"{}><summary>{heading}: {} ({})</summary>",
            if key.2.len() <= OPEN { " open" } else { "" },
            key.2.len(),
            Text(why),
        )?;
        let names = key.2.iter().map(|id| name(assessment, id));
        names_of(out, names)?;
        out.push_str("</details>");
        self.printed.insert(key, next);
        Ok(())
    }
}

fn names_of(out: &mut String, names: impl ExactSizeIterator<Item = String>) -> fmt::Result {
    let left_out = names.len().saturating_sub(SHOWN);
    out.push_str("<ul class=\"names\">");
    for name in names.take(SHOWN) {
        write!(out, "<li>{}</li>", Name(&name))?;
    }
    out.push_str("</ul>");
    if left_out > 0 {
        write!(
            out,
            "<p class=\"small\">and {left_out} more, who are not printed here; the JSON and the CSV name everybody</p>"
        )?;
    }
    Ok(())
}

fn excluded(out: &mut String, assessment: &Assessment, subjects: &Subjects) -> fmt::Result {
    for (reason, ids) in subjects.excluded.by_reason() {
        write!(
            out,
            "<details><summary>Not counted: {} ({})</summary>",
            ids.len(),
            Text(reason)
        )?;
        let ids: Vec<&str> = ids.iter().collect();
        names_of(out, ids.iter().map(|id| name(assessment, id)))?;
        out.push_str("</details>");
    }
    Ok(())
}
