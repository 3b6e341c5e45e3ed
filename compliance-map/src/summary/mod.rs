//! An assessment in numbers: per framework and family, what is accepted, and what was not assessed.
//!
//! Nothing is weighted and nothing is scored: a count stands beside what it is counted of. Whoever
//! wants one figure for a tenant has to say what a failing control is worth, and no framework does.

mod accepted;
mod family;
mod gap;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::assess::{Assessment, ControlResult};
use crate::facts::{Facts, TenantInfo};
use crate::framework::{Catalogue, ControlRef};
use crate::verdict::Status;

pub use accepted::{AcceptedRisk, Attestation, Term};
pub use gap::{EvidenceGap, OpenQuestion};

/// How many controls have which status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counts {
    /// Proven.
    pub satisfied: usize,
    /// Proven in part, with a proven lack.
    pub partially_satisfied: usize,
    /// A proven lack.
    pub not_satisfied: usize,
    /// Evidence is missing.
    pub unknown: usize,
    /// Waits for a person.
    pub manual: usize,
    /// Does not bear on the tenant.
    pub not_applicable: usize,
}

impl Counts {
    /// Counts the statuses of some results.
    pub fn of<'r>(results: impl IntoIterator<Item = &'r ControlResult>) -> Self {
        let mut counts = Self::default();
        for result in results {
            counts.add(result.status);
        }
        counts
    }

    fn add(&mut self, status: Status) {
        *match status {
            Status::Satisfied => &mut self.satisfied,
            Status::PartiallySatisfied => &mut self.partially_satisfied,
            Status::NotSatisfied => &mut self.not_satisfied,
            Status::Unknown => &mut self.unknown,
            Status::Manual => &mut self.manual,
            Status::NotApplicable => &mut self.not_applicable,
        } += 1;
    }

    /// How many controls were counted.
    pub fn total(&self) -> usize {
        self.iter().map(|(_, count)| count).sum()
    }

    /// Each status with its count, in the order of [`Status`], zeros included.
    pub fn iter(&self) -> impl Iterator<Item = (Status, usize)> + use<> {
        [
            (Status::Satisfied, self.satisfied),
            (Status::PartiallySatisfied, self.partially_satisfied),
            (Status::NotSatisfied, self.not_satisfied),
            (Status::Unknown, self.unknown),
            (Status::Manual, self.manual),
            (Status::NotApplicable, self.not_applicable),
        ]
        .into_iter()
    }
}

/// One family of a framework: a CIS control, a CSF category, a PCI requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FamilySummary {
    /// What the ids of its controls begin with, for example `6` or `PR.AA`.
    pub id: String,
    /// What it is about, in our words or public-domain wording; `None` for a framework of the
    /// user's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its controls by status.
    pub counts: Counts,
    /// Its controls by the framework's own word.
    pub native: BTreeMap<String, usize>,
}

/// One framework.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FrameworkSummary {
    /// Its id, for example `cis-v8.1`.
    pub id: String,
    /// Its name; the id when the catalogue does not hold it.
    pub name: String,
    /// The edition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its assessed controls by status.
    pub counts: Counts,
    /// Its assessed controls by the framework's own word; those for which it has none are not in here.
    pub native: BTreeMap<String, usize>,
    /// How many official ids it has beyond those that were assessed: headings, and controls on which
    /// Microsoft 365 evidence has no bearing or that were not asked for.
    pub official_ids_not_assessed: usize,
    /// Its families, in the order of the assessment.
    pub families: Vec<FamilySummary>,
}

