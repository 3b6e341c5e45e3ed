//! Whether an enforced rule asks a person for MFA: the least and the most that can be true.

use std::collections::BTreeMap;

use super::method::MethodSet;
use super::policy::{Applies, Clients, Demand, Policy, Scope};
use super::tri::Tri;
use super::{AccessKind, CA_POLICIES, PER_USER_MFA, SECURITY_DEFAULTS, STRENGTHS};
use crate::evidence::{Evidence, Grade, latest};
use crate::facts::PerUserMfaFact;
use crate::group::Groups;
use crate::population::{GROUPS, Person, Population, ROLES};

/// How firmly a rule binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Binding {
    None,
    Conditional,
    Always,
}

/// What all sources together say about one person.
#[derive(Debug)]
pub(crate) struct Bound<'s> {
    pub(crate) least: Binding,
    pub(crate) most: Binding,
    /// Whether `Always` rests on whole evidence.
    pub(crate) whole: bool,
    pub(crate) accepted: Accepted,
    /// Whether `Always` comes from conditional access, which may trust MFA of a guest's home tenant.
    pub(crate) by_conditional_access: bool,
    /// Facts that could bring `least` and `most` together.
    pub(crate) missing: Vec<&'static str>,
    why: Vec<Why<'s>>,
    left_out: Option<&'s str>,
}

impl Bound<'_> {
    /// Why it binds as firmly as it does.
    pub(crate) fn why(&self) -> String {
        let texts: Vec<String> = self.why.iter().map(Why::text).collect();
        texts.join("; ")
    }

    /// Why nothing binds.
    pub(crate) fn why_not(&self) -> String {
        match self.left_out {
            Some(policy) => {
                format!("is left out of the policy \"{policy}\", and nothing else asks for MFA")
            }
            None => "no enforced rule makes MFA unavoidable".to_owned(),
        }
    }
}

/// Methods that at least one rule in force accepts: of the rules that surely, or at most, apply.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Accepted {
    pub(crate) least: MethodSet,
    pub(crate) most: MethodSet,
}

impl Accepted {
    const NONE: Self = Self {
        least: MethodSet::NONE,
        most: MethodSet::NONE,
    };
    const ANY: Self = Self {
        least: MethodSet::ANY,
        most: MethodSet::ANY,
    };

    const fn or(self, other: Self) -> Self {
        Self {
            least: self.least.or(other.least),
            most: self.most.or(other.most),
        }
    }
}

/// What one source says.
struct Source<'s> {
    least: Binding,
    most: Binding,
    whole: bool,
    accepted: Accepted,
    why: Why<'s>,
    missing: Vec<&'static str>,
}

impl Source<'_> {
    fn known(binding: Binding, whole: bool, why: &'static str) -> Self {
        Self {
            least: binding,
            most: binding,
            whole,
            accepted: if binding == Binding::None {
                Accepted::NONE
            } else {
                Accepted::ANY
            },
            why: Why::Words(why),
            missing: Vec::new(),
        }
    }

    fn up_to(most: Binding, missing: &'static str) -> Self {
        Self {
            least: Binding::None,
            most,
            whole: false,
            accepted: Accepted {
                least: MethodSet::NONE,
                most: MethodSet::ANY,
            },
            why: Why::Words(""),
            missing: vec![missing],
        }
    }
}

/// Why a source binds, kept short until somebody wants to read it.
#[derive(Debug)]
enum Why<'s> {
    Words(&'static str),
    /// Policies that bind only conditionally, and whether that is because a role must be activated.
    Policies(Vec<(&'s Policy<'s>, bool)>),
}

impl Why<'_> {
    fn text(&self) -> String {
        match self {
            Self::Words(words) => (*words).to_owned(),
            Self::Policies(policies) if policies.is_empty() => {
                "the policies that apply do not cover every kind of client".to_owned()
            }
            Self::Policies(policies) => {
                let texts: Vec<String> = policies
                    .iter()
                    .map(|(policy, when_activated)| {
                        let name = policy.name();
                        match &policy.scope {
                            Scope::Some(conditions) => {
                                format!(
                                    "policy \"{name}\" is narrowed by {}",
                                    conditions.join(", ")
                                )
                            }
                            _ if *when_activated => {
                                format!(
                                    "policy \"{name}\" binds only while an eligible role is active"
                                )
                            }
                            _ => format!("policy \"{name}\" does not cover every kind of client"),
                        }
                    })
                    .collect();
                texts.join("; ")
            }
        }
    }
}

/// The three sources, made ready to be asked about many people.
#[derive(Debug)]
pub(crate) struct Binder<'a> {
    policies: Vec<Policy<'a>>,
    policies_grade: Grade,
    security_defaults: Tri,
    security_defaults_whole: bool,
    per_user: BTreeMap<&'a str, &'a PerUserMfaFact>,
    per_user_grade: Grade,
    roles: Grade,
    open_roles: bool,
}

