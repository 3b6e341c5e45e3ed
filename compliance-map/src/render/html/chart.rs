//! Charts as inline SVG: whole numbers as widths, and the numbers as text for whoever cannot see them.

use std::fmt::{self, Write as _};

use super::escape::Text;
use crate::summary::Counts;

/// A bar of all controls by status, with the counts as its text alternative.
pub(super) fn statuses(out: &mut String, counts: &Counts, about: &str) -> fmt::Result {
    let total = counts.total();
    write!(
        out,
        "<svg class=\"bar\" role=\"img\" viewBox=\"0 0 {total} 1\" preserveAspectRatio=\"none\" aria-label=\"{}: {}\">",
        Text(about),
        Text(&in_words(counts))
    )?;
    let mut start = 0;
    for (status, count) in counts.iter().filter(|(_, count)| *count > 0) {
        write!(
            out,
            "<rect class=\"f-{}\" x=\"{start}\" y=\"0\" width=\"{count}\" height=\"1\"/>",
            status.as_str()
        )?;
        start += count;
    }
    out.push_str("</svg>");
    Ok(())
}

/// A thin bar of those who pass among all. The numbers stand beside it as text.
pub(super) fn share(out: &mut String, passing: usize, total: usize) -> fmt::Result {
    let rest = total.saturating_sub(passing);
    write!(
        out,
        "<svg class=\"bar thin\" aria-hidden=\"true\" viewBox=\"0 0 {total} 1\" preserveAspectRatio=\"none\"><rect class=\"f-satisfied\" width=\"{passing}\" height=\"1\"/><rect class=\"f-rest\" x=\"{passing}\" width=\"{rest}\" height=\"1\"/></svg>"
    )
}

/// `4 satisfied, 60 manual, of 64`.
pub(super) fn in_words(counts: &Counts) -> String {
    format!(
        "{}, of {}",
        super::super::words::statuses(counts),
        counts.total()
    )
}
