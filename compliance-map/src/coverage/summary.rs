//! MFA coverage in numbers, for a report to people.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::method::Registered;
use super::person::{AccessKind, Coverage};
use super::person_coverage::MfaCoverage;
use crate::Timestamp;
use crate::directory::Directory;
use crate::evidence::Evidence;
use crate::facts::Facts;
use crate::group::Groups;
use crate::options::Options;
use crate::population::{Person, Population};

/// How many of how many people are covered.
///
/// `Display` writes both numbers and a percentage that is cut, never rounded up:
///
/// ```
/// use compliance_map::coverage::Covered;
///
/// assert_eq!(Covered { covered: 47, total: 50 }.to_string(), "47 of 50 (94.0 %)");
/// assert_eq!(Covered { covered: 9_999, total: 10_000 }.to_string(), "9999 of 10000 (99.9 %)");
/// assert_eq!(Covered { covered: 5, total: 5 }.to_string(), "5 of 5 (100 %)");
/// assert_eq!(Covered { covered: 0, total: 0 }.to_string(), "0 of 0");
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// People who are covered.
    pub covered: usize,
    /// People who count.
    pub total: usize,
}

impl Covered {
    fn add(&mut self, covered: bool) {
        self.total += 1;
        self.covered += usize::from(covered);
    }
}

impl std::fmt::Display for Covered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.covered, self.total)?;
        match (self.covered.saturating_mul(1000)).checked_div(self.total) {
            Some(1000) => f.write_str(" (100 %)"),
            Some(thousandths) => write!(f, " ({}.{} %)", thousandths / 10, thousandths % 10),
            None => Ok(()),
        }
    }
}

/// Someone whom MFA does not cover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailingPerson {
    /// Object id.
    pub id: String,
    /// User principal name.
    pub upn: Option<String>,
    /// Name shown to people.
    pub display_name: Option<String>,
    /// Whether the person administers the tenant.
    pub administrator: bool,
    /// Why MFA does not cover them.
    pub why: String,
}

/// MFA coverage of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MfaSummary {
    /// Whether the evidence sufficed to decide about everybody. If not, the numbers are a minimum of
    /// coverage: whoever could not be decided about does not count as covered.
    pub complete: bool,
    /// Enabled accounts, guests among them.
    pub overall: Covered,
    /// Administrators among them, when they use their roles.
    pub administrators: Covered,
    /// Everybody else.
    pub standard_users: Covered,
    /// How many people have which best method, by family; people without one are not counted.
    pub methods: BTreeMap<String, usize>,
    /// Names of the conditional access policies that are enforced and ask for MFA or block.
    pub policies: Vec<String>,
    /// Proven not to be covered.
    pub failing: Vec<FailingPerson>,
    /// Covered only under some condition.
    pub conditional: Vec<FailingPerson>,
    /// Nothing proven either way.
    pub unknown: Vec<FailingPerson>,
}

/// Works out the MFA coverage of a tenant with the default limits of freshness.
///
/// Administrators are judged by how they are bound when they use their roles; they count as covered
/// overall only when every sign-in of theirs is covered. The numbers do not know exceptions: they
/// show what is, not what is accepted.
pub fn mfa_summary(facts: &Facts, as_of: Timestamp) -> MfaSummary {
    mfa_summary_in(facts, &Arc::new(Directory::of(facts)), as_of)
}

/// The same for people who were packed as they were read; see [`assess_in`](crate::assess_in).
pub fn mfa_summary_in(facts: &Facts, directory: &Arc<Directory>, as_of: Timestamp) -> MfaSummary {
    let options = Options::new(as_of);
    let evidence = Evidence::new(facts, directory, &options);
    let groups = Groups::new(evidence);
    let population = Population::new(evidence, &groups);
    let coverage = Coverage::new(evidence, &groups, &population);

    let mut summary = MfaSummary {
        complete: population.users_and_roles_are_whole(),
        policies: coverage.binding_policies().map(str::to_owned).collect(),
        ..MfaSummary::default()
    };
    let mut alike = coverage.alike();
    for person in population.able_to_sign_in() {
        let everywhere = alike.of(&person, || coverage.of(&person, AccessKind::Any, None));
        let covered =
            everywhere.coverage == MfaCoverage::Covered && person.profile.enabled == Some(true);
        summary.overall.add(covered);
        if person.is_admin() {
            let using_roles = coverage.of(&person, AccessKind::Administration, None);
            summary
                .administrators
                .add(using_roles.coverage == MfaCoverage::Covered);
        } else {
            summary.standard_users.add(covered);
        }
        let family = coverage
            .registered(&person)
            .and_then(Registered::best_family);
        if let Some(family) = family {
            *summary.methods.entry(family.name().to_owned()).or_default() += 1;
        }
        let list = match everywhere.coverage {
            MfaCoverage::Covered if covered => continue,
            MfaCoverage::Uncovered if person.profile.enabled == Some(true) => &mut summary.failing,
            MfaCoverage::Conditional if person.profile.enabled == Some(true) => {
                &mut summary.conditional
            }
            _ => &mut summary.unknown,
        };
        list.push(named(&person, everywhere.why.clone()));
    }
    summary.complete &= summary.unknown.is_empty() && summary.overall.total > 0;
    summary
}

fn named(person: &Person<'_>, why: String) -> FailingPerson {
    FailingPerson {
        id: person.id().to_owned(),
        upn: person.upn().map(str::to_owned),
        display_name: person.display_name().map(str::to_owned),
        administrator: person.is_admin(),
        why,
    }
}
