//! What all rules look at.

use std::cell::OnceCell;

use super::finding::Finding;
use crate::coverage::Coverage;
use crate::directory::Member;
use crate::evidence::Evidence;
use crate::facts::TENANT;
use crate::group::Groups;
use crate::population::Population;

/// What all rules look at, prepared once per assessment.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) evidence: Evidence<'a>,
    pub(crate) population: Population<'a>,
    pub(crate) coverage: Coverage<'a>,
    pub(super) groups: Groups<'a>,
    /// Whether MFA covers everybody: further questions start from it.
    pub(super) mfa: OnceCell<Finding>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(evidence: Evidence<'a>) -> Self {
        let groups = Groups::new(evidence);
        let population = Population::new(evidence, &groups);
        let coverage = Coverage::new(evidence, &groups, &population);
        Self {
            evidence,
            population,
            coverage,
            groups,
            mfa: OnceCell::new(),
        }
    }

    /// The tenant as a whole.
    pub(super) fn tenant(&self) -> Member<'_> {
        self.population.member(TENANT)
    }

    pub(super) fn is_group(&self, id: &str) -> bool {
        self.groups.contains(id)
    }

    /// Notes that a finding rests on a fact, and what is missing of it.
    pub(super) fn need(&self, key: &'static str, finding: &mut Finding) {
        finding.evidence.insert(key);
        if !self.evidence.is_whole(key) {
            finding.whole = false;
            finding.missing.insert(self.evidence.missing(key));
        }
    }
}
