//! Effective MFA coverage, person by person.
//!
//! A person is covered when both are proven:
//!
//! - **bound**: an enforced rule asks for MFA and leaves no way round. Three sources are looked at:
//!   conditional access, security defaults and per-user MFA. One that always binds is enough.
//! - **ready**: a usable second factor is registered that the binding rules accept.
//!
//! What each source can prove:
//!
//! | source | always | only conditionally |
//! |---|---|---|
//! | conditional access | enabled, applies to the person (users, nested groups, roles, guests) and does not leave them out, all applications, no narrowing condition, and no alternative to MFA in an OR grant; policies that split the kinds of client between them count together | narrowed by application, platform, location, risk, device filter, authentication flow or user action; or by a role that is not activated |
//! | security defaults | for the [listed administrator roles](https://learn.microsoft.com/en-us/entra/fundamentals/security-defaults) | for everybody else, because Microsoft decides by risk when to ask |
//! | per-user MFA | `enforced` | `enabled`: [legacy protocols still take the password alone](https://learn.microsoft.com/en-us/entra/identity/authentication/howto-mfa-userstates) |
//!
//! Report-only and disabled policies bind nobody. Evidence that is missing widens the answer: what is
//! kept is the least and the most that can be true, so a missing fact makes a person unknown where it
//! could change the answer, and is no matter where it could not.

mod binding;
mod demand;
pub(crate) mod method;
mod policy;
mod reach;
mod readiness;
mod source;
mod summary;
mod tally;
mod tri;

use std::collections::BTreeSet;

pub use summary::{Covered, FailingPerson, MfaSummary, mfa_summary};

use crate::evidence::Evidence;
use crate::group::Groups;
use crate::population::{Held, Person, Population};
pub(crate) use reach::{Demanded, Fit, Reached};

use binding::{Binder, Needed};
use method::MethodSet;
use readiness::Readiness;
use source::Binding;
use tri::Tri;

pub(crate) const CA_POLICIES: &str = "auth.ca_policies";
pub(crate) const SECURITY_DEFAULTS: &str = "auth.security_defaults";
pub(crate) const PER_USER_MFA: &str = "auth.per_user_mfa";
pub(crate) const REGISTRATION: &str = "auth.registration";
pub(crate) const PASSWORD_POLICY: &str = "auth.password_policy";
pub(crate) const METHODS: &str = "auth.methods";
pub(crate) const STRENGTHS: &str = "auth.auth_strengths";
pub(crate) const CROSS_TENANT: &str = "org.cross_tenant";

/// Which sign-ins are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AccessKind {
    /// Every sign-in.
    Any,
    /// Sign-ins that use an administrative role, so eligible roles count as activated.
    Administration,
}

/// Which of a person's roles count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Roles {
    /// Those in force now.
    Active,
    /// Eligible ones too, as if activated.
    Activated,
}

impl Roles {
    pub(crate) const fn in_force(self, held: &Held) -> bool {
        held.active || matches!(self, Self::Activated)
    }
}

/// What is proven about one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Pass,
    Conditional,
    Fail,
    Unknown,
}

/// What lacks to somebody who does not pass.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lack {
    /// A usable method.
    Method,
    /// A rule that binds.
    Rule,
    /// The policy with this id leaves the person out.
    LeftOutOf(String),
    /// The policy with this id binds at times only.
    NarrowedBy(String),
}

/// What is proven about one person, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    possible: Possible,
    /// Whether a rule is proven to bind the person, if only conditionally or without a method ready.
    pub(crate) in_place: bool,
    /// Whether a pass rests on whole evidence only.
    pub(crate) whole: bool,
    /// Why it does not pass; empty when it does.
    pub(crate) why: String,
    /// What lacks to whoever does not pass.
    pub(crate) lacks: BTreeSet<Lack>,
    /// The facts that would settle an unknown.
    pub(crate) missing: Vec<&'static str>,
}

impl Outcome {
    /// Whether it is proven that MFA is asked of the person, if only at times, and that a method is
    /// ready for it.
    pub(crate) const fn is_bound_and_ready(&self) -> bool {
        !self.possible.fail
    }

    /// What holds for all sign-ins, from what holds without and with eligible roles activated.
    fn and_when_activated(self, activated: Self) -> Self {
        let possible = self.possible.for_all(activated.possible);
        let in_place = self.in_place || activated.in_place;
        let why = match (self.why.as_str(), activated.why.as_str()) {
            (without, "") => without.to_owned(),
            ("", with) => format!("once an eligible role is activated: {with}"),
            (without, with) if without == with => without.to_owned(),
            (without, with) => format!("{without}; once an eligible role is activated: {with}"),
        };
        let mut lacks = self.lacks;
        lacks.extend(activated.lacks);
        let mut missing = self.missing;
        missing.extend(activated.missing);
        missing.sort_unstable();
        missing.dedup();
        Self {
            verdict: possible.verdict(in_place),
            possible,
            in_place,
            whole: self.whole && activated.whole,
            why,
            lacks,
            missing,
        }
    }
}

