//! Who is in a group, directly or through groups inside it.
//!
//! Groups that contain each other are one cluster, so that whatever is asked of many groups looks at
//! each of them once, however they are nested.

use std::collections::{BTreeSet, HashMap};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use roaring::RoaringBitmap;

use crate::directory::Directory;
use crate::evidence::{Evidence, EvidenceGrade};
use crate::facts::GroupFact;

/// The groups of the tenant.
#[derive(Debug)]
pub(crate) struct Groups<'a> {
    index: HashMap<&'a str, usize>,
    grade: EvidenceGrade,
    /// Where in `clusters` each group is.
    cluster_of: Vec<usize>,
    clusters: Vec<Cluster<'a>>,
}

/// Who is in some groups and is no known group.
#[derive(Debug, Default)]
pub(crate) struct Members<'a> {
    /// Accounts, by where they stand in the directory.
    pub(crate) people: RoaringBitmap,
    /// Whatever else, by id.
    pub(crate) others: BTreeSet<&'a str>,
}

impl Members<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.people.is_empty() && self.others.is_empty()
    }
}

/// A group, or several that contain each other.
#[derive(Debug, Default)]
struct Cluster<'a> {
    /// The accounts in one of them.
    people: RoaringBitmap,
    /// What else is in one of them and is no known group.
    others: Vec<&'a str>,
    /// The clusters inside.
    inside: Vec<usize>,
    /// Whether one of them may have more members.
    open: bool,
}

impl<'a> Groups<'a> {
    pub(crate) fn new(evidence: Evidence<'a>) -> Self {
        let grade = evidence.grade("identity.groups");
        let rows: &[GroupFact] = match grade {
            EvidenceGrade::Absent => &[],
            _ => &evidence.facts.identity_groups.items,
        };
        let directory = evidence.directory();
        let index: HashMap<&str, usize> = rows.iter().map(|row| row.id.as_str()).zip(0..).collect();
        let mut nesting: DiGraph<(), (), usize> = DiGraph::default();
        for _ in rows {
            nesting.add_node(());
        }
        for (position, group) in rows.iter().enumerate() {
            for inside in group.members.iter().filter_map(|id| index.get(id.as_str())) {
                nesting.add_edge(NodeIndex::new(position), NodeIndex::new(*inside), ());
            }
        }
        let mut cluster_of = vec![0; rows.len()];
        let mut clusters = Vec::new();
        for nodes in kosaraju_scc(&nesting) {
            for node in nodes {
                if let Some(cluster) = cluster_of.get_mut(node.index()) {
                    *cluster = clusters.len();
                }
            }
            clusters.push(Cluster::default());
        }
        for (position, group) in rows.iter().enumerate() {
            let own = cluster_of.get(position).copied().unwrap_or_default();
            let Some(cluster) = clusters.get_mut(own) else {
                continue;
            };
            cluster.open |= group.is_open();
            for id in &group.members {
                match index.get(id.as_str()) {
                    None => cluster.take(id, directory),
                    Some(inside) => cluster.inside.extend(cluster_of.get(*inside)),
                }
            }
            let (people, ids) = evidence.packed_members(&group.id);
            if let Some(people) = people {
                cluster.people |= people;
            }
            cluster.others.extend(ids);
        }
        for cluster in &mut clusters {
            cluster.others.sort_unstable();
            cluster.others.dedup();
            cluster.inside.sort_unstable();
            cluster.inside.dedup();
        }
        Self {
            index,
            grade,
            cluster_of,
            clusters,
        }
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        self.index.contains_key(id)
    }

    /// Whether one of the groups may have more members than [`members`](Self::members) shows.
    pub(crate) fn any_is_open<'g>(&self, groups: &[&'g str]) -> bool {
        let is_lost = |group: &&'g str| !self.contains(group);
        !groups.is_empty() && self.grade != EvidenceGrade::Whole
            || groups.iter().any(is_lost)
            || self.within(groups).iter().any(|cluster| cluster.open)
    }

    /// Everybody inside the groups that is not itself a known group.
    pub(crate) fn members(&self, groups: &[&str]) -> Members<'a> {
        let mut members = Members::default();
        for cluster in self.within(groups) {
            members.people |= &cluster.people;
            members.others.extend(&cluster.others);
        }
        members
    }

    /// The clusters of the groups and those inside them, each once.
    fn within(&self, groups: &[&str]) -> Vec<&Cluster<'a>> {
        let mut entered = BTreeSet::new();
        let positions = groups.iter().filter_map(|group| self.index.get(group));
        let mut waiting: Vec<usize> = positions
            .filter_map(|position| self.cluster_of.get(*position).copied())
            .collect();
        let mut within = Vec::new();
        while let Some(position) = waiting.pop() {
            if !entered.insert(position) {
                continue;
            }
            if let Some(cluster) = self.clusters.get(position) {
                waiting.extend(&cluster.inside);
                within.push(cluster);
            }
        }
        within
    }
}

impl<'a> Cluster<'a> {
    fn take(&mut self, id: &'a str, directory: &Directory) {
        match directory.position(id) {
            Some(position) => drop(self.people.insert(position)),
            None => self.others.push(id),
        }
    }
}
