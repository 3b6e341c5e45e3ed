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
    /// Whether the members of any group are withheld.
    any_withheld: bool,
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
            any_withheld: rows.iter().any(|group| group.members_withheld),
        }
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.index.position(id).is_some()
    }

    /// Whether the group may have more members than [`each_member`](Self::each_member) shows.
    pub(crate) fn is_open(&self, group: &str) -> bool {
        self.grade != Grade::Whole || !self.contains(group) || self.withholds(group)
    }

    /// Whether the members of the group, or of one inside it, are withheld.
    fn withholds(&self, group: &str) -> bool {
        let mut withholds = false;
        if self.any_withheld {
            self.each_group(group, |group| withholds |= group.members_withheld);
        }
        withholds
    }

    /// Shows everything inside a group that is not itself a known group, some of it perhaps twice.
    pub(crate) fn each_member(&self, group: &str, mut show: impl FnMut(&'a str)) {
        self.each_group(group, |group| {
            let members = group.members.iter().map(String::as_str);
            members
                .filter(|id| self.index.position(id).is_none())
                .for_each(&mut show);
        });
    }

    /// Shows a group and those inside it.
    ///
    /// Each group is entered once, so groups that contain each other end.
    fn each_group(&self, group: &str, mut show: impl FnMut(&'a GroupFact)) {
        let mut entered = Positions::below(self.rows.len());
        let mut waiting: Vec<usize> = self.index.position(group).into_iter().collect();
        while let Some(position) = waiting.pop() {
            if entered.contains(position) {
                continue;
            }
            entered.insert(position);
            let Some(group) = self.rows.get(position) else {
                continue;
            };
            waiting.extend(
                group
                    .members
                    .iter()
                    .filter_map(|id| self.index.position(id)),
            );
            show(group);
        }
    }
}
