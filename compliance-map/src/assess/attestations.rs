//! Which attestations count: what a person signed for, until when.

use std::collections::{BTreeMap, BTreeSet};

use crate::Timestamp;
use crate::evidence::Evidence;
use crate::facts::AttestationFact;
use crate::framework::{Catalogue, ControlRef};
use crate::verdict::Advisory;

pub(super) const DOCUMENTS: &str = "attest.document";

/// The attestations that count, by control.
#[derive(Debug)]
pub(super) struct Attestations<'a> {
    by_control: BTreeMap<&'a str, &'a AttestationFact>,
}

impl<'a> Attestations<'a> {
    /// Sorts out the attestations that do not count and says so in `advisories`.
    pub(super) fn new(
        evidence: Evidence<'a>,
        catalogue: &Catalogue,
        advisories: &mut BTreeSet<Advisory>,
    ) -> Self {
        let mut by_control = BTreeMap::new();
        if evidence.is_whole(DOCUMENTS) {
            for row in &evidence.facts.attest_document.items {
                let control = row.control.trim();
                let problem = match catalogue.resolve(control) {
                    Err(problem) => Some(problem.to_string()),
                    Ok(control) if catalogue.is_audited(control) => {
                        Some("an auditor decides about controls of this framework".to_owned())
                    }
                    Ok(_) => defect(row, evidence.as_of()).map(str::to_owned),
                };
                match problem {
                    None => drop(by_control.insert(control, row)),
                    Some(problem) => {
                        // Of two rows about the same control the later one counts.
                        by_control.remove(control);
                        advisories.insert(Advisory {
                            subject: control.to_owned(),
                            message: format!("has an attestation that does not count: {problem}"),
                        });
                    }
                }
            }
        }
        Self { by_control }
    }

    /// Who signed for this control, which document shows it, and until when.
    pub(super) fn for_control(&self, control: &ControlRef) -> Option<String> {
        let row = self.by_control.get(control.to_string().as_str())?;
        let told = |text: &'a Option<String>| text.as_deref().unwrap_or_default().trim();
        Some(format!(
            "attested by {} in {} until {}",
            told(&row.signer),
            told(&row.document),
            told(&row.expires)
        ))
    }
}

/// Why an attestation does not count at `as_of`; `None` when it does.
fn defect(row: &AttestationFact, as_of: Timestamp) -> Option<&'static str> {
    let told = |text: &Option<String>| text.as_deref().is_some_and(|t| !t.trim().is_empty());
    let time = |text: &Option<String>| {
        let text = text.as_deref()?.trim();
        Timestamp::parse(text).ok()
    };
    if !told(&row.signer) {
        return Some("nobody signed it");
    }
    if !told(&row.document) {
        return Some("it names no document");
    }
    match time(&row.date) {
        None => return Some("it has no readable date"),
        Some(date) if date > as_of => return Some("it is signed only in the future"),
        Some(_) => {}
    }
    match time(&row.expires) {
        None => Some("it has no readable expiry"),
        Some(expires) if expires <= as_of => Some("it expired"),
        Some(_) => None,
    }
}
