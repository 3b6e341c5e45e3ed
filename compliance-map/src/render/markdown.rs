//! Markdown for a report or a ticket.

use std::fmt::Write as _;

use super::printable::printable;
use super::remedy;
use super::subjects::{not_counted, people};
use super::words::{
    by_framework, capital, counts, evidence, headline, population, ratio, refs, themes,
};
use crate::assess::{Assessment, ControlResult};
use crate::verdict::Status;

/// The assessment as Markdown: a summary, a table per framework, and the details of every control
/// that is not merely waiting for a person.
///
/// Names that come from the tenant are escaped, so that they cannot form links, tables or HTML.
pub fn markdown(assessment: &Assessment) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_all(&mut out, assessment);
    out
}

fn write_all(out: &mut String, assessment: &Assessment) -> std::fmt::Result {
    let tenant = assessment.tenant.as_ref();
    let called = tenant.map(|t| t.name.as_deref().unwrap_or(&t.id));
    writeln!(
        out,
        "# Assessment of {}\n",
        escape(called.unwrap_or("an unnamed tenant"))
    )?;
    writeln!(
        out,
        "As of {}. {}.",
        assessment.as_of,
        escape(&population(assessment))
    )?;
    for (framework, results) in by_framework(assessment) {
        writeln!(
            out,
            "\n## {}\n\n{}.\n",
            escape(framework),
            escape(&counts(&results))
        )?;
        writeln!(out, "| Control | Status | Native | People | Title |")?;
        writeln!(out, "| --- | --- | --- | --- | --- |")?;
        for result in &results {
            writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                escape(result.control.control()),
                headline(result.status),
                escape(result.native.as_deref().unwrap_or("–")),
                ratio(result).unwrap_or_else(|| "–".to_owned()),
                escape(&result.title),
            )?;
        }
        let merely_waiting = |r: &ControlResult| {
            matches!(r.status, Status::Manual | Status::NotApplicable) && r.clauses.is_empty()
        };
        for result in results.iter().filter(|result| !merely_waiting(result)) {
            write_details(out, assessment, result)?;
        }
    }
    if !assessment.crosswalk.is_empty() {
        writeln!(out, "\n## The same evidence bears on\n")?;
        for (theme, controls) in &assessment.crosswalk {
            writeln!(out, "- **{}** {}", escape(theme), escape(&refs(controls)))?;
        }
    }
    if !assessment.advisories.is_empty() {
        writeln!(out, "\n## To look at\n")?;
        for advisory in &assessment.advisories {
            writeln!(
                out,
                "- **{}** {}",
                escape(&advisory.subject),
                escape(&advisory.message)
            )?;
        }
    }
    Ok(())
}

fn write_details(
    out: &mut String,
    assessment: &Assessment,
    result: &ControlResult,
) -> std::fmt::Result {
    writeln!(
        out,
        "\n### {} — {}\n",
        escape(&result.control.to_string()),
        headline(result.status)
    )?;
    writeln!(out, "{}\n", escape(&result.title))?;
    writeln!(out, "- Why: {}", escape(&result.why))?;
    if result.incomplete {
        writeln!(
            out,
            "- Incomplete: evidence is missing, so there may be more than is listed"
        )?;
    }
    for group in people(assessment, &result.subjects) {
        writeln!(out, "- {}: {}", capital(group.list), escape(group.why))?;
        for name in group.names {
            writeln!(out, "  - {}", escape(&name))?;
        }
    }
    for excluded in not_counted(&result.subjects) {
        writeln!(out, "- Not counted: {}", escape(&excluded))?;
    }
    writeln!(out, "- Evidence: {}", escape(&evidence(result)))?;
    match (&result.remedies[..], &result.recommendation) {
        ([], Some(recommendation)) => writeln!(out, "- Next: {}", escape(recommendation))?,
        ([], None) => {}
        (remedies, _) => {
            writeln!(out, "- What would change it:")?;
            for remedy in remedies {
                let step = capital(&remedy::sentence(remedy));
                writeln!(out, "  - {}", escape(&step))?;
            }
        }
    }
    for assumption in &result.assumptions {
        writeln!(out, "- Assumed: {}", escape(assumption))?;
    }
    if !result.themes.is_empty() {
        writeln!(out, "- Shares evidence on: {}", escape(&themes(result)))?;
    }
    Ok(())
}

/// Text on one line in which no character means anything to Markdown or HTML.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '!' | '~' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}
