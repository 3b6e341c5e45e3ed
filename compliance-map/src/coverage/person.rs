//! Whether MFA covers a person: bound, and ready.

use std::collections::BTreeSet;

use super::alike::{Alike, Classes};
use super::binding::{Binder, Needed};
use super::method::{MethodSet, Registered};
use super::person_coverage::{Lack, MfaCoverage, PersonCoverage, Possible};
use super::policy::{Policy, Roles};
use super::readiness::Readiness;
use super::source::Binding;
use super::tri::Tri;
use crate::evidence::Evidence;
use crate::group::Groups;
use crate::population::{Person, Population};

/// Which sign-ins are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AccessKind {
    /// Every sign-in.
    Any,
    /// Sign-ins that use an administrative role, so eligible roles count as activated.
    Administration,
}

/// Answers for any person whether MFA covers them.
#[derive(Debug)]
pub(crate) struct Coverage<'a> {
    pub(super) binder: Binder<'a>,
    readiness: Readiness,
    classes: Classes,
}

impl<'a> Coverage<'a> {
    pub(crate) fn new(
        evidence: Evidence<'a>,
        groups: &Groups<'a>,
        population: &Population<'a>,
    ) -> Self {
        let binder = Binder::new(evidence, groups, population);
        let classes = Classes::new(population, binder.in_force().flat_map(Policy::sides));
        Self {
            binder,
            readiness: Readiness::new(evidence),
            classes,
        }
    }

    /// To ask one question of many people, once for all who are alike.
    pub(crate) fn alike<T>(&self) -> Alike<'_, T> {
        self.classes.ask()
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
    ) -> PersonCoverage {
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

    fn with_roles(
        &self,
        person: &Person<'_>,
        roles: Roles,
        only: Option<MethodSet>,
    ) -> PersonCoverage {
        let bound = self.binder.bind(person, roles, only);
        // Where no rule binds, ask whether the person could follow one.
        let needed = match bound.most {
            Binding::None => Needed::exactly(only.unwrap_or(MethodSet::ANY)),
            _ => bound.needed,
        };
        let ready = self.readiness.of(person, needed, &bound);
        let in_place = bound.least >= Binding::Conditional;
        let possible = Possible::new(bound.least, bound.most, ready.answer);
        let coverage = possible.coverage(in_place);
        let mut missing = Vec::new();
        let why = match coverage {
            MfaCoverage::Covered => String::new(),
            MfaCoverage::Conditional => bound.why(),
            MfaCoverage::Uncovered if bound.most > Binding::None => ready.why.to_owned(),
            MfaCoverage::Uncovered if ready.answer == Tri::No => {
                format!("{}; {}", bound.why_not(), ready.why)
            }
            MfaCoverage::Uncovered => bound.why_not(),
            MfaCoverage::Unknown => {
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
        match coverage {
            MfaCoverage::Covered | MfaCoverage::Unknown => {}
            MfaCoverage::Conditional => lacks.extend(bound.lacks()),
            MfaCoverage::Uncovered => {
                if bound.most == Binding::None {
                    lacks.extend([bound.lack()]);
                }
                if ready.answer == Tri::No {
                    lacks.insert(Lack::Method);
                }
            }
        }
        PersonCoverage {
            coverage,
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

    pub(crate) fn registered(&self, person: &Person<'_>) -> Option<Registered> {
        self.readiness.registered(person)
    }
}
