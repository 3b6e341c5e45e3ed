//! Plain text for a terminal.

use std::fmt::Write as _;

use super::printable::printable;
use super::subjects::{not_counted, people};
use super::words::{by_framework, counts, evidence, headline, population, ratio, refs, themes};
use crate::assess::{Assessment, ControlResult};
use crate::verdict::Status;

/// The assessment as plain text.
///
/// Controls that only wait for a person, or do not bear on the tenant, are listed in one line each.
pub fn text(assessment: &Assessment) -> String {
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
        "Assessment of {}",
        printable(called.unwrap_or("an unnamed tenant"))
    )?;
    writeln!(out, "as of {}", assessment.as_of)?;
    writeln!(out, "{}", population(assessment))?;
    for (framework, results) in by_framework(assessment) {
        writeln!(out, "\n{}: {}", printable(framework), counts(&results))?;
        for result in results {
            write_result(out, assessment, result)?;
        }
    }
    if !assessment.crosswalk.is_empty() {
        writeln!(out, "\nThe same evidence bears on:")?;
        for (theme, controls) in &assessment.crosswalk {
            let line = format!("  {theme}: {}", refs(controls));
            writeln!(out, "{}", printable(&line))?;
        }
    }
    if !assessment.advisories.is_empty() {
        writeln!(out, "\nTo look at:")?;
        for advisory in &assessment.advisories {
            let line = format!("  {} {}", advisory.subject, advisory.message);
            writeln!(out, "{}", printable(&line))?;
        }
    }
    Ok(())
}

fn write_result(
    out: &mut String,
    assessment: &Assessment,
    result: &ControlResult,
) -> std::fmt::Result {
    let control = result.control.to_string();
    write!(
        out,
        "  {}  {}",
        printable(&control),
        headline(result.status)
    )?;
    if let Some(native) = &result.native {
        write!(out, " [{}]", printable(native))?;
    }
    if let Some(ratio) = ratio(result) {
        write!(out, "  {ratio}")?;
    }
    writeln!(out, "  {}", printable(&result.title))?;
    if matches!(result.status, Status::Manual | Status::NotApplicable) && result.clauses.is_empty()
    {
        return Ok(());
    }
    writeln!(out, "      why: {}", printable(&result.why))?;
    if result.incomplete {
        writeln!(
            out,
            "      incomplete: evidence is missing, so there may be more than is listed"
        )?;
    }
    for group in people(assessment, &result.subjects) {
        writeln!(out, "      {} ({}):", group.list, printable(group.why))?;
        for name in group.names {
            writeln!(out, "        - {}", printable(&name))?;
        }
    }
    let excluded = not_counted(&result.subjects);
    if !excluded.is_empty() {
        writeln!(
            out,
            "      not counted: {}",
            printable(&excluded.join(", "))
        )?;
    }
    writeln!(out, "      evidence: {}", printable(&evidence(result)))?;
    if let Some(recommendation) = &result.recommendation {
        writeln!(out, "      next: {}", printable(recommendation))?;
    }
    for assumption in &result.assumptions {
        writeln!(out, "      assumed: {}", printable(assumption))?;
    }
    if !result.themes.is_empty() {
        writeln!(
            out,
            "      shares evidence on: {}",
            printable(&themes(result))
        )?;
    }
    Ok(())
}
