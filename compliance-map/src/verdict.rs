//! The words of every answer: what is proven of a control, about whom, what is missing, what to do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::directory::{Exclusions, Ids, Pool};

/// What is proven about a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// Every clause is proven by complete and fresh evidence for everybody it concerns.
    Satisfied,
    /// Something is proven to be in place and something is proven to be lacking.
    PartiallySatisfied,
    /// A lack is proven and nothing is proven to be in place.
    NotSatisfied,
    /// No lack is proven, and evidence that could show one is missing.
    Unknown,
    /// A person must decide; the facts are attached.
    Manual,
    /// The control does not bear on this tenant.
    NotApplicable,
}

impl Status {
    /// The word used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Satisfied => "satisfied",
            Self::PartiallySatisfied => "partially_satisfied",
            Self::NotSatisfied => "not_satisfied",
            Self::Unknown => "unknown",
            Self::Manual => "manual",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// How good a status is, where facts decided it.
    pub(crate) fn proven(self) -> Option<u8> {
        match self {
            Self::NotSatisfied => Some(0),
            Self::PartiallySatisfied => Some(1),
            Self::Satisfied => Some(2),
            Self::Unknown | Self::Manual | Self::NotApplicable => None,
        }
    }
}

/// The people a control is about, by object id, each list sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subjects {
    /// Proven to lack what is asked.
    pub failing: Ids,
    /// Nothing proven either way.
    pub unknown: Ids,
    /// Bound only under some condition; they do not count as passing.
    pub conditional: Ids,
    /// Not passing, but covered by a valid exception.
    pub excepted: Ids,
    /// Not in the population.
    pub excluded: Exclusions,
    /// For everybody in `failing`, `unknown`, `conditional` and `excepted`: why, and who.
    pub reasons: BTreeMap<String, Ids>,
}

impl Subjects {
    /// Adds the people of a further clause. Whoever fails one clause fails the control.
    pub(crate) fn add(&mut self, clause: &Self) {
        self.failing.add(&clause.failing);
        self.conditional.add(&clause.conditional);
        self.unknown.add(&clause.unknown);
        self.excepted.add(&clause.excepted);
        self.excluded.add_all(&clause.excluded);
        for (why, ids) in &clause.reasons {
            self.reasons.entry(why.clone()).or_default().add(ids);
        }
        self.conditional.remove(&self.failing);
        self.unknown.remove(&self.failing);
        self.unknown.remove(&self.conditional);
    }

    /// Holds lists that are in the pool only there.
    pub(crate) fn share(&mut self, pool: &mut Pool) {
        for ids in [
            &mut self.failing,
            &mut self.conditional,
            &mut self.unknown,
            &mut self.excepted,
        ] {
            pool.share(ids);
        }
        self.reasons.values_mut().for_each(|ids| pool.share(ids));
        pool.share_all(&mut self.excluded);
    }
}

/// Evidence whose absence keeps a result unknown, and what would supply it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Missing {
    /// The wire key of the fact, or the name of an undeclared parameter.
    pub fact: String,
    /// What is wrong with it.
    pub problem: String,
    /// The permission that would let it be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    /// The license that includes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
}

/// Something to look at that changes no status.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Advisory {
    /// Whom or what it is about: an object id, an exception id, a fact key.
    pub subject: String,
    /// What was noticed.
    pub message: String,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// Have these people register a method that does what is asked.
    EnrolPeople,
    /// Change a policy, or set one up.
    ChangePolicy {
        /// The fact that holds the policies.
        fact: String,
        /// The policy's id; `None` when no present policy would do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        policy: Option<String>,
        /// What to change.
        change: String,
    },
    /// Change a setting of the tenant.
    ChangeSetting {
        /// The fact that holds the setting.
        fact: String,
        /// What to change.
        change: String,
    },
    /// Change devices, domains, mailboxes, applications: the subjects.
    ChangeObjects {
        /// The fact that holds the objects.
        fact: String,
        /// What to change.
        change: String,
    },
    /// Change the accounts of these people.
    ChangeAccounts {
        /// What to change.
        change: String,
    },
    /// Grant whoever collects the evidence a permission.
    GrantPermission {
        /// The permission.
        permission: String,
        /// The fact that could be read then.
        fact: String,
    },
    /// Buy a license, or assign one that was bought.
    AddLicense {
        /// The license.
        license: String,
        /// The fact that could be read then.
        fact: String,
    },
    /// Collect evidence, for the first time or again.
    RefreshEvidence {
        /// The fact.
        fact: String,
        /// What is wrong with what is there.
        problem: String,
    },
    /// Declare a limit that is the organisation's to set, in the overlay or the options.
    DeclareParameter {
        /// The parameter's name.
        parameter: String,
    },
    /// Have somebody sign for what settings cannot show.
    GiveAttestation {
        /// What to look at.
        clause: String,
    },
    /// End exceptions for some of the subjects: more apply than a control can carry.
    EndExceptions,
}
