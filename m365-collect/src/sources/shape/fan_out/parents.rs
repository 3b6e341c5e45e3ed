//! Which stored objects are asked about.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::error::Result;
use crate::kind::Kind;
use crate::record::{Edge, Record, Relation};
use crate::run::Run;

/// The objects that a [`FanOutSource`](super::FanOutSource) asks about: all of a kind, unless it
/// is said otherwise.
#[derive(Debug, Clone)]
pub struct Parents {
    kind: Kind,
    is_asked: Option<fn(&Record) -> bool>,
    uncovered: Option<u64>,
}

impl From<Kind> for Parents {
    fn from(kind: Kind) -> Self {
        Self {
            kind,
            is_asked: None,
            uncovered: None,
        }
    }
}

impl Parents {
    /// The objects of a kind for which this holds.
    pub fn filtered(kind: Kind, is_asked: fn(&Record) -> bool) -> Self {
        Self {
            is_asked: Some(is_asked),
            ..Self::from(kind)
        }
    }

    /// Enabled accounts that hold a directory role or could, in person or through groups, and
    /// those that the registration report does not cover: of these at most so many, for each costs
    /// a request of the scarcest sort
    /// (<https://learn.microsoft.com/graph/throttling-limits>: five in ten seconds).
    pub fn administrators_and_uncovered(at_most: u64) -> Self {
        Self {
            uncovered: Some(at_most),
            is_asked: Some(is_enabled),
            ..Self::from(Kind::USER)
        }
    }

    pub(super) const fn kind(&self) -> &Kind {
        &self.kind
    }
}

/// <https://learn.microsoft.com/graph/api/resources/user>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    account_enabled: Option<bool>,
}

/// Not those of whom it is known that they cannot sign in.
fn is_enabled(user: &Record) -> bool {
    !user
        .view::<Account>()
        .is_ok_and(|account| account.account_enabled == Some(false))
}

/// The choice, with what it takes to make it.
pub(super) struct Chosen<'a> {
    parents: &'a Parents,
    administrators: BTreeSet<String>,
}

impl<'a> Chosen<'a> {
    pub(super) async fn new(parents: &'a Parents, run: &Run<'_>) -> Result<Self> {
        let administrators = match parents.uncovered {
            None => BTreeSet::new(),
            Some(_) => administrators(run).await?,
        };
        Ok(Self {
            parents,
            administrators,
        })
    }

    /// The ids of those that are asked about. `asked` were before, and `left_out` counts those
    /// that would be, were it not for the bound.
    pub(super) async fn ids(
        &self,
        run: &Run<'_>,
        parents: &[Record],
        left_out: &mut u64,
        mut asked: u64,
    ) -> Result<Vec<String>> {
        let mut ids = Vec::with_capacity(parents.len());
        for parent in parents {
            if self
                .parents
                .is_asked
                .is_some_and(|is_asked| !is_asked(parent))
            {
                continue;
            }
            if let Some(at_most) = self.parents.uncovered
                && !self.administrators.contains(&parent.id)
            {
                let covered = run
                    .stored_one(&Kind::REGISTRATION_DETAILS, &parent.id)
                    .await?;
                if covered.is_some() {
                    continue;
                }
                if asked >= at_most {
                    *left_out += 1;
                    continue;
                }
            }
            asked += 1;
            ids.push(parent.id.clone());
        }
        Ok(ids)
    }
}

/// <https://learn.microsoft.com/graph/api/resources/unifiedroleassignment>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Held {
    principal_id: Option<String>,
}

/// Records read at a time.
const PAGE: usize = 500;

/// Whoever holds a directory role, or could: people, and the members of groups, however deep.
async fn administrators(run: &Run<'_>) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for kind in [Kind::ROLE_ASSIGNMENT, Kind::ROLE_ELIGIBILITY] {
        let mut after: Option<String> = None;
        loop {
            let page = run.stored(&kind, after.as_deref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id.clone());
            let held = page.iter().filter_map(|held| held.view::<Held>().ok());
            found.extend(held.filter_map(|held| held.principal_id));
        }
    }
    let mut open: Vec<String> = found.iter().cloned().collect();
    while let Some(group) = open.pop() {
        // Edges come in order, so those of a group follow the edge that would come before them.
        let mut after = Edge::new(Relation::MEMBER, group.clone(), "");
        'group: loop {
            let page = run
                .stored_edges(&Relation::MEMBER, Some(&after), PAGE)
                .await?;
            let Some(last) = page.last() else { break };
            after = last.clone();
            for edge in page {
                if edge.from != group {
                    break 'group;
                }
                if found.insert(edge.to.clone()) {
                    open.push(edge.to);
                }
            }
        }
    }
    Ok(found)
}
