//! What is proven of one person's MFA.

use std::collections::BTreeSet;

use super::source::Binding;
use super::tri::Tri;

/// Whether MFA covers one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum MfaCoverage {
    Covered,
    Conditional,
    Uncovered,
    Unknown,
}

/// What somebody who is not covered lacks.
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
pub(crate) struct PersonCoverage {
    pub(crate) coverage: MfaCoverage,
    pub(super) possible: Possible,
    /// Whether a rule is proven to bind the person, if only conditionally or without a method ready.
    pub(crate) in_place: bool,
    /// Whether being covered rests on whole evidence only.
    pub(crate) whole: bool,
    /// Why the person is not covered; empty when covered.
    pub(crate) why: String,
    /// What somebody who is not covered lacks.
    pub(crate) lacks: BTreeSet<Lack>,
    /// The facts that would settle an unknown.
    pub(crate) missing: Vec<&'static str>,
}

impl PersonCoverage {
    /// Whether it is proven that MFA is asked of the person, if only at times, and that a method is
    /// ready for it.
    pub(crate) const fn is_bound_and_ready(&self) -> bool {
        !self.possible.uncovered
    }

    /// What holds for all sign-ins, from what holds without and with eligible roles activated.
    pub(super) fn and_when_activated(self, activated: Self) -> Self {
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
            coverage: possible.coverage(in_place),
            possible,
            in_place,
            whole: self.whole && activated.whole,
            why,
            lacks,
            missing,
        }
    }
}

/// Which of covered, conditional and uncovered can be true, as far as the evidence goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Possible {
    covered: bool,
    conditional: bool,
    uncovered: bool,
}

impl Possible {
    pub(super) fn new(least: Binding, most: Binding, ready: Tri) -> Self {
        let between = least <= Binding::Conditional && most >= Binding::Conditional;
        Self {
            covered: most == Binding::Always && ready != Tri::No,
            conditional: between && ready != Tri::No,
            uncovered: least == Binding::None || ready != Tri::Yes,
        }
    }

    /// What can be true of two kinds of sign-in together: different answers make it conditional.
    const fn for_all(self, other: Self) -> Self {
        let differ = (self.covered && other.uncovered) || (self.uncovered && other.covered);
        Self {
            covered: self.covered && other.covered,
            conditional: self.conditional || other.conditional || differ,
            uncovered: self.uncovered && other.uncovered,
        }
    }

    /// Between conditional and failing, a rule proven to bind at times decides.
    pub(super) const fn coverage(self, in_place: bool) -> MfaCoverage {
        match (self.covered, self.conditional, self.uncovered) {
            (true, false, false) => MfaCoverage::Covered,
            (false, true, false) => MfaCoverage::Conditional,
            (false, true, true) if in_place => MfaCoverage::Conditional,
            (false, _, true) if !self.conditional => MfaCoverage::Uncovered,
            _ => MfaCoverage::Unknown,
        }
    }
}
