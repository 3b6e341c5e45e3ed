//! What an assessment answers.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::remedy::Remedy;
use crate::Timestamp;
use crate::directory::Ids;
use crate::evidence::EvidenceUse;
use crate::framework::ControlRef;
use crate::verdict::{Advisory, Missing, Status, Subjects};

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

/// How people are called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// User principal name.
    pub upn: Option<String>,
    /// Name shown to people.
    pub display_name: Option<String>,
}

/// What people are called, by id; in JSON a map of [`PersonName`].
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Those whose names stand in the directory of the tenant.
    packed: Ids,
    /// Those that were read back from JSON.
    read: BTreeMap<String, PersonName>,
}

impl Names {
    pub(super) fn new(mentioned: &Ids) -> Self {
        Self {
            packed: mentioned.without_others(),
            read: BTreeMap::new(),
        }
    }

    /// What a person is called; `None` for anything that is no person whom a result lists.
    pub fn get(&self, id: &str) -> Option<PersonName> {
        if let Some(read) = self.read.get(id) {
            return Some(read.clone());
        }
        let (upn, display_name) = self.packed.names_of(id)?;
        let (upn, display_name) = (upn.map(str::to_owned), display_name.map(str::to_owned));
        Some(PersonName { upn, display_name })
    }

    /// Whether the id is a person's whom a result lists.
    pub fn contains(&self, id: &str) -> bool {
        self.packed.contains(id) || self.read.contains_key(id)
    }

    /// The people who have a name here, sorted by id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, PersonName)> {
        let ids = self
            .packed
            .iter()
            .chain(self.read.keys().map(String::as_str));
        ids.filter_map(|id| Some((id, self.get(id)?)))
    }
}

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Names {}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            packed: Ids::default(),
            read: BTreeMap::deserialize(deserializer)?,
        })
    }
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
    pub names: Names,
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