/// Which of pass, conditional and fail can be true, as far as the evidence goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Possible {
    pass: bool,
    conditional: bool,
    fail: bool,
}

impl Possible {
    fn new(least: Binding, most: Binding, ready: Tri) -> Self {
        let between = least <= Binding::Conditional && most >= Binding::Conditional;
        Self {
            pass: most == Binding::Always && ready != Tri::No,
            conditional: between && ready != Tri::No,
            fail: least == Binding::None || ready != Tri::Yes,
        }
    }

    /// What can be true of two kinds of sign-in together: different answers make it conditional.
    const fn for_all(self, other: Self) -> Self {
        let differ = (self.pass && other.fail) || (self.fail && other.pass);
        Self {
            pass: self.pass && other.pass,
            conditional: self.conditional || other.conditional || differ,
            fail: self.fail && other.fail,
        }
    }

    /// Between conditional and failing, a rule proven to bind at times decides.
    const fn verdict(self, in_place: bool) -> Verdict {
        match (self.pass, self.conditional, self.fail) {
            (true, false, false) => Verdict::Pass,
            (false, true, false) => Verdict::Conditional,
            (false, true, true) if in_place => Verdict::Conditional,
            (false, _, true) if !self.conditional => Verdict::Fail,
            _ => Verdict::Unknown,
        }
    }
}

/// Answers for any person whether MFA covers them.
#[derive(Debug)]
pub(crate) struct Coverage<'a> {
    binder: Binder<'a>,
    readiness: Readiness<'a>,
}

impl<'a> Coverage<'a> {
    pub(crate) fn new(
        evidence: Evidence<'a>,
        groups: &Groups<'a>,
        population: &Population<'a>,
    ) -> Self {
        Self {
            binder: Binder::new(evidence, groups, population),
            readiness: Readiness::new(evidence, population),
        }
    }

    /// Whether `person` is bound to use, and ready to use, MFA; with `only`, MFA of these methods.
    ///
    /// Whoever holds an eligible role signs in with it activated and without; every sign-in is covered
    /// when both are.
    pub(crate) fn of(
        &self,
        person: &Person<'_>,
        access: AccessKind,
        only: Option<MethodSet>,
    ) -> Outcome {
        let activated = || self.with_roles(person, Roles::Activated, only);
        if access == AccessKind::Administration {
            return activated();
        }
        let without = self.with_roles(person, Roles::Active, only);
        if person.roles.iter().all(|held| held.active) {
            without
        } else {
            without.and_when_activated(activated())
        }
    }

    /// Whether an enforced rule asks for MFA of everybody, whoever that is.
    pub(crate) fn asks_everybody(&self, only: Option<MethodSet>) -> bool {
        self.binder.asks_everybody(only)
    }

    fn with_roles(&self, person: &Person<'_>, roles: Roles, only: Option<MethodSet>) -> Outcome {
        let bound = self.binder.bind(person, roles, only);
        // Where nothing binds, what is asked is whether the person could follow a rule if there were one.
        let needed = match bound.most {
            Binding::None => Needed::exactly(only.unwrap_or(MethodSet::ANY)),
            _ => bound.needed,
        };
        let ready = self.readiness.of(person, needed, &bound);
        let in_place = bound.least >= Binding::Conditional;
        let possible = Possible::new(bound.least, bound.most, ready.answer);
        let verdict = possible.verdict(in_place);
        let mut missing = Vec::new();
        let why = match verdict {
            Verdict::Pass => String::new(),
            Verdict::Conditional => bound.why(),
            Verdict::Fail if bound.most > Binding::None => ready.why.to_owned(),
            Verdict::Fail if ready.answer == Tri::No => {
                format!("{}; {}", bound.why_not(), ready.why)
            }
            Verdict::Fail => bound.why_not(),
            Verdict::Unknown => {
                if bound.least != Binding::Always {
                    missing.extend(bound.missing.iter().copied());
                }
                if ready.answer == Tri::Maybe {
                    missing.extend(ready.missing);
                }
                missing.sort_unstable();
                missing.dedup();
                format!("cannot be told without {}", missing.join(", "))
            }
        };
        let mut lacks = BTreeSet::new();
        match verdict {
            Verdict::Pass | Verdict::Unknown => {}
            Verdict::Conditional => lacks.extend(bound.lacks()),
            Verdict::Fail => {
                if bound.most == Binding::None {
                    lacks.extend([bound.lack()]);
                }
                if ready.answer == Tri::No {
                    lacks.insert(Lack::Method);
                }
            }
        }
        Outcome {
            verdict,
            possible,
            in_place,
            whole: bound.whole && ready.whole,
            why,
            lacks,
            missing,
        }
    }

    pub(crate) fn binding_policies(&self) -> impl Iterator<Item = &str> {
        self.binder.policy_names()
    }

    pub(crate) fn registered(&self, person: &Person<'_>) -> Option<method::Registered> {
        self.readiness.registered(person)
    }
}
