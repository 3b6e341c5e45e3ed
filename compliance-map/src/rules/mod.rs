//! The questions that facts can answer, one file per family.
//!
//! A rule looks at the facts alone. It knows no framework, no exception and no status: those are
//! applied to its [`Finding`] afterwards.

mod application;
mod conditional_access;
mod data;
mod device;
mod device_config;
mod dispatch;
mod dormant;
mod guest;
mod leaver;
mod log;
mod mail;
mod mail_domain;
mod mailbox;
mod mfa;
mod organization;
mod password;
mod people;
mod privileged;
mod setting;
mod unique;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) use dormant::INACTIVITY_DAYS;

/// Limits that a framework may leave to the organisation.
pub(crate) const IDLE_MINUTES: &str = "idle_minutes";
pub(crate) const SIGN_IN_HOURS: &str = "sign_in_hours";
pub(crate) const CREDENTIAL_DAYS: &str = "credential_days";
pub(crate) const PASSWORDS: &str = "passwords";
pub(crate) const REVIEW_DAYS: &str = "review_days";
pub(crate) const SCORE_PERCENT: &str = "score_percent";

use crate::coverage::Coverage;
use crate::evidence::Evidence;
use crate::group::Groups;
use crate::population::Population;
use crate::verdict::{Action, Excluded, Missing};

/// What a rule found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Finding {
    /// The question, in words.
    pub(crate) question: String,
    /// How many people pass.
    pub(crate) passing: usize,
    /// Who fails, by object id, and why.
    pub(crate) failing: BTreeMap<String, String>,
    pub(crate) conditional: BTreeMap<String, String>,
    pub(crate) unknown: BTreeMap<String, String>,
    pub(crate) excluded: BTreeSet<Excluded>,
    /// Whether something of what is asked is proven to be in place.
    pub(crate) in_place: bool,
    /// Whether the evidence is whole, so that success may be concluded.
    pub(crate) whole: bool,
    /// Why nobody has to be counted: there is nothing that could fail.
    pub(crate) none: Option<&'static str>,
    /// Whether what is asked may be done where these facts do not reach, so that a signature for it
    /// counts while nothing is proven either way.
    pub(crate) elsewhere: bool,
    /// Why nobody can be counted.
    pub(crate) nobody: Option<&'static str>,
    pub(crate) missing: BTreeSet<Missing>,
    pub(crate) evidence: BTreeSet<&'static str>,
    /// What would help those who fail.
    pub(crate) advice: &'static str,
    /// What that advice is about, where it is the same for everybody who fails.
    pub(crate) target: Option<Target>,
    /// Steps that help some of those who fail, and whom.
    pub(crate) steps: BTreeMap<Action, BTreeSet<String>>,
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
    /// Everybody who counts, exceptions not yet taken out.
    pub(crate) fn population(&self) -> usize {
        self.passing + self.failing.len() + self.conditional.len() + self.unknown.len()
    }
}

/// What all rules look at, prepared once per assessment.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) evidence: Evidence<'a>,
    pub(crate) population: Population<'a>,
    pub(crate) coverage: Coverage<'a>,
    groups: Groups<'a>,
    /// Whether MFA covers everybody: further questions start from it.
    mfa: OnceCell<Finding>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(evidence: Evidence<'a>) -> Self {
        let groups = Groups::new(evidence);
        let population = Population::new(evidence, &groups);
        let coverage = Coverage::new(evidence, &groups, &population);
        Self {
            evidence,
            population,
            coverage,
            groups,
            mfa: OnceCell::new(),
        }
    }

    /// Who is bound to use MFA and ready to.
    fn mfa_of_everybody(&self) -> &Finding {
        self.mfa.get_or_init(|| mfa::all(self))
    }

    fn is_group(&self, id: &str) -> bool {
        self.groups.contains(id)
    }

    /// Notes that a finding rests on a fact, and what is missing of it.
    fn need(&self, key: &'static str, finding: &mut Finding) {
        finding.evidence.insert(key);
        if !self.evidence.is_whole(key) {
            finding.whole = false;
            finding.missing.insert(self.evidence.missing(key));
        }
    }
}
