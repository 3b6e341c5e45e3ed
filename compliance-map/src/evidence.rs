//! How far each fact can be relied on at the time of the assessment.

use std::collections::BTreeMap;
use std::sync::Arc;

use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::directory::{Directory, NOBODY};
use crate::facts::{FactKey, Facts, State};
use crate::options::Options;
use crate::verdict::{Action, Missing};

const DEFAULT_MAX_AGE_HOURS: u32 = 24;
const USERS: &str = "identity.users";

/// How far a fact can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EvidenceGrade {
    /// Nothing can be concluded from it, neither from its rows nor from their absence.
    Absent,
    /// Its rows are true, but there may be more: they may prove a failure, never success.
    Part,
    /// Read to the end, dated and fresh.
    Whole,
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

/// The facts together with the rules of freshness.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) options: &'a Options,
    directory: &'a Arc<Directory>,
}

impl<'a> Evidence<'a> {
    pub(crate) fn new(
        facts: &'a Facts,
        directory: &'a Arc<Directory>,
        options: &'a Options,
    ) -> Self {
        Self {
            facts,
            options,
            directory,
        }
    }

    /// The accounts: none where the account list proves nothing.
    pub(crate) fn directory(&self) -> &'a Arc<Directory> {
        if self.grade(USERS) == EvidenceGrade::Absent {
            &NOBODY
        } else {
            self.directory
        }
    }

    /// Who was packed as a member of a group: accounts, or mere ids where the account list proves
    /// nothing.
    pub(crate) fn packed_members(
        &self,
        group: &str,
    ) -> (Option<&'a RoaringBitmap>, impl Iterator<Item = &'a str>) {
        let directory = self.directory;
        let members = directory.members(group);
        let is_known = self.grade(USERS) != EvidenceGrade::Absent;
        let ids = members.filter(|_| !is_known).into_iter().flatten();
        let ids = ids.map(|position| directory.id(position));
        (members.filter(|_| is_known), ids)
    }

    pub(crate) fn as_of(&self) -> Timestamp {
        self.options.as_of
    }

    pub(crate) fn grade(&self, key: &str) -> EvidenceGrade {
        let envelope = self.facts.envelope(key);
        match envelope.state {
            State::Ok | State::Truncated if self.age_problem(key).is_some() => {
                EvidenceGrade::Absent
            }
            State::Ok if envelope.complete => EvidenceGrade::Whole,
            State::Ok | State::Truncated => EvidenceGrade::Part,
            _ => EvidenceGrade::Absent,
        }
    }

    pub(crate) fn is_whole(&self, key: &str) -> bool {
        self.grade(key) == EvidenceGrade::Whole
    }

    fn max_age_hours(&self, key: &str) -> u32 {
        let by_table = FactKey::find(key).map_or(DEFAULT_MAX_AGE_HOURS, |k| k.max_age_hours);
        let by_fact = self.options.freshness_by_fact.get(key).copied();
        by_fact.or(self.options.freshness_hours).unwrap_or(by_table)
    }

    fn age_problem(&self, key: &str) -> Option<String> {
        let Some(collected_at) = self.facts.envelope(key).collected_at else {
            return Some(
                "does not say when it was collected, so it cannot be shown to be fresh".into(),
            );
        };
        if collected_at > self.as_of() {
            return Some("is dated after the time of the assessment".into());
        }
        let limit = self.max_age_hours(key);
        self.as_of()
            .is_more_than_seconds_after(collected_at, i64::from(limit) * 3600)
            .then(|| {
                let age = self.as_of().hours_since(collected_at);
                format!("is {age} hours old; the limit is {limit}")
            })
    }

    /// Whether a fact is older than one control allows, and by how much.
    pub(crate) fn too_old_for(&self, key: &str, limit: u32) -> Option<Missing> {
        let collected_at = self.facts.envelope(key).collected_at?;
        let old = self
            .as_of()
            .is_more_than_seconds_after(collected_at, i64::from(limit) * 3600);
        let age = self.as_of().hours_since(collected_at);
        old.then(|| Missing {
            fact: key.to_owned(),
            problem: format!("is {age} hours old; the control allows {limit}"),
            permission: None,
            license: None,
        })
    }

    /// Why nothing can be concluded from a fact, and what would supply it.
    pub(crate) fn missing(&self, key: &str) -> Missing {
        let envelope = self.facts.envelope(key);
        let table = FactKey::find(key);
        let permission = || {
            let known = table.map(|k| k.permission.to_owned());
            envelope.permission.map(str::to_owned).or(known)
        };
        let license = || table.and_then(|k| k.license).map(str::to_owned);
        let (problem, permission, license) = match envelope.state {
            State::Denied => (
                "was denied: the permission is missing".into(),
                permission(),
                None,
            ),
            State::Unlicensed => (
                "is not included in the tenant's licenses".into(),
                None,
                license(),
            ),
            State::Error => ("could not be read; collect it again".into(), None, None),
            State::NotCollected => ("was not collected".into(), permission(), license()),
            State::Ok | State::Truncated => (
                self.age_problem(key).unwrap_or_else(|| {
                    if self.grade(key) == EvidenceGrade::Part {
                        "was cut short; collect it again to the end".into()
                    } else {
                        "does not tell enough about somebody; collect it again".into()
                    }
                }),
                None,
                None,
            ),
        };
        Missing {
            fact: key.to_owned(),
            problem,
            permission,
            license,
        }
    }

    /// What to do to get a missing fact, by how its reading ended.
    pub(crate) fn supply(&self, missing: &Missing) -> Action {
        let fact = missing.fact.clone();
        let state = self.facts.envelope(&fact).state;
        match (state, &missing.permission, &missing.license) {
            (State::Denied, Some(permission), _) => Action::GrantPermission {
                permission: permission.clone(),
                fact,
            },
            (State::Unlicensed, _, Some(license)) => Action::AddLicense {
                license: license.clone(),
                fact,
            },
            _ => Action::RefreshEvidence {
                fact,
                problem: missing.problem.clone(),
            },
        }
    }

    pub(crate) fn usage(&self, key: &str) -> EvidenceUse {
        let envelope = self.facts.envelope(key);
        EvidenceUse {
            fact: key.to_owned(),
            state: envelope.state,
            complete: envelope.complete,
            collected_at: envelope.collected_at,
            age_hours: envelope
                .collected_at
                .map(|collected_at| self.as_of().hours_since(collected_at)),
        }
    }
}

/// The rows by id; of two rows about the same object the later one counts.
pub(crate) fn latest<'a, T>(
    rows: &'a [T],
    id: impl Fn(&'a T) -> &'a str,
) -> BTreeMap<&'a str, &'a T> {
    rows.iter().map(|row| (id(row), row)).collect()
}
