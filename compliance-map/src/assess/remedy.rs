//! What would change a result, as values that a product can act on.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::directory::Ids;
use crate::evidence::Evidence;
use crate::facts::{FactKey, TENANT};
use crate::rules::{Finding, Target};
use crate::verdict::{Action, Missing, Subjects};

/// One step that would change the answer, and whom or what it concerns.
///
/// In JSON `{"action": "enrol_people", "subjects": ["…"]}`, with the members of the action beside it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Remedy {
    /// What to do.
    #[serde(flatten)]
    pub action: Action,
    /// People or objects that fail today and would not fail for this reason afterwards, by id; empty
    /// when the step is about the tenant as a whole.
    #[serde(default, skip_serializing_if = "Ids::is_empty")]
    pub subjects: Ids,
}

impl Remedy {
    pub(super) fn of_tenant(action: Action) -> Self {
        Self {
            action,
            subjects: Ids::default(),
        }
    }

    fn of(action: Action, subjects: Ids) -> Self {
        Self { action, subjects }
    }
}

/// What would let evidence that is missing be had.
pub(super) fn supply(evidence: Evidence<'_>, missing: &Missing) -> Remedy {
    Remedy::of_tenant(if FactKey::find(&missing.fact).is_none() {
        Action::DeclareParameter {
            parameter: missing.fact.clone(),
        }
    } else {
        evidence.supply(missing)
    })
}

/// What would help those of a finding who fail and are not excepted.
pub(super) fn help(finding: &Finding, subjects: &Subjects, remedies: &mut BTreeSet<Remedy>) {
    for (action, ids) in &finding.steps {
        let mut helped = ids.clone();
        helped.remove(&subjects.excepted);
        if !helped.is_empty() {
            remedies.insert(Remedy::of(action.clone(), helped));
        }
    }
    let Some(target) = finding.target else {
        return;
    };
    let mut ids = subjects.failing.clone();
    ids.add(&subjects.conditional);
    let tenant = ids.take(TENANT);
    let change = || finding.advice.to_owned();
    if tenant {
        remedies.insert(Remedy::of_tenant(match target {
            Target::Policies(fact) => Action::ChangePolicy {
                fact: fact.to_owned(),
                policy: None,
                change: change(),
            },
            Target::Objects(fact) => Action::ChangeSetting {
                fact: fact.to_owned(),
                change: change(),
            },
            Target::Accounts => Action::ChangeAccounts { change: change() },
        }));
    }
    match target {
        _ if ids.is_empty() => {}
        Target::Policies(fact) => remedies.extend(ids.iter().map(|id| {
            Remedy::of_tenant(Action::ChangePolicy {
                fact: fact.to_owned(),
                policy: Some(id.to_owned()),
                change: change(),
            })
        })),
        Target::Objects(fact) => {
            let fact = fact.to_owned();
            let change = change();
            remedies.insert(Remedy::of(Action::ChangeObjects { fact, change }, ids));
        }
        Target::Accounts => {
            let change = change();
            remedies.insert(Remedy::of(Action::ChangeAccounts { change }, ids));
        }
    }
}
