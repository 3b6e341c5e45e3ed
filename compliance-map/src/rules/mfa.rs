//! Who is bound to use MFA and ready to.

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, ENABLED_NOT_READ, Finding, may_be_disabled};
use crate::assess::{Action, Excluded};
use crate::coverage::method::MethodSet;
use crate::coverage::{
    AccessKind, CA_POLICIES, CROSS_TENANT, Lack, METHODS, PER_USER_MFA, REGISTRATION,
    SECURITY_DEFAULTS, STRENGTHS, Verdict,
};
use crate::evidence::Grade;
use crate::facts::State;
use crate::population::{GROUPS, Person, ROLES, USERS};

const ENROL: &str = "enrol the people listed and enforce MFA for them without exclusions";

pub(super) fn all(context: &Context<'_>) -> Finding {
    let mut finding =
        context.about_accounts("is MFA enforced and ready for every enabled account?");
    finding.advice = ENROL;
    let people: Vec<&Person<'_>> = context.population.able_to_sign_in().collect();
    judge(context, &people, AccessKind::Any, None, &mut finding);
    finding
}

pub(super) fn administrators(context: &Context<'_>) -> Finding {
    about_administrators(
        context,
        "is MFA enforced and ready for every administrator?",
        "enrol the administrators listed and enforce MFA for their roles without exclusions",
        None,
    )
}

pub(super) fn phishing_resistant_administrators(context: &Context<'_>) -> Finding {
    about_administrators(
        context,
        "is a method that cannot be phished enforced and ready for every administrator?",
        "give the administrators listed a passkey, Windows Hello for Business or a certificate, and \
         enforce the phishing-resistant authentication strength for their roles",
        Some(MethodSet::PHISHING_RESISTANT),
    )
}

fn about_administrators(
    context: &Context<'_>,
    question: &str,
    advice: &'static str,
    only: Option<MethodSet>,
) -> Finding {
    let population = &context.population;
    let mut finding = context.about_accounts(question);
    finding.advice = advice;
    let administrators: Vec<&Person<'_>> = population
        .able_to_sign_in()
        .filter(|p| p.is_admin())
        .collect();
    finding.excluded = population
        .disabled()
        .filter(|person| person.is_admin())
        .map(|person| (person.id, "disabled"))
        .chain(
            population
                .service_principals
                .iter()
                .map(|id| (*id, "service principal")),
        )
        .map(|(id, reason)| Excluded {
            id: id.to_owned(),
            reason: reason.to_owned(),
        })
        .collect();
    context.need(ROLES, &mut finding);
    if population.open_role_group {
        context.need(GROUPS, &mut finding);
        finding.whole = false;
    }
    if !population.unresolved.is_empty() {
        finding.missing.insert(context.evidence.missing(USERS));
        finding.missing.insert(context.evidence.missing(GROUPS));
        let why =
            "holds a privileged role but is neither in the account list nor in the group list";
        let unresolved = population
            .unresolved
            .iter()
            .map(|id| ((*id).to_owned(), why.to_owned()));
        finding.unknown.extend(unresolved);
    }
    if finding.nobody.is_none()
        && population.users != Grade::Absent
        && population.roles != Grade::Absent
        && administrators.is_empty()
        && finding.unknown.is_empty()
    {
        finding.nobody = Some("no enabled administrator is known, yet every tenant has one");
    }
    judge(
        context,
        &administrators,
        AccessKind::Administration,
        only,
        &mut finding,
    );
    finding
}

fn judge(
    context: &Context<'_>,
    people: &[&Person<'_>],
    access: AccessKind,
    only: Option<MethodSet>,
    finding: &mut Finding,
) {
    finding.evidence.extend([CA_POLICIES, REGISTRATION]);
    if only.is_none() {
        finding.evidence.extend([SECURITY_DEFAULTS, PER_USER_MFA]);
    }
    for key in [GROUPS, ROLES, METHODS, CROSS_TENANT, STRENGTHS] {
        if context.evidence.facts.envelope(key).state != State::NotCollected {
            finding.evidence.insert(key);
        }
    }
    // In place is a rule that asks it of everybody, or of somebody who is ready for it. Whoever fails
    // adds nothing, so that one more failure never makes a status better.
    finding.in_place |= context.coverage.asks_everybody(only);
    let mut steps: BTreeMap<Lack, BTreeSet<String>> = BTreeMap::new();
    for person in people {
        let outcome = context.coverage.of(person, access, only);
        finding.in_place |= outcome.is_bound_and_ready() && !may_be_disabled(person);
        let id = person.id.to_owned();
        if may_be_disabled(person) {
            finding.missing.insert(context.evidence.missing(USERS));
            finding.unknown.insert(id, ENABLED_NOT_READ.to_owned());
            continue;
        }
        for lack in outcome.lacks {
            steps.entry(lack).or_default().insert(id.clone());
        }
        match outcome.verdict {
            Verdict::Pass => {
                finding.passing += 1;
                if !outcome.whole {
                    finding.whole = false;
                }
            }
            Verdict::Fail => drop(finding.failing.insert(id, outcome.why)),
            Verdict::Conditional => drop(finding.conditional.insert(id, outcome.why)),
            Verdict::Unknown => {
                for key in outcome.missing {
                    finding.missing.insert(context.evidence.missing(key));
                }
                finding.unknown.insert(id, outcome.why);
            }
        }
    }
    let steps = steps.into_iter().map(|(lack, ids)| (step(lack), ids));
    finding.steps.extend(steps);
    if !finding.whole {
        let cut_short = finding
            .evidence
            .iter()
            .filter(|key| context.evidence.grade(key) == Grade::Part);
        let missing: Vec<_> = cut_short.map(|key| context.evidence.missing(key)).collect();
        finding.missing.extend(missing);
    }
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
