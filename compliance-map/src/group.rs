//! Who is in a group, directly or through groups inside it.

use crate::evidence::{Evidence, Grade};
use crate::facts::GroupFact;
use crate::index::{Index, Positions};

/// The groups of the tenant.
#[derive(Debug)]
pub(crate) struct Groups<'a> {
    rows: &'a [GroupFact],
    index: Index<'a>,
    grade: Grade,
}

impl<'a> Groups<'a> {
    pub(crate) fn new(evidence: Evidence<'a>) -> Self {
        let grade = evidence.grade("identity.groups");
        let rows: &[GroupFact] = match grade {
            Grade::Absent => &[],
            _ => &evidence.facts.identity_groups.items,
        };
        Self {
            rows,
            index: Index::new(rows.iter().map(|group| group.id.as_str())),
            grade,
        }
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.index.position(id).is_some()
    }

    /// Whether the group may have more members than [`each_member`](Self::each_member) shows.
    pub(crate) fn is_open(&self, group: &str) -> bool {
        self.grade != Grade::Whole || !self.contains(group)
    }

    /// Shows everything inside a group that is not itself a known group, some of it perhaps twice.
    ///
    /// Each group is entered once, so groups that contain each other end.
    pub(crate) fn each_member(&self, group: &str, mut show: impl FnMut(&'a str)) {
        let mut entered = Positions::below(self.rows.len());
        let mut waiting: Vec<usize> = self.index.position(group).into_iter().collect();
        while let Some(position) = waiting.pop() {
            if entered.contains(position) {
                continue;
            }
            entered.insert(position);
            let members = self
                .rows
                .get(position)
                .map(|group| group.members.as_slice());
            for id in members.unwrap_or_default() {
                match self.index.position(id) {
                    Some(nested) => waiting.push(nested),
                    None => show(id),
                }
            }
        }
    }
}
