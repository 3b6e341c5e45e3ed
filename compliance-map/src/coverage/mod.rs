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
pub(crate) mod method;
mod policy;
mod readiness;
mod summary;
mod tri;

pub use summary::{Covered, FailingPerson, MfaSummary, mfa_summary};

use crate::evidence::Evidence;
use crate::group::Groups;
use crate::population::{Person, Population};
use binding::{Binder, Binding};
use method::MethodSet;
use readiness::Readiness;
use tri::Tri;

pub(crate) const CA_POLICIES: &str = "auth.ca_policies";
pub(crate) const SECURITY_DEFAULTS: &str = "auth.security_defaults";
pub(crate) const PER_USER_MFA: &str = "auth.per_user_mfa";
pub(crate) const REGISTRATION: &str = "auth.registration";
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

/// What is proven about one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Pass,
    Conditional,
    Fail,
    Unknown,
}

/// What is proven about one person, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    /// Whether a rule is proven to bind the person, if only conditionally or without a method ready.
    pub(crate) in_place: bool,
    /// Whether a pass rests on whole evidence only.
    pub(crate) whole: bool,
    /// Why it does not pass; empty when it does.
    pub(crate) why: String,
    /// The facts that would settle an unknown.
    pub(crate) missing: Vec<&'static str>,
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
            readiness: Readiness::new(evidence),
        }
    }

    /// Whether `person` is bound to use, and ready to use, MFA; with `only`, MFA of these methods.
    pub(crate) fn of(
        &self,
        person: &Person<'_>,
        access: AccessKind,
        only: Option<MethodSet>,
    ) -> Outcome {
        let bound = self.binder.bind(person, access, only);
        let ready = self
            .readiness
            .of(person, bound.accepted, bound.by_conditional_access);
        let in_place = bound.least >= Binding::Conditional;
        let (verdict, why, missing) = if bound.most == Binding::None {
            (Verdict::Fail, bound.why_not(), Vec::new())
        } else if ready.answer == Tri::No {
            (Verdict::Fail, ready.why.to_owned(), Vec::new())
        } else if bound.least == Binding::Always && ready.answer == Tri::Yes {
            (Verdict::Pass, String::new(), Vec::new())
        } else if bound.least == Binding::Conditional && bound.most == Binding::Conditional {
            (Verdict::Conditional, bound.why(), Vec::new())
        } else {
            let mut missing = Vec::new();
            if bound.least != Binding::Always {
                missing.extend(bound.missing.iter().copied());
            }
            if ready.answer == Tri::Maybe {
                missing.extend(ready.missing);
            }
            missing.sort_unstable();
            missing.dedup();
            let why = format!("cannot be told without {}", missing.join(", "));
            (Verdict::Unknown, why, missing)
        };
        Outcome {
            verdict,
            in_place,
            whole: bound.whole && ready.whole,
            why,
            missing,
        }
    }

    pub(crate) fn binding_policies(&self) -> impl Iterator<Item = &str> {
        self.binder.policy_names()
    }

    pub(crate) fn registered(&self, person: &str) -> Option<method::Registered> {
        self.readiness.registered(person)
    }
}
