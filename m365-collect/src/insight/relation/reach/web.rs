//! Groups, who is in them, and the shortest ways between.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Who is in which group, both ways round.
#[derive(Default)]
pub(super) struct Web {
    groups: BTreeSet<u32>,
    /// Member, group.
    up: Vec<(u32, u32)>,
    /// Group, member.
    down: Vec<(u32, u32)>,
}

impl Web {
    /// From pairs of group and member.
    pub(super) fn new(groups: BTreeSet<u32>, mut down: Vec<(u32, u32)>) -> Self {
        down.sort_unstable();
        down.dedup();
        let mut up: Vec<(u32, u32)> = down
            .iter()
            .map(|(group, member)| (*member, *group))
            .collect();
        up.sort_unstable();
        Self { groups, up, down }
    }

    pub(super) fn is_group(&self, one: u32) -> bool {
        self.groups.contains(&one)
    }

    /// The groups that somebody is in directly.
    pub(super) fn groups_of(&self, member: u32) -> impl Iterator<Item = u32> {
        second(&self.up, member)
    }

    /// Who and what is in a group directly.
    pub(super) fn members_of(&self, group: u32) -> impl Iterator<Item = u32> {
        second(&self.down, group)
    }

    /// Every group that somebody is in, each with a shortest way: the groups that are passed,
    /// itself the last.
    pub(super) fn outward(&self, member: u32) -> BTreeMap<u32, Vec<u32>> {
        let mut from: BTreeMap<u32, Option<u32>> = BTreeMap::new();
        let mut open = VecDeque::from([(member, None)]);
        while let Some((one, passed)) = open.pop_front() {
            for group in self.groups_of(one) {
                // Whoever is in a circle with themselves is not their own group.
                if group == member {
                    continue;
                }
                if let Entry::Vacant(entry) = from.entry(group) {
                    entry.insert(passed);
                    open.push_back((group, Some(group)));
                }
            }
        }
        let way = |group: &u32| {
            let mut way = chain(&from, *group);
            way.reverse();
            (*group, way)
        };
        from.keys().map(way).collect()
    }

    /// Everybody in a group who is no group themselves, each with a shortest way: the groups that
    /// are passed, from theirs to this one.
    pub(super) fn inward(&self, group: u32) -> BTreeMap<u32, Vec<u32>> {
        let mut from: BTreeMap<u32, Option<u32>> = BTreeMap::from([(group, None)]);
        let mut people: BTreeMap<u32, u32> = BTreeMap::new();
        let mut open = VecDeque::from([group]);
        while let Some(outer) = open.pop_front() {
            for member in self.members_of(outer) {
                if !self.is_group(member) {
                    people.entry(member).or_insert(outer);
                } else if let Entry::Vacant(entry) = from.entry(member) {
                    entry.insert(Some(outer));
                    open.push_back(member);
                }
            }
        }
        let way = |(person, own): (u32, u32)| (person, chain(&from, own));
        people.into_iter().map(way).collect()
    }
}

/// From one to where it came from, and on.
fn chain(from: &BTreeMap<u32, Option<u32>>, one: u32) -> Vec<u32> {
    let mut way = vec![one];
    let mut at = one;
    while let Some(Some(before)) = from.get(&at) {
        way.push(*before);
        at = *before;
    }
    way
}

fn second(pairs: &[(u32, u32)], first: u32) -> impl Iterator<Item = u32> {
    let start = pairs.partition_point(|(one, _)| *one < first);
    let rest = pairs.get(start..).unwrap_or_default();
    let same = rest.iter().take_while(move |(one, _)| *one == first);
    same.map(|(_, other)| *other)
}
