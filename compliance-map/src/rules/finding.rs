//! What a rule found.

use std::collections::{BTreeMap, BTreeSet};

use crate::directory::{ByReason, Ids};
use crate::verdict::{Action, Missing};

/// What a rule found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Finding {
    /// The question, in words.
    pub(crate) question: String,
    /// How many people pass.
    pub(crate) passing: usize,
    /// Who fails, and why.
    pub(crate) failing: ByReason,
    /// Who passes at some sign-ins only, and why.
    pub(crate) conditional: ByReason,
    /// Of whom nothing is proven, and why.
    pub(crate) unknown: ByReason,
    /// Who is not counted, and why.
    pub(crate) excluded: ByReason,
    /// Whether something of what is asked is proven to be in place.
    pub(crate) in_place: bool,
    /// Whether the evidence is whole, so that success may be concluded.
    pub(crate) whole: bool,
    /// Why the finding passes although nobody is counted: there is nothing that could fail.
    pub(crate) vacuous_pass: Option<&'static str>,
    /// Whether a signed attestation settles the question while facts prove nothing either way: what is
    /// asked may be done outside Microsoft 365.
    pub(crate) attestable: bool,
    /// Why nothing can be concluded about anybody.
    pub(crate) undecidable: Option<&'static str>,
    pub(crate) missing: BTreeSet<Missing>,
    pub(crate) evidence: BTreeSet<&'static str>,
    /// What would help those who fail.
    pub(crate) advice: &'static str,
    /// What that advice is about, where it is the same for everybody who fails.
    pub(crate) target: Option<Target>,
    /// Steps that help some of those who fail, and whom.
    pub(crate) steps: BTreeMap<Action, Ids>,
}

/// What has to be changed for those who fail to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// The accounts that fail.
    Accounts,
    /// The policies that fail, or a policy that there is not yet, in this fact.
    Policies(&'static str),
    /// The devices, domains, mailboxes or applications that fail, or the tenant, in this fact.
    Objects(&'static str),
}

impl Finding {
    /// Whether nobody counts.
    pub(crate) fn counts_nobody(&self) -> bool {
        let lists = [&self.failing, &self.conditional, &self.unknown];
        self.passing == 0 && lists.into_iter().all(ByReason::is_empty)
    }
}
