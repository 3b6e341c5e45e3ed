//! Two assessments of one tenant: what became better, worse, or lost from sight.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::assess::{Assessment, ControlResult};
use crate::framework::ControlRef;
use crate::verdict::Status;

/// How one control changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// The control.
    pub control: ControlRef,
    /// Its status before.
    pub before: Status,
    /// Its status after.
    pub after: Status,
    /// Who fails now and did not before, or was not seen to.
    pub joined: BTreeSet<String>,
    /// Who failed before and is not listed as failing now; with [`lost_sight`](Self::lost_sight) that
    /// is no proof that they pass.
    pub left: BTreeSet<String>,
    /// Whether evidence is missing after that was there before.
    pub lost_sight: bool,
}

/// What changed between two assessments. A control stands in one of the status lists at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The time of the earlier assessment.
    pub before: Timestamp,
    /// The time of the later one.
    pub after: Timestamp,
    /// Proven to be better: from not, to partially, to satisfied.
    pub improved: Vec<Change>,
    /// Proven to be worse.
    pub worsened: Vec<Change>,
    /// Decided before and unknown now: neither better nor worse.
    pub newly_unknown: Vec<Change>,
    /// Any other change of status, such as unknown before and decided now.
    pub otherwise: Vec<Change>,
    /// The same status, but other people or objects fail.
    pub same_status: Vec<Change>,
    /// Controls that only one of the two assessed.
    pub not_compared: BTreeSet<ControlRef>,
}

/// Compares two assessments control by control. Controls without any change are left out.
pub fn compare(before: &Assessment, after: &Assessment) -> Comparison {
    let by_control = |assessment: &'_ Assessment| -> BTreeMap<ControlRef, usize> {
        let results = assessment.results.iter().enumerate();
        results.map(|(n, r)| (r.control.clone(), n)).collect()
    };
    let earlier = by_control(before);
    let later = by_control(after);
    let one_sided = |a: &BTreeMap<ControlRef, usize>, b: &BTreeMap<ControlRef, usize>| {
        let only = a.keys().filter(|control| !b.contains_key(control));
        only.cloned().collect::<Vec<_>>()
    };
    let mut comparison = Comparison {
        before: before.as_of,
        after: after.as_of,
        improved: Vec::new(),
        worsened: Vec::new(),
        newly_unknown: Vec::new(),
        otherwise: Vec::new(),
        same_status: Vec::new(),
        not_compared: one_sided(&earlier, &later)
            .into_iter()
            .chain(one_sided(&later, &earlier))
            .collect(),
    };
    for new in &after.results {
        let old = earlier.get(&new.control);
        let Some(old) = old.and_then(|n| before.results.get(*n)) else {
            continue;
        };
        let change = change(old, new);
        let list = match (old.status.proven(), new.status.proven()) {
            _ if old.status == new.status => {
                if change.joined.is_empty() && change.left.is_empty() {
                    continue;
                }
                &mut comparison.same_status
            }
            (Some(was), Some(is)) if is > was => &mut comparison.improved,
            (Some(_), Some(_)) => &mut comparison.worsened,
            _ if new.status == Status::Unknown => &mut comparison.newly_unknown,
            _ => &mut comparison.otherwise,
        };
        list.push(change);
    }
    comparison
}

fn change(old: &ControlResult, new: &ControlResult) -> Change {
    let (was, is) = (&old.subjects.failing, &new.subjects.failing);
    Change {
        control: new.control.clone(),
        before: old.status,
        after: new.status,
        joined: is.difference(was).map(str::to_owned).collect(),
        left: was.difference(is).map(str::to_owned).collect(),
        lost_sight: new.incomplete && !old.incomplete,
    }
}