impl<'a> Binder<'a> {
    pub(crate) fn new(
        evidence: Evidence<'a>,
        groups: &Groups<'a>,
        population: &Population<'a>,
    ) -> Self {
        let facts = evidence.facts;
        let policies_grade = evidence.grade(CA_POLICIES);
        let policies = match policies_grade {
            Grade::Absent => Vec::new(),
            _ => latest(&facts.auth_ca_policies.items, |policy| &policy.id)
                .into_values()
                .map(|fact| Policy::new(fact, evidence, groups, population))
                .filter(Policy::can_bind)
                .collect(),
        };
        let defaults = facts.auth_security_defaults.items.last();
        let per_user_grade = evidence.grade(PER_USER_MFA);
        Self {
            policies,
            policies_grade,
            security_defaults: match (evidence.grade(SECURITY_DEFAULTS), defaults) {
                (Grade::Absent, _) | (_, None) => Tri::Maybe,
                (_, Some(row)) => Tri::from(row.enabled),
            },
            security_defaults_whole: evidence.is_whole(SECURITY_DEFAULTS),
            per_user: match per_user_grade {
                Grade::Absent => BTreeMap::new(),
                _ => latest(&facts.auth_per_user_mfa.items, |row| &row.user),
            },
            per_user_grade,
            roles: population.roles,
            open_roles: population.open_role_group,
        }
    }

    pub(crate) fn policy_names(&self) -> impl Iterator<Item = &str> {
        self.policies.iter().map(Policy::name)
    }

    /// With `only`, a rule counts only when it accepts nothing but these methods.
    pub(crate) fn bind(
        &self,
        person: &Person<'_>,
        access: AccessKind,
        only: Option<MethodSet>,
    ) -> Bound<'_> {
        let (by_policies, left_out) = self.by_policies(person, access, only);
        let mut sources = vec![by_policies];
        if only.is_none() {
            sources.push(self.by_security_defaults(person, access));
            sources.push(self.by_per_user_mfa(person));
        }
        let least = sources
            .iter()
            .map(|s| s.least)
            .max()
            .unwrap_or(Binding::None);
        let most = sources
            .iter()
            .map(|s| s.most)
            .max()
            .unwrap_or(Binding::None);
        Bound {
            least,
            most,
            whole: sources
                .iter()
                .any(|s| s.least == Binding::Always && s.whole),
            accepted: sources
                .iter()
                .fold(Accepted::NONE, |all, s| all.or(s.accepted)),
            by_conditional_access: sources.iter().skip(1).all(|s| s.least != Binding::Always),
            missing: sources
                .iter()
                .filter(|s| s.most > least)
                .flat_map(|s| s.missing.iter().copied())
                .collect(),
            why: sources
                .into_iter()
                .filter(|s| s.least == least)
                .map(|s| s.why)
                .collect(),
            left_out,
        }
    }

    fn by_policies<'s>(
        &'s self,
        person: &Person<'_>,
        access: AccessKind,
        only: Option<MethodSet>,
    ) -> (Source<'s>, Option<&'s str>) {
        let mut tally = Tally::default();
        let mut left_out = None;
        for policy in &self.policies {
            let applies = policy.applies(person, access, self.open_roles);
            if applies.excluded {
                left_out = left_out.or(Some(policy.name()));
            }
            if applies.answer != Tri::No {
                tally.count(policy, applies, only);
            }
        }
        if self.policies_grade != Grade::Whole {
            tally.most_clients = Clients::ALL;
            tally.accepted.most = MethodSet::ANY;
            tally.missing.push(CA_POLICIES);
        }
        (tally.source(), left_out)
    }

    fn by_security_defaults(&self, person: &Person<'_>, access: AccessKind) -> Source<'static> {
        let listed = |active: bool| {
            person
                .roles
                .iter()
                .any(|h| h.is_always_challenged() && h.active == active)
        };
        let roles_unknown = self.roles != Grade::Whole || self.open_roles;
        let challenged = if listed(true) || (listed(false) && access == AccessKind::Administration)
        {
            Tri::Yes
        } else if roles_unknown {
            Tri::Maybe
        } else {
            Tri::No
        };
        let most = if challenged == Tri::No {
            Binding::Conditional
        } else {
            Binding::Always
        };
        match (self.security_defaults, challenged) {
            (Tri::No, _) => Source::known(Binding::None, true, ""),
            (Tri::Maybe, _) => Source::up_to(most, SECURITY_DEFAULTS),
            (Tri::Yes, Tri::Yes) => Source::known(
                Binding::Always,
                self.security_defaults_whole,
                "security defaults always challenge this administrator",
            ),
            (Tri::Yes, Tri::No) => Source::known(
                Binding::Conditional,
                self.security_defaults_whole,
                "security defaults ask for MFA only when Microsoft sees a risk",
            ),
            (Tri::Yes, Tri::Maybe) => Source {
                least: Binding::Conditional,
                most: Binding::Always,
                whole: false,
                accepted: Accepted::ANY,
                why: Why::Words("security defaults ask for MFA only when Microsoft sees a risk"),
                missing: vec![ROLES],
            },
        }
    }

    fn by_per_user_mfa(&self, person: &Person<'_>) -> Source<'static> {
        let whole = self.per_user_grade == Grade::Whole;
        let state = self
            .per_user
            .get(person.id)
            .map(|row| row.state.to_ascii_lowercase());
        match state.as_deref() {
            Some("enforced") => Source::known(Binding::Always, whole, "per-user MFA is enforced"),
            Some("enabled") => Source::known(
                Binding::Conditional,
                whole,
                "per-user MFA is enabled but not enforced: legacy protocols still take the password alone",
            ),
            Some("disabled") => Source::known(Binding::None, whole, ""),
            _ => Source::up_to(Binding::Always, PER_USER_MFA),
        }
    }
}

/// Adds up what the policies that apply to one person do.
struct Tally<'s> {
    least_clients: Clients,
    /// The part of `least_clients` that rests on whole evidence.
    whole_clients: Clients,
    most_clients: Clients,
    least_some: bool,
    most_some: bool,
    accepted: Accepted,
    sometimes: Vec<(&'s Policy<'s>, bool)>,
    missing: Vec<&'static str>,
}

