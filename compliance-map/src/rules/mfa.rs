//! Who is bound to use MFA and ready to.

use std::collections::{BTreeMap, BTreeSet};

use super::people::{Asked, ENABLED_NOT_READ, may_be_disabled};
use super::setting::{Answer, NARROWED};
use super::{Context, Finding};
use crate::coverage::method::MethodSet;
use crate::coverage::{
    AccessKind, CA_POLICIES, CROSS_TENANT, Lack, METHODS, MfaCoverage, PASSWORD_POLICY,
    PER_USER_MFA, REGISTRATION, SECURITY_DEFAULTS, STRENGTHS,
};
use crate::directory::Ids;
use crate::evidence::EvidenceGrade;
use crate::facts::State;
use crate::population::{GROUPS, ROLES, USERS};
use crate::verdict::Action;

const ENROL: &str = "enrol the people listed and enforce MFA for them without exclusions";

impl Context<'_> {
    /// Who is bound to use MFA and ready to.
    pub(super) fn mfa_of_everybody(&self) -> &Finding {
        self.mfa.get_or_init(|| all(self))
    }
}

fn all(context: &Context<'_>) -> Finding {
    let asked = context.accounts("is MFA enforced and ready for every enabled account?");
    judge(context, asked, ENROL, AccessKind::Any, None)
}

pub(super) fn guests(context: &Context<'_>) -> Finding {
    let asked = context.guests("is MFA enforced and ready for every guest?");
    judge(context, asked, ENROL, AccessKind::Any, None)
}

pub(super) fn administrators(context: &Context<'_>) -> Finding {
    let asked = context.administrators("is MFA enforced and ready for every administrator?");
    let advice =
        "enrol the administrators listed and enforce MFA for their roles without exclusions";
    judge(context, asked, advice, AccessKind::Administration, None)
}

pub(super) fn phishing_resistant_administrators(context: &Context<'_>) -> Finding {
    let asked = context.administrators(
        "is a method that cannot be phished enforced and ready for every administrator?",
    );
    judge(
        context,
        asked,
        "give the administrators listed a passkey, Windows Hello for Business or a certificate, and \
         enforce the phishing-resistant authentication strength for their roles",
        AccessKind::Administration,
        Some(MethodSet::PHISHING_RESISTANT),
    )
}

/// What the registration report says, whether or not a rule asks for it.
pub(super) fn capable(context: &Context<'_>) -> Finding {
    let is_read = context.evidence.grade(REGISTRATION) != EvidenceGrade::Absent;
    let asked = context.accounts("has every enabled account a usable second factor?");
    let mut finding = asked.each(context, REGISTRATION, ENROL, |person| {
        let told = person.profile.registration.filter(|_| is_read);
        let capable = told.and_then(|told| told.capable);
        match Answer::is(capable, true, "no usable second factor is registered") {
            Answer::Pass if told.is_some_and(|told| told.methods.narrowed) => {
                Answer::Unknown(NARROWED)
            }
            answer => answer,
        }
    });
    finding.target = None;
    let people = finding.failing.ids();
    finding.steps.insert(Action::EnrolPeople, people);
    finding
}

fn judge(
    context: &Context<'_>,
    asked: Asked,
    advice: &'static str,
    access: AccessKind,
    only: Option<MethodSet>,
) -> Finding {
    let Asked {
        people,
        perhaps,
        mut finding,
    } = asked;
    let mut alike = context.coverage.alike();
    let mut whole = true;
    perhaps.count(context, &mut finding, |person| {
        let mfa = alike.of(person, || context.coverage.of(person, access, only));
        let passes = mfa.coverage == MfaCoverage::Covered;
        whole &= !passes || mfa.whole;
        passes
    });
    finding.whole &= whole;
    finding.advice = advice;
    finding.evidence.extend([CA_POLICIES, REGISTRATION]);
    if only.is_none() {
        finding.evidence.extend([SECURITY_DEFAULTS, PER_USER_MFA]);
    }
    for key in [
        GROUPS,
        ROLES,
        METHODS,
        CROSS_TENANT,
        STRENGTHS,
        PASSWORD_POLICY,
    ] {
        if context.evidence.facts.envelope(key).state != State::NotCollected {
            finding.evidence.insert(key);
        }
    }
    // In place is a rule that asks it of everybody, or of somebody who is ready for it. Whoever fails
    // adds nothing, so that one more failure never makes a status better.
    finding.in_place |= context.coverage.asks_everybody(only);
    let mut steps: BTreeMap<Lack, Ids> = BTreeMap::new();
    let mut untold: BTreeSet<&'static str> = BTreeSet::new();
    for person in context.population.among(&people) {
        let mfa = alike.of(&person, || context.coverage.of(&person, access, only));
        finding.in_place |= mfa.is_bound_and_ready() && !may_be_disabled(&person);
        if may_be_disabled(&person) {
            untold.insert(USERS);
            finding.unknown.insert(person.member(), ENABLED_NOT_READ);
            continue;
        }
        for lack in &mfa.lacks {
            match steps.get_mut(lack) {
                Some(ids) => ids.insert(person.member()),
                None => steps
                    .entry(lack.clone())
                    .or_default()
                    .insert(person.member()),
            }
        }
        match mfa.coverage {
            MfaCoverage::Covered => {
                finding.passing += 1;
                if !mfa.whole {
                    finding.whole = false;
                }
            }
            MfaCoverage::Uncovered => finding.failing.insert(person.member(), &mfa.why),
            MfaCoverage::Conditional => finding.conditional.insert(person.member(), &mfa.why),
            MfaCoverage::Unknown => {
                untold.extend(&mfa.missing);
                finding.unknown.insert(person.member(), &mfa.why);
            }
        }
    }
    let missing = untold.into_iter().map(|key| context.evidence.missing(key));
    finding.missing.extend(missing);
    let steps = steps.into_iter().map(|(lack, ids)| (step(lack), ids));
    finding.steps.extend(steps);
    if !finding.whole {
        let cut_short = finding
            .evidence
            .iter()
            .filter(|key| context.evidence.grade(key) == EvidenceGrade::Part);
        let missing: Vec<_> = cut_short.map(|key| context.evidence.missing(key)).collect();
        finding.missing.extend(missing);
    }
    finding
}

fn step(lack: Lack) -> Action {
    let change = |policy: Option<String>, change: &str| Action::ChangePolicy {
        fact: CA_POLICIES.to_owned(),
        policy,
        change: change.to_owned(),
    };
    match lack {
        Lack::Method => Action::EnrolPeople,
        Lack::Rule => change(None, "ask for it in every sign-in of the people listed"),
        Lack::LeftOutOf(id) => change(Some(id), "stop leaving out the people listed"),
        Lack::NarrowedBy(id) => change(
            Some(id),
            "take away the conditions that let the people listed sign in without it",
        ),
    }
}
