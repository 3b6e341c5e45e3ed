//! Who is in a group, directly or through groups inside it.
//!
//! Groups that contain each other are one cluster, so that whatever is asked of many groups looks at
//! each of them once, however they are nested.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::evidence::{Evidence, EvidenceGrade};
use crate::facts::GroupFact;
use crate::index::{Index, Positions};

/// The groups of the tenant.
#[derive(Debug)]
pub(crate) struct Groups<'a> {
    index: Index<'a>,
    grade: EvidenceGrade,
    /// Where in `clusters` each group is.
    cluster_of: Vec<usize>,
    clusters: Vec<Cluster<'a>>,
}

/// A group, or several that contain each other.
#[derive(Debug, Default)]
struct Cluster<'a> {
    /// Who is in one of them and is no known group.
    members: Vec<&'a str>,
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
        let index = Index::new(rows.iter().map(|group| group.id.as_str()));
        let mut nesting: DiGraph<(), (), usize> = DiGraph::default();
        for _ in rows {
            nesting.add_node(());
        }
        for (position, group) in rows.iter().enumerate() {
            for inside in group.members.iter().filter_map(|id| index.position(id)) {
                nesting.add_edge(NodeIndex::new(position), NodeIndex::new(inside), ());
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
                match index.position(id) {
                    None => cluster.members.push(id),
                    Some(inside) => cluster.inside.extend(cluster_of.get(inside)),
                }
            }
        }
        for cluster in &mut clusters {
            cluster.members.sort_unstable();
            cluster.members.dedup();
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
        self.index.position(id).is_some()
    }

    /// Whether one of the groups may have more members than [`members`](Self::members) shows.
    pub(crate) fn any_is_open<'g>(&self, groups: &[&'g str]) -> bool {
        let is_lost = |group: &&'g str| !self.contains(group);
        !groups.is_empty() && self.grade != EvidenceGrade::Whole
            || groups.iter().any(is_lost)
            || self.within(groups).iter().any(|cluster| cluster.open)
    }

    /// Everybody inside the groups that is not itself a known group, some perhaps twice.
    pub(crate) fn members(&self, groups: &[&str]) -> impl Iterator<Item = &'a str> {
        let clusters = self.within(groups).into_iter();
        clusters.flat_map(|cluster| cluster.members.iter().copied())
    }

    /// The clusters of the groups and those inside them, each once.
    fn within(&self, groups: &[&str]) -> Vec<&Cluster<'a>> {
        let mut entered = Positions::below(self.clusters.len());
        let positions = groups.iter().filter_map(|group| self.index.position(group));
        let mut waiting: Vec<usize> = positions
            .filter_map(|position| self.cluster_of.get(position).copied())
            .collect();
        let mut within = Vec::new();
        while let Some(position) = waiting.pop() {
            if entered.contains(position) {
                continue;
            }
            entered.insert(position);
            if let Some(cluster) = self.clusters.get(position) {
                waiting.extend(&cluster.inside);
                within.push(cluster);
            }
        }
        within
    }
}
