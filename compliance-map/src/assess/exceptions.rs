//! Which exceptions count, and for whom.

use std::collections::{BTreeMap, BTreeSet};

use crate::Timestamp;
use crate::directory::{ByReason, Ids};
use crate::facts::Facts;
use crate::framework::{Catalogue, ControlRef};
use crate::population::Population;
use crate::rules::Finding;
use crate::verdict::Advisory;

/// The exceptions that count, by control.
#[derive(Debug)]
pub(super) struct Exceptions<'a> {
    subjects: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Exceptions<'a> {
    /// Sorts out the exceptions that do not count and says so in `advisories`.
    pub(super) fn new(
        facts: &'a Facts,
        as_of: Timestamp,
        catalogue: &Catalogue,
        advisories: &mut BTreeSet<Advisory>,
    ) -> Self {
        let mut subjects: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut advise = |subject: &str, message: String| {
            advisories.insert(Advisory {
                subject: subject.to_owned(),
                message,
            });
        };
        for exception in &facts.exceptions {
            if let Some(defect) = exception.defect(as_of) {
                advise(
                    exception.label(),
                    format!("{defect}, so the exception does not count"),
                );
                continue;
            }
            for control in &exception.controls {
                match catalogue.resolve(control) {
                    Ok(_) => {
                        let of_control = subjects.entry(control.trim()).or_default();
                        of_control.extend(exception.subject.as_deref());
                    }
                    Err(problem) => {
                        advise(
                            exception.label(),
                            format!("names {control}, which does not count: {problem}"),
                        );
                    }
                }
            }
        }
        Self { subjects }
    }

    /// Whoever does not pass and has an exception for this control.
    pub(super) fn for_control(
        &self,
        control: &ControlRef,
        finding: &Finding,
        population: &Population<'_>,
    ) -> Ids {
        let mut excepted = Ids::default();
        let Some(subjects) = self.subjects.get(control.to_string().as_str()) else {
            return excepted;
        };
        let lists = [&finding.failing, &finding.conditional, &finding.unknown];
        let lists = lists.map(ByReason::ids);
        for id in subjects {
            let member = population.member(id);
            if lists.iter().any(|list| list.holds(member)) {
                excepted.insert(member);
            }
        }
        excepted
    }
}
