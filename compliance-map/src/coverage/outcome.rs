//! What is proven about one person.

use std::collections::BTreeSet;

use super::source::Binding;
use super::tri::Tri;

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
    pub(super) possible: Possible,
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
pub(super) struct Possible {
    pass: bool,
    conditional: bool,
    fail: bool,
}

impl Possible {
    pub(super) fn new(least: Binding, most: Binding, ready: Tri) -> Self {
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
    pub(super) const fn verdict(self, in_place: bool) -> Verdict {
        match (self.pass, self.conditional, self.fail) {
            (true, false, false) => Verdict::Pass,
            (false, true, false) => Verdict::Conditional,
            (false, true, true) if in_place => Verdict::Conditional,
            (false, _, true) if !self.conditional => Verdict::Fail,
            _ => Verdict::Unknown,
        }
    }
}
