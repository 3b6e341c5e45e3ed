//! Whether an enforced rule asks a person for MFA: the least and the most that can be true.

use super::grant::GrantRequirement;
use super::key::{CA_POLICIES, PER_USER_MFA, SECURITY_DEFAULTS};
use super::method::MethodSet;
use super::person_coverage::Lack;
use super::policy::{GroupMembers, Policy, Roles};
use super::scope::Scope;
use super::source::{Accepted, Binding, Source, Why};
use super::tally::Tally;
use super::tri::Tri;
use crate::evidence::{Evidence, EvidenceGrade, latest};
use crate::facts::{Facts, says_more};
use crate::group::Groups;
use crate::population::{HeldRole, Person, Population, ROLES};

/// What all sources together say about one person.
#[derive(Debug)]
pub(crate) struct Bound<'s> {
    pub(crate) least: Binding,
    pub(crate) most: Binding,
    /// Whether `Always` rests on whole evidence.
    pub(crate) whole: bool,
    pub(crate) needed: Needed,
    /// Whether `Always` comes from conditional access, which may trust MFA of a guest's home tenant.
    pub(crate) by_conditional_access: bool,
    /// Whether another provider may do MFA, for which nothing has to be registered in this tenant.
    pub(crate) perhaps_elsewhere: bool,
    /// Facts that could bring `least` and `most` together.
    pub(crate) missing: Vec<&'static str>,
    why: Vec<Why<'s>>,
    left_out: Option<&'s Policy<'s>>,
}

impl Bound<'_> {
    /// Why it binds as firmly as it does.
    pub(crate) fn why(&self) -> String {
        let texts: Vec<String> = self.why.iter().map(Why::text).collect();
        texts.join("; ")
    }

    /// What keeps rules that bind from binding always.
    pub(crate) fn lacks(&self) -> impl Iterator<Item = Lack> {
        let policies = self.why.iter().flat_map(Why::policies);
        let narrowed = policies.map(|policy| Lack::NarrowedBy(policy.fact.id.clone()));
        let others = self.why.iter().any(|why| why.policies().is_empty());
        narrowed.chain(others.then_some(Lack::Rule))
    }

    /// What would have to bind where nothing does.
    pub(crate) fn lack(&self) -> Lack {
        match self.left_out {
            Some(policy) => Lack::LeftOutOf(policy.fact.id.clone()),
            None => Lack::Rule,
        }
    }

    /// Why nothing binds.
    pub(crate) fn why_not(&self) -> String {
        match self.left_out {
            Some(policy) => format!(
                "is left out of the policy \"{}\", and nothing else asks for MFA",
                policy.name()
            ),
            None => "no enforced rule makes MFA unavoidable".to_owned(),
        }
    }
}

/// The methods that make a person ready: those below surely do, those outside the upper set do not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needed {
    pub(crate) least: MethodSet,
    pub(crate) most: MethodSet,
}

impl Needed {
    pub(crate) const fn exactly(methods: MethodSet) -> Self {
        Self {
            least: methods,
            most: methods,
        }
    }
}

fn is_any_enforced(facts: &Facts) -> bool {
    let mut policies = facts.auth_ca_policies.items.iter();
    policies.any(|policy| policy.state.eq_ignore_ascii_case("enabled"))
}

/// The three sources, made ready to be asked about many people.
#[derive(Debug)]
pub(crate) struct Binder<'a> {
    /// Policies that can ask for MFA or refuse access.
    pub(super) policies: Vec<Policy<'a>>,
    /// Policies in force that ask for something else.
    pub(super) others: Vec<Policy<'a>>,
    pub(super) policies_grade: EvidenceGrade,
    pub(super) security_defaults: Tri,
    security_defaults_whole: bool,
    per_user_grade: EvidenceGrade,
    roles: EvidenceGrade,
    pub(super) open_roles: bool,
}

impl<'a> Binder<'a> {
    pub(crate) fn new(
        evidence: Evidence<'a>,
        groups: &Groups<'a>,
        population: &Population<'a>,
    ) -> Self {
        let facts = evidence.facts;
        let defaults = facts.auth_security_defaults.items.last();
        let security_defaults = match (evidence.grade(SECURITY_DEFAULTS), defaults) {
            (EvidenceGrade::Absent, _) | (_, None) => Tri::Maybe,
            // An enforced policy beside them is impossible: one of the two facts is wrong.
            (_, Some(row)) if row.enabled && is_any_enforced(facts) => Tri::Maybe,
            (_, Some(row)) if row.enabled && says_more(&row.extra, &[]) => Tri::Maybe,
            (_, Some(row)) => Tri::from(row.enabled),
        };
        // Security defaults and enforced policies rule each other out, so that there is nothing to
        // read: <https://learn.microsoft.com/en-us/entra/fundamentals/security-defaults>.
        let are_ruled_out = security_defaults == Tri::Yes && evidence.is_whole(SECURITY_DEFAULTS);
        let policies_grade = if are_ruled_out {
            EvidenceGrade::Whole
        } else {
            evidence.grade(CA_POLICIES)
        };
        let mut members = GroupMembers::new(groups, population);
        let (policies, others) = match evidence.grade(CA_POLICIES) {
            EvidenceGrade::Absent => (Vec::new(), Vec::new()),
            _ => latest(&facts.auth_ca_policies.items, |policy| &policy.id)
                .into_values()
                .map(|fact| Policy::new(fact, evidence, &mut members))
                .filter(Policy::may_be_enabled)
                .partition(Policy::can_bind),
        };
        Self {
            policies,
            others,
            policies_grade,
            security_defaults,
            security_defaults_whole: evidence.is_whole(SECURITY_DEFAULTS),
            per_user_grade: evidence.grade(PER_USER_MFA),
            roles: population.roles,
            open_roles: population.open_role_group,
        }
    }