/// An assessment in numbers, with what stands behind and beside them.
///
/// ```
/// use compliance_map::{Catalogue, Facts, Options, Summary, assess};
///
/// let (facts, catalogue) = (Facts::default(), Catalogue::builtin());
/// let options = Options::new("2026-11-21T12:00:00Z".parse()?).frameworks(["cis-v8.1"]);
/// let summary = Summary::new(&assess(&facts, &catalogue, &options)?, &facts, &catalogue);
/// let cis = &summary.frameworks[0];
/// assert_eq!(cis.counts.satisfied, 0, "nothing was collected, so nothing is proven");
/// assert!(summary.gaps.iter().any(|gap| gap.fact == "identity.users"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Summary {
    /// The tenant.
    pub tenant: Option<TenantInfo>,
    /// The time of the assessment.
    pub as_of: Timestamp,
    /// All controls by status. A requirement that stands in two frameworks counts in both.
    pub counts: Counts,
    /// Framework by framework, in the order of the assessment.
    pub frameworks: Vec<FrameworkSummary>,
    /// Every exception that was handed in: those that count, and those that do not with the reason.
    pub exceptions: Vec<AcceptedRisk>,
    /// Every attestation that was handed in.
    pub attestations: Vec<Attestation>,
    /// Evidence that is missing, the one that holds up most controls first.
    pub gaps: Vec<EvidenceGap>,
    /// What no setting can show and a person has to decide.
    pub open_questions: Vec<OpenQuestion>,
    /// Frameworks of the catalogue of which nothing was assessed.
    pub not_asked: Vec<String>,
}

impl Summary {
    /// Summarises an assessment of `facts` against `catalogue`.
    ///
    /// Hand in what the assessment was made of: exceptions and attestations are read from the facts,
    /// names from the catalogue.
    pub fn new(assessment: &Assessment, facts: &Facts, catalogue: &Catalogue) -> Self {
        let mut grouped: Vec<(&str, Vec<&ControlResult>)> = Vec::new();
        for result in &assessment.results {
            let id = result.control.framework();
            match grouped.iter_mut().find(|(known, _)| *known == id) {
                Some((_, results)) => results.push(result),
                None => grouped.push((id, vec![result])),
            }
        }
        let asked = |id: &str| grouped.iter().any(|(known, _)| *known == id);
        let not_asked = catalogue.frameworks().filter(|f| !asked(&f.id));
        Self {
            tenant: assessment.tenant.clone(),
            as_of: assessment.as_of,
            counts: Counts::of(&assessment.results),
            not_asked: not_asked.map(|framework| framework.id.clone()).collect(),
            frameworks: grouped
                .iter()
                .map(|(id, results)| framework(id, results, catalogue))
                .collect(),
            exceptions: accepted::exceptions(assessment, facts, catalogue),
            attestations: accepted::attestations(assessment, facts),
            gaps: gap::gaps(assessment),
            open_questions: gap::open_questions(assessment),
        }
    }
}

/// The id of the family that a control belongs to.
pub(crate) fn family_of(control: &ControlRef) -> &str {
    family::id(control.framework(), control.control())
}

fn framework(id: &str, results: &[&ControlResult], catalogue: &Catalogue) -> FrameworkSummary {
    let known = catalogue.framework(id);
    let mut families: Vec<(&str, Vec<&ControlResult>)> = Vec::new();
    for result in results {
        let family = family_of(&result.control);
        match families.iter_mut().find(|(known, _)| *known == family) {
            Some((_, members)) => members.push(result),
            None => families.push((family, vec![result])),
        }
    }
    FrameworkSummary {
        id: id.to_owned(),
        name: known.map_or_else(|| id.to_owned(), |framework| framework.name.clone()),
        version: known.map(|framework| framework.version.clone()),
        counts: Counts::of(results.iter().copied()),
        native: native(results),
        official_ids_not_assessed: known
            .map_or(0, |framework| framework.official_ids().count())
            .saturating_sub(results.len()),
        families: families
            .iter()
            .map(|(family, members)| FamilySummary {
                id: (*family).to_owned(),
                name: family::name(id, family).map(str::to_owned),
                counts: Counts::of(members.iter().copied()),
                native: native(members),
            })
            .collect(),
    }
}

fn native(results: &[&ControlResult]) -> BTreeMap<String, usize> {
    let mut words: BTreeMap<String, usize> = BTreeMap::new();
    for word in results.iter().filter_map(|result| result.native.clone()) {
        *words.entry(word).or_default() += 1;
    }
    words
}
