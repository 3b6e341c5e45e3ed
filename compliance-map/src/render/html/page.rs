//! The page while it is written, and the links in it.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use super::escape::Text;
use super::people::Lists;
use crate::assess::Assessment;
use crate::framework::ControlRef;
use crate::summary::Summary;

pub(super) struct Page<'a> {
    pub(super) out: String,
    pub(super) assessment: &'a Assessment,
    pub(super) summary: &'a Summary,
    pub(super) people: Lists<'a>,
    /// The controls that have a place to link to.
    pub(super) assessed: BTreeSet<&'a ControlRef>,
}

/// The id of an element: letters, digits and hyphens.
pub(super) fn anchor(reference: &str) -> String {
    let mut id = String::from("c-");
    for c in reference.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => id.push(c),
            '.' => id.push('-'),
            other => {
                id.push('_');
                id.push_str(&u32::from(other).to_string());
            }
        }
    }
    id
}

/// The id of the element about a theme.
pub(super) fn theme_anchor(theme: &str) -> String {
    anchor(theme).replacen("c-", "t-", 1)
}

/// Links to controls, a line for each framework.
pub(super) fn refs<'c>(
    page: &mut Page<'_>,
    controls: impl IntoIterator<Item = &'c ControlRef>,
) -> fmt::Result {
    let mut frameworks: Vec<(&str, Vec<&ControlRef>)> = Vec::new();
    for control in controls {
        let id = control.framework();
        match frameworks.iter_mut().find(|(known, _)| *known == id) {
            Some((_, controls)) => controls.push(control),
            None => frameworks.push((id, vec![control])),
        }
    }
    page.out.push_str("<ul class=\"refs\">");
    for (id, controls) in frameworks {
        let known = page.summary.frameworks.iter().find(|f| f.id == id);
        let name = known.map_or(id, |framework| &framework.name);
        write!(page.out, "<li><span class=\"quiet\">{}</span>", Text(name))?;
        for control in controls {
            let text = Text(control.control());
            if page.assessed.contains(control) {
                let anchor = anchor(&control.to_string());
                write!(page.out, " <a href=\"#{anchor}\">{text}</a>")?;
            } else {
                write!(page.out, " {text}")?;
            }
        }
        page.out.push_str("</li>");
    }
    page.out.push_str("</ul>");
    Ok(())
}
