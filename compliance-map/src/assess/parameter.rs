//! Parameters that the organisation declares for a control.

use std::collections::BTreeSet;

use crate::evidence::Evidence;
use crate::framework::{ControlRef, Rule};
use crate::rules::parameter::{
    CREDENTIAL_DAYS, IDLE_MINUTES, INACTIVITY_DAYS, PASSWORDS, REVIEW_DAYS, SCORE_PERCENT,
    SIGN_IN_HOURS,
};
use crate::verdict::Advisory;

/// Which of two limits is the stricter one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stricter {
    Less,
    More,
}

/// A limit of a rule that the organisation may set or tighten.
struct Limit<'r> {
    name: &'static str,
    stricter: Stricter,
    value: &'r mut Option<u32>,
}

fn limit(rule: &mut Rule) -> Option<Limit<'_>> {
    let (name, stricter, value) = match rule {
        Rule::DormantAccounts { inactivity_days }
        | Rule::DormantAdministrators { inactivity_days }
        | Rule::DormantGuests { inactivity_days } => {
            (INACTIVITY_DAYS, Stricter::Less, inactivity_days)
        }
        Rule::IdleSessions { idle_minutes } => (IDLE_MINUTES, Stricter::Less, idle_minutes),
        Rule::SignInFrequency { sign_in_hours } => (SIGN_IN_HOURS, Stricter::Less, sign_in_hours),
        Rule::CredentialLifetime { credential_days } => {
            (CREDENTIAL_DAYS, Stricter::Less, credential_days)
        }
        Rule::SecureScore { score_percent } => (SCORE_PERCENT, Stricter::More, score_percent),
        Rule::AccessReviews { review_days, .. } => (REVIEW_DAYS, Stricter::Less, review_days),
        Rule::PasswordHistory { passwords } => (PASSWORDS, Stricter::More, passwords),
        _ => return None,
    };
    Some(Limit {
        name,
        stricter,
        value,
    })
}

/// Every name that a parameter can have.
pub(super) const NAMES: [&str; 7] = [
    CREDENTIAL_DAYS,
    IDLE_MINUTES,
    INACTIVITY_DAYS,
    PASSWORDS,
    REVIEW_DAYS,
    SCORE_PERCENT,
    SIGN_IN_HOURS,
];

/// The name of the parameter that the organisation may set for a rule.
pub(super) fn name(mut rule: Rule) -> Option<&'static str> {
    limit(&mut rule).map(|limit| limit.name)
}

/// The rule with the parameters that hold for this control.
///
/// A declaration fills a gap that the framework leaves, and may tighten what the framework fixes. It
/// never loosens it: that would turn a failure into a pass.
pub(super) fn apply(
    mut rule: Rule,
    control: &ControlRef,
    evidence: Evidence<'_>,
    advisories: &mut BTreeSet<Advisory>,
) -> Rule {
    if let Some(limit) = limit(&mut rule) {
        *limit.value = declared(&limit, control, evidence, advisories);
    }
    rule
}

fn declared(
    limit: &Limit<'_>,
    control: &ControlRef,
    evidence: Evidence<'_>,
    advisories: &mut BTreeSet<Advisory>,
) -> Option<u32> {
    let name = limit.name;
    let reference = control.to_string();
    let (options, overlay) = (evidence.options, &evidence.facts.overlay);
    let key = (reference.clone(), name.to_owned());
    let own = options.parameters.get(&key).copied();
    let own = own.filter(|value| *value > 0);
    let own = own.or_else(|| overlay.own_parameter(&reference, name));
    let unit = name.rsplit_once('_').map_or(name, |(_, unit)| unit);
    let Some(fixed) = *limit.value else {
        return own.or_else(|| overlay.parameter(&reference, name));
    };
    let (loosens, bound) = match limit.stricter {
        Stricter::Less => (own.is_some_and(|own| own > fixed), "at most"),
        Stricter::More => (own.is_some_and(|own| own < fixed), "at least"),
    };
    match own {
        Some(own) if loosens => {
            advisories.insert(Advisory {
                subject: reference,
                message: format!("{own} {unit} were declared, but the framework allows {bound} {fixed}; {fixed} were used"),
            });
            Some(fixed)
        }
        own => Some(own.unwrap_or(fixed)),
    }
}
