//! `JUnit` XML, for pipelines that show test results.

use super::printable::printable;
use super::words::by_framework;
use crate::assess::{Assessment, ControlResult};
use crate::verdict::Status;

/// The assessment as `JUnit` XML: one suite per framework, one case per control.
///
/// A control that is not or only partly satisfied is a failure. One that is unknown, manual or not
/// applicable is skipped with the reason: it never reads as passed.
pub fn junit(assessment: &Assessment) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"compliance-map\">\n",
    );
    for (framework, results) in by_framework(assessment) {
        let cases: Vec<Case<'_>> = results.into_iter().map(Case::new).collect();
        let count = |outcome: CaseOutcome| cases.iter().filter(|c| c.outcome == outcome).count();
        out.push_str(&format_suite(
            framework,
            &assessment.as_of.to_string(),
            [
                cases.len(),
                count(CaseOutcome::Failed),
                count(CaseOutcome::Skipped),
            ],
        ));
        for case in &cases {
            out.push_str(&case.xml());
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn format_suite(framework: &str, as_of: &str, [tests, failures, skipped]: [usize; 3]) -> String {
    let (name, as_of) = (escaped(framework), escaped(as_of));
    format!(
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" timestamp=\"{as_of}\">\n"
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CaseOutcome {
    Passed,
    Failed,
    Skipped,
}

struct Case<'r> {
    result: &'r ControlResult,
    outcome: CaseOutcome,
}

impl<'r> Case<'r> {
    fn new(result: &'r ControlResult) -> Self {
        let outcome = match result.status {
            Status::Satisfied => CaseOutcome::Passed,
            Status::PartiallySatisfied | Status::NotSatisfied => CaseOutcome::Failed,
            Status::Unknown | Status::Manual | Status::NotApplicable => CaseOutcome::Skipped,
        };
        Self { result, outcome }
    }

    fn xml(&self) -> String {
        let result = self.result;
        let name = escaped(&format!("{} {}", result.control.control(), result.title));
        let class = escaped(result.control.framework());
        let message = escaped(&format!("{}: {}", result.status.as_str(), result.why));
        let open = format!("    <testcase classname=\"{class}\" name=\"{name}\"");
        match self.outcome {
            CaseOutcome::Passed => format!("{open}/>\n"),
            CaseOutcome::Skipped => {
                format!("{open}>\n      <skipped message=\"{message}\"/>\n    </testcase>\n")
            }
            CaseOutcome::Failed => {
                let failing: Vec<String> = (result.subjects.failing.iter())
                    .chain(&result.subjects.conditional)
                    .map(escaped)
                    .collect();
                let listed = failing.join("&#10;");
                format!(
                    "{open}>\n      <failure type=\"{}\" message=\"{message}\">{listed}</failure>\n    </testcase>\n",
                    result.status.as_str()
                )
            }
        }
    }
}

/// Text on one line that forms no markup, without characters that XML 1.0 does not allow.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
