//! Who is in a group, directly or through groups inside it.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{Evidence, Grade, latest};
use crate::facts::GroupFact;

/// The groups of the tenant.
#[derive(Debug)]
pub(crate) struct Groups<'a> {
    rows: BTreeMap<&'a str, &'a GroupFact>,
    grade: Grade,
}

/// Everything inside a group that is not itself a known group.
#[derive(Debug, Default)]
pub(crate) struct Members<'a> {
    pub(crate) ids: BTreeSet<&'a str>,
    /// Whether there may be more.
    pub(crate) open: bool,
}

impl<'a> Groups<'a> {
    pub(crate) fn new(evidence: Evidence<'a>) -> Self {
        let grade = evidence.grade("identity.groups");
        let rows = if grade == Grade::Absent {
            BTreeMap::new()
        } else {
            latest(&evidence.facts.identity_groups.items, |group| &group.id)
        };
        Self { rows, grade }
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.rows.contains_key(id)
    }

    /// The transitive members. Each group is entered once, so groups that contain each other end.
    pub(crate) fn members(&self, group: &str) -> Members<'a> {
        let mut members = Members {
            ids: BTreeSet::new(),
            open: self.grade != Grade::Whole || !self.contains(group),
        };
        let mut entered = BTreeSet::new();
        let mut waiting: Vec<&GroupFact> = self.rows.get(group).copied().into_iter().collect();
        while let Some(group) = waiting.pop() {
            if !entered.insert(group.id.as_str()) {
                continue;
            }
            for id in &group.members {
                match self.rows.get(id.as_str()) {
                    Some(nested) => waiting.push(nested),
                    None => {
                        members.ids.insert(id);
                    }
                }
            }
        }
        members
    }
}