impl Default for Tally<'_> {
    fn default() -> Self {
        Self {
            least_clients: Clients::NONE,
            whole_clients: Clients::NONE,
            most_clients: Clients::NONE,
            least_some: false,
            most_some: false,
            accepted: Accepted::NONE,
            sometimes: Vec::new(),
            missing: Vec::new(),
        }
    }
}

impl<'s> Tally<'s> {
    fn count(&mut self, policy: &'s Policy<'s>, applies: Applies, only: Option<MethodSet>) {
        let methods = match policy.demand {
            Demand::Mfa(methods) if only.is_none_or(|only| methods.is_subset_of(only)) => {
                Some(methods)
            }
            Demand::Unclear => Some(MethodSet::ANY),
            Demand::Block => None,
            Demand::Mfa(_) | Demand::Other => return,
        };
        let certain = applies.answer == Tri::Yes
            && policy.demand != Demand::Unclear
            && policy.scope != Scope::Untold;
        if !certain {
            self.note_missing(policy, applies.answer);
        }
        let Some(methods) = methods else {
            self.count_block(policy, applies, certain);
            return;
        };
        self.most_some = true;
        self.least_some |= certain;
        self.accepted.most = self.accepted.most.or(methods);
        if certain {
            self.accepted.least = self.accepted.least.or(methods);
        }
        match &policy.scope {
            Scope::Every(clients) if !applies.when_activated => {
                self.cover(*clients, policy, certain);
                if *clients != Clients::ALL {
                    self.sometimes.push((policy, false));
                }
            }
            Scope::Every(_) | Scope::Some(_) => {
                self.sometimes.push((policy, applies.when_activated));
            }
            Scope::Untold => self.most_clients = Clients::ALL,
            Scope::None => {}
        }
    }

    /// Blocking some clients asks for MFA nowhere; it only closes ways round.
    fn count_block(&mut self, policy: &'s Policy<'s>, applies: Applies, certain: bool) {
        match &policy.scope {
            Scope::Every(clients) if !applies.when_activated => {
                self.cover(*clients, policy, certain);
            }
            Scope::Untold => self.most_clients = Clients::ALL,
            _ => {}
        }
    }

    fn cover(&mut self, clients: Clients, policy: &Policy<'_>, certain: bool) {
        self.most_clients = self.most_clients.or(clients);
        if certain {
            self.least_clients = self.least_clients.or(clients);
            if policy.whole {
                self.whole_clients = self.whole_clients.or(clients);
            }
        }
    }

    fn note_missing(&mut self, policy: &Policy<'_>, answer: Tri) {
        let before = self.missing.len();
        if answer == Tri::Maybe && policy.names_groups() {
            self.missing.push(GROUPS);
        }
        if answer == Tri::Maybe && policy.names_roles() {
            self.missing.push(ROLES);
        }
        if policy.demand == Demand::Unclear {
            self.missing.push(STRENGTHS);
        }
        if self.missing.len() == before {
            self.missing.push(CA_POLICIES);
        }
    }

    fn source(self) -> Source<'s> {
        let binding = |clients: Clients, some: bool| {
            if clients == Clients::ALL {
                Binding::Always
            } else if some {
                Binding::Conditional
            } else {
                Binding::None
            }
        };
        let least = binding(self.least_clients, self.least_some);
        Source {
            least,
            most: binding(self.most_clients, self.most_some).max(least),
            whole: self.whole_clients == Clients::ALL,
            accepted: self.accepted,
            why: Why::Policies(self.sometimes),
            missing: self.missing,
        }
    }
}
