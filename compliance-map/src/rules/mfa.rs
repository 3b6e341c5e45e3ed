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
use crate::evidence::EvidenceGrade;
use crate::facts::{RegistrationFact, State};
use crate::population::{ByPerson, GROUPS, ROLES, USERS};
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
    let rows = if context.evidence.grade(REGISTRATION) == EvidenceGrade::Absent {
        ByPerson::default()
    } else {
        let rows = &context.evidence.facts.auth_registration.items;
        context.population.rows_by_person(rows, |row| &row.user)
    };
    let asked = context.accounts("has every enabled account a usable second factor?");
    let mut finding = asked.each(context, REGISTRATION, ENROL, |person| {
        let row: Option<&RegistrationFact> = rows.of(person);
        let capable = row.and_then(|row| row.mfa_capable);
        match Answer::is(capable, true, "no usable second factor is registered") {
            Answer::Pass if row.is_some_and(RegistrationFact::is_narrowed) => {
                Answer::Unknown(NARROWED)
            }
            answer => answer,
        }
    });
    finding.target = None;
    let people = finding.failing.keys().cloned().collect();
    finding.steps.insert(Action::EnrolPeople, people);
    finding
}

fn judge(
    context: &Context<'_>,
    asked: Asked<'_, '_>,
    advice: &'static str,
    access: AccessKind,
    only: Option<MethodSet>,
) -> Finding {
    let Asked {
        people,
        perhaps,
        mut finding,
    } = asked;
    let mut whole = true;
    perhaps.count(context, &mut finding, |person| {
        let mfa = context.coverage.of(person, access, only);
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
    let mut steps: BTreeMap<Lack, BTreeSet<String>> = BTreeMap::new();
    for person in people {
        let mfa = context.coverage.of(person, access, only);
        finding.in_place |= mfa.is_bound_and_ready() && !may_be_disabled(person);
        let id = person.id.to_owned();
        if may_be_disabled(person) {
            finding.missing.insert(context.evidence.missing(USERS));
            finding.unknown.insert(id, ENABLED_NOT_READ.to_owned());
            continue;
        }
        for lack in mfa.lacks {
            steps.entry(lack).or_default().insert(id.clone());
        }
        match mfa.coverage {
            MfaCoverage::Covered => {
                finding.passing += 1;
                if !mfa.whole {
                    finding.whole = false;
                }
            }
            MfaCoverage::Uncovered => drop(finding.failing.insert(id, mfa.why)),
            MfaCoverage::Conditional => drop(finding.conditional.insert(id, mfa.why)),
            MfaCoverage::Unknown => {
                for key in mfa.missing {
                    finding.missing.insert(context.evidence.missing(key));
                }
                finding.unknown.insert(id, mfa.why);
            }
        }
    }
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