    /// Every policy that is, or may be, in force, whatever it asks for.
    pub(super) fn in_force(&self) -> impl Iterator<Item = &Policy<'a>> {
        self.policies.iter().chain(&self.others)
    }

    pub(crate) fn policy_names(&self) -> impl Iterator<Item = &str> {
        self.policies.iter().map(Policy::name)
    }

    /// Whether an enforced rule asks for MFA of everybody, whoever that is: who joins or leaves does
    /// not change it. With `only`, a rule counts only when it accepts nothing but these methods.
    pub(crate) fn asks_everybody(&self, only: Option<MethodSet>) -> bool {
        let asks = |policy: &Policy<'_>| {
            let fits = match policy.requirement {
                GrantRequirement::Mfa(methods) => {
                    only.is_none_or(|only| methods.is_subset_of(only))
                }
                _ => false,
            };
            let applies = matches!(policy.scope, Scope::Every(_) | Scope::Some(_));
            fits && applies && policy.is_enabled() && policy.includes_everybody()
        };
        self.policies.iter().any(asks) || (only.is_none() && self.security_defaults == Tri::Yes)
    }

    /// With `only`, a rule counts only when it accepts nothing but these methods.
    pub(crate) fn bind(
        &self,
        person: &Person<'_>,
        roles: Roles,
        only: Option<MethodSet>,
    ) -> Bound<'_> {
        let (by_policies, left_out) = self.by_policies(person, roles, only);
        let mut sources = vec![by_policies];
        if only.is_none() {
            sources.push(self.by_security_defaults(person, roles));
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
        let accepted = sources
            .iter()
            .fold(Accepted::default(), |all, s| all.or(s.accepted));
        Bound {
            least,
            most,
            whole: sources
                .iter()
                .any(|s| s.least == Binding::Always && s.whole),
            needed: Needed {
                least: accepted.surely,
                most: if least == Binding::Always {
                    accepted.perhaps
                } else {
                    accepted.sometimes
                },
            },
            perhaps_elsewhere: sources.iter().any(|s| s.perhaps_elsewhere),
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
        roles: Roles,
        only: Option<MethodSet>,
    ) -> (Source<'s>, Option<&'s Policy<'s>>) {
        let mut tally = Tally::of(self.policies.len());
        let mut left_out = None;
        for policy in &self.policies {
            let applies = policy.applies(person, roles, self.open_roles);
            if applies.excluded {
                left_out = left_out.or(Some(policy));
            }
            if applies.answer != Tri::No {
                tally.count(policy, applies, only);
            }
        }
        if self.policies_grade != EvidenceGrade::Whole {
            tally.allow_unseen_policies();
        }
        (tally.source(), left_out)
    }

    fn by_security_defaults(&self, person: &Person<'_>, roles: Roles) -> Source<'static> {
        let roles_unknown = self.roles != EvidenceGrade::Whole || self.open_roles;
        let listed = |h: &HeldRole| h.is_always_challenged() && roles.in_force(h);
        let challenged = if person.roles.iter().any(listed) {
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
                accepted: Accepted::of(Binding::Conditional, Binding::Always),
                perhaps_elsewhere: false,
                why: Why::Words("security defaults ask for MFA only when Microsoft sees a risk"),
                missing: vec![ROLES],
            },
        }
    }

    fn by_per_user_mfa(&self, person: &Person<'_>) -> Source<'static> {
        let whole = self.per_user_grade == EvidenceGrade::Whole;
        let told = person.profile.per_user_mfa;
        let told = told.filter(|_| self.per_user_grade != EvidenceGrade::Absent);
        let state = told.and_then(|told| {
            let state = person.words(told.list).first()?;
            let is_sure = !told.narrowed || state.eq_ignore_ascii_case("disabled");
            is_sure.then_some(state.as_str())
        });
        let is = |word: &str| state.is_some_and(|state| state.eq_ignore_ascii_case(word));
        match state {
            Some(_) if is("enforced") => {
                Source::known(Binding::Always, whole, "per-user MFA is enforced")
            }
            Some(_) if is("enabled") => Source::known(
                Binding::Conditional,
                whole,
                "per-user MFA is enabled but not enforced: legacy protocols still take the password alone",
            ),
            Some(_) if is("disabled") => Source::known(Binding::None, whole, ""),
            _ => Source::up_to(Binding::Always, PER_USER_MFA),
        }
    }
}
