//! Plain text for a terminal.

use std::fmt::Write as _;

use super::{
    by_framework, counts, evidence, headline, not_counted, one_line, people, population, ratio,
};
use crate::assess::{Assessment, ControlResult, Status};

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
        one_line(called.unwrap_or("an unnamed tenant"))
    )?;
    writeln!(out, "as of {}", assessment.as_of)?;
    writeln!(out, "{}", population(assessment))?;
    for (framework, results) in by_framework(assessment) {
        writeln!(out, "\n{framework}: {}", counts(&results))?;
        for result in results {
            write_result(out, assessment, result)?;
        }
    }
    if !assessment.advisories.is_empty() {
        writeln!(out, "\nTo look at:")?;
        for advisory in &assessment.advisories {
            let line = format!("  {} {}", advisory.subject, advisory.message);
            writeln!(out, "{}", one_line(&line))?;
        }
    }
    Ok(())
}

fn write_result(
    out: &mut String,
    assessment: &Assessment,
    result: &ControlResult,
) -> std::fmt::Result {
    write!(out, "  {}  {}", result.control, headline(result.status))?;
    if let Some(native) = &result.native {
        write!(out, " [{native}]")?;
    }
    if let Some(ratio) = ratio(result) {
        write!(out, "  {ratio}")?;
    }
    writeln!(out, "  {}", result.title)?;
    if matches!(result.status, Status::Manual | Status::NotApplicable) && result.clauses.is_empty()
    {
        return Ok(());
    }
    writeln!(out, "      why: {}", one_line(&result.why))?;
    if result.incomplete {
        writeln!(
            out,
            "      incomplete: evidence is missing, so there may be more than is listed"
        )?;
    }
    for group in people(assessment, &result.subjects) {
        writeln!(out, "      {} ({}):", group.list, one_line(group.why))?;
        for name in group.names {
            writeln!(out, "        - {}", one_line(&name))?;
        }
    }
    let excluded = not_counted(&result.subjects);
    if !excluded.is_empty() {
        writeln!(out, "      not counted: {}", one_line(&excluded.join(", ")))?;
    }
    writeln!(out, "      evidence: {}", evidence(result))?;
    if let Some(recommendation) = &result.recommendation {
        writeln!(out, "      next: {}", one_line(recommendation))?;
    }
    for assumption in &result.assumptions {
        writeln!(out, "      assumed: {assumption}")?;
    }
    if !result.crosswalk.is_empty() {
        let also: Vec<String> = result.crosswalk.iter().map(ToString::to_string).collect();
        writeln!(out, "      bears also on: {}", also.join(", "))?;
    }
    Ok(())
}
