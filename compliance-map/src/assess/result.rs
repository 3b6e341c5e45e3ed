//! What an assessment answers.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::remedy::Remedy;
use crate::Timestamp;
use crate::facts::State;
use crate::framework::ControlRef;

/// What is proven about a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// Every clause is proven by complete and fresh evidence for everybody it concerns.
    Satisfied,
    /// Something is proven to be in place and something is proven to be lacking.
    PartiallySatisfied,
    /// A lack is proven and nothing is proven to be in place.
    NotSatisfied,
    /// No lack is proven, and evidence that could show one is missing.
    Unknown,
    /// A person must decide; the facts are attached.
    Manual,
    /// The control does not bear on this tenant.
    NotApplicable,
}

impl Status {
    /// The word used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Satisfied => "satisfied",
            Self::PartiallySatisfied => "partially_satisfied",
            Self::NotSatisfied => "not_satisfied",
            Self::Unknown => "unknown",
            Self::Manual => "manual",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// Someone left out of a control's population, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Excluded {
    /// Object id.
    pub id: String,
    /// Why it does not count, for example `disabled`.
    pub reason: String,
}

/// The people a control is about, by object id, each list sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subjects {
    /// Proven to lack what is asked.
    pub failing: BTreeSet<String>,
    /// Nothing proven either way.
    pub unknown: BTreeSet<String>,
    /// Bound only under some condition; they do not count as passing.
    pub conditional: BTreeSet<String>,
    /// Not passing, but covered by a valid exception.
    pub excepted: BTreeSet<String>,
    /// Not in the population.
    pub excluded: BTreeSet<Excluded>,
    /// For everybody in `failing`, `unknown`, `conditional` and `excepted`: why, and who.
    pub reasons: BTreeMap<String, BTreeSet<String>>,
}

/// A fact that a result rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceUse {
    /// The wire key.
    pub fact: String,
    /// How its reading ended.
    pub state: State,
    /// Whether all rows were read.
    pub complete: bool,
    /// When.
    pub collected_at: Option<Timestamp>,
    /// Whole hours between the reading and the time of the assessment.
    pub age_hours: Option<i64>,
}

/// Evidence whose absence keeps a result unknown, and what would supply it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Missing {
    /// The wire key of the fact, or the name of an undeclared parameter.
    pub fact: String,
    /// What is wrong with it.
    pub problem: String,
    /// The permission that would let it be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    /// The licence that includes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
}

/// One clause of a control and what is proven about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClauseResult {
    /// The question, in our words.
    pub question: String,
    /// What is proven.
    pub status: Status,
    /// How many of how many people pass, for example `47/50`.
    pub ratio: Option<String>,
    /// Why.
    pub why: String,
}

/// The answer for one control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ControlResult {
    /// The control.
    pub control: ControlRef,
    /// Its title in our words, or the public-domain wording.
    pub title: String,
    /// What is proven.
    pub status: Status,
    /// The framework's own word for it, where the framework has one that fits.
    pub native: Option<String>,
    /// Why, in a sentence or two.
    pub why: String,
    /// How many of how many people pass, for example `47/50`; only where people are counted.
    pub ratio: Option<String>,
    /// Who.
    pub subjects: Subjects,
    /// The clauses that were looked at.
    pub clauses: Vec<ClauseResult>,
    /// The facts used, with their age.
    pub evidence: Vec<EvidenceUse>,
    /// What would lift an unknown.
    pub missing: Vec<Missing>,
    /// What would change the answer.
    pub recommendation: Option<String>,
    /// The same, as values: whom to enrol, which policy to change, which permission to grant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<Remedy>,
    /// Whether evidence was cut short or missing, so that more failures may exist than are listed.
    pub incomplete: bool,
    /// What was taken for granted, for example the scope.
    pub assumptions: Vec<String>,
    /// What it has in common with controls of other frameworks, on which the same evidence bears; which
    /// those are stands once in [`Assessment::crosswalk`].
    #[serde(default)]
    pub themes: BTreeSet<String>,
}

/// Something to look at that changes no status.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Advisory {
    /// Whom or what it is about: an object id, an exception id, a fact key.
    pub subject: String,
    /// What was noticed.
    pub message: String,
}

/// How people are called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// User principal name.
    pub upn: Option<String>,
    /// Name shown to people.
    pub display_name: Option<String>,
}

/// Who is in the tenant, in numbers, and the names of those whom results mention.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct People {
    /// Whether the numbers can be relied on: the account list is whole and fresh.
    pub known: bool,
    /// Enabled accounts, guests among them.
    pub enabled: usize,
    /// Enabled guests.
    pub guests: usize,
    /// Enabled administrators; `None` when the roles are not known.
    pub administrators: Option<usize>,
    /// Disabled accounts.
    pub disabled: usize,
    /// Names of everybody whom a result lists.
    pub names: BTreeMap<String, PersonName>,
}

/// Everything that was found out about one tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Assessment {
    /// The tenant.
    pub tenant: Option<crate::facts::TenantInfo>,
    /// The time that ages and expiries were computed against.
    pub as_of: Timestamp,
    /// One entry per control, in the catalogue's order.
    pub results: Vec<ControlResult>,
    /// Who is in the tenant.
    pub people: People,
    /// Names of the objects that results list and that are no people, such as devices with their
    /// owners, applications, groups and policies, by id.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    /// Remarks that change no status.
    pub advisories: Vec<Advisory>,
    /// For each theme that a result names: the controls of the catalogue on which the same evidence
    /// bears, assessed or not. It grows with the controls, not with the pairs of them.
    #[serde(default)]
    pub crosswalk: BTreeMap<String, BTreeSet<ControlRef>>,
}

impl Assessment {
    /// The result of one control, if it was asked for.
    pub fn result(&self, reference: &str) -> Option<&ControlResult> {
        self.results
            .iter()
            .find(|result| result.control.to_string() == reference)
    }

    /// The controls of other frameworks on which the evidence for this one bears too.
    pub fn crosswalk_of(&self, result: &ControlResult) -> BTreeSet<&ControlRef> {
        let sharing = result
            .themes
            .iter()
            .filter_map(|theme| self.crosswalk.get(theme));
        let own = result.control.framework();
        sharing
            .flatten()
            .filter(|other| other.framework() != own)
            .collect()
    }
}
