//! What a connection test found, as text for the person who sets the connection up.

use std::fmt;

use super::connection::Connection;
use super::diagnosis::Severity;
use super::permission::Readiness;
use super::stage::StageState;

impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        match &self.tenant {
            Some(tenant) => writeln!(
                f,
                ": tenant {} ({})",
                tenant.display_name.as_deref().unwrap_or("without a name"),
                tenant.id
            )?,
            None => writeln!(f, ": the tenant was not read")?,
        }
        writeln!(f)?;
        for stage in self.stages.summaries() {
            writeln!(
                f,
                "  {:<9} {:<15} {:>6.1} s  {}",
                state(stage.state),
                stage.name.replace('_', " "),
                stage.elapsed.as_secs_f64(),
                stage.note
            )?;
        }
        if !self.sources.is_empty() {
            writeln!(f)?;
            self.fmt_sources(f)?;
        }
        for problem in &self.problems {
            let mark = match problem.severity {
                Severity::Error => "error",
                Severity::Partial => "partial",
                Severity::Warning => "warning",
            };
            writeln!(f, "\n{mark}: {} [{}]", problem.cause, problem.code)?;
            writeln!(f, "  do:  {}", problem.cure)?;
            if let Some(link) = problem.link {
                writeln!(f, "  see: {link}")?;
            }
            if let Some(id) = &problem.request_id {
                writeln!(f, "  id:  {id}")?;
            }
        }
        if self.problems.is_empty() && self.is_complete() {
            writeln!(f, "\nnothing stands in the way")?;
        }
        Ok(())
    }
}

impl Connection {
    fn fmt_sources(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for source in &self.sources {
            let detail = match source.readiness {
                Readiness::Denied if !source.lacks.is_empty() => {
                    format!("lacks {}", source.lacks.join(", "))
                }
                Readiness::Limited => {
                    format!("without {}", source.lacks_optional.join(", "))
                }
                Readiness::Unlicensed => {
                    format!("needs {}", source.license.as_deref().unwrap_or("a license"))
                }
                Readiness::NotKnown => format!("needs {}", source.needs.join(", ")),
                _ => String::new(),
            };
            let line = format!(
                "  {:<28} {:<11} {detail}",
                source.source.as_str(),
                readiness(source.readiness)
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

const fn state(state: StageState) -> &'static str {
    match state {
        StageState::Passed => "ok",
        StageState::Warned => "attention",
        StageState::Failed => "failed",
        StageState::NotKnown => "not known",
        StageState::NotRun => "not tried",
    }
}

const fn readiness(readiness: Readiness) -> &'static str {
    match readiness {
        Readiness::Ready => "ready",
        Readiness::Limited => "in part",
        Readiness::Denied => "denied",
        Readiness::Unlicensed => "unlicensed",
        Readiness::Failed => "failed",
        Readiness::NotKnown => "not known",
    }
}
