//! A heading, from the controls below it.

use super::result::{Assessment, ControlResult};
use crate::framework::ControlRef;
use crate::verdict::Status;

/// What is proven about a heading such as `pci-dss-4.0.1:8.4`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RollUp {
    /// The heading.
    pub heading: ControlRef,
    /// What the controls below it come to: a lack in one is a lack of the heading, and nothing that is
    /// unknown or with a person below it is satisfied above.
    pub status: Status,
    /// The controls below it that were assessed, in the order of the assessment.
    pub controls: Vec<ControlRef>,
}

impl Assessment {
    /// Rolls the assessed controls below a heading up; `None` when there are none.
    ///
    /// ```
    /// use compliance_map::{Catalogue, Facts, Options, Status, assess};
    ///
    /// let options = Options::new("2026-11-21T12:00:00Z".parse()?).controls(["pci-dss-4.0.1:8.4"]);
    /// let assessment = assess(&Facts::default(), &Catalogue::builtin(), &options)?;
    /// let mfa = assessment.roll_up("pci-dss-4.0.1:8.4").ok_or("not assessed")?;
    /// assert_eq!(mfa.controls.len(), 3);
    /// assert_eq!(mfa.status, Status::Unknown);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn roll_up(&self, heading: &str) -> Option<RollUp> {
        let heading: ControlRef = heading.trim().parse().ok()?;
        let below: Vec<&ControlResult> = self
            .results
            .iter()
            .filter(|result| result.control.is_below(&heading))
            .collect();
        if below.is_empty() {
            return None;
        }
        let has = |wanted: Status| below.iter().any(|result| result.status == wanted);
        let status = if has(Status::PartiallySatisfied)
            || (has(Status::NotSatisfied) && has(Status::Satisfied))
        {
            Status::PartiallySatisfied
        } else if has(Status::NotSatisfied) {
            Status::NotSatisfied
        } else if has(Status::Unknown) {
            Status::Unknown
        } else if has(Status::Manual) {
            Status::Manual
        } else if has(Status::Satisfied) {
            Status::Satisfied
        } else {
            Status::NotApplicable
        };
        Some(RollUp {
            heading,
            status,
            controls: below.iter().map(|result| result.control.clone()).collect(),
        })
    }
}
